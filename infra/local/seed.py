"""What a fresh local stack knows: six municipalities that joined, their systems, and the mail sender.

Running it again changes nothing but what was changed by hand. Topics and subscriptions are made at claim, never by a
template, so they are made here.
"""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from synpunkt.identity import Scope, hash_api_key
from synpunkt.responsibility import default_departments

from .clients import Clients
from .layout import MAIL_FROM, named, queue_arn, topic_arn

CLAIMED = ("0583", "0180", "0183", "0980", "2132", "0184")
OUTBOX_QUEUE = "outbox"
_MUNICIPAL = (Scope.READ, Scope.WRITE, Scope.CONTACT)
# Keys that only a local stack knows: name of whom they stand for, municipalities, scopes.
KEYS = {
    "local-test-key": ("Lokalt testsystem", ("0583", "0180"), _MUNICIPAL),
    "local-admin-key": ("Lokal administratör", CLAIMED, (*_MUNICIPAL, Scope.REGISTRY)),
    "local-operator-key": ("Lokal operatör", (), (Scope.OPERATOR,)),
}


def seed(clients: Clients) -> None:
    """Brings the seed in place."""
    verify_sender(clients)
    _queue(clients, OUTBOX_QUEUE, [topic_arn(code) for code in CLAIMED])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda code: _municipality(clients, code), CLAIMED))
    for key in KEYS:
        clients.of("dynamodb").put_item(TableName=named("registry"), Item=key_item(key))


def verify_sender(clients: Clients) -> None:
    """Makes the sender's address and domain verified identities."""
    ses = clients.of("sesv2")
    for identity in (MAIL_FROM, MAIL_FROM.split("@")[1]):
        with contextlib.suppress(ses.exceptions.AlreadyExistsException):
            ses.create_email_identity(EmailIdentity=identity)


def _municipality(clients: Clients, code: str) -> None:
    topic = clients.of("sns").create_topic(Name=named(f"municipality-{code}"))["TopicArn"]
    subscriber = f"subscriber-{code}"
    _queue(clients, subscriber, [topic])
    for queue in (subscriber, OUTBOX_QUEUE):
        # Raw messages reach a subscriber's queue; the outbox wants to know which topic they came from.
        clients.of("sns").subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=queue_arn(queue),
            Attributes={"RawMessageDelivery": "true" if queue == subscriber else "false"},
            ReturnSubscriptionArn=True,
        )
    for item in registry_items(code, topic):
        clients.of("dynamodb").put_item(TableName=named("registry"), Item=item)


def registry_items(code: str, topic: str) -> list[dict[str, Any]]:
    """A claimed municipality and its departments as the registry holds them; every address is made up and local."""
    profile = {
        "pk": {"S": f"M#{code}"},
        "sk": {"S": "PROFILE"},
        "code": {"S": code},
        "claimed": {"BOOL": True},
        "topic_arn": {"S": topic},
        "topic_subscribers": {"BOOL": True},
        "registrar_mail": {"S": f"registrator@{code}.example"},
        "registrar_mail_verified": {"BOOL": True},
    }
    departments = [
        {
            "pk": {"S": f"M#{code}"},
            "sk": {"S": f"D#{each.department}"},
            "department": {"S": each.department},
            "mail": {"S": f"{each.department}@{code}.example"},
            "mail_verified": {"BOOL": True},
        }
        for each in default_departments()
    ]
    return [profile, *departments]


def key_item(key: str) -> dict[str, Any]:
    """A seeded key as the registry holds it."""
    name, municipalities, scopes = KEYS[key]
    return {
        "pk": {"S": f"KEY#{hash_api_key(key)}"},
        "sk": {"S": "KEY"},
        "caller_id": {"S": key.removesuffix("-key")},
        "name": {"S": name},
        "municipalities": {"L": [{"S": code} for code in municipalities]},
        "scopes": {"L": [{"S": scope.value} for scope in scopes]},
    }


def _queue(clients: Clients, name: str, topics: list[str]) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn(name),
                "Condition": {"ArnEquals": {"aws:SourceArn": topics}},
            }
        ],
    }
    attributes = {"Policy": json.dumps(policy), "SqsManagedSseEnabled": "true"}
    sqs = clients.of("sqs")
    url = sqs.create_queue(QueueName=named(name))["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
