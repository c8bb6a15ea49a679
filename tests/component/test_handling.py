"""Working on a case over the desk's API: what is said reaches whom it should, and nothing else gets through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.component.world import Reply, World

ADMIN = {"Authorization": "Bearer local-admin-key"}
OTHER = {"Authorization": "Bearer local-test-key"}


def do(world: World, case_id: str, act: str, *, key: Mapping[str, str] = ADMIN, **body: Any) -> Reply:
    return world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/{act}", body=body, headers=key)


def desk(world: World, case_id: str, key: dict[str, str] = ADMIN) -> dict[str, Any]:
    found: dict[str, Any] = world.call("desk", "GET", f"/api/v1/desk/cases/{case_id}", headers=key).json()
    return found


def inbox(world: World, **query: str) -> list[str]:
    answer = world.call("desk", "GET", "/api/v1/desk/inbox", headers=ADMIN, query={"municipality": "0180", **query})
    assert answer.status == 200, answer.text
    return [f"{each['reference']} {each['attention']}" for each in answer.json()["cases"]]


@pytest.fixture
def receipt(world: World) -> dict[str, Any]:
    """A report that has arrived in 0180, of somebody who left an address."""
    made: dict[str, Any] = world.report(reporter={"email": "anna@example.org"}).json()
    world.settle()
    world.mails.clear()
    return made


def test_a_day_at_the_desk_is_told_in_order(world: World, receipt: dict[str, Any]) -> None:
    case_id = receipt["case_id"]
    for act, body in (
        ("acknowledge", {}),
        ("assign", {"team": "street", "assignee": "handler-0180"}),
        ("question", {"text": "Vilken sida av vägen?"}),
        ("note", {"text": "HEMLIG NOTERING"}),
        ("plan", {"planned_for": "2099-12-01", "text": "Vi lagar det före jul."}),
        ("start", {}),
        ("number", {"foreign_number": "TK 2026/17"}),
        ("reply", {"text": "Hålet är lagat."}),
        ("resolve", {"outcome": "fixed"}),
        ("reopen", {"text": "Det gick upp igen."}),
    ):
        answer = do(world, case_id, act, **dict[str, Any](body))
        assert answer.status == 200, (act, answer.text)
        world.settle()
    case = world.case(receipt["reference"], receipt["token"]).json()
    told = [(each["type"], each["text"]) for each in case["timeline"]]
    assert told[-7:] == [
        ("QuestionAsked", "Vilken sida av vägen?"),
        ("CasePlanned", "Vi lagar det före jul."),
        ("WorkStarted", None),
        ("CaseNumbered", None),
        ("ReplyPosted", "Hålet är lagat."),
        ("CaseResolved", None),
        ("CaseReopened", "Det gick upp igen."),
    ]
    assert case["status"] == "reopened"
    for seen in (case, world.case(receipt["reference"]).json(), world.mails, world.topic_messages):
        assert "HEMLIG" not in str(seen)
        assert "staff-1" not in str(seen)
    assert "HEMLIG NOTERING" in str(desk(world, case_id)["timeline"])
    assert [mail.to for mail in world.mails if mail.to == "anna@example.org"] == ["anna@example.org"] * 5


def test_what_is_said_is_masked_for_everyone_and_whole_for_the_reporter(world: World, receipt: dict[str, Any]) -> None:
    do(world, receipt["case_id"], "reply", text="Ring 070-123 45 67 så berättar vi.")
    everyone = world.case(receipt["reference"]).json()["timeline"][-1]["text"]
    assert "070-123" not in everyone
    mine = world.case(receipt["reference"], receipt["token"]).json()["timeline"][-1]["text"]
    assert "070-123 45 67" in mine


@pytest.mark.parametrize(
    ("act", "body", "status", "code"),
    [
        ("resolve", {"outcome": "no_action"}, 422, "says_no_reason"),
        ("resolve", {"outcome": "answered"}, 422, "says_no_reply"),
        ("resolve", {"outcome": "not_responsible"}, 422, "says_no_turn_to"),
        ("resolve", {"outcome": "duplicate"}, 422, "says_no_duplicate_of"),
        ("resolve", {"outcome": "duplicate", "duplicate_of": "7KQ-4M2X"}, 422, "duplicate_unknown"),
        ("resolve", {"outcome": "withdrawn"}, 422, "invalid_request"),
        ("reopen", {}, 409, "not_in_this_state"),
        ("plan", {"planned_for": "2020-01-01"}, 422, "date_is_past"),
        ("reply", {"text": "   "}, 422, "invalid_request"),
        ("reply", {"text": "x" * 2001}, 422, "invalid_request"),
        ("reply", {"text": "Hej", "extra": 1}, 422, "invalid_request"),
        ("note", {}, 422, "invalid_request"),
        ("reply", {"text": "Hej", "version": 1}, 409, "case_changed"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name_and_changes_nothing(
    world: World, receipt: dict[str, Any], act: str, body: dict[str, Any], status: int, code: str
) -> None:
    before = desk(world, receipt["case_id"])
    answer = do(world, receipt["case_id"], act, **body)
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert desk(world, receipt["case_id"]) == before


def test_two_handlers_at_once_one_wins_and_the_other_sees_what_changed(world: World, receipt: dict[str, Any]) -> None:
    version = desk(world, receipt["case_id"])["version"]
    assert do(world, receipt["case_id"], "reply", text="Vi kommer i dag.", version=version).status == 200
    second = do(world, receipt["case_id"], "resolve", outcome="fixed", version=version)
    assert second.status == 409
    assert [each["type"] for each in second.json()["changes"]] == ["ReplyPosted"]


def test_no_key_and_another_municipalitys_key_do_nothing(world: World) -> None:
    receipt = world.report(location={"lat": 59.36, "lon": 17.97}, publish=False).json()
    world.settle()
    case_id = receipt["case_id"]
    assert desk(world, case_id)["municipality"]["code"] == "0183"
    assert do(world, case_id, "reply", key={}, text="Hej").status == 401
    # Not public: to others it does not exist.
    assert do(world, case_id, "reply", key=OTHER, text="Hej").status == 404
    answer = world.call("desk", "GET", "/api/v1/desk/inbox", headers=OTHER, query={"municipality": "0183"})
    assert answer.status == 403


def test_a_hidden_case_is_seen_by_those_concerned_alone(world: World, receipt: dict[str, Any]) -> None:
    reference, case_id = receipt["reference"], receipt["case_id"]
    assert do(world, case_id, "hide", text="Någons namn syns.").status == 200
    world.settle()
    assert world.case(reference).status == 404
    listed = world.call("cases", "GET", "/api/v1/cases", query={"municipality": "0180"}).json()["cases"]
    assert listed == []
    assert world.case(reference, receipt["token"]).status == 200
    assert "Någons namn" not in world.case(reference, receipt["token"]).text
    do(world, case_id, "show")
    assert world.case(reference).status == 200


def test_the_list_begins_with_what_is_most_pressing(world: World) -> None:
    references = []
    for _ in range(3):
        references.append(world.report().json())
        world.settle()
    first, second, third = references
    do(world, first["case_id"], "start")
    do(world, second["case_id"], "assign", team="park", assignee="local-admin")
    do(world, third["case_id"], "question", text="Var?")
    assert inbox(world) == [
        f"{second['reference']} new",
        f"{first['reference']} open",
        f"{third['reference']} waiting",
    ]
    assert inbox(world, unit="park") == [f"{second['reference']} new"]
    assert inbox(world, mine="true") == [f"{second['reference']} new"]
    assert inbox(world, attention="waiting") == [f"{third['reference']} waiting"]


def test_pages_of_the_list_follow_each_other_without_gap_or_repeat(world: World) -> None:
    made = [world.report().json()["reference"] for _ in range(7)]
    world.settle()
    seen: list[str] = []
    after = ""
    for _ in range(4):
        query = {"municipality": "0180", "limit": "2", "after": after}
        page = world.call("desk", "GET", "/api/v1/desk/inbox", headers=ADMIN, query=query).json()
        seen += [each["reference"] for each in page["cases"]]
        after = page["next"]
        if after is None:
            break
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7
