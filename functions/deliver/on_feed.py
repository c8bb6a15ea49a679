"""Every event → the feed of each municipality concerned, from which its systems fetch."""

from __future__ import annotations

from functools import cache

from events import Envelope
from functions.deliver.audience import departments_of
from functions.deliver.settings import FeedSettings
from synpunkt import clock
from synpunkt.bus import event_handler
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.feed import FeedStore


@cache
def feed() -> FeedStore:
    """The feeds."""
    return FeedStore(FeedSettings.from_env().deliveries_table)


@cache
def cases() -> CaseStore:
    """The cases."""
    return CaseStore(FeedSettings.from_env().cases_table)


def react(event: Envelope) -> None:
    """Keeps one event for whoever it concerns; safe to repeat."""
    departments = departments_of(event, cases())
    for code in event.audience:
        feed().append(code, event.model_dump(mode="json"), departments=departments, now=clock.now())


handler = event_handler(react)
