"""What is usual, by municipality and category: one small item each in the cases table, measured anew and replaced."""

from __future__ import annotations

from datetime import datetime

from synpunkt.clock import from_iso, to_iso
from synpunkt.promises import Usual
from synpunkt.stores.dynamo import client, get_item, to_wire
from synpunkt.stores.items import DUE_SHARDS, due_partition, shard_of

_WHAT = "usual"


class UsualStore:
    """Keeps what is usual. `table`: the name of the cases table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def get(self, municipality: str, category: str) -> Usual | None:
        """What is usual there; `None` where nothing was ever measured."""
        item = get_item(self.table, _key(municipality, category), "USUAL")
        if item is None:
            return None
        return Usual(float(item["working_days"]), item["cases"], from_iso(item["measured_at"]))

    def put(self, municipality: str, category: str, usual: Usual, *, again: datetime | None) -> None:
        """Keeps what was measured in place of what was known. `again`: when it is to be measured anew."""
        about = f"{municipality}#{category}"
        item = {
            "pk": _key(municipality, category),
            "sk": "USUAL",
            "working_days": usual.working_days,
            "cases": usual.cases,
            "measured_at": to_iso(usual.measured_at),
        }
        if again is not None:
            # As a case's own due items, so that the same sweep finds it; `case_id` names what it is about.
            item |= {
                "case_id": about,
                "what": _WHAT,
                "round": 0,
                "due_pk": due_partition(shard_of(about, DUE_SHARDS)),
                "due_sk": f"{to_iso(again)}#{about}#{_WHAT}",
            }
        client().put_item(TableName=self.table, Item=to_wire(item))


def _key(municipality: str, category: str) -> str:
    return f"USUAL#{municipality}#{category}"
