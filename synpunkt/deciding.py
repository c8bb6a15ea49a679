"""Deciding who takes a case: what lies around its place, and the registry as it stands, brought to one decision."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.lifecycle import Case, Location, Promised
from synpunkt.places import locate
from synpunkt.places.areas import AreaIndex, areas_at
from synpunkt.places.roads import RoadIndex, road_index, road_owner
from synpunkt.promises import Calendar, due
from synpunkt.replay import circumstances_of
from synpunkt.responsibility import Category, Circumstances, Decision, Responsible, decide, responsible_at
from synpunkt.sandbox import alike
from synpunkt.stores.cases import CaseFile
from synpunkt.stores.registry import RegistryStore


def decision_for(
    registry: RegistryStore, file: CaseFile, municipality: str | None = None, *, method: str = "handed_over"
) -> Decision:
    """Who takes a case by the registry as it stands.

    `municipality`: the one that takes it whatever its place says, and by which `method` it came there, as at a
    hand-over; a case of a sandbox stays among sandboxes. Raises `ValueError` when neither the case nor the caller
    names one.
    """
    case = file.case
    responsible = Responsible(alike(municipality, case.municipality), method) if municipality else _responsible(case)
    return decision_by(registry, file, responsible)[1]


def decision_by(registry: RegistryStore, file: CaseFile, responsible: Responsible) -> tuple[Category | None, Decision]:
    """Who takes a case in that municipality, and its category as the municipality has it."""
    case = file.case
    known, decision = decided(registry, responsible, case.category, circumstances_of(file), case.location)
    return known, _by_when(decision, case)


def decided(
    registry: RegistryStore,
    responsible: Responsible,
    category_id: str | None,
    about: Circumstances,
    location: Location | None,
) -> tuple[Category | None, Decision]:
    """Who takes a report, by the registry version in force; with the category as the municipality has it.

    `about`: what the report itself says. What lies around `location` is looked up here, as that version has it.
    """
    profile = registry.profile(responsible.municipality)
    about = _surrounded(about, location, registry.areas(profile))
    known, about, candidates = registry.ruling(profile, category_id, about)
    return known, decide(responsible, known, profile, about, candidates)


def _surrounded(about: Circumstances, location: Location | None, areas: AreaIndex) -> Circumstances:
    """The circumstances with the sub-areas the point is in, and who keeps the road where road data is at hand."""
    if location is None:
        return about
    road = road_owner(_roads(), location.lat, location.lon, location.accuracy_m)
    return replace(
        about,
        areas=areas_at(areas, location.lat, location.lon),
        road_owner=road.owner,
        road_ambiguous=road.ambiguous,
    )


@cache
def _roads() -> RoadIndex | None:
    return road_index()


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
        return responsible_at(place, case.municipality_given)
    if case.municipality_given is not None:
        return Responsible(case.municipality_given, "municipality_given")
    raise ValueError("neither a point in Sweden nor a municipality")
