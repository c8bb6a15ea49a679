"""Working on a case: the steps of those who have it, and what the reporter does about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from synpunkt.lifecycle.limits import MEASURE_MINUTES
from synpunkt.lifecycle.model import (
    Actor,
    Case,
    Change,
    Due,
    EventType,
    HandOver,
    IllegalTransition,
    Outcome,
    Status,
    Text,
)
from synpunkt.lifecycle.steps import OUT_OF_TRIAGE, OUTCOMES_SAY, clocks, step


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, when, and the id its event gets. `who`: the id of a key or person; `None` for the reporter."""

    actor: Actor
    who: str | None
    event_id: str
    now: datetime


def acknowledge(case: Case, by: By) -> Change | None:
    """Somebody there has opened it; `None` when somebody had before."""
    if case.status not in (Status.ROUTED, Status.DELIVERED, Status.REOPENED):
        return None
    return _step(case, EventType.CASE_ACKNOWLEDGED, by, {}, status=Status.ACKNOWLEDGED, **_taken(case))


def assign(case: Case, by: By, *, team: str | None, assignee: str | None) -> Change | None:
    """Who works on it from now on; `None` when they do already. What its reporter said is still theirs to read."""
    if (case.team, case.assignee) == (team, assignee):
        return None
    data = {"team": team, "person": assignee is not None}
    return _step(case, EventType.CASE_ASSIGNED, by, data, team=team, assignee=assignee, **_unread(case, True))


def start_work(case: Case, by: By) -> Change | None:
    """The work has begun; `None` when it had before."""
    if case.status is Status.IN_PROGRESS:
        return None
    return _step(case, EventType.WORK_STARTED, by, {}, status=Status.IN_PROGRESS, **_taken(case))


def reply(case: Case, by: By, *, text: Text, to_many: bool = False) -> Change:
    """An answer that everyone who may read the case may read.

    `to_many`: the same to several, so that what this reporter said still waits for somebody to read it.
    """
    return _step(
        case,
        EventType.REPLY_POSTED,
        by,
        {"first": case.answered_at is None},
        texts=(text,),
        status=Status.ACKNOWLEDGED if case.status in (Status.ROUTED, Status.DELIVERED) else None,
        answered_at=case.answered_at or by.now,
        **_unread(case, to_many),
        **(_taken(case) if case.status is not Status.RESOLVED else {}),
    )


def add_note(case: Case, by: By, *, text: Text) -> Change:
    """A note among those who have the case."""
    return _step(case, EventType.NOTE_ADDED, by, {}, texts=(text,))


def ask(case: Case, by: By, *, text: Text) -> Change:
    """A question to the reporter; the clock stands still until they answer."""
    return _step(
        case,
        EventType.QUESTION_ASKED,
        by,
        {},
        texts=(text,),
        status=Status.WAITING_FOR_CITIZEN,
        **_taken(case),
    )


def answer(case: Case, by: By, *, text: Text) -> Change:
    """The reporter adds something, or answers what they were asked; then those who asked have the next step."""
    asked = case.status is Status.WAITING_FOR_CITIZEN
    return _step(
        case,
        EventType.CITIZEN_REPLIED,
        by,
        {"was_asked": asked},
        texts=(text,),
        status=Status.IN_PROGRESS if asked else None,
        citizen_answered=True,
    )


def plan(case: Case, by: By, *, until: date, text: Text | None) -> Change:
    """It will be done by a day."""
    return _step(
        case,
        EventType.CASE_PLANNED,
        by,
        {"planned_for": until.isoformat()},
        texts=(text,) if text else (),
        status=Status.PLANNED,
        planned_for=until,
        **_taken(case),
    )


