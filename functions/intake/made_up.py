"""Made-up reports: what nobody said, about places inside the municipality, by the way of all reports."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from functions.intake.models import Receipt, ReportIn
from functions.intake.reports import Intake
from synpunkt.http.incoming import Strict, short
from synpunkt.http.validation import validated
from synpunkt.places import locate, municipality
from synpunkt.sandbox import real_of

# A town and what is around it, in degrees: some six kilometres.
_AROUND = 0.05
_TRIES = 20


class MadeUpIn(Strict):
    """How many to make up, and about what; without a category about one thing and another."""

    count: Annotated[int, Field(strict=True, ge=1, le=20)] = 1
    category: Annotated[str, short(64)] | None = None


class MadeUpCases(BaseModel):
    """The receipts, as those who do not exist would have got them."""

    cases: list[Receipt]


@dataclass(frozen=True, slots=True)
class MakingUp:
    """Makes reports up and hands them in."""

    intake: Intake

    def cases(self, code: str, wanted: MadeUpIn, language: str) -> MadeUpCases:
        """As many as wanted, in that sandbox. Raises `Problem` (422) for a category it does not have."""
        return MadeUpCases(cases=[self._one(code, wanted.category, language) for _ in range(wanted.count)])

    def _one(self, code: str, category: str | None, language: str) -> Receipt:
        told = random.choice([each for each in _texts() if category in (None, each["category"])] or _texts())
        about = category or self._known(code, told["category"])
        report = {
            "description": told["description"],
            "location": _place(real_of(code)),
            "municipality": code,
            "reporter": {"name": told["name"], "email": told["email"], "contact_by": "email"},
            **({"category": about} if about else {}),
        }
        return self.intake.accept(validated(ReportIn, report), report, str(uuid.uuid4()), language)

    def _known(self, code: str, category: str) -> str | None:
        """The category, where the municipality has it; a report without one is for its registrar."""
        registry = self.intake.registry
        return category if registry.category(registry.profile(code), category) else None


def _place(code: str) -> dict[str, Any]:
    """A point inside the municipality, not far from its main town: the town's own where none of some fits."""
    town = municipality(code)
    assert town is not None
    for _ in range(_TRIES):
        lat, lon = (round(each + random.uniform(-_AROUND, _AROUND), 5) for each in (town.lat, town.lon))
        found = locate(lat, lon)
        if found is not None and found.municipality == code:
            return {"lat": lat, "lon": lon, "method": "map"}
    return {"lat": town.lat, "lon": town.lon, "method": "map"}


@cache
def _texts() -> list[Mapping[str, str]]:
    texts: list[Mapping[str, str]] = json.loads(Path(__file__).with_name("made_up.json").read_text("utf-8"))
    return texts
