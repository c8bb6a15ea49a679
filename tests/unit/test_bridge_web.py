"""The bridge's deadline: for everything, whoever is slow, inside TLS as outside."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from functions.bridge.web import NoAnswer, NotReached, Web
from tests.certificate import HOST, contexts

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
A_LONG_RECORD = b"\x16\x03\x03\x40\x00"
DRIPS = 200
"""So many bytes are dripped, twenty seconds long, before whoever drips goes away by itself."""


@dataclass
class Dripper:
    """One that was asked by TLS, and answers byte by byte. `hung_up`: the other side had enough."""

    port: int
    hung_up: Event = field(default_factory=Event)


@contextmanager
def dripping(answer: Callable[[socket.socket], socket.socket]) -> Iterator[Dripper]:
    """Takes one call. `answer`: what is done before it drips, and into what."""
    with socket.create_server((HOST, 0)) as server:
        found = Dripper(server.getsockname()[1])

        def serve() -> None:
            connection, _ = server.accept()
            with connection, answer(connection) as into:
                try:
                    for _ in range(DRIPS):
                        into.sendall(b"\x00")
                        time.sleep(0.1)
                except OSError:
                    found.hung_up.set()

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield found
        thread.join()


def test_who_drips_inside_tls_is_hung_up_on(tmp_path: Path) -> None:
    theirs, ours = contexts(tmp_path)

    def answered(connection: socket.socket) -> ssl.SSLSocket:
        inside = theirs.wrap_socket(connection, server_side=True)
        inside.recv(4096)
        inside.sendall(HEAD)
        return inside

    with dripping(answered) as dripper, pytest.raises(NoAnswer, match="timeout"):
        Web(0.5, tls=ours).ask("GET", f"https://{HOST}:{dripper.port}/")
    assert dripper.hung_up.is_set()


def test_who_drips_through_the_handshake_is_hung_up_on_and_was_sent_nothing() -> None:
    def shaking(connection: socket.socket) -> socket.socket:
        connection.sendall(A_LONG_RECORD)
        return connection

    with dripping(shaking) as dripper, pytest.raises(NotReached, match="no_tls"):
        Web(0.5).ask("GET", f"https://{HOST}:{dripper.port}/")
    assert dripper.hung_up.is_set()


def test_a_name_that_is_looked_up_for_ever_ends_with_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    known, real = Event(), socket.getaddrinfo

    def slow(*asked: Any, **more: Any) -> Any:
        known.wait(20)
        return real(*asked, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with socket.create_server((HOST, 0)) as server:
        try:
            with pytest.raises(NotReached, match="no_connection"):
                Web(0.3).ask("GET", f"http://{HOST}:{server.getsockname()[1]}/")
        finally:
            known.set()


def test_the_addresses_of_a_name_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses, given = ["192.0.2.1", "192.0.2.2", "192.0.2.3"], {}

    def found(host: str, port: int, **more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    def nobody(address: tuple[str, int], timeout: float) -> socket.socket:
        given[address[0]] = timeout
        time.sleep(timeout / 2)
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket, "create_connection", nobody)
    with pytest.raises(NotReached, match="no_connection"):
        Web(0.4).ask("GET", "https://slow.example/")
    assert list(given) == addresses[: len(given)]
    assert sorted(given.values(), reverse=True) == list(given.values())
    assert len(set(given.values())) == len(given) > 1
