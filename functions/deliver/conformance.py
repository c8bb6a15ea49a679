"""Trying out a subscriber's endpoint with a made-up case, and what it did right or wrong."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from events import Envelope
from functions.deliver.senders import Message, Outcome, Senders, trial_line
from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.push import Kind, State, Subscription, signatures
from synpunkt.stores.pushes import PushStore
from synpunkt.stores.subscriptions import SubscriptionStore

# What is left then is told as not tried; the function has a minute.
_SECONDS = 40.0
_AN_HOUR = 3600
_QUICK_MS = 5000
_SCRIPT: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ReportSubmitted", {"channel": "api", "has_contact": False, "photos_expected": 0}),
    ("CaseAcknowledged", {}),
    ("WorkStarted", {}),
    ("CaseNudged", {"which": "answer", "due": "2026-01-01T00:00:00.000Z", "promised_by": "0000"}),
)
"""What happens to the case that never was."""


@dataclass(frozen=True, slots=True)
class Conformance:
    """Tries endpoints out. Each event of it says `"test": true`, and its case's number is `TEST`."""

    subscriptions: SubscriptionStore
    pushes: PushStore
    senders: Senders

    def check(self, code: str, subscription_id: str) -> None:
        """Runs the script, and keeps what was found."""
        subscription = self.subscriptions.get(code, subscription_id)
        if subscription is None or subscription.state is State.UNVERIFIED:
            return
        until = time.monotonic() + _SECONDS
        findings: list[dict[str, Any]] = []
        for name, message, attempt in _Script(self.senders, subscription).checks():
            if time.monotonic() >= until:
                findings.append({"check": name, "ok": None})
                continue
            ok, outcome = attempt(message)
            self.pushes.log(subscription_id, trial_line(message, outcome), clock.now())
            told = {"check": name, "ok": ok, "status": outcome.status, "duration_ms": outcome.duration_ms}
            findings.append(told)
        report = {"at": to_iso(clock.now()), "findings": findings}
        self.pushes.keep_report(subscription_id, report, clock.now())


Check = tuple[str, Message, Callable[[Message], tuple[bool, Outcome]]]


@dataclass(slots=True)
class _Script:
    senders: Senders
    subscription: Subscription
    case_id: str = field(default_factory=clock.new_id)

    def checks(self) -> Iterator[Check]:
        """Each thing to try: its name, what is sent, and how; in order."""
        first, second, third, fourth = (self._event(number, *each) for number, each in enumerate(_SCRIPT, 1))
        unknown = self._message({**self._envelope(5, "WorkStarted", {}), "type": "SomethingNew", "new_field": [1]})
        yield "received", first, self._taken
        yield "quick", second, self._quick
        yield "duplicate", first, self._taken
        yield "ahead", fourth, self._taken
        yield "late", third, self._taken
        yield "unknown", unknown, self._taken
        if self.subscription.kind is Kind.WEBHOOK:
            yield from self._signatures()

    def _signatures(self) -> Iterator[Check]:
        def another() -> Message:
            return self._event(6, "WorkStarted", {})

        both, strange, ours = [_strange(), self._secret()], [_strange()], [self._secret()]
        yield "two_signatures", another(), lambda each: self._signed(each, both, taken=True)
        yield "wrong_signature", another(), lambda each: self._signed(each, strange, taken=False)
        yield "old_timestamp", another(), lambda each: self._signed(each, ours, taken=False, age=_AN_HOUR)

    def _taken(self, message: Message) -> tuple[bool, Outcome]:
        outcome = self.senders(self.subscription, message)
        return outcome.ok, outcome

    def _quick(self, message: Message) -> tuple[bool, Outcome]:
        outcome = self.senders(self.subscription, message)
        return outcome.ok and outcome.duration_ms < _QUICK_MS, outcome

    def _signed(self, message: Message, keys: list[str], *, taken: bool, age: int = 0) -> tuple[bool, Outcome]:
        """What it makes of signatures that are not all ours. To refuse one is to answer 4xx, and not to fall over."""
        timestamp = int(clock.now().timestamp()) - age
        signed = signatures(keys, message.message_id, timestamp, message.body)
        outcome = self.senders.post(self.subscription, message, timestamp, signed)
        refused = outcome.status is not None and 400 <= outcome.status < 500
        return outcome.ok if taken else refused, outcome

    def _secret(self) -> str:
        return self.senders.tokens.webhook_secret(self.subscription.subscription_id, self.subscription.secret_version)

    def _event(self, sequence: int, type_: str, data: dict[str, Any]) -> Message:
        return self._message(self._envelope(sequence, type_, data))

    def _message(self, content: dict[str, Any]) -> Message:
        return Message.of(content["event_id"], content["type"], {**content, "test": True})

    def _envelope(self, sequence: int, type_: str, data: dict[str, Any]) -> dict[str, Any]:
        facts = {
            "type": type_,
            "event_id": clock.new_id(),
            "case_id": self.case_id,
            "reference": "TEST",
            "sequence": sequence,
            "occurred_at": to_iso(clock.now()),
            "kind": "fault",
            "category": "other",
            "municipality": self.subscription.municipality,
            "department": None,
            "visibility": "private",
            "audience": [self.subscription.municipality],
            "importance": "minor",
            "actor": "system",
            "data": data,
        }
        return Envelope.of(facts).model_dump(mode="json")


def _strange() -> str:
    """A secret that nobody was told."""
    return f"whsec_{secrets.token_hex(24)}"
