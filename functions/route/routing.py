"""Deciding who takes a case, and writing it down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from synpunkt import clock
from synpunkt.lifecycle import Case, Change, Location, Status
from synpunkt.lifecycle import route as route_case
from synpunkt.places import locate
from synpunkt.places.roads import RoadIndex, road_index, road_owner
from synpunkt.replay import circumstances_of
from synpunkt.responsibility import Category, Circumstances, Decision, Responsible, decide
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
            responsible = _responsible(case.location, case.municipality_given)
            about = surrounded(circumstances_of(file), case.location)
            _, decision = decided(self.registry, responsible, case.category, about)
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


def surrounded(about: Circumstances, location: Location | None) -> Circumstances:
    """The circumstances with what lies around the point: who keeps the road there, where road data is at hand."""
    if location is None:
        return about
    road = road_owner(_roads(), location.lat, location.lon, location.accuracy_m)
    return replace(about, road_owner=road.owner, road_ambiguous=road.ambiguous)


@cache
def _roads() -> RoadIndex | None:
    return road_index()


def decided(
    registry: RegistryStore, responsible: Responsible, category_id: str | None, about: Circumstances
) -> tuple[Category | None, Decision]:
    """Who takes a report, by the registry version in force; with the category as the municipality has it.

    `about`: what the report itself says; with sub-areas and road owner, where they are known.
    """
    profile = registry.profile(responsible.municipality)
    known, about, candidates = registry.ruling(profile, category_id, about)
    return known, decide(responsible, known, profile, about, candidates)


def _responsible(location: Location | None, municipality: str | None) -> Responsible:
    place = locate(location.lat, location.lon, location.accuracy_m) if location else None
    if place is not None:
        return Responsible(place.municipality, "point", place)
    if municipality is not None:
        return Responsible(municipality, "municipality_given")
    raise ValueError("neither a point in Sweden nor a municipality")
