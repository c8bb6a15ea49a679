"""What is about to be done to a case: it waits a moment, is undone or happens exactly once.

An item beside the case, which stands in no history: only what has happened does. Whoever ends it (does it, undoes it,
stops it) writes that with a condition on how it stood, in the transaction of whatever else they write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from synpunkt.clock import from_iso, to_iso
from synpunkt.stores.dynamo import get_item, query_all, to_wire, transact
from synpunkt.stores.items import DUE_SHARDS, case_key, due_partition, shard_of

WHAT = "sending"
_PREFIX = "SENDING#"
# The queue brings it well before; then the sweep looks after it.
GRACE = timedelta(minutes=1)
# A repeated message, and a repeated question, find out what became of it for so long.
_REMEMBERED = timedelta(days=14)
# As long as drafts: the words of one that was stopped are its writer's.
_KEPT_WHEN_STOPPED = timedelta(days=30)


class SendingState(StrEnum):
    """How far it has come. All but `waiting` are the end of it, except that what was stopped can be put away."""

    WAITING = "waiting"
    SENT = "sent"
    STOPPED = "stopped"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Sending:
    """Something to be done to a case, once. `fields`: what was said with it, as it came in; `by`: whose it is.

    `version`, `round`, `closed`, `municipality`: the case as they saw it. `why`: a code, when it was stopped.
    `bulk_id`: what it is a part of, if anything. `before`: what it changed, where that can be had again.
    """

    sending_id: str
    case_id: str
    act: str
    fields: Mapping[str, Any]
    by: str
    municipality: str
    version: int
    round: int
    closed: bool
    created_at: datetime
    send_at: datetime
    state: SendingState = SendingState.WAITING
    why: str | None = None
    bulk_id: str | None = None
    before: Mapping[str, Any] | None = None


class SendingStore:
    """Reads and writes them. `table`: the name of the cases table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def of_case(self, case_id: str) -> list[Sending]:
        """All that are remembered of a case, the oldest first."""
        return [_sending_of(row) for row in query_all(self.table, case_key(case_id), prefix=_PREFIX)]

    def get(self, case_id: str, sending_id: str) -> Sending | None:
        """One; `None` when there is none, or it was long ago."""
        row = get_item(self.table, case_key(case_id), f"{_PREFIX}{sending_id}")
        return _sending_of(row) if row else None

    def begin(self, sending: Sending) -> Mapping[str, Any]:
        """The transaction item that keeps a new one, in whatever state it begins."""
        return self._put(sending, "attribute_not_exists(pk)", {}, {})

    def last(self, case_id: str, by: str, act: str) -> str | None:
        """The id of the last that somebody alone began with that act; read it before asking what still waits."""
        row = get_item(self.table, case_key(case_id), _place(by, act))
        return str(row["sending_id"]) if row else None

    def alone(self, sending: Sending, last: str | None) -> Mapping[str, Any]:
        """The transaction item that makes it the last of that person and act, if `last` still is.

        Nobody gives the place back: it names a sending, and is free when that one waits no more.
        """
        item = {
            "pk": case_key(sending.case_id),
            "sk": _place(sending.by, sending.act),
            "sending_id": sending.sending_id,
            "expires_at": int((sending.send_at + _REMEMBERED).timestamp()),
        }
        put: dict[str, Any] = {"TableName": self.table, "Item": to_wire(item)}
        if last is None:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            # What is past its time may have been swept away since it was read.
            put["ConditionExpression"] = "attribute_not_exists(pk) OR sending_id = :last"
            put["ExpressionAttributeValues"] = to_wire({":last": last})
        return {"Put": put}

    def end(self, sending: Sending, state: SendingState, **changes: Any) -> Mapping[str, Any]:
        """The transaction item that says what became of it, if it still is as it was read."""
        after = replace(sending, state=state, **changes)
        return self._put(after, "#state = :state", {"#state": "state"}, {":state": sending.state.value})

    def write(self, *items: Mapping[str, Any]) -> None:
        """Writes such items, all or none. Raises `ConditionFailed` when somebody else was first."""
        transact(items)

    def _put(
        self, sending: Sending, condition: str, names: Mapping[str, str], values: Mapping[str, str]
    ) -> Mapping[str, Any]:
        put: dict[str, Any] = {
            "TableName": self.table,
            "Item": to_wire(_item(sending)),
            "ConditionExpression": condition,
        }
        if names:
            put |= {"ExpressionAttributeNames": dict(names), "ExpressionAttributeValues": to_wire(values)}
        return {"Put": put}


def _place(by: str, act: str) -> str:
    return f"LAST#{by}#{act}"


def _item(sending: Sending) -> dict[str, Any]:
    waits = sending.state is SendingState.WAITING
    kept = _KEPT_WHEN_STOPPED if sending.state is SendingState.STOPPED else _REMEMBERED
    # What is part of something larger is looked after with that.
    due = waits and sending.bulk_id is None
    return {
        "pk": case_key(sending.case_id),
        "sk": f"{_PREFIX}{sending.sending_id}",
        "sending_id": sending.sending_id,
        "case_id": sending.case_id,
        "act": sending.act,
        "fields": dict(sending.fields),
        "by": sending.by,
        "municipality": sending.municipality,
        "version": sending.version,
        "round": sending.round,
        "closed": sending.closed,
        "created_at": to_iso(sending.created_at),
        "send_at": to_iso(sending.send_at),
        "state": sending.state.value,
        "why": sending.why,
        "bulk_id": sending.bulk_id,
        "before": dict(sending.before) if sending.before is not None else None,
        "expires_at": None if due else int((sending.send_at + kept).timestamp()),
        "what": WHAT if due else None,
        "due_pk": due_partition(shard_of(sending.case_id, DUE_SHARDS)) if due else None,
        "due_sk": f"{to_iso(sending.send_at + GRACE)}#{sending.sending_id}" if due else None,
    }


def _sending_of(row: Mapping[str, Any]) -> Sending:
    return Sending(
        sending_id=row["sending_id"],
        case_id=row["case_id"],
        act=row["act"],
        fields=row["fields"],
        by=row["by"],
        municipality=row["municipality"],
        version=row["version"],
        round=row["round"],
        closed=row["closed"],
        created_at=from_iso(row["created_at"]),
        send_at=from_iso(row["send_at"]),
        state=SendingState(row["state"]),
        why=row.get("why"),
        bulk_id=row.get("bulk_id"),
        before=row.get("before"),
    )
