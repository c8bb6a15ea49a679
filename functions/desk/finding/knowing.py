"""Whom a case can be given to, and what people at the desk have chosen for themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from functions.desk.finding.finding_models import (
    Colleague,
    Colleagues,
    NoticesIn,
    NoticesOut,
    Unit,
    ViewIn,
    ViewOut,
    Views,
)
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.http.callers import require
from synpunkt.http.problem import not_found
from synpunkt.identity import Caller, Member, Scope, State
from synpunkt.promises import next_morning
from synpunkt.responsibility import Department, default_departments
from synpunkt.stores.due import DueStore
from synpunkt.stores.dynamo import transact
from synpunkt.stores.preferences import Notices, PreferenceStore, View
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.staff import StaffStore

# More than anybody looks through.
_VIEWS = 50
# A list is merged from one query for each of them.
_COVERED = 10


@dataclass(frozen=True, slots=True)
class Knowing:
    """The people of a municipality, for those who work there."""

    staff: StaffStore
    registry: RegistryStore
    preferences: PreferenceStore
    due: DueStore

    # ---- colleagues ------------------------------------------------------------------------------------------

    def colleagues(self, municipality: str, language: str) -> Colleagues:
        """Everybody who is let in there, by name, the departments, and the bodies a case can be handed over to."""
        people = [_colleague(each) for each in self.staff.members(municipality) if each.state is State.ACTIVE]
        units = [Unit(id=name, name=each.name[language]) for name, each in self._departments(municipality).items()]
        return Colleagues(people=people, departments=_by_name(units), bodies=self._bodies(municipality, language))

    def _bodies(self, municipality: str, language: str) -> list[Unit]:
        profile = self.registry.profile(municipality)
        known = profile.published.bodies if profile and profile.published else {}
        reached = profile.mails if profile else {}
        return _by_name(Unit(id=each, name=known[each].name[language]) for each in known if f"body:{each}" in reached)

    def check_assignment(self, caller: Caller, municipality: str, team: str | None, assignee: str | None) -> None:
        """Passes for a team there is and a person who works there. Raises `Problem` (422) for others.

        A system may take a case on itself, as a person may.
        """
        if team is not None and team not in self._departments(municipality):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "team_unknown")
        if assignee is None or assignee == caller.caller_id:
            return
        member = self.staff.member(municipality, assignee)
        if member is None or member.state is not State.ACTIVE:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "assignee_unknown")

    def mine(self, caller: Caller, municipality: str) -> list[str]:
        """Those whose cases are the caller's today: themselves, and colleagues they stand in for."""
        covered = self.staff.covered_by(municipality, caller.caller_id, clock.now().date())
        return [caller.caller_id, *covered[:_COVERED]]

    def _departments(self, municipality: str) -> Mapping[str, Department]:
        profile = self.registry.profile(municipality)
        if profile is not None and profile.published is not None:
            return profile.published.departments
        return {each.department: each for each in default_departments()}

    # ---- what somebody is told -------------------------------------------------------------------------------

    def notices(self, member: Member) -> NoticesOut:
        """What the person is told by mail."""
        return _notices(self.preferences.notices(member.staff_id))

    def choose_notices(self, member: Member, wanted: NoticesIn) -> NoticesOut:
        """From now on the person is told that. The first digest comes the next working morning."""
        chosen = Notices(wanted.assigned, wanted.answered, wanted.digest, wanted.language)
        first = next_morning(clock.now()) if wanted.digest else None
        digest = self.due.digest(member.municipality or "", member.staff_id, first)
        transact([self.preferences.choosing(member.staff_id, chosen), digest])
        return _notices(chosen)

    # ---- views -----------------------------------------------------------------------------------------------

    def views(self, caller: Caller, municipality: str) -> Views:
        """The caller's own, then what is shared."""
        own = self.preferences.views(municipality, caller.caller_id)
        return Views(views=[_view(each) for each in (*own, *self.preferences.views(municipality, None))])

    def keep_view(self, caller: Caller, municipality: str, view_id: str, wanted: ViewIn) -> ViewOut:
        """Keeps it. Raises `Problem`: 403 for a shared one of somebody who is no lead, 409 when there are too many."""
        shared = self.preferences.views(municipality, None)
        if wanted.shared or any(each.view_id == view_id for each in shared):
            require(caller, Scope.ASSIGN, municipality)
        kept = shared if wanted.shared else self.preferences.views(municipality, caller.caller_id)
        if len(kept) >= _VIEWS and all(each.view_id != view_id for each in kept):
            raise Problem(HTTPStatus.CONFLICT, "too_many_views")
        filters = wanted.filters.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        view = View(view_id, wanted.name, wanted.shared, filters)
        self.preferences.keep_view(municipality, caller.caller_id, view)
        return _view(view)

    def drop_view(self, caller: Caller, municipality: str, view_id: str) -> None:
        """Removes it. Raises `Problem`: 404 when there is none, 403 for a shared one of somebody who is no lead."""
        own = self.preferences.views(municipality, caller.caller_id)
        if any(each.view_id == view_id for each in own):
            self.preferences.drop_view(municipality, caller.caller_id, view_id)
            return
        if all(each.view_id != view_id for each in self.preferences.views(municipality, None)):
            raise not_found()
        require(caller, Scope.ASSIGN, municipality)
        self.preferences.drop_view(municipality, None, view_id)


def _by_name(units: Iterable[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: unit.name.casefold())


def _colleague(member: Member) -> Colleague:
    cover = member.cover if member.cover and member.cover.holds(clock.now().date()) else None
    return Colleague(
        staff_id=member.staff_id,
        name=member.name,
        departments=sorted(member.departments),
        away_until=cover.until if cover else None,
        covered_by=cover.by if cover else None,
    )


def _notices(chosen: Notices) -> NoticesOut:
    return NoticesOut.model_validate(
        {"assigned": chosen.assigned, "answered": chosen.answered, "digest": chosen.digest, "language": chosen.language}
    )


def _view(view: View) -> ViewOut:
    return ViewOut(view_id=view.view_id, name=view.name, shared=view.shared, filters=dict(view.filters))
