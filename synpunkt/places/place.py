"""From a WGS84 position to the municipality that has it, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import inf

from . import boundaries
from .tiles import check_position

NEAR_M = 50.0  # maps and phones are seldom better than this near a boundary
POOR_M = 500.0  # beyond this the position itself is in doubt, whatever the boundary


@dataclass(frozen=True, slots=True)
class Place:
    """Where a position is.

    municipality: SCB code. border_m: metres along the ellipsoid to that municipality's nearest boundary, whatever
    is beyond it: another municipality, another country or international waters. neighbour: the other municipality
    nearest to the position, if it is within reach of the position's accuracy; None when none is. neighbour_m:
    metres to that neighbour, None without one. Never less than border_m, and more only where what is nearest is
    the national boundary. uncertain: true when a boundary, also the national one, is within that reach, or when
    the position is poor. poor: the accuracy is worse than 500 m, so that the place itself is in doubt.
    """

    municipality: str
    border_m: float
    neighbour: str | None
    uncertain: bool
    neighbour_m: float | None = None
    poor: bool = False


def locate(lat: float, lon: float, accuracy_m: float | None = None) -> Place | None:
    """Give the municipality at a position, the distance to its boundary and the neighbour in reach; None outside all.

    lat, lon: degrees, WGS84; accuracy_m: metres, the radius the position is known to. A boundary counts as
    near within 50 m, or within the accuracy up to 500 m. Source: SCB's RegSO 2025, where the territorial sea
    belongs to municipalities. ValueError for a lat or lon that is not finite or not on the globe; no value of
    accuracy_m raises.
    """
    at = boundaries.tile_coordinates(lat, lon)
    if at is None:
        check_position(lat, lon)
        return None
    x, y = at
    index = boundaries.index()
    ordinal = index.ordinal(x, y)
    if ordinal == boundaries.OUTSIDE:
        return None
    border_m, beyond = index.nearest_boundary(x, y, ordinal)
    poor, reach = _reach(accuracy_m)
    if border_m > reach:
        return Place(index.codes[ordinal], border_m, None, poor, None, poor)
    return _near(index, x, y, ordinal, border_m, beyond, reach, poor)


def locate_near(lat: float, lon: float, accuracy_m: float | None = None) -> Place | None:
    """Give what `locate` gives, except that border_m is infinite where no boundary is within reach.

    For callers that ask only whether a boundary is near: twenty times as fast, since far from one nothing is
    measured. The reach is that of `locate`. ValueError for a lat or lon that is not finite or not on the globe;
    no value of accuracy_m raises.
    """
    at = boundaries.tile_coordinates(lat, lon)
    if at is None:
        check_position(lat, lon)
        return None
    x, y = at
    index = boundaries.index()
    poor, reach = _reach(accuracy_m)
    ordinal = index.clear_ordinal(x, y, reach / boundaries.SMALLEST_TILE_M)
    if ordinal != boundaries.OUTSIDE:
        return _far(ordinal, poor)
    ordinal = index.ordinal(x, y)
    if ordinal == boundaries.OUTSIDE:
        return None
    found = index.boundary_within(x, y, ordinal, reach)
    if found is None:
        return _far(ordinal, poor)
    return _near(index, x, y, ordinal, *found, reach, poor)


@cache
def _far(ordinal: int, poor: bool) -> Place:
    return Place(boundaries.index().codes[ordinal], inf, None, poor, None, poor)


def _near(
    index: boundaries.BoundaryIndex,
    x: float,
    y: float,
    ordinal: int,
    border_m: float,
    beyond: int,
    reach: float,
    poor: bool,
) -> Place:
    code = index.codes[ordinal]
    if beyond != boundaries.OUTSIDE:
        return Place(code, border_m, index.codes[beyond], True, border_m, poor)
    other = index.other_within(x, y, ordinal, reach)
    if other is None:
        return Place(code, border_m, None, True, None, poor)
    return Place(code, border_m, index.codes[other[1]], True, other[0], poor)


def _reach(accuracy_m: float | None) -> tuple[bool, float]:
    """Tell whether a position is poor, and from how far a boundary counts as near."""
    if accuracy_m is None:
        return False, NEAR_M
    poor = not accuracy_m <= POOR_M  # the negation makes NaN poor
    return poor, POOR_M if poor else max(NEAR_M, accuracy_m)


def municipality_at(lat: float, lon: float) -> str | None:
    """Give the SCB code of the municipality at a position, None outside: as `locate` says, but faster.

    ValueError for a lat or lon that is not finite or not on the globe.
    """
    return boundaries.index().codes[_ordinal(lat, lon)] or None


def looks_swapped(lat: float, lon: float) -> bool:
    """Tell whether a position is outside Sweden but inside with lat and lon exchanged; never raises."""
    return boundaries.ordinal_at(lat, lon) == boundaries.OUTSIDE != boundaries.ordinal_at(lon, lat)


def _ordinal(lat: float, lon: float) -> int:
    ordinal = boundaries.ordinal_at(lat, lon)
    if ordinal == boundaries.OUTSIDE:
        check_position(lat, lon)
    return ordinal
