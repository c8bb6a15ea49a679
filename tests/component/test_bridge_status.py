"""What becomes of a case in the back office comes back: asked for by the clock, or pushed and signed."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler

import pytest

from functions.bridge import room
from functions.bridge.adapters import Adapter, Uncertain
from tests.component.back_office import Misbehaviour, Server, failing
from tests.component.bridge_world import CASE, MAPPING, OTHER, SECRETS, Bridge, bridge, event, waiting

STARTED = {"status": "in_progress"}
FIXED = {"status": "resolved", "outcome": "fixed"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bridge]:
    """A bridge whose back office has one case, BO-1."""
    with bridge(monkeypatch) as found:
        found.gets(event())
        found.national.updates.clear()
        yield found


def test_a_status_is_told_once_each_time_it_changes_and_the_end_is_the_end(world: Bridge) -> None:
    world.looks()
    assert world.national.told() == []
    world.back_office.say("BO-1", "under ARBETE")
    world.looks()
    world.looks()
    assert world.national.told() == [STARTED]
    world.back_office.say("BO-1", "closed")
    world.looks()
    assert world.national.told() == [STARTED, FIXED]
    asked = len(world.back_office.asked)
    world.looks()
    assert len(world.back_office.asked) == asked


def test_a_status_nobody_explained_is_shown_and_told_once_the_document_has_it(
    world: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.back_office.say("BO-1", "Parkerad hos Testsson")
    world.looks()
    assert world.national.told() == []
    [held] = room.claims().needing_attention("unmapped", 9)
    assert (held.case_id, held.said) == (CASE, "Parkerad hos Testsson")
    out = capsys.readouterr().out
    assert '"Attention": 1' in out
    assert "Testsson" not in out
    longer = {**MAPPING["statuses"], "Parkerad hos Testsson": STARTED}  # type: ignore[dict-item]
    monkeypatch.setenv("MAPPING", json.dumps({"statuses": longer}))
    room.settings.cache_clear()
    world.looks()
    assert world.national.told() == [STARTED]
    assert world.held().attention is None


def test_a_reason_goes_along(world: Bridge) -> None:
    world.back_office.say("BO-1", "rejected")
    world.looks()
    assert world.national.told() == [MAPPING["statuses"]["rejected"]]  # type: ignore[index]


def test_what_synpunkt_will_not_have_is_kept_for_a_person_and_not_said_again(world: Bridge) -> None:
    world.national.refuses = "not_in_that_state"
    world.back_office.say("BO-1", "closed")
    world.looks()
    world.looks()
    assert (world.held().attention, world.held().said) == ("not_taken", "not_in_that_state")
    assert sum(method == "POST" and "status" in fields for method, _, fields in world.national.asked) == 2


def test_what_the_key_may_not_say_is_kept_for_a_person_and_said_once_it_may(
    world: Bridge, capsys: pytest.CaptureFixture[str]
) -> None:
    world.national.reads_only = True
    world.national.add(OTHER, reference="7KQ-4M2Y")
    world.gets(event(case_id=OTHER))
    world.back_office.say("BO-1", "under arbete")
    world.looks()
    world.back_office.say("BO-1", "closed")
    world.looks()
    assert '"Failed": 0, "Attention": 2' in capsys.readouterr().out
    assert (world.held().attention, world.held().said) == ("not_allowed", "not_allowed")
    world.national.reads_only = False
    world.looks()
    world.looks()
    number = {"foreign_number": "BO-2", "status": "acknowledged"}
    assert [each for each in world.national.told() if each != number] == [STARTED, FIXED]
    assert number in world.national.told()
    assert (world.held().attention, world.held(OTHER).attention) == (None, None)


def test_while_either_is_away_nothing_is_lost(world: Bridge, capsys: pytest.CaptureFixture[str]) -> None:
    world.back_office.say("BO-1", "closed")
    for bad in (failing(500), failing(200, b"?"), failing(200, b'{"a": 1}')):
        world.back_office.misbehaves = bad
        world.looks()
        assert '"Failed": 1' in capsys.readouterr().out
    world.back_office.misbehaves = None
    world.national.away = True
    world.looks()
    assert world.held().untold
    world.national.away = False
    world.looks()
    assert world.national.told() == [FIXED]


def refusing(number: str) -> Misbehaviour:
    """Answers 404 whenever it is asked for that number, among others or alone."""

    def answers(server: Server, handler: BaseHTTPRequestHandler) -> None:
        _, path, fields = server.asked[-1]
        if number in fields.get("service_request_id", "").split(","):
            failing(404, b"no such request")(server, handler)
            return
        status, content = server.answer(handler.command, path, fields, {})
        failing(status, json.dumps(content).encode())(server, handler)

    return answers


def test_a_number_that_the_back_office_refuses_hides_no_other_and_is_shown_until_it_is_answered(
    world: Bridge, capsys: pytest.CaptureFixture[str]
) -> None:
    world.national.add(OTHER, reference="7KQ-4M2Y")
    world.gets(event(case_id=OTHER))
    world.national.updates.clear()
    for number in ("BO-1", "BO-2"):
        world.back_office.say(number, "under arbete")
    world.back_office.misbehaves = refusing("BO-1")
    capsys.readouterr()
    world.looks()
    assert (world.held(OTHER).heard, world.national.told()) == ("under arbete", [STARTED])
    [held] = room.claims().needing_attention("number_refused", 9)
    assert (held.case_id, held.said) == (CASE, "no such request")
    out = capsys.readouterr().out
    assert '"Failed": 0, "Attention": 1' in out
    assert "no such" not in out
    # From then on it does not cost the others a question.
    before = len(world.back_office.asked)
    world.looks()
    assert len(world.back_office.asked) - before == 2
    world.back_office.misbehaves = None
    world.looks()
    assert (world.held().heard, world.held().attention) == ("under arbete", None)


def test_where_every_number_is_refused_it_is_not_the_numbers(world: Bridge, capsys: pytest.CaptureFixture[str]) -> None:
    world.back_office.misbehaves = failing(403)
    world.looks()
    assert '"Failed": 1, "Attention": 0' in capsys.readouterr().out


def test_a_number_that_is_refused_puts_nothing_else_off_a_persons_list(world: Bridge) -> None:
    world.national.add(OTHER, reference="7KQ-4M2Y")
    world.gets(event(case_id=OTHER))
    world.looks()
    world.gets(event("CaseReopened"))
    world.back_office.misbehaves = refusing("BO-1")
    world.looks()
    room.claims().attention_if_none(CASE, "number_refused")
    room.claims().over(CASE, "number_refused")
    assert world.held().attention == "reopened"


def test_a_run_is_bounded_and_those_who_waited_longest_come_first(
    world: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.national.add(OTHER, reference="7KQ-4M2Y")
    world.gets(event(case_id=OTHER))
    world.national.updates.clear()
    for case_id, ago in ((CASE, 100), (OTHER, 200)):
        room.claims().looked(case_id, int(time.time()) - ago)
    for number in ("BO-1", "BO-2"):
        world.back_office.say(number, "closed")
    monkeypatch.setenv("POLL_AT_MOST", "1")
    room.settings.cache_clear()
    world.seconds_left = 10
    world.looks()
    assert world.national.told() == []
    world.seconds_left = 120
    world.looks()
    assert (world.held(OTHER).heard, world.held().heard) == ("closed", None)
    world.looks()
    assert world.national.told() == [FIXED, FIXED]


def test_tokens_that_are_never_answered_leave_the_other_cases_their_time(
    world: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    class Slow(Adapter):
        follows = True

        def number_of(self, token: str) -> str | None:
            asked.append(token)
            world.seconds_left -= 10
            raise Uncertain("timeout")

        def statuses(self, numbers: Sequence[str]) -> Mapping[str, str]:
            return dict.fromkeys(numbers, "under arbete")

    monkeypatch.setattr(room, "_adapter", Slow)
    tokens = [f"T{each:02}" for each in range(12)]
    for token in tokens:
        room.claims().claim(case_id := OTHER[:-2] + token[1:], "7KQ-4M2Y", int(time.time()))
        room.claims().sent(case_id, None, token)
        room.claims().looked(case_id, int(time.time()) - 900)
    looked = []
    for _ in range(3):
        world.seconds_left = 65 + 90
        capsys.readouterr()
        world.looks()
        looked.append(json.loads(capsys.readouterr().out.splitlines()[-1])["Looked"])
    assert world.national.told() == [STARTED]
    # Four in a third of the time, each once before any a second time.
    assert sorted(asked) == tokens
    assert looked == [5, 5, 5]


def test_only_what_was_looked_at_is_counted(world: Bridge, capsys: pytest.CaptureFixture[str]) -> None:
    world.seconds_left = 10
    world.looks()
    assert '"Looked": 0' in capsys.readouterr().out


def test_a_pushed_status_is_told_at_once(world: Bridge) -> None:
    assert world.says("under arbete").status_code == 200
    assert world.says("closed").status_code == 200
    assert world.national.told() == [STARTED, FIXED]


def test_a_message_counts_once(world: Bridge) -> None:
    assert world.says("under arbete", id="m1").status_code == 200
    again = world.says("closed", id="m1")
    assert (again.status_code, again.json_body["code"]) == (409, "replayed")
    assert world.says("under arbete", id="m2").status_code == 200
    assert world.says("under arbete", id="m2").status_code == 409
    assert world.national.told() == [STARTED]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"at": time.time() - 400}, "stale"),
        ({"at": time.time() + 3600}, "stale"),
        ({"signature": "v1," + base64.b64encode(b"0" * 32).decode()}, "forged"),
        ({"signature": ""}, "forged"),
        ({"id": ""}, "unsigned"),
    ],
)
def test_what_is_not_rightly_signed_changes_nothing(world: Bridge, changed: dict[str, str], code: str) -> None:
    answer = world.says("closed", **changed)
    assert (answer.status_code, answer.json_body["code"]) == (401, code)
    assert world.posts("/status", {"number": "BO-1", "status": "closed"}, SECRETS["webhook_secret"]).status_code == 401
    assert world.held().heard is None


def test_a_number_nobody_knows_is_said_to_be_so_and_may_be_sent_again_when_it_is_known(world: Bridge) -> None:
    assert world.says("closed", number="BO-2", id="m1").status_code == 404
    world.national.add(OTHER)
    world.gets(event(case_id=OTHER))
    assert world.says("closed", number="BO-2", id="m1").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 422),
        ("[]", 422),
        ('{"number": "BO-1"}', 422),
        ('{"number": 1, "status": "closed"}', 422),
        ('{"number": "BO-1", "status": ""}', 422),
        ('{"number": "BO-1", "status": " "}', 422),
        (json.dumps({"number": "BO-1", "status": "x" * 101}), 422),
        ('{"status": "closed"}', 404),
        ('{"case_id": "x", "status": "closed"}', 422),
        ("[" * 30_000, 422),
        ("x" * 70_000, 413),
    ],
)
def test_nonsense_is_refused_also_when_it_is_signed(world: Bridge, body: str, status: int) -> None:
    assert world.posts("/status", body, SECRETS["status_secret"]).status_code == status
    assert world.held().heard is None


def test_what_is_pushed_while_synpunkt_is_away_is_kept_and_told_later(world: Bridge) -> None:
    world.national.away = True
    assert world.says("closed").status_code == 200
    world.national.away = False
    world.looks()
    assert world.national.told() == [FIXED]


def test_a_back_office_that_gives_numbers_by_hand_tells_them_with_our_case(world: Bridge) -> None:
    room.claims().failed(CASE, "unknown", "unknown", "")
    world.national.add(OTHER)
    room.claims().claim(OTHER, "7KQ-4M2Y", int(time.time()))
    room.claims().sent(OTHER, None, None)
    body = {"case_id": OTHER, "number": "A 17", "status": "under arbete"}
    assert world.posts("/status", body, SECRETS["status_secret"]).status_code == 200
    assert world.national.told() == [{"foreign_number": "A 17", "status": "acknowledged"}, STARTED]
    wrong = {**body, "number": "A 18"}
    assert world.posts("/status", wrong, SECRETS["status_secret"]).status_code == 409


def test_a_changed_secret_counts_beside_the_old_one(world: Bridge) -> None:
    newer = "whsec_" + base64.b64encode(b"n" * 32).decode()
    both = {**SECRETS, "status_secret": f"{newer} {SECRETS['status_secret']}"}
    room._client("secretsmanager").put_secret_value(SecretId="bridge", SecretString=json.dumps(both))
    room._kept.cache_clear()
    for secret in (newer, SECRETS["status_secret"]):
        body = {"number": "BO-1", "status": "open"}
        assert world.posts("/status", body, secret).status_code == 200


def test_synpunkts_webhook_is_echoed_believed_and_laid_in_the_inbox(world: Bridge) -> None:
    challenge = {"type": "Challenge", "challenge": "c" * 40, "subscription_id": "s"}
    answer = world.posts("/events", challenge, SECRETS["status_secret"])
    assert (answer.status_code, answer.json_body) == (200, {"challenge": "c" * 40})
    assert world.posts("/events", event(), SECRETS["status_secret"]).status_code == 401
    assert world.posts("/events", "nonsense", SECRETS["webhook_secret"]).status_code == 400
    assert waiting("inbox") == []
    assert world.posts("/events", event(), SECRETS["webhook_secret"]).status_code == 200
    assert [json.loads(each) for each in waiting("inbox")] == [event()]


def test_what_goes_wrong_inside_is_answered_without_its_words(
    world: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(seconds: float) -> None:
        raise RuntimeError("Testsson")

    monkeypatch.setattr(room, "following", broken)
    answer = world.says("closed")
    assert (answer.status_code, answer.json_body["code"]) == (500, "try_again")
    assert "Testsson" not in capsys.readouterr().out + answer.body.decode()
