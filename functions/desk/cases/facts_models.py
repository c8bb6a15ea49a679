"""What is put right about a case, and how it is registered, as it comes in."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from functions.desk.cases.models import Version
from synpunkt.http.incoming import Reason, Strict, one_line, short, something_to_read
from synpunkt.lifecycle import Kind, Priority

_Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False), AfterValidator(lambda value: round(value, 7))]
_Line = Annotated[
    str,
    BeforeValidator(one_line),
    short(200),
    StringConstraints(min_length=1),
    AfterValidator(something_to_read),
]


class PointIn(Strict):
    """A point, degrees, WGS84."""

    lat: Annotated[_Degrees, Field(ge=-90, le=90)]
    lon: Annotated[_Degrees, Field(ge=-180, le=180)]


class CorrectIn(Strict):
    """What the case is about in fact; what is left out stays. `reason`: read by everyone who reads the case."""

    kind: Kind | None = None
    category: Annotated[str, short(64), StringConstraints(min_length=1)] | None = None
    location: PointIn | None = None
    reason: Reason | None = None
    version: Version | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.kind is None and self.category is None and self.location is None:
            raise PydanticCustomError("missing", "give kind, category or location", {"field": "category"})
        return self


class PriorityIn(Strict):
    """How soon the case should be looked at, among others that ask for the same."""

    priority: Priority
    version: Version | None = None


class RegisteredIn(Strict):
    """How the case is registered; what is left out stays. `received_on`: the day it reached you, Swedish time."""

    diary_number: _Line | None = None
    received_on: Annotated[date, Field(ge=date(2000, 1, 1))] | None = None
    version: Version | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.diary_number is None and self.received_on is None:
            raise PydanticCustomError("missing", "give diary_number or received_on", {"field": "diary_number"})
        return self
