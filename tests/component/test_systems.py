"""A municipality's own system: it reads a case in full and says what is new, once, all of it or nothing."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from functions.desk.systems import systems
from synpunkt.identity import Scope
from tests.component.world import Reply, World

KEY = "local-test-key"


def update(world: World, case_id: str, key: str = KEY, *, again: str | None = None, **body: Any) -> Reply:
    """One update; `again`: its Idempotency-Key."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": again or str(uuid.uuid4())}
    path = f"/api/v1/municipality/cases/{case_id}/updates"
    return world.call("desk", "POST", path, body=body, headers=headers)


def types(answer: Reply) -> list[str]:
    """What has happened, by the answer."""
    return [entry["type"] for entry in answer.json()["timeline"]]


@pytest.fixture
def case(world: World) -> dict[str, Any]:
    """A case in Stockholm that has arrived."""
    receipt = world.report(reporter={"email": "a@example.org"}).json()
    world.settle()
    made: dict[str, Any] = receipt
    return made


def test_a_system_reads_a_case_in_full(world: World, case: dict[str, Any]) -> None:
    path = f"/api/v1/municipality/cases/{case['case_id']}"

    def read(key: str) -> Reply:
        return world.call("desk.contact_api", "GET", path, headers={"Authorization": f"Bearer {key}"})

    answer = read(KEY)
    assert answer.status == 200
    assert answer.json()["description"] == "Ett djupt hål mitt i körbanan."
    assert answer.json()["reporter"]["email"] == "a@example.org"
    reads = world.call(
        "desk.contact_api",
        "GET",
        f"/api/v1/desk/cases/{case['case_id']}/contact-reads",
        headers={"Authorization": f"Bearer {KEY}"},
    )
    assert [each["name"] for each in reads.json()["reads"]] == ["Lokalt testsystem"]
    without, _ = world.key("Utan", ["0180"], [Scope.READ])
    assert read(without).json()["reporter"] is None
    mine, _ = world.key("Solna", ["0184"], [Scope.READ])
    assert read(mine).status == 403
    assert read("wrong").status == 401


def test_number_answer_and_status_come_as_one_and_reach_the_citizen(world: World, case: dict[str, Any]) -> None:
    answer = update(world, case["case_id"], status="in_progress", reply="Vi är på väg.", foreign_number="TK-17")
    assert answer.status == 200, answer.text
    assert types(answer)[-3:] == ["CaseNumbered", "ReplyPosted", "WorkStarted"]
    sequences = [entry["sequence"] for entry in answer.json()["timeline"]]
    assert sequences == list(range(1, len(sequences) + 1))
    world.settle()
    told = world.case(case["reference"], case["token"]).json()
    assert (told["status"], told["foreign_number"]) == ("in_progress", "TK-17")
    assert world.case(case["reference"]).json()["foreign_number"] is None
    assert any("Vi är på väg." in mail.text for mail in world.mails if mail.to == "a@example.org")
    closed = update(world, case["case_id"], outcome="fixed", reply="Lagat.")
    assert (closed.json()["status"], closed.json()["outcome"]) == ("resolved", "fixed")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "acknowledged"}, "acknowledged"),
        ({"status": "in_progress"}, "in_progress"),
        ({"status": "waiting_for_citizen", "reply": "Vilken sida?"}, "waiting_for_citizen"),
        ({"status": "planned", "planned_for": "2099-05-01", "reply": "I vår."}, "planned"),
        ({"status": "resolved", "outcome": "no_action", "reason": "Det är som det ska."}, "resolved"),
        ({"status": "resolved", "outcome": "not_responsible", "reason": "Trafikverket sköter vägen."}, "resolved"),
        ({"outcome": "answered", "reply": "Ja."}, "resolved"),
    ],
)
def test_each_status_can_be_said(world: World, case: dict[str, Any], body: dict[str, Any], status: str) -> None:
    answer = update(world, case["case_id"], **body)
    assert (answer.status, answer.json()["status"]) == (200, status), answer.text
    if status == "resolved":
        reopened = update(world, case["case_id"], status="reopened", reason="Det var för tidigt.")
        assert reopened.json()["status"] == "reopened"


