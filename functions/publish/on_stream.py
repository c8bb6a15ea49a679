"""New timeline entries, as the table's stream tells them. Thin: it raises, and the stream tries again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.publish.relay import Relay
from functions.publish.settings import StreamSettings
from synpunkt.stores.dynamo import from_wire
from synpunkt.stores.outbox import OutboxStore


@cache
def relay() -> Relay:
    """The relay with its table and bus."""
    settings = StreamSettings.from_env()
    return Relay(OutboxStore(settings.cases_table), settings.bus_name)


def handler(event: Mapping[str, Any], context: object) -> None:
    """Publishes the entries of one stream batch."""
    relay().publish(from_wire(record["dynamodb"]["NewImage"]) for record in event["Records"])
