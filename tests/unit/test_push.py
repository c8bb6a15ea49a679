"""Pushing, without anything to push to: where it may lead, how it is signed, when it is tried again."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from functions.deliver.web import Poster
from synpunkt.identity import TokenMaker
from synpunkt.push import (
    DISABLED_AFTER,
    SENT_TYPES,
    Filter,
    Health,
    Kind,
    State,
    Subscription,
    delay_after,
    is_public,
    secrets_in_force,
    signatures,
    target_fault,
)
from synpunkt.responsibility import MunicipalityProfile
from synpunkt.responsibility.decision import recipients_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKENS = TokenMaker(b"k" * 32)
OURS = "999999999999"


def subscription(**more: object) -> Subscription:
    """A webhook that is going."""
    facts: dict[str, object] = {
        "subscription_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "municipality": "0583",
        "name": "Mottagare",
        "kind": Kind.WEBHOOK,
        "target": "https://system.example/x",
        "filter": Filter(),
        "state": State.ACTIVE,
        "since": NOW,
        "created_at": NOW,
        "created_by": "test",
        **more,
    }
    return Subscription(**facts)  # type: ignore[arg-type]


# ---- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "2a00:1450:400f::200e"])
def test_the_public_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "169.254.170.2"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1"),
        # IPv4 in another dress: mapped, compatible, NAT64 (both prefixes), 6to4, Teredo, ISATAP.
        *("::ffff:10.0.0.1", "::ffff:8.8.8.8", "::10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1"),
        *(
            "2002:a00:1::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2a00:1450::5efe:a00:1",
            "2a00:1450::200:5efe:a00:1",
        ),
        *("100::1", "2001:10::1", "", "localhost", "1.2.3", "0x7f000001"),
    ],
)
def test_everything_else(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("kind", "target", "ok"),
    [
        (Kind.WEBHOOK, "https://system.kommun.example:8443/a?b=c", True),
        (Kind.WEBHOOK, "https://8.8.8.8/", True),
        (Kind.WEBHOOK, "https://10.0.0.1/", False),
        (Kind.WEBHOOK, "https://system/", False),
        (Kind.WEBHOOK, "https://system.example:99999/", False),
        (Kind.WEBHOOK, "https://system.example/ x", False),
        (Kind.WEBHOOK, "https://system.example/" + "x" * 500, False),
        (Kind.SQS, "123456789012", True),
        (Kind.SQS, "arn:aws:sqs:eu-north-1:123456789012:synpunkt-prod-route", False),
        (Kind.EVENTBRIDGE, "arn:aws:events:eu-north-1:123456789012:event-bus/arenden", True),
        (Kind.EVENTBRIDGE, "arn:aws:events:eu-north-1:123456789012:event-bus/*", False),
        (Kind.EVENTBRIDGE, "default", False),
        (Kind.EVENTBRIDGE, f"arn:aws:events:eu-north-1:{OURS}:event-bus/arenden", False),
    ],
)
def test_what_a_subscription_may_lead_to(kind: Kind, target: str, ok: bool) -> None:
    assert (target_fault(kind, target, local=False, ours=OURS) is None) is ok


def test_this_machine_will_do_in_stage_local_alone() -> None:
    assert target_fault(Kind.WEBHOOK, "http://127.0.0.1:9000/x", local=True, ours=OURS) is None
    assert target_fault(Kind.WEBHOOK, "http://127.0.0.1:9000/x", local=False, ours=OURS) == "target"
    assert target_fault(Kind.WEBHOOK, "http://127.0.0.2/x", local=True, ours=OURS) == "target"


@pytest.mark.parametrize(("name", "fault"), [("theirs", None), ("synpunkt-local", "target_ours")])
def test_on_this_machine_there_is_one_account_alone(name: str, fault: str | None) -> None:
    """Whose buses stand for others' there; the one that our own rooms listen to does not."""
    bus = f"arn:aws:events:eu-north-1:{OURS}:event-bus/{name}"
    assert target_fault(Kind.EVENTBRIDGE, bus, local=True, ours=OURS) == fault


# ---- one post --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["8.8.8.8", "169.254.169.254"], ["8.8.8.8", "::ffff:127.0.0.1"], []],
)
def test_a_name_with_one_address_that_is_not_public_is_not_spoken_to(addresses: Sequence[str]) -> None:
    answer = Poster(resolver=lambda host, port: addresses).post("https://rebinding.example/", b"", {})
    assert (answer.status, answer.error) == (None, "address_not_public")


def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_the_one_spoken_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, spoken_to = [], []

    def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        spoken_to.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    answer = Poster(resolver=resolver).post("https://rebinding.example/", b"", {})
    assert answer.error == "connect"
    assert (asked, spoken_to) == (["rebinding.example"], [("8.8.8.8", 443)])


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://system.example/", "not_https"),
        ("http://127.0.0.1/", "not_https"),
        ("https://a@system.example/", "not_https"),
        ("https://", "bad_address"),
        ("https://system.example:0x50/", "bad_address"),
        ("file:///etc/passwd", "not_https"),
    ],
)
def test_what_is_never_spoken_to(url: str, error: str) -> None:
    assert Poster(resolver=lambda host, port: ["8.8.8.8"]).post(url, b"", {}).error == error


