"""Whom a case can be given to, whose cases are mine, the views people keep, and what the list tells and filters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest

from synpunkt import clock
from synpunkt.identity import Member, Role, Scope, State
from synpunkt.lifecycle import Promised
from synpunkt.promise_clock import look_at
from tests.component.test_handling import ADMIN, do, inbox
from tests.component.test_promises import Watch, _cases, _publish
from tests.component.world import ENVIRONMENT, Reply, World
from tests.registries import TRAFIKVERKET
from tests.tokens import bearer

HANDLER, LEAD = bearer("handler@0583.example"), bearer("lead@0583.example")
ADMIN_0583 = bearer("admin@0583.example")
MOTALA = {"lat": 58.5371, "lon": 15.0365}


def ask(
    world: World, method: str, path: str, *, headers: dict[str, str] = HANDLER, body: Any = None, **query: str
) -> Reply:
    asked = {"municipality": "0583", **query}
    return world.call("desk", method, f"/api/v1/desk/{path}", body=body, headers=headers, query=asked)


def away(world: World, staff_id: str, by: str | None, days: int = 3) -> str:
    """Somebody is away from today on, or back."""
    until = (clock.now().date() + timedelta(days=days)).isoformat()
    body = {"cover": {"by": by, "until": until} if by else None}
    answer = world.call("desk.staff_api", "PATCH", f"/api/v1/desk/staff/{staff_id}", body=body, headers=ADMIN_0583)
    assert answer.status == 200, answer.text
    return until


@pytest.fixture
def case_id(world: World) -> str:
    """A case of Motala's."""
    world.claim("0583")
    receipt = world.report(location=MOTALA).json()
    world.settle()
    found: str = receipt["case_id"]
    return found


def test_colleagues_are_those_who_are_let_in_with_who_takes_their_cases(world: World) -> None:
    world.claim("0583")
    world.employ(Member("gone", "gone@0583.example", "Slutat", "0583", frozenset({Role.LEAD}), state=State.SUSPENDED))
    until = away(world, "lead-0583", "handler-0583")
    told = ask(world, "GET", "colleagues").json()
    assert {each["staff_id"]: (each["away_until"], each["covered_by"]) for each in told["people"]} == {
        "admin-0583": (None, None),
        "handler-0583": (None, None),
        "lead-0583": (until, "handler-0583"),
    }
    assert {"street", "registrar"} <= {each["id"] for each in told["departments"]}
    assert "@" not in ask(world, "GET", "colleagues").text, "no addresses"


def test_the_bodies_that_can_be_reached_are_named(world: World) -> None:
    world.claim("0583")
    unreachable = TRAFIKVERKET | {"id": "somebody", "mail_verified": False}
    _publish(code="0583", bodies=[TRAFIKVERKET, unreachable])
    assert ask(world, "GET", "colleagues").json()["bodies"] == [{"id": "trafikverket", "name": "Trafikverket"}]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"assignee": "nobody-at-all"}, "assignee_unknown"),
        ({"assignee": "handler-0180"}, "assignee_unknown"),
        ({"assignee": "gone"}, "assignee_unknown"),
        ({"assignee": "<script>"}, "assignee_unknown"),
        ({"team": "no-such-team"}, "team_unknown"),
        ({"team": "no-such-team", "assignee": "handler-0583"}, "team_unknown"),
    ],
)
def test_a_case_goes_only_to_people_and_teams_there_are(
    world: World, case_id: str, body: dict[str, str], code: str
) -> None:
    world.employ(Member("gone", "gone@0583.example", "Slutat", "0583", frozenset({Role.LEAD}), state=State.SUSPENDED))
    for headers in (LEAD, ADMIN):
        answer = do(world, case_id, "assign", key=headers, **body)
        assert (answer.status, answer.json()["code"]) == (422, code)
    assert world.call("desk", "GET", f"/api/v1/desk/cases/{case_id}", headers=LEAD).json()["assignee"] is None


def test_a_system_gives_cases_to_people_and_takes_them_itself(world: World, case_id: str) -> None:
    key, key_id = world.key("Ärendesystemet", ["0583"], [Scope.READ, Scope.WRITE])
    headers = {"Authorization": f"Bearer {key}"}
    assert do(world, case_id, "assign", key=headers, assignee="lead-0583", team="park").status == 200
    assert do(world, case_id, "assign", key=headers, assignee=key_id).status == 200
    assert [each["case_id"] for each in ask(world, "GET", "inbox", headers=headers, mine="true").json()["cases"]] == [
        case_id
    ]


