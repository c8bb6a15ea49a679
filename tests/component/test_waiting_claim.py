"""Five hundred cases have waited when a municipality joins: a summary first, then each of them once, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from synpunkt import clock
from synpunkt.deciding import decision_for
from synpunkt.identity import new_reference
from synpunkt.lifecycle import (
    Actor,
    Because,
    Kind,
    Text,
    Visibility,
    hand_over_to_body,
    route,
    send_to_triage,
    submit,
)
from synpunkt.stores import cases as case_store
from synpunkt.stores import feed, insight, open_data
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.dynamo import ConditionFailed, client, from_wire
from synpunkt.stores.people import PeopleStore, Reporter
from synpunkt.stores.registry import RegistryStore
from tests.component.test_joining import ADDRESS, CODE, agreed, decide, state
from tests.component.world import ENVIRONMENT, World

WAITING = 500
CATEGORIES = ("pothole", "pothole", "street_light", None)


def _seed(number: int) -> list[str]:
    """Cases that wait, as the rooms would have left them; every fifth reporter left no address."""
    cases, registry = CaseStore(ENVIRONMENT["CASES_TABLE"]), RegistryStore(ENVIRONMENT["REGISTRY_TABLE"])
    people = PeopleStore(ENVIRONMENT["PEOPLE_TABLE"])
    ids: list[str] = []
    rows_of_cases: list[Any] = []
    reporters: list[Any] = []
    for each in range(number):
        at = clock.now() - timedelta(days=30) + timedelta(minutes=each)
        case_id = clock.new_id()
        facts: dict[str, Any] = {"event_id": clock.new_id(), "now": at}
        text = Text(1, "description", f"Nummer {each}", f"Nummer {each}", Visibility.PUBLIC)
        change = submit(
            case_id=case_id,
            reference=new_reference(),
            kind=Kind.FAULT,
            category=CATEGORIES[each % 4],
            visibility=Visibility.PUBLIC,
            language="sv" if each % 2 else "en",
            channel="web",
            location=None,
            municipality_given=CODE,
            texts=[text],
            has_contact=True,
            photos_expected=0,
            **facts,
        )
        decision = decision_for(registry, CaseFile(change.case, change.entries, (text,), ()))
        routed = route(change.case, decision, event_id=clock.new_id(), now=at)
        triaged = send_to_triage(routed.case, reason="unclaimed", event_id=clock.new_id(), now=at)
        assert triaged is not None
        contact = None if each % 5 == 0 else f"anna{each}@example.org"
        reporter = people.put(case_id, Reporter("sv", "email", email=contact), {}, now=at)["Put"]
        rows = [row for made in (change, routed, triaged) for row in cases._puts([made])]
        last = {(row["Put"]["Item"]["pk"]["S"], row["Put"]["Item"]["sk"]["S"]): row["Put"]["Item"] for row in rows}
        for item in last.values():
            # These events went out weeks ago.
            published = {name: value for name, value in item.items() if not name.startswith("unpublished")}
            rows_of_cases.append(published)
        reporters.append(reporter["Item"])
        ids.append(case_id)
    _write(ENVIRONMENT["CASES_TABLE"], rows_of_cases)
    _write(ENVIRONMENT["PEOPLE_TABLE"], reporters)
    return ids


def _write(table: str, rows: list[Any]) -> None:
    for start in range(0, len(rows), 25):
        requests: list[Any] = [{"PutRequest": {"Item": each}} for each in rows[start : start + 25]]
        client().batch_write_item(RequestItems={table: requests})


def _react(world: World) -> None:
    """Everything that follows, each timeline entry handed on once, as the stream does it."""
    while entries := world.unpublished():
        world.stream(entries)
        for event in world.take_events():
            world.react(event)


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same items in the same memory, by a shorter way: through moto five hundred cases take ten minutes.

    moto copies every table for each transaction, and looks through a whole table for each query. Here the items of a
    transaction are written one after the other, each with its condition: nobody else writes, so the first condition
    decides for all, and a later one that fails is an error. A case is read by its partition, as a database would.
    """

    def write(transaction: Any) -> None:
        for position, each in enumerate(transaction):
            [(what, arguments)] = each.items()
            try:
                getattr(client(), f"{what.lower()}_item")(**arguments)
            except client().exceptions.ConditionalCheckFailedException as error:
                assert position == 0, "half a transaction"
                raise ConditionFailed(frozenset({position})) from error

    def read(table: str, pk: str, *, prefix: str = "") -> Iterator[dict[str, Any]]:
        rows = [from_wire(each) for each in _held(table, pk)]
        yield from sorted((row for row in rows if row["sk"].startswith(prefix)), key=lambda row: str(row["sk"]))

    for store in (case_store, feed, insight, open_data):
        monkeypatch.setattr(store, "transact", write)
    monkeypatch.setattr(case_store, "query_all", read)
    monkeypatch.setattr(World, "unpublished", lambda self: _unpublished())


