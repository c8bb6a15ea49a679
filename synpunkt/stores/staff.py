"""Who is whose staff, which login their domain has, and who changed what of it when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.identity import Cover, Member, Role, State, hash_email
from synpunkt.stores.dynamo import ConditionFailed, batch_get, client, from_wire, get_item, query_all, to_wire, transact

# Where our own operators stand, who are no municipality's staff.
_NATION = "SE"
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Federation:
    """A municipality's own login: the provider in the user pool, and the only e-mail domains it speaks for."""

    provider: str
    municipality: str | None
    kind: str
    domains: frozenset[str]


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, for the history."""

    caller_id: str
    name: str


class AlreadyStaff(Exception):
    """Somebody with that address is staff already, of whomever."""


class LastAdmin(Exception):
    """The change would leave a municipality without anybody who can let others in."""


class StaffStore:
    """Reads and changes staff. `table`: the name of the registry table.

    A person is one item by the hash of their address, since that is what a login brings; their municipality's list
    names it. A counter holds how many active admins there are, so that two admins who take away each other's role at
    once cannot both succeed.
    """

    def __init__(self, table: str) -> None:
        self.table = table

    def by_email(self, email: str) -> Member | None:
        """The person with that address; `None` for nobody's staff."""
        item = get_item(self.table, _person(email), "STAFF")
        return _member(item) if item else None

    def member(self, municipality: str | None, staff_id: str) -> Member | None:
        """One of a municipality's (or, with `None`, of our own) people; `None` when they are not."""
        entry = get_item(self.table, _list(municipality), f"S#{staff_id}")
        item = get_item(self.table, entry["person"], "STAFF") if entry else None
        return _member(item) if item else None

    def members(self, municipality: str | None) -> list[Member]:
        """All of a municipality's people, by name."""
        entries = query_all(self.table, _list(municipality), prefix="S#")
        items = batch_get(self.table, [(entry["person"], "STAFF") for entry in entries])
        return sorted(map(_member, items), key=lambda each: (each.name.casefold(), each.staff_id))

    def names(self, municipality: str, staff_ids: Collection[str]) -> dict[str, str]:
        """What those of a municipality's people are called, by id; others are left out."""
        entries = batch_get(self.table, [(_list(municipality), f"S#{each}") for each in staff_ids])
        items = batch_get(self.table, [(entry["person"], "STAFF") for entry in entries])
        return {each.staff_id: each.name for each in map(_member, items)}

    def covered_by(self, municipality: str, staff_id: str, today: date) -> list[str]:
        """Colleagues whose cases the person takes today; one query, however many work there."""
        rows = query_all(self.table, _list(municipality), prefix=f"C#{staff_id}#")
        return [row["covers"] for row in rows if date.fromisoformat(row["until"]) >= today]

    def add(self, member: Member, *, by: By, now: datetime) -> None:
        """Makes somebody staff. Raises `AlreadyStaff` when the address is somebody's already."""
        item = _item(member) | {"created_at": to_iso(now), "created_by": by.caller_id}
        entry = {"pk": _list(member.municipality), "sk": f"S#{member.staff_id}", "person": _person(member.email)}
        told = {"roles": [[], sorted(member.roles)], "departments": [[], sorted(member.departments)]}
        items = [self._put(item, "attribute_not_exists(pk)"), self._put(entry, "attribute_not_exists(pk)")]
        items.append(self._noted(member.municipality, "staff_added", member.staff_id, told, by=by, now=now))
        if member.is_active_admin:
            items.append(self._admins(member.municipality, 1))
        try:
            transact(items)
        except ConditionFailed as error:
            raise AlreadyStaff from error

    def change(
        self,
        municipality: str | None,
        staff_id: str,
        changes: Mapping[str, Any],
        *,
        by: By,
        now: datetime,
        allowed: Callable[[Member], None] = lambda _: None,
    ) -> Member | None:
        """The person after the change of some of their fields; `None` when they are not the municipality's.

        `allowed`: asked of the person as they are when it is written; what it raises is raised. Raises `LastAdmin`
        when nobody would be left who can let others in.
        """
        for _ in range(_TRIES):
            before = self.member(municipality, staff_id)
            if before is None:
                return None
            allowed(before)
            after = replace(before, **changes)
            if after == before:
                return before
            try:
                transact(self._changing(before, replace(after, version=before.version + 1), by=by, now=now))
            except ConditionFailed as error:
                # The person's own item is the first: somebody else changed it, so look again.
                if 0 not in error.which:
                    raise LastAdmin from error
            else:
                return replace(after, version=before.version + 1)
        raise ConditionFailed(frozenset({0}))

    def first_login(self, member: Member, subject: str) -> None:
        """Ties the person to the account they logged in with first: their address alone lets nobody in after this."""
        client().update_item(
            TableName=self.table,
            Key=to_wire({"pk": _person(member.email), "sk": "STAFF"}),
            UpdateExpression="SET subject = if_not_exists(subject, :subject)",
            ConditionExpression="staff_id = :id",
            ExpressionAttributeValues=to_wire({":subject": subject, ":id": member.staff_id}),
        )

    def history(self, municipality: str | None, limit: int = 100) -> list[dict[str, Any]]:
        """What was changed of staff and keys, newest first."""
        answer = client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=to_wire({":pk": _list(municipality), ":prefix": "H#"}),
            ScanIndexForward=False,
            Limit=limit,
        )
        return [from_wire(item) for item in answer["Items"]]

    def noted(
        self, municipality: str | None, what: str, about: str, changes: Mapping[str, Any], *, by: By, now: datetime
    ) -> Mapping[str, Any]:
        """A history entry, to be written in one transaction with what it tells of."""
        return self._noted(municipality, what, about, changes, by=by, now=now)

    # ---- a municipality's own login --------------------------------------------------------------------------

    def federation(self, domain: str) -> Federation | None:
        """The login that speaks for an e-mail domain; `None` where our own accounts do."""
        item = get_item(self.table, f"DOMAIN#{domain}", "DOMAIN")
        return _federation(item) if item else None

    def federations(self) -> list[Federation]:
        """Every municipality's own login."""
        return [_federation(item) for item in query_all(self.table, "PROVIDERS")]

    def put_federation(self, federation: Federation, *, by: By, now: datetime) -> None:
        """Adds or replaces a login. Raises `AlreadyStaff` when one of its domains is another provider's."""
        before = next((each for each in self.federations() if each.provider == federation.provider), None)
        item = _federation_item(federation)
        items = [self._put({"pk": "PROVIDERS", "sk": federation.provider, **item})]
        for domain in sorted(federation.domains):
            ours = {":provider": federation.provider}
            row = {"pk": f"DOMAIN#{domain}", "sk": "DOMAIN", **item}
            items.append(self._put(row, "attribute_not_exists(pk) OR provider = :provider", ours))
        gone = (before.domains if before else frozenset()) - federation.domains
        items += [self._delete(f"DOMAIN#{domain}", "DOMAIN") for domain in sorted(gone)]
        told = {"domains": [sorted(before.domains) if before else [], sorted(federation.domains)]}
        items.append(self._noted(federation.municipality, "login_set", federation.provider, told, by=by, now=now))
        try:
            transact(items)
        except ConditionFailed as error:
            raise AlreadyStaff from error

    def remove_federation(self, federation: Federation, *, by: By, now: datetime) -> None:
        """Takes a login away; from now on only our own accounts let its people in."""
        items = [self._delete("PROVIDERS", federation.provider)]
        items += [self._delete(f"DOMAIN#{domain}", "DOMAIN") for domain in sorted(federation.domains)]
        told = {"domains": [sorted(federation.domains), []]}
        items.append(self._noted(federation.municipality, "login_removed", federation.provider, told, by=by, now=now))
        transact(items)

    # ---- parts of transactions -------------------------------------------------------------------------------

    def _changing(self, before: Member, after: Member, *, by: By, now: datetime) -> list[Mapping[str, Any]]:
        was, is_ = _item(before), _item(after)
        told = {
            name: [was.get(name), is_.get(name)]
            for name in sorted(was.keys() | is_.keys())
            if was.get(name) != is_.get(name) and name != "version"
        }
        changed = {name: value for name, value in is_.items() if name not in ("pk", "sk", "subject")}
        names = {f"#{number}": name for number, name in enumerate(changed)}
        sets = ", ".join(f"{short} = :{short[1:]}" for short, name in names.items() if changed[name] is not None)
        gone = ", ".join(short for short, name in names.items() if changed[name] is None)
        values = {f":{short[1:]}": changed[name] for short, name in names.items() if changed[name] is not None}
        items: list[Mapping[str, Any]] = [
            {
                "Update": {
                    "TableName": self.table,
                    "Key": to_wire({"pk": was["pk"], "sk": "STAFF"}),
                    "UpdateExpression": f"SET {sets}" + (f" REMOVE {gone}" if gone else ""),
                    "ConditionExpression": "#version = :before",
                    "ExpressionAttributeNames": {**names, "#version": "version"},
                    "ExpressionAttributeValues": to_wire({**values, ":before": before.version}),
                }
            }
        ]
        items += self._covering(before, after)
        difference = after.is_active_admin - before.is_active_admin
        if difference:
            items.append(self._admins(before.municipality, difference))
        items.append(self._noted(before.municipality, "staff_changed", before.staff_id, told, by=by, now=now))
        return items

    def _covering(self, before: Member, after: Member) -> list[Mapping[str, Any]]:
        """Whoever stands in for somebody finds it among what is theirs."""
        items = []
        if before.cover and (after.cover is None or after.cover.by != before.cover.by):
            items.append(self._delete(_list(before.municipality), f"C#{before.cover.by}#{before.staff_id}"))
        if after.cover and after.cover != before.cover:
            sk = f"C#{after.cover.by}#{after.staff_id}"
            row = {"pk": _list(after.municipality), "sk": sk, "covers": after.staff_id}
            items.append(self._put({**row, "until": after.cover.until.isoformat()}))
        return items

    def _admins(self, municipality: str | None, difference: int) -> Mapping[str, Any]:
        update: dict[str, Any] = {
            "TableName": self.table,
            "Key": to_wire({"pk": _list(municipality), "sk": "ADMINS"}),
            "UpdateExpression": "ADD active :difference",
            "ExpressionAttributeValues": to_wire({":difference": difference}),
        }
        if difference < 0:
            update["ConditionExpression"] = "active > :one"
            update["ExpressionAttributeValues"] |= to_wire({":one": 1})
        return {"Update": update}

    def _noted(
        self, municipality: str | None, what: str, about: str, changes: Mapping[str, Any], *, by: By, now: datetime
    ) -> Mapping[str, Any]:
        entry = {
            "pk": _list(municipality),
            "sk": f"H#{clock.new_id()}",
            "at": to_iso(now),
            "what": what,
            "about": about,
            "changes": dict(changes),
            "by": by.caller_id,
            "by_name": by.name,
        }
        return self._put(entry, "attribute_not_exists(pk)")

    def _put(
        self, item: Mapping[str, Any], condition: str | None = None, values: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        put: dict[str, Any] = {"TableName": self.table, "Item": to_wire(item)}
        if condition:
            put["ConditionExpression"] = condition
        if values:
            put["ExpressionAttributeValues"] = to_wire(values)
        return {"Put": put}

    def _delete(self, pk: str, sk: str) -> Mapping[str, Any]:
        return {"Delete": {"TableName": self.table, "Key": to_wire({"pk": pk, "sk": sk})}}


def staff_items(member: Member) -> Sequence[Mapping[str, Any]]:
    """A person and their place in the list as the registry holds them, for a seed; the counter is not among them."""
    entry = {"pk": _list(member.municipality), "sk": f"S#{member.staff_id}", "person": _person(member.email)}
    return [to_wire(_item(member)), to_wire(entry)]


def _person(email: str) -> str:
    return f"STAFF#{hash_email(email)}"


def _list(municipality: str | None) -> str:
    # Not in the municipality's own partition: every routing decision reads that whole.
    return f"STAFF-OF#{municipality or _NATION}"


def _item(member: Member) -> dict[str, Any]:
    cover = member.cover
    return {
        "pk": _person(member.email),
        "sk": "STAFF",
        "staff_id": member.staff_id,
        "email": member.email,
        "name": member.name,
        "municipality": member.municipality,
        "roles": sorted(role.value for role in member.roles),
        "departments": sorted(member.departments),
        "state": member.state.value,
        "subject": member.subject,
        "cover": {"by": cover.by, "until": cover.until.isoformat()} if cover else None,
        "version": member.version,
    }


def _member(item: Mapping[str, Any]) -> Member:
    cover = item.get("cover")
    return Member(
        staff_id=item["staff_id"],
        email=item["email"],
        name=item["name"],
        municipality=item.get("municipality"),
        roles=frozenset(map(Role, item["roles"])),
        departments=frozenset(item["departments"]),
        state=State(item["state"]),
        subject=item.get("subject"),
        cover=Cover(cover["by"], date.fromisoformat(cover["until"])) if cover else None,
        version=item["version"],
    )


def _federation_item(federation: Federation) -> dict[str, Any]:
    return {
        "provider": federation.provider,
        "municipality": federation.municipality,
        "kind": federation.kind,
        "domains": sorted(federation.domains),
    }


def _federation(item: Mapping[str, Any]) -> Federation:
    domains = frozenset(item["domains"])
    return Federation(item["provider"], item.get("municipality"), item["kind"], domains)
