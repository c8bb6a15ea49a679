"""The facts of a case, as those who have it put them right: what it is about, how urgent, and how it is registered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from synpunkt.lifecycle.handling import By
from synpunkt.lifecycle.model import (
    Case,
    Change,
    Destination,
    EventType,
    Kind,
    Location,
    Priority,
    Registration,
    Text,
    Visibility,
)
from synpunkt.lifecycle.steps import clocks, place_for_everyone, promises_after, step


@dataclass(frozen=True, slots=True)
class Facts:
    """What a case is about, and who may see it because of that.

    `before_protection`: who may again when the protection of its reporter ends; `None` leaves that as it is.
    `always_private`: whether what it is about now always is.
    """

    kind: Kind
    category: str | None
    location: Location | None
    visibility: Visibility
    before_protection: Visibility | None = None
    always_private: bool = False


def correct(case: Case, by: By, facts: Facts, *, stays: Destination | None, text: Text | None) -> Change | None:
    """The case is about something else than its reporter said; `None` when it is not.

    `stays`: the new decision, when it leaves the case where it is; otherwise the case goes on in a change of its own.
    Whoever looked at it looked at something else: what is private by its category is not theirs to show any more. What
    became private so by mistake does not become public when that is put right, but can be reviewed again.
    """
    moved = place_of(case.location) != place_of(facts.location)
    if (case.kind, case.category) == (facts.kind, facts.category) and not moved:
        return None
    about: dict[str, Any] = {name: getattr(facts, name) for name in ("kind", "category", "location", "visibility")}
    about["before_protection"] = facts.before_protection or case.before_protection
    if (case.kind, case.category) != (facts.kind, facts.category):
        about |= _looked_at(case, facts)
    after = replace(case, **about)
    promises = promises_after(case, stays, by.now) if stays else case.promises
    return step(
        case,
        EventType.CASE_CORRECTED,
        by.event_id,
        by.now,
        actor=by.actor,
        by=by.who,
        data={
            "kind_before": case.kind.value,
            "kind": facts.kind.value,
            "category_before": case.category,
            "category": facts.category,
            "moved": moved,
            "location": place_for_everyone(after) if moved else None,
        },
        texts=(text,) if text else (),
        due=clocks(promises, by.now, over=case.overdue) if promises != case.promises else (),
        routing=dict(stays.routing) if stays else case.routing,
        promises=promises,
        # Nothing was said to the reporter.
        citizen_answered=case.citizen_answered,
        **about,
    )


def _looked_at(case: Case, facts: Facts) -> dict[str, bool]:
    """What a review may still do with it: what the reporter, or a category, made private from the first stays so."""
    seen = (case.before_protection or case.visibility) is not Visibility.PRIVATE
    may = seen or case.reviewed or case.closed_by_category
    if facts.always_private:
        return {"reviewed": False, "closed_by_category": may}
    return {"reviewed": case.reviewed or case.closed_by_category, "closed_by_category": False}


def prioritise(case: Case, by: By, priority: Priority) -> Change | None:
    """How soon it should be looked at; `None` when that is known."""
    if case.priority is priority:
        return None
    data = {"priority": priority.value, "before": case.priority.value}
    return step(
        case,
        EventType.CASE_PRIORITISED,
        by.event_id,
        by.now,
        actor=by.actor,
        by=by.who,
        data=data,
        priority=priority,
        citizen_answered=case.citizen_answered,
    )


def register(case: Case, by: By, *, diary_number: str | None, received_on: date | None) -> Change | None:
    """How those who have the case registered it; what is left out stays, and `None` when nothing is new."""
    before = case.registration(case.municipality or "")
    after = replace(
        before,
        diary_number=diary_number or before.diary_number,
        received_on=received_on or before.received_on,
    )
    if before == after:
        return None
    day = after.received_on.isoformat() if after.received_on else None
    return step(
        case,
        EventType.CASE_REGISTERED,
        by.event_id,
        by.now,
        actor=by.actor,
        by=by.who,
        data={"received_on": day, "numbered": after.diary_number is not None},
        registrations=case.registered(after),
        citizen_answered=case.citizen_answered,
    )


def received(case: Case, now: datetime) -> tuple[Registration, ...]:
    """The registrations of a case that has arrived; the first time counts, and what a body got nobody registers."""
    found = case.registration(case.municipality or "")
    if case.body is not None or found.received_at is not None:
        return case.registrations
    return case.registered(replace(found, received_at=now))


def place_of(location: Location | None) -> tuple[float, float] | None:
    """Where it is, however that was found."""
    return (location.lat, location.lon) if location else None