def test_what_is_mine_is_also_that_of_those_i_stand_in_for(world: World, case_id: str) -> None:
    def mine() -> list[str]:
        return [each["case_id"] for each in ask(world, "GET", "inbox", mine="true").json()["cases"]]

    do(world, case_id, "assign", key=LEAD, assignee="lead-0583")
    assert mine() == []
    away(world, "lead-0583", "handler-0583")
    assert mine() == [case_id]
    away(world, "lead-0583", "admin-0583")
    assert mine() == [], "somebody else stands in now"
    away(world, "lead-0583", "handler-0583", days=0)
    assert mine() == [case_id], "to the end of the last day"
    with world.later(days=1):
        assert mine() == [] or ask(world, "GET", "inbox", mine="true").status == 401
    away(world, "lead-0583", None)
    assert mine() == []


# ---- views -----------------------------------------------------------------------------------------------------------


def view(**more: Any) -> dict[str, Any]:
    return {
        "name": "Försenat på gatan",
        "filters": {"unit": "street", "attention": "overdue", "from": "2026-01-01"},
        **more,
    }


def names(world: World, headers: dict[str, str] = HANDLER, code: str = "0583") -> list[tuple[str, bool]]:
    told = ask(world, "GET", "views", headers=headers, municipality=code).json()["views"]
    return [(each["name"], each["shared"]) for each in told]


def test_a_view_is_kept_changed_shared_and_removed(world: World) -> None:
    assert ask(world, "PUT", "views/v1", body=view()).json() == {"view_id": "v1", **view(shared=False)}
    assert names(world) == [("Försenat på gatan", False)]
    assert names(world, LEAD) == [], "one's own is nobody else's"
    assert ask(world, "PUT", "views/v1", body=view(shared=True)).status == 403
    assert ask(world, "PUT", "views/v2", headers=LEAD, body=view(name="Ledningens", shared=True)).status == 200
    assert names(world) == [("Försenat på gatan", False), ("Ledningens", True)]
    assert ask(world, "PUT", "views/v2", body=view(name="Kapad")).status == 403
    assert ask(world, "DELETE", "views/v2").status == 403
    assert ask(world, "PUT", "views/v2", headers=LEAD, body=view(name="Bara min")).status == 200
    assert names(world) == [("Försenat på gatan", False)]
    assert names(world, LEAD) == [("Bara min", False)]
    for status in (204, 404):
        assert ask(world, "DELETE", "views/v1").status == status
    assert names(world) == []


def test_views_of_another_municipality_are_not_there(world: World) -> None:
    world.claim("0180")
    ask(world, "PUT", "views/v1", headers=LEAD, body=view(name="Zebravyn", shared=True))
    theirs = bearer("handler@0180.example")
    assert names(world, theirs, "0180") == []
    assert ask(world, "GET", "views", headers=theirs).status == 403
    assert ask(world, "DELETE", "views/v1", headers=theirs, municipality="0180").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "filters": {}},
        {"name": "x" * 81, "filters": {}},
        {"name": "x"},
        {"name": "x", "filters": {"sql": "1"}},
        {"name": "x", "filters": {"attention": "everything"}},
        {"name": "x", "filters": {"from": "yesterday"}},
        {"name": "x", "filters": {"unit": None}},
        {"name": "x", "filters": {"q": "y" * 201}},
        {"name": "x", "filters": {}, "owner": "lead-0583"},
    ],
)
def test_a_view_that_is_not_one_is_refused(world: World, body: dict[str, Any]) -> None:
    answer = ask(world, "PUT", "views/v1", body=body)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert names(world) == []


def test_script_in_a_views_name_is_text_and_there_is_an_end_to_views(world: World) -> None:
    name = "<script>alert(1)</script>\r\nX: y"
    assert ask(world, "PUT", "views/v0", body=view(name=name)).json()["name"] == "<script>alert(1)</script> X: y"
    for number in range(1, 50):
        assert ask(world, "PUT", f"views/v{number}", body=view()).status == 200
    refused = ask(world, "PUT", "views/v50", body=view())
    assert (refused.status, refused.json()["code"]) == (409, "too_many_views")
    assert ask(world, "PUT", "views/v49", body=view(name="Ny")).status == 200


# ---- the list --------------------------------------------------------------------------------------------------------


