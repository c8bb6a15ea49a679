"""The sweep: what was accepted a while ago and never reached the bus is published now."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from functions.publish.relay import NotPublished, Relay
from functions.publish.settings import ScheduleSettings
from synpunkt import clock
from synpunkt.bus import queue_handler
from synpunkt.metrics import count
from synpunkt.stores.outbox import OutboxStore

logger = Logger()

# Younger entries are still on their way through the stream.
_PATIENCE = timedelta(seconds=30)


@cache
def relay() -> Relay:
    """The relay with its table and bus."""
    settings = ScheduleSettings.from_env()
    return Relay(OutboxStore(settings.cases_table), settings.bus_name)


def sweep(_: Any) -> None:
    """Publishes every entry that still carries its mark."""
    found, refused = 0, 0
    for batch in relay().outbox.unpublished(before=clock.now() - _PATIENCE):
        try:
            found += relay().publish(batch)
        except NotPublished:
            # One batch that the bus refuses must not keep the others waiting.
            refused += len(batch)
    if refused:
        raise NotPublished(f"about {refused} entries")
    if found:
        logger.warning("republished", entries=found)
        count("Republished", found)


handler = queue_handler(sweep)
