"""A municipality's SNS topic, where its own systems listen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from events import Envelope

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


# SNS said no for good: the topic is gone, or is not ours to publish to.
_REFUSED = frozenset({"NotFound", "NotFoundException", "AuthorizationError", "InvalidParameter", "EndpointDisabled"})


class TopicRefused(Exception):
    """The topic does not take messages, and will not by itself."""


def publish(topic_arn: str, event: Envelope, department: str | None) -> str:
    """Publishes an event, with attributes a subscription can filter on, and answers its message id.

    `department`: the one that it concerns in the topic's municipality.

    Raises `TopicRefused` when trying again cannot help, and whatever SNS raises when it can.
    """
    attributes = {
        "type": event.type,
        "kind": event.kind,
        "visibility": event.visibility,
        "importance": event.importance,
    }
    if event.category:
        attributes["category"] = event.category
    if department:
        attributes["department"] = department
    try:
        answer = _sns().publish(
            TopicArn=topic_arn,
            Message=event.as_json(),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _REFUSED:
            raise TopicRefused from error
        raise
    return answer["MessageId"]


@cache
def _sns() -> SNSClient:
    return boto3.client("sns")
