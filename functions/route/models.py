"""What `route` tells about places, categories and municipalities."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from synpunkt.http.models import DepartmentOut, MunicipalityOut


class Located(BaseModel):
    """Who would receive a report from a point. `border_m`: metres to the border; `claimed`: whether they are here."""

    municipality: MunicipalityOut
    department: DepartmentOut
    routing: dict[str, Any]
    neighbour: MunicipalityOut | None = None
    border_m: float
    claimed: bool


class CategoryOut(BaseModel):
    """What a report can be about."""

    category: str
    name: str
    kind: str
    visibility: Literal["public", "held", "private"]
    department: str
    keywords: list[str]
    notice: str | None = None


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
