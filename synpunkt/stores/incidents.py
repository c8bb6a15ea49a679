"""Several cases as one happening: an item for the incident, and an index over the heads of the cases that belong to it.

The index names no case that has gone to another municipality since; such a case keeps its place for when it comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from synpunkt.clock import from_iso, to_iso
from synpunkt.lifecycle import Case
from synpunkt.stores.dynamo import batch_get, client, from_wire, get_item, to_wire
from synpunkt.stores.items import SEEN_BY_ALL, SEEN_INSIDE, incident_partition

# One answer to all stays a matter of minutes.
MOST_CASES = 500
_SK = "INCIDENT"


@dataclass(frozen=True, slots=True)
class Incident:
    """A happening, and whose it is. `cases`: how many belong to it; `followers`: how many others follow it.

    `title`: what the municipality calls it among themselves, if anything.
    """

    incident_id: str
    municipality: str
    created_at: datetime
    title: str | None = None
    cases: int = 0
    followers: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A case of an incident. `key`: its place among the others; `public`: whether everybody may read it."""

    case_id: str
    key: str
    public: bool


class IncidentStore:
    """Reads and writes incidents. `table`: the name of the cases table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def get(self, incident_id: str) -> Incident | None:
        """An incident; `None` when there is none."""
        row = get_item(self.table, _partition(incident_id), _SK)
        return _incident_of(row) if row else None

    def several(self, incident_ids: Sequence[str]) -> Mapping[str, Incident]:
        """Those that exist, by id: one read for at most a hundred."""
        keys = [(_partition(each), _SK) for each in dict.fromkeys(incident_ids)]
        found = map(_incident_of, batch_get(self.table, keys))
        return {each.incident_id: each for each in found}

    def beginning(self, incident: Incident) -> Mapping[str, Any]:
        """The transaction item that makes a new one with its first case."""
        item = {
            "pk": _partition(incident.incident_id),
            "sk": _SK,
            "incident_id": incident.incident_id,
            "municipality": incident.municipality,
            "created_at": to_iso(incident.created_at),
            "title": incident.title,
            "cases": 1,
        }
        return {
            "Put": {
                "TableName": self.table,
                "Item": to_wire(item),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def joining(self, incident_id: str) -> Mapping[str, Any]:
        """The transaction item by which it has a case more; it fails when there is no place for another."""
        return self._count(incident_id, 1, "attribute_exists(pk) AND cases < :most", {":most": MOST_CASES})

    def leaving(self, incident_id: str) -> Mapping[str, Any]:
        """The transaction item by which it has a case less."""
        return self._count(incident_id, -1, "attribute_exists(pk)", {})

    def public_members(self, municipality: str, incident_id: str, *, limit: int) -> list[Member]:
        """The first cases of an incident that everybody may read, as far as that municipality has them."""
        return self._members(incident_partition(municipality, incident_id), None, limit, with_private=False)

    def _members(self, partition: str, after: str | None, limit: int, *, with_private: bool) -> list[Member]:
        answer = client().query(
            TableName=self.table,
            IndexName="incident",
            KeyConditionExpression="incident_pk = :pk AND incident_sk BETWEEN :after AND :last",
            ExpressionAttributeValues=to_wire(
                {
                    ":pk": partition,
                    # BETWEEN includes its ends; nothing sorts between a key and the key with a blank after it.
                    ":after": f"{after} " if after else SEEN_BY_ALL,
                    ":last": f"{SEEN_INSIDE if with_private else SEEN_BY_ALL}~",
                }
            ),
            Limit=limit,
        )
        return [_member_of(str(from_wire(row)["incident_sk"])) for row in answer["Items"]]

    def _count(self, incident_id: str, by: int, condition: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "Update": {
                "TableName": self.table,
                "Key": to_wire({"pk": _partition(incident_id), "sk": _SK}),
                "UpdateExpression": "ADD cases :by",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": to_wire({":by": by, **values}),
            }
        }

    def members(
        self, incident: Incident, *, after: str | None = None, limit: int, with_private: bool = True
    ) -> list[Member]:
        """The next cases of an incident after that key, those that everybody may read first."""
        partition = incident_partition(incident.municipality, incident.incident_id)
        return self._members(partition, after, limit, with_private=with_private)

    def all_members(self, incident: Incident) -> list[Member]:
        """Every case of it that its municipality has: keys alone, at most `MOST_CASES` of them."""
        return self.members(incident, limit=MOST_CASES)


def others_seen_by_all(store: IncidentStore, case: Case, *, at_most: int) -> int:
    """How many other cases that everybody may read are about the same as this one; looks at no more than needed."""
    if case.incident is None or case.municipality is None:
        return 0
    found = store.public_members(case.municipality, case.incident, limit=at_most + 1)
    return min(sum(each.case_id != case.case_id for each in found), at_most)


def _partition(incident_id: str) -> str:
    return f"I#{incident_id}"


def _incident_of(row: Mapping[str, Any]) -> Incident:
    return Incident(
        incident_id=row["incident_id"],
        municipality=row["municipality"],
        created_at=from_iso(row["created_at"]),
        title=row.get("title"),
        cases=row["cases"],
        # Nobody writes it before cases can be followed.
        followers=row.get("followers", 0),
    )


def _member_of(key: str) -> Member:
    seen, _, case_id = key.partition("#")
    return Member(case_id, key, seen == SEEN_BY_ALL)
