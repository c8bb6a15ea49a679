"""The clock: every hour, files are made for those days that are over and whose rows have changed."""

from __future__ import annotations

from functools import cache
from typing import Any

from functions.insight.making import Making
from functions.insight.settings import ScheduleSettings
from synpunkt import clock
from synpunkt.bus import queue_handler
from synpunkt.stores.open_data import OpenStore


@cache
def making() -> Making:
    """The making, with table and bucket."""
    settings = ScheduleSettings.from_env()
    return Making(OpenStore(settings.insight_table), settings.open_bucket)


def make(_: Any) -> None:
    """One round."""
    making().round(clock.now())


handler = queue_handler(make)
