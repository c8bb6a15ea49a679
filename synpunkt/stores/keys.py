"""Keys of systems and people that call our API: only their hashes are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.identity import Caller, Scope, hash_api_key, new_key
from synpunkt.stores.dynamo import client, get_item, to_wire, transact

_CALLERS = "CALLERS"


class KeyStore:
    """Makes, finds and revokes keys. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def caller(self, key: str) -> Caller | None:
        """Who shows the key; `None` for one that never was or has been revoked."""
        item = get_item(self.table, f"KEY#{hash_api_key(key)}", "KEY")
        if item is None or "revoked_at" in item:
            return None
        return Caller(
            caller_id=item["caller_id"],
            name=item["name"],
            municipalities=frozenset(item["municipalities"]),
            scopes=frozenset(map(Scope, item["scopes"])),
        )

    def create(
        self, name: str, municipalities: Collection[str], scopes: Collection[Scope], *, now: datetime, by: str
    ) -> tuple[str, Caller]:
        """A new key, told this once, and whom it stands for."""
        key = new_key()
        return key, self.keep(key, name, municipalities, scopes, now=now, by=by)

    def keep(
        self,
        key: str,
        name: str,
        municipalities: Collection[str],
        scopes: Collection[Scope],
        *,
        now: datetime,
        by: str,
    ) -> Caller:
        """Keeps the hash of a key that was made elsewhere."""
        items, caller = self.keeping(key, name, municipalities, scopes, now=now, by=by)
        transact(items)
        return caller

    def keeping(
        self,
        key: str,
        name: str,
        municipalities: Collection[str],
        scopes: Collection[Scope],
        *,
        now: datetime,
        by: str,
    ) -> tuple[list[Mapping[str, Any]], Caller]:
        """The transaction items that keep the hash of a key, and whom it stands for."""
        caller = Caller(clock.new_id(), name, frozenset(municipalities), frozenset(scopes))
        item = {
            "pk": f"KEY#{hash_api_key(key)}",
            "sk": "KEY",
            "caller_id": caller.caller_id,
            "name": name,
            "municipalities": sorted(caller.municipalities),
            "scopes": sorted(each.value for each in caller.scopes),
            "created_at": to_iso(now),
            "created_by": by,
        }
        # Found again by its id, so that a key can be revoked by somebody who never saw it.
        found_by = {"pk": _CALLERS, "sk": caller.caller_id, "key_pk": item["pk"], "name": name}
        return [self._put(item), self._put(found_by)], caller

    def revoke(self, caller_id: str, *, now: datetime, by: str) -> None:
        """Makes a caller's key worth nothing, at once. Raises `KeyError` when there is no such caller."""
        found = get_item(self.table, _CALLERS, caller_id)
        if found is None:
            raise KeyError(caller_id)
        client().update_item(
            TableName=self.table,
            Key=to_wire({"pk": found["key_pk"], "sk": "KEY"}),
            UpdateExpression=(
                "SET revoked_at = if_not_exists(revoked_at, :now), revoked_by = if_not_exists(revoked_by, :by)"
            ),
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues=to_wire({":now": to_iso(now), ":by": by}),
        )

    def _put(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        condition = "attribute_not_exists(pk)"
        return {"Put": {"TableName": self.table, "Item": to_wire(item), "ConditionExpression": condition}}
