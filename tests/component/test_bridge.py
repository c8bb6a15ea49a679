"""What the bridge does with events: each case becomes one in the back office, and its number comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.bridge import room
from functions.bridge.adapters import Adapter, Case, Receipt
from functions.bridge.edge import Failed
from functions.bridge.taking import Busy
from functions.bridge.web import MAX_ANSWER
from tests.component.back_office import after_it_was_done, closed_port, dripping, failing, unread
from tests.component.bridge_world import CASE, OTHER, Bridge, bridge, event, waiting

NUMBER_AND_STATUS = {"foreign_number": "BO-1", "status": "acknowledged"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bridge]:
    """A bridge into an Open311 endpoint."""
    with bridge(monkeypatch) as found:
        yield found


def posts(world: Bridge) -> int:
    """How often the back office was sent something."""
    return sum(method == "POST" for method, *_ in world.back_office.asked)


def test_a_routed_case_gets_its_number_in_the_back_office(world: Bridge, capsys: pytest.CaptureFixture[str]) -> None:
    world.gets(event())
    [request] = world.back_office.requests.values()
    assert (request["service_code"], request["lat"], request["long"]) == ("pothole", "58.5371", "15.0365")
    assert request["description"].startswith("Ett djupt hål.\n\nSynpunkt 7KQ-4M2X: ")
    assert (request["first_name"], request["last_name"]) == ("Test", "Testsson")
    assert world.national.told() == [NUMBER_AND_STATUS]
    assert (world.held().state, world.held().number_told) == ("sent", True)
    out = capsys.readouterr().out
    assert CASE in out
    assert not [each for each in ("Testsson", "example.com", "djupt", "58.5", "BO-1", "theirs") if each in out]


def test_however_often_an_event_comes_there_is_one_case_and_one_update(world: Bridge) -> None:
    world.gets(event(), event(), event(event_id="01M80EAXEGXFBY5THXX966Z0N0"), event(colour="blue"))
    assert len(world.back_office.requests) == 1
    assert world.national.told() == [NUMBER_AND_STATUS]


def test_the_same_event_many_times_at_once_makes_one_case(world: Bridge) -> None:
    taking = room.taking()

    def take() -> str:
        try:
            taking.take(event())
        except Busy:
            return "busy"
        return "done"

    with ThreadPoolExecutor(8) as pool:
        outcomes = [each.result() for each in [pool.submit(take) for _ in range(8)]]
    assert "done" in outcomes
    assert len(world.back_office.requests) == 1
    world.gets(event())
    assert world.national.told() == [NUMBER_AND_STATUS]


def test_a_number_that_comes_later_is_asked_for_by_its_token(world: Bridge) -> None:
    world.back_office.slow_numbers = True
    world.gets(event())
    assert world.national.told() == []
    world.looks()
    assert world.held().number is None
    world.looks()
    assert (world.held().number, world.held().token) == ("BO-1", None)
    assert world.national.told() == [NUMBER_AND_STATUS]


def test_a_back_office_that_is_down_is_tried_again_until_it_is_there(
    world: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    up = world.back_office.url
    monkeypatch.setenv("ADAPTER_CONFIG", json.dumps({"url": closed_port()}))
    room.settings.cache_clear()
    for _ in range(2):
        with pytest.raises(Failed):
            world.gets(event())
        assert room.claims().find(CASE) is None
    monkeypatch.setenv("ADAPTER_CONFIG", json.dumps({"url": up}))
    room.settings.cache_clear()
    for status in (503, 429):
        world.back_office.misbehaves = failing(status)
        with pytest.raises(Failed):
            world.gets(event())
    world.back_office.misbehaves = None
    world.gets(event())
    assert len(world.back_office.requests) == 1


@pytest.mark.parametrize(
    "misbehaviour",
    [
        dripping,
        unread,
        after_it_was_done,
        failing(502),
        failing(302),
        failing(200, b"<requests/>"),
        failing(200, b"[]"),
        failing(200, b"[{}]"),
        failing(200, b"{}"),
        failing(200, b"[1]"),
        failing(200, b'[{"service_request_id": {"a": 1}}]'),
        failing(200, b"[" * 50_000),
        failing(200, b"x" * (MAX_ANSWER + 1)),
    ],
)
def test_what_may_have_been_made_is_told_and_never_made_again(
    world: Bridge, misbehaviour: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "BACK_OFFICE_SECONDS", 0.5)
    world.back_office.misbehaves = misbehaviour  # type: ignore[assignment]
    world.gets(event())
    assert (world.held().state, world.held().attention) == ("unknown", "unknown")
    world.back_office.misbehaves = None
    world.gets(event())
    world.looks()
    assert posts(world) == 1
    assert world.national.told() == []
    assert [each.case_id for each in room.claims().needing_attention("unknown", 9)] == [CASE]


def test_what_the_back_office_refuses_is_kept_for_a_person_and_its_words_out_of_the_log(
    world: Bridge, capsys: pytest.CaptureFixture[str]
) -> None:
    world.back_office.misbehaves = failing(400, b'[{"code": 400, "description": "Testsson?"}]')
    world.gets(event(), event())
    assert (world.held().state, world.held().attention) == ("refused", "refused")
    assert "Testsson?" in (world.held().said or "")
    assert posts(world) == 1
    out = capsys.readouterr().out
    assert "http_400" in out
    assert "Testsson" not in out


def test_whoever_ends_between_claim_and_outcome_leaves_a_question_and_no_second_case(world: Bridge) -> None:
    now = int(time.time())
    room.claims().claim(CASE, "7KQ-4M2X", now)
    with pytest.raises(Failed):
        world.gets(event())
    world.national.add(OTHER)
    room.claims().claim(OTHER, "7KQ-4M2X", now - 3600)
    world.gets(event(case_id=OTHER))
    assert world.held(OTHER).attention == "unknown"
    assert posts(world) == 0


def test_a_claim_whose_message_never_came_again_is_found_by_the_schedule(world: Bridge) -> None:
    room.claims().claim(CASE, "7KQ-4M2X", int(time.time()) - 3600)
    world.looks()
    assert (world.held().state, world.held().attention) == ("unknown", "unknown")


def test_a_person_says_what_became_of_it(world: Bridge) -> None:
    world.back_office.misbehaves = after_it_was_done
    world.gets(event())
    world.back_office.misbehaves = None
    room.claims().numbered(CASE, "BO-1")
    world.looks()
    assert world.national.told() == [NUMBER_AND_STATUS]
    assert (world.held().state, world.held().attention) == ("sent", None)


def test_a_person_has_it_sent_again(world: Bridge) -> None:
    world.back_office.misbehaves = failing(400)
    world.gets(event())
    world.back_office.misbehaves = None
    again = {"type": "Take", "case_id": CASE, "claimed_at": world.held().claimed_at}
    world.gets({**again, "claimed_at": 17}, {"type": "Take", "case_id": CASE})
    assert posts(world) == 1
    world.gets(again, again)
    assert world.national.told() == [NUMBER_AND_STATUS]
    assert posts(world) == 2


def test_what_a_person_has_sent_again_is_sent_once_however_often_the_message_comes(
    world: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.back_office.misbehaves = after_it_was_done
    room.claims().claim(CASE, "7KQ-4M2X", int(time.time()) - 3600)
    room.claims().failed(CASE, "unknown", "unknown", "")
    again = {"type": "Take", "case_id": CASE, "claimed_at": world.held().claimed_at}
    world.gets(again, again)
    assert (world.held().state, posts(world)) == ("unknown", 1)


def test_a_case_that_is_gone_is_left_and_one_that_the_key_may_not_read_comes_again(world: Bridge) -> None:
    world.gets(event(case_id=OTHER))
    assert room.claims().find(OTHER) is None
    world.national.key = "another"
    with pytest.raises(Failed):
        world.gets(event())
    assert posts(world) == 0


def test_when_synpunkt_is_away_the_number_is_told_the_next_time(world: Bridge) -> None:
    world.national.away = True
    with pytest.raises(Failed):
        world.gets(event())
    world.national.away = False
    world.gets(event())
    assert world.national.told() == [NUMBER_AND_STATUS]
    assert posts(world) == 1


def test_a_case_that_is_past_a_status_gets_the_number_alone(world: Bridge) -> None:
    world.national.refuses = "case_closed"
    world.gets(event())
    assert world.national.told() == [{"foreign_number": "BO-1"}]
    assert world.held().attention is None


@pytest.mark.parametrize("body", ["", "nonsense", '{"type": "CaseRouted"}', json.dumps(event(case_id="x"))])
def test_what_cannot_be_read_goes_to_the_dead_letters_at_once(world: Bridge, body: str) -> None:
    world.gets(body)
    assert waiting("dead") == [body]
    assert world.national.asked == []


def test_what_asks_nothing_of_us_does_nothing(world: Bridge) -> None:
    world.gets({"type": "Unheard", "x": 1}, {"type": "TestEvent", "test": True}, event("ReplyPosted"))
    world.gets(event(municipality="0180"), event("CaseResolved"), event("CaseReopened"), event(test=True))
    assert world.national.asked == world.back_office.asked == []
    assert waiting("dead") == []


def test_a_case_that_goes_is_followed_no_more_until_it_comes_back(world: Bridge) -> None:
    world.gets(event())
    gone = event("CaseHandedOver", municipality="0180")
    world.gets(gone)
    assert world.held().open is None
    world.gets(event("CaseReopened"))
    assert (world.held().open, world.held().attention) == ("1", "reopened")
    world.gets(event("CaseResolved"), event())
    assert world.held().open == "1"
    assert posts(world) == 1


def test_what_synpunkt_keeps_for_us_is_laid_in_the_inbox(world: Bridge) -> None:
    bodies = [json.dumps(event()), "nonsense"]
    records = [{"body": body, "receiptHandle": "r", "messageId": "m", "eventSourceARN": "a"} for body in bodies]
    world.runs("on_hosted", {"Records": records})
    assert sorted(waiting("inbox")) == sorted(bodies)


def test_an_adapter_that_falls_over_has_perhaps_sent_it(
    world: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Adapter):
        def send(self, case: Case) -> Receipt:
            raise KeyError("Testsson")

    monkeypatch.setattr(room, "_adapter", Broken)
    world.gets(event())
    assert (world.held().state, world.held().said) == ("unknown", "KeyError")
    assert "Testsson" not in capsys.readouterr().out
