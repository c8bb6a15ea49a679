"""`python -m infra.local.reset DIR`: forgets what the local stack holds. Needs nothing installed."""

from __future__ import annotations

import fcntl
import shutil
import sys
from pathlib import Path


def reset(state: Path) -> int:
    """Removes a state directory, unless a stack runs on it; answers the exit code."""
    if not state.exists():
        print(f"nothing to forget in {state}")
        return 0
    if not (state / "lock").exists():
        print(f"{state} was not made by make run, so it stays.", file=sys.stderr)
        return 1
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print(f"Synpunkt runs on {state}; stop it first.", file=sys.stderr)
            return 1
        shutil.rmtree(state)
    print(f"forgotten: {state}")
    return 0


if __name__ == "__main__":
    sys.exit(reset(Path(sys.argv[1])))
