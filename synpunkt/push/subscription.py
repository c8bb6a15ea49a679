"""A subscription: which events of a municipality's go where, and whether they do just now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from events import Envelope

SENT_TYPES = frozenset({"CaseRouted", "CaseHandedOver", "HandOverReturned"})
"""The events by which somebody gets a case: who took one of them has it."""


class Kind(StrEnum):
    """How a subscriber is reached."""

    WEBHOOK = "webhook"
    SQS = "sqs"
    EVENTBRIDGE = "eventbridge"
    SNS = "sns"


class State(StrEnum):
    """`unverified` until its endpoint has answered a challenge; `paused` by its admin, `disabled` by us."""

    UNVERIFIED = "unverified"
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events; an empty set takes everything, of `categories` and `departments` also what has none."""

    types: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    def takes(self, event: Envelope, department: str | None) -> bool:
        """Whether the event is one of these. `department`: the one it concerns in the subscriber's municipality."""
        return (not self.types or event.type in self.types) and self.takes_case(event.category, event.kind, department)

    def takes_case(self, category: str | None, kind: str, department: str | None) -> bool:
        """Whether events of such a case may be among these."""
        asked = ((self.categories, category), (self.kinds, kind), (self.departments, department))
        return all(not wanted or value in wanted for wanted, value in asked)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One of a municipality's systems.

    `target`: a web address, an AWS account (`sqs`), or the ARN of a bus or of what listens to the topic (`sns`).

    `since`: what happened before it is not sent, unless it is asked for. `resumed_at`: when it was last set going,
    `stopped_at`: when it last was not. `version`: how often it was changed. `secret_version`: which secret signs.
    """

    subscription_id: str
    municipality: str
    name: str
    kind: Kind
    target: str
    filter: Filter
    state: State
    since: datetime
    created_at: datetime
    created_by: str
    version: int = 1
    secret_version: int = 1
    rotated_at: datetime | None = None
    resumed_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def takes_cases(self) -> bool:
        """Whether somebody gets a case by it: it is going, and is told of what was routed.

        Nobody tells us what SNS left out, so what listens to the topic has to be told of every case.
        """
        if self.kind is Kind.SNS:
            every = self.filter == Filter(self.filter.types) and (
                not self.filter.types or self.filter.types >= SENT_TYPES
            )
            return self.state is State.ACTIVE and every
        return self.state is State.ACTIVE and (not self.filter.types or bool(SENT_TYPES & self.filter.types))

    def wants(self, event: Envelope, department: str | None) -> bool:
        """Whether we send it the event, as things stand; what listens to the topic has it from there.

        `department`: the one that has the case, or had it last, in the subscriber's municipality.
        """
        going = self.state is State.ACTIVE and self.kind is not Kind.SNS
        return going and self.municipality in event.audience and self.filter.takes(event, department)

    def may_want(self, event: Envelope) -> bool:
        """As `wants`, as far as the event alone can tell: which department had a case handed over it does not say."""
        if event.municipality == self.municipality:
            return self.wants(event, event.department)
        anybody = replace(self, filter=replace(self.filter, departments=frozenset()))
        return anybody.wants(event, None)


def recipient(subscription_id: str) -> str:
    """The subscription in the chain of a case's recipients."""
    return f"push:{subscription_id}"
