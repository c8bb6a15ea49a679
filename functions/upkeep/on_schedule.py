"""The clock: every minute, what has become due is looked at."""

from __future__ import annotations

from functools import cache
from typing import Any

from functions.upkeep.digests import DigestQueue
from functions.upkeep.settings import ScheduleSettings
from functions.upkeep.time_limits import TimeLimits
from synpunkt.bus import queue_handler
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.due import DueStore
from synpunkt.stores.registry import RegistryStore


@cache
def time_limits() -> TimeLimits:
    """The time limits with their stores."""
    settings = ScheduleSettings.from_env()
    cases, registry = CaseStore(settings.cases_table), RegistryStore(settings.registry_table)
    return TimeLimits(cases, registry, DueStore(settings.cases_table), DigestQueue(settings.digest_queue_url))


def sweep(_: Any) -> None:
    """One round."""
    time_limits().sweep()


handler = queue_handler(sweep)
