"""`python -m infra.local`: runs the local stack until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .layout import ROOT
from .run import run


def main() -> int:
    """Reads the command line and runs; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="where people's browsers go; 0 takes a free one")
    parser.add_argument("--state", type=Path, default=ROOT / ".local", help="what is kept between runs")
    arguments = parser.parse_args()
    return run(arguments.port, arguments.state)


if __name__ == "__main__":
    sys.exit(main())
