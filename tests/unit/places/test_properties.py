"""What holds for every position on the globe."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from synpunkt.places import locate, locate_near, looks_swapped, municipality, municipality_at, quadkey
from synpunkt.places.boundaries import SMALLEST_TILE_M, ZOOM, index, tile_coordinates
from synpunkt.places.tiles import latitude, longitude, metres_per_tile, tile_position, tile_quadkey

anywhere = {"lat": st.floats(-90, 90), "lon": st.floats(-180, 180)}
around_sweden = {"lat": st.floats(55, 69.2), "lon": st.floats(10, 25)}


@settings(max_examples=200, deadline=None)
@given(**anywhere, accuracy_m=st.none() | st.floats())
def test_no_position_raises(lat: float, lon: float, accuracy_m: float | None) -> None:
    locate(lat, lon, accuracy_m)
    looks_swapped(lat, lon)
    quadkey(lat, lon, 14)


@settings(max_examples=400, deadline=None)
@given(**around_sweden, accuracy_m=st.none() | st.floats(0, 2000))
def test_answers_are_consistent(lat: float, lon: float, accuracy_m: float | None) -> None:
    place = locate(lat, lon, accuracy_m)
    assert municipality_at(lat, lon) == (place.municipality if place else None)
    if place is None:
        return
    assert municipality(place.municipality) is not None
    assert math.isfinite(place.border_m)
    assert place.border_m >= 0
    assert place.neighbour != place.municipality
    if place.neighbour is not None:
        assert place.uncertain
        assert place.border_m <= 500


@settings(max_examples=300, deadline=None)
@given(**around_sweden, accuracy_m=st.none() | st.floats(allow_nan=True))
def test_looking_only_near_says_the_same(lat: float, lon: float, accuracy_m: float | None) -> None:
    _same(lat, lon, accuracy_m)


@settings(max_examples=200, deadline=None)
@given(cell=st.integers(0, len(index().cell_x) - 1), px=st.floats(0, 1), py=st.floats(0, 1))
def test_looking_only_near_says_the_same_at_borders(cell: int, px: float, py: float) -> None:
    boundaries = index()
    row = next(r for r in range(boundaries.rows) if boundaries.row_cells[r + 1] > cell)
    x, y = boundaries.cell_x[cell] + px, boundaries.first_row + row + py
    for accuracy_m in (None, 200.0):
        _same(latitude(y, ZOOM), longitude(x, ZOOM), accuracy_m)


def _same(lat: float, lon: float, accuracy_m: float | None) -> None:
    full, near = locate(lat, lon, accuracy_m), locate_near(lat, lon, accuracy_m)
    if full is None or near is None:
        assert full is near
        return
    assert (near.municipality, near.neighbour, near.uncertain) == (full.municipality, full.neighbour, full.uncertain)
    if near.border_m == math.inf:
        assert full.border_m > 50
    else:
        assert math.isclose(near.border_m, full.border_m, rel_tol=1e-9)


@settings(max_examples=200, deadline=None)
@given(**around_sweden, turn=st.floats(0, 2 * math.pi), part=st.floats(0, 0.98))
def test_no_boundary_is_nearer_than_it_is_said(lat: float, lon: float, turn: float, part: float) -> None:
    place = locate(lat, lon)
    if place is None or place.border_m < 1:
        return
    x, y = tile_position(lat, lon, ZOOM)
    east, north = metres_per_tile(y, ZOOM)
    away = min(place.border_m, 20_000) * part  # farther, one scale for the way is too coarse
    x, y = x + math.cos(turn) * away / east, y + math.sin(turn) * away / north
    assert municipality_at(latitude(y, ZOOM), longitude(x, ZOOM)) == place.municipality


@settings(max_examples=150, deadline=None)
@given(cell=st.integers(0, len(index().cell_x) - 1), px=st.floats(0, 1), py=st.floats(0, 1))
def test_positions_in_cells_and_on_their_edges_are_answered(cell: int, px: float, py: float) -> None:
    found = index().ordinal_in_cell(cell, px * 65535, py * 65535)
    assert 0 <= found <= 290


def test_a_position_on_the_edge_of_a_tile_belongs_to_one_side_of_it() -> None:
    boundaries, nudge = index(), 2e-5  # the rounding of coordinates, in tiles
    for row in range(0, boundaries.rows, 7):
        for cell in range(boundaries.row_cells[row], boundaries.row_cells[row + 1], 5):
            x, y = float(boundaries.cell_x[cell]), float(boundaries.first_row + row)
            for on, way in (((x, y + 0.37), (1, 0)), ((x + 0.37, y), (0, 1)), ((x, y), (1, 1))):
                sides = {
                    boundaries.ordinal(on[0] + i * way[0] * nudge, on[1] + j * way[1] * nudge)
                    for i in (-1, 1)
                    for j in (-1, 1)
                }
                assert boundaries.ordinal(*on) in sides


@given(**anywhere, zoom=st.integers(0, 30), finer=st.integers(0, 30))
def test_quadkeys_nest(lat: float, lon: float, zoom: int, finer: int) -> None:
    low, high = sorted((zoom, finer))
    assert len(quadkey(lat, lon, high)) == high
    assert quadkey(lat, lon, high).startswith(quadkey(lat, lon, low))


@given(**around_sweden)
def test_a_quadkey_names_the_tile_of_the_index(lat: float, lon: float) -> None:
    x, y = tile_position(lat, lon, ZOOM)
    assert quadkey(lat, lon, ZOOM) == tile_quadkey(int(x), int(y), ZOOM)


@given(**around_sweden)
def test_tile_coordinates_round_trip(lat: float, lon: float) -> None:
    x, y = tile_position(lat, lon, ZOOM)
    assert math.isclose(latitude(y, ZOOM), lat, abs_tol=1e-9)
    assert math.isclose(longitude(x, ZOOM), lon, abs_tol=1e-9)


@given(lat=st.floats(54, 70), lon=st.floats(9, 26))
def test_tile_coordinates_of_the_frame_are_those_of_the_map(lat: float, lon: float) -> None:
    found, expected = tile_coordinates(lat, lon), tile_position(lat, lon, ZOOM)
    assert found is not None
    assert math.dist(found, expected) < 1e-8
    assert min(metres_per_tile(expected[1], ZOOM)) > SMALLEST_TILE_M
