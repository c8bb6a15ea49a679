"""Whether a subscriber is there: the challenge that sets a subscription going, and a test event at any time."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from functions.deliver.hosted import HostedQueues, Refused
from functions.deliver.listeners import Listeners
from functions.deliver.senders import Message, Outcome, Sender, trial_line
from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.push import TRIED_FOR, Kind, State, Subscription
from synpunkt.push_queue import PushQueue
from synpunkt.stores.pushes import PushStore
from synpunkt.stores.subscriptions import SubscriptionStore

logger = Logger()

CHALLENGE, TEST = "Challenge", "TestEvent"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Asks them. Safe to repeat."""

    subscriptions: SubscriptionStore
    pushes: PushStore
    queue: PushQueue
    queues: HostedQueues
    listeners: Listeners
    send: Sender

    def challenge(self, code: str, subscription_id: str) -> None:
        """Sets the subscription going when its endpoint answers as one does that wants to be sent to."""
        subscription = self.subscriptions.get(code, subscription_id)
        if subscription is None or subscription.state is not State.UNVERIFIED:
            return
        message, outcome = self._asked(subscription)
        self.pushes.log(subscription_id, trial_line(message, outcome), clock.now())
        if not outcome.ok:
            return
        self.pushes.answers(subscription_id)
        now, stopped = clock.now(), subscription.stopped_at
        # What happened while it did not go is sent now, as far as it was not; nobody is asked to remember it.
        if stopped is not None and subscription.kind is not Kind.SNS:
            self.queue.catch_up(code, subscription_id, max(stopped - TRIED_FOR, subscription.since))
        if self.subscriptions.change(subscription, state=State.ACTIVE, resumed_at=now, stopped_at=None) is None:
            logger.warning("changed while it was asked", subscription_id=subscription_id)

    def test(self, code: str, subscription_id: str) -> None:
        """Sends an event about nothing; what came of it stands in the log."""
        subscription = self.subscriptions.get(code, subscription_id)
        # Nobody who has not answered a challenge is sent anything else.
        if subscription is None or subscription.state is State.UNVERIFIED:
            return
        message = _test_event(subscription)
        outcome = self.send(subscription, message)
        self.pushes.log(subscription_id, trial_line(message, outcome), clock.now())
        if outcome.ok:
            # Whoever mended something and tries it out need not wait for the next try.
            self.pushes.answers(subscription_id)
            self.queue.send(code, subscription_id)

    def _asked(self, subscription: Subscription) -> tuple[Message, Outcome]:
        if subscription.kind is not Kind.WEBHOOK:
            message = _test_event(subscription)
            return message, self._opened(subscription, message)
        challenge = secrets.token_urlsafe(24)
        content = {"type": CHALLENGE, "subscription_id": subscription.subscription_id, "challenge": challenge}
        message = Message.of(f"challenge_{clock.new_id()}", CHALLENGE, content)
        outcome = self.send(subscription, message)
        if outcome.ok and not _echoes(outcome.body, challenge):
            outcome = Outcome(False, outcome.status, "wrong_answer", outcome.duration_ms)
        return message, outcome

    def _opened(self, subscription: Subscription, message: Message) -> Outcome:
        """Who may read a queue or put events on a bus is said in the account; a message shows that it was."""
        try:
            if subscription.kind is Kind.SNS:
                self.listeners.subscribe(subscription)
                return Outcome(True)
            if subscription.kind is Kind.SQS:
                self.queues.open(subscription)
        except Refused as refused:
            return Outcome(False, error=str(refused))
        return self.send(subscription, message)


def _test_event(subscription: Subscription) -> Message:
    event_id = clock.new_id()
    content = {
        "type": TEST,
        "event_id": event_id,
        "subscription_id": subscription.subscription_id,
        "municipality": subscription.municipality,
        "occurred_at": to_iso(clock.now()),
        "test": True,
    }
    return Message.of(event_id, TEST, content)


def _echoes(body: bytes, challenge: str) -> bool:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and answer.get("challenge") == challenge
