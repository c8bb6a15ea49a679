"""What is found, known and set at the desk, as it comes in and goes out."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from functions.desk.cases.handling_models import AttentionName
from synpunkt.http.incoming import Strict, one_line, short

KindName = Literal["fault", "question", "suggestion", "complaint", "praise"]
PriorityName = Literal["low", "normal", "high"]
StatusName = Literal[
    "submitted",
    "routed",
    "delivered",
    "acknowledged",
    "in_progress",
    "waiting_for_citizen",
    "planned",
    "with_other_body",
    "resolved",
    "reopened",
]
Id = Annotated[str, short(64), StringConstraints(min_length=1)]


class Colleague(BaseModel):
    """Somebody cases can be given to. `covered_by`: who takes them, to the end of the day `away_until`."""

    staff_id: str
    name: str
    departments: list[str]
    away_until: date | None = None
    covered_by: str | None = None


class Unit(BaseModel):
    """A department, which is a team, too; or a body."""

    id: str
    name: str


class Colleagues(BaseModel):
    """Whom a case can be given to. `bodies`: those outside whom the registry names, and whose address is verified."""

    people: list[Colleague]
    departments: list[Unit]
    bodies: list[Unit]


class NoticesOut(BaseModel):
    """What somebody is told by mail, in which language."""

    assigned: bool
    answered: bool
    digest: bool
    language: Literal["sv", "en"]


class NoticesIn(Strict):
    """What somebody wants to be told by mail. `digest`: each working morning, what is on their list."""

    assigned: bool
    answered: bool
    digest: bool
    language: Literal["sv", "en"] = "sv"


class FiltersIn(Strict):
    """What a view shows: the parameters of the list, and words to search for."""

    unit: Id | None = None
    mine: bool = False
    attention: AttentionName | None = None
    category: Id | None = None
    kind: KindName | None = None
    status: StatusName | None = None
    priority: PriorityName | None = None
    from_: date | None = Field(None, alias="from")
    to: date | None = None
    q: Annotated[str, BeforeValidator(one_line), short(200)] | None = None


class ViewIn(Strict):
    """A view to keep. `shared`: for everybody in the municipality, which is for leads to decide."""

    name: Annotated[str, BeforeValidator(one_line), short(80), StringConstraints(min_length=1)]
    shared: bool = False
    filters: FiltersIn


class ViewOut(BaseModel):
    """A view somebody kept. `filters`: as in `FiltersIn`, those that were set."""

    view_id: str
    name: str
    shared: bool
    filters: dict[str, str | bool]


class Views(BaseModel):
    """One's own views, then those that are shared, by name."""

    views: list[ViewOut]
