"""What who is limited to departments reads of a public case of another: what everybody does, wherever they look."""

from __future__ import annotations

from typing import Any

import pytest

from synpunkt.identity import Member, Role, Scope
from tests.component.test_contact_data import do
from tests.component.test_handling import ADMIN
from tests.component.test_photo_masks import get, reported
from tests.component.world import Reply, World
from tests.tokens import bearer

INSIDE = (
    "MELLANOSS",
    "070-123 45 67",
    "HEMLIGPLATS",
    "OSANT",
    "STRAX",
    "SAMMANHANG",
    "TK-17",
    "KS-4711",
    "handler-0180",
    '"high"',
    "planning",
)
BOX = {"x": 0, "y": 0, "width": 0.3, "height": 0.3}


@pytest.fixture
def receipt(world: World) -> dict[str, Any]:
    """A public case of the street department with all that there is inside."""
    place = {"lat": 59.3307, "lon": 18.0593, "text": "HEMLIGPLATS hos personnummer"}
    made = reported(world, description="Hålet växer. Ring 070-123 45 67.", location=place)
    case_id = made["case_id"]
    for act, body in (
        ("note", {"text": "MELLANOSS"}),
        ("reply", {"text": "OSANT, personnummer saknas"}),
        ("number", {"foreign_number": "TK-17"}),
        ("registered", {"diary_number": "KS-4711"}),
        ("assign", {"team": "planning", "assignee": "handler-0180"}),
        ("priority", {"priority": "high"}),
    ):
        assert do(world, case_id, act, ADMIN, **body).status == 200, act
    other = world.report().json()
    world.settle()
    assert do(world, case_id, "link", ADMIN, references=[other["reference"]], title="SAMMANHANG").status == 200
    said = world.call(
        "desk", "POST", f"/api/v1/desk/cases/{case_id}/reply", body={"text": "STRAX"}, headers=ADMIN,
        query={"delay": "true"},
    )  # fmt: skip
    assert said.status == 202
    # Asked to be covered, and not drawn anew yet.
    assert do(world, case_id, f"photos/{made['photo']}/mask", ADMIN, boxes=[BOX]).status == 200
    world.settle(only={"insight"})
    return made


@pytest.fixture(params=["person", "key"])
def parks(world: World, receipt: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, str]:
    """Somebody, or something, of the parks."""
    if request.param == "key":
        scopes = [Scope.READ, Scope.WRITE, Scope.CONTACT]
        return {"Authorization": f"Bearer {world.key('Parksystem', ['0180'], scopes, departments=['park'])[0]}"}
    world.employ(Member("p", "p@0180.example", "Parken", "0180", frozenset({Role.ADMIN}), frozenset({"park"})))
    return bearer("p@0180.example")


def read(world: World, path: str, who: dict[str, str], room: str = "desk", **query: str) -> Reply:
    answer = world.call(room, "GET", path, headers=who, query={"municipality": "0180", **query})
    assert answer.status == 200, answer.text
    return answer


def test_nothing_of_what_is_inside(world: World, receipt: dict[str, Any], parks: dict[str, str]) -> None:
    case_id = receipt["case_id"]
    shown = read(world, f"/api/v1/desk/cases/{case_id}", parks)
    system = read(world, f"/api/v1/municipality/cases/{case_id}", parks, "desk.contact_api")
    found = read(world, "/api/v1/desk/search", parks, q="växer")
    assert [each["case_id"] for each in found.json()["cases"]] == [case_id]
    template = {"name": "Plats", "text": "Om {place}", "language": "sv"}
    path = "/api/v1/desk/templates/plats"
    world.call("desk", "PUT", path, body=template, headers=ADMIN, query={"municipality": "0180"})
    begun = read(world, "/api/v1/desk/templates", parks, case_id=case_id)
    assert "Om " in begun.text
    for answer in (shown, system, found, begun):
        assert [each for each in INSIDE if each in answer.text] == []
    case = shown.json()
    assert case["photos"] == []
    assert (case["sendings"], case["incident"], case["contact"], case["priority"]) == ([], None, "none", "normal")
    assert {each["type"] for each in case["timeline"]}.isdisjoint({"NoteAdded", "CaseAssigned", "PhotoMaskAsked"})
    [row] = found.json()["cases"]
    assert (row["photo"], row["incident_id"], row["attention"]) == (None, None, "elsewhere")
    public = world.case(receipt["reference"]).json()
    assert case["description"] == public["description"]
    assert [each["label"] for each in case["timeline"]] == [each["label"] for each in public["timeline"]]
    assert [each["reason"] for each in case["timeline"]] == [each["text"] for each in public["timeline"]]


def test_of_a_happening_with_a_case_of_theirs_neither(
    world: World, receipt: dict[str, Any], parks: dict[str, str]
) -> None:
    tree = world.report(category="tree").json()
    world.settle()
    assert do(world, receipt["case_id"], "link", ADMIN, references=[tree["reference"]]).status == 200
    incident_id = read(world, f"/api/v1/desk/cases/{tree['case_id']}", parks).json()["incident"]["incident_id"]
    page = read(world, f"/api/v1/desk/incidents/{incident_id}", parks)
    assert len(page.json()["cases"]) == 3
    assert [each for each in INSIDE if each in page.text and each != "SAMMANHANG"] == []


def test_a_photo_that_everybody_sees_they_see_at_its_public_address(
    world: World, receipt: dict[str, Any], parks: dict[str, str]
) -> None:
    other = reported(world)
    [photo] = read(world, f"/api/v1/desk/cases/{other['case_id']}", parks).json()["photos"]
    assert get(world, photo["url"], "cases").status == 200


def test_the_case_is_theirs_in_full_once_it_is_passed_to_them(
    world: World, receipt: dict[str, Any], parks: dict[str, str]
) -> None:
    assert do(world, receipt["case_id"], "assign", ADMIN, team="park").status == 200
    shown = read(world, f"/api/v1/desk/cases/{receipt['case_id']}", parks).text
    assert [each for each in ("MELLANOSS", "070-123 45 67", "TK-17", "STRAX", "SAMMANHANG") if each not in shown] == []
