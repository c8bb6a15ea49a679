"""What a fresh local stack knows: six municipalities that joined, their systems, and the mail sender.

Running it again changes nothing but what was changed by hand. Topics and subscriptions are made at claim, never by a
template, so they are made here.
"""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from synpunkt.identity import Member, Role, Scope, hash_api_key
from synpunkt.responsibility import default_departments
from synpunkt.stores.staff import staff_items

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
# Known to everybody, so no other stage takes it: it is too short there (infra/data.yaml).
STAFF_PASSWORD = "Synpunkt-local-1"
# People only a local stack knows: their address, whose staff they are, their role.
STAFF = (
    ("handler@0583.example", "0583", Role.HANDLER),
    ("lead@0583.example", "0583", Role.LEAD),
    ("admin@0583.example", "0583", Role.ADMIN),
    ("handler@0180.example", "0180", Role.HANDLER),
    ("operator@synpunkt.example", None, Role.OPERATOR),
)
_ROLE_NAMES = {
    Role.HANDLER: "Lokal handläggare",
    Role.LEAD: "Lokal arbetsledare",
    Role.ADMIN: "Lokal administratör",
    Role.OPERATOR: "Lokal operatör",
}


def seed(clients: Clients, pool_id: str) -> None:
    """Brings the seed in place. `pool_id`: the user pool that staff log in at."""
    verify_sender(clients)
    for member in members():
        account(clients, pool_id, member.email)
        staff(clients, member)
    _queue(clients, OUTBOX_QUEUE, [topic_arn(code) for code in CLAIMED])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda code: _municipality(clients, code), CLAIMED))
    for key in KEYS:
        for item in (key_item(key), *key_entries(key)):
            clients.of("dynamodb").put_item(TableName=named("registry"), Item=item)


def verify_sender(clients: Clients) -> None:
    """Makes the sender's address and domain verified identities."""
    ses = clients.of("sesv2")
    for identity in (MAIL_FROM, MAIL_FROM.split("@")[1]):
        with contextlib.suppress(ses.exceptions.AlreadyExistsException):
            ses.create_email_identity(EmailIdentity=identity)


def members() -> list[Member]:
    """The seeded staff."""
    return [
        Member(
            staff_id=email.split("@")[0] + f"-{code or 'synpunkt'}",
            email=email,
            name=_ROLE_NAMES[role] + (f" {code}" if code else ""),
            municipality=code,
            roles=frozenset({role}),
        )
        for email, code, role in STAFF
    ]


def account(clients: Clients, pool_id: str, email: str) -> None:
    """Makes an account with the password everybody knows."""
    cognito = clients.of("cognito-idp")
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            UserPoolId=pool_id,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            TemporaryPassword=STAFF_PASSWORD,
            MessageAction="SUPPRESS",
        )
        cognito.admin_set_user_password(UserPoolId=pool_id, Username=email, Password=STAFF_PASSWORD, Permanent=True)


def staff(clients: Clients, member: Member) -> None:
    """Makes somebody staff, unless they are: what an admin changed since stays."""
    dynamodb = clients.of("dynamodb")
    person, entry = staff_items(member)
    with contextlib.suppress(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName=named("registry"), Item=person, ConditionExpression="attribute_not_exists(pk)")
        dynamodb.put_item(TableName=named("registry"), Item=entry)
        if member.is_active_admin:
            dynamodb.update_item(
                TableName=named("registry"),
                Key={"pk": entry["pk"], "sk": {"S": "ADMINS"}},
                UpdateExpression="ADD active :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )


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
    dynamodb = clients.of("dynamodb")
    for item in registry_items(code, topic):
        if item["sk"]["S"] == "PROFILE":
            # Whoever was subscribed here since stays so.
            known = dynamodb.get_item(TableName=named("registry"), Key={"pk": item["pk"], "sk": item["sk"]})
            item |= {name: kept for name, kept in known.get("Item", {}).items() if name == "push_subscribers"}
        dynamodb.put_item(TableName=named("registry"), Item=item)


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


def key_entries(key: str) -> list[dict[str, Any]]:
    """A seeded key's places in the lists it is found by."""
    item = key_item(key)
    lists = [f"KEYS-OF#{code}" for code in KEYS[key][1]]
    rest = {"sk": item["caller_id"], "key_pk": item["pk"]}
    return [{"pk": {"S": "CALLERS"}, "name": item["name"], **rest}, *({"pk": {"S": pk}, **rest} for pk in lists)]


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
