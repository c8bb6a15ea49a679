"""Installs the web's packages and builds its pages, each only when something changed.

Standard library only: it runs before any environment exists.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "build" / "web"
OLDEST_NODE = 20


class CannotBuild(Exception):
    """One clear sentence about what is missing or broken."""


def check_node() -> None:
    """Raises `CannotBuild` unless Node 20 or newer and npm are at hand."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise CannotBuild(f"Synpunkt needs Node {OLDEST_NODE} or newer with npm, and `{tool}` is not on the PATH.")
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = re.match(r"v(\d+)", told)
    if version is None or int(version[1]) < OLDEST_NODE:
        raise CannotBuild(f"Synpunkt needs Node {OLDEST_NODE} or newer, and this is {told or 'something else'}.")


def build() -> None:
    """Brings packages and pages up to date."""
    check_node()
    if not (WEB / "package.json").is_file():
        print("there is no web/ yet: nothing to build", flush=True)
        return
    _once(WEB / "node_modules" / ".finished", [WEB / "package-lock.json"], "installing web packages", "ci")
    _once(BUILT / ".finished", _sources(), "building the pages", "run", "build")


def _once(stamp: Path, inputs: Iterable[Path], doing: str, *npm: str) -> None:
    digest = hashlib.sha256()
    for path in sorted(inputs):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    print(doing, flush=True)
    done = subprocess.run(["npm", *npm], cwd=WEB, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(f"`npm {' '.join(npm)}` failed:\n{(done.stdout + done.stderr)[-3000:]}")
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())


def _sources() -> list[Path]:
    own = [path for path in WEB.rglob("*") if path.is_file() and "node_modules" not in path.parts]
    # The pages for developers are made from what stands there.
    made_from = ("CHANGELOG.md", "events/README.md", "events/asyncapi.json", "functions/cases/openapi.json")
    documents = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs/examples").glob("*.py")]
    told = [*documents, *(ROOT / each for each in made_from)]
    return own + told


def main() -> int:
    """Builds, or with `--check` only looks for Node; answers an exit code."""
    try:
        check_node() if "--check" in sys.argv else build()
    except CannotBuild as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
