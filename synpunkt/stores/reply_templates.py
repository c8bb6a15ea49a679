"""The texts of a municipality that its people begin from: in its registry, and not in a version of it.

They decide nothing, so they are changed one by one and need no publication.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from synpunkt.clock import from_iso, to_iso
from synpunkt.stores.dynamo import client, from_wire, query_all, to_wire

# Read whole by whoever writes an answer.
MOST = 200


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A text. Without categories, or statuses, it is for all of them. `by`: who changed it last."""

    template_id: str
    name: str
    text: str
    language: str
    categories: tuple[str, ...]
    statuses: tuple[str, ...]
    updated_at: datetime
    by: str


class ReplyTemplateStore:
    """Reads and writes them. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def of_municipality(self, code: str) -> list[ReplyTemplate]:
        """All of them."""
        return [_template_of(row) for row in query_all(self.table, _partition(code))]

    def put(self, code: str, template: ReplyTemplate) -> bool:
        """Keeps it, in place of the one before; `False` when there are too many and this is another."""
        present = {each.template_id for each in self.of_municipality(code)}
        if template.template_id not in present and len(present) >= MOST:
            return False
        client().put_item(TableName=self.table, Item=to_wire(_item(code, template)))
        return True

    def remove(self, code: str, template_id: str) -> bool:
        """Takes it away; `False` when there was none."""
        answer = client().delete_item(
            TableName=self.table, Key=to_wire({"pk": _partition(code), "sk": template_id}), ReturnValues="ALL_OLD"
        )
        return bool(from_wire(answer.get("Attributes", {})))


def _partition(code: str) -> str:
    return f"TEMPLATES#{code}"


def _item(code: str, template: ReplyTemplate) -> dict[str, Any]:
    return {
        "pk": _partition(code),
        "sk": template.template_id,
        "name": template.name,
        "text": template.text,
        "language": template.language,
        "categories": list(template.categories),
        "statuses": list(template.statuses),
        "updated_at": to_iso(template.updated_at),
        "by": template.by,
    }


def _template_of(row: Mapping[str, Any]) -> ReplyTemplate:
    return ReplyTemplate(
        template_id=row["sk"],
        name=row["name"],
        text=row["text"],
        language=row["language"],
        categories=tuple(row["categories"]),
        statuses=tuple(row["statuses"]),
        updated_at=from_iso(row["updated_at"]),
        by=row["by"],
    )
