"""Something done to many cases at once: who asked for it, for which, and whether it has begun.

One item is the switch for all of them: until it is turned nothing that others notice has happened to any case, and
whoever turns it first, the clock or the undo, decides for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from synpunkt.clock import from_iso, to_iso
from synpunkt.stores.dynamo import ConditionFailed, get_item, to_wire, transact
from synpunkt.stores.items import DUE_SHARDS, due_partition, shard_of
from synpunkt.stores.sendings import GRACE

WHAT = "bulk"
_SK = "BULK"
# As long as a repeated request is recognised.
_REMEMBERED = timedelta(days=14)


class BulkState(StrEnum):
    """`preparing`: the cases are being looked at; `waiting`: for its time; `going`: begun; then `done` or `undone`."""

    PREPARING = "preparing"
    WAITING = "waiting"
    GOING = "going"
    DONE = "done"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Bulk:
    """One request for many. `case_ids`: those it was asked for; those of an incident are found step by step.

    `municipalities`: whose cases they are. `refused`: those it does not happen to, with a code each.
    """

    bulk_id: str
    by: str
    act: str
    fields: Mapping[str, Any]
    fingerprint: str
    municipalities: tuple[str, ...]
    case_ids: tuple[str, ...]
    created_at: datetime
    send_at: datetime
    state: BulkState
    refused: Mapping[str, str]
    incident_id: str | None = None
    with_private: bool = False


class BulkStore:
    """Reads and writes them. `table`: the name of the cases table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def get(self, bulk_id: str) -> Bulk | None:
        """One; `None` when there is none, or it was long ago."""
        row = get_item(self.table, _partition(bulk_id), _SK)
        return _bulk_of(row) if row else None

    def begin(self, bulk: Bulk) -> bool:
        """Keeps a new one; `False` when there is one of that id."""
        return self._wrote(bulk, "attribute_not_exists(pk)", None)

    def move(self, bulk: Bulk, before: BulkState) -> bool:
        """Keeps it as it is now, if it still was so `before`; `False` when somebody else was first."""
        return self._wrote(bulk, "#state = :before", before)

    def _wrote(self, bulk: Bulk, condition: str, before: BulkState | None) -> bool:
        put: dict[str, Any] = {"TableName": self.table, "Item": to_wire(_item(bulk)), "ConditionExpression": condition}
        if before is not None:
            put["ExpressionAttributeNames"] = {"#state": "state"}
            put["ExpressionAttributeValues"] = to_wire({":before": before.value})
        try:
            transact([{"Put": put}])
        except ConditionFailed:
            return False
        return True


def _partition(bulk_id: str) -> str:
    return f"B#{bulk_id}"


def _item(bulk: Bulk) -> dict[str, Any]:
    due = bulk.state in (BulkState.PREPARING, BulkState.WAITING, BulkState.GOING)
    return {
        "pk": _partition(bulk.bulk_id),
        "sk": _SK,
        "case_id": bulk.bulk_id,
        "by": bulk.by,
        "act": bulk.act,
        "fields": dict(bulk.fields),
        "fingerprint": bulk.fingerprint,
        "municipalities": list(bulk.municipalities),
        "case_ids": list(bulk.case_ids),
        "created_at": to_iso(bulk.created_at),
        "send_at": to_iso(bulk.send_at),
        "state": bulk.state.value,
        "refused": dict(bulk.refused),
        "incident_id": bulk.incident_id,
        "with_private": bulk.with_private,
        "expires_at": int((bulk.send_at + _REMEMBERED).timestamp()),
        # As the due-index has it for cases.
        "what": WHAT if due else None,
        "round": 0,
        "due_pk": due_partition(shard_of(bulk.bulk_id, DUE_SHARDS)) if due else None,
        "due_sk": f"{to_iso(bulk.send_at + GRACE)}#{bulk.bulk_id}" if due else None,
    }


def _bulk_of(row: Mapping[str, Any]) -> Bulk:
    ids: Sequence[str] = row["case_ids"]
    return Bulk(
        bulk_id=row["case_id"],
        by=row["by"],
        act=row["act"],
        fields=row["fields"],
        fingerprint=row["fingerprint"],
        municipalities=tuple(row["municipalities"]),
        case_ids=tuple(ids),
        created_at=from_iso(row["created_at"]),
        send_at=from_iso(row["send_at"]),
        state=BulkState(row["state"]),
        refused=row["refused"],
        incident_id=row.get("incident_id"),
        with_private=row["with_private"],
    )
