"""How the clock of a case stands: by when what was promised, and whether somebody is to be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from synpunkt.lifecycle import Case, Promised, Status
from synpunkt.promises.calendar import Calendar, Pause, due

# Those who have the case are reminded when a quarter of the time is left, but not more than two working days before.
_LAST_PART = 0.25
_REMINDER_HOURS_AT_MOST = 16


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when something was promised, by whom, and when those who have the case are reminded."""

    which: Promised
    at: datetime
    nudge_at: datetime
    municipality: str
    registry_version: int


def deadline(case: Case, which: Promised, now: datetime) -> Deadline | None:
    """The earliest time that is promised; `None` when nobody promised, or it is done.

    While the reporter is asked it is the time it would be if they answered `now`.
    """
    done = case.status is Status.RESOLVED or (which is Promised.ANSWER and case.answered_at is not None)
    return None if done else min(_deadlines(case, which, now), key=lambda each: each.at, default=None)


def stands_still(case: Case) -> bool:
    """Whether the clock waits for the reporter."""
    return case.waiting_since is not None


def is_overdue(case: Case, found: Deadline, now: datetime) -> bool:
    """Whether the time is up, or was before."""
    return found.which in case.overdue or found.at <= now


def next_look(case: Case, which: Promised, now: datetime) -> datetime | None:
    """When the clock is to be looked at next; `None` when there is nothing left to look for."""
    found = deadline(case, which, now)
    if found is None or is_overdue(case, found, now):
        return None
    reminded = which in case.nudged or stands_still(case) or found.nudge_at <= now
    return found.at if reminded else found.nudge_at


def _deadlines(case: Case, which: Promised, now: datetime) -> Iterator[Deadline]:
    pauses: list[Pause] = list(case.pauses)
    if case.waiting_since is not None:
        pauses.append((case.waiting_since, now))
    # Whoever gave the case back, or never should have had it, has promised nothing.
    concerned = {case.municipality, *(each.municipality for each in case.came_from)}
    for promise in case.promises:
        hours = promise.hours(which)
        if hours is None or promise.municipality not in concerned:
            continue
        calendar = Calendar.of(promise.working_hours)
        at = due(case.created_at, hours, calendar, pauses)
        # Nobody can promise what was past when they got the case.
        if at > promise.given_at:
            before = min(hours * _LAST_PART, _REMINDER_HOURS_AT_MOST)
            nudge_at = due(case.created_at, hours - before, calendar, pauses)
            yield Deadline(which, at, nudge_at, promise.municipality, promise.registry_version)
