"""How one message reaches a subscriber, by its kind, and what that says in words of our own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Protocol

from functions.deliver.hosted import HostedQueues, OtherBuses, Refused
from functions.deliver.web import Answer, Poster
from synpunkt import clock
from synpunkt.identity import TokenMaker
from synpunkt.push import Kind, Subscription, secrets_in_force, signatures
from synpunkt.stores.pushes import Attempt

# A subscriber may ask for so much patience and no more: what it was to get is given up after a day.
_LONGEST_WAIT = timedelta(hours=1)
_REASONS = {
    HTTPStatus.UNAUTHORIZED: "refused",
    HTTPStatus.FORBIDDEN: "refused",
    HTTPStatus.NOT_FOUND: "refused",
    HTTPStatus.GONE: "gone",
    HTTPStatus.TOO_MANY_REQUESTS: "too_many",
}


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: an event, or something of ours about the subscription. Sent again, `message_id` stays the same."""

    message_id: str
    type: str
    body: bytes

    @classmethod
    def of(cls, message_id: str, type_: str, content: Mapping[str, Any]) -> Message:
        """A message of ours, with that content as JSON."""
        return cls(message_id, type_, json.dumps(content, ensure_ascii=False).encode())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message. `gone`: it says that it wants no more (410). `body`: of the answer, as far as read."""

    ok: bool
    status: int | None = None
    error: str | None = None
    duration_ms: int = 0
    retry_after: timedelta | None = None
    gone: bool = False
    body: bytes = b""


class Sender(Protocol):
    """Sends one message to a subscriber."""

    def __call__(self, subscription: Subscription, message: Message) -> Outcome:
        """One try; never raises for what the other side does."""


@dataclass(frozen=True, slots=True)
class Senders:
    """One for each kind."""

    poster: Poster
    tokens: TokenMaker
    queues: HostedQueues
    buses: OtherBuses

    def __call__(self, subscription: Subscription, message: Message) -> Outcome:
        """One try to have the message reach the subscriber."""
        if subscription.kind is Kind.WEBHOOK:
            return self._signed(subscription, message)
        if subscription.kind is Kind.SQS:
            return _timed(lambda: self.queues.put(subscription, message.type, message.body))
        return _timed(lambda: self.buses.put(subscription, message.type, message.body))

    def post(self, subscription: Subscription, message: Message, timestamp: int, signed: str) -> Outcome:
        """One try with a webhook, with whatever signature."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Synpunkt",
            "webhook-id": message.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signed,
        }
        return outcome_of(self.poster.post(subscription.target, message.body, headers))

    def _signed(self, subscription: Subscription, message: Message) -> Outcome:
        now = clock.now()
        timestamp = int(now.timestamp())
        secrets = secrets_in_force(self.tokens, subscription, now)
        signed = signatures(secrets, message.message_id, timestamp, message.body)
        return self.post(subscription, message, timestamp, signed)


def trial_line(message: Message, outcome: Outcome) -> Attempt:
    """The line of the log for what was sent to try a subscriber out: under the id that it was sent with, of no case."""
    return Attempt(
        outcome="delivered" if outcome.ok else "failed",
        event_id=message.message_id,
        type=message.type,
        status=outcome.status,
        error=outcome.error,
        duration_ms=outcome.duration_ms,
    )


def outcome_of(answer: Answer) -> Outcome:
    """What an answer says: 2xx is a receipt, whatever else it holds; anything else is none."""
    if answer.status is None:
        return Outcome(False, None, answer.error, answer.duration_ms)
    ok = HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
    error = ("answer_too_long" if answer.cut else None) if ok else _reason(answer.status)
    return Outcome(
        ok,
        answer.status,
        error,
        answer.duration_ms,
        None if ok else _retry_after(answer.retry_after),
        answer.status == HTTPStatus.GONE,
        answer.body,
    )


def _reason(status: int) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return "redirect"
    if status in _REASONS:
        return _REASONS[HTTPStatus(status)]
    return "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "not_accepted"


def _retry_after(header: str | None) -> timedelta | None:
    if header is None or not header.strip().isdecimal() or len(header) > 9:
        return None
    return min(timedelta(seconds=int(header)), _LONGEST_WAIT)


def _timed(put: Callable[[], None]) -> Outcome:
    began = time.monotonic()
    try:
        put()
    except Refused as refused:
        return Outcome(False, None, str(refused), round((time.monotonic() - began) * 1000))
    return Outcome(True, None, None, round((time.monotonic() - began) * 1000))
