"""What anybody may have of a case as data: facts alone, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from synpunkt import clock
from synpunkt.letters import category_name
from synpunkt.lifecycle import Case, EventType, Visibility, photo_visibility
from synpunkt.places import municipality

if TYPE_CHECKING:
    from synpunkt.stores.cases import CaseFile

# Some ten metres: the street, and not the doorstep from which somebody reported.
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A public case as a row, and all of it: what is not named here leaves in no file and no feed.

    Names in words are Swedish. Times are UTC, ISO 8601, whole seconds. `lat`, `lon`: degrees, WGS84, four decimals.
    `responsible`: `municipality`, or `body` for somebody else, whose id `body` is. `routed_by`: how the receiver was
    found: `department`, `registrar` or `triage`. `claimed`: whether the municipality has joined. `photos`: how many
    everybody may see.
    """

    id: str
    kind: str
    category: str | None
    category_name: str | None
    status: str
    outcome: str | None
    municipality: str
    municipality_name: str
    department: str | None
    responsible: str
    body: str | None
    routed_by: str | None
    claimed: bool
    submitted_at: str
    routed_at: str | None
    answered_at: str | None
    resolved_at: str | None
    lat: float | None
    lon: float | None
    photos: int

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> OpenCase:
        """The row that was kept; what was kept as nothing is left out there."""
        values: dict[str, Any] = {each: item.get(each) for each in COLUMNS}
        # A whole number of degrees was kept as one.
        values |= {each: float(item[each]) for each in ("lat", "lon") if each in item}
        return cls(**values)

    def kept(self) -> dict[str, Any]:
        """The row as it is kept."""
        return {name: value for name, value in asdict(self).items() if value is not None}


COLUMNS = tuple(each.name for each in fields(OpenCase))


def open_case(file: CaseFile) -> OpenCase | None:
    """The case as open data; `None` of one that not everybody may read: private, held, hidden or protected."""
    case = file.case
    is_public = case.visibility is Visibility.PUBLIC and not case.hidden and not case.protected
    if not is_public or case.municipality is None:
        return None
    place = municipality(case.municipality)
    routed = next((each.occurred_at for each in file.entries if each.type is EventType.CASE_ROUTED), None)
    return OpenCase(
        id=case.reference,
        kind=case.kind.value,
        category=case.category,
        category_name=category_name(case.category, "sv", case.routing) if case.category else None,
        status=case.status.value,
        outcome=case.outcome.value if case.outcome else None,
        municipality=case.municipality,
        municipality_name=place.name if place else case.municipality,
        department=case.department,
        responsible="body" if case.body else "municipality",
        body=case.body,
        routed_by=(case.routing or {}).get("fallback_level"),
        claimed=case.claimed,
        submitted_at=_second(case.created_at),
        routed_at=_second(routed) if routed else None,
        answered_at=_second(case.answered_at) if case.answered_at else None,
        resolved_at=_second(case.resolved_at) if case.resolved_at else None,
        lat=_rounded(case, "lat"),
        lon=_rounded(case, "lon"),
        photos=sum(photo_visibility(case, each) is Visibility.PUBLIC for each in file.photos),
    )


def _second(moment: datetime) -> str:
    return f"{clock.to_iso(moment)[:19]}Z"


def _rounded(case: Case, axis: str) -> float | None:
    return round(float(getattr(case.location, axis)), _DECIMALS) if case.location else None
