"""Several cases as one happening: linked, answered together, and nothing of one told to those who do not have it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from functions.desk.many import bulks
from synpunkt.identity import Member, Role, Scope
from tests.component.test_bulk import let_it_happen, reported, undo
from tests.component.test_handling import ADMIN, OTHER, desk, do, inbox
from tests.component.test_sendings import later, preview, send, types
from tests.component.world import Reply, World, aws_calls
from tests.tokens import bearer

AT_0183 = {"lat": 59.36, "lon": 17.97}


def references(world: World, case_ids: list[str]) -> list[str]:
    return [desk(world, each)["reference"] for each in case_ids]


def link(world: World, case_ids: list[str], *, who: Mapping[str, str] = ADMIN, **body: Any) -> Reply:
    """The first with the others."""
    return do(world, case_ids[0], "link", key=who, references=references(world, case_ids[1:]), **body)


def incident(world: World, incident_id: str, *, who: Mapping[str, str] = ADMIN, **query: str) -> Reply:
    return world.call("desk", "GET", f"/api/v1/desk/incidents/{incident_id}", headers=who, query=query)


def answer_all(world: World, incident_id: str, *, who: Mapping[str, str] = ADMIN, **body: Any) -> Reply:
    headers = {**who, "Idempotency-Key": str(uuid.uuid4())}
    return world.call("desk", "POST", f"/api/v1/desk/incidents/{incident_id}/reply", body=body, headers=headers)


def test_linked_cases_are_one_happening_and_each_says_so_once(world: World) -> None:
    made = reported(world, 3)
    told = link(world, made, title="Vattenläcka på Drottninggatan").json()
    brief = told["incident"]
    assert (brief["title"], brief["cases"], brief["followers"]) == ("Vattenläcka på Drottninggatan", 3, 0)
    assert sorted(brief["references"]) == sorted(references(world, made))
    # Again, it changes nothing.
    assert link(world, made).json()["incident"]["cases"] == 3
    world.settle()
    assert [types(world, each).count("CasesLinked") for each in made] == [1, 1, 1]
    page = incident(world, brief["incident_id"], limit="2").json()
    rest = incident(world, brief["incident_id"], limit="2", after=page["next"]).json()
    assert sorted(each["case_id"] for each in page["cases"] + rest["cases"]) == sorted(made)
    assert (page["count"], rest["next"]) == (3, None)
    assert "Vattenläcka" not in str(world.topic_messages) + str(world.mails)
    query = {"municipality": "0180"}
    rows = world.call("desk", "GET", "/api/v1/desk/inbox", headers=ADMIN, query=query).json()["cases"]
    assert {(each["incident_id"], each["affected"]) for each in rows} == {(brief["incident_id"], 3)}


def test_one_more_joins_one_leaves_and_two_happenings_stay_apart(world: World) -> None:
    made = reported(world, 5)
    first = link(world, made[:2]).json()["incident"]["incident_id"]
    assert link(world, [made[2], made[0]]).json()["incident"]["incident_id"] == first
    other = link(world, made[3:]).json()["incident"]["incident_id"]
    assert other != first
    refused = link(world, [made[0], made[3]])
    assert (refused.status, refused.json()["code"]) == (409, "in_another_incident")
    assert do(world, made[3], "unlink").json()["incident"] is None
    assert do(world, made[3], "unlink").status == 200
    assert desk(world, made[4])["incident"]["cases"] == 1
    assert link(world, [made[0], made[3]]).json()["incident"]["cases"] == 4
    assert [types(world, made[3]).count(each) for each in ("CasesLinked", "CaseUnlinked")] == [2, 1]


def test_linking_leaves_what_a_reporter_said_to_be_read(world: World) -> None:
    receipt = world.report().json()
    world.settle()
    [other] = reported(world, 1)
    world.call(
        "cases",
        "POST",
        f"/api/v1/cases/{receipt['reference']}/answer",
        body={"text": "Det blev värre."},
        headers={"Authorization": f"Bearer {receipt['token']}"},
    )
    incident_id = link(world, [other, receipt["case_id"]]).json()["incident"]["incident_id"]
    let_it_happen(world, answer_all(world, incident_id, text="Vi lagar.", outcome="fixed").json()["bulk_id"])
    assert inbox(world, attention="citizen_answered") == [f"{receipt['reference']} citizen_answered"]
    assert desk(world, receipt["case_id"])["outcome"] == "fixed"


def test_what_is_not_ones_own_cannot_be_linked_and_is_not_told_apart_from_what_is_not(world: World) -> None:
    """P8: alike for another municipality's public case, a private one, and a number that nobody has."""
    [mine] = reported(world, 1)
    public = world.report(location=AT_0183).json()["reference"]
    private = world.report(location=AT_0183, publish=False).json()["reference"]
    world.settle()
    answers = []
    for reference in (public, private, "7KQ-4M2X", "x"):
        answer = do(world, mine, "link", key=OTHER, references=[reference])
        answers.append((answer.status, answer.json()["code"], answer.json()["errors"]))
    assert len({str(each) for each in answers}) == 1
    assert answers[0][:2] == (422, "reference_unknown")
    # A key for both municipalities links nothing across the border, either.
    assert do(world, mine, "link", references=[public]).json()["code"] == "reference_unknown"
    assert desk(world, mine)["incident"] is None
    assert do(world, mine, "link", references=[desk(world, mine)["reference"]]).status == 422


