"""Asking for the cases that wait for a municipality to be looked at again: many, so step by step through a queue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3

from synpunkt.lifecycle import Because

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# A case that was being decided at the very moment is written by now, and in the index.
_ONCE_MORE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class WaitingQueue:
    """The queue `waiting`, which `desk.on_waiting` works through. `url`: its address."""

    url: str

    def start(self, municipality: str, because: Because) -> None:
        """Has every case that waits for the municipality looked at again, and once more a minute later.

        Repeating it does no harm: what was sent on already is left alone.
        """
        self.send(municipality, because)
        self.send(municipality, because, delay_seconds=_ONCE_MORE_SECONDS)

    def send(
        self,
        municipality: str,
        because: Because,
        *,
        after: str | None = None,
        case_id: str | None = None,
        delay_seconds: int = 0,
    ) -> None:
        """Asks for one step: the cases after the one with the id `after`, or the case with the id `case_id` alone."""
        message = {"municipality": municipality, "because": because.value, "after": after, "case_id": case_id}
        told = {name: value for name, value in message.items() if value is not None}
        _sqs().send_message(QueueUrl=self.url, MessageBody=json.dumps(told), DelaySeconds=delay_seconds)


@cache
def _sqs() -> SQSClient:
    return boto3.client("sqs")
