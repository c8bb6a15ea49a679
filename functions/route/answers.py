"""The answers of `route.api`, made from the decision and the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from functions.route.models import (
    AskWhenOut,
    Categories,
    CategoryOut,
    GroupOut,
    HoursOut,
    Located,
    Municipalities,
    OptionOut,
    QuestionOut,
    RingInsteadOut,
)
from synpunkt import clock
from synpunkt.deciding import decided
from synpunkt.http import Problem
from synpunkt.http.models import BodyOut, DepartmentOut, MunicipalityOut
from synpunkt.http.points import place_in_sweden
from synpunkt.lifecycle import Location, reached_body
from synpunkt.places import municipalities
from synpunkt.places import municipality as municipality_of
from synpunkt.responsibility import Circumstances, responsible_at
from synpunkt.stores.registry import RegistryStore


def located(
    registry: RegistryStore,
    lat: float,
    lon: float,
    accuracy_m: float | None,
    category_id: str | None,
    chosen: str | None,
    language: str,
) -> Located:
    """Who would receive a report from a point. Raises `Problem` outside Sweden and for what nobody knows.

    `chosen`: the municipality the reporter named, which counts near its border, as it does in a report.
    """
    if chosen and municipality_of(chosen) is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")
    place = place_in_sweden(lat, lon, accuracy_m)
    today = Circumstances(on=clock.now().date())
    responsible = responsible_at(place, chosen)
    known, decision = decided(registry, responsible, category_id or None, today, Location(lat, lon, accuracy_m))
    if category_id and known is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_category")
    body = reached_body(decision)
    return Located(
        municipality=MunicipalityOut.of(responsible.municipality, language),
        department=DepartmentOut.of(decision.department, language, decision.routing.get("names")),
        body=BodyOut(id=body, name=decision.routing["names"]["body"][language]) if body else None,
        routing={**decision.routing, "sentence": decision.routing["sentences"][language]},
        neighbour=MunicipalityOut.of(responsible.neighbour, language) if responsible.neighbour else None,
        neighbour_m=decision.routing["neighbour_m"],
        border_m=round(place.border_m, 1),
        claimed=decision.claimed,
    )


def category_groups(registry: RegistryStore, municipality: str | None, language: str) -> Categories:
    """What a report can be about in a municipality, in one language; without one, the national set."""
    found = registry.groups(registry.profile(municipality) if municipality else None)
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
                        questions=[_question(question, language) for question in each.questions],
                        ring_instead=_ring_instead(each.ring_instead, language),
                    )
                    for each in group.categories
                ],
            )
            for group in found
        ]
    )


def _question(data: Mapping[str, Any], language: str) -> QuestionOut:
    return QuestionOut(
        id=data["id"],
        text=data["text"][language],
        type=data["type"],
        options=[OptionOut(id=each["id"], name=each["name"][language]) for each in data["options"]],
        ask_when=AskWhenOut(**data["ask_when"]) if data.get("ask_when") else None,
    )


def _ring_instead(data: Mapping[str, Any] | None, language: str) -> RingInsteadOut | None:
    if data is None:
        return None
    hours = [HoursOut(**each) for each in data["hours"]]
    return RingInsteadOut(text=data["text"][language], phone=data["phone"], hours=hours)


def municipality_list() -> Municipalities:
    """All municipalities by code."""
    return Municipalities(municipalities=[MunicipalityOut(code=each.code, name=each.name) for each in municipalities()])
