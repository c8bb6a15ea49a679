"""A fresh world for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws
from moto.core.serialize import BaseJSONSerializer

from tests.component.world import ENVIRONMENT, Message, World, forget_caches
from tests.tokens import answer_keys


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """All rooms on moto, none doing more than its role may. What is sent to bus, topics and mailboxes is caught."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(boto3, "client", _made_once)
    monkeypatch.setattr(BaseJSONSerializer, "_serialize_type_structure", _as_it_is)
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
    missing = sorted(world.rights.missing)
    assert not missing, f"handlers do what their roles in infra/app.yaml do not allow: {missing}"


_create_client = boto3.client
_clients: dict[tuple[str, str], Any] = {}


def _made_once(service: str, *, config: Config | None = None) -> Any:
    """A client as `boto3.client` makes it, kept for all tests: making one costs more than most of them do with it."""
    wanted = service, repr(sorted(config._user_provided_options.items()) if config else [])  # type: ignore[attr-defined]
    if wanted not in _clients:
        _clients[wanted] = _create_client(service, config=config)  # type: ignore[call-overload]
    return _clients[wanted]


_serialize_structure = BaseJSONSerializer._serialize_type_structure


def _as_it_is(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """DynamoDB's attribute values are kept as they are answered: looking each of ten kinds up took half of all time."""
    if shape.name == "AttributeValue" and key and _is_plain(value):
        serialized[key] = value
    else:
        _serialize_structure(self, serialized, value, shape, key)


def _is_plain(value: Any) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [(kind, inner)] = value.items()
    if kind == "M":
        return all(_is_plain(each) for each in inner.values())
    if kind == "L":
        return all(_is_plain(each) for each in inner)
    return kind in {"S", "N", "BOOL", "NULL", "SS", "NS"}


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
        if service == "dynamodb":
            world.rights.hold(operation, arguments)
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
