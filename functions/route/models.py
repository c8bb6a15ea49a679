"""What `route` tells about places, categories and municipalities."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from synpunkt.http.models import BodyOut, DepartmentOut, MunicipalityOut


class Located(BaseModel):
    """Who would receive a report from a point.

    `neighbour`: the other municipality that may be meant, when one is within reach of the accuracy, and
    `neighbour_m` the metres to that border. `border_m`: metres to the nearest border of the municipality the point
    lies in, also the national one. `claimed`: whether the municipality receives cases here. `body`: who gets it
    instead of the department, when the municipality's rules give it to somebody outside who can be reached.
    """

    municipality: MunicipalityOut
    department: DepartmentOut
    body: BodyOut | None = None
    routing: dict[str, Any]
    neighbour: MunicipalityOut | None = None
    neighbour_m: float | None = None
    border_m: float
    claimed: bool


class OptionOut(BaseModel):
    """One of the answers to choose from."""

    id: str
    name: str


class AskWhenOut(BaseModel):
    """Ask only when an earlier question was answered in one of these ways."""

    question: str
    answers: list[bool | int | str]


class QuestionOut(BaseModel):
    """Something more to ask about; never required."""

    id: str
    text: str
    type: Literal["text", "number", "yes_no", "choice", "several"]
    options: list[OptionOut] = []
    ask_when: AskWhenOut | None = None


class HoursOut(BaseModel):
    """When a phone is answered. `opens`, `closes`: HH:MM, Swedish time."""

    days: list[str]
    opens: str
    closes: str


class RingInsteadOut(BaseModel):
    """What is better told by phone."""

    text: str
    phone: str
    hours: list[HoursOut] = []


class CategoryOut(BaseModel):
    """What a report can be about."""

    category: str
    name: str
    kind: str
    visibility: Literal["public", "held", "private"]
    department: str
    keywords: list[str]
    notice: str | None = None
    questions: list[QuestionOut] = []
    ring_instead: RingInsteadOut | None = None


class GroupOut(BaseModel):
    """Categories that belong together."""

    id: str
    name: str
    categories: list[CategoryOut]


class Categories(BaseModel):
    """All categories, in groups."""

    groups: list[GroupOut]


class Municipalities(BaseModel):
    """All municipalities."""

    municipalities: list[MunicipalityOut]
