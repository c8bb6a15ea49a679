"""One POST to somebody's endpoint, which may be anything: lead inside, never answer, drip, or answer for ever.

The name is resolved once, every address it has must be public, and the connection goes to the address that was
checked, with the name for TLS and `Host`: what the name stands for a moment later changes nothing. Written on the
standard library because the deadline has to reach the socket itself: time-outs of HTTP libraries begin anew with
every byte.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

from synpunkt.push import is_public

DEADLINE_SECONDS = 10.0
"""For everything from the name to the last byte."""
MAX_ANSWER = 64 * 1024
"""So many bytes of an answer are read."""
_LOCAL = "127.0.0.1"
_HTTPS, _HTTP = 443, 80

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it. `error`: a code of ours when there was no usable answer; `cut`: it was longer than is read."""

    status: int | None = None
    error: str | None = None
    body: bytes = b""
    cut: bool = False
    retry_after: str | None = None
    duration_ms: int = 0


class _No(Exception):
    """It cannot be sent, or was not answered; the message is the code."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address the name has. Raises `OSError` when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # Lambda speaks IPv4 alone; where both work it makes no difference.
    addresses = sorted(found, key=lambda each: each[0] != socket.AF_INET)
    return list(dict.fromkeys(str(each[4][0]) for each in addresses))


class Poster:
    """Sends. `local`: whether `http://127.0.0.1` may be sent to, as in stage local and nowhere else."""

    def __init__(
        self,
        *,
        local: bool = False,
        resolver: Resolve = resolve,
        deadline: float = DEADLINE_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._local = local
        self._resolver = resolver
        self._deadline = deadline
        self._tls = tls

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One try; never raises for what the other side does. Redirects are not followed: their status is told."""
        began = time.monotonic()
        try:
            answer = self._post(url, body, headers, began + self._deadline)
        except _No as no:
            answer = Answer(error=str(no))
        took = round((time.monotonic() - began) * 1000)
        return Answer(answer.status, answer.error, answer.body, answer.cut, answer.retry_after, took)

    def _post(self, url: str, body: bytes, headers: Mapping[str, str], until: float) -> Answer:
        parts = urlsplit(url)
        host, port = self._where(parts)
        addresses = self._addresses(host, port, until)
        with contextlib.ExitStack() as stack:
            connection = _connected(addresses, port, until)
            if parts.scheme == "https":
                connection = self._wrapped(connection, host)
            stack.callback(connection.close)
            # The only thing that ends a read into which a byte falls every second.
            ended = threading.Timer(max(until - time.monotonic(), 0), _end, [connection])
            ended.daemon = True
            ended.start()
            stack.callback(ended.cancel)
            try:
                return self._exchange(connection, parts, body, headers, until)
            except ssl.SSLCertVerificationError as error:
                raise _No("bad_certificate") from error
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise _No("timeout" if time.monotonic() >= until else _kind(error)) from error

    def _wrapped(self, connection: socket.socket, host: str) -> ssl.SSLSocket:
        """TLS over it, for that name; hands are shaken later, when it can be ended, too."""
        try:
            return (self._tls or _tls()).wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)
        except (OSError, ValueError) as error:
            connection.close()
            raise _No("tls") from error

    def _exchange(
        self, connection: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str], until: float
    ) -> Answer:
        if isinstance(connection, ssl.SSLSocket):
            connection.do_handshake()
        spoken = http.client.HTTPConnection("checked", timeout=self._deadline)
        spoken.sock = connection
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        spoken.request("POST", path, body, {**headers, "Host": parts.netloc, "Connection": "close"})
        with contextlib.closing(spoken.getresponse()) as response:
            content = response.read(MAX_ANSWER + 1)
            retry_after = response.headers.get("Retry-After")
        if time.monotonic() >= until:
            raise _No("timeout")
        return Answer(response.status, None, content[:MAX_ANSWER], len(content) > MAX_ANSWER, retry_after)

    def _where(self, parts: SplitResult) -> tuple[str, int]:
        try:
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise _No("bad_address") from error
        if parts.scheme == "http" and self._local and host == _LOCAL:
            return host, port or _HTTP
        if parts.scheme != "https" or parts.username is not None:
            raise _No("not_https")
        if not host or not parts.netloc.isascii():
            raise _No("bad_address")
        return host, port or _HTTPS

    def _addresses(self, host: str, port: int, until: float) -> Sequence[str]:
        if self._local and host == _LOCAL:
            return [host]
        pool = ThreadPoolExecutor(1)
        try:
            found = pool.submit(self._resolver, host, port).result(max(until - time.monotonic(), 0))
        except TooLate as error:
            raise _No("dns_timeout") from error
        except (OSError, UnicodeError) as error:
            raise _No("dns") from error
        finally:
            pool.shutdown(wait=False)
        # One that is not public among others that are: somebody means to come in by turns.
        if not found or not all(map(is_public, found)):
            raise _No("address_not_public")
        return found


def _connected(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    error: OSError | None = None
    for address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as failed:
            error = failed
    raise _No("timeout" if error is None or isinstance(error, TimeoutError) else "connect") from error


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # Not the TLS socket's own: that one changes what the reading thread is holding.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _kind(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "tls"
    return "no_http" if isinstance(error, (http.client.HTTPException, ValueError)) else "broken_off"


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
