"""What anybody may have of public cases: by municipality and month, by day, and in the order in which it changed.

A case stands once in each. What is said of it is written in one transaction, under a lock of the case's own, so the
same event twice, or two in the wrong order, change nothing, and a case that leaves is nowhere any more.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ulid import ULID

from synpunkt.clock import to_iso
from synpunkt.open_data import OpenCase
from synpunkt.stores.dynamo import ConditionFailed, client, from_wire, get_item, query_all, to_wire, transact
from synpunkt.stores.insight import month_of
from synpunkt.stores.items import shard_of

LOG_SHARDS = 8
"""Each a list of its own with its own numbers: as many can write at once."""
DAY_SHARDS = 4
_DIGITS = 12
_LAST = 10**_DIGITS - 1


@dataclass(frozen=True, slots=True)
class Opened:
    """What is said of a case, `None` for nothing, and of which version of it; without a version it is there no more.

    `position`: where in its log it stands, `None` when it never stood there. `lock` counts the changes of this.
    """

    case_id: str
    version: int | None
    row: OpenCase | None
    position: int | None = None
    lock: int = 0

    def says_as(self, other: Opened) -> bool:
        """Whether both say the same of the same version."""
        return (self.version, self.row) == (other.version, other.row)

    def is_older_than(self, other: Opened) -> bool:
        """Whether the other was made of a later version; one of no version is the last."""
        return self.version is not None and (other.version is None or other.version > self.version)


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A case as it is since `at`; `row` is `None` when it is open data no more."""

    id: str
    at: str
    row: OpenCase | None


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day, UTC, whose file does not say what the rows say. `since`: when that began; `removed`: a case has left.

    `marks`: what was seen, by shard; a later change makes the day due again.
    """

    day: str
    since: str
    removed: bool
    marks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DayFile:
    """The file of a day: how many cases and bytes it holds, its hash, and when it was made."""

    day: str
    cases: int
    size: int
    sha256: str
    made_at: str


class Overtaken(Exception):
    """Somebody else has written meanwhile; look again."""


def day_of(case_id: str) -> str:
    """The day a case was made on, UTC, as `2026-11-21`: its id says so."""
    return ULID.from_str(case_id).datetime.astimezone(UTC).date().isoformat()


class OpenStore:
    """Reads and writes the open data. `table`: the name of the insight table."""

    def __init__(self, table: str) -> None:
        self.table = table

    # ---- writing ---------------------------------------------------------------------------------------------

    def opened(self, case_id: str) -> Opened | None:
        """What is said of a case; `None` when nobody has looked at it yet."""
        item = get_item(self.table, _state(case_id), "OPEN")
        if item is None:
            return None
        row = OpenCase.of(item["row"]) if "row" in item else None
        return Opened(case_id, item.get("version"), row, item.get("position"), item["lock"])

    def write(self, before: Opened | None, wanted: Opened, *, now: datetime) -> None:
        """Says of the case what is wanted. `before`: what was said of it, as it was read.

        Raises `Overtaken` when that has changed, or another case got its place in the log.
        """
        had = before.row if before else None
        lock = before.lock if before else 0
        position = before.position if before else None
        changes: list[Mapping[str, Any]] = []
        if had != wanted.row:
            shard = shard_of(wanted.case_id, LOG_SHARDS)
            last = self.end(shard)
            changes = [
                *self._logged(wanted, had, shard, last, position, to_iso(now)),
                *self._listed(wanted, had),
                self._due(day_of(wanted.case_id), shard, last + 1, to_iso(now), removed=wanted.row is None),
            ]
            position = last + 1
        state = {
            "pk": _state(wanted.case_id),
            "sk": "OPEN",
            "version": wanted.version,
            "row": wanted.row.kept() if wanted.row else None,
            "position": position,
            "lock": lock + 1,
        }
        try:
            transact([self._locked(state, lock), *changes])
        except ConditionFailed as error:
            raise Overtaken from error

    def _logged(
        self, wanted: Opened, had: OpenCase | None, shard: int, last: int, position: int | None, at: str
    ) -> Iterator[Mapping[str, Any]]:
        """To the end of its log, and away from where it stood."""
        yield self._advance(shard, last)
        told = wanted.row or had
        entry = {
            "pk": _log(shard),
            "sk": _position(last + 1),
            "id": told.id if told else None,
            "at": at,
            "row": wanted.row.kept() if wanted.row else None,
        }
        yield {"Put": {"TableName": self.table, "Item": to_wire(entry)}}
        if position is not None:
            yield self._delete(_log(shard), _position(position))

    def _listed(self, wanted: Opened, had: OpenCase | None) -> Iterator[Mapping[str, Any]]:
        gone = set(_lists(wanted.case_id, had)) - set(_lists(wanted.case_id, wanted.row))
        yield from (self._delete(pk, wanted.case_id) for pk in sorted(gone))
        for pk in _lists(wanted.case_id, wanted.row):
            item = {"pk": pk, "sk": wanted.case_id, "row": wanted.row.kept() if wanted.row else None}
            yield {"Put": {"TableName": self.table, "Item": to_wire(item)}}

    def _due(self, day: str, shard: int, position: int, now: str, *, removed: bool) -> Mapping[str, Any]:
        # By the log's shard, whose head this transaction holds anyway: nobody more has to wait.
        set_removed = ", removed = :removed" if removed else ""
        update = {
            "TableName": self.table,
            "Key": to_wire({"pk": _DUE, "sk": f"{day}#{shard}"}),
            "UpdateExpression": f"SET #position = :position, since = if_not_exists(since, :now){set_removed}",
            "ExpressionAttributeNames": {"#position": "position"},
            "ExpressionAttributeValues": to_wire(
                {":position": position, ":now": now, ":removed": True if removed else None}
            ),
        }
        return {"Update": update}

    def end(self, shard: int) -> int:
        """The last position that was given in a log, 0 before the first: one read."""
        head = get_item(self.table, _log(shard), "HEAD")
        return int(head["position"]) if head else 0

    def _advance(self, shard: int, last: int) -> Mapping[str, Any]:
        update = {
            "TableName": self.table,
            "Key": to_wire({"pk": _log(shard), "sk": "HEAD"}),
            "UpdateExpression": "SET #position = :next",
            "ConditionExpression": "#position = :last" if last else "attribute_not_exists(pk)",
            "ExpressionAttributeNames": {"#position": "position"},
            "ExpressionAttributeValues": to_wire({":next": last + 1, ":last": last or None}),
        }
        return {"Update": update}

    def _locked(self, item: Mapping[str, Any], lock: int) -> Mapping[str, Any]:
        put: dict[str, Any] = {"TableName": self.table, "Item": to_wire(item)}
        if not lock:
            return {"Put": put | {"ConditionExpression": "attribute_not_exists(pk)"}}
        put |= {
            "ConditionExpression": "#lock = :lock",
            "ExpressionAttributeNames": {"#lock": "lock"},
            "ExpressionAttributeValues": to_wire({":lock": lock}),
        }
        return {"Put": put}

    def _delete(self, pk: str, sk: str) -> Mapping[str, Any]:
        return {"Delete": {"TableName": self.table, "Key": to_wire({"pk": pk, "sk": sk})}}

    # ---- reading ---------------------------------------------------------------------------------------------

    def of_month(
        self, municipality: str, month: str, *, after: str | None, limit: int
    ) -> tuple[list[OpenCase], str | None]:
        """At most `limit` cases of a municipality that were made in a month, oldest first, and `after` of the next.

        A query for each megabyte.
        """
        found: list[Mapping[str, Any]] = []
        while len(found) <= limit:
            answer = client().query(
                TableName=self.table,
                KeyConditionExpression="pk = :pk AND sk > :after",
                ExpressionAttributeValues=to_wire({":pk": _month(municipality, month), ":after": after or " "}),
                Limit=limit + 1 - len(found),
            )
            found += map(from_wire, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                break
            after = str(found[-1]["sk"])
        page = found[:limit]
        return [OpenCase.of(each["row"]) for each in page], str(page[-1]["sk"]) if len(found) > limit else None

    def changes(self, after: Sequence[int], *, limit: int) -> tuple[list[OpenChange], tuple[int, ...]]:
        """At most `limit` changes behind a position in each log, and the positions behind these: a query a log.

        Each log in its own order, among several by when it was told. There is none only when there is no more.
        """
        logs, reached = [], []
        for shard in range(LOG_SHARDS):
            answer = client().query(
                TableName=self.table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues=to_wire(
                    {":pk": _log(shard), ":first": _position(after[shard] + 1), ":last": _position(_LAST)}
                ),
                Limit=max(1, limit // LOG_SHARDS),
            )
            found = [from_wire(item) for item in answer["Items"]]
            logs.append([_change(item) for item in found])
            reached.append(_number(found[-1]["sk"]) if found else after[shard])
        return list(heapq.merge(*logs, key=lambda each: each.at)), tuple(reached)

    # ---- files of days ---------------------------------------------------------------------------------------

    def due_days(self, *, before: str) -> list[DueDay]:
        """The days before that one whose files are to be made anew: those that a case has left first, then by age."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for item in query_all(self.table, _DUE):
            day, _, shard = item["sk"].partition("#")
            if day < before:
                found.setdefault(day, []).append({**item, "shard": shard})
        days = [
            DueDay(
                day,
                min(each["since"] for each in marks),
                any(each.get("removed") for each in marks),
                {each["shard"]: each["position"] for each in marks},
            )
            for day, marks in found.items()
        ]
        return sorted(days, key=lambda each: (not each.removed, each.since, each.day))

    def of_day(self, day: str) -> list[OpenCase]:
        """All cases that were made on a day, oldest first."""
        items = [each for shard in range(DAY_SHARDS) for each in query_all(self.table, _day(day, shard))]
        return [OpenCase.of(each["row"]) for each in sorted(items, key=lambda each: str(each["sk"]))]

    def made(self, due: DueDay, file: DayFile | None) -> bool:
        """Notes the file of a day, or that there is none, and that it is due no more; `False` when it is all the same.

        Then something changed, or somebody else made it, after `due` was seen.
        """
        key = to_wire({"pk": _DAYS, "sk": due.day})
        if file is None:
            client().delete_item(TableName=self.table, Key=key)
        else:
            facts = {"cases": file.cases, "size": file.size, "sha256": file.sha256, "made_at": file.made_at}
            client().put_item(TableName=self.table, Item={**key, **to_wire(facts)})
        # Each mark is taken away, whatever becomes of the others.
        done = [self._done(f"{due.day}#{shard}", position) for shard, position in due.marks.items()]
        return all(done)

    def _done(self, mark: str, position: int) -> bool:
        try:
            client().delete_item(
                TableName=self.table,
                Key=to_wire({"pk": _DUE, "sk": mark}),
                ConditionExpression="#position = :position",
                ExpressionAttributeNames={"#position": "position"},
                ExpressionAttributeValues=to_wire({":position": position}),
            )
        except client().exceptions.ConditionalCheckFailedException:
            return False
        return True

    def days(self, *, after: str | None, limit: int) -> list[DayFile]:
        """The files there are, at most `limit`, the oldest day first; `after`: a day, exclusive."""
        answer = client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk > :after",
            ExpressionAttributeValues=to_wire({":pk": _DAYS, ":after": after or " "}),
            Limit=limit,
        )
        return [_day_file(from_wire(item)) for item in answer["Items"]]

    def day(self, day: str) -> DayFile | None:
        """The file of a day; `None` when there is none."""
        item = get_item(self.table, _DAYS, day)
        return _day_file(item) if item else None


