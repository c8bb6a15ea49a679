"""How we know a municipality's registrar address: each finding kept for ever, the latest one in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.stores.dynamo import ConditionFailed, query_all, to_wire, transact


class HasJoined(Exception):
    """The municipality has joined: its addresses are its own to set."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an address was found. `kind`: web, letter or phone; `url` of a page; `date`, `description` otherwise."""

    kind: str
    url: str | None = None
    date: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One address that was found: for whom, where, by whom and when."""

    mail: str
    source: Source
    note: str
    by: str
    at: str


class EvidenceStore:
    """Keeps addresses with their evidence. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def keep(self, code: str, mail: str, source: Source, *, note: str, by: str, now: datetime) -> Finding:
        """The address, verified and in force from now on, together with its evidence. Raises `HasJoined`."""
        finding = Finding(mail, source, note, by, to_iso(now))
        evidence = f"ADDRESS#{clock.new_id()}"
        profile = {
            "TableName": self.table,
            "Key": to_wire({"pk": f"M#{code}", "sk": "PROFILE"}),
            "UpdateExpression": (
                "SET code = :code, registrar_mail = :mail, registrar_mail_verified = :yes, "
                "registrar_mail_evidence = :evidence"
            ),
            "ConditionExpression": "attribute_not_exists(claimed) OR claimed = :no",
            "ExpressionAttributeValues": to_wire(
                {":code": code, ":mail": mail, ":yes": True, ":no": False, ":evidence": evidence}
            ),
        }
        history = {
            "TableName": self.table,
            "Item": to_wire(
                {
                    "pk": f"H#{code}",
                    "sk": evidence,
                    "mail": mail,
                    "kind": source.kind,
                    "url": source.url,
                    "date": source.date,
                    "description": source.description,
                    "note": note,
                    "by": by,
                    "at": finding.at,
                }
            ),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        try:
            transact([{"Update": profile}, {"Put": history}])
        except ConditionFailed as failed:
            raise HasJoined(code) from failed
        return finding

    def history(self, code: str) -> Iterator[Finding]:
        """Every address that was ever found for the municipality, the first one first."""
        for row in query_all(self.table, f"H#{code}", prefix="ADDRESS#"):
            yield _finding(row)


def _finding(row: dict[str, Any]) -> Finding:
    source = Source(row["kind"], row.get("url"), row.get("date"), row.get("description"))
    return Finding(row["mail"], source, row["note"], row["by"], row["at"])
