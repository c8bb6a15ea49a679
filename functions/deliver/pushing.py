"""Sending what waits for a subscriber: case by case, each case in order, one function at a time.

A case's own cursor says what the subscriber has of it, and its timeline what there is: the event that was heard is
only the reason to look. So nothing that came late, twice or in the wrong order is sent so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from aws_lambda_powertools import Logger
from pydantic import ValidationError

from events import Envelope
from functions.deliver.audience import departments_of
from functions.deliver.receipts import Receipts
from functions.deliver.senders import Message, Outcome, Sender
from synpunkt import clock
from synpunkt.clock import from_iso
from synpunkt.metrics import count
from synpunkt.push import TRIED_FOR, Health, State, Subscription, delay_after
from synpunkt.push_queue import LONGEST_WAIT, PushQueue
from synpunkt.sandbox import is_sandbox
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.due import DueStore
from synpunkt.stores.pushes import Attempt, Cursor, Hold, PushStore, Waiting
from synpunkt.stores.subscriptions import SubscriptionStore
from synpunkt.stores.timeline import TimelineStore

logger = Logger()

# Nothing new is begun after so long; what is going on may take ten seconds more.
WORK_SECONDS = 35.0
_CASES_A_READ = 25
_EVENTS_A_READ = 50


class Next(Enum):
    """What to do after a case."""

    GO_ON = auto()
    LEAVE_ALONE = auto()


@dataclass(frozen=True, slots=True)
class Pushing:
    """Sends. Safe to repeat, and several at once: one has the right to, the others leave it to that one."""

    subscriptions: SubscriptionStore
    pushes: PushStore
    cases: CaseStore
    timeline: TimelineStore
    due: DueStore
    queue: PushQueue
    send: Sender
    receipts: Receipts
    work_seconds: float = WORK_SECONDS

    def work(self, code: str, subscription_id: str) -> None:
        """Sends what waits for the subscriber, as far as there is time, and sees to it that the rest is sent, too."""
        if self._going(code, subscription_id) is None:
            return
        hold = self.pushes.take(subscription_id, clock.now())
        if hold is None:
            return
        try:
            until = time.monotonic() + self.work_seconds
            while True:
                # Read anew each time: it may have ended since.
                subscription = self._going(code, subscription_id)
                if subscription is not None:
                    self._work(subscription, hold, until)
                if self.pushes.release(hold):
                    break
        except BaseException:
            self.pushes.let_go(hold)
            raise
        if subscription is not None:
            self._again(subscription, hold.health)

    def _going(self, code: str, subscription_id: str) -> Subscription | None:
        found = self.subscriptions.get(code, subscription_id)
        return found if found is not None and found.state is State.ACTIVE else None

    def _work(self, subscription: Subscription, hold: Hold, until: float) -> None:
        while time.monotonic() < until:
            waiting = self.pushes.waiting(subscription.subscription_id, until=clock.now(), limit=_CASES_A_READ)
            if not waiting:
                return
            for each in waiting:
                if time.monotonic() >= until or self._case(subscription, hold, each, until) is Next.LEAVE_ALONE:
                    return

    def _again(self, subscription: Subscription, health: Health) -> None:
        """Has the rest looked at when its time comes: by the queue when that is soon, else by the due-index."""
        code, subscription_id, now = subscription.municipality, subscription.subscription_id, clock.now()
        left = self.pushes.waiting(subscription_id, until=None, limit=1)
        if not left:
            return
        if health.open_until is not None and health.is_left_alone(now):
            # One item, however many events are heard meanwhile.
            self.due.push(code, subscription_id, max(left[0].at, health.open_until))
        elif left[0].at - now <= LONGEST_WAIT:
            self.queue.send(code, subscription_id, at=left[0].at)
        else:
            self.due.push(code, subscription_id, left[0].at)

    def _case(self, subscription: Subscription, hold: Hold, waiting: Waiting, until: float) -> Next:
        cursor = self.pushes.cursor(subscription.subscription_id, waiting.case_id)
        attempts, reached = cursor.attempts, cursor.sent or 0
        for sequence, event in self._unsent(subscription, waiting.case_id, cursor):
            if time.monotonic() >= until:
                return Next.GO_ON
            now = clock.now()
            if event is None:
                reached = sequence
                continue
            if now >= _limit(subscription, cursor, event) and (attempts or hold.health.failures):
                self._give_up(subscription, event, attempts)
            elif hold.health.is_left_alone(now):
                return Next.LEAVE_ALONE
            else:
                outcome = self.send(subscription, Message(event.event_id, event.type, event.as_json().encode()))
                if not outcome.ok:
                    return self._failed(subscription, hold, waiting, event, outcome, attempts + 1)
                self._arrived(hold, event, outcome, attempts + 1)
            attempts, reached = 0, sequence
        self.pushes.done(subscription.subscription_id, waiting, cursor, reached)
        return Next.GO_ON

    def _unsent(
        self, subscription: Subscription, case_id: str, cursor: Cursor
    ) -> Iterator[tuple[int, Envelope | None]]:
        """What the subscriber has not got of the case, in order; `None` in the place of what is not for it."""
        sequence = cursor.sent or 0
        while found := self.timeline.after(case_id, sequence, limit=_EVENTS_A_READ):
            for entry in found:
                sequence = entry["sequence"]
                if cursor.sent is None and from_iso(entry["occurred_at"]) < subscription.since:
                    yield sequence, None
                    continue
                try:
                    event = Envelope.of(entry)
                except (ValidationError, KeyError):
                    # `publish` has counted it: what follows waits until it can be told, for order's sake.
                    logger.warning("waits for an entry that cannot be told", case_id=case_id)
                    return
                yield sequence, event if self._is_wanted(subscription, event) else None

    def _is_wanted(self, subscription: Subscription, event: Envelope) -> bool:
        asked = subscription.filter.departments and subscription.may_want(event)
        departments = departments_of(event, self.cases) if asked else {}
        return subscription.wants(event, departments.get(subscription.municipality))

    def _arrived(self, hold: Hold, event: Envelope, outcome: Outcome, attempt: int) -> None:
        if hold.health.failures:
            self.pushes.recovered(hold)
        line = _line("delivered", event, outcome, attempt)
        # In this order: sent once more does less harm than a case that nobody is known to have.
        self.receipts.arrived(hold.subscription_id, event)
        self.pushes.dealt_with(hold.subscription_id, line, clock.now())

    def _give_up(self, subscription: Subscription, event: Envelope, attempts: int) -> None:
        """The case goes to whoever is next, and the subscriber may ask for it again."""
        logger.warning("given up", case_id=event.case_id, subscription_id=subscription.subscription_id)
        # Nobody is woken for what somebody tries out.
        if not is_sandbox(subscription.municipality):
            count("PushGivenUp")
        self.receipts.not_reached(subscription.subscription_id, event)
        line = _line("given_up", event, Outcome(False, error="too_late"), attempts)
        self.pushes.dealt_with(subscription.subscription_id, line, clock.now())

    def _failed(
        self, subscription: Subscription, hold: Hold, waiting: Waiting, event: Envelope, outcome: Outcome, attempt: int
    ) -> Next:
        now = clock.now()
        health = hold.health.failed(event.case_id, now, outcome.retry_after)
        again = max(now + delay_after(attempt), now + (outcome.retry_after or delay_after(1)))
        self.pushes.failed(hold, waiting, _line("failed", event, outcome, attempt), health, again)
        if outcome.gone or health.has_failed_for_good(now):
            self._disable(subscription)
            return Next.LEAVE_ALONE
        return Next.LEAVE_ALONE if health.is_left_alone(now) else Next.GO_ON

    def _disable(self, subscription: Subscription) -> None:
        """No more is sent, what waited goes to whoever is next, and the municipality's admins are told."""
        code, subscription_id = subscription.municipality, subscription.subscription_id
        ended = self.subscriptions.change(subscription, state=State.DISABLED, stopped_at=clock.now())
        if ended is None:
            # Its admin changed it at this very moment: the next failure decides.
            return
        logger.warning("subscription ended", municipality=code, subscription_id=subscription_id)
        self.queue.ask("close", code, subscription_id)


def _limit(subscription: Subscription, cursor: Cursor, event: Envelope) -> datetime:
    """When an event is given up: a day after it happened, was asked for again, or could be sent again."""
    begun = (from_iso(event.occurred_at), cursor.reset_at, subscription.resumed_at)
    return max(each for each in begun if each is not None) + TRIED_FOR


def _line(outcome: str, event: Envelope, what: Outcome, attempt: int) -> Attempt:
    return Attempt(
        outcome=outcome,
        event_id=event.event_id,
        type=event.type,
        case_id=event.case_id,
        sequence=event.sequence,
        attempt=attempt,
        status=what.status,
        error=what.error,
        duration_ms=what.duration_ms,
    )
