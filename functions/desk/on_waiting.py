"""`{municipality, because, after}` → the next cases that waited for the municipality are sent on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from functions.desk.joining.waiting_cases import WaitingCases
from functions.desk.settings import WaitingSettings
from synpunkt.bus import queue_handler
from synpunkt.lifecycle import Because
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.triage import Triage
from synpunkt.waiting import WaitingQueue


@cache
def waiting_cases() -> WaitingCases:
    """The waiting cases with their stores."""
    settings = WaitingSettings.from_env()
    triage = Triage(CaseStore(settings.cases_table), RegistryStore(settings.registry_table))
    return WaitingCases(triage, WaitingQueue(settings.waiting_queue_url))


def react(message: Mapping[str, str]) -> None:
    """Takes one step, or sends one case on."""
    municipality, because = message["municipality"], Because(message["because"])
    if "case_id" in message:
        waiting_cases().one(message["case_id"], municipality, because)
    else:
        waiting_cases().step(municipality, because, message.get("after"))


handler = queue_handler(react)
