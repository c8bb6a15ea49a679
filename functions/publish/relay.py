"""The outbox relay: timeline entries become events on the bus, and lose their mark when they have arrived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from pydantic import ValidationError

from events import SOURCE, Envelope
from synpunkt.metrics import count
from synpunkt.stores.outbox import OutboxStore

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

logger = Logger()

# What PutEvents takes at once: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
_CHUNK = 10


class NotPublished(Exception):
    """The bus did not take every entry; those it did not take keep their mark."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Publishes timeline entries on one bus."""

    outbox: OutboxStore
    bus: str

    def publish(self, entries: Iterable[Mapping[str, Any]]) -> int:
        """Sends the entries, in order, and answers how many arrived. Raises `NotPublished` when some did not.

        An entry outside the contract is not sent: it keeps its mark, is counted and alarmed.
        """
        ready = [(entry, envelope) for entry in entries if (envelope := _envelope(entry)) is not None]
        refused = 0
        for start in range(0, len(ready), _CHUNK):
            refused += self._send(ready[start : start + _CHUNK])
        if refused:
            raise NotPublished(f"{refused} of {len(ready)} entries")
        return len(ready)

    def _send(self, chunk: Sequence[tuple[Mapping[str, Any], Envelope]]) -> int:
        answer = _events().put_events(
            Entries=[
                {
                    "EventBusName": self.bus,
                    "Source": SOURCE,
                    "DetailType": envelope.type,
                    "Detail": envelope.as_json(),
                }
                for _, envelope in chunk
            ]
        )
        for (entry, _), result in zip(chunk, answer["Entries"], strict=True):
            if "EventId" in result and not result.get("ErrorCode"):
                self.outbox.mark_published(entry["pk"], entry["sk"])
        return answer["FailedEntryCount"]


def _envelope(entry: Mapping[str, Any]) -> Envelope | None:
    try:
        return Envelope.of(entry)
    except (ValidationError, KeyError):
        logger.error("entry outside the contract", event_id=entry.get("event_id"), exc_info=False)
        count("EntryNotPublishable")
        return None


@cache
def _events() -> EventBridgeClient:
    return boto3.client("events")
