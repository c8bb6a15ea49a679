"""Compiles the hashed locks in requirements/ from their inputs.

All that runs in production is resolved once, with the test set, and the smaller sets are held to that answer. Needs
`uv` (on the PATH, or named by UV). Only the public index is asked: a mirror that holds a few files of a release would
leave the others' hashes out. No address is written into a lock.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
WHOLE = "test"
HELD_TO_IT = ("run", "layer-base", "layer-image", "layer-crypto", "layer-parquet", "bridge", "bridge-tools", "geodata")
APART = ("emulator",)
_OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--quiet",
)
_INDEX_SETTINGS = ("UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_CONFIG_FILE")


def compile_locks(uv: str, upgrade: bool) -> None:
    """Writes every lock; keeps the versions it finds there unless `upgrade`."""
    environment = {name: value for name, value in os.environ.items() if name not in _INDEX_SETTINGS}
    extra = ["--upgrade"] if upgrade else []
    for name in (WHOLE, *HELD_TO_IT, *APART):
        held = ["--constraint", f"{WHOLE}.txt"] if name in HELD_TO_IT else []
        command = [uv, "pip", "compile", *_OPTIONS, *held, *extra, f"{name}.in", "--output-file", f"{name}.txt"]
        subprocess.run(command, cwd=REQUIREMENTS, env=environment, check=True)
        print(f"requirements/{name}.txt", flush=True)


def main() -> int:
    """Compiles; answers an exit code."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        print("Compiling locks needs uv; put it on the PATH or name it: make lock UV=/path/to/uv", file=sys.stderr)
        return 1
    compile_locks(uv, "--upgrade" in sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