def resolve(
    case: Case,
    by: By,
    *,
    outcome: Outcome,
    texts: tuple[Text, ...] = (),
    duplicate_of: str | None = None,
    to_many: bool = False,
) -> Change:
    """It is done, in one of six ways. `duplicate_of`: the reference of the case that goes on; `to_many`: as in `reply`.

    Raises `IllegalTransition` when what the outcome must say is missing; only the reporter withdraws.
    """
    event = EventType.CASE_RESOLVED
    if (outcome is Outcome.WITHDRAWN) != (by.actor is Actor.CITIZEN):
        raise IllegalTransition(event, case.status, "actor")
    # An answer that was given before is an answer.
    said = {each.name for each in texts} | ({"reply"} if case.answered_at else set())
    if missing := OUTCOMES_SAY[outcome] - said:
        raise IllegalTransition(event, case.status, f"says_no_{min(missing)}")
    if (outcome is Outcome.DUPLICATE) != (duplicate_of is not None) or duplicate_of == case.reference:
        raise IllegalTransition(event, case.status, "says_no_duplicate_of")
    replied = any(each.name == "reply" for each in texts)
    return _step(
        case,
        EventType.CASE_RESOLVED,
        by,
        {"outcome": outcome.value, "duplicate_of": duplicate_of},
        texts=texts,
        status=Status.RESOLVED,
        outcome=outcome,
        duplicate_of=duplicate_of,
        answered_at=case.answered_at or (by.now if replied else None),
        due=(Due("measure", _next_night(case, by.now)),) if outcome in MEASURED else (),
        **_unread(case, to_many),
        **OUT_OF_TRIAGE,
    )


MEASURED = frozenset({Outcome.FIXED, Outcome.ANSWERED, Outcome.NO_ACTION})
"""The outcomes that tell how long it takes: somebody did what there was to do."""


def _next_night(case: Case, now: datetime) -> datetime:
    minute = int.from_bytes(case.case_id[-2:].encode()) % MEASURE_MINUTES
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minute)


def reopen(case: Case, by: By, *, text: Text | None = None) -> Change:
    """It was not done after all."""
    return _step(
        case,
        EventType.CASE_REOPENED,
        by,
        {"outcome_before": case.outcome.value if case.outcome else None},
        texts=(text,) if text else (),
        status=Status.REOPENED,
        citizen_answered=by.actor is Actor.CITIZEN,
        outcome=None,
        duplicate_of=None,
        planned_for=None,
        due=clocks(case.promises, by.now, over=case.overdue),
    )


def give_feedback(case: Case, by: By, *, fixed: bool) -> Change:
    """The reporter says whether it is fixed; who says no reopens it instead."""
    return _step(case, EventType.FEEDBACK_GIVEN, by, {"fixed": fixed})


def hide(case: Case, by: By, *, reason: Text) -> Change | None:
    """Nobody but those concerned sees it any more; `None` when it is hidden already."""
    if case.hidden:
        return None
    return _step(case, EventType.CASE_HIDDEN, by, {}, texts=(reason,), hidden=True)


def show(case: Case, by: By) -> Change | None:
    """The case is seen as before it was hidden; `None` when it is not hidden."""
    if not case.hidden:
        return None
    return _step(case, EventType.CASE_SHOWN, by, {}, hidden=False)


def number(case: Case, by: By, *, foreign_number: str) -> Change | None:
    """Its number in the system of those who have it, which tells it by itself; `None` when that is known."""
    if case.foreign_number == foreign_number:
        return None
    return _step(
        case, EventType.CASE_NUMBERED, by, {}, **_own(case, foreign_number=foreign_number), **_unread(case, True)
    )


def link(case: Case, by: By, *, incident: str) -> Change | None:
    """It is about one happening with other cases; `None` when that is known. What its reporter said still waits."""
    if case.incident == incident:
        return None
    data = {"incident_id": incident}
    return _step(case, EventType.CASES_LINKED, by, data, **_own(case, incident=incident), **_unread(case, True))


def unlink(case: Case, by: By) -> Change | None:
    """It is about something of its own for those who have it; `None` when it was. What it is for others stays so."""
    if case.incident is None:
        return None
    data = {"incident_id": case.incident}
    return _step(case, EventType.CASE_UNLINKED, by, data, **_own(case, incident=None), **_unread(case, True))


def _own(case: Case, **kept: Any) -> dict[str, Any]:
    """What those who have the case keep of their own about it, so changed."""
    return {"registrations": case.registered(replace(case.registration(case.municipality or ""), **kept))}


def _unread(case: Case, still: bool) -> dict[str, Any]:
    """Nobody has looked at what this reporter said, where a step was about many cases, or only about who does it."""
    return {"citizen_answered": case.citizen_answered} if still else {}


def _taken(case: Case) -> dict[str, Any]:
    """Whoever works on a case that was handed over to them has taken it, and it needs no triage."""
    accepted = {"hand_over": HandOver.ACCEPTED} if case.hand_over is HandOver.OFFERED else {}
    return {**OUT_OF_TRIAGE, **accepted}


def _step(case: Case, event: EventType, by: By, data: dict[str, Any], **more: Any) -> Change:
    return step(case, event, by.event_id, by.now, data=data, actor=by.actor, by=by.who, **more)
