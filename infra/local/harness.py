"""A private stack for tests and benches: started as a process of its own, as a person would start it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from .layout import ROOT

START_SECONDS = 240
STOP_SECONDS = 30


class PrivateStack:
    """A local stack over a state directory of its own, on a port of its own that a restart keeps."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.url = ""
        self.lines: list[str] = []
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Starts the stack and answers the seconds it took to `ready`; raises `RuntimeError` with its output."""
        began = time.monotonic()
        command = [sys.executable, "-m", "infra.local", "--port", str(self._port), "--state", str(self.state)]
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, args=(self._process, said), daemon=True).start()
        while (remaining := began + START_SECONDS - time.monotonic()) > 0:
            try:
                line = said.get(timeout=remaining)
            except queue.Empty:
                break
            if line is None:
                break
            if line.startswith("ready "):
                self.url = line.split()[1]
                self._port = int(self.url.rpartition(":")[2])
                self.client.cache_clear()
                return time.monotonic() - began
        self.stop()
        raise RuntimeError("the stack did not come up:\n" + "\n".join(self.lines[-40:]))

    def stop(self) -> float:
        """Asks the stack to end and answers the seconds it took."""
        if self._process is None:
            return 0.0
        began = time.monotonic()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._process = None
        return time.monotonic() - began

    def kill(self) -> None:
        """Ends the stack's process as a crash would; what it started stays behind."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    @property
    def about(self) -> dict[str, Any]:
        """Endpoint, names and credentials, as the stack wrote them down."""
        told: dict[str, Any] = json.loads((self.state / "stack.json").read_text())
        return told

    @cache  # noqa: B019 - one stack lives as long as its tests
    def client(self, service: str) -> Any:
        """An AWS client that speaks to this stack as its operator."""
        about = self.about
        session = boto3.Session(about["aws_access_key_id"], about["aws_secret_access_key"], region_name=about["region"])
        return session.client(service, endpoint_url=about["endpoint"])  # type: ignore[call-overload]

    def received(self, code: str, wait_seconds: int = 2) -> list[str]:
        """Takes the messages that wait in a claimed municipality's queue, and answers their bodies."""
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=self.about["subscriber_queues"][code])["QueueUrl"]
        told = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_seconds)
        messages = told.get("Messages", [])
        for each in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return [str(each["Body"]) for each in messages]

    def workers(self, function: str) -> list[int]:
        """The processes that run a function right now (Linux only); killing one is what a fault test does."""
        name = f"AWS_LAMBDA_FUNCTION_NAME=synpunkt-local-{function}".encode()
        mine = str(self.state / "tmp").encode()
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _holds(entry / "environ", name, mine)
        ]

    def log(self) -> str:
        """What the emulator and the functions wrote."""
        return (self.state / "emulator.log").read_text(errors="replace")

    def _listen(self, process: subprocess.Popen[str], said: queue.Queue[str | None]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line.rstrip("\n"))
            said.put(line)
        said.put(None)


def _holds(environment: Path, *parts: bytes) -> bool:
    try:
        content = environment.read_bytes()
    except OSError:
        return False
    return all(part in content for part in parts)