def test_another_municipality_sees_no_incident_and_the_page_counts_public_ones_alone(world: World) -> None:
    world.claim("0583")
    receipts = [world.report(publish=each).json() for each in (True, True, False)]
    world.settle()
    made = [each["case_id"] for each in receipts]
    incident_id = link(world, made, title="HEMLIG RUBRIK").json()["incident"]["incident_id"]
    # Who reads no case anywhere is refused before any is looked for.
    for who, refused in (
        ("admin@0583.example", (404, "incident_not_found")),
        ("operator@synpunkt.example", (403, "not_allowed")),
    ):
        answer = incident(world, incident_id, who=bearer(who))
        assert (answer.status, answer.json()["code"]) == refused
        assert answer_all(world, incident_id, who=bearer(who), text="Hej").status in {403, 404}
    seen = world.case(receipts[0]["reference"])
    assert seen.json()["related"] == 1, "the private one is not even counted"
    page = world.call("cases", "GET", f"/c/{receipts[0]['reference']}")
    assert "Hör ihop med ett annat ärende." in page.text
    for text in (seen.text, page.text, str(world.topic_messages)):
        assert "HEMLIG" not in text
        assert receipts[2]["reference"] not in text or text == str(world.topic_messages)
    do(world, made[1], "hide", text="Ett namn syns.")
    assert world.case(receipts[0]["reference"]).json()["related"] == 0
    assert world.case(receipts[2]["reference"], receipts[2]["token"]).json()["related"] == 1


def test_only_the_holder_links_and_what_it_was_about_before_is_not_the_next_ones_to_know(world: World) -> None:
    made = reported(world, 2)
    [theirs] = reported(world, 1, location=AT_0183)
    incident_id = link(world, made, title="HEMLIG RUBRIK").json()["incident"]["incident_id"]
    assert do(world, made[1], "hand-over", municipality="0183", reason="Andra sidan.").status == 200
    world.settle()
    # Those who handed it over have it no more.
    assert do(world, made[1], "unlink", key=OTHER).status == 403
    assert do(world, made[0], "link", key=OTHER, references=references(world, [made[1]])).status == 422
    shown = world.key("Grannen", ["0183"], [Scope.READ, Scope.WRITE])[0]
    neighbour = {"Authorization": f"Bearer {shown}"}
    at_neighbour = desk(world, made[1], neighbour)
    assert at_neighbour["incident"] is None
    assert "HEMLIG" not in str(at_neighbour)
    assert incident(world, incident_id, who=neighbour).status == 404
    assert world.case(at_neighbour["reference"]).json()["related"] == 0
    query = {"municipality": "0183"}
    rows = world.call("desk", "GET", "/api/v1/desk/inbox", headers=neighbour, query=query).json()["cases"]
    assert {each["incident_id"] for each in rows} == {None}
    # One answer to all of the first reaches those that it still has.
    told = answer_all(world, incident_id, text="Vi kommer.").json()
    assert (told["cases"], told["elsewhere"]) == (1, 1)
    let_it_happen(world, told["bulk_id"])
    assert [types(world, each).count("ReplyPosted") for each in made] == [1, 0]
    # What it is not about for the neighbour, the neighbour takes out of nothing.
    assert do(world, made[1], "unlink", key=neighbour).json()["incident"] is None
    assert "CaseUnlinked" not in types(world, made[1])
    # The neighbour may say that it belongs together with a case of theirs, and take it out again.
    assert link(world, [theirs, made[1]], who=neighbour).json()["incident"]["cases"] == 2
    assert do(world, made[1], "unlink", key=neighbour).json()["incident"] is None
    assert link(world, [theirs, made[1]], who=neighbour).json()["incident"]["cases"] == 2
    # It has its place again where it was before.
    assert desk(world, made[0])["incident"]["cases"] == 2
    assert do(world, made[1], "return", key=neighbour, reason="Inte vårt.").status == 200
    brief = desk(world, made[1], OTHER)["incident"]
    assert (brief["incident_id"], brief["cases"]) == (incident_id, 2)
    assert [each["case_id"] for each in incident(world, incident_id).json()["cases"]] == sorted(made)


