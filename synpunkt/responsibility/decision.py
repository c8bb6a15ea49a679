"""The decision: which municipality and department, whom to tell in which order, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from synpunkt.names import municipality_name
from synpunkt.places import DATA_VERSION, Place
from synpunkt.responsibility.catalogue import Category, department
from synpunkt.texts import LANGUAGES, text

TRIAGE = "triage"
REGISTRAR = "registrar"


class FallbackLevel(StrEnum):
    """How far down the chain the decision had to go."""

    DEPARTMENT = "department"
    REGISTRAR = "registrar"
    TRIAGE = "triage"


@dataclass(frozen=True, slots=True)
class MunicipalityProfile:
    """What we know of a municipality that joined; one that has not has no profile.

    `mails`: department → address, only addresses whose owner is verified. `topic_arn`: where its systems listen.
    """

    code: str
    claimed: bool = False
    topic_arn: str | None = None
    mails: Mapping[str, str] = field(default_factory=dict)
    acute_phone: str | None = None


@dataclass(frozen=True, slots=True)
class Responsible:
    """A municipality found for a report, by which method. `place`: where the point fell, if there was one."""

    municipality: str
    method: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who takes a report, and why. `recipients`: whom to try, in order; the last is always `triage`."""

    municipality: str
    department: str
    claimed: bool
    recipients: tuple[str, ...]
    routing: Mapping[str, Any]


def decide(responsible: Responsible, category: Category | None, profile: MunicipalityProfile | None) -> Decision:
    """Exactly one decision for any municipality, category and profile. Deterministic, never none."""
    claimed = profile is not None and profile.claimed
    owner = category.department if category else REGISTRAR
    recipients = recipients_of(owner, profile)
    level = _level(owner, recipients)
    place = responsible.place
    routing: dict[str, Any] = {
        "data_version": DATA_VERSION,
        "municipality_method": responsible.method,
        "border_m": round(place.border_m, 1) if place else None,
        "neighbour": place.neighbour if place else None,
        "uncertain": place.uncertain if place else False,
        "rule": f"category:{category.category}" if category else "no_category",
        "rejected": [],
        "road_owner": "unknown",
        "fallback_level": level.value,
        "claimed": claimed,
    }
    routing["sentences"] = {
        language: _why_here(routing, responsible.municipality, owner, language) for language in LANGUAGES
    }
    return Decision(responsible.municipality, owner, claimed, recipients, routing)


def recipients_of(owner: str, profile: MunicipalityProfile | None) -> tuple[str, ...]:
    """The chain for a department: its municipality's systems, its own mail, the registrar's mail, triage."""
    if profile is None:
        return (TRIAGE,)
    chain = [f"topic:{profile.code}"] if profile.claimed and profile.topic_arn else []
    # One address stands once, however many units share it: a second mail there would be the first one again.
    units = {profile.mails[unit].strip().lower(): unit for unit in (REGISTRAR, owner) if unit in profile.mails}
    chain += [f"mail:{unit}" for unit in reversed(units.values())]
    return (*chain, TRIAGE)


def _why_here(routing: Mapping[str, Any], municipality_code: str, department_id: str, language: str) -> str:
    """The decision in a few sentences a citizen understands."""
    name = municipality_name(municipality_code, language)
    sentences = [text(f"why.{routing['municipality_method']}", language, municipality=name)]
    if neighbour := routing["neighbour"]:
        metres = max(1, round(routing["border_m"]))
        other = municipality_name(neighbour, language)
        sentences.append(text("why.border", language, metres=metres, neighbour=other))
    elif routing["uncertain"]:
        sentences.append(text("why.uncertain", language))
    key = "why.no_category" if routing["rule"] == "no_category" else "why.category"
    sentences.append(text(key, language, department=department(department_id).name[language]))
    if routing["fallback_level"] == FallbackLevel.TRIAGE:
        sentences.append(text("why.triage", language, municipality=name))
    return " ".join(sentences)


def _level(owner: str, recipients: tuple[str, ...]) -> FallbackLevel:
    if recipients == (TRIAGE,):
        return FallbackLevel.TRIAGE
    if f"mail:{owner}" in recipients or recipients[0].startswith("topic:"):
        return FallbackLevel.DEPARTMENT
    return FallbackLevel.REGISTRAR
