"""Sweden's 290 municipalities by SCB code: names, counties and a position in each."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache

from synpunkt.sandbox import is_sandbox, real_of

from .packaged import package_data


@dataclass(frozen=True, slots=True)
class Municipality:
    """One municipality as SCB lists it.

    code: four digits, a string. name: without "kommun" ("Gotland"). full_name: as a Swedish sentence says it
    ("Region Gotland", "Falu kommun"). county, county_code: "Gotlands län", "09". lat, lon: a WGS84 position
    inside, usually in the main town. bbox: west, south, east, north in degrees.
    """

    code: str
    name: str
    full_name: str
    county: str
    county_code: str
    lat: float
    lon: float
    bbox: tuple[float, float, float, float]


@cache
def _by_code() -> dict[str, Municipality]:
    return {
        row["code"]: Municipality(
            code=row["code"],
            name=row["name"],
            full_name=row["full_name"],
            county=row["county"],
            county_code=row["county_code"],
            lat=row["lat"],
            lon=row["lon"],
            bbox=(row["bbox"][0], row["bbox"][1], row["bbox"][2], row["bbox"][3]),
        )
        for row in json.loads(package_data("municipalities.json"))
    }


def municipality(code: str) -> Municipality | None:
    """Give the municipality with an SCB code, or the sandbox of one; None if there is none."""
    found = _by_code().get(real_of(code))
    if found is None or not is_sandbox(code):
        return found
    return replace(found, code=code, name=f"{found.name} (test)", full_name=f"{found.full_name} (test)")


def municipalities() -> tuple[Municipality, ...]:
    """Give all 290 municipalities in the order of their codes."""
    return tuple(_by_code().values())
