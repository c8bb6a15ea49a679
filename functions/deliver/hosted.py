"""The other ways to a subscriber: a queue that we keep for it, and a bus of its own in its own account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from events import SOURCE
from synpunkt.push import Subscription, queue_name

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef
    from mypy_boto3_sqs import SQSClient

_TWO_WEEKS = 14 * 24 * 3600


class Refused(Exception):
    """It was not taken; the message is a code of ours."""


@dataclass(frozen=True, slots=True)
class HostedQueues:
    """Queues that we keep, one for a subscription; who reads them is said by its account."""

    stage: str

    def open(self, subscription: Subscription) -> None:
        """Makes the queue, and lets the municipality's account read it. Raises `Refused` when that is no account."""
        try:
            url = _sqs().create_queue(
                QueueName=self._name(subscription),
                Attributes={"SqsManagedSseEnabled": "true", "MessageRetentionPeriod": str(_TWO_WEEKS)},
            )["QueueUrl"]
            attributes = _sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
            policy = {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "TheirsToRead",
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{subscription.target}:root"},
                        "Action": [
                            "sqs:ReceiveMessage",
                            "sqs:DeleteMessage",
                            "sqs:ChangeMessageVisibility",
                            "sqs:GetQueueAttributes",
                            "sqs:GetQueueUrl",
                        ],
                        "Resource": attributes["QueueArn"],
                    }
                ],
            }
            _sqs().set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        except (ClientError, BotoCoreError) as error:
            raise Refused("no_queue") from error

    def put(self, subscription: Subscription, type_: str, body: bytes) -> None:
        """Puts a message into the queue. Raises `Refused` when it was not taken."""
        try:
            url = _sqs().get_queue_url(QueueName=self._name(subscription))["QueueUrl"]
            _sqs().send_message(
                QueueUrl=url,
                MessageBody=body.decode(),
                MessageAttributes={"type": {"DataType": "String", "StringValue": type_}},
            )
        except (ClientError, BotoCoreError) as error:
            raise Refused("not_taken") from error

    def close(self, code: str, subscription_id: str) -> None:
        """Takes the queue away, with what is in it; where there is none, nothing happens."""
        try:
            url = _sqs().get_queue_url(QueueName=queue_name(self.stage, code, subscription_id))["QueueUrl"]
        except _sqs().exceptions.QueueDoesNotExist:
            return
        _sqs().delete_queue(QueueUrl=url)

    def _name(self, subscription: Subscription) -> str:
        return queue_name(self.stage, subscription.municipality, subscription.subscription_id)


@dataclass(frozen=True, slots=True)
class OtherBuses:
    """Buses in the municipalities' own accounts, which let us put events there."""

    def put(self, subscription: Subscription, type_: str, body: bytes) -> None:
        """Puts a message on the bus, its type as the detail's type. Raises `Refused` when it was not taken."""
        entry: PutEventsRequestEntryTypeDef = {
            "EventBusName": subscription.target,
            "Source": SOURCE,
            "DetailType": type_,
            "Detail": body.decode(),
        }
        try:
            answer = _events().put_events(Entries=[entry])
        except (ClientError, BotoCoreError) as error:
            raise Refused("not_taken") from error
        if answer["FailedEntryCount"]:
            raise Refused("not_taken")


# Tried again by us, with the log to tell of it.
_ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5)


@cache
def _sqs() -> SQSClient:
    return boto3.client("sqs", config=_ONCE)


@cache
def _events() -> EventBridgeClient:
    return boto3.client("events", config=_ONCE)
