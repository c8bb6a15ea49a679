"""The same done to many cases: each by itself, once, and taken back before anybody is told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from functions.desk.many import bulks
from synpunkt import clock
from synpunkt.identity import Member, Role
from synpunkt.stores.bulks import BulkStore
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.staff import By, StaffStore
from tests.component.test_handling import ADMIN, OTHER, desk, do
from tests.component.test_sendings import delayed, types
from tests.component.world import ENVIRONMENT, Reply, World
from tests.tokens import bearer


def bulk(
    world: World,
    case_ids: list[str],
    act: str,
    *,
    key: str | None = None,
    who: Mapping[str, str] = ADMIN,
    **fields: Any,
) -> Reply:
    headers = {**who, "Idempotency-Key": key or str(uuid.uuid4())}
    body = {"case_ids": case_ids, "act": act, **fields}
    return world.call("desk", "POST", "/api/v1/desk/bulk", body=body, headers=headers)


def undo(world: World, bulk_id: str, *, who: Mapping[str, str] = ADMIN) -> Reply:
    return world.call("desk", "POST", f"/api/v1/desk/bulk/{bulk_id}/undo", headers=who)


def let_it_happen(world: World, bulk_id: str) -> None:
    """The message comes when its time has come, and everything it asks for."""
    with world.later(seconds=21):
        assert world.invoke("desk.on_sending", {"bulk_id": bulk_id}) == []
        assert world.look_at_sendings() == []
    world.settle()


def reported(world: World, number: int, **report: Any) -> list[str]:
    made = [world.report(**report).json()["case_id"] for _ in range(number)]
    world.settle()
    world.mails.clear()
    return made


def test_one_answer_for_each_and_what_is_not_possible_is_refused_by_name(world: World) -> None:
    first, second, closed = reported(world, 3, reporter={"email": "anna@example.org"})
    [elsewhere] = reported(world, 1, location={"lat": 59.36, "lon": 17.97}, publish=False)
    do(world, closed, "resolve", outcome="fixed")
    world.settle()
    world.mails.clear()
    unknown = "01KAK2Z3Q8VJ5N7W9X4T6R1B0M"
    answer = bulk(world, [first, second, closed, elsewhere, unknown, first], "start", who=OTHER)
    assert answer.status == 200, answer.text
    told = answer.json()
    assert told["done"] == [first, second]
    assert {each["case_id"]: each["code"] for each in told["refused"]} == {
        closed: "not_in_this_state",
        # Another municipality's, and not public: alike for what does not exist.
        elsewhere: "case_not_found",
        unknown: "case_not_found",
    }
    assert told["waiting"]
    assert "WorkStarted" not in types(world, first)
    let_it_happen(world, told["bulk_id"])
    let_it_happen(world, told["bulk_id"])
    for case_id in (first, second):
        assert types(world, case_id).count("WorkStarted") == 1
    assert "WorkStarted" not in types(world, closed)
    assert "WorkStarted" not in types(world, elsewhere)


def test_undone_in_time_nobody_is_told_and_nothing_has_happened(world: World) -> None:
    made = reported(world, 2, reporter={"email": "anna@example.org"})
    told = bulk(world, made, "resolve", outcome="fixed", reply="Allt är lagat.").json()
    assert [each["state"] for each in desk(world, made[0])["sendings"]] == ["waiting"]
    back = undo(world, told["bulk_id"])
    assert (back.status, back.json()["undone"], back.json()["kept"]) == (200, made, [])
    assert undo(world, told["bulk_id"]).json()["undone"] == made
    let_it_happen(world, told["bulk_id"])
    with world.later(minutes=5):
        world.invoke("upkeep.on_schedule", {})
        world.look_at_sendings()
    world.settle()
    for case_id in made:
        assert "CaseResolved" not in types(world, case_id)
        assert desk(world, case_id)["sendings"] == []
    assert world.mails == []


@pytest.mark.parametrize("first", ["undo", "clock"])
def test_of_undo_and_the_clock_exactly_one_wins_for_all(
    world: World, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reported(world, 3)
    bulk_id = bulk(world, made, "reply", text="Vi kommer.").json()["bulk_id"]
    real, raced = BulkStore.move, list[bool]()

    def other_first(self: BulkStore, *arguments: Any) -> bool:
        if not raced:
            raced.append(True)
            undo(world, bulk_id) if first == "undo" else let_it_happen(world, bulk_id)
        return real(self, *arguments)

    monkeypatch.setattr(BulkStore, "move", other_first)
    if first == "undo":
        let_it_happen(world, bulk_id)
    else:
        kept = undo(world, bulk_id).json()
        assert {each["code"] for each in kept["kept"]} == {"sent_already"}
        assert kept["undone"] == []
    sent = [types(world, case_id).count("ReplyPosted") for case_id in made]
    assert sent == ([0, 0, 0] if first == "undo" else [1, 1, 1])


def test_an_assignment_goes_back_to_who_had_it_unless_somebody_changed_it(world: World) -> None:
    first, second, third = reported(world, 3)
    do(world, first, "assign", team="park", assignee="local-admin")
    told = bulk(world, [first, second, third], "assign", team="street").json()
    assert (told["waiting"], told["done"]) == (False, [first, second, third])
    assert [desk(world, each)["team"] for each in (first, second, third)] == ["street"] * 3
    do(world, third, "assign", team="water")
    back = undo(world, told["bulk_id"]).json()
    assert back["undone"] == [first, second]
    assert [(each["case_id"], each["code"]) for each in back["kept"]] == [(third, "case_changed")]
    assert undo(world, told["bulk_id"]).json() == back
    found = [(desk(world, each)["team"], desk(world, each)["assignee"]) for each in (first, second, third)]
    assert found == [("park", "local-admin"), (None, None), ("water", None)]
    assert types(world, second).count("CaseAssigned") == 2


def test_a_priority_goes_back_to_what_it_was_unless_somebody_changed_it(world: World) -> None:
    first, second, third = reported(world, 3)
    do(world, second, "priority", priority="low")
    do(world, third, "priority", priority="high")
    told = bulk(world, [first, second, third], "priority", priority="high").json()
    assert (told["done"], told["waiting"]) == ([first, second, third], False)
    assert [desk(world, each)["priority"] for each in (first, second, third)] == ["high"] * 3
    assert [types(world, each).count("CasePrioritised") for each in (first, second, third)] == [1, 2, 1]
    do(world, first, "priority", priority="low")
    back = undo(world, told["bulk_id"]).json()
    assert (back["undone"], [each["code"] for each in back["kept"]]) == ([second, third], ["case_changed"])
    assert [desk(world, each)["priority"] for each in (first, second, third)] == ["low", "low", "high"]
    assert undo(world, told["bulk_id"]).json()["undone"] == [second, third]
    elsewhere = bulk(
        world, reported(world, 1, location={"lat": 59.36, "lon": 17.97}), "priority", priority="low", who=OTHER
    )
    assert (elsewhere.json()["done"], len(elsewhere.json()["refused"])) == ([], 1)


def test_a_note_stays_and_the_answer_says_so(world: World) -> None:
    made = reported(world, 1)
    told = bulk(world, made, "note", text="Samma entreprenör.").json()
    back = undo(world, told["bulk_id"]).json()
    assert (back["undone"], [each["code"] for each in back["kept"]]) == ([], ["note_stays"])


def test_the_same_key_is_the_same_request_also_when_it_broke_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made, key = reported(world, 3), str(uuid.uuid4())
    real, calls = CaseStore.apply, list[str]()

    def dies(self: CaseStore, case_id: str, *arguments: Any, **more: Any) -> Any:
        calls.append(case_id)
        if len(calls) == 2:
            raise ConnectionError
        return real(self, case_id, *arguments, **more)

    monkeypatch.setattr(CaseStore, "apply", dies)
    assert bulk(world, made, "note", key=key, text="Samma entreprenör.").status == 500
    monkeypatch.undo()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        told = bulk(world, made, "note", key=key, text="Samma entreprenör.").json()
        assert told["done"] == made
        assert bulk(world, made, "note", key=key, text="Samma entreprenör.").json() == told
        assert [types(world, each).count("NoteAdded") for each in made] == [1, 1, 1]
        other = bulk(world, made, "note", key=key, text="Något annat.")
        assert (other.status, other.json()["code"]) == (409, "idempotency_conflict")


def test_what_was_broken_off_and_never_asked_for_again_happens_to_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reported(world, 2)
    real = BulkStore.move

    def dies(self: BulkStore, *arguments: Any) -> bool:
        raise ConnectionError

    monkeypatch.setattr(BulkStore, "move", dies)
    assert bulk(world, made, "reply", text="Vi kommer.").status == 500
    monkeypatch.setattr(BulkStore, "move", real)
    with world.later(minutes=2):
        world.invoke("upkeep.on_schedule", {})
        assert world.look_at_sendings() == []
    world.settle()
    for case_id in made:
        assert "ReplyPosted" not in types(world, case_id)
        assert desk(world, case_id)["sendings"] == []


def test_a_lost_message_is_made_up_for(world: World) -> None:
    made = reported(world, 2)
    bulk(world, made, "reply", text="Vi kommer.")
    boto3.client("sqs").purge_queue(QueueUrl=ENVIRONMENT["SENDING_QUEUE_URL"])
    with world.later(minutes=2):
        world.invoke("upkeep.on_schedule", {})
        assert world.look_at_sendings() == []
        assert world.look_at_sendings() == []
    assert [types(world, each).count("ReplyPosted") for each in made] == [1, 1]


def test_one_case_that_fails_is_tried_alone_and_holds_up_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = reported(world, 3)
    bulk_id = bulk(world, made, "reply", text="Vi kommer.").json()["bulk_id"]
    real = CaseStore.apply
    sick = [made[1]]

    def poisoned(self: CaseStore, case_id: str, *arguments: Any, **more: Any) -> Any:
        if case_id in sick:
            raise ConnectionError
        return real(self, case_id, *arguments, **more)

    monkeypatch.setattr(CaseStore, "apply", poisoned)
    with world.later(seconds=21):
        assert world.invoke("desk.on_sending", {"bulk_id": bulk_id}) == []
        assert len(world.look_at_sendings()) == 1
    assert [types(world, each).count("ReplyPosted") for each in made] == [1, 0, 1]
    sick.clear()
    assert world.invoke("desk.on_sending", {"bulk_id": bulk_id, "case_id": made[1]}) == []
    assert types(world, made[1]).count("ReplyPosted") == 1


def test_the_citizen_who_writes_meanwhile_stops_their_own_case_alone(world: World) -> None:
    receipts = [world.report().json() for _ in range(2)]
    world.settle()
    made = [each["case_id"] for each in receipts]
    bulk_id = bulk(world, made, "resolve", outcome="fixed").json()["bulk_id"]
    answer = world.call(
        "cases",
        "POST",
        f"/api/v1/cases/{receipts[0]['reference']}/answer",
        body={"text": "Det blev värre."},
        headers={"Authorization": f"Bearer {receipts[0]['token']}"},
    )
    assert answer.status == 200
    let_it_happen(world, bulk_id)
    assert [types(world, each).count("CaseResolved") for each in made] == [0, 1]
    assert [each["why"] for each in desk(world, made[0])["sendings"]] == ["citizen_wrote"]


def test_fifty_at_once_stay_within_their_time_and_their_reads(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = reported(world, 2)
    ids = [*made, *(f"01KAK2Z3Q8VJ5N7W9X4T6R1{number:03d}" for number in range(48))]
    told = bulk(world, ids, "reply", text="Vi kommer.")
    assert (len(told.json()["done"]), len(told.json()["refused"])) == (2, 48)
    assert bulk(world, [*ids, made[0][:-1] + "0"], "reply", text="Vi kommer.").status == 422
    # Out of time: what was not begun is named, and can be asked for again.
    monkeypatch.setattr(bulks, "_TIME", -bulks._TIME)
    late = bulk(world, made, "note", text="Sent.").json()
    assert (late["done"], [each["code"] for each in late["refused"]]) == ([], ["not_tried"] * 2)


@pytest.mark.parametrize(
    "body",
    [
        {"act": "reply"},
        {"act": "reply", "text": "Hej", "team": "street"},
        {"act": "resolve"},
        {"act": "hide", "text": "Hej"},
        {"act": "priority"},
        {"act": "priority", "priority": "urgent"},
        {"act": "priority", "priority": "high", "text": "Hej"},
        {"act": "reply", "text": "Hej", "priority": "high"},
        {"act": "reply", "text": "Hej", "case_ids": []},
        {"act": "reply", "text": "Hej", "case_ids": ["x"]},
    ],
)
def test_what_makes_no_sense_is_refused_as_a_whole(world: World, body: dict[str, Any]) -> None:
    sent = {"case_ids": ["01KAK2Z3Q8VJ5N7W9X4T6R1B0M"], **body}
    headers = {**ADMIN, "Idempotency-Key": str(uuid.uuid4())}
    answer = world.call("desk", "POST", "/api/v1/desk/bulk", body=sent, headers=headers)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    without = world.call("desk", "POST", "/api/v1/desk/bulk", body={**sent, "act": "start"}, headers=ADMIN)
    assert (without.status, without.json()["code"]) == (400, "idempotency_key_missing")


def test_another_municipality_neither_does_it_nor_undoes_it(world: World) -> None:
    made = reported(world, 1)
    stranger = bearer("lead@0583.example")
    told = bulk(world, made, "assign", team="street", who=stranger).json()
    assert (told["done"], [each["code"] for each in told["refused"]]) == ([], ["not_allowed"])
    ours = bulk(world, made, "reply", text="Vi kommer.").json()["bulk_id"]
    assert undo(world, ours, who=stranger).status == 404
    assert undo(world, told["bulk_id"], who=ADMIN).status == 404
    assert desk(world, made[0])["team"] is None
    assert delayed() == 1


def test_many_are_given_to_those_alone_whom_one_can_be_given_to(world: World) -> None:
    [case_id] = reported(world, 1)
    for name, value in (("assignee", "handler-0583"), ("team", "finns-inte")):
        fields: dict[str, Any] = {name: value}
        [refused] = bulk(world, [case_id], "assign", **fields).json()["refused"]
        assert (refused["case_id"], refused["code"]) == (case_id, f"{name}_unknown")
    assert bulk(world, [case_id], "assign", team="park", assignee="handler-0180").json()["done"] == [case_id]
    assert desk(world, case_id)["assignee"] == "handler-0180"


def test_another_department_undoes_nothing_of_what_was_done_to_many(world: World) -> None:
    made = reported(world, 2)
    world.employ(Member("p", "p@0180.example", "Parken", "0180", frozenset({Role.LEAD}), frozenset({"park"})))
    parks = bearer("p@0180.example")
    bulk_id = bulk(world, made, "reply", text="Vi kommer.").json()["bulk_id"]
    refused = undo(world, bulk_id, who=parks)
    assert (refused.status, refused.json()["code"]) == (404, "bulk_not_found")
    for each in made:
        do(world, each, "assign", team="park")
    assert undo(world, bulk_id, who=parks).json()["undone"] == made


def test_who_lost_the_role_before_its_time_says_nothing_to_anybody(world: World) -> None:
    made = reported(world, 2, reporter={"email": "anna@example.org"})
    world.employ(Member("l", "l@0180.example", "Ledaren", "0180", frozenset({Role.LEAD})))
    told = bulk(world, made, "reply", text="Vi kommer.", who=bearer("l@0180.example")).json()
    assert told["done"] == made
    StaffStore(ENVIRONMENT["REGISTRY_TABLE"]).change(
        "0180", "l", {"roles": frozenset({Role.HANDLER})}, by=By("test", "Test"), now=clock.now()
    )
    let_it_happen(world, told["bulk_id"])
    assert [types(world, each).count("ReplyPosted") for each in made] == [0, 0]
    assert world.mails == []
    assert [desk(world, each)["sendings"][0]["why"] for each in made] == ["may_no_longer"] * 2