def test_a_name_that_is_not_there() -> None:
    def nobody(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror

    assert Poster(resolver=nobody).post("https://nobody.example/", b"", {}).error == "dns"


def test_a_resolver_that_hangs_ends_with_everything_else() -> None:
    def slow(host: str, port: int) -> Sequence[str]:
        time.sleep(1)
        return ["8.8.8.8"]

    assert Poster(resolver=slow, deadline=0.1).post("https://slow.example/", b"", {}).error == "dns_timeout"


def test_who_takes_the_call_and_says_nothing_is_hung_up_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert Poster(local=True, deadline=0.2).post(url, b"{}", {}).error == "timeout"


def test_who_drips_through_the_handshake_of_tls_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        real = socket.create_connection
        monkeypatch.setattr(
            socket, "create_connection", lambda address, timeout: real(server.getsockname(), timeout=timeout)
        )

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                # A record of TLS that says it is long, byte by byte.
                for byte in b"\x16\x03\x03\x40\x00" + b"\x00" * 1000:
                    try:
                        connection.send(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(0.02)

        Thread(target=drip, daemon=True).start()
        poster = Poster(resolver=lambda host, port: ["8.8.8.8"], deadline=0.4)
        answer = poster.post("https://drip.example/", b"{}", {})
        assert answer.error == "timeout"
        assert answer.duration_ms < 5000


def test_subscribers_stand_in_the_chain_before_the_mails() -> None:
    mails = {"street": "street@0583.example"}
    joined = MunicipalityProfile("0583", True, None, mails, push_subscribers=("A", "B"))
    assert recipients_of("street", joined) == ("push:A", "push:B", "mail:street", "triage")
    assert recipients_of("street", replace(joined, claimed=False)) == ("mail:street", "triage")


def test_what_listens_to_the_topic_has_a_case_only_if_it_is_told_of_all() -> None:
    listens = subscription(kind=Kind.SNS)
    assert listens.takes_cases
    assert replace(listens, filter=Filter(types=SENT_TYPES | {"CaseResolved"})).takes_cases
    assert not replace(listens, filter=Filter(types=frozenset({"CaseRouted"}))).takes_cases
    assert not replace(listens, filter=Filter(kinds=frozenset({"fault"}))).takes_cases
    assert not replace(listens, state=State.PAUSED).takes_cases


# ---- signatures ------------------------------------------------------------------------------------------------------


def test_the_signature_is_the_one_of_the_standard() -> None:
    secret = TOKENS.webhook_secret("01ARZ3NDEKTSV4RRFFQ69G5FAV", 1)
    assert secret.startswith("whsec_")
    timestamp, body = int(time.time()), '{"type": "CaseRouted", "å": "ä"}'.encode()
    headers = {
        "webhook-id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures([secret], "01ARZ3NDEKTSV4RRFFQ69G5FAV", timestamp, body),
    }
    Webhook(secret).verify(body, headers)
    for changed in ({"webhook-id": "other"}, {"webhook-timestamp": str(timestamp - 1)}, {"webhook-signature": "v1,"}):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, {**headers, **changed})
    with pytest.raises(WebhookVerificationError):
        Webhook(TOKENS.webhook_secret("01ARZ3NDEKTSV4RRFFQ69G5FAV", 2)).verify(body, headers)


def test_for_a_day_two_secrets_sign() -> None:
    rotated = subscription(secret_version=3, rotated_at=NOW)
    second, third = (TOKENS.webhook_secret(rotated.subscription_id, version) for version in (2, 3))
    assert secrets_in_force(TOKENS, rotated, NOW + timedelta(hours=23)) == [third, second]
    assert secrets_in_force(TOKENS, rotated, NOW + timedelta(hours=24)) == [third]
    assert len(set(signatures([third, second], "id", 1, b"").split())) == 2


# ---- when ------------------------------------------------------------------------------------------------------------


def test_it_is_tried_more_and_more_rarely_and_at_least_every_hour() -> None:
    waits = [delay_after(attempts).total_seconds() for attempts in range(1, 12)]
    assert waits == [5, 30, 120, 300, 900, 1800, *[3600] * 5]


def test_from_the_third_case_on_it_is_left_alone() -> None:
    health = Health()
    for case_id in ("a", "a", "b"):
        health = health.failed(case_id, NOW)
        assert not health.is_left_alone(NOW)
    health = health.failed("c", NOW)
    assert health.is_left_alone(NOW + timedelta(seconds=119))
    assert not health.is_left_alone(NOW + timedelta(seconds=120))


def test_one_case_alone_never_has_it_left_alone() -> None:
    health = Health()
    for _ in range(50):
        health = health.failed("a", NOW)
    assert not health.is_left_alone(NOW)


def test_five_days_of_failing_are_enough_and_a_long_silence_is_not_failing() -> None:
    health, now = Health(), NOW
    while now - NOW < DISABLED_AFTER:
        assert not health.has_failed_for_good(now)
        health = health.failed("a", now)
        now += timedelta(hours=1)
    assert health.failed("a", now).has_failed_for_good(now)
    quiet = Health().failed("a", NOW)
    later = NOW + timedelta(days=6)
    assert not quiet.failed("b", later).has_failed_for_good(later)


def test_what_it_asks_for_is_granted() -> None:
    health = Health().failed("a", NOW, timedelta(minutes=20))
    assert health.is_left_alone(NOW + timedelta(minutes=19))
    assert not health.is_left_alone(NOW + timedelta(minutes=20))
