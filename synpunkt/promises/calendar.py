"""Working time: when a municipality works, and what falls due when. All moments carry their zone; answers are UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from synpunkt.promises.holidays import is_free, is_public_holiday

SWEDEN = ZoneInfo("Europe/Stockholm")
DEFAULT_WORKING_HOURS: Mapping[str, Any] = {
    "week": [{"days": ["mon", "tue", "wed", "thu", "fri"], "opens": "08:00", "closes": "17:00"}]
}

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SATURDAY = 5
_A_DAY = timedelta(days=1)
# Before the first ones begin; no clock is ever put forward or back at that hour.
_MORNING = time(7)

# From, and until: the clock stands still in between.
Pause = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody works, Swedish time, holidays apart. `week`: weekday → from and until, the earliest first.

    `closes_before_holiday`: when they go home on the day before a public holiday, if earlier than usual.
    """

    week: Mapping[str, tuple[tuple[time, time], ...]]
    closes_before_holiday: time | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Calendar:
        """The calendar in `working_hours` of a registry document."""
        week: dict[str, list[tuple[time, time]]] = {}
        for hours in data["week"]:
            for day in hours["days"]:
                week.setdefault(day, []).append((_time(hours["opens"]), _time(hours["closes"])))
        early = data.get("closes_before_holiday")
        return cls({day: tuple(sorted(each)) for day, each in week.items()}, _time(early) if early else None)

    def stretches(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """From when until when they work on a day, in order."""
        usual = self.week.get(_WEEKDAYS[day.weekday()], ())
        if not usual or is_free(day):
            return
        early = self.closes_before_holiday
        if early is not None and not is_public_holiday(day + _A_DAY):
            early = None
        for opens, closes in usual:
            until = min(closes, early) if early else closes
            if opens < until:
                yield _moment(day, opens), _moment(day, until)


def due(start: datetime, hours: float, calendar: Calendar, pauses: Iterable[Pause] = ()) -> datetime:
    """The moment by which so many hours have been worked since `start`, whoever waited in `pauses`."""
    left = timedelta(hours=hours)
    for opens, closes in _stretches(start, calendar, pauses):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise ValueError("nobody ever works")


def worked(start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()) -> timedelta:
    """How much was worked from `start` to `end`, pauses apart; nothing when the end comes first."""
    total = timedelta(0)
    for opens, closes in _stretches(start, calendar, pauses):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def next_morning(after: datetime) -> datetime:
    """Seven o'clock, Swedish time, of the next day on which people work: the same day, when it is earlier."""
    day = after.astimezone(SWEDEN).date()
    while True:
        morning = _moment(day, _MORNING)
        if morning > after and is_working_day(day):
            return morning
        day += _A_DAY


def is_working_day(day: date) -> bool:
    """Whether it is a weekday that is no holiday."""
    return day.weekday() < _SATURDAY and not is_free(day)


def _stretches(start: datetime, calendar: Calendar, pauses: Iterable[Pause]) -> Iterator[tuple[datetime, datetime]]:
    if not calendar.week:
        return
    start = start.astimezone(UTC)
    cuts = sorted((since.astimezone(UTC), until.astimezone(UTC)) for since, until in pauses)
    day = start.astimezone(SWEDEN).date()
    while True:
        for opens, closes in calendar.stretches(day):
            yield from _without(max(opens, start), closes, cuts)
        day += _A_DAY


def _without(opens: datetime, closes: datetime, cuts: list[Pause]) -> Iterator[tuple[datetime, datetime]]:
    for since, until in cuts:
        if until <= opens or since >= closes:
            continue
        if opens < since:
            yield opens, since
        opens = until
    if opens < closes:
        yield opens, closes


def _moment(day: date, clock: time) -> datetime:
    # Through UTC, so that an hour is an hour in the nights when the clocks change.
    return datetime.combine(day, clock, SWEDEN).astimezone(UTC)


def _time(text: str) -> time:
    return time.fromisoformat(text)
