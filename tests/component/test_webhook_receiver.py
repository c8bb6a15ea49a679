"""The documentation's endpoint answers also those who are not Synpunkt: with 4xx, and it goes on."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

EXAMPLE = Path(__file__).parents[2] / "docs/examples/webhook_receiver.py"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The example, listening."""
    secret = tmp_path_factory.mktemp("endpoint") / "secret.txt"
    secret.write_text("whsec_c2VjcmV0")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(EXAMPLE), str(port), str(secret)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/events"
    finally:
        process.terminate()
        process.wait()


EVENT = json.dumps({"type": "CaseRouted", "event_id": "a"})
AT = str(int(time.time()))


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (EVENT, {}, 401),
        (EVENT, {"webhook-id": "a", "webhook-timestamp": AT}, 401),
        (EVENT, {"webhook-id": "a", "webhook-timestamp": "soon", "webhook-signature": "v1,x"}, 401),
        (EVENT, {"webhook-id": "a", "webhook-timestamp": "9" * 5000, "webhook-signature": "v1,x"}, 401),
        ("x", {}, 400),
        ("", {}, 400),
        ("[]", {}, 400),
        ("{}", {}, 401),
    ],
)
def test_what_is_not_signed_or_no_event_is_answered_4xx(
    endpoint: str, body: str, headers: dict[str, str], status: int
) -> None:
    assert httpx.post(endpoint, content=body, headers=headers, timeout=60).status_code == status
