"""A municipality's SNS topic, made when it joins."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


def create(stage: str, code: str) -> str:
    """The topic a municipality's own systems listen to; the one that is there, when there is one."""
    return _sns().create_topic(Name=f"synpunkt-{stage}-municipality-{code}")["TopicArn"]


@cache
def _sns() -> SNSClient:
    return boto3.client("sns")
