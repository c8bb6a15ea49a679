"""One table of what may happen to a case, and the one function that makes it happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from synpunkt.lifecycle.model import (
    Actor,
    Case,
    Change,
    Destination,
    Due,
    Entry,
    EventType,
    IllegalTransition,
    Importance,
    Photo,
    Status,
    Text,
    Visibility,
)

_OPEN = frozenset(Status) - {Status.RESOLVED}
_ROUTED = _OPEN - {Status.SUBMITTED}


@dataclass(frozen=True, slots=True)
class Transition:
    """When an event may happen, who may make it happen, and whether all followers hear of it."""

    before: frozenset[Status]
    who: frozenset[Actor]
    importance: Importance = Importance.MAJOR


_SYSTEM = frozenset({Actor.SYSTEM})
_STAFF = frozenset({Actor.HANDLER})
_HOLDER = frozenset({Actor.HANDLER, Actor.BODY})

# The reason stands beside each row that could have been otherwise.
TRANSITIONS: Mapping[EventType, Transition] = {
    EventType.REPORT_SUBMITTED: Transition(frozenset(), frozenset({Actor.CITIZEN})),
    # Photos arrive when the network allows, so at any time.
    EventType.PHOTO_ATTACHED: Transition(frozenset(Status), _SYSTEM, Importance.MINOR),
    EventType.PHOTO_REJECTED: Transition(frozenset(Status), _SYSTEM, Importance.MINOR),
    # Again when the reasons have changed: the municipality has joined, or an address was found.
    EventType.CASE_ROUTED: Transition(_OPEN, _SYSTEM | _STAFF),
    # Delivery may be repeated after a bounce, and the body may already have begun.
    EventType.CASE_DELIVERED: Transition(_ROUTED, _SYSTEM),
    # By those to whom our own triage sent it, when it is not theirs.
    EventType.CASE_TRIAGED: Transition(_ROUTED, _SYSTEM | _STAFF),
    EventType.DELIVERY_FAILED: Transition(_ROUTED, _SYSTEM),
    EventType.TRIAGE_ASSIGNED: Transition(_ROUTED, _STAFF, Importance.MINOR),
    # A body may pass it on, too: it knows best whose it is.
    EventType.CASE_HANDED_OVER: Transition(_ROUTED, _HOLDER),
    EventType.HAND_OVER_ACCEPTED: Transition(_ROUTED, _HOLDER, Importance.MINOR),
    # By the system when nobody there could be reached, or nobody answered in time.
    EventType.HAND_OVER_RETURNED: Transition(_ROUTED, _HOLDER | _SYSTEM),
    EventType.CASE_REFERRED: Transition(_ROUTED, _STAFF),
}


def step(
    case: Case,
    event: EventType,
    event_id: str,
    now: datetime,
    *,
    data: Mapping[str, Any],
    actor: Actor = Actor.SYSTEM,
    by: str | None = None,
    status: Status | None = None,
    texts: tuple[Text, ...] = (),
    photos: tuple[Photo, ...] = (),
    due: tuple[Due, ...] = (),
    **fields: Any,
) -> Change:
    """The case one entry further, with `fields` of its head changed. Raises `IllegalTransition`.

    Whoever has the case, or handed it over, is told: before the step and after it.
    """
    allowed = TRANSITIONS[event]
    if case.status not in allowed.before:
        raise IllegalTransition(event, case.status)
    if actor not in allowed.who:
        raise IllegalTransition(event, case.status, "actor")
    sequence = case.version + 1
    after = replace(case, version=sequence, updated_at=now, status=status or case.status, **fields)
    entry = Entry(
        event_id=event_id,
        type=event,
        sequence=sequence,
        occurred_at=now,
        actor=actor,
        importance=allowed.importance,
        audience=tuple(dict.fromkeys((*_concerned(case), *_concerned(after)))),
        data=data,
        by=by,
        municipality=after.municipality,
    )
    return Change(case, after, (entry,), texts=texts, photos=photos, due=due)


def place_for_everyone(case: Case) -> dict[str, float] | None:
    """The place as others may know it: a case that is not public has none."""
    if case.location is None or case.visibility is not Visibility.PUBLIC:
        return None
    return {"lat": case.location.lat, "lon": case.location.lon}


def reasons_for_everyone(case: Case, routing: Mapping[str, Any]) -> dict[str, Any]:
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


def _concerned(case: Case) -> tuple[str, ...]:
    return (*(each.municipality for each in case.came_from), *((case.municipality,) if case.municipality else ()))


def reached_body(to: Destination) -> str | None:
    """The body that a decision gives the case to at once; `None` when it is the municipality's to reach, or pass on."""
    body = to.routing.get("body")
    return str(body) if body and to.recipients[0] == f"mail:body:{body}" else None


OUT_OF_TRIAGE: Mapping[str, Any] = {"triage_reason": None, "triage_owner": None, "triage_due": None}


def sent_to(case: Case, to: Destination) -> dict[str, Any]:
    """The fields of a head that is on its way to a municipality: nobody there has it yet."""
    return {
        "municipality": to.municipality,
        "department": to.department,
        "claimed": to.claimed,
        "recipients": tuple(to.recipients),
        "accepted_by": (),
        "routing": dict(to.routing),
        "round": case.version + 1,
        **OUT_OF_TRIAGE,
    }
