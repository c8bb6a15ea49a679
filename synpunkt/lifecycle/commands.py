"""From the report to those who have it: each command says what to write. Deterministic: ids and time come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from synpunkt.lifecycle.facts import received
from synpunkt.lifecycle.hand_over import at_body, offered_until
from synpunkt.lifecycle.limits import DELIVERY_LIMIT, TRIAGE_LIMIT
from synpunkt.lifecycle.model import (
    Actor,
    Because,
    Case,
    Change,
    Destination,
    Due,
    Entry,
    EventType,
    HandOver,
    Holder,
    IllegalTransition,
    Importance,
    Kind,
    Location,
    Photo,
    Status,
    Text,
    Visibility,
)
from synpunkt.lifecycle.steps import (
    OUT_OF_TRIAGE,
    clocks,
    place_for_everyone,
    reached_body,
    reasons_for_everyone,
    sent_to,
    step,
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A recipient's system took the case: `recipient` as in `Case.recipients`, `message_id` as its receipt."""

    channel: str
    recipient: str
    message_id: str


def submit(
    *,
    case_id: str,
    reference: str,
    event_id: str,
    now: datetime,
    kind: Kind,
    category: str | None,
    visibility: Visibility,
    language: str,
    channel: str,
    location: Location | None,
    municipality_given: str | None,
    texts: Sequence[Text],
    has_contact: bool,
    photos_expected: int,
) -> Change:
    """A new case from an accepted report, with its first timeline entry."""
    case = Case(
        case_id=case_id,
        reference=reference,
        version=1,
        kind=kind,
        category=category,
        status=Status.SUBMITTED,
        visibility=visibility,
        created_at=now,
        updated_at=now,
        language=language,
        channel=channel,
        location=location,
        municipality_given=municipality_given,
    )
    entry = Entry(
        event_id=event_id,
        type=EventType.REPORT_SUBMITTED,
        sequence=1,
        occurred_at=now,
        actor=Actor.CITIZEN,
        importance=Importance.MAJOR,
        audience=(),
        data={
            "channel": channel,
            "location": place_for_everyone(case),
            "has_contact": has_contact,
            "photos_expected": photos_expected,
        },
    )
    return Change(None, case, (entry,), texts=tuple(texts))


def attach_photo(case: Case, *, photo: Photo, event_id: str, now: datetime) -> Change:
    """The photo was made safe and belongs to the case from now on."""
    size = {"width": photo.width, "height": photo.height}
    return step(
        case,
        EventType.PHOTO_ATTACHED,
        event_id,
        now,
        data={"upload_id": photo.upload_id, **size, "by": photo.by.value, "said_with": photo.said_with},
        photos=(photo,),
        photo_count=case.photo_count + 1,
        first_photo=case.first_photo or photo.upload_id,
    )


def reject_photo(
    case: Case,
    *,
    upload_id: str,
    reason: str,
    event_id: str,
    now: datetime,
    by: Actor = Actor.CITIZEN,
    said_with: int | None = None,
) -> Change:
    """The photo could not be used; `reason` is a stable code that whoever took it is told in words."""
    return step(
        case,
        EventType.PHOTO_REJECTED,
        event_id,
        now,
        data={"upload_id": upload_id, "reason": reason, "by": by.value, "said_with": said_with},
    )


def route(case: Case, to: Destination, *, event_id: str, now: datetime) -> Change:
    """Who is responsible, and why: municipality, department and the reasons are set together, the first time.

    A body that can be reached has the case at once, as if the municipality had handed it over.
    """
    if case.status is not Status.SUBMITTED:
        raise IllegalTransition(EventType.CASE_ROUTED, case.status)
    return _routed(case, to, because=None, reason=None, actor=Actor.SYSTEM, by=None, event_id=event_id, now=now)


def route_again(
    case: Case,
    to: Destination,
    *,
    because: Because,
    event_id: str,
    now: datetime,
    actor: Actor = Actor.SYSTEM,
    by: str | None = None,
    reason: Text | None = None,
) -> Change:
    """Decided anew because something around the case has changed; whoever is found now is reached afresh.

    `reason`: in words, when somebody gave one. What was corrected by those who have the case stays with those who
    handed it to them, and what its reporter said is still to be read.
    """
    if case.status is Status.SUBMITTED:
        raise IllegalTransition(EventType.CASE_ROUTED, case.status)
    return _routed(case, to, because=because, reason=reason, actor=actor, by=by, event_id=event_id, now=now)


