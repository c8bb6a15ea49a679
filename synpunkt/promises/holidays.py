"""The days on which nobody in Sweden is expected to work, whatever the weekday."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any


def is_public_holiday(day: date) -> bool:
    """Whether it is a public holiday by the act on public holidays (1989:253), ordinary Sundays apart.

    Raises `LookupError` for a year that the table does not hold.
    """
    return day in _days("public_holidays", day.year)


def is_free(day: date) -> bool:
    """Whether it is a public holiday, or midsummer's, Christmas or New Year's Eve.

    The three eves are equal to Sundays by the act on calculating statutory time (1930:173, section 2) and by the act
    on annual leave (1977:480, section 7). Raises `LookupError` for a year that the table does not hold.
    """
    return is_public_holiday(day) or day in _days("eves", day.year)


def _days(name: str, year: int) -> frozenset[date]:
    first, last = _table()["years"]
    if not first <= year <= last:
        raise LookupError(f"the table of holidays goes from {first} to {last}")
    days: frozenset[date] = _table()[name]
    return days


@cache
def _table() -> dict[str, Any]:
    data = json.loads(files("synpunkt.promises").joinpath("data/holidays.json").read_text("utf-8"))
    days = {name: frozenset(map(date.fromisoformat, data[name])) for name in ("public_holidays", "eves")}
    return {"years": (data["first_year"], data["last_year"]), **days}
