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
    Outcome,
    Photo,
    Promise,
    Promised,
    Status,
    Text,
    Visibility,
)

_OPEN = frozenset(Status) - {Status.RESOLVED}
_ROUTED = _OPEN - {Status.SUBMITTED}
_ANY_ROUTED = frozenset(Status) - {Status.SUBMITTED}


@dataclass(frozen=True, slots=True)
class Transition:
    """When an event may happen, who may make it happen, and whether all followers hear of it.

    `says`: texts that must come with it. `internal`: only whoever has the case hears of it.
    """

    before: frozenset[Status]
    who: frozenset[Actor]
    importance: Importance = Importance.MAJOR
    says: frozenset[str] = frozenset()
    internal: bool = False


_SYSTEM = frozenset({Actor.SYSTEM})
_STAFF = frozenset({Actor.HANDLER})
_HOLDER = frozenset({Actor.HANDLER, Actor.BODY})
_CITIZEN = frozenset({Actor.CITIZEN})

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
    EventType.CASE_ACKNOWLEDGED: Transition(
        frozenset({Status.ROUTED, Status.DELIVERED, Status.REOPENED}), _HOLDER, Importance.MINOR
    ),
    EventType.CASE_ASSIGNED: Transition(_ROUTED, _HOLDER, Importance.MINOR, internal=True),
    EventType.WORK_STARTED: Transition(_ROUTED - {Status.IN_PROGRESS}, _HOLDER),
    # Also to a closed case: a late answer is better than none.
    EventType.REPLY_POSTED: Transition(_ANY_ROUTED, _HOLDER, says=frozenset({"reply"})),
    EventType.NOTE_ADDED: Transition(_ANY_ROUTED, _HOLDER, Importance.MINOR, says=frozenset({"note"}), internal=True),
    EventType.QUESTION_ASKED: Transition(_ROUTED, _HOLDER, says=frozenset({"question"})),
    # Whenever they like: what somebody wants to add to a closed case is read, too.
    EventType.CITIZEN_REPLIED: Transition(frozenset(Status), _CITIZEN, Importance.MINOR, says=frozenset({"answer"})),
    EventType.CASE_PLANNED: Transition(_ROUTED, _HOLDER),
    # By the reporter only to take it back.
    EventType.CASE_RESOLVED: Transition(_OPEN, _HOLDER | _CITIZEN),
    EventType.CASE_REOPENED: Transition(frozenset({Status.RESOLVED}), _HOLDER | _CITIZEN),
    EventType.FEEDBACK_GIVEN: Transition(frozenset({Status.RESOLVED}), _CITIZEN, Importance.MINOR),
    EventType.CASE_HIDDEN: Transition(
        frozenset(Status), _STAFF, Importance.MINOR, says=frozenset({"reason"}), internal=True
    ),
    EventType.CASE_SHOWN: Transition(frozenset(Status), _STAFF, Importance.MINOR, internal=True),
    EventType.CASE_NUMBERED: Transition(_ANY_ROUTED, _HOLDER, Importance.MINOR),
    # What belongs together also does when it is closed: one answer reaches all.
    EventType.CASES_LINKED: Transition(_ANY_ROUTED, _STAFF, Importance.MINOR),
    EventType.CASE_UNLINKED: Transition(_ANY_ROUTED, _STAFF, Importance.MINOR),
    EventType.CASE_NUDGED: Transition(_ROUTED, _SYSTEM, Importance.MINOR, internal=True),
    EventType.CASE_OVERDUE: Transition(_ROUTED, _SYSTEM),
    # What may be seen of a case can be wrong at any time, also when it is closed. Internal: that something was taken
    # away would lead others to what it was.
    EventType.CASE_REVIEWED: Transition(frozenset(Status), _STAFF, Importance.MINOR, internal=True),
    EventType.PHOTO_MASK_ASKED: Transition(frozenset(Status), _STAFF, Importance.MINOR, internal=True),
    EventType.PHOTO_MASKED: Transition(frozenset(Status), _SYSTEM, Importance.MINOR, internal=True),
    EventType.PHOTO_HIDDEN: Transition(
        frozenset(Status), _STAFF, Importance.MINOR, says=frozenset({"reason"}), internal=True
    ),
    EventType.PHOTO_SHOWN: Transition(frozenset(Status), _STAFF, Importance.MINOR, internal=True),
    # A body answers for what it does; what the case is about is the municipality's to say.
    EventType.CASE_CORRECTED: Transition(_ROUTED, _STAFF),
    EventType.CASE_PRIORITISED: Transition(_ROUTED, _STAFF, Importance.MINOR, internal=True),
    # Also a closed one: what is in the register has to be right.
    EventType.CASE_REGISTERED: Transition(_ANY_ROUTED, _STAFF, Importance.MINOR, internal=True),
}

# What an outcome needs beside itself: words, or another case.
OUTCOMES_SAY: Mapping[Outcome, frozenset[str]] = {
    Outcome.FIXED: frozenset(),
    Outcome.ANSWERED: frozenset({"reply"}),
    Outcome.NO_ACTION: frozenset({"reason"}),
    Outcome.NOT_RESPONSIBLE: frozenset({"turn_to"}),
    Outcome.DUPLICATE: frozenset(),
    Outcome.WITHDRAWN: frozenset(),
}


