"""The queue `sending`: what is to be said in a moment, and one answer for many, step by step."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3

from synpunkt import clock

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# What SQS waits at the most; whoever reads a message too early sends another.
_LONGEST = 900


@dataclass(frozen=True, slots=True)
class SendingQueue:
    """The queue that `desk.on_sending` works through. `url`: its address. A message says where to look, and nothing."""

    url: str

    def one(self, case_id: str, sending_id: str, *, at: datetime | None = None) -> None:
        """Asks for one sending to be looked at, now or at a time."""
        self._send({"case_id": case_id, "sending_id": sending_id}, at)

    def many(self, bulk_id: str, *, after: str | None = None, at: datetime | None = None) -> None:
        """Asks for the next step of what is done to many cases, those after the one with that key."""
        self._send({"bulk_id": bulk_id, **({"after": after} if after else {})}, at)

    def one_of_many(self, bulk_id: str, case_id: str) -> None:
        """Asks for one case of many to be tried again, alone: it holds up no other."""
        self._send({"bulk_id": bulk_id, "case_id": case_id}, None)

    def _send(self, message: dict[str, str], at: datetime | None) -> None:
        wait = math.ceil((at - clock.now()).total_seconds()) if at else 0
        delay = min(max(wait, 0), _LONGEST)
        _sqs().send_message(QueueUrl=self.url, MessageBody=json.dumps(message), DelaySeconds=delay)


@cache
def _sqs() -> SQSClient:
    return boto3.client("sqs")
