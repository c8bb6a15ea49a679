"""Makes the project's virtual environments from their hashed locks.

Run with any Python 3.11 or newer, standard library only: `python3 infra/venvs.py run emulator`.
Several environments install side by side. An environment counts as ready only when its stamp, written last,
matches the lock: a half-finished install is made anew.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


@dataclass(frozen=True)
class Environment:
    """One virtual environment: its folder, its lock, and whether the project itself goes into it."""

    folder: str
    lock: str
    project: bool = False


ENVIRONMENTS = {
    "run": Environment(".venv", "run.txt", project=True),
    "emulator": Environment(".venv-emulator", "emulator.txt"),
    "test": Environment(".venv-test", "test.txt", project=True),
    "geodata": Environment(".venv-geodata", "geodata.txt"),
    "bridge": Environment(".venv-bridge", "bridge-tools.txt"),
}


def fingerprint(environment: Environment) -> str:
    """The text a finished environment's stamp holds: changes with the lock, the interpreter or the project's frame."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update((ROOT / "requirements" / environment.lock).read_bytes())
    if environment.project:
        digest.update((ROOT / "pyproject.toml").read_bytes().split(b"[tool.ruff]")[0])
    return digest.hexdigest()


def is_ready(environment: Environment) -> bool:
    """Says whether the environment was finished from exactly this lock."""
    stamp = ROOT / environment.folder / ".finished"
    return stamp.is_file() and stamp.read_text() == fingerprint(environment)


def install(name: str) -> str:
    """Makes the environment anew and returns one line about it; raises `CalledProcessError` when pip fails."""
    environment = ENVIRONMENTS[name]
    if is_ready(environment):
        return f"{environment.folder} is ready"
    began = monotonic()
    folder = ROOT / environment.folder
    shutil.rmtree(folder, ignore_errors=True)
    lock = ROOT / "requirements" / environment.lock
    _quietly(sys.executable, "-m", "venv", str(folder))
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"]
    _quietly(*pip, "--require-hashes", "--requirement", str(lock))
    if environment.project:
        _quietly(*pip, "--no-build-isolation", "--editable", str(ROOT))
    (folder / ".finished").write_text(fingerprint(environment))
    return f"{environment.folder} installed in {monotonic() - began:.0f} s"


def _quietly(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command[:4], done.stdout, done.stderr)


def main(names: list[str]) -> int:
    """Installs the named environments side by side; answers an exit code."""
    if sys.version_info < OLDEST:
        print(f"Synpunkt needs Python 3.11 or newer, and this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    missing = [name for name in names if not is_ready(ENVIRONMENTS[name])]
    if missing:
        print("installing " + ", ".join(ENVIRONMENTS[name].folder for name in missing), flush=True)
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(install, name) for name in missing]
    for name, job in zip(missing, jobs, strict=True):
        error = job.exception()
        if isinstance(error, subprocess.CalledProcessError):
            print(f"{ENVIRONMENTS[name].folder} could not be installed:\n{error.stderr[-3000:]}", file=sys.stderr)
            return 1
        print(job.result(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["run", "emulator"]))
