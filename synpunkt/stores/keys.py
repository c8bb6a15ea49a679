"""Keys of systems and people that call our API: only their hashes are kept."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.identity import Caller, Quota, Scope, hash_api_key, new_key
from synpunkt.sandbox import is_sandbox
from synpunkt.stores.dynamo import batch_get, client, get_item, query_all, to_wire, transact

_CALLERS = "CALLERS"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is known of a key that was made; the key itself is known to whoever was told it, once."""

    key_id: str
    name: str
    municipalities: frozenset[str]
    scopes: frozenset[Scope]
    test: bool
    created_at: str | None = None
    created_by: str | None = None
    revoked_at: str | None = None
    departments: frozenset[str] = frozenset()
    expires: datetime | None = None
    quota: Quota | None = None


class KeyStore:
    """Makes, finds and revokes keys. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def caller(self, key: str) -> Caller | None:
        """Who shows the key; `None` for one that never was or has been revoked."""
        item = get_item(self.table, f"KEY#{hash_api_key(key)}", "KEY")
        return _caller(item) if item else None

    def caller_now(self, code: str, key_id: str) -> Caller | None:
        """What a key of a municipality may do today, by its id; `None` for none of its, or one that was revoked."""
        entry = get_item(self.table, _list(code), key_id)
        item = get_item(self.table, entry["key_pk"], "KEY") if entry else None
        return _caller(item) if item else None

    def of_municipality(self, code: str) -> list[KeyRecord]:
        """The keys that act for a municipality, also among others, oldest first; revoked ones too."""
        entries = {str(entry["key_pk"]): entry for entry in query_all(self.table, _list(code))}
        items = batch_get(self.table, [(pk, "KEY") for pk in entries])
        return sorted(map(_record, items), key=lambda each: each.key_id)

    def names(self, caller_ids: Collection[str]) -> dict[str, str]:
        """What those keys are called, by the id of whoever shows them; others are left out."""
        items = batch_get(self.table, [(_CALLERS, each) for each in caller_ids])
        return {str(item["sk"]): str(item["name"]) for item in items}

    def create(
        self, name: str, municipalities: Collection[str], scopes: Collection[Scope], *, now: datetime, by: str
    ) -> tuple[str, Caller]:
        """A new key, told this once, and whom it stands for."""
        key = new_key(test=any(map(is_sandbox, municipalities)))
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
        departments: Collection[str] = (),
        owner: str | None = None,
        expires: datetime | None = None,
        quota: Quota | None = None,
    ) -> tuple[list[Mapping[str, Any]], Caller]:
        """The transaction items that keep the hash of a key, and whom it stands for.

        `departments`: whose cases it works with; without any, all of its municipalities'. `owner`: who else finds it
        among theirs; `expires`: when it is worth nothing any more; `quota`: how much it may be used, where that was
        said. A key is a test key when it acts in sandboxes; raises `ValueError` for one that would act there and
        elsewhere.
        """
        test = any(map(is_sandbox, municipalities))
        if test and not all(map(is_sandbox, municipalities)):
            raise ValueError("a key acts in sandboxes, or it does not")
        caller = Caller(
            clock.new_id(),
            name,
            frozenset(municipalities),
            frozenset(scopes),
            departments=frozenset(departments),
            test=test,
        )
        item = {
            "pk": f"KEY#{hash_api_key(key)}",
            "sk": "KEY",
            "caller_id": caller.caller_id,
            "name": name,
            "municipalities": sorted(caller.municipalities),
            "scopes": sorted(each.value for each in caller.scopes),
            "departments": sorted(departments) or None,
            "created_at": to_iso(now),
            "created_by": by,
            "test": test or None,
            "expires_at": int(expires.timestamp()) if expires else None,
            "per_minute": quota.per_minute if quota else None,
            "per_day": quota.per_day if quota else None,
        }
        # Found again by its id, so that a key can be revoked by somebody who never saw it.
        found_by = {"pk": _CALLERS, "sk": caller.caller_id, "key_pk": item["pk"], "name": name}
        listed = sorted({*municipalities, *((owner,) if owner else ())})
        lists = [{"pk": _list(code), "sk": caller.caller_id, "key_pk": item["pk"]} for code in listed]
        kept = [each | {"expires_at": item["expires_at"]} for each in (item, found_by, *lists)]
        return [self._put(each) for each in kept], caller

    def revoke(self, caller_id: str, *, now: datetime, by: str) -> None:
        """Makes a caller's key worth nothing, at once. Raises `KeyError` when there is no such caller."""
        found = get_item(self.table, _CALLERS, caller_id)
        if found is None:
            raise KeyError(caller_id)
        transact(self.revoking(found["key_pk"], now=now, by=by))

    def limit(self, caller_id: str, quota: Quota) -> None:
        """Says how much a caller's key may be used. Raises `KeyError` when there is no such caller."""
        found = get_item(self.table, _CALLERS, caller_id)
        if found is None:
            raise KeyError(caller_id)
        client().update_item(
            TableName=self.table,
            Key=to_wire({"pk": found["key_pk"], "sk": "KEY"}),
            UpdateExpression="SET per_minute = :minute, per_day = :day",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues=to_wire({":minute": quota.per_minute, ":day": quota.per_day}),
        )

    def revoking(self, key_pk: str, *, now: datetime, by: str) -> Sequence[Mapping[str, Any]]:
        """The transaction items that make a key worth nothing; a key that was revoked before keeps its first day."""
        update = {
            "TableName": self.table,
            "Key": to_wire({"pk": key_pk, "sk": "KEY"}),
            "UpdateExpression": "SET revoked_at = if_not_exists(revoked_at, :now), "
            "revoked_by = if_not_exists(revoked_by, :by)",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": to_wire({":now": to_iso(now), ":by": by}),
        }
        return [{"Update": update}]

    def found(self, code: str, key_id: str) -> tuple[str, KeyRecord] | None:
        """A key of a municipality by its id, and where it is kept; `None` when there is none."""
        entry = get_item(self.table, _list(code), key_id)
        item = get_item(self.table, entry["key_pk"], "KEY") if entry else None
        return (item["pk"], _record(item)) if item else None

    def _put(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        condition = "attribute_not_exists(pk)"
        return {"Put": {"TableName": self.table, "Item": to_wire(item), "ConditionExpression": condition}}


def _list(code: str) -> str:
    # Not in the municipality's own partition: every routing decision reads that whole.
    return f"KEYS-OF#{code}"


def _caller(item: Mapping[str, Any]) -> Caller | None:
    # DynamoDB deletes what has expired when it gets to it.
    if "revoked_at" in item or item.get("expires_at", math.inf) <= clock.now().timestamp():
        return None
    return Caller(
        caller_id=item["caller_id"],
        name=item["name"],
        municipalities=frozenset(item["municipalities"]),
        scopes=frozenset(map(Scope, item["scopes"])),
        departments=frozenset(item.get("departments", ())),
        test=bool(item.get("test")),
        quota=_quota(item),
    )


def _quota(item: Mapping[str, Any]) -> Quota | None:
    return Quota(item["per_minute"], item["per_day"]) if "per_minute" in item else None


def _record(item: Mapping[str, Any]) -> KeyRecord:
    return KeyRecord(
        key_id=item["caller_id"],
        name=item["name"],
        municipalities=frozenset(item["municipalities"]),
        scopes=frozenset(map(Scope, item["scopes"])),
        test=bool(item.get("test")),
        created_at=item.get("created_at"),
        created_by=item.get("created_by"),
        revoked_at=item.get("revoked_at"),
        departments=frozenset(item.get("departments", ())),
        expires=datetime.fromtimestamp(item["expires_at"], UTC) if "expires_at" in item else None,
        quota=_quota(item),
    )
