"""A municipality's SNS topic, where its own systems listen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3

from events import Envelope

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


def publish(topic_arn: str, event: Envelope) -> str:
    """Publishes an event, with attributes a subscription can filter on, and answers its message id."""
    attributes = {"type": event.type, "visibility": event.visibility, "importance": event.importance}
    if event.category:
        attributes["category"] = event.category
    if event.department:
        attributes["department"] = event.department
    answer = _sns().publish(
        TopicArn=topic_arn,
        Message=event.as_json(),
        MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    )
    return answer["MessageId"]


@cache
def _sns() -> SNSClient:
    return boto3.client("sns")
