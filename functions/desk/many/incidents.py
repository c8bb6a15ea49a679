"""Several cases as one happening: linked, seen together, and answered together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from functions.desk.cases.checks import Check
from functions.desk.cases.commands import tried
from functions.desk.cases.models import IncidentBrief
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.identity import normalise_reference
from synpunkt.letters import category_name
from synpunkt.lifecycle import Actor, By, Case, Change, link, unlink
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.dynamo import ConditionFailed
from synpunkt.stores.incidents import Incident, IncidentStore

logger = Logger()

# So many of its cases are named with each case; the rest is a page of its own.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Incidents:
    """Links cases. Whose cases they are has been asked before, and is asked again when it is written."""

    cases: CaseStore
    store: IncidentStore

    def link(
        self,
        case_id: str,
        references: Sequence[str],
        title: str | None,
        who: str,
        check: Check,
        allowed: Callable[[Case], None],
    ) -> None:
        """The case and the others are about one happening. Raises `Problem`, and links none, where one is not theirs.

        `check`: for the case itself; `allowed`: for each of the others. What is linked already stays so, so that what
        was broken off half-way can be asked for again.
        """
        file = self._file(case_id)
        check(file)
        case = file.case
        others = self._others(case, references, allowed)
        incidents = {own.incident_id: own for each in (case, *others) if (own := self._own(each))}
        if len(incidents) > 1:
            raise Problem(HTTPStatus.CONFLICT, "in_another_incident")
        [incident] = [*incidents.values()] or [Incident(clock.new_id(), case.municipality or "", clock.now(), title)]
        begun = bool(incidents)
        checks = {case.case_id: check, **{each.case_id: _of(allowed) for each in others}}
        for each, may in checks.items():
            begun = self._join(each, incident, who, may, begun=begun) or begun

    def join_original(self, case_id: str, original: str, who: str, allowed: Callable[[Case], None]) -> None:
        """A duplicate into the happening of the case that goes on, where that is theirs: closed it is in any case."""
        try:
            self.link(self._case_id(original), [self._file(case_id).case.reference], None, who, _of(allowed), allowed)
        except Problem as problem:
            logger.warning("closed as a duplicate, and not linked", case_id=case_id, code=problem.code)

    def unlink(self, case_id: str, who: str, check: Check) -> None:
        """The case is about something of its own for those who have it; those who had it before keep theirs."""
        event_id = clock.new_id()
        left: list[str] = []

        def change(file: CaseFile) -> Change | None:
            check(file)
            left[:] = [file.case.incident] if file.case.incident else []
            return tried(lambda file, by: unlink(file.case, by), file, By(Actor.HANDLER, who, event_id, clock.now()))

        self.cases.apply(case_id, change, extra=lambda: map(self.store.leaving, left))

    def find(self, incident_id: str, may: Callable[[str], bool]) -> Incident:
        """An incident of a municipality in which the caller may do that. Raises `Problem` (404) alike for no other."""
        incident = self.store.get(incident_id)
        if incident is None or not may(incident.municipality):
            raise Problem(HTTPStatus.NOT_FOUND, "incident_not_found")
        return incident

    def brief(self, case: Case, language: str, known: Callable[[Case], bool]) -> IncidentBrief | None:
        """What the case is about with others, for those who have it; nothing of what it was with somebody else.

        `known`: whether the reader may know of a case; others are counted and not named.
        """
        incident = self._own(case)
        if incident is None:
            return None
        first = self.store.members(incident, limit=NAMED)
        found = self.cases.heads([each.case_id for each in first])
        heads = {each.case_id: each for each in found if known(each)}
        return IncidentBrief(
            incident_id=incident.incident_id,
            title=incident.title or category_name(case.category, language, case.routing),
            cases=incident.cases,
            followers=incident.followers,
            references=[heads[each.case_id].reference for each in first if each.case_id in heads],
        )

    def _join(self, case_id: str, incident: Incident, who: str, may: Check, *, begun: bool) -> bool:
        """One case into the incident, which its first one begins; `False` when it was there."""
        event_id = clock.new_id()
        before: list[Case] = []

        def change(file: CaseFile) -> Change | None:
            may(file)
            before[:] = [file.case]
            if file.case.incident not in {None, incident.incident_id}:
                raise Problem(HTTPStatus.CONFLICT, "in_another_incident")
            by = By(Actor.HANDLER, who, event_id, clock.now())
            return tried(lambda file, by: link(file.case, by, incident=incident.incident_id), file, by)

        def extra() -> list[Mapping[str, Any]]:
            return [self.store.joining(incident.incident_id) if begun else self.store.beginning(incident)]

        try:
            after = self.cases.apply(case_id, change, extra=extra)
        except ConditionFailed as failed:
            raise Problem(HTTPStatus.CONFLICT, "incident_full") from failed
        return after.version > before[0].version

    def _others(self, case: Case, references: Sequence[str], allowed: Callable[[Case], None]) -> list[Case]:
        """The cases of those numbers, if all are theirs; which one is not, is told by its place and not why."""
        found: list[Case] = []
        unknown: list[tuple[str, str, Mapping[str, Any]]] = []
        for place, reference in enumerate(references):
            normal = normalise_reference(reference)
            other_id = self.cases.case_id_of(normal) if normal else None
            file = self.cases.load(other_id) if other_id else None
            same = file is not None and file.case.municipality == case.municipality and other_id != case.case_id
            if file is None or not same or not _lets(allowed, file.case):
                unknown.append((f"references.{place}", "invalid", {}))
            else:
                found.append(file.case)
        if unknown:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "reference_unknown", unknown)
        return list({each.case_id: each for each in found}.values())

    def _own(self, case: Case) -> Incident | None:
        """The case's incident, if it is one of those who have the case."""
        incident = self.store.get(case.incident) if case.incident else None
        return incident if incident and incident.municipality == case.municipality else None

    def _case_id(self, reference: str) -> str:
        normal = normalise_reference(reference)
        case_id = self.cases.case_id_of(normal) if normal else None
        if case_id is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "duplicate_unknown")
        return case_id

    def _file(self, case_id: str) -> CaseFile:
        file = self.cases.load(case_id)
        if file is None:
            raise KeyError(case_id)
        return file


def _lets(allowed: Callable[[Case], None], case: Case) -> bool:
    """Whether it is theirs. Raises `Problem` for what is theirs and cannot be now."""
    try:
        allowed(case)
    except Problem as problem:
        if problem.status != HTTPStatus.FORBIDDEN:
            raise
        return False
    return True


def _of(allowed: Callable[[Case], None]) -> Check:
    return lambda file: allowed(file.case)
