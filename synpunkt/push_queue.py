"""The queues `push` and `sandbox-push`: what is to be done for one subscription, one message at a time."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.sandbox import is_sandbox

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_WAIT = timedelta(seconds=900)
"""What SQS waits at the most; for what is later there is the due-index."""


_A_MOMENT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class PushQueue:
    """The queues that `deliver.on_push` works through, by their addresses. A message says where to look, and nothing.

    `sandbox_url`: of the one for sandboxes, so that what anybody tries out is in no municipality's way.
    """

    url: str
    sandbox_url: str

    @property
    def account(self) -> str:
        """The AWS account we are in, as the address of a queue says."""
        return self.url.rsplit("/", 2)[-2]

    def send(self, municipality: str, subscription_id: str, *, at: datetime | None = None) -> None:
        """Has what waits for the subscriber sent, now or at a time."""
        self.ask("send", municipality, subscription_id, at=at)

    def catch_up(self, municipality: str, subscription_id: str, since: datetime) -> None:
        """Has whatever has come in since then looked at, as far as the subscriber does not have it.

        In a moment: it is asked for before the subscription is going again, so that it cannot be forgotten.
        """
        about = {"from": to_iso(since), "again": None}
        self.ask("replay", municipality, subscription_id, about, at=clock.now() + _A_MOMENT)

    def ask(
        self,
        what: str,
        municipality: str,
        subscription_id: str,
        about: Mapping[str, Any] | None = None,
        *,
        at: datetime | None = None,
    ) -> None:
        """Asks for one thing to be done: `send`, `challenge`, `test`, `check`, `replay`,
        `close`, or (what listens to a topic) `leave`."""
        wait = math.ceil((at - clock.now()).total_seconds()) if at else 0
        message = {"do": what, "municipality": municipality, "subscription_id": subscription_id, **(about or {})}
        _sqs().send_message(
            QueueUrl=self.sandbox_url if is_sandbox(municipality) else self.url,
            MessageBody=json.dumps(message),
            DelaySeconds=min(max(wait, 0), int(LONGEST_WAIT.total_seconds())),
        )


@cache
def _sqs() -> SQSClient:
    return boto3.client("sqs")
