"""What a municipality's admin does with its subscriptions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from events import Envelope
from functions.desk.subscriptions.names import Names
from functions.desk.subscriptions.subscription_models import (
    AttemptList,
    AttemptOut,
    ConformanceOut,
    FilterIn,
    FilterOut,
    Finding,
    ReplayIn,
    SecretMade,
    SubscriptionIn,
    SubscriptionMade,
    SubscriptionOut,
    SubscriptionPatch,
)
from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.http.problem import Problem, not_found
from synpunkt.identity import Caller, TokenMaker
from synpunkt.push import OVERLAP, TRIED_FOR, Filter, Kind, State, Subscription, queue_name, target_fault
from synpunkt.push_queue import PushQueue
from synpunkt.stores.feed import KEPT, FeedStore
from synpunkt.stores.pushes import PushStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.staff import By, StaffStore
from synpunkt.stores.subscriptions import AT_MOST, SubscriptionStore
from synpunkt.stores.timeline import TimelineStore
from synpunkt.texts import text

# What a filter policy of SNS may multiply to: https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
_SNS_COMBINATIONS = 150
# Clocks differ a little.
_AHEAD = timedelta(minutes=5)
# A case that is sent has an event among its first.
_ENTRIES_A_READ = 50


@dataclass(frozen=True, slots=True)
class SubscriptionDesk:
    """A municipality's subscriptions, for somebody who may change them."""

    store: SubscriptionStore
    pushes: PushStore
    feed: FeedStore
    staff: StaffStore
    registry: RegistryStore
    timeline: TimelineStore
    queue: PushQueue
    tokens: TokenMaker
    stage: str

    def all(self, code: str) -> list[SubscriptionOut]:
        """The municipality's, oldest first."""
        return [self._out(each) for each in self.store.of(code)]

    def one(self, code: str, subscription_id: str) -> SubscriptionOut:
        """One of them. Raises `Problem` (404) for none of the municipality's."""
        return self._out(self._one(code, subscription_id))

    def make(self, caller: Caller, code: str, wanted: SubscriptionIn) -> SubscriptionMade:
        """A new one, asked at once whether it is there."""
        if len(self.store.of(code)) >= AT_MOST:
            raise Problem(HTTPStatus.CONFLICT, "too_many_subscriptions")
        now = clock.now()
        made = Subscription(
            subscription_id=clock.new_id(),
            municipality=code,
            name=wanted.name,
            kind=Kind(wanted.kind),
            target=self._target(Kind(wanted.kind), wanted.target),
            filter=self._filter(caller, code, wanted.filter, Kind(wanted.kind), Filter()),
            state=State.UNVERIFIED,
            since=now,
            created_at=now,
            created_by=caller.caller_id,
            # What happens until it answers the challenge is sent then.
            stopped_at=now,
        )
        self.store.add(made, self._noted(caller, made, "subscription_made", {"kind": [None, made.kind.value]}))
        self.queue.ask("challenge", code, made.subscription_id)
        secret = self.tokens.webhook_secret(made.subscription_id, 1) if made.kind is Kind.WEBHOOK else None
        return SubscriptionMade(**self._out(made).model_dump(), secret=secret)

    def change(self, caller: Caller, code: str, subscription_id: str, patch: SubscriptionPatch) -> SubscriptionOut:
        """Changes what is named. Raises `Problem`: 409 when somebody else is at it, or it does not go."""
        before, given, now = self._found(caller, code, subscription_id), patch.model_fields_set, clock.now()
        fields: dict[str, Any] = {}
        if "name" in given:
            fields["name"] = patch.name
        if "filter" in given:
            fields["filter"] = self._filter(caller, code, patch.filter, before.kind, before.filter)
        moved = "target" in given and patch.target != before.target
        if before.kind is Kind.SNS:
            # SNS filters for itself, so it is told; nothing of a topic can be held back.
            moved = moved or "filter" in given
            if patch.paused:
                raise Problem(HTTPStatus.CONFLICT, "topic_cannot")
        if moved:
            fields["target"] = self._target(before.kind, patch.target or before.target)
            fields |= {"state": State.UNVERIFIED, "stopped_at": before.stopped_at or now}
        elif "paused" in given:
            fields |= _paused(before, patch.paused, now)
        told = {name: [_plain(getattr(before, name)), _plain(value)] for name, value in fields.items()}
        resumed = fields.get("state") is State.ACTIVE
        if resumed and before.stopped_at is not None:
            # Asked for before it goes again, so that what happened meanwhile cannot be forgotten.
            self.queue.catch_up(code, subscription_id, before.stopped_at - TRIED_FOR)
        after = self.store.change(before, self._noted(caller, before, "subscription_changed", told), **fields)
        if after is None:
            raise Problem(HTTPStatus.CONFLICT, "subscription_changed")
        if moved:
            self._leave(before, unless=after.target)
            self.queue.ask("challenge", code, subscription_id)
        return self._out(after)

    def remove(self, caller: Caller, code: str, subscription_id: str) -> None:
        """Takes one away; cases that wait for it go to whoever is next."""
        found = self._found(caller, code, subscription_id)
        noted = self._noted(caller, found, "subscription_removed", {"kind": [found.kind.value, None]})
        if not self.store.remove(found, noted):
            raise Problem(HTTPStatus.CONFLICT, "subscription_changed")
        self._leave(found)
        self.queue.ask("close", code, subscription_id)

    def rotate(self, caller: Caller, code: str, subscription_id: str) -> SecretMade:
        """A new secret. The one before signs, too, for a day."""
        found, now = self._found(caller, code, subscription_id), clock.now()
        if found.kind is not Kind.WEBHOOK:
            raise Problem(HTTPStatus.CONFLICT, "no_webhook")
        version = found.secret_version + 1
        noted = self._noted(caller, found, "subscription_secret", {"secret_version": [found.secret_version, version]})
        if self.store.change(found, noted, secret_version=version, rotated_at=now) is None:
            raise Problem(HTTPStatus.CONFLICT, "subscription_changed")
        return SecretMade(
            secret=self.tokens.webhook_secret(subscription_id, version), before_until=to_iso(now + OVERLAP)
        )

    def verify(self, caller: Caller, code: str, subscription_id: str) -> None:
        """Asks the endpoint anew; one that we had ended goes again when it answers."""
        found = self._found(caller, code, subscription_id)
        if found.state not in (State.DISABLED, State.UNVERIFIED):
            raise Problem(HTTPStatus.CONFLICT, "is_verified")
        self._one_at_a_time(subscription_id)
        if found.state is State.DISABLED:
            noted = self._noted(caller, found, "subscription_changed", _told_state(found, State.UNVERIFIED))
            if self.store.change(found, noted, state=State.UNVERIFIED) is None:
                raise Problem(HTTPStatus.CONFLICT, "subscription_changed")
        self.queue.ask("challenge", code, subscription_id)

    def ask(self, caller: Caller, code: str, subscription_id: str, what: str) -> None:
        """Has a test or a check done.

        Raises `Problem` (409) for an endpoint that never answered a challenge, or is being tried out.
        """
        found = self._found(caller, code, subscription_id)
        _not_of_a_topic(found)
        if found.state is State.UNVERIFIED:
            raise Problem(HTTPStatus.CONFLICT, "not_verified")
        self._one_at_a_time(subscription_id)
        self.queue.ask(what, code, subscription_id)

    def replay(self, caller: Caller, code: str, subscription_id: str, wanted: ReplayIn) -> None:
        """Has it sent again. Raises `Problem`: 409 for one that does not go, 404 for what it is not told of."""
        found = self._found(caller, code, subscription_id)
        _not_of_a_topic(found)
        if found.state is not State.ACTIVE:
            raise Problem(HTTPStatus.CONFLICT, "not_active")
        self.queue.ask("replay", code, subscription_id, {**self._what_again(found, wanted), "again": clock.new_id()})

    def attempts(self, caller: Caller, code: str, subscription_id: str, before: str | None, limit: int) -> AttemptList:
        """The newest attempts of 30 days; one read."""
        self._found(caller, code, subscription_id)
        found = self.pushes.attempts(subscription_id, before=before, limit=limit)
        rows = [
            AttemptOut.model_validate({name: getattr(each, name) for name in AttemptOut.model_fields}) for each in found
        ]
        return AttemptList(deliveries=rows, next=rows[-1].attempt_id if len(rows) == limit else None)

    def report(self, caller: Caller, code: str, subscription_id: str, language: str) -> ConformanceOut:
        """What the last check found, in words. Raises `Problem` (404) before the first."""
        found = self._found(caller, code, subscription_id)
        report = self.pushes.report(subscription_id)
        if report is None:
            raise not_found()
        return ConformanceOut(
            at=report["at"],
            passed=all(each["ok"] for each in report["findings"]),
            findings=[_finding(each, found.kind, language) for each in report["findings"]],
        )

    # ---- parts -----------------------------------------------------------------------------------------------

    def _found(self, caller: Caller, code: str, subscription_id: str) -> Subscription:
        """One that tells no more than the caller sees themselves. Raises `Problem`: 404 for none, 403 for others."""
        found = self._one(code, subscription_id)
        if not caller.covers(found.filter.departments):
            raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
        return found

    def _one(self, code: str, subscription_id: str) -> Subscription:
        found = self.store.get(code, subscription_id)
        if found is None:
            raise not_found()
        return found

    def _one_at_a_time(self, subscription_id: str) -> None:
        """A slow endpoint keeps a function busy for as long as it is asked; one at a time is enough for anybody."""
        wait = self.pushes.begin_trial(subscription_id, clock.now())
        if wait is not None:
            after = max(1, math.ceil(wait.total_seconds()))
            raise Problem(HTTPStatus.CONFLICT, "being_tried", headers={"Retry-After": str(after)})

    def _leave(self, subscription: Subscription, *, unless: str | None = None) -> None:
        """What listened to the topic is told nothing more."""
        if subscription.kind is Kind.SNS and subscription.target != unless:
            about = {"target": subscription.target}
            self.queue.ask("leave", subscription.municipality, subscription.subscription_id, about)

    def _target(self, kind: Kind, target: str) -> str:
        fault = target_fault(kind, target, local=self.stage == "local", ours=self.queue.account)
        if fault is not None:
            raise _wrong("target", fault)
        return target

    def _filter(self, caller: Caller, code: str, wanted: FilterIn, kind: Kind, before: Filter) -> Filter:
        """Who is limited to departments has nobody told more than they see themselves.

        Names that there are, since one with a slip of the pen takes nothing and looks well; and those of `before`,
        which may have ended since.
        """
        known = Names.of(self.registry.profile(code))
        if not caller.covers(wanted.departments):
            raise _wrong("filter.departments", "choice")
        if not set(wanted.departments) <= known.departments | before.departments:
            raise _wrong("filter.departments", "choice")
        if not set(wanted.categories) <= known.categories | before.categories:
            raise _wrong("filter.categories", "choice")
        asked = (wanted.types, wanted.categories, wanted.kinds, wanted.departments)
        if kind is Kind.SNS and math.prod(len(each) or 1 for each in asked) > _SNS_COMBINATIONS:
            raise _wrong("filter", "too_many")
        return Filter(
            types=frozenset(each.value for each in wanted.types),
            categories=frozenset(wanted.categories),
            kinds=frozenset(each.value for each in wanted.kinds),
            departments=frozenset(wanted.departments),
        )

    def _what_again(self, found: Subscription, wanted: ReplayIn) -> Mapping[str, Any]:
        code, now = found.municipality, clock.now()
        if wanted.case_id is not None:
            if not self._is_told_of(found, wanted.case_id):
                raise not_found()
            return {"case_id": wanted.case_id}
        if wanted.event_id is not None:
            event = self.feed.event(code, wanted.event_id, now=now)
            if event is None:
                raise not_found()
            return {"case_id": event["case_id"], "sequence": event["sequence"]}
        assert wanted.since is not None
        since, until = _zoned("from", wanted.since), _zoned("to", wanted.until or now)
        if not now - KEPT - _AHEAD <= since <= now + _AHEAD:
            raise _wrong("from", "last_30_days")
        if not since <= until <= now + _AHEAD:
            raise _wrong("to", "after_from")
        return {"from": to_iso(since), "to": to_iso(until)}

    def _is_told_of(self, found: Subscription, case_id: str) -> bool:
        """Whether anything of the case is sent to it; another municipality's is told from none by nobody."""
        sequence = 0
        while entries := self.timeline.after(case_id, sequence, limit=_ENTRIES_A_READ):
            for entry in entries:
                # One that cannot be told is sent to nobody.
                with suppress(ValidationError, KeyError):
                    if found.may_want(Envelope.of(entry)):
                        return True
            sequence = entries[-1]["sequence"]
        return False

    def _noted(self, caller: Caller, about: Subscription, what: str, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        by = By(caller.caller_id, caller.name)
        return self.staff.noted(about.municipality, what, about.subscription_id, changes, by=by, now=clock.now())

    def _out(self, each: Subscription) -> SubscriptionOut:
        health = self.pushes.health(each.subscription_id)
        since, until = health.failing_since, health.open_until
        queue = queue_name(self.stage, each.municipality, each.subscription_id)
        return SubscriptionOut(
            subscription_id=each.subscription_id,
            name=each.name,
            kind=each.kind.value,
            target=each.target,
            queue=queue if each.kind is Kind.SQS else None,
            filter=_filter_out(each.filter),
            state=each.state.value,
            created_at=to_iso(each.created_at),
            created_by=each.created_by,
            failing_since=to_iso(since) if since else None,
            left_alone_until=to_iso(until) if until and until > clock.now() else None,
        )


def _paused(before: Subscription, wanted: bool, now: datetime) -> dict[str, Any]:
    if wanted and before.state is State.ACTIVE:
        return {"state": State.PAUSED, "stopped_at": now}
    if not wanted and before.state is State.PAUSED:
        return {"state": State.ACTIVE, "resumed_at": now, "stopped_at": None}
    if wanted == (before.state is State.PAUSED):
        return {}
    raise Problem(HTTPStatus.CONFLICT, "not_active")


def _not_of_a_topic(subscription: Subscription) -> None:
    """Passes for what we send ourselves: SNS keeps no log for us, and sends nothing again."""
    if subscription.kind is Kind.SNS:
        raise Problem(HTTPStatus.CONFLICT, "topic_cannot")


def _filter_out(each: Filter) -> FilterOut:
    return FilterOut(
        types=sorted(each.types),
        categories=sorted(each.categories),
        kinds=sorted(each.kinds),
        departments=sorted(each.departments),
    )


def _plain(value: Any) -> Any:
    """A field as the history keeps it."""
    if isinstance(value, Filter):
        return _filter_out(value).model_dump()
    return to_iso(value) if isinstance(value, datetime) else value and str(value)


def _told_state(before: Subscription, after: State) -> Mapping[str, Any]:
    return {"state": [before.state.value, after.value]}


def _zoned(name: str, moment: datetime) -> datetime:
    """The moment, which has to say in which time zone it is."""
    if moment.tzinfo is None:
        raise _wrong(name, "time_zone")
    return moment


def _wrong(field: str, code: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", [(field, code, {"limit": ""})])


def _finding(found: Mapping[str, Any], kind: Kind, language: str) -> Finding:
    ok = found["ok"]
    # A queue and a bus take what they are given; what is made of it afterwards nobody sees from here.
    what = found["check"] if kind is Kind.WEBHOOK else "put"
    key = "conformance.untried" if ok is None else f"conformance.{what}.{'right' if ok else 'wrong'}"
    told = {name: found.get(name) for name in ("status", "duration_ms")}
    return Finding(check=found["check"], ok=ok, text=text(key, language), **told)
