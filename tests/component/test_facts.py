"""The facts of a case: put right, explained, and sent to where they lead; how urgent it is; how it is registered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.upkeep import on_schedule
from synpunkt import clock
from synpunkt.deciding import decision_for
from synpunkt.identity import Cover, Member, Role, Scope, new_reference
from synpunkt.lifecycle import Actor, By, Kind, Outcome, Visibility, resolve, route, submit
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.staff import By as ChangedBy
from synpunkt.stores.staff import StaffStore
from synpunkt.stores.usual import UsualStore
from tests.component.world import ENVIRONMENT, Reply, World, aws_calls
from tests.tokens import bearer

SOLNA = {"lat": 59.3600, "lon": 18.0009}
BESIDE = {"lat": 59.3310, "lon": 18.0600}
NOWHERE = {"lat": 59.0, "lon": 1.0}


@pytest.fixture
def key(world: World) -> dict[str, str]:
    """A system of Stockholm's."""
    shown = world.key("System", ["0180"], [Scope.READ, Scope.WRITE, Scope.CONTACT])[0]
    return {"Authorization": f"Bearer {shown}"}


@pytest.fixture
def receipt(world: World) -> dict[str, Any]:
    """A pothole that has arrived in Stockholm, of somebody who left an address."""
    made: dict[str, Any] = world.report(reporter={"email": "anna@example.org", "name": "Anna Andersson"}).json()
    world.settle()
    world.mails.clear()
    return made


def do(world: World, case_id: str, act: str, key: dict[str, str], **body: Any) -> Reply:
    return world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/{act}", body=body, headers=key)