def test_one_answer_to_all_is_an_answer_of_its_own_for_each_and_private_ones_are_left_out(world: World) -> None:
    receipts = [
        world.report(reporter={"email": f"anna{number}@example.org"}, publish=number != 2).json() for number in range(3)
    ]
    world.settle()
    made = [each["case_id"] for each in receipts]
    incident_id = link(world, made).json()["incident"]["incident_id"]
    world.settle()
    world.mails.clear()
    answer = answer_all(world, incident_id, text="Ring 070-123 45 67. Vattnet är på igen.", outcome="fixed")
    assert answer.status == 202, answer.text
    told = answer.json()
    assert (told["cases"], told["left_out"], told["elsewhere"], told["followers"]) == (2, 1, 0, 0)
    assert told["sentence"].startswith("2 som har anmält och 0 som följer får svaret. 1 ärenden")
    let_it_happen(world, told["bulk_id"])
    let_it_happen(world, told["bulk_id"])
    assert sorted(mail.to for mail in world.mails) == ["anna0@example.org", "anna1@example.org"]
    assert all("Ring 070-123 45 67." in mail.text for mail in world.mails)
    for number, receipt in enumerate(receipts):
        assert types(world, made[number]).count("CaseResolved") == (number != 2)
        seen = world.case(receipt["reference"], receipt["token"]).json()
        assert seen["outcome"] == (None if number == 2 else "fixed")
    everyone = world.case(receipts[0]["reference"]).json()["timeline"][-1]["text"]
    assert "070-123" not in everyone
    assert "Vattnet är på igen." in everyone
    with_all = answer_all(world, incident_id, text="Tack för tålamodet.", with_private=True).json()
    assert (with_all["cases"], with_all["left_out"]) == (3, 0)
    let_it_happen(world, with_all["bulk_id"])
    assert [types(world, each).count("ReplyPosted") for each in made] == [1, 1, 1]
    assert [desk(world, each)["status"] for each in made][:2] == ["resolved", "resolved"]


def test_an_answer_to_all_is_undone_before_anybody_is_told(world: World) -> None:
    made = reported(world, 2, reporter={"email": "anna@example.org"})
    incident_id = link(world, made).json()["incident"]["incident_id"]
    bulk_id = answer_all(world, incident_id, text="Dumt sagt.").json()["bulk_id"]
    assert undo(world, bulk_id).status == 200
    let_it_happen(world, bulk_id)
    assert [types(world, each).count("ReplyPosted") for each in made] == [0, 0]
    assert world.mails == []
    again = answer_all(world, incident_id, text="Bättre sagt.").json()["bulk_id"]
    let_it_happen(world, again)
    assert undo(world, again).json()["code"] == "sent_already"


def test_many_are_answered_step_by_step_and_once_each(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulks, "AT_A_TIME", 2)
    made = reported(world, 5)
    incident_id = link(world, made).json()["incident"]["incident_id"]
    bulk_id = answer_all(world, incident_id, text="Vi kommer.").json()["bulk_id"]
    with world.later(seconds=21):
        # The first step comes twice, as messages do.
        assert world.invoke("desk.on_sending", {"bulk_id": bulk_id}, {"bulk_id": bulk_id}) == []
        assert world.look_at_sendings() == []
    assert [types(world, each).count("ReplyPosted") for each in made] == [1] * 5


