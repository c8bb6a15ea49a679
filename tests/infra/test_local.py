"""The local stack's own parts, without an emulator."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from starlette.applications import Starlette

from infra.local.emulator import Identity, end_orphan, forget_stream_positions, release_messages
from infra.local.front import LARGEST_BODY, make_front
from infra.local.layout import topic_arn
from infra.local.seed import CLAIMED, registry_items
from infra.webbuild import CannotBuild, check_node
from synpunkt.responsibility import default_departments


class NoOutbox:
    """Sent one thing."""

    def messages(self) -> list[dict[str, object]]:
        return [
            {
                "at": "2026-11-22T00:00:00Z",
                "channel": "email",
                "to": "a@b.example",
                "subject": "<b>",
                "text": "<script>",
            }
        ]


class Front:
    """Asks the front in process."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app)

    def get(self, path: str) -> httpx.Response:
        """The answer to one GET."""
        return self._asked("GET", path)

    def post(self, path: str, body: bytes) -> httpx.Response:
        """The answer to one POST."""
        return self._asked("POST", path, body)

    def _asked(self, method: str, path: str, body: bytes | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport) as client:
                return await client.request(method, httpx.URL(f"http://127.0.0.1:8000{path}"), content=body)

        return asyncio.run(ask())


@pytest.fixture
def front() -> Front:
    """The front before an API that nobody serves."""
    return Front(make_front("http://127.0.0.1:8000", {"/": "http://127.0.0.1:9"}, "http://127.0.0.1:9", NoOutbox()))  # type: ignore[arg-type]


def test_stream_positions_are_forgotten_and_nothing_else(tmp_path: Path) -> None:
    saved = tmp_path / "lambda.json"
    saved.write_text(json.dumps({"payload": {"dynamodb_stream_positions": {"a": 1}, "functions": {"f": 2}}}))
    forget_stream_positions(tmp_path)
    assert json.loads(saved.read_text()) == {"payload": {"functions": {"f": 2}}}


def test_messages_in_flight_at_the_stop_are_visible_at_the_start(tmp_path: Path) -> None:
    taken = {"id": "1", "receipt_handle": "r", "visible_at": 9e9}
    delayed = {"id": "2", "receipt_handle": None, "visible_at": 9e9}
    saved = tmp_path / "sqs.json"
    saved.write_text(json.dumps({"payload": {"queues": {"data": {"q": {"messages": [taken, delayed]}}}}}))
    release_messages(tmp_path)
    [queue] = json.loads(saved.read_text())["payload"]["queues"]["data"].values()
    assert [each["visible_at"] for each in queue["messages"]] == [0, 9e9]


def test_an_unreadable_snapshot_is_left_to_the_emulator(tmp_path: Path) -> None:
    for name in ("lambda.json", "sqs.json"):
        (tmp_path / name).write_text("half a fi")
    forget_stream_positions(tmp_path)
    release_messages(tmp_path)
    assert (tmp_path / "sqs.json").read_text() == "half a fi"


def test_a_process_that_is_not_our_emulator_is_never_ended() -> None:
    """Process ids are used again: this one belongs to the test itself."""
    end_orphan(Identity(os.getpid(), "1", 4566, "key", "secret"))


def test_an_api_that_does_not_answer_is_a_problem(front: Front) -> None:
    answer = front.get("/api/v1/cases")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (502, {"message": '{"errorMessage": "2026 x Task timed out after 30.00 seconds"}'}, (504, "timeout")),
        (502, {"message": "Internal server error"}, (502, "unavailable")),
        (503, {"code": "too_busy"}, (503, "too_busy")),
        (502, {"message": {}, "code": "ours"}, (502, "ours")),
    ],
)
def test_what_the_emulator_says_of_a_function_is_told_as_the_gateway_would(
    status: int, said: dict[str, object], expected: tuple[int, str]
) -> None:
    with _api(status, said) as api_url:
        front = Front(make_front("http://127.0.0.1:8000", {"/": api_url}, "http://127.0.0.1:9", NoOutbox()))  # type: ignore[arg-type]
        answer, georeport = front.get("/api/v1/cases"), front.get("/open311/v2/requests.json")
    assert (answer.status_code, answer.json()["code"]) == expected
    assert "errorMessage" not in answer.text + georeport.text
    if "message" in said and isinstance(said["message"], str):
        [error] = georeport.json()
        assert error["code"] == georeport.status_code == {502: 503}.get(expected[0], expected[0])


def test_every_path_goes_to_the_api_that_it_begins_like() -> None:
    with _api(200, {"api": "rest"}) as rest, _api(200, {"api": "open311"}) as georeport:
        apis = {"/open311": georeport, "/": rest}
        front = Front(make_front("http://127.0.0.1:8000", apis, "http://127.0.0.1:9", NoOutbox()))  # type: ignore[arg-type]
        assert front.get("/open311/v2/discovery.json").json() == {"api": "open311"}
        assert front.get("/api/v1/cases").json() == {"api": "rest"}


def test_a_body_that_no_function_could_be_given_is_too_large(front: Front) -> None:
    refused = front.post("/api/v1/reports", b"x" * (LARGEST_BODY + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert front.post("/api/v1/reports", b"x" * LARGEST_BODY).status_code == 502


@contextmanager
def _api(status: int, said: dict[str, object]) -> Iterator[str]:
    """An API that says one thing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing: the test says what it wanted to know."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("path", ["/api/v1/events", "/open311/v2/requests.json", "/open311/v2/requests.xml"])
def test_an_address_that_is_too_long_is_told_in_the_callers_shape(front: Front, path: str) -> None:
    answer = front.get(f"{path}?x={'1' * 8192}")
    assert answer.status_code == 414
    if path.endswith(".xml"):
        assert "<code>414</code><description>En adress" in answer.text
    else:
        told = answer.json()
        assert (told[0] if path.startswith("/open311") else told)["code"] in (414, "address_too_long")
    # One that is just short enough goes on to the API.
    assert front.get(f"{path}?{'1' * (8192 - len(path) - 1)}").status_code in (502, 503)


def test_the_outbox_shows_what_was_sent_and_runs_none_of_it(front: Front) -> None:
    page = front.get("/_dev/outbox")
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert front.get("/_dev/outbox.json").json() == {"messages": NoOutbox().messages()}


@pytest.mark.parametrize("path", ["/../Makefile", "/%2e%2e/Makefile", "/assets/../../../Makefile", "/nothing"])
def test_static_files_come_from_the_built_web_only(front: Front, path: str) -> None:
    answer = front.get(path)
    assert answer.status_code == 404
    assert "PYTHON" not in answer.text


def test_every_answer_carries_the_security_headers(front: Front) -> None:
    for path in ("/_dev/outbox", "/nothing", "/api/v1/cases"):
        headers = front.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert "default-src 'self'" in headers["content-security-policy"], path


def test_the_seed_gives_each_municipality_its_departments() -> None:
    assert CLAIMED == ("0583", "0180", "0183", "0980", "2132", "0184")
    profile, *departments = registry_items("0583", topic_arn("0583"))
    assert profile["claimed"] == {"BOOL": True}
    assert {each["department"]["S"] for each in departments} == {each.department for each in default_departments()}
    assert all(each["mail"]["S"].endswith("@0583.example") for each in departments)


def test_a_missing_node_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CannotBuild, match="needs Node 20 or newer"):
        check_node()