def desk(world: World, case_id: str, key: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = world.call("desk", "GET", f"/api/v1/desk/cases/{case_id}", headers=key).json()
    return found


def types(case: dict[str, Any]) -> list[str]:
    return [each["type"] for each in case["timeline"]]


def told_systems(world: World) -> list[dict[str, Any]]:
    """The events that municipalities' systems have got."""
    return [each["event"] for each in world.topic_messages]


def staff(world: World, name: str, code: str, role: Role, *departments: str) -> dict[str, str]:
    """Somebody's login."""
    email = f"{name}@{code}.example"
    world.employ(Member(name, email, "Kollega", code, frozenset({role}), frozenset(departments)))
    return bearer(email)


def test_another_category_takes_the_case_to_its_department(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    case_id = receipt["case_id"]
    do(world, case_id, "assign", key, team="street", assignee="staff-1")
    before = desk(world, case_id, key)
    assert "Gata och trafik" in before["routing"]["sentences"][0]
    answer = do(world, case_id, "correct", key, category="tree", reason="Det är ett träd, inget hål.")
    assert answer.status == 200, answer.text
    world.settle()
    case = desk(world, case_id, key)
    assert types(case)[-3:] == ["CaseCorrected", "CaseRouted", "CaseDelivered"]
    assert [each["sequence"] for each in case["timeline"]] == list(range(1, case["version"] + 1))
    assert (case["category"], case["department"]["id"], case["status"]) == ("tree", "park", "delivered")
    # Whoever worked on it did so at the other department.
    assert (case["team"], case["assignee"]) == (None, None)
    assert "Park och natur" in case["routing"]["sentences"][0]
    told = [each for each in world.case(receipt["reference"]).json()["timeline"] if each["type"] == "CaseCorrected"]
    assert told[0]["label"] == "Stockholms stad har rättat ärendet: ämnet är Träd"
    assert told[0]["text"] == "Det är ett träd, inget hål."
    sent = [each for each in told_systems(world) if each["type"] == "CaseCorrected"]
    assert sent[0]["data"]["category_before"] == "pothole"
    assert "inget hål" not in str(world.topic_messages)


def test_what_stays_with_its_department_is_not_sent_again(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    case_id = receipt["case_id"]
    do(world, case_id, "start", key)
    answer = do(world, case_id, "correct", key, category="road_sign", kind="suggestion", location=BESIDE)
    assert answer.status == 200, answer.text
    world.settle()
    case = desk(world, case_id, key)
    assert types(case)[-1] == "CaseCorrected"
    assert (case["status"], case["kind"], case["location"]["lat"]) == ("in_progress", "suggestion", BESIDE["lat"])
    assert world.case(receipt["reference"]).json()["timeline"][-1]["label"] == (
        "Stockholms stad har rättat ärendet: ämnet är Vägmärke eller skylt, det räknas som förslag, "
        "platsen är flyttad på kartan"
    )
    again = do(world, case_id, "correct", key, category="road_sign", kind="suggestion", location=BESIDE)
    assert again.json()["version"] == case["version"]


def test_a_place_in_another_municipality_hands_the_case_over(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    case_id = receipt["case_id"]
    do(world, case_id, "registered", key, diary_number="GN 2026/17")
    world.claim("0184")
    handler = staff(world, "h", "0180", Role.HANDLER)
    refused = do(world, case_id, "correct", handler, location=SOLNA)
    assert (refused.status, refused.json()["code"]) == (403, "not_allowed")
    registrar = staff(world, "r", "0180", Role.REGISTRAR)
    answer = do(world, case_id, "correct", registrar, location=SOLNA, reason="Det är på andra sidan gränsen.")
    assert answer.status == 200, answer.text
    world.settle()
    there = {"Authorization": f"Bearer {world.key('Solna', ['0184'], [Scope.READ, Scope.WRITE])[0]}"}
    case = desk(world, case_id, there)
    assert types(case)[-3:] == ["CaseCorrected", "CaseHandedOver", "CaseDelivered"]
    assert (case["holder"]["id"], case["hand_over"]) == ("0184", "offered")
    assert [each["id"] for each in case["came_from"]] == ["0180"]
    # One municipality's diary is no other's to read.
    assert case["diary_number"] is None
    assert desk(world, case_id, key)["diary_number"] == "GN 2026/17"
    told = [each for each in told_systems(world) if each["type"] in ("CaseCorrected", "CaseHandedOver")]
    assert {tuple(each["audience"]) for each in told} == {("0180",), ("0180", "0184")}
    assert [mail.subject for mail in world.mails if mail.to == "anna@example.org"]
    assert "på andra sidan gränsen" in str(world.case(receipt["reference"]).json()["timeline"])
    assert do(world, case_id, "return", there, reason="Nej, den är er.").status == 200
    assert desk(world, case_id, key)["holder"]["id"] == "0180"


def test_what_cannot_be_put_right_is_refused_and_changes_nothing(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    case_id = receipt["case_id"]
    before = desk(world, case_id, key)
    for body, status, code in (
        ({"location": NOWHERE}, 422, "outside_sweden"),
        ({"location": {"lat": 18.0593, "lon": 59.3307}}, 422, "swapped_coordinates"),
        ({"location": {"lat": 57.7089, "lon": 11.9746}}, 422, "municipality_unclaimed"),
        ({"location": {"lat": 59.3}}, 422, "invalid_request"),
        ({"category": "kommunens-egen"}, 422, "unknown_category"),
        ({"category": None}, 422, "invalid_request"),
        ({"kind": "rumour"}, 422, "invalid_request"),
        ({"reason": "Bara ett skäl."}, 422, "invalid_request"),
        ({"category": "tree", "version": 1}, 409, "case_changed"),
    ):
        answer = do(world, case_id, "correct", key, **dict[str, Any](body))
        assert (answer.status, answer.json()["code"]) == (status, code), body
    for act, body, code in (
        ("registered", {}, "invalid_request"),
        ("registered", {"received_on": "2099-01-01"}, "date_is_future"),
        ("registered", {"diary_number": " "}, "invalid_request"),
        ("priority", {"priority": "urgent"}, "invalid_request"),
        ("priority", {}, "invalid_request"),
    ):
        answer = do(world, case_id, act, key, **dict[str, Any](body))
        assert (answer.status, answer.json()["code"]) == (422, code), (act, body)
    assert desk(world, case_id, key) == before
    do(world, case_id, "resolve", key, outcome="fixed")
    closed = do(world, case_id, "correct", key, category="tree")
    assert (closed.status, closed.json()["code"]) == (409, "not_in_this_state")


def test_a_private_category_makes_the_case_private_and_no_other_makes_it_public(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    case_id, reference = receipt["case_id"], receipt["reference"]
    assert do(world, case_id, "correct", key, category="school", location=BESIDE).status == 200
    world.settle()
    assert world.case(reference).status == 404
    assert world.case(reference, receipt["token"]).status == 200
    listed = world.call("cases", "GET", "/api/v1/cases", query={"municipality": "0180"}).json()["cases"]
    assert listed == []
    after = [each for each in told_systems(world) if each["visibility"] == "private"]
    assert {each["type"] for each in after} >= {"CaseCorrected", "CaseRouted"}
    assert str(BESIDE["lat"]) not in str(after)
    assert do(world, case_id, "correct", key, category="pothole").json()["visibility"] == "private"
    assert world.case(reference).status == 404


def test_the_high_ones_come_first_among_what_asks_for_the_same(world: World, key: dict[str, str]) -> None:
    receipts = [world.report().json() for _ in range(3)]
    world.settle()
    first, second, third = (each["case_id"] for each in receipts)
    do(world, third, "priority", key, priority="high")
    do(world, first, "priority", key, priority="low")

    def listed(**query: str) -> list[tuple[str, str]]:
        query = {"municipality": "0180", **query}
        answer = world.call("desk", "GET", "/api/v1/desk/inbox", headers=key, query=query).json()
        found.append(answer["next"])
        return [(each["case_id"], each["priority"]) for each in answer["cases"]]

    found: list[Any] = []
    assert listed() == [(third, "high"), (second, "normal"), (first, "low")]
    assert listed(limit="1") == [(third, "high")]
    assert listed(after=found[-1]) == [(second, "normal"), (first, "low")]
    assert listed(priority="low") == [(first, "low")]
    assert listed(priority="high", kind="fault", attention="new") == [(third, "high")]
    assert desk(world, third, key)["priority"] == "high"
    assert "CasePrioritised" not in world.case(receipts[2]["reference"], receipts[2]["token"]).text


# ---- departments -----------------------------------------------------------------------------------------------------


def test_who_is_limited_to_departments_works_there_alone(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    street = receipt["case_id"]
    park = world.report(category="tree").json()["case_id"]
    hidden = world.report(publish=False).json()["case_id"]
    world.settle()
    shown = staff(world, "p", "0180", Role.REGISTRAR, "park", "planning")

    def listed(**query: str) -> Any:
        query = {"municipality": "0180", **query}
        answer = world.call("desk", "GET", "/api/v1/desk/inbox", headers=shown, query=query)
        return [each["case_id"] for each in answer.json()["cases"]] if answer.status == 200 else answer.status

    assert listed() == [park]
    assert listed(unit="park") == [park]
    assert listed(unit="street") == 403
    assert do(world, park, "start", shown).status == 200
    assert do(world, street, "start", shown).status == 403
    assert do(world, hidden, "start", shown).status == 404
    assert desk(world, street, shown)["case_id"] == street
    assert desk(world, hidden, shown)["code"] == "case_not_found"
    # A lead passes it to their team, or to themselves: then it is theirs to work on.
    do(world, street, "assign", key, team="park")
    assert street in listed()
    assert do(world, street, "start", shown).status == 200
    do(world, hidden, "assign", key, assignee="p")
    assert listed(mine="true") == [hidden]
    assert do(world, hidden, "start", shown).status == 200


def test_who_stands_in_for_somebody_works_with_their_cases_whatever_the_department(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    hidden = world.report(publish=False).json()["case_id"]
    world.settle()
    shown, _ = staff(world, "p", "0180", Role.HANDLER, "park"), staff(world, "away", "0180", Role.HANDLER)
    do(world, hidden, "assign", key, assignee="away")
    assert do(world, hidden, "start", shown).status == 404
    store, today = StaffStore(ENVIRONMENT["REGISTRY_TABLE"]), clock.now().date()
    store.change("0180", "away", {"cover": Cover("p", today)}, by=ChangedBy("test", "Test"), now=clock.now())
    query = {"municipality": "0180", "mine": "true"}
    listed = world.call("desk", "GET", "/api/v1/desk/inbox", headers=shown, query=query).json()["cases"]
    assert [each["case_id"] for each in listed] == [hidden]
    assert do(world, hidden, "start", shown).status == 200
    path = f"/api/v1/desk/cases/{hidden}/contact"
    assert world.call("desk.contact_api", "GET", path, headers=shown).status == 200
    assert do(world, receipt["case_id"], "start", shown).status == 403, "no other of that department"


def test_a_key_may_be_limited_to_departments(world: World, receipt: dict[str, Any]) -> None:
    admin = staff(world, "a", "0180", Role.ADMIN)
    query = {"municipality": "0180"}

    def make(**body: Any) -> Reply:
        wanted = {"name": "Parksystem", "scopes": ["read", "write"], **body}
        return world.call("desk.staff_api", "POST", "/api/v1/desk/keys", body=wanted, headers=admin, query=query)

    assert make(departments=["finns-inte"]).status == 422
    made = make(departments=["park"])
    assert made.status == 201, made.text
    assert made.json()["departments"] == ["park"]
    shown = {"Authorization": f"Bearer {made.json()['key']}"}
    assert do(world, receipt["case_id"], "start", shown).status == 403
    listed = world.call("desk.staff_api", "GET", "/api/v1/desk/keys", headers=admin, query=query).json()["keys"]
    assert ["park"] in [each["departments"] for each in listed]


# ---- the register ----------------------------------------------------------------------------------------------------


def register(world: World, key: dict[str, str], **query: str) -> Reply:
    asked = {"municipality": "0180", "from": "2026-01-01", "to": "2099-12-31", **query}
    return world.call("desk.contact_api", "GET", "/api/v1/desk/register", headers=key, query=asked)


def test_the_register_tells_what_came_in_in_order_page_by_page(world: World, key: dict[str, str]) -> None:
    at = {"lat": 59.3307, "lon": 18.0593, "text": "=HYPERLINK(1) hos 070-123 45 67"}
    named = world.report(location=at, reporter={"name": "=1+1 Anna", "email": "anna@example.org"}).json()
    private = world.report(category="school", location={**at, "text": "Skolans gård"}).json()
    world.settle()
    do(world, private["case_id"], "registered", key, diary_number="@BUN 2026/1", received_on="2026-02-01")
    do(world, named["case_id"], "resolve", key, outcome="fixed")
    rows = register(world, key).json()["rows"]
    assert [each["reference"] for each in rows] == [private["reference"], named["reference"]]
    assert (rows[0]["received_on"], rows[0]["diary_number"]) == ("2026-02-01", "@BUN 2026/1")
    # Journalists ask for registers, so what is not public of a place is not there.
    assert "Skolans gård" not in str(rows)
    assert "070-123" not in str(rows)
    assert rows[1]["subject"].startswith("Hål i vägen, =HYPERLINK")
    assert (rows[1]["status"], rows[1]["outcome"]) == ("closed", "fixed")
    assert rows[1].get("sender") is None
    assert [each["reference"] for each in register(world, key, to="2026-02-01").json()["rows"]] == [
        private["reference"]
    ]
    page = register(world, key, limit="1").json()
    rest = register(world, key, limit="1", after=page["next"]).json()
    assert [each["rows"][0]["reference"] for each in (page, rest)] == [private["reference"], named["reference"]]
    assert rest["next"] is None

    file = register(world, key, format="csv", sender="true", limit="1", after=page["next"])
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.content.startswith(b"\xef\xbb\xbf")
    lines = file.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith('"Inkom";"Nummer i Synpunkt";"Diarienummer";"Avsändare";')
    assert '"\'=1+1 Anna"' in lines[1]
    first = register(world, key, format="csv", limit="1")
    assert '"\'@BUN 2026/1"' in first.text
    assert "Avsändare" not in first.text
    assert f"after={page['next'].replace('#', '%23')}" in first.headers["link"]
    assert register(world, key, **{"from": "2026-03-01", "to": "2026-02-01"}).json()["code"] == "from_after_to"


def test_senders_are_for_those_who_may_see_them_and_each_page_is_logged(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    reader = {"Authorization": f"Bearer {world.key('Läsare', ['0180'], [Scope.READ])[0]}"}
    assert register(world, reader, sender="true").status == 403
    assert register(world, reader).status == 200
    assert _logged(world) == []
    anonymous = world.report(category="tree").json()
    world.settle()
    found = {each["reference"]: each["sender"] for each in register(world, key, sender="true").json()["rows"]}
    assert found == {receipt["reference"]: "Anna Andersson", anonymous["reference"]: "Anonym"}
    [entry] = _logged(world)
    assert entry["what"]["S"] == "2026-01-01/2099-12-31"
    assert entry["count"]["N"] == "2"
    assert "Anna" not in str(entry)
    # At another department than their own they see the case, and not who sent it.
    park = staff(world, "p", "0180", Role.HANDLER, "park")
    found = {each["reference"]: each["sender"] for each in register(world, park, sender="true").json()["rows"]}
    assert found == {receipt["reference"]: "Lämnas inte ut", anonymous["reference"]: "Anonym"}


def test_what_was_handed_over_stays_in_the_register_and_its_sender_does_not_follow(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    world.claim("0184")
    body = {"municipality": "0184", "reason": "Det är er väg."}
    assert do(world, receipt["case_id"], "hand-over", key, **body).status == 200
    world.settle()
    [row] = register(world, key, sender="true").json()["rows"]
    assert (row["status"], row["sender"], row["department"]) == ("left", "Lämnas inte ut", None)
    scopes = [Scope.READ, Scope.WRITE, Scope.CONTACT]
    there = {"Authorization": f"Bearer {world.key('Solna', ['0184'], scopes)[0]}"}
    do(world, receipt["case_id"], "accept", there)
    [row] = register(world, there, municipality="0184", sender="true").json()["rows"]
    assert (row["reference"], row["sender"]) == (receipt["reference"], "Lämnas inte ut")
    assert register(world, there, municipality="0180").status == 403


def test_a_page_of_the_register_costs_a_bounded_number_of_reads(
    world: World, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost(cases: int) -> int:
        for _ in range(cases):
            world.report()
        world.settle()
        with aws_calls(monkeypatch) as made:
            assert len(register(world, key, limit="5").json()["rows"]) == 5
        # Now and then a request takes some of the key's quota for those that follow.
        return len([each for each in made if each != "UpdateItem"])

    assert cost(6) == cost(14)


def _logged(world: World) -> list[dict[str, Any]]:
    found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["PEOPLE_TABLE"])["Items"]
    return [each for each in found if each["pk"]["S"].startswith("READ#")]


# ---- how long it usually takes ---------------------------------------------------------------------------------------

CLOSED = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _close(many: int, *, days: int = 7) -> None:
    """Cases that Stockholm has fixed, each so many days after it was reported."""
    cases = CaseStore(ENVIRONMENT["CASES_TABLE"])
    registry = RegistryStore(ENVIRONMENT["REGISTRY_TABLE"])
    for _ in range(many):
        at = CLOSED - timedelta(days=days)
        ids: dict[str, Any] = {"event_id": clock.new_id(), "now": at}
        about: dict[str, Any] = {"kind": Kind.FAULT, "category": "pothole", "visibility": Visibility.PUBLIC}
        made = submit(
            case_id=clock.new_id(),
            reference=new_reference(),
            language="sv",
            channel="web",
            location=None,
            municipality_given="0180",
            texts=(),
            has_contact=False,
            photos_expected=0,
            **about,
            **ids,
        )
        cases.write(made)
        decision = decision_for(registry, CaseFile(made.case, made.entries, (), ()))
        routed = route(made.case, decision, event_id=clock.new_id(), now=at)
        cases.write(routed)
        cases.write(resolve(routed.case, By(Actor.HANDLER, "x", clock.new_id(), CLOSED), outcome=Outcome.FIXED))


def _night(monkeypatch: pytest.MonkeyPatch, after: timedelta) -> None:
    """What the clock does in the night so long after, all of what is due."""
    monkeypatch.setattr(clock, "now", lambda: CLOSED + after)
    for _ in range(3):
        on_schedule.sweep(None)


def test_what_is_usual_is_told_from_enough_cases_and_never_as_a_promise(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: CLOSED)
    _close(19)
    waiting = world.report(reporter={"email": "anna@example.org"}).json()
    world.settle()
    _night(monkeypatch, timedelta(days=1))

    def told() -> str | None:
        said: str | None = world.case(waiting["reference"]).json()["usual"]
        return said

    assert told() is None
    monkeypatch.setattr(clock, "now", lambda: CLOSED + timedelta(days=1))
    _close(2, days=21)
    _night(monkeypatch, timedelta(days=2))
    # The median: two that took three weeks change nothing about the others.
    sentence = (
        "Sådana ärenden brukar ta omkring 5 arbetsdagar, räknat på 21 ärenden de senaste 90 dagarna. "
        "Det är ingen utlovad tid."
    )
    assert told() == sentence
    assert sentence in world.call("cases", "GET", f"/c/{waiting['reference']}").text
    once = UsualStore(ENVIRONMENT["CASES_TABLE"]).get("0180", "pothole")
    _night(monkeypatch, timedelta(days=2, minutes=30))
    assert UsualStore(ENVIRONMENT["CASES_TABLE"]).get("0180", "pothole") == once
    world.report(reporter={"email": "bo@example.org"})
    world.settle()
    assert [sentence in mail.text for mail in world.mails if mail.to == "bo@example.org"] == [True]
    # Nothing is said when it was measured too long ago, and what was closed long ago counts no more.
    monkeypatch.setattr(clock, "now", lambda: CLOSED + timedelta(days=12))
    assert told() is None
    _night(monkeypatch, timedelta(days=95))
    gone = UsualStore(ENVIRONMENT["CASES_TABLE"]).get("0180", "pothole")
    assert gone is not None
    assert gone.cases == 0
    assert told() is None
