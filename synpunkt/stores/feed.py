"""What a municipality's systems have not fetched yet: its events in one order, each once, for 30 days."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from synpunkt.stores.dynamo import Busy, ConditionFailed, client, from_wire, get_item, to_wire, transact

KEPT = timedelta(days=30)
# A queue may bring an event again until its dead letters are thrown away, two weeks after the last try.
_REMEMBERED = KEPT + timedelta(days=31)
# Others write the same municipality's feed at the same time; each try that is too late finds a newer position.
_TRIES = 12


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An event as it was sent, and its position in the feed; positions start at 1 and leave no gaps.

    `departments`: the one that has the case, or had it last, by municipality. `came_in`: when it was put there, to the
    second.
    """

    position: int
    event: Mapping[str, Any]
    departments: Mapping[str, str]
    came_in: datetime


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Entries, oldest first. `through`: the position up to which there is nothing else, as far as was looked."""

    entries: list[FeedEntry]
    through: int


class FeedStore:
    """Appends and reads. `table`: the name of the deliveries table.

    Positions are given when an event is written, not when it happened: what comes late, or out of order, still stands
    after everything that a reader may have seen.
    """

    def __init__(self, table: str) -> None:
        self.table = table

    def append(
        self, municipality: str, event: Mapping[str, Any], *, departments: Mapping[str, str], now: datetime
    ) -> None:
        """Puts an event at the end of the municipality's feed; one that is there already stays where it is.

        `departments`: as in the entry.

        Raises `Busy` when others are at it for too long.
        """
        pk = _feed(municipality)
        for _ in range(_TRIES):
            last = self.end(municipality)
            entry = {
                "pk": pk,
                "sk": _position(last + 1),
                "event": json.dumps(event, ensure_ascii=False, separators=(",", ":")),
                "departments": dict(departments),
                "expires_at": int((now + KEPT).timestamp()),
            }
            seen = {
                "pk": pk,
                "sk": f"E#{event['event_id']}",
                "position": last + 1,
                "expires_at": int((now + _REMEMBERED).timestamp()),
            }
            try:
                transact([self._advance(pk, last), self._put(entry), self._put(seen)])
            except ConditionFailed as failed:
                if 2 in failed.which:
                    return
                continue
            return
        raise Busy

    def read(self, municipality: str, *, after: int, limit: int, now: datetime) -> FeedPage:
        """At most `limit` entries after a position: one read."""
        answer = client().query(
            TableName=self.table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            # DynamoDB deletes what has expired when it gets to it.
            FilterExpression="expires_at > :now",
            ExpressionAttributeValues=to_wire(
                {
                    ":pk": _feed(municipality),
                    ":first": _position(after + 1),
                    ":last": _position(_LAST),
                    ":now": int(now.timestamp()),
                }
            ),
            Limit=limit,
        )
        entries = [_entry(from_wire(item)) for item in answer["Items"]]
        if "LastEvaluatedKey" in answer:
            return FeedPage(entries, _number(from_wire(answer["LastEvaluatedKey"])["sk"]))
        return FeedPage(entries, entries[-1].position if entries else after)

    def end(self, municipality: str) -> int:
        """The last position that was given, whether or not its entry is still kept; 0 before the first: one read."""
        head = get_item(self.table, _feed(municipality), "HEAD")
        return int(head["position"]) if head else 0

    def event(self, municipality: str, event_id: str, *, now: datetime) -> Mapping[str, Any] | None:
        """An event of the last 30 days by its id; `None` when the municipality was not told of such a one."""
        mark = get_item(self.table, _feed(municipality), f"E#{event_id}")
        if mark is None or "position" not in mark:
            return None
        entry = get_item(self.table, _feed(municipality), _position(mark["position"]))
        return _entry(entry).event if entry and entry["expires_at"] > int(now.timestamp()) else None

    def came_in(self, municipality: str, since: datetime) -> int:
        """The last position before what came in at `since` or later: some twenty reads, however long the feed is."""
        pk = _feed(municipality)
        before, after = 0, self.end(municipality) + 1
        while after - before > 1:
            middle = (before + after) // 2
            entry = get_item(self.table, pk, _position(middle))
            # What is there no more came in longer ago than anything that is.
            if entry is None or entry["expires_at"] < int((since + KEPT).timestamp()):
                before = middle
            else:
                after = middle
        return before

    def back_from(self, municipality: str, until: datetime) -> Iterator[FeedEntry]:
        """What came in before `until`, the last written first; read as far as it is asked for."""
        last = self.came_in(municipality, until)
        while last:
            answer = client().query(
                TableName=self.table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues=to_wire(
                    {":pk": _feed(municipality), ":first": _position(1), ":last": _position(last)}
                ),
                ScanIndexForward=False,
                Limit=_BACK_A_READ,
            )
            yield from (_entry(from_wire(item)) for item in answer["Items"])
            following = answer.get("LastEvaluatedKey")
            last = _number(from_wire(following)["sk"]) - 1 if following else 0

    def _advance(self, pk: str, last: int) -> Mapping[str, Any]:
        update: dict[str, Any] = {
            "TableName": self.table,
            "Key": to_wire({"pk": pk, "sk": "HEAD"}),
            "UpdateExpression": "SET #position = :next",
            "ConditionExpression": "#position = :last" if last else "attribute_not_exists(pk)",
            "ExpressionAttributeNames": {"#position": "position"},
            "ExpressionAttributeValues": to_wire({":next": last + 1, ":last": last or None}),
        }
        return {"Update": update}

    def _put(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        condition = "attribute_not_exists(pk)"
        return {"Put": {"TableName": self.table, "Item": to_wire(item), "ConditionExpression": condition}}


_BACK_A_READ = 250
_DIGITS = 12
_LAST = 10**_DIGITS - 1


def _feed(municipality: str) -> str:
    return f"FEED#{municipality}"


def _position(number: int) -> str:
    return f"P#{min(number, _LAST):0{_DIGITS}}"


def _entry(item: Mapping[str, Any]) -> FeedEntry:
    event = json.loads(item["event"])
    known = {event["municipality"]: event["department"]} if event["department"] else {}
    came_in = datetime.fromtimestamp(item["expires_at"], UTC) - KEPT
    # What was kept before departments were says of the case's own alone.
    return FeedEntry(_number(item["sk"]), event, item.get("departments", known), came_in)


def _number(position: str) -> int:
    return int(position.removeprefix("P#"))
