"""The commands: each checks the transition table, then says what to write. Deterministic: ids and time come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from synpunkt.lifecycle.model import (
    Actor,
    Case,
    Change,
    Entry,
    EventType,
    IllegalTransition,
    Importance,
    Kind,
    Location,
    Photo,
    Status,
    Text,
    Visibility,
)

_OPEN = frozenset(Status) - {Status.RESOLVED}

# event → the statuses in which it may happen, and why.
TRANSITIONS: Mapping[EventType, frozenset[Status]] = {
    # Photos arrive when the network allows, so at any time.
    EventType.PHOTO_ATTACHED: frozenset(Status),
    EventType.PHOTO_REJECTED: frozenset(Status),
    # The first routing; a second one is a hand-over and has its own command.
    EventType.CASE_ROUTED: frozenset({Status.SUBMITTED}),
    # Delivery may be repeated after a bounce, and the body may already have begun.
    EventType.CASE_DELIVERED: _OPEN - {Status.SUBMITTED},
    EventType.CASE_TRIAGED: _OPEN - {Status.SUBMITTED},
    EventType.DELIVERY_FAILED: _OPEN - {Status.SUBMITTED},
}


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
            "location": _place(case),
            "has_contact": has_contact,
            "photos_expected": photos_expected,
        },
    )
    return Change(None, case, (entry,), texts=tuple(texts))


def attach_photo(case: Case, *, photo: Photo, event_id: str, now: datetime) -> Change:
    """The photo was made safe and belongs to the case from now on."""
    return _step(
        case,
        EventType.PHOTO_ATTACHED,
        event_id,
        now,
        importance=Importance.MINOR,
        data={"upload_id": photo.upload_id, "width": photo.width, "height": photo.height},
        photos=(photo,),
        photo_count=case.photo_count + 1,
    )


def reject_photo(case: Case, *, upload_id: str, reason: str, event_id: str, now: datetime) -> Change:
    """The photo could not be used; `reason` is a stable code that the reporter is told in words."""
    return _step(
        case,
        EventType.PHOTO_REJECTED,
        event_id,
        now,
        importance=Importance.MINOR,
        data={"upload_id": upload_id, "reason": reason},
    )


def route(
    case: Case,
    *,
    municipality: str | None,
    department: str,
    claimed: bool,
    recipients: Sequence[str],
    routing: Mapping[str, Any],
    event_id: str,
    now: datetime,
) -> Change:
    """Who is responsible, and why: municipality, department and the reasons are set together.

    `recipients`: whom to try, in order, ending with `triage`.
    """
    routed = replace(case, municipality=municipality)
    return _step(
        routed,
        EventType.CASE_ROUTED,
        event_id,
        now,
        status=Status.ROUTED,
        data={
            "department": department,
            "claimed": claimed,
            "location": _place(case),
            "photo_count": case.photo_count,
            "routing": _for_everyone(case, routing),
        },
        department=department,
        claimed=claimed,
        recipients=tuple(recipients),
        routing=dict(routing),
    )


def succeed_delivery(case: Case, *, accepted: Sequence[Accepted], event_id: str, now: datetime) -> Change | None:
    """At least one recipient has it in hand; `None` when that is known already, or was taken back meanwhile."""
    new = [each for each in accepted if each.recipient in case.recipients and each.recipient not in case.accepted_by]
    if not new:
        return None
    return _step(
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
        triage_reason=None,
    )


def fail_delivery(
    case: Case, *, recipient: str, channel: str, reason: str, event_id: str, now: datetime
) -> Change | None:
    """A recipient turned out not to have it; `None` when the chain has already gone past that recipient."""
    if recipient not in case.recipients:
        return None
    left = tuple(each for each in case.accepted_by if each != recipient)
    nobody_has_it = not left and case.status is Status.DELIVERED
    return _step(
        case,
        EventType.DELIVERY_FAILED,
        event_id,
        now,
        status=Status.ROUTED if nobody_has_it else case.status,
        data={"recipient": recipient, "channel": channel, "reason": reason},
        recipients=tuple(each for each in case.recipients if each != recipient),
        accepted_by=left,
    )


def send_to_triage(case: Case, *, reason: str, event_id: str, now: datetime) -> Change | None:
    """Nobody could be reached: our own people take it from here. `None` when it is there already."""
    if case.triage_reason is not None:
        return None
    return _step(
        case,
        EventType.CASE_TRIAGED,
        event_id,
        now,
        data={"reason": reason},
        triage_reason=reason,
    )


def _step(
    case: Case,
    event: EventType,
    event_id: str,
    now: datetime,
    *,
    data: Mapping[str, Any],
    importance: Importance = Importance.MAJOR,
    status: Status | None = None,
    photos: tuple[Photo, ...] = (),
    **fields: Any,
) -> Change:
    if case.status not in TRANSITIONS[event]:
        raise IllegalTransition(event, case.status)
    sequence = case.version + 1
    after = replace(case, version=sequence, updated_at=now, status=status or case.status, **fields)
    entry = Entry(
        event_id=event_id,
        type=event,
        sequence=sequence,
        occurred_at=now,
        actor=Actor.SYSTEM,
        importance=importance,
        audience=(case.municipality,) if case.municipality else (),
        data=data,
    )
    return Change(case, after, (entry,), photos=photos)


def _for_everyone(case: Case, routing: Mapping[str, Any]) -> dict[str, Any]:
    """The reasons as they may travel: of a case that is not public, nothing that hints at its place."""
    if case.visibility is Visibility.PUBLIC:
        return dict(routing)
    hints = {
        "border_m",
        "neighbour",
        "neighbour_m",
        "sentences",
        "rejected",
        "road_owner",
        "road_ambiguous",
        "areas",
        "body",
        "copies",
        "names",
    }
    told = {name: value for name, value in routing.items() if name not in hints}
    # A rule's id is the municipality's own word, and often a street's.
    if str(told["rule"]).startswith("rule:"):
        told["rule"] = "rule"
    # Which municipality the reporter named may be known, that it was named beside a border may not.
    if told.get("municipality_method") == "chosen_near_border":
        told["municipality_method"] = "municipality_given"
    return told


def _place(case: Case) -> dict[str, float] | None:
    """The place as others may know it: a case that is not public has none."""
    if case.location is None or case.visibility is not Visibility.PUBLIC:
        return None
    return {"lat": case.location.lat, "lon": case.location.lon}