def today(now: datetime) -> str:
    """The day it is, UTC: its file is made once it is over."""
    return now.astimezone(UTC).date().isoformat()


_DUE = "OPEN-DUE"
_DAYS = "OPEN-DAYS"


def _state(case_id: str) -> str:
    return f"O#{case_id}"


def _log(shard: int) -> str:
    return f"OL#{shard}"


def _month(municipality: str, month: str) -> str:
    return f"OM#{municipality}#{month}"


def _day(day: str, shard: int) -> str:
    return f"OD#{day}#{shard}"


def _lists(case_id: str, row: OpenCase | None) -> tuple[str, ...]:
    if row is None:
        return ()
    return _month(row.municipality, month_of(case_id)), _day(day_of(case_id), shard_of(case_id, DAY_SHARDS))


def _position(number: int) -> str:
    return f"P#{min(number, _LAST):0{_DIGITS}}"


def _number(position: str) -> int:
    return int(position.removeprefix("P#"))


def _change(item: Mapping[str, Any]) -> OpenChange:
    return OpenChange(item["id"], item["at"], OpenCase.of(item["row"]) if "row" in item else None)


def _day_file(item: Mapping[str, Any]) -> DayFile:
    return DayFile(item["sk"], item["cases"], item["size"], item["sha256"], item["made_at"])