def may_happen(case: Case, event: EventType, actor: Actor) -> bool:
    """Whether the event can happen to the case as it stands, by that actor."""
    allowed = TRANSITIONS[event]
    return case.status in allowed.before and actor in allowed.who


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
    altered: tuple[Text | Photo, ...] = (),
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
    if missing := allowed.says - {each.name for each in texts}:
        raise IllegalTransition(event, case.status, f"says_no_{min(missing)}")
    sequence = case.version + 1
    status = status or case.status
    if actor in _HOLDER:
        # Unless the step says that nobody has looked at this case in particular.
        fields.setdefault("citizen_answered", False)
    after = replace(case, version=sequence, updated_at=now, status=status, **_stops(case, status, now), **fields)
    entry = Entry(
        event_id=event_id,
        type=event,
        sequence=sequence,
        occurred_at=now,
        actor=actor,
        importance=allowed.importance,
        audience=_holding(after) if allowed.internal else tuple(dict.fromkeys((*_concerned(case), *_concerned(after)))),
        data=data,
        by=by,
        internal=allowed.internal,
        municipality=after.municipality,
    )
    return Change(case, after, (entry,), texts=texts, photos=photos, due=due, altered=altered)


def _stops(case: Case, status: Status, now: datetime) -> dict[str, Any]:
    """Since when the clock stands still: while the reporter is asked, and while the case is closed.

    The second only counts if the case is opened again: what was not done has not taken that long.
    """
    if status is case.status:
        return {}
    since = case.resolved_at if case.status is Status.RESOLVED else case.waiting_since
    return {
        "waiting_since": now if status is Status.WAITING_FOR_CITIZEN else None,
        "resolved_at": now if status is Status.RESOLVED else None,
        "pauses": (*case.pauses, (since, now)) if since else case.pauses,
    }


def place_for_everyone(case: Case) -> dict[str, float] | None:
    """The place as others may know it: a case that is not public has none."""
    if case.location is None or case.visibility is not Visibility.PUBLIC or case.hidden:
        return None
    return {"lat": case.location.lat, "lon": case.location.lon}


def reasons_for_everyone(case: Case, routing: Mapping[str, Any]) -> dict[str, Any]:
    """The reasons as they may travel: of a case that is not public, nothing that hints at its place.

    What was asked and answered is for those alone who have the case.
    """
    if case.visibility is Visibility.PUBLIC:
        return {name: value for name, value in routing.items() if name != "asked"}
    hints = {
        "asked",
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


def _holding(case: Case) -> tuple[str, ...]:
    return (case.municipality,) if case.municipality else ()


def _concerned(case: Case) -> tuple[str, ...]:
    return (*(each.municipality for each in case.came_from), *_holding(case))


def reached_body(to: Destination) -> str | None:
    """The body that a decision gives the case to at once; `None` when it is the municipality's to reach, or pass on."""
    body = to.routing.get("body")
    return str(body) if body and to.recipients[0] == f"mail:body:{body}" else None


OUT_OF_TRIAGE: Mapping[str, Any] = {"triage_reason": None, "triage_owner": None, "triage_due": None}


# On its way, it is nobody's task; whose it was, and until when, stands until somebody has the case. Otherwise each
# sending that reaches nobody would put off the time at which it is overdue.
ON_ITS_WAY: Mapping[str, Any] = {"triage_reason": None}


def sent_to(case: Case, to: Destination, now: datetime) -> dict[str, Any]:
    """The fields of a head that is on its way to a municipality: nobody there has it yet."""
    return {
        "municipality": to.municipality,
        "department": to.department,
        "claimed": to.claimed,
        "recipients": tuple(to.recipients),
        "accepted_by": (),
        "routing": dict(to.routing),
        "round": case.version + 1,
        "promises": promises_after(case, to, now),
        # Whoever worked on it did so for those who had it.
        "team": None,
        "assignee": None,
        **ON_ITS_WAY,
    }


def clocks(promises: tuple[Promise, ...], now: datetime, *, over: tuple[Promised, ...] = ()) -> tuple[Due, ...]:
    """The clocks that run for promises, but for those that are `over`: looked at soon, to find out when it matters.

    That depends on working hours and pauses, which are not for the life of a case to know.
    """
    return tuple(
        Due(which.value, now)
        for which in Promised
        if which not in over and any(each.hours(which) is not None for each in promises)
    )


def promises_after(case: Case, to: Destination, now: datetime) -> tuple[Promise, ...]:
    """A municipality promises once: when it gets the case for the first time."""
    told = to.routing.get("promise")
    if told is None or any(each.municipality == to.municipality for each in case.promises):
        return case.promises
    promise = Promise(
        municipality=to.municipality,
        registry_version=to.routing["registry_version"],
        given_at=now,
        working_hours=told["working_hours"],
        answer_hours=told.get("answer_hours"),
        repair_hours=told.get("repair_hours"),
    )
    return (*case.promises, promise)
