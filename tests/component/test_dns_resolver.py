"""Name servers asked for TXT records: a real resolver, and a server on this machine that answers as told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rrset
import pytest

from functions.desk.joining.dns_proof import NoAnswer
from functions.desk.joining.dns_resolver import DnsResolver

_RECORDS = {
    "skovde.example.": ['"v=spf1 -all"', '"synpunkt-claim=abc"'],
    # A long record comes in parts.
    "long.example.": ['"synpunkt-" "claim=abc"'],
    "empty.example.": [],
}


def _answer(question: bytes) -> bytes:
    query = dns.message.from_wire(question)
    answer = dns.message.make_response(query)
    name = query.question[0].name.to_text()
    if name == "broken.example.":
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif name not in _RECORDS:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif _RECORDS[name]:
        answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", "TXT", _RECORDS[name]))
    return answer.to_wire()


@pytest.fixture
def resolver() -> Iterator[DnsResolver]:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            question, whence = server.recvfrom(4096)
            if not question:
                return
            server.sendto(_answer(question), whence)

    thread = threading.Thread(target=serve)
    thread.start()
    yield DnsResolver(["127.0.0.1"], server.getsockname()[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
        stopping.sendto(b"", server.getsockname())
    thread.join()
    server.close()


def test_every_record_is_found(resolver: DnsResolver) -> None:
    assert resolver.texts("skovde.example") == {"v=spf1 -all", "synpunkt-claim=abc"}
    assert resolver.texts("long.example") == {"synpunkt-claim=abc"}


def test_no_domain_and_no_record_are_nothing(resolver: DnsResolver) -> None:
    assert resolver.texts("empty.example") == resolver.texts("nowhere.example") == frozenset()


def test_a_server_that_fails_is_not_taken_for_an_answer(resolver: DnsResolver) -> None:
    with pytest.raises(NoAnswer):
        resolver.texts("broken.example")
