"""The answers of `route.api`, made from the decision and the catalogue."""

from __future__ import annotations

from http import HTTPStatus

from functions.route.models import (
    Categories,
    CategoryOut,
    GroupOut,
    Located,
    Municipalities,
)
from synpunkt.http import Problem
from synpunkt.http.models import DepartmentOut, MunicipalityOut
from synpunkt.http.points import place_in_sweden
from synpunkt.places import municipalities
from synpunkt.responsibility import Responsible, category, decide, groups
from synpunkt.stores.registry import RegistryStore


def located(
    registry: RegistryStore,
    lat: float,
    lon: float,
    accuracy_m: float | None,
    category_id: str | None,
    language: str,
) -> Located:
    """Who would receive a report from a point. Raises `Problem` outside Sweden and for an unknown category."""
    about = category(category_id or None)
    if category_id and about is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_category")
    place = place_in_sweden(lat, lon, accuracy_m)
    profile = registry.profile(place.municipality)
    decision = decide(Responsible(place.municipality, "point", place), about, profile)
    return Located(
        municipality=MunicipalityOut.of(place.municipality, language),
        department=DepartmentOut.of(decision.department, language),
        routing={**decision.routing, "sentence": decision.routing["sentences"][language]},
        neighbour=MunicipalityOut.of(place.neighbour, language) if place.neighbour else None,
        border_m=round(place.border_m, 1),
        claimed=decision.claimed,
    )


def category_groups(language: str) -> Categories:
    """The national set in one language."""
    return Categories(
        groups=[
            GroupOut(
                id=group.group,
                name=group.name[language],
                categories=[
                    CategoryOut(
                        category=each.category,
                        name=each.name[language],
                        kind=each.kind.value,
                        visibility=each.visibility.value,
                        department=each.department,
                        keywords=[*each.keywords["sv"], *each.keywords["en"]],
                        notice=each.notice,
                    )
                    for each in group.categories
                ],
            )
            for group in groups()
        ]
    )


def municipality_list() -> Municipalities:
    """All municipalities by code."""
    return Municipalities(municipalities=[MunicipalityOut(code=each.code, name=each.name) for each in municipalities()])
