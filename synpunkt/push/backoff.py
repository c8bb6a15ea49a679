"""When something that could not be sent is tried again, when it is given up, and when a subscriber is left alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 2 * 60, 5 * 60, 15 * 60, 30 * 60, 60 * 60))
TRIED_FOR = timedelta(hours=24)
"""For so long an event is tried again; then it is given up, and the case goes to whoever is next."""
DISABLED_AFTER = timedelta(days=5)
"""When nothing has arrived for so long, the subscription is ended, and its municipality's admins are told."""
# What nobody has tried for so long says nothing of how long a subscriber has been failing.
_FORGOTTEN = TRIED_FOR + timedelta(hours=1)
_LEFT_ALONE_AFTER = 3


def delay_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts in a row: 5 s, 30 s, 2 min, 5, 15, 30 and then every hour."""
    return _DELAYS[min(attempts, len(_DELAYS)) - 1]


@dataclass(frozen=True, slots=True)
class Health:
    """How a subscriber has been answering.

    `failures`: how often it failed in a row, the same case counted once in a row, so that one event which it never
    takes does not hold up the others. From the third on it is left alone until `open_until`: one case is tried then.
    """

    failures: int = 0
    failing_since: datetime | None = None
    last_failure: datetime | None = None
    last_case: str | None = None
    open_until: datetime | None = None

    def failed(self, case_id: str, now: datetime, retry_after: timedelta | None = None) -> Health:
        """After one more failed attempt. `retry_after`: what the subscriber asked for."""
        failures = self.failures + (case_id != self.last_case)
        stale = self.last_failure is None or now - self.last_failure > _FORGOTTEN
        wait = delay_after(failures) if failures >= _LEFT_ALONE_AFTER else None
        if retry_after is not None:
            wait = max(retry_after, wait or retry_after)
        return replace(
            self,
            failures=failures,
            failing_since=now if stale or self.failing_since is None else self.failing_since,
            last_failure=now,
            last_case=case_id,
            open_until=now + wait if wait else None,
        )

    def is_left_alone(self, now: datetime) -> bool:
        """Whether nothing is sent to it just now."""
        return self.open_until is not None and now < self.open_until

    def has_failed_for_good(self, now: datetime) -> bool:
        """Whether it is time to give the subscription up."""
        return self.failing_since is not None and now - self.failing_since >= DISABLED_AFTER
