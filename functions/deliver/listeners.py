"""Those who listen to a municipality's topic: a queue or a function of its own, with a filter that we set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from functions.deliver.hosted import Refused
from synpunkt.push import Subscription
from synpunkt.stores.subscriptions import SubscriptionStore

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_PENDING = "PendingConfirmation"


@dataclass(frozen=True, slots=True)
class Listeners:
    """Subscribes them at SNS. What is published to the topic reaches them without us: no tries and no log of ours."""

    subscriptions: SubscriptionStore

    def subscribe(self, subscription: Subscription) -> None:
        """Has the topic speak to the target. Raises `Refused` while its owner has not confirmed that it wants that."""
        topic = self.subscriptions.topic(subscription.municipality)
        if topic is None:
            raise Refused("no_topic")
        try:
            arn = self._found(topic, subscription.target) or self._made(topic, subscription.target)
            if (
                arn == _PENDING
                or _sns().get_subscription_attributes(SubscriptionArn=arn)["Attributes"].get(_PENDING) == "true"
            ):
                raise Refused("not_confirmed")
            _sns().set_subscription_attributes(
                SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=json.dumps(policy_of(subscription))
            )
        except (ClientError, BotoCoreError) as error:
            raise Refused("not_taken") from error

    def unsubscribe(self, code: str, target: str) -> None:
        """Has the topic speak to the target no more; one that it does not speak to is left alone."""
        topic = self.subscriptions.topic(code)
        arn = self._found(topic, target) if topic else None
        # What was never confirmed has no ARN, and SNS forgets it after two days.
        if arn is not None and arn != _PENDING:
            _sns().unsubscribe(SubscriptionArn=arn)

    def _made(self, topic: str, target: str) -> str:
        protocol = target.split(":")[2]
        raw = {"RawMessageDelivery": "true"} if protocol == "sqs" else {}
        answer = _sns().subscribe(
            TopicArn=topic, Protocol=protocol, Endpoint=target, Attributes=raw, ReturnSubscriptionArn=True
        )
        return answer["SubscriptionArn"]

    def _found(self, topic: str, target: str) -> str | None:
        return next((arn for endpoint, arn in _listed(topic) if endpoint == target), None)


def policy_of(subscription: Subscription) -> dict[str, list[str]]:
    """The subscription's filter as SNS has it; an empty one takes everything."""
    filter_ = subscription.filter
    asked = {
        "type": filter_.types,
        "category": filter_.categories,
        "kind": filter_.kinds,
        "department": filter_.departments,
    }
    return {name: sorted(wanted) for name, wanted in asked.items() if wanted}


def _listed(topic: str) -> Iterator[tuple[str, str]]:
    for page in _sns().get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic):
        for each in page["Subscriptions"]:
            yield each["Endpoint"], each["SubscriptionArn"]


@cache
def _sns() -> SNSClient:
    return boto3.client("sns")
