"""A municipality's endpoint on this machine, which takes what it is sent, or does what no endpoint should."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from standardwebhooks import Webhook

A_GIGABYTE = 1 << 30
Behaviour = Callable[["Receiver", BaseHTTPRequestHandler, bytes], None]


@dataclass
class Receiver:
    """`got`: each request's headers and body. `secret`: given one, signatures are checked by the standard's library."""

    url: str = ""
    secret: str | None = None
    behaviour: Behaviour | None = None
    got: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    stopped: Event = field(default_factory=Event)

    def events(self) -> list[dict[str, Any]]:
        """The events it was sent, in order, without challenges."""
        return [body for _, body in self.got if "sequence" in body]

    def sequences(self, case_id: str) -> list[int]:
        """The events of one case that it was sent, by their numbers."""
        return [each["sequence"] for each in self.events() if each["case_id"] == case_id]


def answered(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """One answer."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def good(receiver: Receiver, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """What docs/events.md asks for: the signature is checked, the challenge echoed, the rest taken."""
    headers = {name.lower(): value for name, value in handler.headers.items()}
    content = json.loads(body)
    if receiver.secret is not None:
        try:
            Webhook(receiver.secret).verify(body, headers)
        except Exception:
            answered(handler, 401)
            return
    receiver.got.append((headers, content))
    answer = {"challenge": content["challenge"]} if content["type"] == "Challenge" else {}
    answered(handler, 200, json.dumps(answer).encode())


def failing(status: int, **headers: str) -> Behaviour:
    """Answers so, whatever it is sent."""
    return lambda receiver, handler, body: answered(handler, status, b"no", **headers)


def lying(receiver: Receiver, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Says 200 to everything and means nothing."""
    answered(handler, 200, b'{"challenge": "whatever you want to hear"}')


def redirecting(receiver: Receiver, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Points to where the machine's own credentials are."""
    answered(handler, 307, Location="http://169.254.169.254/latest/meta-data/")


def endless(receiver: Receiver, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Answers a gigabyte, as far as anybody reads it."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(A_GIGABYTE))
    handler.end_headers()
    chunk, sent = b"x" * 65536, 0
    try:
        while sent < A_GIGABYTE:
            handler.wfile.write(chunk)
            sent += len(chunk)
    except OSError:
        receiver.got.append(({"sent": str(sent)}, {"type": "cut"}))


def dripping(receiver: Receiver, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """A byte now and then, for ever: each read is quick, and none is the last."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not receiver.stopped.is_set():
            handler.wfile.write(b"x")
            time.sleep(0.05)
    except OSError:
        return


@contextmanager
def receiver(behaviour: Behaviour = good) -> Iterator[Receiver]:
    """An endpoint that runs meanwhile."""
    found = Receiver(behaviour=behaviour)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert found.behaviour is not None
            found.behaviour(found, self, body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing: a test says what it saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_address[1]}/events"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        found.stopped.set()
        server.shutdown()
        server.server_close()
