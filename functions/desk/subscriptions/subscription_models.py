"""Subscriptions as they come in and go out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from functions.desk.staff.staff_models import Name
from synpunkt.http.incoming import Strict
from synpunkt.lifecycle import EventType, Kind

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Ulid = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
Target = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
SubscriptionKind = Literal["webhook", "sqs", "eventbridge", "sns"]


class FilterIn(Strict):
    """Which events are sent; a list left out, or empty, takes all."""

    types: Annotated[list[EventType], Field(max_length=60)] = []
    categories: Annotated[list[Id], Field(max_length=100)] = []
    kinds: Annotated[list[Kind], Field(max_length=5)] = []
    departments: Annotated[list[Id], Field(max_length=50)] = []


class SubscriptionIn(Strict):
    """A subscription to make.

    `target`: of a webhook its address (https), of `sqs` the AWS account that may read the queue we make, of
    `eventbridge` the ARN of your bus, of `sns` the ARN of the queue or function that listens to your topic.
    """

    name: Name
    kind: SubscriptionKind
    target: Target
    filter: FilterIn = FilterIn()


class SubscriptionPatch(Strict):
    """What changes; what is left out stays. Another `target` has to answer a challenge first."""

    name: Name = ""
    target: Target = ""
    filter: FilterIn = FilterIn()
    paused: bool = False


class FilterOut(BaseModel):
    """Which events are sent; an empty list takes all."""

    types: list[str]
    categories: list[str]
    kinds: list[str]
    departments: list[str]


class SubscriptionOut(BaseModel):
    """A subscription. `queue`: what the queue of `sqs` is called.

    `failing_since`: nothing has arrived since then; `left_alone_until`: nothing is tried before then.
    """

    subscription_id: str
    name: str
    kind: SubscriptionKind
    target: str
    queue: str | None = None
    filter: FilterOut
    state: Literal["unverified", "active", "paused", "disabled"]
    created_at: str
    created_by: str
    failing_since: str | None = None
    left_alone_until: str | None = None


class SubscriptionMade(SubscriptionOut):
    """A new subscription. `secret`: what a webhook's messages are signed with, told this once."""

    secret: str | None = None


class SubscriptionList(BaseModel):
    """A municipality's subscriptions, the oldest first."""

    subscriptions: list[SubscriptionOut]


class SecretMade(BaseModel):
    """A new secret, told this once. `before_until`: so long messages are signed with the one before, too."""

    secret: str
    before_until: str


class AttemptOut(BaseModel):
    """One attempt to send. `status`: of the answer over HTTP; `error`: why it does not count as received."""

    attempt_id: str
    at: str
    outcome: Literal["delivered", "failed", "given_up"]
    type: str
    event_id: str
    case_id: str | None
    sequence: int | None
    attempt: int
    status: int | None
    error: str | None
    duration_ms: int


class AttemptList(BaseModel):
    """The newest attempts first. `next`: the `before` of the page behind; `null` at the end."""

    deliveries: list[AttemptOut]
    next: str | None


class ReplayIn(Strict):
    """What to send again: one event, one case, or what came in between `from` and `to` (now, when left out)."""

    event_id: Ulid | None = None
    case_id: Ulid | None = None
    since: Annotated[datetime | None, Field(alias="from")] = None
    until: Annotated[datetime | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _one_of(self) -> ReplayIn:
        if sum(each is not None for each in (self.event_id, self.case_id, self.since)) != 1:
            raise PydanticCustomError("one_of", "name one of them", {"field": "event_id"})
        if self.until is not None and self.since is None:
            raise PydanticCustomError("not_of_this_act", "goes with `from` alone", {"field": "to"})
        return self


class Nothing(Strict):
    """What is sent to where nothing is to be said."""


class Asked(BaseModel):
    """It is being done; what comes of it stands in the deliveries."""

    asked: Literal[True] = True


class Finding(BaseModel):
    """One thing that was tried. `ok`: it was as it should be; `null`: it could not be tried."""

    check: str
    ok: bool | None
    text: str
    status: int | None
    duration_ms: int | None


class ConformanceOut(BaseModel):
    """What the last check found, in words. `passed`: everything was tried and was as it should be."""

    at: str
    passed: bool
    findings: list[Finding]