def _held(table: str, pk: str | None = None) -> Iterator[dict[str, Any]]:
    """What moto holds of a table, or of one partition."""
    partitions = dynamodb_backends["123456789012"]["eu-north-1"].tables[table].items
    wanted = partitions.values() if pk is None else [partitions[DynamoType({"S": pk})]]
    for rows in wanted:
        for item in rows.values():
            yield item.to_json()["Attributes"]


def _unpublished() -> list[dict[str, Any]]:
    marked = [each for each in _held(ENVIRONMENT["CASES_TABLE"]) if "unpublished_pk" in each]
    return sorted(marked, key=lambda each: str(each["event_id"]["S"]))


@pytest.mark.usefixtures("light")
def test_five_hundred_cases_arrive_once_each_in_order_after_the_summary(world: World) -> None:
    ids = _seed(WAITING)
    started = agreed(world)
    world.mails.clear()
    assert decide(world, started).status == 200
    summary, invitation = world.mails
    assert (summary.to, summary.subject) == (ADDRESS, "Skövde kommun är ansluten till Synpunkt")
    assert f"{WAITING} väntar" in summary.text
    for words in (f"{WAITING // 2}  ", f"{WAITING // 4}  "):
        assert words in summary.text
    assert "nbjudan" in invitation.subject
    assert world.topic_messages == []
    # A municipality that joined has nothing to approve twice.
    assert decide(world, started).status == 200
    assert world.look_at_waiting() == []
    _react(world)

    cases = CaseStore(ENVIRONMENT["CASES_TABLE"])
    assert cases.list_waiting(CODE, after=None, limit=1) == ()
    told = [each["event"] for each in world.topic_messages]
    routed = [each["case_id"] for each in told if each["type"] == "CaseRouted"]
    assert routed == ids
    assert Counter(each["municipality"] for each in world.topic_messages) == {CODE: len(told)}
    assert Counter(each["type"] for each in told) == {"CaseRouted": WAITING, "CaseDelivered": WAITING}
    assert {each["data"]["because"] for each in told if each["type"] == "CaseRouted"} == {"claimed"}

    mails = Counter(each.to for each in world.mails[2:])
    reporters = {f"anna{each}@example.org": 1 for each in range(WAITING) if each % 5}
    assert mails == {ADDRESS: WAITING, **reporters}
    [one] = [each for each in world.mails if each.to == "anna1@example.org"]
    assert "Nu är ditt ärende skickat till Skövde kommun" in one.subject
    assert state(world, started) == "approved"


def test_the_summary_counts_only_what_will_come(world: World) -> None:
    """A case that is with a body stays with it, so nobody is told that it waits."""
    first, _ = _seed(2)
    who: dict[str, Any] = {"actor": Actor.HANDLER, "by": "x", "event_id": clock.new_id(), "now": clock.now()}
    names = {"sv": "Trafikverket", "en": "the Swedish Transport Administration"}
    CaseStore(ENVIRONMENT["CASES_TABLE"]).apply(
        first, lambda file: hand_over_to_body(file.case, "trafikverket", names, reason=None, **who)
    )
    started = agreed(world)
    world.mails.clear()
    assert decide(world, started).status == 200
    assert "1 väntar" in world.mails[0].text


def test_the_minute_after_finds_the_case_that_was_just_being_decided_and_no_other(world: World) -> None:
    [first] = _seed(1)
    assert decide(world, agreed(world)).status == 200
    assert world.look_at_waiting() == []
    [late] = _seed(1)
    cases = CaseStore(ENVIRONMENT["CASES_TABLE"])
    before = cases.load(first)
    assert world.invoke("desk.on_waiting", {"municipality": CODE, "because": Because.CLAIMED.value}) == []
    assert cases.load(first) == before
    moved = cases.load(late)
    assert moved is not None
    assert moved.case.claimed


def test_the_citizens_timeline_says_that_the_municipality_has_joined(world: World) -> None:
    report = {"description": "Lampan är trasig.", "municipality": CODE, "category": "street_light"}
    receipt = world.report(report).json()
    world.settle()
    assert decide(world, agreed(world)).status == 200
    world.look_at_waiting()
    world.settle()
    case = world.case(receipt["reference"], receipt["token"]).json()
    assert case["status"] == "delivered"
    labels = [each["label"] for each in case["timeline"]]
    assert any("tar emot ärenden här nu" in each for each in labels)
    english = world.case(receipt["reference"], receipt["token"], **{"Accept-Language": "en"}).json()
    assert any("receives cases here now" in each["label"] for each in english["timeline"])
