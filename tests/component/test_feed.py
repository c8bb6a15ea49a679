"""What a municipality's systems fetch: each event once, in one order that goes on from a cursor, and nobody else's."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from functions.deliver import on_feed
from synpunkt import clock
from synpunkt.identity import Scope
from synpunkt.stores.feed import FeedStore
from tests.component.world import ENVIRONMENT, Reply, World

STOCKHOLM, MOTALA, SOLNA = (
    {"lat": 59.3307, "lon": 18.0593},
    {"lat": 58.5371, "lon": 15.0365},
    {"lat": 59.36, "lon": 18.0009},
)
KEY = "local-test-key"


def events(world: World, key: str = KEY, **query: Any) -> Reply:
    """One request."""
    asked = {name: str(value) for name, value in query.items()}
    return world.call("deliver", "GET", "/api/v1/events", headers={"Authorization": f"Bearer {key}"}, query=asked)


def everything(world: World, key: str = KEY, *, limit: int = 3) -> tuple[list[dict[str, Any]], str]:
    """All there is to fetch, page by page, and the cursor at the end."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = events(world, key, after=after, limit=limit).json()
        if page["next"] == after:
            return found, after
        found, after = found + page["events"], page["next"]


def test_every_event_comes_once_in_the_order_it_happened(world: World) -> None:
    world.claim("0583")
    cases = [world.routed(location=place)["case_id"] for place in (MOTALA, STOCKHOLM, MOTALA)]
    found, after = everything(world)
    assert {each["case_id"] for each in found} == set(cases)
    ids = [each["event_id"] for each in found]
    assert len(set(ids)) == len(ids)
    for case_id in cases:
        mine = [each for each in found if each["case_id"] == case_id]
        assert [each["sequence"] for each in mine] == sorted(each["sequence"] for each in mine)
        assert [each["type"] for each in mine][:2] == ["CaseRouted", "CaseDelivered"]
    assert events(world, after=after).json() == {"events": [], "next": after}
    world.routed(location=MOTALA)
    assert {each["municipality"] for each in events(world, after=after).json()["events"]} == {"0583"}


def test_it_is_what_is_pushed(world: World) -> None:
    world.routed(location=STOCKHOLM)
    pushed = [each["event"] for each in world.topic_messages if each["municipality"] == "0180"]
    assert everything(world)[0] == pushed
    assert pushed


def test_a_repeated_event_stays_where_it_is(world: World) -> None:
    world.routed(location=STOCKHOLM)
    before, after = everything(world)
    for event in before:
        wrapped = {"detail-type": event["type"], "detail": event}
        assert world.invoke("deliver.on_feed", wrapped, wrapped) == []
    assert everything(world) == (before, after)


def test_what_comes_late_stands_after_what_was_fetched(world: World) -> None:
    """An event that hung somewhere has an older id than what its reader has seen; a cursor of ids would skip it."""
    world.routed(location=STOCKHOLM)
    found, after = everything(world)
    late = {**found[0], "event_id": "0" * 26, "sequence": 9}
    assert world.invoke("deliver.on_feed", {"detail-type": late["type"], "detail": late}) == []
    assert [each["event_id"] for each in events(world, after=after).json()["events"]] == ["0" * 26]


