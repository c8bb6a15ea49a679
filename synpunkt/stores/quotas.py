"""How many requests a key has made, counted some at a time: a process takes a handful and hands them out itself.

It takes one first, then twice as many each time. So a process that lives for a single request, as they do when somebody
asks now and then, takes no more than that one from the key's day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from synpunkt.identity import Quota
from synpunkt.stores.dynamo import client, to_wire

_MINUTE, _DAY = 60, 24 * 3600
# The largest part of a quota that a process takes at a time. What it does not need is lost, never more than it used.
_LARGEST = 1 / 50
_KEPT = timedelta(hours=1)


@dataclass(slots=True)
class _Taken:
    """What this process holds of one window. `full`: nobody gets any more in it."""

    window: int
    left: int = 0
    part: int = 1
    full: bool = False


class QuotaStore:
    """Counts requests. `table`: the name of the registry table. Keep one for as long as the process lives."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._taken: dict[tuple[str, int], _Taken] = {}

    def take(self, caller_id: str, quota: Quota, now: datetime) -> int | None:
        """Counts one request; answers the seconds until the next may come when it is one too many, else `None`.

        At the most two writes for each window, and none for most requests, nor for those that are refused again.
        """
        for seconds, most in ((_MINUTE, quota.per_minute), (_DAY, quota.per_day)):
            at = int(now.timestamp())
            if not self._one(caller_id, seconds, at // seconds, most):
                return seconds - at % seconds
        return None

    def _one(self, caller_id: str, seconds: int, window: int, most: int) -> bool:
        taken = self._taken.get((caller_id, seconds))
        if taken is None or taken.window != window:
            taken = self._taken[caller_id, seconds] = _Taken(window)
        if taken.left == 0 and not taken.full:
            taken.left = self._reserve(caller_id, seconds, window, taken.part, most)
            taken.full = taken.left == 0
            taken.part = min(2 * taken.part, max(1, int(most * _LARGEST)))
        if taken.left == 0:
            return False
        taken.left -= 1
        return True

    def _reserve(self, caller_id: str, seconds: int, window: int, part: int, most: int) -> int:
        """As many as asked for; a single one when there is no room for all; none when there is none."""
        expires = (window + 1) * seconds + int(_KEPT.total_seconds())
        for size in sorted({part, 1}, reverse=True):
            try:
                client().update_item(
                    TableName=self.table,
                    Key=to_wire({"pk": f"USED#{caller_id}", "sk": f"{seconds}#{window}"}),
                    UpdateExpression="ADD made :part SET expires_at = :expires",
                    ConditionExpression="attribute_not_exists(made) OR made <= :room",
                    ExpressionAttributeValues=to_wire({":part": size, ":room": most - size, ":expires": expires}),
                )
            except client().exceptions.ConditionalCheckFailedException:
                continue
            return size
        return 0
