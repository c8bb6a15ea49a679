"""The neighbour beside every line there is: near where three meet, and along the coast and the national border."""

import math
from functools import cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from synpunkt.places import Place, locate, locate_near, municipality_at
from synpunkt.places.boundaries import OUTSIDE, UNITS, ZOOM, index
from synpunkt.places.tiles import latitude, longitude, metres_per_tile, tile_position

Point = tuple[float, float]
Line = tuple[int, int, list[Point]]

FARTHEST_M = 500.0
JUST_M = 0.05  # two municipalities this equally near may be named in either order


@cache
def _lines(column: int, row: int) -> list[Line]:
    """The two sides and the points, in tile coordinates, of every line in a tile, decoded here."""
    boundaries = index()
    line = row - boundaries.first_row
    if not 0 <= line < boundaries.rows or not boundaries.row_first[line] <= column <= boundaries.row_last[line]:
        return []
    cell = boundaries.grid[boundaries.row_start[line] + column] - boundaries.last_ordinal - 1
    if cell < 0:
        return []
    at = boundaries.cell_start[cell]
    words, found = boundaries.words, []
    count = words[at + 1]
    at += 2
    for _ in range(count):
        left, right, length = words[at : at + 3]
        flat = words[at + 3 : at + 3 + 2 * length]
        points = [(column + px / UNITS, row + py / UNITS) for px, py in zip(flat[::2], flat[1::2], strict=True)]
        found.append((left, right, points))
        at += 3 + 2 * length
    return found


@cache
def _ends(coast: bool) -> list[Point]:
    """Where lines end inside tiles, so that three meet; on the coast, every point with nobody on one side."""
    found = []
    boundaries = index()
    for row in range(boundaries.rows):
        for cell in range(boundaries.row_cells[row], boundaries.row_cells[row + 1], 9 if coast else 1):
            for left, right, points in _lines(boundaries.cell_x[cell], boundaries.first_row + row):
                if coast:
                    found += points[:1] if OUTSIDE in (left, right) else []
                    continue
                found += [end for end in (points[0], points[-1]) if all(0.001 < part % 1 < 0.999 for part in end)]
    return found


def _metres_to_others(x: float, y: float, own: int) -> dict[int, float]:
    """Metres to each municipality but the own one, over every line of the nine tiles around."""
    east, north = metres_per_tile(y, ZOOM)
    found: dict[int, float] = {}
    for column in range(int(x) - 1, int(x) + 2):
        for row in range(int(y) - 1, int(y) + 2):
            for left, right, points in _lines(column, row):
                plane = [((px - x) * east, (py - y) * north) for px, py in points]
                metres = min(_to_segment(*a, *b) for a, b in pairwise(plane))
                for side in {left, right} - {own, OUTSIDE}:
                    found[side] = min(found.get(side, math.inf), metres)
    return found


def _to_segment(ax: float, ay: float, bx: float, by: float) -> float:
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    part = max(0.0, min(1.0, -(ax * dx + ay * dy) / length)) if length else 0.0
    return math.hypot(ax + part * dx, ay + part * dy)


def _agrees(at: Point, turn: float, away: float, accuracy_m: float | None) -> Place | None:
    east, north = metres_per_tile(at[1], ZOOM)
    lat = latitude(at[1] + math.sin(turn) * away / north, ZOOM)
    lon = longitude(at[0] + math.cos(turn) * away / east, ZOOM)
    place = locate(lat, lon, accuracy_m)
    if place is None:
        return None
    near = locate_near(lat, lon, accuracy_m)
    assert near is not None
    assert (near.neighbour, near.neighbour_m, near.poor) == (place.neighbour, place.neighbour_m, place.poor)
    boundaries = index()
    reach = max(50.0, min(FARTHEST_M, accuracy_m or 0.0))
    metres = _metres_to_others(*tile_position(lat, lon, ZOOM), boundaries.ordinal_of(place.municipality))
    least = min(metres.values(), default=math.inf)
    close = 0.002 * least + JUST_M  # one scale for nine tiles is off by as much
    if place.neighbour is None:
        assert place.neighbour_m is None
        assert least > reach - close
        return place
    assert place.neighbour_m is not None
    assert place.border_m <= place.neighbour_m <= reach
    assert abs(place.neighbour_m - least) <= close
    assert metres[boundaries.ordinal_of(place.neighbour)] <= least + close
    return place


around = {
    "turn": st.floats(0, 2 * math.pi),
    "away": st.floats(0, 600),
    "accuracy_m": st.none() | st.floats(0, 600),
}


@settings(max_examples=200, deadline=None)
@given(number=st.integers(0, 10**6), **around)
def test_the_neighbour_is_the_nearest_where_three_meet(
    number: int, turn: float, away: float, accuracy_m: float | None
) -> None:
    ends = _ends(coast=False)
    _agrees(ends[number % len(ends)], turn, away, accuracy_m)


@settings(max_examples=200, deadline=None)
@given(number=st.integers(0, 10**6), **around)
def test_the_neighbour_is_the_nearest_along_the_coast(
    number: int, turn: float, away: float, accuracy_m: float | None
) -> None:
    ends = _ends(coast=True)
    _agrees(ends[number % len(ends)], turn, away, accuracy_m)


def test_nobodys_water_and_other_countries_hide_no_neighbour() -> None:
    """Where the national border meets a municipal one, the nearer of the two must not decide who is named."""
    boundaries = index()
    hidden = 0
    for x, y in _ends(coast=False):
        around_it = {side for left, right, points in _lines(int(x), int(y)) for side in (left, right)}
        if OUTSIDE not in around_it:
            continue
        for step in range(0, 360, 20):
            place = _agrees((x, y), math.radians(step), 30.0, None)
            if place is not None and place.neighbour is not None and place.neighbour_m != place.border_m:
                hidden += 1
                assert place.uncertain
                assert boundaries.ordinal_of(place.neighbour) in around_it
    assert hidden > 100


def test_nobody_else_is_nearer_than_the_neighbour() -> None:
    for x, y in _ends(coast=False)[::40]:
        lat, lon = latitude(y + 1e-5, ZOOM), longitude(x + 1e-5, ZOOM)
        place = locate(lat, lon, 500.0)
        if place is None or place.neighbour_m is None or place.neighbour_m < 1.0:
            continue
        east, north = metres_per_tile(y, ZOOM)
        for step in range(0, 360, 15):
            away = 0.98 * place.neighbour_m
            there = municipality_at(
                latitude(y + 1e-5 + math.sin(math.radians(step)) * away / north, ZOOM),
                longitude(x + 1e-5 + math.cos(math.radians(step)) * away / east, ZOOM),
            )
            assert there in (None, place.municipality)
