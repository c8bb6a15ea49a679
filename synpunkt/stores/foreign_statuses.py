"""What the statuses of a municipality's own systems mean here, and the cases whose status nobody has explained yet.

The meanings stand in its registry, and not in a version of it: they are added one by one, as systems use them. The
cases that wait stand beside the cases, one item each, so that the newest status of a case is the one that waits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from synpunkt import clock
from synpunkt.clock import from_iso, to_iso
from synpunkt.lifecycle import Case
from synpunkt.stores.dynamo import client, from_wire, get_item, query_all, to_wire
from synpunkt.stores.items import expiry_of

# Read whole by whoever looks at them.
MOST = 200
# More than anybody explains at a sitting; what is behind comes when these have gone. As many are read at once.
MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Meaning:
    """A status in a system's own words. `means`: the fields of an update; none of them when it means nothing here.

    `by`: who said so last.
    """

    words: str
    means: Mapping[str, str]
    updated_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A case that a system says is `words`. `since`: when it said so; `later`: what it said to go with the status."""

    case_id: str
    reference: str
    department: str | None
    words: str
    since: datetime
    later: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ForeignStatusStore:
    """Reads and writes both. `registry_table`, `cases_table`: names of tables."""

    registry_table: str
    cases_table: str

    def meaning(self, code: str, words: str) -> Meaning | None:
        """What a status means in a municipality; `None` when nobody has said."""
        row = get_item(self.registry_table, _meanings(code), key_of(words))
        return _meaning_of(row) if row else None

    def meanings(self, code: str) -> list[Meaning]:
        """All of a municipality, by their words."""
        return [_meaning_of(row) for row in query_all(self.registry_table, _meanings(code))]

    def put(self, code: str, meaning: Meaning) -> bool:
        """Keeps it, in place of the one before; `False` when there are too many and this is another."""
        present = {key_of(each.words) for each in self.meanings(code)}
        if key_of(meaning.words) not in present and len(present) >= MOST:
            return False
        client().put_item(TableName=self.registry_table, Item=to_wire(_item(code, meaning)))
        return True

    def remove(self, code: str, words: str) -> bool:
        """Takes it away; `False` when there was none."""
        key = to_wire({"pk": _meanings(code), "sk": key_of(words)})
        answer = client().delete_item(TableName=self.registry_table, Key=key, ReturnValues="ALL_OLD")
        return bool(answer.get("Attributes"))

    def unexplained(self, code: str, after: str = "") -> Iterator[Unexplained]:
        """The cases that wait in a municipality, by case id, those after one; read as far as they are taken."""
        pages = (
            client()
            .get_paginator("query")
            .paginate(
                TableName=self.cases_table,
                KeyConditionExpression="pk = :pk" + (" AND sk > :after" if after else ""),
                ExpressionAttributeValues=to_wire({":pk": _unexplained(code), ":after": after or None}),
                PaginationConfig={"PageSize": MOST_SHOWN},
            )
        )
        rows = (from_wire(item) for page in pages for item in page["Items"])
        # DynamoDB deletes what has expired when it gets to it.
        alive = (row for row in rows if row.get("expires_at", math.inf) > clock.now().timestamp())
        yield from map(_unexplained_of, alive)

    def waits(self, case: Case, words: str, at: datetime, later: Mapping[str, str]) -> dict[str, Any]:
        """The write that lets a case wait until somebody says what its status means."""
        item = {
            "pk": _unexplained(case.municipality or ""),
            "sk": case.case_id,
            "reference": case.reference,
            "department": case.department,
            "words": words,
            "since": to_iso(at),
            "later": dict(later),
            "expires_at": expiry_of(case),
        }
        return {"Put": {"TableName": self.cases_table, "Item": to_wire(item)}}

    def settles(self, code: str, case_id: str) -> dict[str, Any]:
        """The write after which a case waits no longer."""
        return {"Delete": {"TableName": self.cases_table, "Key": to_wire({"pk": _unexplained(code), "sk": case_id})}}


def key_of(words: str) -> str:
    """What makes two writings of a status the same one: case and blanks do not matter."""
    return " ".join(words.casefold().split())


def _meanings(code: str) -> str:
    return f"STATUSES#{code}"


def _unexplained(code: str) -> str:
    return f"UNEXPLAINED#{code}"


def _item(code: str, meaning: Meaning) -> dict[str, Any]:
    return {
        "pk": _meanings(code),
        "sk": key_of(meaning.words),
        "words": meaning.words,
        "means": dict(meaning.means),
        "updated_at": to_iso(meaning.updated_at),
        "by": meaning.by,
    }


def _meaning_of(row: Mapping[str, Any]) -> Meaning:
    return Meaning(row["words"], row["means"], from_iso(row["updated_at"]), row["by"])


def _unexplained_of(row: Mapping[str, Any]) -> Unexplained:
    return Unexplained(
        row["sk"], row["reference"], row.get("department"), row["words"], from_iso(row["since"]), row["later"]
    )
