"""Brings the local stack up, serves it, and takes it down again without losing anything."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from infra.package import build, local

from .clients import Clients
from .deploy import DeployFailed, Deployment, deploy, outputs_of
from .emulator import Emulator, Identity
from .fixup import TABLES, fix_up
from .front import make_front
from .layout import (
    ACCOUNT,
    EMULATOR_PYTHON,
    HOST,
    MAIL_FROM,
    REGION,
    REPLY_TO,
    STAGE,
    CannotRun,
    Folders,
    bucket,
    named,
)
from .mappings import pause, resume
from .outbox import Outbox
from .seed import CLAIMED, seed, verify_sender
from .warm import sweep, wait_until_reports_are_taken, warm


class Stopped(BaseException):
    """Somebody asked us to end."""


class Stopping:
    """Turns the first Ctrl-C or SIGTERM into `Stopped`; later ones cannot interrupt the way down."""

    def __init__(self) -> None:
        self._asked = False

    def __enter__(self) -> Stopping:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the handlers in place: a signal after the end has nothing left to interrupt."""

    def no_more(self) -> None:
        """From here on every signal is ignored."""
        self._asked = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self._asked:
            self._asked = True
            raise Stopped


class Progress:
    """Prints one plain line a step, with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, line: str) -> None:
        print(f"{time.monotonic() - self._began:5.1f} s  {line}", flush=True)


def run(port: int, state: Path) -> int:
    """Runs the stack until somebody asks it to end; answers the exit code."""
    folders = Folders(state.resolve())
    try:
        with Stopping() as stopping, _alone(folders), _listening(port) as listener:
            _serve(folders, listener, stopping)
    except Stopped:
        print("stopped; the data is kept", flush=True)
        return 0
    except (CannotRun, DeployFailed) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 1


def _serve(folders: Folders, listener: socket.socket, stopping: Stopping) -> None:
    public_url = f"http://{HOST}:{listener.getsockname()[1]}"
    progress = Progress()
    emulator = Emulator(folders)
    with contextlib.ExitStack() as way_down:
        way_down.callback(emulator.stop)
        way_down.callback(lambda: progress("stopping"))
        way_down.callback(stopping.no_more)
        deployment = Deployment(build(local(EMULATOR_PYTHON)), public_url)
        progress("zips and layers built")
        identity = emulator.start()
        clients = Clients(identity)
        progress("emulator started")
        outputs = _deployed(folders, clients, deployment, progress)
        _write_stack(folders, identity, outputs, deployment)
        outbox = Outbox(folders, clients)
        way_down.callback(outbox.stop)
        way_down.callback(pause, clients)
        way_down.callback(stopping.no_more)
        resume(clients)
        outbox.start()
        apis = {
            prefix: f"{identity.endpoint}/_aws/execute-api/{outputs[output]}/{STAGE}"
            for prefix, output in (("/open311", "Open311ApiId"), ("/", "ApiId"))
        }
        front = make_front(public_url, apis, identity.endpoint, outbox)
        way_down.enter_context(_in_background(front, listener))
        way_down.callback(stopping.no_more)
        warm(clients)
        wait_until_reports_are_taken(public_url)
        sweep(clients)
        progress("functions started")
        print(f"ready {public_url}", flush=True)
        while emulator.is_running():
            time.sleep(0.5)
        raise CannotRun(f"The emulator ended by itself; its log {folders.log} says why.")


def _deployed(folders: Folders, clients: Clients, deployment: Deployment, progress: Progress) -> dict[str, str]:
    outputs = _outputs_if_unchanged(folders, clients, deployment)
    if outputs is None:
        outputs = deploy(clients, deployment)
        progress("stacks deployed")
        fix_up(clients)
        seed(clients, outputs["StaffPoolId"])
        progress("seeded")
    else:
        verify_sender(clients)
        progress("stacks found as they should be")
    return outputs


def _outputs_if_unchanged(folders: Folders, clients: Clients, deployment: Deployment) -> dict[str, str] | None:
    try:
        previous = json.loads(folders.stack.read_text())
    except (OSError, ValueError):
        return None
    if previous.get("fingerprint") != deployment.fingerprint:
        return None
    found = [outputs_of(clients, named(name)) for name in ("data", "app")]
    return None if None in found else {key: value for outputs in found if outputs for key, value in outputs.items()}


def _write_stack(folders: Folders, identity: Identity, outputs: dict[str, str], deployment: Deployment) -> None:
    """Tells operator commands and tests where the stack is. Written only after the deployment stands."""
    told: dict[str, Any] = {
        "stage": STAGE,
        "region": REGION,
        "account": ACCOUNT,
        "public_url": deployment.public_url,
        "endpoint": identity.endpoint,
        "api_id": outputs["ApiId"],
        "aws_access_key_id": identity.access_key,
        "aws_secret_access_key": identity.secret_key,
        "tables": {table: named(table) for table in TABLES},
        "buckets": {name: bucket(name) for name in ("quarantine", "photos", "failures", "mail", "artifacts")},
        "bus": f"synpunkt-{STAGE}",
        "token_secret_id": named("token-key"),
        "staff_pool": outputs["StaffPoolId"],
        "desk_client": outputs["DeskClientId"],
        "subscriber_queues": {code: named(f"subscriber-{code}") for code in CLAIMED},
        "mail_from": MAIL_FROM,
        "reply_to": REPLY_TO,
        "emulator_pid": identity.pid,
        "fingerprint": deployment.fingerprint,
    }
    scratch = folders.stack.with_suffix(".tmp")
    scratch.touch(mode=0o600)
    scratch.write_text(json.dumps(told, indent=2) + "\n")
    scratch.replace(folders.stack)


@contextlib.contextmanager
def _alone(folders: Folders) -> Iterator[None]:
    """Keeps a second run off the same state directory; the lock goes with the process, however it ends."""
    folders.make()
    with (folders.state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotRun(f"Synpunkt already runs on {folders.state}; stop it first.") from None
        yield


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """Takes the port before anything else is done, so that a taken one is told at once."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(128)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            why = "is taken" if error.errno == errno.EADDRINUSE else "may not be used"
            raise CannotRun(f"Port {port} {why}; stop what uses it or choose another: make run PORT=8001") from None
        yield listener


@contextlib.contextmanager
def _in_background(app: Any, listener: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="front", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(6)