def _routed(
    case: Case,
    to: Destination,
    *,
    because: Because | None,
    reason: Text | None,
    actor: Actor,
    by: str | None,
    event_id: str,
    now: datetime,
) -> Change:
    # Decided anew, it was handed over by nobody and is with no body.
    fields: dict[str, Any] = sent_to(case, to, now) | {"body": None, "came_from": (), "hand_over": None}
    if because is Because.FACTS_CORRECTED:
        had = {"came_from": case.came_from, "hand_over": HandOver.ACCEPTED if case.came_from else None}
        fields |= had | {"citizen_answered": case.citizen_answered}
    told: dict[str, Any] = {}
    body = reached_body(to)
    if body:
        # As if the municipality had handed it over: it has decided so in advance, and gets it back.
        fields |= at_body(case, body) | {"came_from": (Holder(to.municipality),), "hand_over": HandOver.OFFERED}
        told = {"to": str(Holder(to.municipality, body)), "names": (to.routing.get("names") or {}).get("body")}
    return step(
        case,
        EventType.CASE_ROUTED,
        event_id,
        now,
        actor=actor,
        by=by,
        status=Status.WITH_OTHER_BODY if body else Status.ROUTED,
        data={
            "because": because.value if because else None,
            "department": to.department,
            "claimed": to.claimed,
            "location": place_for_everyone(case),
            "photo_count": case.photo_count,
            "routing": reasons_for_everyone(case, to.routing),
            **told,
        },
        texts=(reason,) if reason else (),
        due=(
            *(offered_until(now) if body else (Due("delivery", now + DELIVERY_LIMIT),)),
            *clocks(fields["promises"], now, over=case.overdue),
        ),
        **fields,
    )


def succeed_delivery(case: Case, *, accepted: Sequence[Accepted], event_id: str, now: datetime) -> Change | None:
    """At least one recipient has it in hand; `None` when that is known already, or was taken back meanwhile."""
    new = [each for each in accepted if each.recipient in case.recipients and each.recipient not in case.accepted_by]
    if not new:
        return None
    return step(
        case,
        EventType.CASE_DELIVERED,
        event_id,
        now,
        status=Status.DELIVERED if case.status is Status.ROUTED else case.status,
        data={
            "accepted": [
                {"channel": each.channel, "recipient": each.recipient, "message_id": each.message_id} for each in new
            ]
        },
        accepted_by=case.accepted_by + tuple(each.recipient for each in new),
        registrations=received(case, now),
        **OUT_OF_TRIAGE,
    )


def fail_delivery(
    case: Case, *, recipient: str, channel: str, reason: str, event_id: str, now: datetime
) -> Change | None:
    """A recipient turned out not to have it; `None` when the chain has already gone past that recipient."""
    if recipient not in case.recipients:
        return None
    left = tuple(each for each in case.accepted_by if each != recipient)
    nobody_has_it = not left and case.status is Status.DELIVERED
    return step(
        case,
        EventType.DELIVERY_FAILED,
        event_id,
        now,
        status=Status.ROUTED if nobody_has_it else case.status,
        data={"recipient": recipient, "channel": channel, "reason": reason},
        recipients=tuple(each for each in case.recipients if each != recipient),
        accepted_by=left,
        # The next in the chain has its time, too, however late the bounce came.
        due=() if left else (Due("delivery", now + DELIVERY_LIMIT),),
    )


def send_to_triage(case: Case, *, reason: str, event_id: str, now: datetime) -> Change | None:
    """Nobody could be reached: our own people take it from here. `None` when it is there already.

    One that comes back to triage before anybody had it keeps its owner and its time limit.
    """
    if case.triage_reason is not None:
        return None
    until = case.triage_due or now + TRIAGE_LIMIT
    return step(
        case,
        EventType.CASE_TRIAGED,
        event_id,
        now,
        data={"reason": reason},
        triage_reason=reason,
        triage_due=until,
        due=(Due("triage", until),),
    )


def assign_triage(case: Case, *, owner: str, event_id: str, now: datetime) -> Change | None:
    """Somebody of ours looks after it from now on; `None` when they do already. `owner`: the id of key or person.

    Raises `IllegalTransition` for a case that is not in triage.
    """
    if case.triage_reason is None:
        raise IllegalTransition(EventType.TRIAGE_ASSIGNED, case.status, "not_in_triage")
    if case.triage_owner == owner:
        return None
    return step(
        case,
        EventType.TRIAGE_ASSIGNED,
        event_id,
        now,
        actor=Actor.HANDLER,
        by=owner,
        data={},
        triage_owner=owner,
    )
