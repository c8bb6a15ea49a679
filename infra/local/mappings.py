"""Holds the queues' and streams' functions still around a stop, so that none is cut off in the middle of its work."""

from __future__ import annotations

import contextlib
import time

from botocore.exceptions import BotoCoreError, ClientError

from .clients import Clients

# In-flight batches of our functions take well under a second once they have started.
SETTLE_SECONDS = 1.5


def pause(clients: Clients) -> None:
    """Lets what has begun end, and nothing new begin. What waits stays in its queue for the next start."""
    with contextlib.suppress(BotoCoreError, ClientError):
        _switch(clients, on=False)
        time.sleep(SETTLE_SECONDS)


def resume(clients: Clients) -> None:
    """Lets everything begin again."""
    _switch(clients, on=True)


def _switch(clients: Clients, *, on: bool) -> None:
    told = clients.of("lambda").list_event_source_mappings()["EventSourceMappings"]
    for mapping in told:
        if (mapping["State"] in ("Enabled", "Enabling")) != on:
            clients.of("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)
