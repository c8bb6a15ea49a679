"""How many requests a key has made, counted some at a time: a process takes a handful and hands them out itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from synpunkt.identity import Quota
from synpunkt.stores.dynamo import client, to_wire

_MINUTE, _DAY = 60, 24 * 3600
# One write for so many requests of fifty; what a process has taken and does not need is lost, at most as many.
_PART = 50
_KEPT = timedelta(hours=1)


@dataclass(slots=True)
class _Taken:
    """What this process holds of one window. `full`: nobody gets any more in it."""

    window: int
    left: int = 0
    full: bool = False


class QuotaStore:
    """Counts requests. `table`: the name of the registry table. Keep one for as long as the process lives."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._taken: dict[tuple[str, int], _Taken] = {}

    def take(self, caller_id: str, quota: Quota, now: datetime) -> int | None:
        """Counts one request; answers the seconds until the next may come when it is one too many, else `None`.

        At the most one write for each window, and none for most requests, nor for those that are refused again.
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
            part = max(1, most // _PART)
            taken.full = not self._reserve(caller_id, seconds, window, part, most)
            taken.left = 0 if taken.full else part
        if taken.left == 0:
            return False
        taken.left -= 1
        return True

    def _reserve(self, caller_id: str, seconds: int, window: int, part: int, most: int) -> bool:
        expires = (window + 1) * seconds + int(_KEPT.total_seconds())
        try:
            client().update_item(
                TableName=self.table,
                Key=to_wire({"pk": f"USED#{caller_id}", "sk": f"{seconds}#{window}"}),
                UpdateExpression="ADD made :part SET expires_at = :expires",
                ConditionExpression="attribute_not_exists(made) OR made <= :room",
                ExpressionAttributeValues=to_wire({":part": part, ":room": most - part, ":expires": expires}),
            )
        except client().exceptions.ConditionalCheckFailedException:
            return False
        return True
