"""What somebody is writing about a case and has not sent: theirs alone, and gone after a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from synpunkt import clock
from synpunkt.clock import from_iso, to_iso
from synpunkt.stores.dynamo import client, get_item, to_wire

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Draft:
    """Words on their way. `act`: what they are meant for; `fields`: what else was filled in."""

    act: str
    text: str
    fields: Mapping[str, str]
    saved_at: datetime


class DraftStore:
    """Reads and writes drafts. `table`: the name of the cases table.

    They lie in a partition of their own and not in the case's, which other rooms read whole.
    """

    def __init__(self, table: str) -> None:
        self.table = table

    def get(self, case_id: str, person: str) -> Draft | None:
        """The person's draft about a case; `None` when there is none, or it is too old."""
        row = get_item(self.table, _partition(case_id), person)
        # What is past its time may lie there for a while before it is swept away.
        if row is None or row["expires_at"] <= clock.now().timestamp():
            return None
        return Draft(row["act"], row["text"], row["fields"], from_iso(row["saved_at"]))

    def save(self, case_id: str, person: str, draft: Draft) -> None:
        """Keeps it in place of the one before."""
        client().put_item(TableName=self.table, Item=to_wire(_item(case_id, person, draft)))

    def restoring(self, case_id: str, person: str, draft: Draft) -> Mapping[str, Any]:
        """The transaction item that keeps words which were not sent, unless the person has begun anew since."""
        return {
            "Put": {
                "TableName": self.table,
                "Item": to_wire(_item(case_id, person, draft)),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def remove(self, case_id: str, person: str) -> None:
        """It is not needed any more."""
        client().delete_item(TableName=self.table, Key=to_wire({"pk": _partition(case_id), "sk": person}))


def _partition(case_id: str) -> str:
    return f"DRAFT#{case_id}"


def _item(case_id: str, person: str, draft: Draft) -> dict[str, Any]:
    return {
        "pk": _partition(case_id),
        "sk": person,
        "act": draft.act,
        "text": draft.text,
        "fields": dict(draft.fields),
        "saved_at": to_iso(draft.saved_at),
        "expires_at": int((draft.saved_at + KEPT).timestamp()),
    }
