"""What is to be done for a subscription: sending what waits, a challenge, a test, sending again, ending it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.deliver.closing import Closing
from functions.deliver.conformance import Conformance
from functions.deliver.endpoints import Endpoints
from functions.deliver.hosted import HostedQueues, OtherBuses
from functions.deliver.listeners import Listeners
from functions.deliver.pushing import Pushing
from functions.deliver.receipts import Receipts
from functions.deliver.replaying import Replaying
from functions.deliver.senders import Senders
from functions.deliver.settings import PushSettings
from functions.deliver.web import Poster
from synpunkt.bus import queue_handler
from synpunkt.mail import Mailer, mailer_of
from synpunkt.push_queue import PushQueue
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.due import DueStore
from synpunkt.stores.feed import FeedStore
from synpunkt.stores.pushes import PushStore
from synpunkt.stores.staff import StaffStore
from synpunkt.stores.subscriptions import SubscriptionStore
from synpunkt.stores.timeline import TimelineStore


@cache
def settings() -> PushSettings:
    """The settings of this process."""
    return PushSettings.from_env()


@cache
def subscriptions() -> SubscriptionStore:
    """Who wants what."""
    return SubscriptionStore(settings().registry_table)


@cache
def pushes() -> PushStore:
    """What was sent, and what waits."""
    return PushStore(settings().deliveries_table)


@cache
def queue() -> PushQueue:
    """Where the next step is asked for."""
    return PushQueue(settings().push_queue_url, settings().sandbox_push_queue_url)


@cache
def senders() -> Senders:
    """The ways to subscribers."""
    stage = settings().stage
    tokens = token_maker(settings().token_secret_id)
    return Senders(Poster(local=stage == "local"), tokens, HostedQueues(stage), OtherBuses())


@cache
def receipts() -> Receipts:
    """What a push says about a case."""
    return Receipts(CaseStore(settings().cases_table))


@cache
def pushing() -> Pushing:
    """Sending, with its stores."""
    table = settings().cases_table
    timeline, due = TimelineStore(table), DueStore(table)
    return Pushing(subscriptions(), pushes(), CaseStore(table), timeline, due, queue(), senders(), receipts())


@cache
def endpoints() -> Endpoints:
    """Challenges and tests."""
    return Endpoints(subscriptions(), pushes(), queue(), senders().queues, Listeners(subscriptions()), senders())


@cache
def replaying() -> Replaying:
    """Sending again."""
    return Replaying(subscriptions(), pushes(), FeedStore(settings().deliveries_table), queue())


@cache
def closing() -> Closing:
    """What is left to do at the end."""
    staff = StaffStore(settings().registry_table)
    ways = (queue(), senders().queues, receipts())
    return Closing(subscriptions(), pushes(), staff, *ways, _mailer, settings().public_url)


def react(message: Mapping[str, Any]) -> None:
    """Does one thing for one subscription."""
    which = message["municipality"], message["subscription_id"]
    match message["do"]:
        case "send":
            pushing().work(*which)
        case "challenge" | "test" | "check" as what:
            _try_out(what, *which)
        case "replay":
            replaying().replay(message)
        case "leave":
            Listeners(subscriptions()).unsubscribe(which[0], message["target"])
        case "close":
            closing().close(*which)
        case _:
            raise LookupError("nobody knows what to do")


def _try_out(what: str, code: str, subscription_id: str) -> None:
    """Asks the endpoint one thing; whoever wants to may then ask the next."""
    try:
        match what:
            case "challenge":
                endpoints().challenge(code, subscription_id)
            case "test":
                endpoints().test(code, subscription_id)
            case _:
                Conformance(subscriptions(), pushes(), senders()).check(code, subscription_id)
    finally:
        pushes().end_trial(subscription_id)


def _mailer() -> Mailer:
    return mailer_of(settings(), token_maker(settings().token_secret_id))


handler = queue_handler(react)
