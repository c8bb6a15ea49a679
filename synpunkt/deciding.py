"""Deciding who takes a case: what lies around its place, and the registry as it stands, brought to one decision."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.lifecycle import Case, Location, Promised
from synpunkt.places import locate
from synpunkt.places.roads import RoadIndex, road_index, road_owner
from synpunkt.promises import Calendar, due
from synpunkt.replay import circumstances_of
from synpunkt.responsibility import Category, Circumstances, Decision, Responsible, decide
from synpunkt.stores.cases import CaseFile
from synpunkt.stores.registry import RegistryStore


def decision_for(registry: RegistryStore, file: CaseFile, municipality: str | None = None) -> Decision:
    """Who takes a case by the registry as it stands.

    `municipality`: the one that takes it whatever its place says, as at a hand-over. Raises `ValueError` when neither
    the case nor the caller names one.
    """
    case = file.case
    responsible = Responsible(municipality, "handed_over") if municipality else _responsible(case)
    about = surrounded(circumstances_of(file), case.location)
    _, decision = decided(registry, responsible, case.category, about)
    return _by_when(decision, case)


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


def _by_when(decision: Decision, case: Case) -> Decision:
    """The decision with the times that what is promised means, counted from the report; none that is past."""
    promise = decision.routing.get("promise")
    if promise is None:
        return decision
    calendar = Calendar.of(promise["working_hours"])
    found = {
        which: due(case.created_at, promise[f"{which}_hours"], calendar, case.pauses)
        for which in Promised
        if f"{which}_hours" in promise
    }
    times = {f"{which}_due": to_iso(at) for which, at in found.items() if at > clock.now()}
    return replace(decision, routing={**decision.routing, "promise": {**promise, **times}})


def _responsible(case: Case) -> Responsible:
    location = case.location
    place = locate(location.lat, location.lon, location.accuracy_m) if location else None
    if place is not None:
        return Responsible(place.municipality, "point", place)
    if case.municipality_given is not None:
        return Responsible(case.municipality_given, "municipality_given")
    raise ValueError("neither a point in Sweden nor a municipality")
