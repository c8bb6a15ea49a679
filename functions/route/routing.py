"""Deciding who takes a case, and writing it down."""

from __future__ import annotations

from dataclasses import dataclass

from synpunkt import clock
from synpunkt.lifecycle import Case, Change, Location, Status
from synpunkt.lifecycle import route as route_case
from synpunkt.places import locate
from synpunkt.replay import circumstances_of
from synpunkt.responsibility import Circumstances, Decision, Responsible, decide
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.registry import RegistryStore


@dataclass(frozen=True, slots=True)
class Router:
    """Routes cases by the registry as it stands."""

    cases: CaseStore
    registry: RegistryStore

    def route(self, case_id: str) -> Case:
        """The case, routed; one that was routed before is left as it is. Raises `KeyError` when it is unknown."""
        event_id = clock.new_id()

        def command(file: CaseFile) -> Change | None:
            case = file.case
            if case.status is not Status.SUBMITTED:
                return None
            decision = self.decide(case.location, case.municipality_given, case.category, circumstances_of(file))
            return route_case(
                case,
                municipality=decision.municipality,
                department=decision.department,
                claimed=decision.claimed,
                recipients=decision.recipients,
                routing=decision.routing,
                event_id=event_id,
                now=clock.now(),
            )

        return self.cases.apply(case_id, command)

    def decide(
        self, location: Location | None, municipality: str | None, category_id: str | None, about: Circumstances
    ) -> Decision:
        """Who takes a report about that place and category. Raises `ValueError` when there is no place at all."""
        responsible = _responsible(location, municipality)
        profile = self.registry.profile(responsible.municipality)
        known, about, candidates = self.registry.ruling(profile, category_id, about)
        return decide(responsible, known, profile, about, candidates)


def _responsible(location: Location | None, municipality: str | None) -> Responsible:
    place = locate(location.lat, location.lon, location.accuracy_m) if location else None
    if place is not None:
        return Responsible(place.municipality, "point", place)
    if municipality is not None:
        return Responsible(municipality, "municipality_given")
    raise ValueError("neither a point in Sweden nor a municipality")
