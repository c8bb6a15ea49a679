"""Contact data at the desk: for those who have the case, written down before it is shown, and for nobody else."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from synpunkt.identity import Member, Role, Scope
from synpunkt.stores.people import PeopleStore
from tests.component.world import ENVIRONMENT, Reply, World
from tests.tokens import bearer

REPORTER = {"name": "Anna Ek", "email": "anna@example.org", "phone": "070-174 06 05"}
TOLD = {"name": "Anna Ek", "email": "anna@example.org", "phone": "+46701740605", "language": "sv"}
HANDLER = "handler@0180.example"
WHY = "Lampan står på andra sidan gränsen."


def reported(world: World, **reporter: Any) -> str:
    """A case in 0180 of somebody who left their contact data."""
    receipt = world.report(reporter={**REPORTER, **reporter}).json()
    world.settle()
    case_id: str = receipt["case_id"]
    return case_id


def employed(world: World, role: Role, code: str = "0180") -> dict[str, str]:
    """What somebody new of that role shows."""
    email = f"{role}-ny@{code}.example"
    world.employ(Member(f"{role}-{code}", email, f"Ny {role}", code, frozenset({role})))
    return bearer(email)


def ask(world: World, case_id: str, part: str, headers: dict[str, str]) -> Reply:
    """One of the two questions about contact data, or the case itself."""
    path = f"/api/v1/desk/cases/{case_id}" + (f"/{part}" if part else "")
    return world.call("desk", "GET", path, headers=headers)


def do(world: World, case_id: str, act: str, headers: dict[str, str], **body: Any) -> Reply:
    """Something done to a case."""
    return world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/{act}", body=body, headers=headers)


def log(world: World) -> list[dict[str, Any]]:
    """What is written down of showings."""
    found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["PEOPLE_TABLE"])["Items"]
    return [item for item in found if item["pk"]["S"].startswith("READ#")]


def test_each_showing_is_told_to_those_who_may_look_and_holds_no_contact_data(world: World) -> None:
    case_id = reported(world)
    assert ask(world, case_id, "contact", bearer(HANDLER)).json() == TOLD
    key, key_id = world.key("Ärendesystemet", ["0180"], [Scope.READ, Scope.CONTACT])
    assert ask(world, case_id, "contact", {"Authorization": f"Bearer {key}"}).json() == TOLD
    reads = ask(world, case_id, "contact-reads", bearer(HANDLER)).json()["reads"]
    handler = world.call("desk.staff_api", "GET", "/api/v1/desk/me", headers=bearer(HANDLER)).json()
    assert [(each["name"], each["how"]) for each in reads] == [("Ärendesystemet", "desk"), (handler["name"], "desk")]
    assert reads[0]["by"] == key_id
    assert reads[0]["at"] >= reads[1]["at"]
    for secret in TOLD.values():
        assert secret == "sv" or secret not in json.dumps(log(world))
    timeline = ask(world, case_id, "", bearer(HANDLER)).json()["timeline"]
    assert len(timeline) == 3, "looking is no part of the story"


def test_what_cannot_be_written_down_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = reported(world)

    def broken(*_: Any) -> None:
        raise RuntimeError("no log")

    monkeypatch.setattr(PeopleStore, "log_read", broken)
    answer = ask(world, case_id, "contact", bearer(HANDLER))
    assert answer.status == 500
    assert not [secret for secret in ("Anna", "anna@", "4670") if secret in answer.text]


def test_of_a_reporter_who_left_nothing_there_is_nothing_to_show_nor_to_note(world: World) -> None:
    receipt = world.report().json()
    world.settle()
    assert ask(world, receipt["case_id"], "contact", bearer(HANDLER)).json() == {
        "name": None,
        "email": None,
        "phone": None,
        "language": "sv",
    }
    assert log(world) == []
    assert ask(world, receipt["case_id"], "", bearer(HANDLER)).json()["contact"] == "none"


@pytest.mark.parametrize("share", [True, False])
def test_it_is_for_whoever_has_the_case_and_moves_on_only_if_the_reporter_said_so(world: World, share: bool) -> None:
    world.claim("0184")
    case_id = reported(world, **({"share_contact": True} if share else {}))
    there, here = employed(world, Role.REGISTRAR, "0184"), employed(world, Role.REGISTRAR)
    assert ask(world, case_id, "contact", there).status == 403
    assert do(world, case_id, "hand-over", here, municipality="0184", reason=WHY).status == 200
    world.settle()
    assert ask(world, case_id, "contact", here).status == 403, "handed on, it is theirs no longer"
    assert ask(world, case_id, "contact-reads", here).status == 403
    early = ask(world, case_id, "contact", there)
    assert (early.status, early.json()["code"]) == (409, "contact_after_accepting")
    assert do(world, case_id, "accept", there).status == 200
    told = ask(world, case_id, "contact", there)
    assert (told.status, told.json().get("code")) == ((200, None) if share else (403, "contact_not_shared"))
    assert len(log(world)) == (1 if share else 0)
    assert do(world, case_id, "return", there, reason=WHY).status == 200
    assert ask(world, case_id, "contact", here).json() == TOLD
    # Who of the others looked is the others' to know.
    reads = ask(world, case_id, "contact-reads", here).json()["reads"]
    assert [each["name"] for each in reads] == ["Ny registrar"]


def test_while_a_body_has_the_case_nobody_at_the_desk_looks(world: World) -> None:
    from tests.component.test_hand_over import Desk

    desk, case_id = Desk(world), reported(world)
    assert desk.do("hand-over", case_id, body="trafikverket", reason=WHY).status == 200
    answer = ask(world, case_id, "contact", bearer(HANDLER))
    assert (answer.status, answer.json()["code"]) == (409, "body_has_it")


def test_loading_the_page_of_a_link_again_shows_and_notes_nothing(world: World) -> None:
    from tests.component.test_hand_over import Desk, Link

    desk = Desk(world)
    case_id = reported(world, share_contact=True)
    desk.do("hand-over", case_id, body="trafikverket", reason=WHY)
    world.settle()
    link = Link(world, next(mail for mail in world.mails if mail.to == "vag@trafikverket.example"))
    link.open()
    assert link.contact().status == 404, "before it is accepted"
    link.post(act="accept")
    again = link.get(f"{link.path}/contact")
    assert (again.status, again.headers["location"]) == (303, link.path)
    assert log(world) == []
    assert "Anna Ek" in link.contact().text
    stranger = world.call("desk", "POST", f"{link.path}/contact", body="")
    assert (stranger.status, "Anna Ek" in stranger.text) == (404, False)
    assert len(log(world)) == 1
