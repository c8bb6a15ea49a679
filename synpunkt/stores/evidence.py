"""How we know that an address or a domain is a municipality's own: each finding kept for ever, none overwritten."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from synpunkt import clock
from synpunkt.claims import Evidence
from synpunkt.clock import from_iso, to_iso
from synpunkt.stores.dynamo import ConditionFailed, query_all, to_wire, transact


class HasJoined(Exception):
    """The municipality has joined: its addresses are its own to set."""


class EvidenceStore:
    """Keeps what operators found out. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def record(self, evidence: Evidence) -> None:
        """Keeps a finding beside those before."""
        transact([self._kept(evidence)])

    def put_in_force(self, evidence: Evidence) -> None:
        """Keeps a finding and makes its address the registrar's, verified, from now on. Raises `HasJoined`."""
        profile = {
            "TableName": self.table,
            "Key": to_wire({"pk": f"M#{evidence.municipality}", "sk": "PROFILE"}),
            "UpdateExpression": "SET code = :code, registrar_mail = :mail, registrar_mail_verified = :yes",
            "ConditionExpression": "attribute_not_exists(claimed) OR claimed = :no",
            "ExpressionAttributeValues": to_wire(
                {":code": evidence.municipality, ":mail": evidence.value, ":yes": True, ":no": False}
            ),
        }
        try:
            transact([{"Update": profile}, self._kept(evidence)])
        except ConditionFailed as failed:
            raise HasJoined(evidence.municipality) from failed

    def of(self, code: str) -> tuple[Evidence, ...]:
        """Everything that operators found out about the municipality, the first finding first."""
        return tuple(_evidence_of(code, item) for item in query_all(self.table, f"EVIDENCE#{code}"))

    def of_address(self, code: str, address: str) -> Evidence | None:
        """The newest finding that the address is the municipality's; one of a unit's address is none."""
        found = [each for each in self.of(code) if each.unit is None and each.value == address.lower()]
        return found[-1] if found else None

    def of_domain(self, code: str, address: str) -> Evidence | None:
        """The newest finding that the domain the address is at is the municipality's official one."""
        host = address.lower().rpartition("@")[2]
        domains = [each for each in self.of(code) if not each.is_address]
        found = [each for each in domains if host == each.value or host.endswith(f".{each.value}")]
        return found[-1] if found else None

    def verified_addresses(self, code: str) -> Mapping[str, Collection[str]]:
        """Unit → addresses that were verified as that unit's own, outside the registry document."""
        found: dict[str, set[str]] = {}
        for item in query_all(self.table, f"M#{code}"):
            if item["sk"] == "PROFILE" and item.get("registrar_mail_verified"):
                found.setdefault("registrar", set()).add(item["registrar_mail"])
            elif str(item["sk"]).startswith("D#") and item.get("mail_verified"):
                found.setdefault(item["department"], set()).add(item["mail"])
        for each in self.of(code):
            if each.unit is not None:
                found.setdefault(each.unit, set()).add(each.value)
        return found

    def _kept(self, evidence: Evidence) -> Mapping[str, Any]:
        item = {
            "pk": f"EVIDENCE#{evidence.municipality}",
            "sk": clock.new_id(),
            "value": evidence.value,
            "unit": evidence.unit,
            "source": evidence.source,
            "note": evidence.note,
            "by": evidence.by,
            "at": to_iso(evidence.at),
        }
        condition = "attribute_not_exists(pk)"
        return {"Put": {"TableName": self.table, "Item": to_wire(item), "ConditionExpression": condition}}


def _evidence_of(code: str, item: Mapping[str, Any]) -> Evidence:
    unit, note = item.get("unit"), item.get("note")
    return Evidence(code, item["value"], item["source"], item["by"], from_iso(item["at"]), unit, note)
