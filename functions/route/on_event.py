"""ReportSubmitted → CaseRouted."""

from __future__ import annotations

from functools import cache

from events import Envelope
from functions.route.routing import Router
from functions.route.settings import EventSettings
from synpunkt.bus import event_handler
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.registry import RegistryStore


@cache
def router() -> Router:
    """The router with its stores."""
    settings = EventSettings.from_env()
    return Router(CaseStore(settings.cases_table), RegistryStore(settings.registry_table))


def react(event: Envelope) -> None:
    """Routes the case that was submitted."""
    router().route(event.case_id)


handler = event_handler(react)
