"""A case has changed: it is found by what it says now, and open data says what it is now."""

from __future__ import annotations

from functools import cache

from events import Envelope
from functions.insight.indexing import Indexing
from functions.insight.settings import EventSettings
from synpunkt.bus import event_handler
from synpunkt.opening import Opening
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.insight import InsightStore
from synpunkt.stores.open_data import OpenStore


@cache
def indexing() -> Indexing:
    """The index, with its stores."""
    settings = EventSettings.from_env()
    return Indexing(CaseStore(settings.cases_table), InsightStore(settings.insight_table))


@cache
def opening() -> Opening:
    """The open data, with its stores."""
    settings = EventSettings.from_env()
    return Opening(CaseStore(settings.cases_table), OpenStore(settings.insight_table))


def react(event: Envelope) -> None:
    """Looks at the case of one event. Open data first: what is hidden leaves whatever becomes of the index."""
    opening().look_at(event.case_id)
    indexing().look_at(event.case_id)


handler = event_handler(react)
