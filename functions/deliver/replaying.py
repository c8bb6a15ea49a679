"""Sending again what a municipality asks for: an event, a case, or what came in between two moments, step by step.

Only cursors are set back; what is sent then goes the way of everything else, so order per case holds here, too: with
an event goes what has happened to its case since.

What was asked for has an id, `again`. Without one, after a time without sending, whatever has come in since is looked
at, and nothing is set back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from events import parse
from synpunkt import clock
from synpunkt.clock import from_iso
from synpunkt.push import State, Subscription
from synpunkt.push_queue import LONGEST_WAIT, PushQueue
from synpunkt.stores.feed import FeedEntry, FeedStore
from synpunkt.stores.pushes import PushStore
from synpunkt.stores.subscriptions import SubscriptionStore

# Some five writes each.
_ENTRIES_A_STEP = 100
_A_MOMENT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Replaying:
    """Sets cursors back. Safe to repeat: what was sent again twice has the same ids."""

    subscriptions: SubscriptionStore
    pushes: PushStore
    feed: FeedStore
    queue: PushQueue

    def replay(self, asked: Mapping[str, Any]) -> None:
        """One step of what was asked for, and the question for the next."""
        code, subscription_id = asked["municipality"], asked["subscription_id"]
        subscription = self.subscriptions.get(code, subscription_id)
        if subscription is None or subscription.state is not State.ACTIVE:
            return
        hold = self.pushes.take(subscription_id, clock.now())
        if hold is None:
            # Whoever is sending would write its own cursor over ours.
            self.queue.ask("replay", code, subscription_id, _rest(asked), at=clock.now() + _A_MOMENT)
            return
        try:
            rest = self._step(subscription, asked)
        finally:
            self.pushes.let_go(hold)
        if rest is not None:
            # What was written before the subscription went again may reach the feed only now: its queue's last try
            # comes so late. It then stands behind everything that has been looked at.
            at = clock.now() + LONGEST_WAIT if rest.get("late") else None
            self.queue.ask("replay", code, subscription_id, {**_rest(asked), **rest}, at=at)
        self.queue.send(code, subscription_id)

    def _step(self, subscription: Subscription, asked: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Where to go on; `None` when that was all."""
        if "case_id" in asked:
            before = asked.get("sequence", 1) - 1
            self._rewind(subscription, asked, asked["case_id"], before)
            return None
        code, until = subscription.municipality, from_iso(asked["to"]) if asked["again"] else None
        after = asked.get("after")
        if after is None:
            after = self.feed.came_in(code, from_iso(asked["from"]))
        page = self.feed.read(code, after=after, limit=_ENTRIES_A_STEP, now=clock.now())
        firsts: dict[str, int] = {}
        for entry in page.entries:
            if until is None or entry.came_in <= until:
                self._first(subscription, entry, firsts)
        for case_id, sequence in firsts.items():
            if asked["again"]:
                self._rewind(subscription, asked, case_id, sequence - 1)
            else:
                self.pushes.wake(subscription.subscription_id, case_id, clock.now())
        if until is not None and any(entry.came_in > until for entry in page.entries):
            return None
        if page.through != after:
            return {"after": page.through}
        return None if asked["again"] or asked.get("late") else {"after": after, "late": True}

    def _rewind(self, subscription: Subscription, asked: Mapping[str, Any], case_id: str, before: int) -> None:
        self.pushes.rewind(subscription.subscription_id, case_id, before, asked=asked["again"], now=clock.now())

    def _first(self, subscription: Subscription, entry: FeedEntry, firsts: dict[str, int]) -> None:
        event = parse(entry.event)
        if subscription.wants(event, entry.departments.get(subscription.municipality)):
            firsts[event.case_id] = min(event.sequence, firsts.get(event.case_id, event.sequence))


def _rest(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in asked.items() if name not in ("do", "municipality", "subscription_id")}
