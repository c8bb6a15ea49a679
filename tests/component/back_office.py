"""A back office on this machine that speaks Open311 honestly, or does what no server should; and a Synpunkt to go with
it, as small as a test can have it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Misbehaviour = Callable[["Server", BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """What both are. `asked`: every request's method, path and fields. `misbehaves`: instead of what it should do."""

    url: str = ""
    misbehaves: Misbehaviour | None = None
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    stopped: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def answer(self, method: str, path: str, fields: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        raise NotImplementedError


@dataclass
class BackOffice(Server):
    """An Open311 server. `slow_numbers`: it answers tokens, and knows the number when it is asked the second time."""

    key: str = ""
    slow_numbers: bool = False
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, list[str]] = field(default_factory=dict)

    def say(self, number: str, status: str) -> None:
        """Somebody there changes a status."""
        self.requests[number]["status"] = status

    def answer(self, method: str, path: str, fields: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
        if self.key and fields.get("api_key") != self.key:
            return 403, [{"code": 403, "description": "api_key"}]
        if (method, path) == ("POST", "/requests.json"):
            return self._made(fields)
        if method == "GET" and path.startswith("/tokens/"):
            return self._token(path.removeprefix("/tokens/").removesuffix(".json"))
        if (method, path) == ("GET", "/requests.json"):
            asked = fields.get("service_request_id", "").split(",")
            return 200, [self.requests[each] for each in asked if each in self.requests]
        return 404, [{"code": 404, "description": "no such path"}]

    def _made(self, fields: dict[str, str]) -> tuple[int, Any]:
        missing = [name for name in ("service_code", "description") if name not in fields]
        if missing or not ({"lat", "long"} <= fields.keys() or "address_string" in fields):
            return 400, [{"code": 400, "description": f"missing: {missing or 'place'}"}]
        with self.lock:
            number = f"BO-{len(self.requests) + 1}"
            self.requests[number] = {**fields, "service_request_id": number, "status": "open"}
        if self.slow_numbers:
            self.tokens[f"t{number}"] = ["", number]
            return 200, [{"token": f"t{number}"}]
        return 200, [{"service_request_id": number, "service_notice": None, "account_id": None}]

    def _token(self, token: str) -> tuple[int, Any]:
        if token not in self.tokens:
            return 404, [{"code": 404, "description": "no such token"}]
        known = self.tokens[token]
        number = known.pop(0) if len(known) > 1 else known[0]
        return 200, [{"token": token, "service_request_id": number or None}]


@dataclass
class National(Server):
    """Synpunkt's two routes for a municipality's key.

    `refuses`: the code that updates of a status are refused with. `away`: it takes no updates just now.
    `reads_only`: the key has lost its `write`.
    """

    key: str = "key"
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    refuses: str = ""
    away: bool = False
    reads_only: bool = False

    def add(self, case_id: str, **more: Any) -> None:
        """A case that can be read."""
        self.cases[case_id] = {
            "case_id": case_id,
            "reference": "7KQ-4M2X",
            "kind": "fault",
            "category": "pothole",
            "category_name": "Hål i vägen",
            "description": "Ett djupt hål.",
            "location": {"lat": 58.5371, "lon": 15.0365},
            "reporter": {"name": "Test Testsson", "email": "test@example.com"},
            "created_at": "2026-11-22T10:00:00.000Z",
            "timeline": [],
            **more,
        }

    def answer(self, method: str, path: str, fields: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
        if headers.get("authorization") != f"Bearer {self.key}":
            return 403, {"code": "not_allowed"}
        case_id = path.removeprefix("/api/v1/municipality/cases/").removesuffix("/updates")
        if case_id not in self.cases:
            return 404, {"code": "not_found"}
        if method == "POST":
            if self.away:
                return 500, {}
            if self.reads_only:
                return 403, {"code": "not_allowed"}
            if self.refuses and "status" in fields:
                return 409, {"code": self.refuses}
            known = self.updates.setdefault(headers["idempotency-key"], fields)
            return (200, {}) if known == fields else (409, {"code": "idempotency_conflict"})
        return 200, self.cases[case_id]

    def told(self) -> list[dict[str, Any]]:
        """What was said, once each, in order."""
        return list(self.updates.values())


def failing(status: int, body: bytes = b"[]") -> Misbehaviour:
    """Answers so, whatever it is asked."""
    return lambda server, handler: _send(handler, status, body)


def unread(server: Server, handler: BaseHTTPRequestHandler) -> None:
    """Hangs up in the middle of its answer."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[")


def dripping(server: Server, handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for ever."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not server.stopped.wait(0.02):
            handler.wfile.write(b"x")
    except OSError:
        return


def after_it_was_done(server: Server, handler: BaseHTTPRequestHandler) -> None:
    """Does what it should, and then fails."""
    server.answer("POST", "/requests.json", {"service_code": "x", "description": "x", "address_string": "x"}, {})
    _send(handler, 500, b"oops")


@contextmanager
def running(server: Server) -> Iterator[None]:
    """Serves meanwhile, on 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET", {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            is_json = self.headers["Content-Type"].startswith("application/json")
            self._serve("POST", json.loads(body) if is_json else _form(body))

        def _serve(self, method: str, fields: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            fields = fields | _form(parts.query)
            server.asked.append((method, parts.path, fields))
            if server.misbehaves is not None:
                server.misbehaves(server, self)
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, content = server.answer(method, parts.path, fields, headers)
            _send(self, status, json.dumps(content).encode())

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing: a test says what it saw."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    Thread(target=http.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield
    finally:
        server.stopped.set()
        http.shutdown()
        http.server_close()


def closed_port() -> str:
    """The address of a server that has ended."""
    server = BackOffice()
    with running(server):
        time.sleep(0)
    return server.url


def _form(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
