"""Which systems of a municipality's are sent what, in the registry; and by whom a case can be received, beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from synpunkt.clock import from_iso, to_iso
from synpunkt.push import Filter, Kind, State, Subscription
from synpunkt.sandbox import is_sandbox
from synpunkt.stores.dynamo import ConditionFailed, get_item, query_all, to_wire, transact

AT_MOST = 10
"""So many a municipality may have: each event reads them all."""


class SubscriptionStore:
    """Reads and changes them. `table`: the name of the registry table.

    The municipality's profile names those that a case can be delivered by, so that whoever decides where a case goes
    knows them without another read; both are written together.
    """

    def __init__(self, table: str) -> None:
        self.table = table

    def of(self, code: str) -> list[Subscription]:
        """A municipality's, the oldest first."""
        return [_subscription(item) for item in query_all(self.table, _partition(code))]

    def get(self, code: str, subscription_id: str) -> Subscription | None:
        """One of a municipality's; `None` when it has none of that id."""
        item = get_item(self.table, _partition(code), subscription_id)
        return _subscription(item) if item else None

    def topic(self, code: str) -> str | None:
        """The municipality's topic; `None` where there is none."""
        profile = get_item(self.table, f"M#{code}", "PROFILE")
        return profile.get("topic_arn") if profile else None

    def add(self, subscription: Subscription, *extra: Mapping[str, Any]) -> None:
        """Keeps a new one, with `extra` transaction items."""
        transact([self._put(subscription, "attribute_not_exists(pk)", None), *extra])

    def change(self, before: Subscription, *extra: Mapping[str, Any], **fields: Any) -> Subscription | None:
        """The subscription with those fields changed; `None` when somebody else changed it, or took it away, first.

        Raises `LookupError` when it is to be set going for a municipality that has not joined.
        """
        after = replace(before, version=before.version + 1, **fields)
        items = [self._put(after, "#version = :version", before.version), *extra]
        if before.takes_cases != after.takes_cases:
            items.append(self._listed(after, listed=after.takes_cases))
        return after if self._written(items) else None

    def remove(self, subscription: Subscription, *extra: Mapping[str, Any]) -> bool:
        """Takes it away; `False` when somebody else changed it first."""
        delete = {
            "TableName": self.table,
            "Key": to_wire({"pk": _partition(subscription.municipality), "sk": subscription.subscription_id}),
            "ConditionExpression": "#version = :version",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": to_wire({":version": subscription.version}),
        }
        items: list[Mapping[str, Any]] = [{"Delete": delete}, *extra]
        if subscription.takes_cases:
            items.append(self._listed(subscription, listed=False))
        return self._written(items)

    def _written(self, items: Sequence[Mapping[str, Any]]) -> bool:
        try:
            transact(items)
        except ConditionFailed as failed:
            if 0 in failed.which:
                return False
            raise LookupError("the municipality has no profile") from failed
        return True

    def _put(self, subscription: Subscription, condition: str, version: int | None) -> Mapping[str, Any]:
        put: dict[str, Any] = {
            "TableName": self.table,
            "Item": to_wire(_item(subscription)),
            "ConditionExpression": condition,
        }
        if version is not None:
            put["ExpressionAttributeNames"] = {"#version": "version"}
            put["ExpressionAttributeValues"] = to_wire({":version": version})
        return {"Put": put}

    def _listed(self, subscription: Subscription, *, listed: bool) -> Mapping[str, Any]:
        name = "topic_subscriptions" if subscription.kind is Kind.SNS else "push_subscribers"
        update: dict[str, Any] = {
            "TableName": self.table,
            "Key": to_wire({"pk": f"M#{subscription.municipality}", "sk": "PROFILE"}),
            "UpdateExpression": f"{'ADD' if listed else 'DELETE'} {name} :id",
            "ExpressionAttributeValues": {":id": {"SS": [subscription.subscription_id]}},
        }
        # A sandbox is there for everybody, so its profile begins with whoever subscribes.
        if not is_sandbox(subscription.municipality):
            update["ConditionExpression"] = "attribute_exists(pk)"
        return {"Update": update}


def _partition(code: str) -> str:
    # Not in the municipality's own partition: every routing decision reads that whole.
    return f"SUBS#{code}"


_TIMES = ("since", "created_at", "rotated_at", "resumed_at", "stopped_at")
_FILTERS = ("types", "categories", "kinds", "departments")


def _item(each: Subscription) -> dict[str, Any]:
    times: dict[str, datetime | None] = {name: getattr(each, name) for name in _TIMES}
    return {
        "pk": _partition(each.municipality),
        "sk": each.subscription_id,
        "name": each.name,
        "kind": each.kind.value,
        "target": each.target,
        "filter": {name: sorted(getattr(each.filter, name)) for name in _FILTERS},
        "state": each.state.value,
        "created_by": each.created_by,
        "version": each.version,
        "secret_version": each.secret_version,
        **{name: to_iso(time) if time else None for name, time in times.items()},
    }


def _subscription(item: Mapping[str, Any]) -> Subscription:
    times = {name: from_iso(item[name]) for name in _TIMES if item.get(name)}
    return Subscription(
        subscription_id=item["sk"],
        municipality=item["pk"].partition("#")[2],
        name=item["name"],
        kind=Kind(item["kind"]),
        target=item["target"],
        filter=Filter(**{name: frozenset(item["filter"][name]) for name in _FILTERS}),
        state=State(item["state"]),
        created_by=item["created_by"],
        version=item["version"],
        secret_version=item["secret_version"],
        **times,
    )
