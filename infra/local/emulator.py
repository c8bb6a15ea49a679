"""The emulator as a child process: started with a scrubbed environment, always stopped cleanly.

It runs in a process group of its own, so Ctrl-C reaches only us and we decide when it stops: it saves its state on a
clean stop only.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from .layout import ACCOUNT, EMULATOR_PYTHON, HOST, REGION, CannotRun, Folders

START_SECONDS = 30
STOP_SECONDS = 12
_KEPT_FROM_OUR_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Identity:
    """The emulator's process, its address, and the key of the local operator (the account's root)."""

    pid: int
    started: str
    port: int
    access_key: str
    secret_key: str

    @property
    def endpoint(self) -> str:
        """Where every AWS call goes."""
        return f"http://{HOST}:{self.port}"


class Emulator:
    """One emulator over one state directory."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Identity:
        """Starts the emulator and answers once it is healthy; ends an orphan of an earlier run first."""
        previous = self._previous()
        if previous is not None:
            end_orphan(previous)
        self._prepare()
        port = _free_port(previous.port if previous else None)
        access_key = previous.access_key if previous else f"LOCAL{secrets.token_hex(7).upper()}"
        secret_key = previous.secret_key if previous else secrets.token_hex(20)
        with self.folders.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(EMULATOR_PYTHON), "-m", "ministack"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folders.temporary,
                env=self._environment(port, access_key, secret_key),
            )
        identity = Identity(self._process.pid, self._when_started(self._process), port, access_key, secret_key)
        self.folders.process.touch(mode=0o600)
        self.folders.process.write_text(json.dumps(asdict(identity)))
        self._wait_until_healthy(identity)
        return identity

    def is_running(self) -> bool:
        """Says whether the emulator we started still lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Asks the emulator to save and end, and ends its whole group if it does not within the limit."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                print("the emulator did not stop in time; what it held since its last clean stop is lost", flush=True)
        _end_group(self._process.pid)
        self._process.wait()
        self._process = None

    def _when_started(self, process: subprocess.Popen[bytes]) -> str:
        # For a moment after it has begun a process has no command line yet; without this, a crash would leave behind
        # an emulator that nobody recognises.
        while not (started := _started(process.pid)) and self.is_running():
            time.sleep(0.01)
        return started

    def _previous(self) -> Identity | None:
        try:
            return Identity(**json.loads(self.folders.process.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def _prepare(self) -> None:
        if not EMULATOR_PYTHON.exists():
            raise CannotRun("The emulator is not installed; run `make run`, which installs it.")
        _discard(self.folders.temporary)
        self.folders.make()
        if self.folders.log.exists() and self.folders.log.stat().st_size > 20_000_000:
            self.folders.log.replace(self.folders.log.with_suffix(".log.1"))
        forget_stream_positions(self.folders.emulator)
        release_messages(self.folders.emulator)

    def _environment(self, port: int, access_key: str, secret_key: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT_FROM_OUR_ENVIRONMENT if name in os.environ}
        return kept | {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            "STATE_DIR": str(self.folders.emulator),
            "S3_DATA_DIR": str(self.folders.objects),
            "TMPDIR": str(self.folders.temporary),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
            "PYTHONUNBUFFERED": "1",
        }

    def _wait_until_healthy(self, identity: Identity) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running():
                break
            try:
                if httpx.get(f"{identity.endpoint}/_ministack/health", timeout=2).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise CannotRun(f"The emulator did not start; its log {self.folders.log} says why.")


def _discard(folder: Path) -> None:
    """Clears the folder away without making anybody wait for its thousands of files."""
    heap = folder.with_name("discarded")
    heap.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        folder.rename(heap / secrets.token_hex(8))
    threading.Thread(target=shutil.rmtree, args=(heap, True), name="discard", daemon=True).start()


def forget_stream_positions(state: Path) -> None:
    """Lets stream mappings start at the oldest record after a restart.

    The emulator keeps a mapping's position but not the stream's records, so a kept position would silently skip as
    many new records as were read before the restart.
    """

    def forget(payload: dict[str, Any]) -> bool:
        return payload.pop("dynamodb_stream_positions", None) is not None

    _change_saved(state / "lambda.json", forget)


def release_messages(state: Path) -> None:
    """Makes every message visible that a function was at when the emulator stopped: nobody is at it any more."""

    def release(payload: dict[str, Any]) -> bool:
        queues = payload["queues"]["data"].values()
        taken = [message for queue in queues for message in queue["messages"] if message["receipt_handle"]]
        for message in taken:
            message["visible_at"] = 0
        return bool(taken)

    _change_saved(state / "sqs.json", release)


def _change_saved(saved: Path, change: Callable[[dict[str, Any]], bool]) -> None:
    """Applies a change to what the emulator saved of one service; a file it cannot read is left to the emulator."""
    try:
        content: dict[str, Any] = json.loads(saved.read_text())
        changed = change(content.get("payload", content))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    if changed:
        scratch = saved.with_suffix(".tmp")
        scratch.write_text(json.dumps(content))
        scratch.replace(saved)


def end_orphan(previous: Identity) -> None:
    """Ends an emulator that an earlier run left behind, cleanly when it can; touches no other process."""
    if not previous.started or _started(previous.pid) != previous.started:
        return
    os.kill(previous.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and _started(previous.pid) == previous.started:
        time.sleep(0.1)
    _end_group(previous.pid)


def _end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _started(pid: int) -> str:
    """When the process started, or nothing when it is gone or no emulator: tells reused ids apart."""
    return _started_by_proc(pid) if Path("/proc/self/stat").exists() else _started_by_ps(pid)


def _started_by_proc(pid: int) -> str:
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return "" if state == "Z" or b"ministack" not in command else fields[18]


def _started_by_ps(pid: int) -> str:
    asked = ["ps", "-o", "lstart=,stat=,command=", "-p", str(pid)]
    told = subprocess.run(asked, capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C"})
    words = told.stdout.split()
    if len(words) < 7 or words[5].startswith("Z") or "ministack" not in words[6:]:
        return ""
    return " ".join(words[:5])


def _free_port(wanted: int | None) -> int:
    """The port of the last run when it is free, as queue addresses hold it; else any free one."""
    for port in (wanted, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CannotRun("There is no free port for the emulator.")
