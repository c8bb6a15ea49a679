"""Open data as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, Field

from synpunkt.open_data import OpenCase
from synpunkt.stores.open_data import DayFile, OpenChange


class OpenCaseOut(BaseModel):
    """A public case: facts, no free text. Names in words are Swedish; times UTC, whole seconds.

    `id`: its number, which leads to its page. `lat`, `lon`: degrees, WGS84, four decimals. `responsible`: `body` for
    somebody outside the municipality, whose id `body` is. `routed_by`: how its receiver was found. `claimed`: whether
    the municipality has joined. `photos`: how many everybody may see.
    """

    id: str
    kind: str
    category: str | None = None
    category_name: str | None = None
    status: str
    outcome: str | None = None
    municipality: str
    municipality_name: str
    department: str | None = None
    responsible: Literal["municipality", "body"]
    body: str | None = None
    routed_by: str | None = None
    claimed: bool
    submitted_at: str
    routed_at: str | None = None
    answered_at: str | None = None
    resolved_at: str | None = None
    lat: float | None = None
    lon: float | None = None
    photos: int


class ChangeOut(BaseModel):
    """`put`: `case` is what the case is now. `removed`: it is open data no more, so delete what you have of it."""

    change: Literal["put", "removed"]
    id: str
    at: str
    case: OpenCaseOut | None = None

    @classmethod
    def of(cls, told: OpenChange) -> ChangeOut:
        """The change as it is sent."""
        if told.row is None:
            return cls(change="removed", id=told.id, at=told.at)
        return cls(change="put", id=told.id, at=told.at, case=OpenCaseOut(**asdict(told.row)))


class ChangeList(BaseModel):
    """Changes, and `next`: the value of `after` to go on with, now or later. None are left when there are none."""

    changes: list[ChangeOut]
    next: str


class DayOut(BaseModel):
    """The file of a day, UTC: how many cases it holds, its bytes and their hash, and when it was made."""

    day: str
    cases: int
    bytes: int = Field(description="size of the file")
    sha256: str
    made_at: str
    url: str

    @classmethod
    def of(cls, file: DayFile) -> DayOut:
        """The file as it is sent."""
        return cls(
            day=file.day,
            cases=file.cases,
            bytes=file.size,
            sha256=file.sha256,
            made_at=file.made_at,
            url=f"/api/v1/open/days/{file.day}.parquet",
        )


class DayList(BaseModel):
    """Files, the oldest day first. `next`: the value of `after` for the following page; null at the end."""

    days: list[DayOut]
    next: str | None


def properties(case: OpenCase) -> dict[str, object]:
    """What GeoJSON says of a case beside its place."""
    return {name: value for name, value in asdict(case).items() if name not in ("lat", "lon")}