def test_two_that_write_at_once_both_stand(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.routed(location=STOCKHOLM)
    [first, *_], after = everything(world)
    store, other = on_feed.feed(), FeedStore(ENVIRONMENT["DELIVERIES_TABLE"])
    advance = FeedStore._advance

    def overtaken(self: FeedStore, pk: str, last: int) -> Any:
        monkeypatch.setattr(FeedStore, "_advance", advance)
        other.append("0180", {**first, "event_id": "1" * 26}, departments={}, now=clock.now())
        return advance(self, pk, last)

    monkeypatch.setattr(FeedStore, "_advance", overtaken)
    store.append("0180", {**first, "event_id": "2" * 26}, departments={}, now=clock.now())
    assert [each["event_id"] for each in events(world, after=after).json()["events"]] == ["1" * 26, "2" * 26]


def test_an_event_of_two_of_ones_municipalities_is_told_once(world: World) -> None:
    world.claim("0583")
    case = world.routed(location=MOTALA)
    moved = {"municipality": "0180", "reason": "Gatan är deras."}
    headers = {"Authorization": f"Bearer {KEY}"}
    world.call("desk", "POST", f"/api/v1/desk/cases/{case['case_id']}/hand-over", body=moved, headers=headers)
    world.settle()
    found, _ = everything(world)
    handed = [each for each in found if each["type"] == "CaseHandedOver"]
    assert [sorted(each["audience"]) for each in handed] == [["0180", "0583"]]
    for code in ("0180", "0583"):
        page = events(world, municipality=code).json()
        assert [each["type"] for each in page["events"]].count("CaseHandedOver") == 1


def test_a_key_of_one_department_is_told_of_its_own_cases_and_not_of_a_namesakes(world: World) -> None:
    """Every municipality here calls its departments alike."""
    world.claim("0583")
    tree = world.routed(location=MOTALA, category="tree")["case_id"]
    street = world.routed(location=MOTALA)["case_id"]
    parks, streets = (world.key(each, ["0583"], [Scope.READ], departments=[each])[0] for each in ("park", "street"))
    both = world.key("Två", ["0180", "0583"], [Scope.READ], departments=["park"])[0]
    moved = {"municipality": "0180", "reason": "Deras."}
    shown = {"Authorization": f"Bearer {KEY}"}
    for case_id in (tree, street):
        path = f"/api/v1/desk/cases/{case_id}"
        assert world.call("desk", "POST", f"{path}/hand-over", body=moved, headers=shown).status == 200
        world.settle()
        # There it becomes the other department's of the same name.
        category = "pothole" if case_id == tree else "tree"
        assert world.call("desk", "POST", f"{path}/correct", body={"category": category}, headers=shown).status == 200
        world.settle()
        assert world.call("desk", "POST", f"{path}/start", body={}, headers=shown).status == 200
        world.settle()
    for key, theirs in ((parks, tree), (streets, street)):
        found, _ = everything(world, key)
        assert {each["case_id"] for each in found} == {theirs}
        types = [each["type"] for each in found]
        assert types[0] == "CaseRouted"
        assert {"CaseHandedOver", "CaseCorrected", "WorkStarted"} <= set(types)
    # Told where it is theirs, once: of one as those who had it, of the other from when it became their namesake's.
    found, _ = everything(world, both)
    ids = [each["event_id"] for each in found]
    assert len(set(ids)) == len(ids)
    told = {case_id: [each["type"] for each in found if each["case_id"] == case_id] for case_id in (tree, street)}
    assert told[tree][0] == "CaseRouted"
    assert told[tree][-1] == "WorkStarted"
    assert "CaseHandedOver" not in told[street]
    assert told[street][-1] == "WorkStarted"


def test_nobody_fetches_what_is_anothers(world: World) -> None:
    world.routed(location=SOLNA)
    mine, _ = world.key("Nacka", ["0182"], [Scope.READ])
    assert events(world, mine).json()["events"] == []
    assert events(world, mine, municipality="0184").status == 403
    writer, _ = world.key("Skriver bara", ["0184"], [Scope.WRITE])
    assert events(world, writer).status == 403
    assert events(world, "local-operator-key").status == 403


def test_what_is_older_than_thirty_days_is_not_told_and_holds_nobody_up(world: World) -> None:
    world.routed(location=STOCKHOLM)
    old = len(everything(world)[0])
    with world.later(days=30, minutes=1):
        assert everything(world, limit=1)[0] == []
        world.routed(location=STOCKHOLM)
        new, after = everything(world, limit=1)
    assert new
    assert after == f"0180-{old + len(new)}_0583-0"


@pytest.mark.parametrize(
    "after", ["x", "0180", "0180-", "0180-1_", "0180-1.0583-2", "-1", "0180-1234567890123", "å", "٠١٨٠-١"]
)
def test_a_cursor_that_is_none_is_refused(world: World, after: str) -> None:
    answer = events(world, after=after)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_cursor")


@pytest.mark.parametrize(
    "after",
    ["0583-999999999999", "0180-0_0583-1000", "9999-5", "0184-0", "0583-0_0184-1", "0583-1_0583-2", "0583-1_0583-1"],
)
def test_a_cursor_that_is_none_of_ours_is_refused(world: World, after: str) -> None:
    """Whoever went on from beyond the end would be told nothing for years, and everything would look well."""
    world.routed(location=MOTALA)
    key, _ = world.key("Två", ["0180", "0583"], [Scope.READ])
    answer = events(world, key, after=after)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_cursor")


def test_a_cursor_lasts_longer_than_what_it_stands_behind(world: World) -> None:
    world.routed(location=STOCKHOLM)
    found, after = everything(world)
    assert found
    with world.later(days=70):
        assert events(world, after=after).json() == {"events": [], "next": after}
        _deleted(world)
        # Where one stood that was behind, and one that had everything.
        assert events(world, after="0180-1").json()["events"] == []
        assert events(world, after=after).json() == {"events": [], "next": after}
        new = world.routed(location=STOCKHOLM)["case_id"]
        assert {each["case_id"] for each in events(world, after=after).json()["events"]} == {new}


def test_a_position_of_one_that_is_not_asked_for_now_is_kept(world: World) -> None:
    world.claim("0583")
    world.routed(location=MOTALA)
    _, after = everything(world)
    world.routed(location=STOCKHOLM)
    following = events(world, after=after, municipality="0180").json()["next"]
    assert [part for part in following.split("_") if part.startswith("0583")] == [after.split("_")[1]]


def _deleted(world: World) -> None:
    """As DynamoDB does it with what has expired, in its own time."""
    database, table = boto3.client("dynamodb"), ENVIRONMENT["DELIVERIES_TABLE"]
    now = clock.now().timestamp()
    for item in database.scan(TableName=table)["Items"]:
        if "expires_at" in item and int(item["expires_at"]["N"]) < now:
            database.delete_item(TableName=table, Key={name: item[name] for name in ("pk", "sk")})


def test_bad_questions_are_refused(world: World) -> None:
    assert events(world, limit=0).status == 422
    assert events(world, limit=101).status == 422
    assert events(world, after="0180-1_" * 2000).status == 422
    assert events(world, "wrong").status == 401
    many, _ = world.key("Alla", [f"{number:04}" for number in range(100, 126)], [Scope.READ])
    assert events(world, many).json()["code"] == "name_municipality"
    assert events(world, many, municipality="0125").status == 200
