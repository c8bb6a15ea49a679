"""From nothing to the first pushed event, as docs/events.md tells a municipality's developer to type it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from infra.local.harness import PrivateStack
from infra.local.layout import ROOT
from tests.system.citizen import eventually
from tests.system.test_walkthrough import blocks, typed

pytestmark = pytest.mark.system
HEADING = "From nothing to the first pushed event as a municipality's developer"


def commands(block: str) -> list[str]:
    """What is typed, one after the other."""
    return block.replace("\\\n", "").strip().splitlines()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def test_a_developer_gets_from_nothing_to_a_signed_event(stack: PrivateStack, tmp_path: Path) -> None:
    beside, typing = blocks("events.md", HEADING)
    assert len(commands(beside) + commands(typing)) <= 10
    run, receive = (each.partition("#")[0].split() for each in commands(beside))
    # The stack is running; the harness started it as `make run` does.
    assert run == ["make", "run"]
    port, secret = str(free_port()), str(tmp_path / "secret.txt")
    assert receive[0] == "python3"
    asked = [each.replace("9000", port).replace("secret.txt", secret) for each in receive[1:]]
    process = subprocess.Popen([sys.executable, *asked], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    printed: list[str] = []
    assert process.stdout is not None
    lines = process.stdout
    threading.Thread(target=lambda: printed.extend(lines), daemon=True).start()
    try:
        told = typed(stack, typing.replace("9000", port).replace("secret.txt", secret))
        [case] = json.loads(told[told.index('{"cases"') :])["cases"]

        def taken() -> bool | None:
            events = [json.loads(line) for line in printed]
            return any((each["case_id"], each["type"]) == (case["case_id"], "CaseRouted") for each in events) or None

        eventually(taken, "the webhook never got the case")
    finally:
        process.terminate()
        process.wait(10)
    assert {json.loads(line)["municipality"] for line in printed} == {"5480"}
    sent = httpx.get(f"{stack.url}/_dev/outbox.json", timeout=60).json()["messages"]
    # Their own endpoint is the one that is told of it.
    channels = {each["channel"] for each in sent if each["case_id"] == case["case_id"]}
    assert channels == {"webhook"}
