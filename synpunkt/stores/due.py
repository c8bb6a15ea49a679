"""What is to be looked at later: one sparse index over all cases, swept by time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from synpunkt.clock import from_iso, to_iso
from synpunkt.stores.dynamo import ConditionFailed, client, from_wire, to_wire, transact
from synpunkt.stores.items import DUE_SHARDS, due_partition, shard_of

DIGEST = "digest"
PUSH = "push"


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something whose time has come. `round`: the sending of the case it was about.

    A `DIGEST` is about a person: `case_id` is theirs, and `municipality` whose staff they are. A `PUSH` is about a
    subscription of a municipality's in the same way.
    """

    case_id: str
    what: str
    round: int
    key: tuple[str, str]
    stamp: str

    @property
    def at(self) -> datetime:
        """When its time came."""
        return from_iso(self.stamp.partition("#")[0])

    @property
    def municipality(self) -> str:
        """Whose staff the person of a digest is, or whose subscription it is."""
        return self.key[0].split("#")[1]


class DueStore:
    """Finds and strikes off what is due. `table`: the name of the cases table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def due(self, now: datetime, *, at_most: int) -> Iterator[DueItem]:
        """What is due by `now`, the longest due first in each shard; at most so many of each of four shards."""
        for shard in range(DUE_SHARDS):
            answer = client().query(
                TableName=self.table,
                IndexName="due",
                KeyConditionExpression="due_pk = :pk AND due_sk < :now",
                ExpressionAttributeValues=to_wire({":pk": due_partition(shard), ":now": to_iso(now)}),
                Limit=at_most,
            )
            for row in map(from_wire, answer["Items"]):
                yield DueItem(row["case_id"], row["what"], row["round"], (row["pk"], row["sk"]), row["due_sk"])

    def digest(self, municipality: str, staff_id: str, at: datetime | None) -> Mapping[str, Any]:
        """Has somebody's list looked at then, each working morning; with `None` never. For a transaction."""
        shard = due_partition(shard_of(staff_id, DUE_SHARDS))
        item = {
            "pk": f"S#{municipality}#{staff_id}",
            "sk": f"DUE#{DIGEST}",
            "case_id": staff_id,
            "what": DIGEST,
            "round": 0,
            "due_pk": shard if at else None,
            "due_sk": f"{to_iso(at)}#{staff_id}#{DIGEST}" if at else None,
        }
        return {"Put": {"TableName": self.table, "Item": to_wire(item)}}

    def push(self, municipality: str, subscription_id: str, at: datetime) -> None:
        """Has a subscription looked at then, instead of whenever was said before."""
        item = {
            "pk": f"PUSH#{municipality}#{subscription_id}",
            "sk": f"DUE#{PUSH}",
            "case_id": subscription_id,
            "what": PUSH,
            "round": 0,
            "due_pk": due_partition(shard_of(subscription_id, DUE_SHARDS)),
            "due_sk": f"{to_iso(at)}#{subscription_id}#{PUSH}",
        }
        client().put_item(TableName=self.table, Item=to_wire(item))

    def strike_off(self, item: DueItem) -> None:
        """Takes it off the index, unless it was put off to another time meanwhile."""
        self._update(item, "REMOVE due_pk, due_sk", {})

    def put_off(self, item: DueItem, until: datetime) -> None:
        """Has it looked at again then, unless it was put off to another time meanwhile."""
        stamp = f"{to_iso(until)}#{item.case_id}#{item.what}"
        self._update(item, "SET due_sk = :later", {":later": stamp})

    def _update(self, item: DueItem, expression: str, values: Mapping[str, str]) -> None:
        pk, sk = item.key
        update = {
            "TableName": self.table,
            "Key": to_wire({"pk": pk, "sk": sk}),
            "UpdateExpression": expression,
            "ConditionExpression": "due_sk = :stamp",
            "ExpressionAttributeValues": to_wire({":stamp": item.stamp, **values}),
        }
        try:
            transact([{"Update": update}])
        except ConditionFailed:
            # The case has moved on, and its new time stands.
            return