def test_a_duplicate_joins_the_case_that_goes_on_at_once_or_when_it_is_sent(world: World) -> None:
    original, first, second = reported(world, 3)
    [reference] = references(world, [original])
    closed = do(world, first, "resolve", outcome="duplicate", duplicate_of=reference, link=True).json()
    assert (closed["outcome"], closed["incident"]["cases"]) == ("duplicate", 2)
    sending = later(world, second, "resolve", outcome="duplicate", duplicate_of=reference, link=True).json()
    assert desk(world, second)["incident"] is None
    send(world, sending)
    send(world, sending)
    found = desk(world, second)
    assert (found["outcome"], found["incident"]["cases"]) == ("duplicate", 3)
    assert types(world, second).count("CasesLinked") == 1


def test_opening_one_again_says_how_many_it_is_about_and_opens_no_other(world: World) -> None:
    made = reported(world, 3)
    incident_id = link(world, made).json()["incident"]["incident_id"]
    let_it_happen(world, answer_all(world, incident_id, text="Klart.", outcome="fixed").json()["bulk_id"])
    shown = preview(world, made[0], "reopen")
    [sentence] = [each for each in shown["readers"] if "2 andra" in each]
    assert all(each in sentence for each in references(world, made[1:]))
    opened = do(world, made[0], "reopen", text="Det läcker igen.").json()
    assert opened["incident"]["cases"] == 3
    assert [desk(world, each)["status"] for each in made] == ["reopened", "resolved", "resolved"]


def test_the_list_costs_one_read_more_however_many_happenings_are_on_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reported(world, 6)
    for number in range(0, 6, 2):
        link(world, made[number : number + 2])
    with aws_calls(monkeypatch) as calls:
        query = {"municipality": "0180"}
        rows = world.call("desk", "GET", "/api/v1/desk/inbox", headers=ADMIN, query=query).json()["cases"]
    assert len({each["incident_id"] for each in rows}) == 3
    # One for all the happenings, and one for where the cases are, in words.
    assert (calls.count("Query"), calls.count("BatchGetItem")) == (4, 2)


def test_who_is_limited_to_departments_learns_of_what_is_public_elsewhere_alone(world: World) -> None:
    [tree] = reported(world, 1, category="tree")
    [seen] = reported(world, 1)
    [private] = reported(world, 1, publish=False)
    made = [tree, seen, private]
    incident_id = link(world, made).json()["incident"]["incident_id"]
    world.employ(Member("p", "p@0180.example", "Parken", "0180", frozenset({Role.LEAD}), frozenset({"park"})))
    parks = bearer("p@0180.example")
    [secret] = references(world, [private])
    told = incident(world, incident_id, who=parks).json()
    assert (sorted(each["case_id"] for each in told["cases"]), told["count"]) == (sorted([tree, seen]), 3)
    assert secret not in str(desk(world, tree, parks)) + str(preview(world, tree, "reply", who=parks, text="Hej."))
    # A number of another department's is refused like one that does not exist, whoever may read the case.
    for reference in (secret, references(world, [seen])[0], "000-0000"):
        refused = do(world, tree, "link", key=parks, references=[reference])
        assert (refused.status, refused.json()["code"]) == (422, "reference_unknown")
    # One answer to all is for whoever may answer each.
    assert answer_all(world, incident_id, who=parks, text="Hej.").status == 403
    for each in (seen, private):
        do(world, each, "assign", team="park")
    world.settle()
    assert answer_all(world, incident_id, who=parks, text="Hej.").status == 202
    assert len(incident(world, incident_id, who=parks).json()["cases"]) == 3


def test_a_duplicate_of_what_is_not_theirs_is_closed_and_not_linked(world: World) -> None:
    [elsewhere] = reported(world, 1, location=AT_0183)
    [mine] = reported(world, 1)
    [reference] = references(world, [elsewhere])
    world.employ(Member("h", "h@0180.example", "Handläggaren", "0180", frozenset({Role.HANDLER})))
    body = {"outcome": "duplicate", "duplicate_of": reference, "link": True}
    closed = do(world, mine, "resolve", key=bearer("h@0180.example"), **body)
    assert closed.status == 200, closed.text
    assert (closed.json()["outcome"], closed.json()["incident"]) == ("duplicate", None)
