"""Asking for somebody's digest: one message a person, so that one that cannot be sent holds up nobody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class DigestQueue:
    """The queue `digest`, which `notify.on_digest` works through. `url`: its address."""

    url: str

    def ask(self, municipality: str, staff_id: str, day: str) -> None:
        """Has the person told what there is to do on that day. Asking twice does no harm: they are told once."""
        message = {"municipality": municipality, "staff_id": staff_id, "day": day}
        _sqs().send_message(QueueUrl=self.url, MessageBody=json.dumps(message))


@cache
def _sqs() -> SQSClient:
    return boto3.client("sqs")
