"""Every event → what waits for each subscriber of the municipalities concerned."""

from __future__ import annotations

from functools import cache

from events import Envelope
from functions.deliver.settings import WakeSettings
from synpunkt import clock
from synpunkt.bus import event_handler
from synpunkt.push_queue import PushQueue
from synpunkt.stores.pushes import PushStore
from synpunkt.stores.subscriptions import SubscriptionStore


@cache
def settings() -> WakeSettings:
    """The settings of this process."""
    return WakeSettings.from_env()


@cache
def subscriptions() -> SubscriptionStore:
    """Who wants what."""
    return SubscriptionStore(settings().registry_table)


@cache
def queue() -> PushQueue:
    """Where sending is asked for."""
    return PushQueue(settings().push_queue_url, settings().sandbox_push_queue_url)


def react(event: Envelope) -> None:
    """Notes the case for whoever wants the event, and has it sent; safe to repeat."""
    pushes = PushStore(settings().deliveries_table)
    for code in event.audience:
        for each in subscriptions().of(code):
            if each.may_want(event):
                pushes.wake(each.subscription_id, event.case_id, clock.now())
                queue().send(code, each.subscription_id)


handler = event_handler(react)
