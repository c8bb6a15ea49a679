"""One request to a back office or to Synpunkt, which may be down, slow, endless or talk nonsense.

Says what matters before a case is made twice: whether anything can have arrived. Written on the standard library
because the deadline has to reach the socket itself: time-outs of HTTP libraries begin anew with every byte.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

MAX_ANSWER = 64 * 1024
"""So many bytes of a back office's answer are read; a longer one is no answer."""
_LOCAL = "127.0.0.1"


class NotReached(Exception):
    """Nothing was sent: no name, no connection, no TLS; the message is a code."""

    is_code = True


class NoAnswer(Exception):
    """It was sent, and what became of it is not known; the message is a code."""

    is_code = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. Redirects are answers like others: they are never followed."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return 200 <= self.status < 300

    @property
    def later(self) -> bool:
        """Whether it was put off: nothing was done, and the same may be sent again."""
        return self.status in (408, 425, 429, 503)

    def json(self) -> Any:
        """What stands in it. Raises `NoAnswer` when that is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise NoAnswer("no_json") from None


@dataclass(frozen=True, slots=True)
class Web:
    """Asks. `seconds`: for everything from the name to the last byte; `most`: bytes of an answer."""

    seconds: float = 10.0
    most: int = MAX_ANSWER
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def ask(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One try. Raises `NotReached` or `NoAnswer`."""
        until = time.monotonic() + self.seconds
        parts = urlsplit(url)
        with contextlib.ExitStack() as stack:
            connection = self._connected(parts, until)
            stack.callback(connection.close)
            if parts.scheme == "https":
                connection = self._wrapped(connection, str(parts.hostname))
                stack.callback(connection.close)
            # The only thing that ends a read into which a byte falls every second. TLS leaves nothing to end in the
            # socket it was wrapped around, so this is begun after wrapping, and hands are shaken after this.
            ended = threading.Timer(max(until - time.monotonic(), 0), _end, [connection])
            ended.daemon = True
            ended.start()
            stack.callback(ended.cancel)
            _shake_hands(connection)
            try:
                return self._exchange(connection, method, parts, body, headers or {}, until)
            except (OSError, http.client.HTTPException, ValueError):
                raise NoAnswer("timeout" if time.monotonic() >= until else "broken_off") from None

    def _connected(self, parts: SplitResult, until: float) -> socket.socket:
        try:
            host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
            if parts.username is not None or not (parts.scheme == "https" or (parts.scheme, host) == ("http", _LOCAL)):
                raise NotReached("not_https")
            return _reached(_addresses(host, port, until), port, until)
        except (OSError, ValueError):
            raise NotReached("no_connection") from None

    def _wrapped(self, connection: socket.socket, host: str) -> ssl.SSLSocket:
        try:
            return self.tls.wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)
        except (OSError, ValueError):
            raise NotReached("no_tls") from None

    def _exchange(
        self,
        connection: socket.socket,
        method: str,
        parts: SplitResult,
        body: bytes | None,
        headers: Mapping[str, str],
        until: float,
    ) -> Answer:
        spoken = http.client.HTTPConnection("connected", timeout=self.seconds)
        spoken.sock = connection
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        spoken.request(method, path, body, {**headers, "Host": parts.netloc, "Connection": "close"})
        with contextlib.closing(spoken.getresponse()) as response:
            content = response.read(self.most + 1)
            missing = response.length or 0
        if time.monotonic() >= until:
            raise NoAnswer("timeout")
        if len(content) > self.most:
            raise NoAnswer("too_long")
        if missing:
            raise NoAnswer("broken_off")
        return Answer(response.status, content)


def _addresses(host: str, port: int, until: float) -> Sequence[str]:
    pool = ThreadPoolExecutor(1)
    try:
        asked = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        return [str(each[4][0]) for each in asked.result(max(until - time.monotonic(), 0))]
    finally:
        pool.shutdown(wait=False)


def _reached(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    for address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        with contextlib.suppress(OSError):
            return socket.create_connection((address, port), left)
    raise NotReached("no_connection")


def _shake_hands(connection: socket.socket) -> None:
    try:
        if isinstance(connection, ssl.SSLSocket):
            connection.do_handshake()
    except (OSError, ValueError):
        raise NotReached("no_tls") from None


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # Not the TLS socket's own: that one changes what the reading thread is holding.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
