"""A municipality with 100,000 cases: what a page of the list and a search read, counted at the wire.

The cases and the index stand in sorted lists that answer as DynamoDB does: so many items looked at, then a key to go on
from. The rest of the world is the usual one, and what is called are the routes.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from ulid import ULID

from infra.expand import resolved
from synpunkt.lifecycle import Case, Kind, Location, Status, Visibility
from synpunkt.stores import items
from synpunkt.stores.dynamo import from_wire, to_wire
from synpunkt.stores.insight import Indexed, month_of
from tests.component.test_handling import ADMIN
from tests.component.world import ENVIRONMENT, STAGE, World

CASES = 100_000
START = datetime(2025, 1, 1, tzinfo=UTC)
# One case in so many says the word.
WORDS = {"hål": 10, "zebr": 1000, "giraff": 49_999}
_STATUSES = (Status.DELIVERED, Status.IN_PROGRESS, Status.PLANNED, Status.RESOLVED, Status.RESOLVED, Status.RESOLVED)
_CONDITION = re.compile(r"(\w+) (BETWEEN|<=|<|=) :(\w+)(?: AND :(high))?")


def made_at(number: int) -> datetime:
    """One after the other, for twenty months."""
    return START + timedelta(minutes=9 * number)


def id_of(number: int) -> str:
    """The id of a case, which says when it was made."""
    return str(ULID(int(made_at(number).timestamp() * 1000).to_bytes(6, "big") + number.to_bytes(10, "big")))


def number_of(case_id: str) -> int:
    """The reverse."""
    return int.from_bytes(ULID.from_str(case_id).bytes[6:], "big")


def head(number: int) -> dict[str, Any]:
    """The head of a case; made again whenever it is asked for."""
    moment = made_at(number)
    case = Case(
        case_id=id_of(number),
        reference=f"REF-{number}",
        version=3,
        kind=Kind.FAULT,
        category="graffiti" if number % 997 == 0 else "pothole",
        status=_STATUSES[number % len(_STATUSES)],
        visibility=Visibility.PUBLIC,
        created_at=moment,
        updated_at=moment,
        language="sv",
        channel="web",
        location=Location(59.33, 18.06),
        municipality="0180",
        department="street",
        claimed=True,
        team="street" if number % 2 else None,
        assignee="local-admin" if number % 5 == 0 else None,
    )
    return items.head_item(case)


@dataclass
class Shelf:
    """The two tables. `calls`, `looked_at`: reads since last asked."""

    partitions: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    projected: dict[str, set[str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    looked_at: int = 0

    def fill(self) -> None:
        """100,000 cases, and what they are found by."""
        for index in resolved("data", stage=STAGE).resources["CasesTable"]["Properties"]["GlobalSecondaryIndexes"]:
            keys = {"pk", "sk", *(each["AttributeName"] for each in index["KeySchema"])}
            self.projected[index["IndexName"]] = keys | set(index["Projection"].get("NonKeyAttributes", []))
        for number in range(CASES):
            made = head(number)
            for index in ("inbox", "unit", "mine"):
                if made.get(f"{index}_pk"):
                    self.partitions.setdefault((index, made[f"{index}_pk"]), []).append(made[f"{index}_sk"])
            month = month_of(made["case_id"])
            months = self.partitions.setdefault(("", "M#0180"), [])
            if month not in months[-1:]:
                months.append(month)
            for word in words_of(number):
                self.partitions.setdefault(("", f"W#0180#{month}#{word}"), []).append(made["case_id"])
        for found in self.partitions.values():
            found.sort()

    def query(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """As DynamoDB answers: `Limit` counts what is looked at, before anything is left out."""
        index = asked.get("IndexName", "")
        values = from_wire(asked["ExpressionAttributeValues"])
        partition, low, high = "", "", "\x7f"
        for name, how, value, other in _CONDITION.findall(asked["KeyConditionExpression"]):
            if name.endswith("pk"):
                partition = values[f":{value}"]
            elif how == "BETWEEN":
                low, high = values[f":{value}"], values[f":{other}"]
            else:
                high = values[f":{value}"] + ("\x00" if how == "<=" else "")
        keys = self.partitions.get((index, partition), [])
        inside = keys[bisect_left(keys, low) : (bisect_right if "BETWEEN" in str(asked) else bisect_left)(keys, high)]
        if not asked.get("ScanIndexForward", True):
            inside = inside[::-1]
        looked = inside[: asked["Limit"]]
        self.looked_at += len(looked)
        answer: dict[str, Any] = {"Items": [to_wire(row) for row in self._rows(index, partition, looked, asked)]}
        if len(inside) > asked["Limit"] or len(looked) == asked["Limit"]:
            answer["LastEvaluatedKey"] = to_wire({f"{index}_sk" if index else "sk": looked[-1]})
        return answer

    def _rows(self, index: str, partition: str, keys: list[str], asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        if not index:
            return [{"pk": partition, "sk": key} for key in keys]
        rows = (head(number_of(key.partition("#")[2])) for key in keys)
        allowed = self.projected[index]
        shown = [{name: value for name, value in row.items() if name in allowed} for row in rows]
        values, names = from_wire(asked["ExpressionAttributeValues"]), asked.get("ExpressionAttributeNames", {})
        for condition in filter(None, asked.get("FilterExpression", "").split(" AND ")):
            name, how, value = condition.split()
            passes: Callable[[Any, Any], bool] = {
                "=": lambda a, b: a == b,
                ">=": lambda a, b: a >= b,
                "<": lambda a, b: a < b,
            }[how]
            shown = [row for row in shown if passes(row[names[name]], values[value])]
        return shown

    def batch(self, table: str, keys: list[Mapping[str, str]]) -> list[dict[str, Any]]:
        """Items by key."""
        assert len(keys) <= 100
        assert len({(each["pk"], each["sk"]) for each in keys}) == len(keys), "DynamoDB refuses the same key twice"
        self.looked_at += len(keys)
        return [to_wire(self._item(each["pk"], each["sk"])) for each in keys]

    def _item(self, pk: str, sk: str) -> dict[str, Any]:
        number = number_of(pk[2:])
        if sk == "HEAD":
            return head(number)
        if pk.startswith("I#"):
            row = Indexed(id_of(number), "0180", 3, words_of(number), (), 1)
            return {"pk": pk, "sk": sk, **{name: getattr(row, name) for name in Indexed.__slots__}}
        place = {"sequence": 1, "name": "place", "full": "vid kiosken", "public": "vid kiosken", "visibility": "public"}
        return {"pk": pk, "sk": sk, **place}


def words_of(number: int) -> tuple[str, ...]:
    """What a case says."""
    return tuple(word for word, one_in in WORDS.items() if number % one_in == 0)


@pytest.fixture(scope="module")
def filled() -> Shelf:
    """Made once: nothing here writes."""
    shelf = Shelf()
    shelf.fill()
    return shelf


@pytest.fixture
def shelf(world: World, filled: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The shelf in the place of the two tables."""
    original = BaseClient._make_api_call  # type: ignore[attr-defined]
    ours = {ENVIRONMENT["CASES_TABLE"], ENVIRONMENT["INSIGHT_TABLE"]}

    def answering(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "Query" and arguments["TableName"] in ours:
            filled.calls.append(operation)
            return filled.query(arguments)
        if operation == "BatchGetItem" and set(arguments["RequestItems"]) <= ours:
            filled.calls.append(operation)
            [(table, asked)] = arguments["RequestItems"].items()
            return {"Responses": {table: filled.batch(table, [*map(from_wire, asked["Keys"])])}, "UnprocessedKeys": {}}
        assert arguments.get("TableName") not in ours, operation
        return original(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", answering)
    return filled


def asked(world: World, shelf: Shelf, path: str, **query: str) -> tuple[dict[str, Any], int, int]:
    """A page, how many calls it took, and how many items they looked at."""
    shelf.calls.clear()
    shelf.looked_at = 0
    answer = world.call("desk", "GET", f"/api/v1/desk/{path}", headers=ADMIN, query={"municipality": "0180", **query})
    assert answer.status == 200, answer.text
    page: dict[str, Any] = answer.json()
    calls, looked_at = len(shelf.calls), shelf.looked_at
    print(f"{path} {query}: {len(page['cases'])} rows, {calls} calls, {looked_at} items of {CASES} cases")
    return page, calls, looked_at


@pytest.mark.parametrize(
    ("query", "calls", "items_at_most"),
    [
        ({}, 5, 4 * 52 + 50),
        ({"unit": "street"}, 5, 4 * 52 + 50),
        ({"mine": "true"}, 2, 52 + 50),
        ({"attention": "closed"}, 5, 4 * 52 + 50),
        ({"category": "graffiti"}, 5, 4 * 500 + 50),
        ({"status": "planned", "from": "2025-03-01", "to": "2025-03-07"}, 5, 4 * 500 + 50),
    ],
)
def test_a_page_of_the_list_reads_so_much_however_many_cases_there_are(
    world: World, shelf: Shelf, query: dict[str, str], calls: int, items_at_most: int
) -> None:
    page, made, looked_at = asked(world, shelf, "inbox", **query)
    assert made <= calls
    assert looked_at <= items_at_most
    assert page["next"] is not None


def test_a_filtered_list_is_whole_in_the_end(world: World, shelf: Shelf) -> None:
    """Pages may be short, or empty: going on finds every case, each once, in the order of the list."""
    seen: list[tuple[str, str]] = []
    after, pages = "", 0
    while after is not None:
        page, calls, looked_at = asked(world, shelf, "inbox", category="graffiti", limit="100", after=after)
        assert (calls <= 5, looked_at <= 4 * 500 + 100) == (True, True)
        seen += [(each["attention"], each["case_id"]) for each in page["cases"]]
        after, pages = page["next"], pages + 1
    wanted = [number for number in range(CASES) if number % 997 == 0]
    assert sorted(each for _, each in seen) == [id_of(number) for number in wanted]
    order = ["new", "open", "planned", "closed"]
    assert seen == sorted(seen, key=lambda each: (order.index(each[0]), each[1]))
    assert pages <= CASES / 500


@pytest.mark.parametrize(
    ("q", "calls", "items_at_most"),
    [
        # The number, the months, one page of the word, the heads, the places.
        ("hålet", 5, 36 + 26 + 25 + 25),
        # For each month two words and the rows of what the rarer has.
        ("hålet zebra", 36 + 4, 36 * 100 + 86),
        ("giraffen", 36 + 4, 36 + 36 * 26 + 50),
        ("hålet giraffen zebra", 36 + 4, 36 * 100 + 86),
    ],
)
def test_a_search_reads_so_much_however_common_the_word(
    world: World, shelf: Shelf, q: str, calls: int, items_at_most: int
) -> None:
    page, made, looked_at = asked(world, shelf, "search", q=q)
    assert made <= calls
    assert looked_at <= items_at_most
    assert page["cases"] or page["next"]


@pytest.mark.parametrize("q", ["hål zebra", "giraff", "zebra giraff", "zebra"])
def test_a_search_is_whole_in_the_end(world: World, shelf: Shelf, q: str) -> None:
    steps = {"hål": 10, "zebra": 1000, "giraff": 49_999}
    wanted = [number for number in range(CASES) if all(number % steps[word] == 0 for word in q.split())]
    seen: list[str] = []
    after = ""
    while after is not None:
        page, calls, _ = asked(world, shelf, "search", q=q, limit="50", after=after)
        assert calls <= 36 + 4
        seen += [each["case_id"] for each in page["cases"]]
        after = page["next"]
    assert seen == [id_of(number) for number in reversed(wanted)]


def test_the_shelf_is_as_the_rooms_write(filled: Shelf) -> None:
    """Its heads are those of the store, so that what is counted is what is read."""
    case = items.case_of({name: value for name, value in head(7).items() if value is not None})
    assert items.head_item(case) == head(7)
    assert sum(len(keys) for (index, _), keys in filled.partitions.items() if index == "inbox") == CASES
