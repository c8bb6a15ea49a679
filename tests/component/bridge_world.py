"""A bridge on moto, between a back office and a Synpunkt on this machine."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from chalice.app import Chalice
from chalice.test import Client, HTTPResponse
from moto import mock_aws
from standardwebhooks import Webhook

from functions.bridge import room
from functions.bridge.claims import Held
from infra.bridge.template import TABLE
from tests.component.back_office import BackOffice, National, running

CASE = "01M80EAX9D1X6F1FS039C0XSKB"
OTHER = "01M80EAX9D1X6F1FS039C0XSKC"
SECRETS = {
    "api_key": "key",
    "webhook_secret": "whsec_" + base64.b64encode(b"w" * 32).decode(),
    "status_secret": "whsec_" + base64.b64encode(b"s" * 32).decode(),
    "back_office_key": "theirs",
}
MAPPING = {
    "sent": {"status": "acknowledged"},
    "statuses": {
        "open": {},
        "Under arbete": {"status": "in_progress"},
        "closed": {"status": "resolved", "outcome": "fixed"},
        "rejected": {"status": "resolved", "outcome": "no_action", "reason": "Det ingår i en större upprustning."},
    },
}


def event(type_: str = "CaseRouted", case_id: str = CASE, municipality: str = "0583", **more: Any) -> dict[str, Any]:
    """An event as Synpunkt sends it, from its own example."""
    example = json.loads((Path(__file__).parents[2] / "events" / type_ / "v1.example.json").read_text("utf-8"))
    return {**example, "case_id": case_id, "municipality": municipality, "audience": [municipality], **more}


class Bridge:
    """The bridge, its neighbours and what it remembers."""

    def __init__(self, app: Chalice, back_office: BackOffice, national: National) -> None:
        self.back_office = back_office
        self.national = national
        self.client = Client(app)
        self.app = app
        self.seconds_left = 120

    def gets(self, *events: Any) -> None:
        """Messages in the inbox, taken at once; a text is a body as it is."""
        sqs, url = room.inbox().client, room.inbox().url
        for each in events:
            sqs.send_message(QueueUrl=url, MessageBody=each if isinstance(each, str) else json.dumps(each))
            [message] = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])["Messages"]
            record = {"body": message["Body"], "receiptHandle": message["ReceiptHandle"], "messageId": "m"}
            record |= {"attributes": message["Attributes"], "eventSourceARN": "arn"}
            self.runs("on_inbox", {"Records": [record]})
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def runs(self, function: str, payload: Any) -> Any:
        """One of its functions, called as Lambda calls it."""
        return self.client.lambda_.invoke(function, payload).payload

    def looks(self) -> None:
        """The schedule comes round."""
        tick = self.client.events.generate_cw_event("aws.events", "Scheduled Event", {}, [])
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: self.seconds_left * 1000)
        self.app.handler_map["on_schedule"](tick, context)

    def posts(self, path: str, body: Any, secret: str, **changed: Any) -> HTTPResponse:
        """A signed request. `changed`: `id`, `at` (seconds since 1970), `signature` other than they should be."""
        text = body if isinstance(body, str) else json.dumps(body)
        message_id, at = changed.get("id", f"msg_{uuid.uuid4().hex}"), int(changed.get("at", time.time()))
        made = Webhook(secret).sign(message_id, datetime.fromtimestamp(at, UTC), text)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(at),
            "webhook-signature": changed.get("signature", made),
        }
        return self.client.http.post(path, headers=headers, body=text.encode())

    def says(self, status: str, number: str = "BO-1", **changed: Any) -> HTTPResponse:
        """The back office pushes a status."""
        return self.posts("/status", {"number": number, "status": status}, SECRETS["status_secret"], **changed)

    def held(self, case_id: str = CASE) -> Held:
        """What it remembers of a case."""
        found = room.claims().find(case_id)
        assert found is not None
        return found


@contextmanager
def bridge(monkeypatch: pytest.MonkeyPatch, adapter: str = "open311", config: Any = None) -> Iterator[Bridge]:
    """A bridge of 0583 with one case that it may read."""
    from functions.bridge.app import app

    back_office, national = BackOffice(key="theirs"), National()
    national.add(CASE)
    with mock_aws(), running(back_office), running(national):
        room.forget()
        for name, value in _environment(back_office, national, adapter, config).items():
            monkeypatch.setenv(name, value)
        boto3.client("dynamodb").create_table(TableName="bridge", **TABLE)
        boto3.client("secretsmanager").create_secret(Name="bridge", SecretString=json.dumps(SECRETS))
        for queue in ("inbox", "dead"):
            monkeypatch.setenv(f"{queue.upper()}_URL", boto3.client("sqs").create_queue(QueueName=queue)["QueueUrl"])
        yield Bridge(app, back_office, national)
        room.forget()


def _environment(back_office: BackOffice, national: National, adapter: str, config: Any) -> dict[str, str]:
    return {
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "SYNPUNKT_URL": national.url,
        "MUNICIPALITIES": "0583",
        "TABLE": "bridge",
        "SECRET_ID": "bridge",
        "ADAPTER": adapter,
        "ADAPTER_CONFIG": json.dumps(config if config is not None else {"url": back_office.url}),
        "MAPPING": json.dumps(MAPPING),
    }


def waiting(queue: str) -> list[str]:
    """The bodies that wait in one of its queues."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    return [each["Body"] for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]
