"""Areas that municipalities draw: what is refused, and which areas hold a position."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from synpunkt.places import locate, municipality_at
from synpunkt.places.area_index import PART_BYTES, AreasTooDense, encode_areas, index_of_version
from synpunkt.places.area_upload import CODES, Area, AreaError, parse_area
from synpunkt.places.areas import AreaIndex, AreaPart, areas_at, step_position
from synpunkt.places.sweref import to_sweref
from synpunkt.places.tiles import tile_quadkey

MOTALA = "0583"
LAT, LON = 58.537, 15.036
SQUARE = [[15.03, 58.53], [15.05, 58.53], [15.05, 58.54], [15.03, 58.54], [15.03, 58.53]]


def _upload(*rings: list[Any], kind: str = "Polygon", crs: object = None) -> bytes:
    named = {} if crs is None else {"crs": crs}
    return json.dumps({"type": kind, "coordinates": list(rings), **named}).encode()


def _code(raw: bytes, municipality: str = MOTALA) -> str:
    with pytest.raises(AreaError) as caught:
        parse_area(raw, municipality)
    return caught.value.code


def _circle(lat: float, lon: float, radius_m: float, points: int) -> list[list[float]]:
    degrees = radius_m / 111_320.0
    turns = [2 * math.pi * i / points for i in range(points)]
    ring = [[lon + degrees * math.cos(t) / math.cos(math.radians(lat)), lat + degrees * math.sin(t)] for t in turns]
    return [*ring, ring[0]]


def _area(*rings: list[list[float]]) -> Area:
    return Area((tuple(tuple((x, y) for x, y in ring) for ring in rings),), "EPSG:4326", 0)


# --- what is refused


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"type": "Polygon", "coordinates": [[[1' + b"0" * 5000 + b", 1]]]}", "not_json"),
        (b" " * 2_000_001, "too_large"),
        (b"[]", "not_an_area"),
        (b"{}", "not_an_area"),
        (_upload(SQUARE, kind="LineString"), "not_an_area"),
        (json.dumps({"type": "Polygon", "coordinates": [[SQUARE]]}).encode(), "not_a_position"),
        (b'{"type": "FeatureCollection", "features": [{"type": "Polygon"}]}', "not_an_area"),
        (b'{"type": "FeatureCollection", "features": []}', "empty"),
        (b'{"type": "Feature", "geometry": null}', "empty"),
        (b'{"type": "MultiPolygon", "coordinates": []}', "empty"),
        (b'{"type": "Polygon", "coordinates": []}', "empty"),
        (b'{"type": "Polygon", "coordinates": [[]]}', "empty"),
        (_upload([[*point, 12.0] for point in SQUARE]), "three_dimensional"),
        (_upload([[15.03], *SQUARE]), "not_a_position"),
        (_upload([["15.03", "58.53"], *SQUARE]), "not_a_position"),
        (_upload([[True, 58.53], *SQUARE]), "not_a_position"),
        (b'{"type": "Polygon", "coordinates": [[[NaN, 58.5], [15, 58], [15, 59], [NaN, 58.5]]]}', "not_a_position"),
        (b'{"type": "Polygon", "coordinates": [[[1e999, 58.5], [15, 58], [15, 59], [1e999, 58]]]}', "not_a_position"),
        (_upload(SQUARE[:-1]), "unclosed"),
        (_upload(SQUARE[:1]), "unclosed"),
        (_upload([SQUARE[0], SQUARE[1], SQUARE[0]]), "too_few_points"),
        (_upload([SQUARE[0]] * 9), "too_few_points"),
        (_upload([SQUARE[0], [15.0300000001, 58.53], [15.03, 58.5300000001], SQUARE[0]]), "too_few_points"),
        (_upload(SQUARE, [[15.04, 58.535], [15.0400000001, 58.535], [15.04, 58.5350000001], [15.04, 58.535]]),
         "too_few_points"),
        (_upload([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]), "self_intersecting"),
        (_upload([SQUARE[0], SQUARE[1], SQUARE[2], SQUARE[1], SQUARE[0]]), "self_intersecting"),
        (_upload(SQUARE, [[15.06, 58.535], [15.07, 58.535], [15.07, 58.536], [15.06, 58.535]]), "hole_outside"),
        (_upload(SQUARE, [[15.04, 58.535], [15.07, 58.535], [15.07, 58.536], [15.04, 58.535]]), "self_intersecting"),
        (_upload([[y, x] for x, y in SQUARE]), "axes_swapped"),
        (_upload([[*reversed(to_sweref(y, x))] for x, y in SQUARE]), "axes_swapped"),
        (_upload([[x * 1e4, y * 1e5] for x, y in SQUARE]), "wrong_crs"),
        (_upload([[151_000.5, 6_489_000.1], [152_000, 6_489_000], [152_000, 6_490_000], [151_000.5, 6_489_000.1]]),
         "wrong_crs"),
        (_upload(SQUARE, crs={"type": "name", "properties": {"name": "EPSG:3006"}}), "wrong_crs"),
        (_upload(SQUARE, crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3010"}}), "wrong_crs"),
        (_upload(SQUARE, crs=[1]), "wrong_crs"),
        (_upload([[x + 3, y + 1] for x, y in SQUARE]), "outside_municipality"),
        (_upload([[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]), "outside_municipality"),
    ],
)  # fmt: skip
def test_bad_uploads_are_refused_with_their_code(raw: bytes, code: str) -> None:
    assert _code(raw) == code
    assert code in CODES


def test_too_many_points_are_refused_before_anything_else_is_done() -> None:
    ring = [[15.0, 58.5]] * 200_000
    assert _code(_upload(ring).replace(b" ", b"")[:2_000_001]) in ("too_large", "not_json")
    short = b",".join([b"[1,2]"] * 200_000)
    assert _code(b'{"type":"Polygon","coordinates":[[' + short + b"]]}") == "too_many_points"


def test_a_municipality_that_is_none_is_a_key_error() -> None:
    for code in ("", "0000", "9999", "583"):
        with pytest.raises(KeyError):
            parse_area(_upload(SQUARE), code)


def test_teeth_that_would_take_for_ever_are_refused_in_time() -> None:
    teeth = [[15.0 + 1e-6 * (i % 9973), 58.5 + (0.1 if i % 2 else 0.0)] for i in range(30_000)]
    assert _code(_upload([*teeth, teeth[0]])) in ("too_complex", "self_intersecting")


# --- what is taken


def test_the_two_systems_give_the_same_area() -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}}
    square = [list(to_sweref(y, x)) for x, y in SQUARE]
    for crs in (None, named):
        area = parse_area(_upload(square, crs=crs), MOTALA)
        assert (area.crs, area.vertices) == ("EPSG:3006", 5)
        corners = [min(area.polygons[0][0], key=lambda p, c=corner: math.dist(p, c)) for corner in SQUARE]  # type: ignore[misc]
        assert max(math.dist(a, b) for a, b in zip(corners, SQUARE, strict=True)) < 2e-8
    plain = parse_area(_upload(SQUARE), MOTALA)
    assert plain.crs == "EPSG:4326"
    assert parse_area(json.dumps(plain.geojson()).encode(), MOTALA).polygons == plain.polygons


def test_features_are_one_area_together_and_may_meet_or_overlap() -> None:
    features = [
        {"type": "Feature", "properties": None, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for ring in (SQUARE, [[x + 0.02, y] for x, y in SQUARE], [[x + 0.01, y] for x, y in SQUARE])
    ]
    area = parse_area(json.dumps({"type": "FeatureCollection", "features": features}).encode(), MOTALA)
    index = AreaIndex.of(encode_areas({"a": area}))
    for lon in (15.031, 15.045, 15.05, 15.065):
        assert areas_at(index, 58.535, lon) == ("a",)
    assert areas_at(index, 58.535, 15.071) == ()


def test_an_area_may_go_a_hundred_metres_over_the_border_and_no_more() -> None:
    # from a place in Motala, walk east until it ends
    lon = 15.2
    while (place := locate(58.5, lon)) and place.municipality == MOTALA:
        lon += 0.0002
    metre = 1 / (111_320 * math.cos(math.radians(58.5)))
    near, far = _circle(58.5, lon, 30, 12), _circle(58.5, lon + 400 * metre, 30, 12)
    assert parse_area(_upload(near), MOTALA)
    assert _code(_upload(far)) == "outside_municipality"


def test_an_edge_that_leaves_the_municipality_is_refused_though_its_ends_are_inside() -> None:
    ends = [[14.993, 58.428], [14.829, 58.606]]
    for lon, lat in ends:
        assert municipality_at(lat, lon) == MOTALA
    ring = [*ends, [14.830, 58.606], ends[0]]
    assert municipality_at(58.606, 14.830) == MOTALA
    assert _code(_upload(ring)) == "outside_municipality"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9))
def test_a_ring_is_taken_if_and_only_if_a_geometry_library_calls_it_valid(corners: list[tuple[int, int]]) -> None:
    ring = [[15.0 + x / 1000, 58.5 + y / 1000] for x, y in [*corners, corners[0]]]
    valid = shapely.is_valid(shapely.Polygon([*corners, corners[0]]))
    if valid:
        assert parse_area(_upload(ring), MOTALA).vertices == len(ring)
    else:
        assert _code(_upload(ring)) in ("self_intersecting", "too_few_points")


# --- look-ups


def _some_areas(count: int, seed: int) -> dict[str, Area]:
    rng = random.Random(seed)
    areas = {}
    for number in range(count):
        lat, lon = LAT + rng.uniform(-0.05, 0.05), LON + rng.uniform(-0.1, 0.1)
        radius = rng.choice((20.0, 150.0, 2500.0))
        outline = _circle(lat, lon, radius, rng.randrange(3, 60))
        hole = _circle(lat, lon, radius / 5, rng.randrange(3, 9))
        areas[f"area-{number}"] = _area(outline, hole) if number % 3 == 0 else _area(outline)
    return areas


def _truth(areas: dict[str, Area]) -> dict[str, Any]:
    """Polygons in steps, as the index sees them, so that only the method differs."""
    return {
        name: shapely.union_all(
            [
                shapely.Polygon(
                    [step_position(lat, lon) for lon, lat in polygon[0]],
                    [[step_position(lat, lon) for lon, lat in hole] for hole in polygon[1:]],
                )
                for polygon in area.polygons
            ]
        )
        for name, area in areas.items()
    }


def test_look_ups_agree_with_a_geometry_library() -> None:
    areas = _some_areas(60, 1)
    truth, index = _truth(areas), AreaIndex.of(encode_areas(areas))
    rng, held = random.Random(2), 0
    for _ in range(2500):
        lat, lon = LAT + rng.uniform(-0.06, 0.06), LON + rng.uniform(-0.12, 0.12)
        x, y = step_position(lat, lon)
        point = shapely.Point(x + 0.5, y + 0.5)
        near = [name for name, polygon in truth.items() if polygon.boundary.distance(point) < 2.0]
        expected = {name for name, polygon in truth.items() if polygon.contains(point)}
        found = set(areas_at(index, lat, lon))
        assert found ^ expected <= set(near)
        held += len(found)
    assert held > 600


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), edge=st.sampled_from(["x", "y", "both"]), nudge=st.integers(-2, 2))
def test_tile_and_cell_edges_are_like_any_other_place(seed: int, edge: str, nudge: int) -> None:
    rng = random.Random(seed)
    areas = _some_areas(5, seed % 4)
    truth, index = _TRUTHS.setdefault(seed % 4, (_truth(areas), AreaIndex.of(encode_areas(areas))))
    x, y = step_position(LAT + rng.uniform(-0.05, 0.05), LON + rng.uniform(-0.1, 0.1))
    step = 1 << rng.randrange(10, 17)
    if edge != "y":
        x = (x // step) * step + nudge
    if edge != "x":
        y = (y // step) * step + nudge
    point = shapely.Point(x + 0.5, y + 0.5)
    part = index.part(x, y)
    found = set(part.at(x, y)) if part else set()
    for name, polygon in truth.items():
        if polygon.boundary.distance(point) > 2.0:  # steps, 4 cm
            assert (name in found) == polygon.contains(point)


_TRUTHS: dict[int, tuple[dict[str, Any], AreaIndex]] = {}


def test_corners_on_corners_and_level_edges_leave_no_gap() -> None:
    """Squares that share all their corners and edges: every position is in exactly one, unless outside all."""
    lats = [58.5 + 0.002 * i for i in range(9)]
    lons = [15.0 + 0.003 * i for i in range(9)]
    areas = {
        f"{i}{j}": _area([[w, s], [e, s], [e, n], [w, n], [w, s]])
        for i, (s, n) in enumerate(pairwise(lats))
        for j, (w, e) in enumerate(pairwise(lons))
    }
    index = AreaIndex.of(encode_areas(areas))
    rng = random.Random(3)
    spots = [(rng.uniform(58.5001, 58.5159), rng.uniform(15.0001, 15.0239)) for _ in range(2000)]
    spots += [(lat, rng.uniform(15.0001, 15.0239)) for lat in lats[1:-1] for _ in range(50)]
    spots += [(lat, lon) for lat in lats[1:-1] for lon in lons[1:-1]]
    for lat, lon in spots:
        assert len(areas_at(index, lat, lon)) == 1
    assert areas_at(index, 58.4999, 15.01) == areas_at(index, 58.51, 14.9999) == ()


def test_a_large_area_is_split_into_items_that_are_read_when_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synpunkt.places.area_index.PART_BYTES", 3_000)
    areas = _some_areas(25, 4)
    parts = encode_areas(areas)
    assert len(parts) > 3
    assert max(map(len, parts.values())) <= 3_000
    read: list[str] = []

    @cache
    def load(prefix: str) -> AreaPart:
        read.append(prefix)
        return AreaPart(parts[prefix])

    index = AreaIndex(parts, load)
    assert read == []
    monkeypatch.undo()
    whole = AreaIndex.of(encode_areas(areas))
    assert list(encode_areas(areas)) == [""]
    rng = random.Random(5)
    for _ in range(1000):
        lat, lon = LAT + rng.uniform(-0.06, 0.06), LON + rng.uniform(-0.12, 0.12)
        before = len(read)
        assert areas_at(index, lat, lon) == areas_at(whole, lat, lon)
        assert len(read) <= before + 1
        x, y = step_position(lat, lon)
        if len(read) > before:
            assert tile_quadkey(x >> 16, y >> 16, 14).startswith(read[-1])
    assert len(read) == len(set(read))


def test_one_tile_with_more_than_an_item_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synpunkt.places.area_index.PART_BYTES", 300)
    with pytest.raises(AreasTooDense):
        encode_areas({"a": _area(_circle(LAT, LON, 300, 900))})
    assert PART_BYTES < 400_000


def test_a_version_holds_so_many_points_and_so_many_areas_at_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    squares = {f"a{n}": _area([[x + n / 1e5, y] for x, y in SQUARE]) for n in range(16)}
    with pytest.raises(AreasTooDense, match="16 areas lie over each other"):
        index_of_version(squares)
    fewer = dict(list(squares.items())[:15])
    assert index_of_version(fewer) == encode_areas(fewer)
    assert index_of_version({}) == {}
    # Too small for any corner of the index: their own points tell.
    small = {f"a{n}": _area(_circle(LAT, LON, 0.5 + n / 100, 4)) for n in range(16)}
    with pytest.raises(AreasTooDense, match="16 areas"):
        index_of_version(small)
    monkeypatch.setattr("synpunkt.places.area_index.MAX_POINTS", 74)
    with pytest.raises(AreasTooDense, match="75 points together"):
        index_of_version(fewer)


def test_the_same_areas_give_the_same_bytes_in_any_order() -> None:
    areas = _some_areas(12, 6)
    assert encode_areas(areas) == encode_areas(dict(reversed(areas.items())))
    assert encode_areas({}) == {}
    assert areas_at(AreaIndex.of({}), LAT, LON) == ()


def test_positions_elsewhere_are_in_no_area_and_what_is_no_position_raises() -> None:
    index = AreaIndex.of(encode_areas({"a": _area(SQUARE)}))
    assert areas_at(index, 0.0, 0.0) == areas_at(index, -90.0, 180.0) == ()
    for lat, lon in ((91.0, 0.0), (math.nan, 15.0), (58.5, math.inf)):
        with pytest.raises(ValueError, match="lat/lon"):
            areas_at(index, lat, lon)


def test_bytes_that_are_no_index_are_refused() -> None:
    raw = encode_areas({"a": _area(SQUARE)})[""]
    with pytest.raises(ValueError, match="not an area index"):
        AreaPart(b"X" + raw[1:])


def test_look_ups_import_no_geometry_library_and_no_upload() -> None:
    code = "import sys, synpunkt.places.areas; print([n for n in sys.modules if 'shapely' in n or 'upload' in n])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
