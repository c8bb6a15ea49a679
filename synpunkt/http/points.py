"""A point from a request, or the problem with it."""

from __future__ import annotations

from http import HTTPStatus

from synpunkt.http.problem import Problem
from synpunkt.places import Place, locate, looks_swapped


def place_in_sweden(lat: float, lon: float, accuracy_m: float | None) -> Place:
    """Where the point is. Raises `Problem` (422) outside Sweden, with a hint when lat and lon look swapped."""
    place = locate(lat, lon, accuracy_m)
    if place is None:
        code = "swapped_coordinates" if looks_swapped(lat, lon) else "outside_sweden"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, code)
    return place
