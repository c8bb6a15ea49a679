"""What people at the desk have chosen for themselves: what they are told by mail, and the views they keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synpunkt.stores.dynamo import get_item, query_all, to_wire, transact


@dataclass(frozen=True, slots=True)
class Notices:
    """What somebody is told by mail, in which language; this is what holds for those who never chose."""

    assigned: bool = True
    answered: bool = True
    digest: bool = False
    language: str = "sv"


@dataclass(frozen=True, slots=True)
class View:
    """A view somebody keeps. `filters`: as they were sent."""

    view_id: str
    name: str
    shared: bool
    filters: Mapping[str, Any]


class PreferenceStore:
    """Reads and keeps choices. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def notices(self, staff_id: str) -> Notices:
        """What the person wants to be told."""
        item = get_item(self.table, f"NOTICES#{staff_id}", "NOTICES")
        if item is None:
            return Notices()
        return Notices(item["assigned"], item["answered"], item["digest"], item["language"])

    def choosing(self, staff_id: str, chosen: Notices) -> Mapping[str, Any]:
        """The choice, to be written in one transaction with what follows from it."""
        item = {
            "pk": f"NOTICES#{staff_id}",
            "sk": "NOTICES",
            "assigned": chosen.assigned,
            "answered": chosen.answered,
            "digest": chosen.digest,
            "language": chosen.language,
        }
        return {"Put": {"TableName": self.table, "Item": to_wire(item)}}

    def views(self, municipality: str, owner: str | None) -> list[View]:
        """The views of a person there, or with `None` the shared ones; by name."""
        rows = query_all(self.table, _views(municipality, owner))
        found = [View(row["sk"], row["name"], owner is None, row["filters"]) for row in rows]
        return sorted(found, key=lambda each: (each.name.casefold(), each.view_id))

    def keep_view(self, municipality: str, owner: str, view: View) -> None:
        """Keeps a view in place of the one with its id: a view that is shared is nobody's own any more."""
        item = {"sk": view.view_id, "name": view.name, "filters": dict(view.filters)}
        mine, everybodys = _views(municipality, owner), _views(municipality, None)
        kept, other = (everybodys, mine) if view.shared else (mine, everybodys)
        transact(
            [
                {"Put": {"TableName": self.table, "Item": to_wire({"pk": kept, **item})}},
                self._delete(other, view.view_id),
            ]
        )

    def drop_view(self, municipality: str, owner: str | None, view_id: str) -> None:
        """Removes a view of a person, or with `None` a shared one."""
        transact([self._delete(_views(municipality, owner), view_id)])

    def _delete(self, pk: str, sk: str) -> Mapping[str, Any]:
        return {"Delete": {"TableName": self.table, "Key": to_wire({"pk": pk, "sk": sk})}}


def _views(municipality: str, owner: str | None) -> str:
    return f"VIEWS#{municipality}#{owner}" if owner else f"VIEWS#{municipality}"
