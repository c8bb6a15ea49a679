"""What is said in a case, or whose it is, has changed: it is found by what it says now."""

from __future__ import annotations

from functools import cache

from events import Envelope
from functions.insight.indexing import Indexing
from functions.insight.settings import EventSettings
from synpunkt.bus import event_handler
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.insight import InsightStore


@cache
def indexing() -> Indexing:
    """The index, with its stores."""
    settings = EventSettings.from_env()
    return Indexing(CaseStore(settings.cases_table), InsightStore(settings.insight_table))


def react(event: Envelope) -> None:
    """Looks at the case of one event."""
    indexing().look_at(event.case_id)


handler = event_handler(react)
