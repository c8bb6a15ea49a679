"""Everything the stack sent since the last reset, kept in a file: the emulator forgets it when it stops."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from .clients import Clients
from .layout import Folders, named
from .seed import OUTBOX_QUEUE

EVERY_SECONDS = 1.0
# A sender writes down what a mail was about only after it was sent.
CASE_KNOWN_SECONDS = 15.0
Message = dict[str, Any]


class Outbox:
    """Collects mails, texts, topic messages and what was sent to webhooks, and answers them oldest first."""

    def __init__(self, folders: Folders, clients: Clients) -> None:
        self._file = folders.outbox
        self._clients = clients
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._messages = list(self._read())
        self._seen = {str(message["id"]) for message in self._messages}
        self._waiting: list[Message] = []

    def start(self) -> None:
        """Begins to collect in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Collects a last time and ends; call it before the emulator stops."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self._collect_quietly(webhooks=True)

    def messages(self) -> list[Message]:
        """All messages in the public shape, what was sent a moment ago included."""
        self._collect_quietly(webhooks=True)
        with self._lock:
            everything = self._messages + self._waiting
            return [{key: value for key, value in message.items() if key != "id"} for message in everything]

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            self._collect_quietly()

    def _collect_quietly(self, *, webhooks: bool = False) -> None:
        # The emulator may be starting or stopping; the next round finds what this one missed.
        with self._lock, contextlib.suppress(httpx.HTTPError, BotoCoreError, ClientError):
            for message in chain(self._new(), self._webhooks() if webhooks else ()):
                self._seen.add(message["id"])
                self._messages.append(message)
                with self._file.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(message, ensure_ascii=False) + "\n")

    def _new(self) -> Iterator[Message]:
        yield from self._mails()
        for sent in self._told("/_ministack/sns/sms-messages"):
            if sent.get("MessageId") not in self._seen:
                yield _message(sent["MessageId"], _now(), "sms", sent.get("PhoneNumber"), "", sent.get("Message"))
        yield from self._topic_messages()

    def _mails(self) -> Iterator[Message]:
        self._waiting = []
        told = sorted(self._told("/_ministack/ses/messages"), key=lambda mail: float(mail["Timestamp"]))
        for sent in told:
            if sent["MessageId"] in self._seen:
                continue
            mail = self._mail(sent)
            waited = time.time() - float(sent["Timestamp"])
            if mail["case_id"] is None and waited < CASE_KNOWN_SECONDS and not self._stopping.is_set():
                self._waiting.append(mail)
            else:
                yield mail

    def _told(self, path: str) -> list[dict[str, Any]]:
        accounts = httpx.get(f"{self._clients.endpoint}{path}", timeout=5).json().get("messages", {})
        lists = accounts.values() if isinstance(accounts, dict) else [accounts]
        return [message for messages in lists for message in messages]

    def _mail(self, sent: dict[str, Any]) -> Message:
        at = datetime.fromtimestamp(float(sent["Timestamp"]), UTC)
        to = ", ".join(sent["To"] + sent.get("CC", []) + sent.get("BCC", []))
        text = sent.get("BodyText") or sent.get("BodyHtml") or ""
        case_id = self._case_of(str(sent["MessageId"]))
        return _message(sent["MessageId"], _iso(at), "email", to, sent["Subject"], text, case_id)

    def _case_of(self, message_id: str) -> str | None:
        found = self._clients.of("dynamodb").query(
            TableName=named("deliveries"),
            IndexName="by_message",
            KeyConditionExpression="message_id = :id",
            ExpressionAttributeValues={":id": {"S": message_id}},
        )["Items"]
        return found[0].get("case_id", {}).get("S") if found else None

    def _topic_messages(self) -> Iterator[Message]:
        sqs = self._clients.of("sqs")
        url = sqs.get_queue_url(QueueName=named(OUTBOX_QUEUE))["QueueUrl"]
        while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for each in received:
                told = json.loads(each["Body"])
                if told["MessageId"] not in self._seen:
                    topic = told["TopicArn"].rpartition(":")[2]
                    case_id = _case_in(told["Message"])
                    subject = told.get("Subject") or ""
                    yield _message(
                        told["MessageId"], told["Timestamp"], "topic", topic, subject, told["Message"], case_id
                    )
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])

    def _webhooks(self) -> Iterator[Message]:
        """Every attempt to reach one: only when somebody looks, since finding the subscriptions reads a whole table."""
        wanted = "begins_with(pk, :subscriptions) AND kind = :webhook"
        for found in self._items("scan", "registry", "FilterExpression", wanted, "SUBS#", webhook="webhook"):
            subscription_id = found["sk"]["S"]
            log = f"PUSHLOG#{subscription_id}"
            for item in self._items("query", "deliveries", "KeyConditionExpression", "pk = :subscriptions", log):
                attempt = {name: next(iter(value.values())) for name, value in item.items()}
                message_id = f"{subscription_id}/{attempt['sk']}"
                if message_id in self._seen:
                    continue
                told = {name: attempt[name] for name in ("event_id", "outcome", "status", "error") if name in attempt}
                text, case_id = json.dumps(told), attempt.get("case_id")
                to, subject = found["target"]["S"], attempt["type"]
                yield _message(message_id, attempt["at"], "webhook", to, subject, text, case_id)

    def _items(self, read: str, table: str, name: str, condition: str, key: str, **more: str) -> list[dict[str, Any]]:
        values = {":subscriptions": {"S": key}, **{f":{each}": {"S": value} for each, value in more.items()}}
        pages = (
            self._clients.of("dynamodb")
            .get_paginator(read)
            .paginate(TableName=named(table), ExpressionAttributeValues=values, **{name: condition})
        )
        return [item for page in pages for item in page["Items"]]

    def _read(self) -> Iterator[Message]:
        if not self._file.exists():
            return
        for line in self._file.read_text("utf-8").split("\n"):
            # A kill in the middle of a write leaves half a line behind.
            with contextlib.suppress(ValueError):
                yield json.loads(line)


def _message(
    message_id: str, at: str, channel: str, to: Any, subject: str, text: Any, case_id: str | None = None
) -> Message:
    return {
        "id": message_id,
        "at": at,
        "channel": channel,
        "to": to,
        "subject": subject,
        "text": text,
        "case_id": case_id,
    }


def _case_in(text: str) -> str | None:
    with contextlib.suppress(ValueError, AttributeError):
        case_id = json.loads(text).get("case_id")
        return str(case_id) if case_id else None
    return None


def _now() -> str:
    return _iso(datetime.now(UTC))


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
