"""A fresh world for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.component.world import ENVIRONMENT, Message, World, forget_caches
from tests.tokens import answer_keys


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """All rooms on moto. What is sent to the bus, to topics and by mail is caught on the wire."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        forget_caches()
        world = World()
        world.set_up()
        boto3.client("sesv2").create_email_identity(EmailIdentity="mail.synpunkt.example")
        boto3.client("events").create_event_bus(Name=ENVIRONMENT["BUS_NAME"])
        _listen(world, monkeypatch)
        answer_keys(monkeypatch)
        yield world
        forget_caches()


def _listen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.client import BaseClient

    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def listening(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        if service == "sesv2" and operation == "SendEmail":
            simple = arguments["Content"]["Simple"]
            message = Message(
                arguments["Destination"]["ToAddresses"][0],
                simple["Subject"]["Data"],
                simple["Body"]["Text"]["Data"],
                reply_to=next(iter(arguments["ReplyToAddresses"]), None),
                headers={each["Name"]: each["Value"] for each in simple["Headers"]},
            )
            if world.mail_hook:
                world.mail_hook(message)
            answer = original(self, operation, arguments)
            world.mails.append(message)
            return answer
        answer = original(self, operation, arguments)
        if service == "events" and operation == "PutEvents":
            world.events += [
                {"detail-type": each["DetailType"], "source": each["Source"], "detail": json.loads(each["Detail"])}
                for each in arguments["Entries"]
            ]
        if service == "sns" and operation == "Publish":
            topic = arguments["TopicArn"].rpartition("-")[2]
            world.topic_messages.append({"municipality": topic, "event": json.loads(arguments["Message"])})
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", listening)
