"""`python -m infra.local`: runs the local stack until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .layout import ROOT
from .run import run


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def main() -> int:
    """Reads the command line and runs; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--port", type=_port, default=8000, help="where people's browsers go; 0 takes a free one")
    parser.add_argument("--state", type=Path, default=ROOT / ".local", help="what is kept between runs")
    arguments = parser.parse_args()
    return run(arguments.port, arguments.state)


if __name__ == "__main__":
    sys.exit(main())
