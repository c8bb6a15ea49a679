"""Handing a case over, accepting, returning, recalling and referring it: one use case for keys and for links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from functions.desk.cases.checks import Check, Doer
from functions.desk.cases.models import ReferIn
from synpunkt import clock
from synpunkt.deciding import decision_for
from synpunkt.http import Problem
from synpunkt.lifecycle import (
    Because,
    Case,
    Change,
    EventType,
    HandOver,
    Holder,
    IllegalTransition,
    Returned,
    Status,
    Text,
    Visibility,
    accept_hand_over,
    hand_over,
    hand_over_to_body,
    refer,
    return_to_triage,
    route_again,
    sent_by_triage,
)
from synpunkt.masking import text_beside
from synpunkt.places import municipality
from synpunkt.responsibility import Body, MunicipalityProfile
from synpunkt.returning import returned
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.texts import text

_REFUSED = {"has_it_already", "not_handed_over", "nobody_has_it"}


@dataclass(frozen=True, slots=True)
class Handing:
    """Every command looks at the case as it stands when it is written: two at once never overwrite each other."""

    cases: CaseStore
    registry: RegistryStore

    def hand_over(self, case_id: str, code: str, reason: str, doer: Doer, check: Check) -> Case:
        """The case to another municipality. Raises `Problem` for one that is unknown or has not joined."""
        if municipality(code) is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")

        def change(file: CaseFile) -> Change:
            to = decision_for(self.registry, file, code)
            if not to.claimed:
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "municipality_unclaimed")
            why = _reason(file, reason)
            return hand_over(file.case, to, reason=why, **_who(doer))

        return self._apply(case_id, check, change)

    def send_on(self, case_id: str, code: str, reason: str, doer: Doer, check: Check) -> Case:
        """The case from our own triage to a municipality: nobody there had it, so nobody hands it over.

        Raises `Problem` for one that is unknown or has not joined, and for the one it lies with.
        """
        if municipality(code) is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")

        def change(file: CaseFile) -> Change:
            if file.case.holder == Holder(code):
                raise IllegalTransition(EventType.CASE_ROUTED, file.case.status, "has_it_already")
            to = decision_for(self.registry, file, code, method=Because.CORRECTED.value)
            if not to.claimed:
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "municipality_unclaimed")
            why = _reason(file, reason)
            return route_again(file.case, to, because=Because.CORRECTED, reason=why, **_who(doer))

        return self._apply(case_id, check, change)

    def hand_over_to_body(self, case_id: str, body: str, reason: str, doer: Doer, check: Check) -> Case:
        """The case to a body. Raises `Problem` for one that is not in the registry or has no verified address."""

        def change(file: CaseFile) -> Change:
            profile, known = self._body(file, body)
            if f"body:{body}" not in profile.mails:
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "body_unreachable")
            why = _reason(file, reason)
            return hand_over_to_body(file.case, body, dict(known.name), reason=why, **_who(doer))

        return self._apply(case_id, check, change)

    def accept(self, case_id: str, doer: Doer, check: Check) -> Case:
        """Whoever it was handed over to takes it; nothing more happens when they have said so already."""
        return self._apply(case_id, check, lambda file: accept_hand_over(file.case, **_who(doer)))

    def give_back(self, case_id: str, code: Returned, reason: str | None, doer: Doer, check: Check) -> Case:
        """The case to whoever handed it over, or to our triage when that sent it there."""

        def change(file: CaseFile) -> Change:
            why = _reason(file, reason)
            if code is Returned.NOT_OURS and sent_by_triage(file.case):
                return return_to_triage(file.case, reason=why, **_who(doer))
            return returned(self.registry, file, code, reason=why, actor=doer.actor, by=doer.by)

        return self._apply(case_id, check, change)

    def refer(self, case_id: str, to: ReferIn, doer: Doer, check: Check) -> Case:
        """The case closed, its reporter told where to turn."""

        def change(file: CaseFile) -> Change:
            known = self._body(file, to.body)[1] if to.body else None
            names = dict(known.name) if known else None
            return refer(file.case, body=to.body, names=names, texts=_where_to_turn(file, to, known), **_who(doer))

        return self._apply(case_id, check, change)

    def _body(self, file: CaseFile, body: str) -> tuple[MunicipalityProfile, Body]:
        profile = self.registry.profile(file.case.municipality) if file.case.municipality else None
        known = profile.published.bodies.get(body) if profile and profile.published else None
        if profile is None or known is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_body")
        return profile, known

    def _apply(self, case_id: str, check: Check, change: Callable[[CaseFile], Change | None]) -> Case:
        def command(file: CaseFile) -> Change | None:
            check(file)
            try:
                _open(file.case)
                return change(file)
            except IllegalTransition as error:
                raise _problem(error) from error

        return self.cases.apply(case_id, command)


def recallable(file: CaseFile) -> None:
    """From a body, always; from a municipality until it has accepted. Raises `Problem` otherwise."""
    if file.case.body is None and file.case.hand_over is HandOver.ACCEPTED:
        raise Problem(HTTPStatus.CONFLICT, "accepted_already")


def _open(case: Case) -> None:
    # Asked before anything else is looked up: a closed case has one answer, whatever is asked of it.
    if case.status is Status.RESOLVED:
        raise IllegalTransition(EventType.CASE_HANDED_OVER, case.status)
    if case.holder is None:
        raise IllegalTransition(EventType.CASE_HANDED_OVER, case.status, "nobody_has_it")


def _problem(error: IllegalTransition) -> Problem:
    code = error.reason if error.reason in _REFUSED else "case_closed"
    return Problem(HTTPStatus.CONFLICT, code)


def _who(doer: Doer) -> dict[str, Any]:
    return {"actor": doer.actor, "by": doer.by, "event_id": clock.new_id(), "now": clock.now()}


def _reason(file: CaseFile, reason: str | None) -> Text | None:
    return text_beside(file.case.version + 1, "reason", reason, file.case.visibility) if reason else None


def _where_to_turn(file: CaseFile, to: ReferIn, known: Body | None) -> tuple[Text, ...]:
    """What the reporter is told, in their language. An office's address is no personal data and stays unmasked."""
    case, language = file.case, file.case.language
    written = known.turn_to[language] if known and known.turn_to else None
    free = text_beside(case.version + 1, "turn_to", "\n".join(filter(None, (written, to.text))), case.visibility)
    name = to.name or (known.name[language] if known else "")
    addresses = {
        "phone": to.phone or (known.phone if known else None),
        "mail": to.mail,
        "url": to.url or (known.url if known else None),
    }
    lines = [text(f"turn_to.{which}", language, **{which: each}) for which, each in addresses.items() if each]
    named = text_beside(case.version + 1, "name", name, case.visibility)
    full = "\n".join(filter(None, (name, free.full, *lines)))
    # A name from the registry is everybody's to read; one that was written here may hold what is not.
    seen = "\n".join(filter(None, (named.public if to.name else name, free.public, *lines)))
    visibility = named.visibility if to.name and free.visibility is Visibility.PUBLIC else free.visibility
    told = replace(free, full=full, public=seen, visibility=visibility)
    return (told, named) if to.name else (told,)
