"""Putting right what a case is about, how urgent it is and how it is registered, one use case for keys and logins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import Any

from functions.desk.cases.checks import Check, Doer
from functions.desk.cases.facts_models import CorrectIn
from synpunkt import clock
from synpunkt.clock import localdate
from synpunkt.deciding import decision_by
from synpunkt.http import Problem
from synpunkt.http.points import place_in_sweden
from synpunkt.lifecycle import (
    Because,
    By,
    Case,
    Change,
    Facts,
    IllegalTransition,
    Location,
    Priority,
    Text,
    Visibility,
    correct,
    corrected_visibility,
    hand_over,
    place_of,
    prioritise,
    reached_body,
    register,
    route_again,
)
from synpunkt.masking import text_beside
from synpunkt.places import Place, locate
from synpunkt.responsibility import Category, Decision, Responsible, responsible_at
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.registry import RegistryStore

_BY_MAP = "map"
# How a case came to a municipality because somebody said so, whatever its place says.
_SAID_SO = frozenset({"handed_over", "returned", "corrected"})


@dataclass(frozen=True, slots=True)
class Correcting:
    """Every command looks at the case as it stands when it is written: two at once never overwrite each other."""

    cases: CaseStore
    registry: RegistryStore

    def correct(self, case_id: str, asked: CorrectIn, doer: Doer, check: Check, check_elsewhere: Check) -> Case:
        """What the case is about. It is decided anew, and goes on to whoever it belongs to now.

        `check_elsewhere`: whether they may when that is another municipality. Raises `Problem` for an unknown category,
        a point outside Sweden, and a municipality that has not joined.
        """
        # Outside the loop: where a point lies does not change.
        point = asked.location
        place = place_in_sweden(point.lat, point.lon, None) if point else None

        def command(file: CaseFile) -> Sequence[Change]:
            check(file)
            wanted = _wanted(file.case, asked)
            if _about(wanted) == _about(file.case):
                return ()
            found = _responsible(file.case, place)
            if found.municipality != file.case.municipality:
                check_elsewhere(file)
            category, to = decision_by(self.registry, replace(file, case=wanted), found)
            if asked.category is not None and category is None:
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_category")
            return _changes(file, wanted, category, to, doer, asked.reason)

        return self._apply(case_id, command)

    def prioritise(self, case_id: str, priority: Priority, doer: Doer, check: Check) -> Case:
        """How soon it should be looked at."""

        def command(file: CaseFile) -> Change | None:
            check(file)
            return prioritise(file.case, _by(doer), priority)

        return self._apply(case_id, command)

    def register(
        self, case_id: str, diary_number: str | None, received_on: date | None, doer: Doer, check: Check
    ) -> Case:
        """How it is registered. Raises `Problem` for a day that is yet to come."""
        if received_on is not None and received_on.isoformat() > localdate(clock.now()):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "date_is_future")

        def command(file: CaseFile) -> Change | None:
            check(file)
            return register(file.case, _by(doer), diary_number=diary_number, received_on=received_on)

        return self._apply(case_id, command)

    def _apply(self, case_id: str, command: Callable[[CaseFile], Change | Sequence[Change] | None]) -> Case:
        def change(file: CaseFile) -> Change | Sequence[Change] | None:
            try:
                return command(file)
            except IllegalTransition as error:
                raise Problem(HTTPStatus.CONFLICT, "not_in_this_state") from error

        return self.cases.apply(case_id, change)


def _wanted(case: Case, asked: CorrectIn) -> Case:
    point = asked.location
    return replace(
        case,
        kind=asked.kind or case.kind,
        category=asked.category or case.category,
        # Somebody pointed at it, so how exact a phone was says nothing any more.
        location=Location(point.lat, point.lon, method=_BY_MAP) if point else case.location,
    )


def _about(case: Case) -> tuple[Any, ...]:
    return case.kind, case.category, place_of(case.location)


def _responsible(case: Case, place: Place | None) -> Responsible:
    """Whose the case is by its place; who has it keeps it beside a border, and what they were given stays theirs."""
    code = case.municipality or ""
    routing = case.routing or {}
    if place is not None:
        found = responsible_at(place, code)
        if found.municipality != code:
            # From hand to hand: no rule there sends it back past those who get it.
            return Responsible(found.municipality, "handed_over")
        return Responsible(code, "handed_over") if case.came_from else found
    if case.came_from:
        return Responsible(code, "handed_over")
    method, at = str(routing.get("municipality_method")), case.location
    before = locate(at.lat, at.lon, at.accuracy_m) if at and method not in _SAID_SO else None
    as_it_lies = responsible_at(before, code) if before else None
    # Nobody has said that it is somewhere else.
    return as_it_lies if as_it_lies and as_it_lies.municipality == code else Responsible(code, method)


def _changes(
    file: CaseFile, wanted: Case, category: Category | None, to: Decision, doer: Doer, reason: str | None
) -> Sequence[Change]:
    case = file.case
    elsewhere = to.municipality != case.municipality
    if elsewhere and not to.claimed:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "municipality_unclaimed")
    stays = not elsewhere and to.department == case.department and reached_body(to) is None
    asks = category.visibility if category else None
    about = (wanted.kind, wanted.category) != (case.kind, case.category)
    visibility, later = case.visibility, case.before_protection
    if about:
        visibility = corrected_visibility(visibility, wanted.kind, asks)
        later = corrected_visibility(later, wanted.kind, asks) if later else None
    always = asks is Visibility.PRIVATE
    facts = Facts(wanted.kind, wanted.category, wanted.location, visibility, later, always_private=always)
    why = text_beside(case.version + 1, "reason", reason, visibility) if reason else None
    first = correct(case, _by(doer), facts, stays=to if stays else None, text=None if elsewhere else why)
    if first is None or stays:
        return (first,) if first else ()
    by = _by(doer)
    who: dict[str, Any] = {"actor": by.actor, "by": by.who, "event_id": by.event_id, "now": by.now}
    if elsewhere:
        # Those who get it read why with the hand-over.
        told = Text(why.sequence + 1, why.name, why.full, why.public, why.visibility) if why else None
        return first, hand_over(first.case, to, reason=told, **who)
    return first, route_again(first.case, to, because=Because.FACTS_CORRECTED, **who)


def _by(doer: Doer) -> By:
    return By(doer.actor, doer.by, clock.new_id(), clock.now())
