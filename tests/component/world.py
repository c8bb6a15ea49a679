"""A whole Synpunkt in one process: moto holds the data, the rooms' real handlers run one after the other."""

from __future__ import annotations

import base64
import json
import sys
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from moto.cognitoidp.models import cognitoidp_backends
from moto.sqs.models import sqs_backends

from events.catalogue import CATALOGUE
from infra.expand import resolved
from infra.local.seed import KEYS, key_entries, key_item, members, registry_items
from synpunkt import clock
from synpunkt.identity import Member, Scope, new_key
from synpunkt.stores.dynamo import transact
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.staff import staff_items
from tests.component.rights import Rights
from tests.tokens import CLIENT_ID, POOL_ID

STAGE = "test"
ACCOUNT = "123456789012"
PUBLIC_URL = "https://synpunkt.example"
ENVIRONMENT = {
    "STAGE": STAGE,
    "PUBLIC_URL": PUBLIC_URL,
    "CASES_TABLE": f"synpunkt-{STAGE}-cases",
    "PEOPLE_TABLE": f"synpunkt-{STAGE}-people",
    "REGISTRY_TABLE": f"synpunkt-{STAGE}-registry",
    "INSIGHT_TABLE": f"synpunkt-{STAGE}-insight",
    "DELIVERIES_TABLE": f"synpunkt-{STAGE}-deliveries",
    "QUARANTINE_BUCKET": "quarantine",
    "PHOTOS_BUCKET": "photos",
    "BUS_NAME": f"synpunkt-{STAGE}",
    "TOKEN_SECRET_ID": "token-key",
    "MAIL_FROM": "synpunkt@mail.synpunkt.example",
    "REPLY_TO": "svar@mail.synpunkt.example",
    "MAIL_BUCKET": "mail",
    "OPEN_BUCKET": "open",
    "USER_POOL_ID": POOL_ID,
    "DESK_CLIENT_ID": CLIENT_ID,
    "HOSTED_LOGIN": "https://login.synpunkt.example",
    "MAIL_CONFIGURATION_SET": "mail",
    "WAITING_QUEUE_URL": f"https://sqs.eu-north-1.amazonaws.com/123456789012/synpunkt-{STAGE}-waiting",
    "SENDING_QUEUE_URL": f"https://sqs.eu-north-1.amazonaws.com/123456789012/synpunkt-{STAGE}-sending",
    "SENDING_DELAY_SECONDS": "20",
    "PUSH_QUEUE_URL": f"https://sqs.eu-north-1.amazonaws.com/123456789012/synpunkt-{STAGE}-push",
    "SANDBOX_PUSH_QUEUE_URL": f"https://sqs.eu-north-1.amazonaws.com/123456789012/synpunkt-{STAGE}-sandbox-push",
    "DIGEST_QUEUE_URL": f"https://sqs.eu-north-1.amazonaws.com/123456789012/synpunkt-{STAGE}-digest",
    "AWS_DEFAULT_REGION": "eu-north-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "Synpunkt",
    "POWERTOOLS_LOG_LEVEL": "INFO",
}


class Context:
    """What a Lambda knows of its own invocation."""

    function_name = "test"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-north-1:123456789012:function:test"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 10_000


@dataclass
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    text: str
    content: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