def test_the_same_sent_again_is_done_once(world: World, case: dict[str, Any]) -> None:
    body = {"reply": "Tack, vi tittar på det.", "status": "in_progress"}
    first = update(world, case["case_id"], again="k" * 22, **body)
    assert types(update(world, case["case_id"], again="k" * 22, **body)) == types(first)
    other = update(world, case["case_id"], again="k" * 22, reply="Något annat.")
    assert (other.status, other.json()["code"]) == (409, "idempotency_conflict")
    # An update is no report.
    assert "synpunkt" not in other.json()["detail"]


def test_what_was_so_already_is_not_done_later_by_the_same_key(world: World, case: dict[str, Any]) -> None:
    update(world, case["case_id"], status="in_progress")
    assert update(world, case["case_id"], again="s" * 22, status="in_progress").status == 200
    update(world, case["case_id"], status="planned", planned_for="2099-05-01")
    assert update(world, case["case_id"], again="s" * 22, status="in_progress").json()["status"] == "planned"


def test_twins_are_done_once(world: World, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    store = systems.updating().cases
    write = type(store).write

    def overtaken(self: Any, *arguments: Any) -> None:
        monkeypatch.setattr(type(store), "write", write)
        assert update(world, case["case_id"], again="t" * 22, reply="Tack.").status == 200
        write(self, *arguments)

    monkeypatch.setattr(type(store), "write", overtaken)
    answer = update(world, case["case_id"], again="t" * 22, reply="Tack.")
    assert answer.status == 200
    assert types(answer).count("ReplyPosted") == 1


def test_all_or_nothing(world: World, case: dict[str, Any]) -> None:
    """The answer could be given, but the case cannot be reopened: it is not closed."""
    refused = update(world, case["case_id"], status="reopened", foreign_number="TK-1")
    assert (refused.status, refused.json()["code"]) == (409, "not_in_this_state")
    assert world.case(case["reference"], case["token"]).json()["foreign_number"] is None
    outdated = update(world, case["case_id"], status="in_progress", version=1)
    assert (outdated.status, outdated.json()["code"]) == (409, "case_changed")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid_request"),
        ({"status": "submitted"}, "invalid_request"),
        ({"status": "resolved"}, "invalid_request"),
        ({"outcome": "withdrawn"}, "invalid_request"),
        ({"status": "planned"}, "invalid_request"),
        ({"planned_for": "2099-01-01", "reply": "x"}, "invalid_request"),
        ({"status": "planned", "planned_for": "2001-01-01"}, "date_is_past"),
        ({"status": "waiting_for_citizen"}, "invalid_request"),
        ({"status": "in_progress", "outcome": "fixed"}, "invalid_request"),
        ({"reason": "Därför."}, "invalid_request"),
        ({"outcome": "no_action"}, "says_no_reason"),
        ({"outcome": "not_responsible"}, "says_no_turn_to"),
        ({"outcome": "answered"}, "says_no_reply"),
        ({"outcome": "duplicate", "duplicate_of": "7KQ-4M2X"}, "duplicate_unknown"),
        ({"reply": "x", "unknown": 1}, "invalid_request"),
        ({"reply": None}, "invalid_request"),
    ],
)
def test_what_does_not_fit_is_refused(world: World, case: dict[str, Any], body: dict[str, Any], code: str) -> None:
    answer = update(world, case["case_id"], **body)
    assert (answer.status, answer.json()["code"]) == (422, code), answer.text


def test_who_may(world: World, case: dict[str, Any]) -> None:
    reader, _ = world.key("Läser", ["0180"], [Scope.READ])
    other, _ = world.key("Solna", ["0184"], [Scope.READ, Scope.WRITE])
    assert update(world, case["case_id"], reader, reply="x").status == 403
    assert update(world, case["case_id"], other, reply="x").status == 403
    assert update(world, "0" * 26, reply="x").status == 404
    path = f"/api/v1/municipality/cases/{case['case_id']}/updates"
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = world.call("desk", "POST", path, body={"reply": "x"}, headers=headers)
    assert (answer.status, answer.json()["code"]) == (400, "idempotency_key_missing")
