"""How long things usually take, measured from what was done. It is not a promise, and is never told as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from synpunkt.lifecycle import Case
from synpunkt.promises.calendar import DEFAULT_WORKING_HOURS, Calendar, worked
from synpunkt.texts import text

USUAL_DAYS = 90
"""What was closed in so many days is counted."""
FEWEST_CASES = 20
"""Fewer say nothing about the next one."""
_KEPT = timedelta(days=7)
_A_WORKING_DAY = timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class Usual:
    """What a municipality's cases of a category took: the median in working days, and from how many cases."""

    working_days: float
    cases: int
    measured_at: datetime


def measure(closed: Sequence[Case], now: datetime) -> Usual:
    """What those cases took from report to end, while nobody waited for their reporters.

    Everybody's days are counted alike, eight to five, whatever a municipality's own hours are.
    """
    calendar = Calendar.of(DEFAULT_WORKING_HOURS)
    took = [
        worked(case.created_at, case.resolved_at, calendar, case.pauses) / _A_WORKING_DAY
        for case in closed
        if case.resolved_at is not None
    ]
    return Usual(round(median(took), 3) if took else 0.0, len(took), now)


def usual_sentence(usual: Usual, now: datetime, language: str) -> str | None:
    """What is usual, as a citizen reads it; `None` from too few cases, and when it was measured too long ago."""
    if usual.cases < FEWEST_CASES or now - usual.measured_at > _KEPT:
        return None
    days = round(usual.working_days)
    key = "same_day" if days < 1 else "one_day" if days == 1 else "days"
    return text(f"usual.{key}", language, days=days, cases=usual.cases)
