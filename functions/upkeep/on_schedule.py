"""The clock: every minute, what has become due is looked at."""

from __future__ import annotations

from functools import cache
from typing import Any

from functions.upkeep.digests import DigestQueue
from functions.upkeep.measuring import Measuring
from functions.upkeep.settings import ScheduleSettings
from functions.upkeep.time_limits import TimeLimits
from synpunkt.bus import queue_handler
from synpunkt.push_queue import PushQueue
from synpunkt.sending_queue import SendingQueue
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.due import DueStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.usual import UsualStore


@cache
def time_limits() -> TimeLimits:
    """The time limits with their stores."""
    settings = ScheduleSettings.from_env()
    cases, registry = CaseStore(settings.cases_table), RegistryStore(settings.registry_table)
    due = DueStore(settings.cases_table)
    return TimeLimits(
        cases,
        registry,
        due,
        Measuring(cases, UsualStore(settings.cases_table), due),
        SendingQueue(settings.sending_queue_url),
        DigestQueue(settings.digest_queue_url),
        PushQueue(settings.push_queue_url, settings.sandbox_push_queue_url),
    )


def sweep(_: Any) -> None:
    """One round."""
    time_limits().sweep()


handler = queue_handler(sweep)
