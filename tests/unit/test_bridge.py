"""What the bridge decides without asking anybody: what an event asks, what a word means, whose signature it is."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook

from events import DATA
from functions.bridge import edge
from functions.bridge.adapters import Case
from functions.bridge.adapters.base import NotSent, a_number
from functions.bridge.adapters.csv_drop import cell, document
from functions.bridge.incoming import Asks, Malformed, asked, unwrapped
from functions.bridge.mapping import Mapping
from functions.bridge.settings import BadSettings, Settings
from functions.bridge.signing import NotSigned, checked_id, is_secret
from functions.bridge.web import NotReached, Web

ROOT = Path(__file__).parents[2]
SECRET = "whsec_" + base64.b64encode(b"x" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"y" * 32).decode()
NOW = 1_800_000_000.0


def example(type_: str, **more: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / type_ / "v1.example.json").read_text("utf-8"))
    return event | more


def moved(type_: str, municipality: str, to: str) -> dict[str, Any]:
    event = example(type_, municipality=municipality)
    event["data"]["to"] = to
    return event


@pytest.mark.parametrize("type_", sorted(DATA))
def test_every_type_of_event_is_understood_also_with_a_field_that_nobody_knows(type_: str) -> None:
    assert asked(example(type_, colour="blue"), {"0000"}).asks in Asks


@pytest.mark.parametrize(
    ("event", "asks"),
    [
        (example("CaseRouted", municipality="0583"), Asks.TAKE),
        (example("CaseRouted", municipality="0180"), Asks.NOTHING),
        (moved("CaseRouted", "0583", "0583/vatten"), Asks.NOTHING),
        (moved("CaseHandedOver", "0583", "0583"), Asks.TAKE),
        (moved("CaseHandedOver", "0180", "0180"), Asks.STOP),
        (moved("HandOverReturned", "0583", "0583"), Asks.TAKE),
        (moved("HandOverReturned", "0180", "0180"), Asks.STOP),
        (example("CaseReferred"), Asks.STOP),
        (example("CaseResolved"), Asks.STOP),
        (example("CaseReopened"), Asks.FOLLOW_AGAIN),
        (example("ReplyPosted"), Asks.NOTHING),
        ({"type": "MoonRose", "anything": 1}, Asks.NOTHING),
        ({"type": "TestEvent", "test": True}, Asks.NOTHING),
        (example("CaseRouted", municipality="0583", test=True), Asks.NOTHING),
        ({"type": "Take", "case_id": "01M80EAX9D1X6F1FS039C0XSKB"}, Asks.TAKE),
        ({"type": "Take", "case_id": "../else"}, Asks.NOTHING),
    ],
)
def test_what_an_event_asks(event: dict[str, Any], asks: Asks) -> None:
    assert asked(event, {"0583"}).asks is asks


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', "1" * 300_000, "[" * 20_000, '{"Type": "Notification", "Message": "x"}']
)
def test_what_is_no_event_is_malformed(body: str) -> None:
    with pytest.raises(Malformed):
        unwrapped(body)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": 7},
        {"type": "CaseRouted"},
        {k: v for k, v in example("CaseRouted").items() if k != "case_id"},
        example("CaseRouted", case_id="../../etc"),
        example("CaseRouted", municipality="583"),
    ],
)
def test_an_event_that_does_not_meet_the_contract_is_malformed(event: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as error:
        asked(event, {"0583"})
    assert "etc" not in str(error.value)


def test_an_event_may_come_as_it_is_or_as_sns_or_eventbridge_wrap_it() -> None:
    event = example("CaseRouted")
    plain = json.dumps(event)
    by_sns = json.dumps({"Type": "Notification", "Message": plain})
    by_bus = json.dumps({"detail-type": "CaseRouted", "source": "synpunkt", "detail": event})
    assert unwrapped(plain) == unwrapped(by_sns) == unwrapped(by_bus) == event


def test_a_word_means_what_the_document_says_and_nothing_else() -> None:
    mapping = Mapping.model_validate({"statuses": {"Under  Arbete": {"status": "in_progress"}, "open": {}}})
    assert mapping.of(" under arbete ") == mapping.of("UNDER ARBETE")
    assert mapping.of("open") is not None
    assert mapping.of("opened") is None
    assert mapping.sent.update() == {"status": "acknowledged"}


@pytest.mark.parametrize(
    "meaning",
    [
        {"status": "resolved"},
        {"outcome": "fixed"},
        {"status": "resolved", "outcome": "no_action"},
        {"status": "in_progress", "reason": "x"},
        {"status": "planned"},
        {"status": "closed"},
        {"stauts": "in_progress"},
    ],
)
def test_a_meaning_that_synpunkt_would_refuse_is_refused_at_once(meaning: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Mapping.model_validate({"statuses": {"x": meaning}})


def test_a_word_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValidationError):
        Mapping.model_validate({"statuses": {"Open": {}, "open": {}}})


def headers(secret: str = SECRET, at: float = NOW, body: str = "{}", **more: str) -> dict[str, str]:
    signature = Webhook(secret).sign("msg_1", datetime.fromtimestamp(at, UTC), body)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(at)), "webhook-signature": signature, **more}


def test_what_the_standards_library_signs_is_believed() -> None:
    assert checked_id([SECRET], headers(), b"{}", NOW) == "msg_1"
    assert checked_id([OTHER, SECRET], headers(), b"{}", NOW) == "msg_1"
    both = f"v1,AAAA {headers()['webhook-signature']} v2,BBBB"
    assert checked_id([SECRET], headers() | {"webhook-signature": both}, b"{}", NOW) == "msg_1"


@pytest.mark.parametrize(
    ("given", "body", "code"),
    [
        ({}, b"{}", "unsigned"),
        (headers() | {"webhook-id": "x" * 200}, b"{}", "unsigned"),
        (headers() | {"webhook-timestamp": "now"}, b"{}", "unsigned"),
        (headers(at=NOW - 301), b"{}", "stale"),
        (headers(at=NOW + 301), b"{}", "stale"),
        (headers(OTHER), b"{}", "forged"),
        (headers(), b"{ }", "forged"),
        (headers() | {"webhook-id": "msg_2"}, b"{}", "forged"),
        (headers() | {"webhook-signature": ""}, b"{}", "forged"),
        (headers() | {"webhook-signature": "v1,åäö"}, b"{}", "forged"),
    ],
)
def test_nothing_else_is_believed(given: dict[str, str], body: bytes, code: str) -> None:
    with pytest.raises(NotSigned) as error:
        checked_id([SECRET], given, body, NOW)
    assert str(error.value) == code


def test_a_secret_has_to_be_long_enough_to_sign_with() -> None:
    assert is_secret(SECRET)
    assert not is_secret("whsec_c2hvcnQ=")
    assert not is_secret("whsec_!")
    assert not is_secret("secret")


@pytest.mark.parametrize(
    ("found", "number"),
    [
        ("A-1", "A-1"),
        (17, "17"),
        (" a \n b ", "a b"),
        ("", None),
        (True, None),
        (None, None),
        (1.5, None),
        ({}, None),
        ("x" * 201, None),
        ("a\x00b", None),
    ],
)
def test_a_number_is_text_or_an_integer(found: Any, number: str | None) -> None:
    assert a_number(found) == number


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\r\n=1", "＝1", "|cmd", "%x"])
def test_no_cell_is_a_formula(formula: str) -> None:
    assert cell(formula).startswith("'")


def test_a_file_has_its_row_on_one_line_in_what_excel_reads() -> None:
    case = Case(
        case_id="01M80EAX9D1X6F1FS039C0XSKB",
        reference="7KQ-4M2X",
        kind="fault",
        category_name="Hål; i vägen",
        description='=HYPERLINK("http://x")\nåäö',
        created_at="2026-11-22T10:00:00.000Z",
    )
    lines = document(case).decode("utf-8-sig").splitlines()
    assert document(case).startswith(b"\xef\xbb\xbf")
    assert len(lines) == 2
    assert '"\'=HYPERLINK(""http://x"") åäö"' in lines[1]
    assert '"Hål; i vägen"' in lines[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SYNPUNKT_URL", "http://synpunkt.example"),
        ("SYNPUNKT_URL", "https://synpunkt.example/"),
        ("MUNICIPALITIES", "583"),
        ("MAPPING", "{"),
        ("ADAPTER_CONFIG", "[]"),
        ("POLL_AT_MOST", "0"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    names = ("TABLE", "INBOX_URL", "DEAD_URL", "SECRET_ID", "ADAPTER")
    good = {"SYNPUNKT_URL": "https://synpunkt.example", "MUNICIPALITIES": "0583,0180", "ADAPTER_CONFIG": "{}"}
    for key, each in (dict.fromkeys(names, "x") | good | {"MAPPING": "{}"}).items():
        monkeypatch.setenv(key, each)
    assert Settings.from_environment().municipalities == {"0583", "0180"}
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as error:
        Settings.from_environment()
    assert str(error.value) == name.lower()


def test_a_failure_is_logged_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    @edge.told("inbox")
    def fails() -> None:
        raise ValueError("Anna Andersson")

    with pytest.raises(edge.Failed) as raised:
        fails()
    out = capsys.readouterr().out
    assert "ValueError" in out
    assert "Anna" not in out + str(raised.value)
    assert raised.value.__context__ is None
    assert str(NotSent("no: Anna")) == "other"


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com/", "https://user:word@example.com/", "https://", "https://x:99999/"],
)
def test_nothing_is_sent_where_it_could_be_read_on_the_way(url: str) -> None:
    with pytest.raises(NotReached):
        Web(0.5).ask("GET", url)