@dataclass
class Message:
    """A mail or a topic message that was sent."""

    to: str
    subject: str
    text: str
    reply_to: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """The stores, and what left the house."""

    mails: list[Message] = field(default_factory=list)
    topic_messages: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    mail_hook: Callable[[Message], None] | None = None
    rights: Rights = field(default_factory=lambda: Rights(STAGE))
    # Whether reports are made private by those who make them, unless one says otherwise.
    report_privately: bool = False

    def set_up(self) -> None:
        """Tables as in the template, a bucket each, the key, and two municipalities that joined."""
        for properties in _tables():
            wanted = {
                name: properties[name]
                for name in ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
                if name in properties
            }
            boto3.client("dynamodb").create_table(**wanted)
        s3 = boto3.client("s3")
        for bucket in ("quarantine", "photos", "mail", "open"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        for queue in ("waiting", "sending", "digest", "push", "sandbox-push"):
            boto3.client("sqs").create_queue(QueueName=f"synpunkt-{STAGE}-{queue}")
        made = boto3.client("cognito-idp").create_user_pool(PoolName="staff", UsernameAttributes=["email"])["UserPool"]
        # moto chooses the id; the functions know the one the tokens are made for.
        pools = cognitoidp_backends[ACCOUNT]["eu-north-1"].user_pools
        pools[POOL_ID] = pools.pop(made["Id"])
        boto3.client("secretsmanager").create_secret(Name="token-key", SecretString="k" * 64)
        for code in ("0180", "0183"):
            self.claim(code)
        for each in KEYS:
            for item in (key_item(each), *key_entries(each)):
                boto3.client("dynamodb").put_item(TableName=ENVIRONMENT["REGISTRY_TABLE"], Item=item)
        for member in members():
            self.employ(member)

    def claim(self, code: str, **changes: Any) -> None:
        """Lets a municipality join, as the local seed does; `changes` are set on its profile."""
        topic = boto3.client("sns").create_topic(Name=f"synpunkt-{STAGE}-municipality-{code}")["TopicArn"]
        for item in registry_items(code, topic):
            if item["sk"]["S"] == "PROFILE":
                item.update(changes)
            boto3.client("dynamodb").put_item(TableName=ENVIRONMENT["REGISTRY_TABLE"], Item=item)

    def employ(self, member: Member) -> Member:
        """Makes somebody staff, as the local seed does."""
        person, entry = staff_items(member)
        dynamodb, table = boto3.client("dynamodb"), ENVIRONMENT["REGISTRY_TABLE"]
        dynamodb.put_item(TableName=table, Item=person)
        dynamodb.put_item(TableName=table, Item=entry)
        if member.is_active_admin:
            dynamodb.update_item(
                TableName=table,
                Key={"pk": entry["pk"], "sk": {"S": "ADMINS"}},
                UpdateExpression="ADD active :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
        return member

    def key(
        self, name: str, codes: list[str], scopes: list[Scope], *, departments: Sequence[str] = ()
    ) -> tuple[str, str]:
        """A new key, and its id."""
        key, store = new_key(), KeyStore(ENVIRONMENT["REGISTRY_TABLE"])
        items, caller = store.keeping(key, name, codes, scopes, now=clock.now(), by="test", departments=departments)
        transact(items)
        return key, caller.caller_id

    def revoke(self, key_id: str) -> None:
        """Revokes a key."""
        KeyStore(ENVIRONMENT["REGISTRY_TABLE"]).revoke(key_id, now=clock.now(), by="test")

    # ---- HTTP ------------------------------------------------------------------------------------------------

    def call(
        self,
        room: str,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request to a room's API (`desk`, or `desk.staff_api`), as API Gateway would hand it over."""
        trigger = room if "." in room else f"{room}.api"
        if trigger == "desk.api" and path.endswith(("/contact", "/contact-reads")):
            # As the gateway sends it: contact data is a function of its own.
            trigger = "desk.contact_api"
        module = __import__(f"functions.{trigger}", fromlist=["handler"])
        text = body if isinstance(body, str | bytes) or body is None else json.dumps(body)
        raw = text.encode() if isinstance(text, str) else text
        sent = {"Content-Type": "application/json", **(headers or {})}
        event = {
            "version": "1.0",
            "resource": path,
            "path": path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "queryStringParameters": dict(query) if query else None,
            "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
            "pathParameters": None,
            "requestContext": {"stage": STAGE, "requestId": "1", "identity": {"sourceIp": "127.0.0.1"}},
            # As with binary media types `*/*`: every body comes in base64.
            "body": base64.b64encode(raw).decode() if raw is not None else None,
            "isBase64Encoded": raw is not None,
        }
        with self.rights.of(trigger), pytest.MonkeyPatch.context() as patch:
            patch.delenv("USER_POOL_ID", raising=False)
            if self.rights.takes_logins(trigger):
                patch.setenv("USER_POOL_ID", ENVIRONMENT["USER_POOL_ID"])
            answer = module.handler(event, Context())
        return _reply(answer)

    def report(self, body: Any = None, *, key: str | None = None, **fields: Any) -> Reply:
        """Posts a report; by default a pothole at Stockholm's central station."""
        report = {
            "category": "pothole",
            "description": "Ett djupt hål mitt i körbanan.",
            "location": {"lat": 59.3307, "lon": 18.0593},
            **({"publish": False} if self.report_privately else {}),
            **fields,
        }
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.call("intake", "POST", "/api/v1/reports", body=report if body is None else body, headers=headers)

    def routed(self, **report: Any) -> dict[str, Any]:
        """Posts a report, lets every room react, and reads the case with its token."""
        receipt = self.report(**report).json()
        self.settle()
        case: dict[str, Any] = self.case(receipt["reference"], receipt["token"]).json()
        return case

    def case(self, reference: str, token: str | None = None, **headers: str) -> Reply:
        """Reads a case."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.call("cases", "GET", f"/api/v1/cases/{reference}", headers=headers)

    # ---- events ----------------------------------------------------------------------------------------------

    def settle(self, *, rounds: int = 20, only: Collection[str] | None = None) -> None:
        """Publishes what is unpublished and lets every room react, until nothing new happens; `only`: these rooms."""
        for _ in range(rounds):
            entries = self.unpublished()
            if not entries:
                return
            self.stream(entries)
            for event in self.take_events():
                self.react(event, only=only)
        raise AssertionError("the rooms never came to rest")

    def unpublished(self) -> list[dict[str, Any]]:
        """Timeline entries that carry their mark, as the stream would tell them (wire format)."""
        with self.rights.of(None):
            found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["CASES_TABLE"])["Items"]
        marked = [item for item in found if "unpublished_pk" in item]
        return sorted(marked, key=lambda item: item["event_id"]["S"])

    def stream(self, entries: list[dict[str, Any]]) -> None:
        """Gives entries to `publish.on_stream`."""
        from functions.publish import on_stream

        with self.rights.of("publish.on_stream"):
            on_stream.handler({"Records": [{"dynamodb": {"NewImage": item}} for item in entries]}, Context())

    def take_events(self) -> list[dict[str, Any]]:
        """The events on the bus since last asked."""
        taken, self.events = self.events, []
        return taken

    def react(self, event: Mapping[str, Any], *, only: Collection[str] | None = None) -> None:
        """Lets every room that listens react to one event; raises when one fails."""
        if only is None:
            assert self.invoke("deliver.on_feed", event) == []
            assert self.invoke("deliver.on_wake", event) == []
        for room in ("route", "deliver", "notify", "photo", "insight"):
            if room not in CATALOGUE[event["detail-type"]].listeners or (only is not None and room not in only):
                continue
            assert self.invoke("photo.on_mask" if room == "photo" else f"{room}.on_event", event) == []

    def invoke(self, handler: str, *bodies: Any) -> list[str]:
        """Gives a queue's records to a handler; answers the ids of those that failed."""
        module = __import__(f"functions.{handler}", fromlist=["handler"])
        records = [
            {
                "messageId": str(number),
                "receiptHandle": "r",
                "body": json.dumps(body),
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-north-1:123456789012:queue",
                "awsRegion": "eu-north-1",
                "md5OfBody": "",
            }
            for number, body in enumerate(bodies)
        ]
        with self.rights.of(handler):
            answer = module.handler({"Records": records}, Context())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def look_at_waiting(self) -> list[str]:
        """Works through the queue `waiting`, delayed messages left alone; answers the messages that failed."""
        failed: list[str] = []
        sqs, url = boto3.client("sqs"), ENVIRONMENT["WAITING_QUEUE_URL"]
        while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages", []):
            for message in received:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                if self.invoke("desk.on_waiting", json.loads(message["Body"])):
                    failed.append(message["Body"])
        return failed

    def look_at_sendings(self) -> list[str]:
        """Works through what asks to be sent now, delayed messages left alone; answers the messages that failed."""
        failed: list[str] = []
        sqs, url = boto3.client("sqs"), ENVIRONMENT["SENDING_QUEUE_URL"]
        while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages", []):
            for message in received:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                if self.invoke("desk.on_sending", json.loads(message["Body"])):
                    failed.append(message["Body"])
        return failed

    def look_at_pushes(self) -> list[str]:
        """Works through what is to be done for subscribers now, delayed messages left alone; answers those failed."""
        failed: list[str] = []
        sqs = boto3.client("sqs")
        for url in (ENVIRONMENT["PUSH_QUEUE_URL"], ENVIRONMENT["SANDBOX_PUSH_QUEUE_URL"]):
            while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages", []):
                for message in received:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    if self.invoke("deliver.on_push", json.loads(message["Body"])):
                        failed.append(message["Body"])
        return failed

    def bring_forward(self) -> int:
        """Lets what was to wait in the queue for subscribers come next, and counts it: its clock is the real one."""
        waiting = sqs_backends[ACCOUNT]["eu-north-1"].queues[f"synpunkt-{STAGE}-push"]._messages
        for message in waiting:
            message.delayed_until = 0
        return len(waiting)

    @contextmanager
    def later(self, **ahead: float) -> Iterator[None]:
        """Lets the rooms' clock be ahead of the real one, as `later(hours=3)`."""
        real = clock.now
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "now", lambda: real() + timedelta(**ahead))
            yield

    def upload(self, content: bytes, *, key: str, content_type: str = "image/jpeg") -> str:
        """Grants an upload and puts the object where the presigned post would have put it."""
        granted = self.call(
            "intake",
            "POST",
            "/api/v1/uploads",
            body={"filename": "foto.jpg", "content_type": content_type, "size": len(content)},
            headers={"Idempotency-Key": key},
        )
        assert granted.status == 201, granted.text
        upload_id: str = granted.json()["upload_id"]
        boto3.client("s3").put_object(Bucket="quarantine", Key=upload_id, Body=content)
        return upload_id

    def mail_comes(self, raw: bytes) -> None:
        """Lets a mail come in, as SES and S3 would bring it."""
        key = uuid.uuid4().hex
        boto3.client("s3").put_object(Bucket="mail", Key=key, Body=raw)
        assert self.invoke("intake.on_mail", {"Records": [{"s3": {"object": {"key": key}}}]}) == []

    def judge_all(self) -> None:
        """Tells `photo` of everything in quarantine."""
        for stored in boto3.client("s3").list_objects_v2(Bucket="quarantine").get("Contents", []):
            self.judge(stored["Key"], stored["Size"])

    def judge(self, upload_id: str, size: int = 1000) -> None:
        """Tells `photo` of an object, as S3 would."""
        notice = {"Records": [{"s3": {"object": {"key": upload_id, "size": size}}}]}
        assert self.invoke("photo.on_upload", notice) == []


def claimed_messages() -> list[dict[str, Any]]:
    """What was sent to whom, and what became of it (wire format)."""
    found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["DELIVERIES_TABLE"])["Items"]
    return [item for item in found if item["sk"]["S"] == "CLAIM"]


@cache
def _tables() -> list[dict[str, Any]]:
    return list(resolved("data", stage=STAGE).of_type("AWS::DynamoDB::Table").values())


def _reply(answer: Mapping[str, Any]) -> Reply:
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    headers = {name.lower(): values[0] for name, values in (answer.get("multiValueHeaders") or {}).items()}
    return Reply(answer["statusCode"], headers, content.decode("utf-8", "replace"), content)


@contextmanager
def aws_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The AWS calls made inside."""
    from botocore.client import BaseClient

    made: list[str] = []
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counting(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        made.append(operation)
        return original(self, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", counting)
        yield made


def forget_caches() -> None:
    """Empties every cache of clients and stores, so that nothing outlives a test's world."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("functions.", "synpunkt.")):
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()
