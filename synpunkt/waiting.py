"""Cases that wait for a municipality: the word that it is time to work through them."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def send(queue_url: str, municipality: str, because: str, after: str | None = None) -> None:
    """Asks for the waiting cases of a municipality to be decided anew, those after `after`; asking twice is harmless.

    `because`: why, as in `lifecycle.Because`. `after`: the id of the last case that is done.
    """
    _sqs().send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps({"municipality": municipality, "because": because, "after": after}),
    )


@cache
def _sqs() -> SQSClient:
    return boto3.client("sqs")
