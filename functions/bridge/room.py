"""What the functions work with, made once each: settings, secrets, and those who do the work."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from functions.bridge.adapters import Adapter, Tools, adapter
from functions.bridge.claims import Claims
from functions.bridge.following import Following
from functions.bridge.settings import Settings
from functions.bridge.signing import is_secret
from functions.bridge.synpunkt_api import Synpunkt
from functions.bridge.taking import Taking
from functions.bridge.web import Web

SECRETS = ("api_key", "webhook_secret", "status_secret", "back_office_key")
_SIGNING = ("webhook_secret", "status_secret")
SECRETS_SECONDS = 300
"""So long after a secret was changed the old one may still be used."""
BACK_OFFICE_SECONDS = 10.0
SYNPUNKT_SECONDS = 20.0
AT_THE_DOOR_SECONDS = 7.0
"""Less, so that whoever waits at `POST /status` is answered: three requests fit into the function's 25 seconds."""
SHOWN_AGAIN_SECONDS, LONGEST_SECONDS = 15, 900
A_WHOLE_CASE = 4 * 1024 * 1024
_ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=10)


class NoSecret(Exception):
    """A secret that is needed is not kept; the message is its name."""

    is_code = True


@cache
def settings() -> Settings:
    """The settings."""
    return Settings.from_environment()


def secrets(name: str) -> Sequence[str]:
    """A secret's values: several, with blanks between them, while it is being changed. Raises `NoSecret`.

    What is too short to sign with is none.
    """
    found = _kept(int(time.time()) // SECRETS_SECONDS).get(name, "").split()
    if name in _SIGNING:
        found = [each for each in found if is_secret(each)]
    if not found:
        raise NoSecret(name)
    return found


@cache
def claims() -> Claims:
    """What the bridge remembers."""
    return Claims(_client("dynamodb"), settings().table)


def synpunkt(seconds: float = SYNPUNKT_SECONDS) -> Synpunkt:
    """Synpunkt, with the key as it is now."""
    return Synpunkt(settings().synpunkt_url, secrets("api_key")[0], Web(seconds, A_WHOLE_CASE))


def taking() -> Taking:
    """What takes events."""
    return Taking(settings().municipalities, claims(), _adapter(), synpunkt(), following())


def following(seconds: float = SYNPUNKT_SECONDS) -> Following:
    """What follows cases."""
    return Following(claims(), _adapter(), synpunkt(seconds), settings().mapping)


@dataclass(frozen=True, slots=True)
class Queue:
    """One of our queues."""

    client: Any
    url: str

    def put(self, bodies: Sequence[str]) -> None:
        """Lays messages in it; all of them are there afterwards, or an error is raised."""
        for body in bodies:
            self.client.send_message(QueueUrl=self.url, MessageBody=body)

    def show_again(self, receipt: str, received: Mapping[str, str]) -> None:
        """Has a message come again after 15 seconds, then twice as long each time, up to a quarter of an hour."""
        times = int(received["ApproximateReceiveCount"])
        seconds = min(SHOWN_AGAIN_SECONDS * 2 ** min(times - 1, 10), LONGEST_SECONDS)
        self.client.change_message_visibility(QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds)


@cache
def inbox() -> Queue:
    """The queue whose messages are taken one by one, again and again, and end in the dead letters."""
    return Queue(_client("sqs"), settings().inbox_url)


@cache
def dead() -> Queue:
    """The dead letters."""
    return Queue(_client("sqs"), settings().dead_url)


def seconds_left(context: Any) -> Callable[[], float]:
    """How long the function may still run, as it is asked."""
    if context is None:
        return lambda: float("inf")
    return lambda: context.get_remaining_time_in_millis() / 1000


def forget() -> None:
    """Has everything made anew."""
    for each in (settings, claims, inbox, dead, _client, _once, _kept):
        each.cache_clear()


def _adapter() -> Adapter:
    kept = {name: value.split()[0] for name, value in _kept(int(time.time()) // SECRETS_SECONDS).items() if value}
    return adapter(settings().adapter, settings().adapter_config, kept, Tools(Web(BACK_OFFICE_SECONDS), _once))


@cache
def _client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]


@cache
def _once(service: str) -> Any:
    """A client that does not try again by itself: what it asked for may have been done."""
    return boto3.client(service, config=_ONCE)  # type: ignore[call-overload]


@cache
def _kept(period: int) -> dict[str, str]:
    told = _client("secretsmanager").get_secret_value(SecretId=settings().secret_id)["SecretString"]
    return {name: str(value) for name, value in json.loads(told).items() if name in SECRETS}
