"""Build the boundary index and all else that comes from SCB's boundaries: `python geodata/build.py`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from geodata.pipeline import main

    main()