def test_what_is_overdue_comes_first_then_what_will_be_soon(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    world.claim("0180")
    _publish(code="0180", targets={"answer_hours": 16, "repair_hours": 80})
    late, soon, fresh = (world.report().json() for _ in range(3))
    world.settle()
    for receipt in (late, soon):
        watch.set("2026-11-24 12:00")
        look_at(_cases(), receipt["case_id"], Promised.ANSWER)
    watch.set("2026-11-24 17:30")
    look_at(_cases(), late["case_id"], Promised.ANSWER)
    world.settle()
    assert inbox(world) == [
        f"{late['reference']} overdue",
        f"{soon['reference']} due_soon",
        f"{fresh['reference']} new",
    ]
    rows = world.call("desk", "GET", "/api/v1/desk/inbox", headers=ADMIN, query={"municipality": "0180"}).json()[
        "cases"
    ]
    assert [each["overdue"] for each in rows] == [True, False, False]
    assert {each["due_at"] for each in rows} == {"2026-11-24T14:00:00.000Z"}
    do(world, late["case_id"], "question", text="Var?")
    [asked] = [each for each in inbox(world) if late["reference"] in each]
    assert asked.endswith("waiting"), "nobody here can hurry while the reporter is asked"
    do(world, soon["case_id"], "reply", text="Vi kommer i morgon.")
    [answered] = [each for each in inbox(world) if soon["reference"] in each]
    assert answered.endswith("open"), "what was due soon is done"


def test_rows_say_where_in_words_that_anybody_may_read(world: World) -> None:
    world.report(location={"lat": 59.3307, "lon": 18.0593, "text": "Hos Anna, ring 070-174 06 05"})
    world.settle()
    query = {"municipality": "0180"}
    [row] = world.call("desk", "GET", "/api/v1/desk/inbox", headers=ADMIN, query=query).json()["cases"]
    assert row["place"] == "Hos Anna, ring ▇▇▇"
    assert row["photo"] is None


def test_the_list_is_filtered(world: World) -> None:
    hole = world.report().json()
    paint = world.report(category="graffiti", kind="complaint").json()
    world.settle()
    do(world, hole["case_id"], "start")
    today = clock.localdate(clock.now())
    tomorrow = clock.localdate(clock.now() + timedelta(days=1))

    def shown(**query: str) -> list[str]:
        return [each.split()[0] for each in inbox(world, **query)]

    assert shown(category="graffiti") == [paint["reference"]]
    assert shown(kind="complaint") == [paint["reference"]]
    assert shown(status="in_progress") == [hole["reference"]]
    assert shown(status="in_progress", category="graffiti") == []
    assert set(shown(**{"from": today, "to": today})) == {hole["reference"], paint["reference"]}
    assert shown(**{"from": tomorrow}) == []
    assert shown(attention="open", after="z1#01M80ZNZ1GTWYP1FSQMVWMHA9C") == []
    for wrong in ({"status": "lost"}, {"kind": "x"}, {"from": "2026-13-01"}, {"category": "x" * 65}):
        query = {"municipality": "0180", **wrong}
        assert world.call("desk", "GET", "/api/v1/desk/inbox", headers=ADMIN, query=query).status == 422, wrong
    for day in ("0001-01-01", "9999-12-31"):
        query = {"municipality": "0180", "from": day, "to": day}
        assert world.call("desk", "GET", "/api/v1/desk/inbox", headers=ADMIN, query=query).status == 200, day


def test_what_somebody_chose_is_theirs_alone(world: World) -> None:
    usual = {"assigned": True, "answered": True, "digest": False, "language": "sv"}
    assert ask(world, "GET", "me/notices").json() == usual
    chosen = {"assigned": False, "answered": True, "digest": True, "language": "en"}
    assert ask(world, "PUT", "me/notices", body=chosen).json() == chosen
    assert ask(world, "GET", "me/notices").json() == chosen
    assert ask(world, "GET", "me/notices", headers=LEAD).json() == usual
    for wrong in ({}, {**chosen, "language": "de"}, {**chosen, "staff_id": "lead-0583"}, {**chosen, "digest": None}):
        assert ask(world, "PUT", "me/notices", body=wrong).status == 422, wrong
    kept = boto3.client("dynamodb").get_item(
        TableName=ENVIRONMENT["CASES_TABLE"],
        Key={"pk": {"S": "S#0583#handler-0583"}, "sk": {"S": "DUE#digest"}},
    )["Item"]
    assert "due_pk" in kept
