"""Who keeps the road: on roads made here, since none are shipped."""

from __future__ import annotations

import json
import math
import random
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata import nvdb
from geodata.nvdb import Road
from synpunkt.places.roads import OWNERS, RoadIndex, RoadOwner, RoadShard, road_index, road_owner
from synpunkt.places.sweref import from_sweref, to_sweref
from synpunkt.places.tiles import latitude, longitude, tile_quadkey

STATE, MUNICIPAL, PRIVATE = (OWNERS.index(owner) for owner in ("state", "municipal", "private"))
E, N = 500_000.0, 6_500_000.0  # on the central meridian, where a metre of the map is 0.9996 of one on the ground


def _index(*roads: Road) -> RoadIndex:
    shards = nvdb.build(roads)
    return RoadIndex(frozenset(shards), shards.__getitem__)


def _at(index: RoadIndex | None, east: float, north: float, accuracy_m: float | None = None) -> RoadOwner:
    return road_owner(index, *from_sweref(E + east, N + north), accuracy_m)


def _road(owner: int, *points: tuple[float, float]) -> Road:
    return owner, [(E + x, N + y) for x, y in points]


ALONG = _road(STATE, (-400, 0), (400, 0))


def test_the_nearest_road_answers_with_its_distance() -> None:
    index = _index(ALONG, _road(MUNICIPAL, (-400, 200), (400, 200)))
    found = _at(index, 13, 20)
    assert (found.owner, found.ambiguous, found.why) == ("state", False, "nearest_road")
    assert found.distance_m == pytest.approx(20 / 0.9996, abs=0.05)
    assert found.candidates == (("state", found.distance_m),)
    assert _at(index, 0, 190).owner == "municipal"


def test_no_road_within_reach_is_unknown_and_says_so() -> None:
    index = _index(ALONG)
    assert _at(index, 0, 49).owner == "state"
    assert _at(index, 0, 51) == RoadOwner("unknown", None, False, (), "no_road_near")
    assert _at(index, 0, 5_000).why == "no_road_near"


def test_a_poor_position_reaches_farther_but_never_beyond_a_hundred_metres() -> None:
    index = _index(ALONG)
    assert _at(index, 0, 90, 95).owner == "state"
    assert not _at(index, 0, 90, 95).ambiguous
    assert _at(index, 0, 40, 3).owner == "state"
    for accuracy in (5_000.0, math.inf, math.nan):
        assert _at(index, 0, 105, accuracy).owner == "unknown"
        assert _at(index, 0, 90, accuracy).ambiguous


def test_parallel_roads_of_two_keepers_are_ambiguous_within_25_metres() -> None:
    for apart, ambiguous in ((40.0, True), (60.0, False)):
        index = _index(ALONG, _road(PRIVATE, (-400, apart), (400, apart)))
        found = _at(index, 0, 10)  # 10 m from one and apart - 10 m from the other
        assert (found.owner, found.ambiguous) == ("state", apart - 20 <= 25)
        assert found.ambiguous is ambiguous
        assert [owner for owner, _ in found.candidates] == (["state", "private"] if ambiguous else ["state"])


def test_the_other_road_may_be_beyond_the_reach_of_the_first() -> None:
    index = _index(ALONG, _road(MUNICIPAL, (-400, 110), (400, 110)))
    assert _at(index, 0, 48).candidates[0][0] == "state"
    assert _at(index, 0, 48).ambiguous


def test_two_roads_of_the_same_keeper_are_not_in_doubt() -> None:
    assert not _at(_index(ALONG, _road(STATE, (0, -300), (0, 300))), 5, 5).ambiguous


def test_at_a_crossing_both_are_named_in_a_fixed_order() -> None:
    crossing = _road(MUNICIPAL, (0, -300), (0, 300))
    for index in (_index(ALONG, crossing), _index(crossing, ALONG)):
        found = _at(index, 0, 0)
        assert found.ambiguous
        assert {owner for owner, _ in found.candidates} == {"state", "municipal"}
        assert _at(index, 120, 3).owner == "state"
        assert _at(index, 3, 120).owner == "municipal"


def test_a_road_whose_keeper_is_not_stated_is_not_taken_for_the_next_one() -> None:
    index = _index(_road(0, (-400, 0), (400, 0)), _road(STATE, (-400, 40), (400, 40)))
    assert _at(index, 0, 3).owner == "unknown"
    assert _at(index, 0, 3).why == "nearest_road"


def test_without_data_the_answer_says_that_there_is_none() -> None:
    assert _at(None, 0, 0) == RoadOwner("unknown", None, False, (), "no_data")
    assert _at(_index(ALONG), 0, 300_000).why == "no_data"
    for lat, lon in ((math.nan, 15.0), (91.0, 15.0)):
        with pytest.raises(ValueError, match="lat/lon"):
            road_owner(None, lat, lon)


def _random_roads(seed: int, east: float, north: float) -> list[Road]:
    rng = random.Random(seed)
    roads = []
    for _ in range(25):
        x, y = east + rng.uniform(-700, 700), north + rng.uniform(-700, 700)
        points = [(x, y)]
        for _ in range(rng.randrange(1, 12)):
            x, y = x + rng.gauss(0, 120), y + rng.gauss(0, 120)
            points.append((x, y))
        roads.append((rng.choice((0, STATE, MUNICIPAL, PRIVATE)), points))
    return roads


def _corner(x: int, y: int, zoom: int) -> tuple[float, float]:
    return to_sweref(latitude(y, zoom), longitude(x, zoom))


# the middle of nowhere special, a corner of four zoom-17 tiles, and one of four files
PLACES = [(E, N), _corner(72089, 38866, 17), _corner(283, 150, 9)]
_MADE: dict[tuple[int, int], tuple[RoadIndex, list[Road]]] = {}


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 3), place=st.integers(0, 2), x=st.floats(-600, 600), y=st.floats(-600, 600),
    accuracy=st.none() | st.floats(0, 150),
)  # fmt: skip
def test_answers_agree_with_measuring_every_road(
    seed: int, place: int, x: float, y: float, accuracy: float | None
) -> None:
    east, north = PLACES[place]
    if (seed, place) not in _MADE:
        roads = _random_roads(seed, east, north)
        _MADE[seed, place] = _index(*roads), roads
    index, roads = _MADE[seed, place]
    point = shapely.Point(east + x, north + y)
    metres = [math.inf] * len(OWNERS)
    for owner, points in roads:
        metres[owner] = min(metres[owner], shapely.LineString(points).distance(point))
    found = road_owner(index, *from_sweref(east + x, north + y), accuracy)
    reach = 100.0 if accuracy is not None and accuracy > 100 else max(50.0, accuracy or 0.0)
    slack = 0.3  # SWEREF's own scale is off by 0.1 %
    nearest = min(metres)
    if abs(nearest - reach) < slack:
        return
    if nearest > reach:
        assert (found.owner, found.why) == ("unknown", "no_road_near")
        return
    assert found.why == "nearest_road"
    assert found.distance_m == pytest.approx(nearest, abs=slack)
    assert metres[OWNERS.index(found.owner)] == pytest.approx(nearest, abs=2 * slack)
    expected = {OWNERS[i] for i, each in enumerate(metres) if each <= nearest + 25}
    doubtful = {OWNERS[i] for i, each in enumerate(metres) if abs(each - nearest - 25) < 2 * slack}
    assert {owner for owner, _ in found.candidates} ^ expected <= doubtful


@pytest.mark.parametrize("place", [1, 2])
def test_roads_beyond_a_seam_are_found_from_every_side(place: int) -> None:
    east, north = PLACES[place]
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        # a road across the way, 20 m beyond the seam, seen from 20 m before it
        index = _index((STATE, [(east + 20 * dx + 50 * dy, north + 20 * dy + 50 * dx),
                                (east + 20 * dx - 50 * dy, north + 20 * dy - 50 * dx)]))  # fmt: skip
        found = road_owner(index, *from_sweref(east - 20 * dx + 3 * dy, north - 20 * dy + 3 * dx))
        assert found.owner == "state"
        assert found.distance_m == pytest.approx(40, abs=0.1)


def test_the_places_of_the_property_test_are_on_seams() -> None:
    for (east, north), zoom in ((PLACES[1], 17), (PLACES[2], 9)):
        keys = set()
        for dx in (-5, 5):
            for dy in (-5, 5):
                lat, lon = from_sweref(east + dx, north + dy)
                n = 1 << zoom
                keys.add(tile_quadkey(int((lon + 180) / 360 * n), int(_mercator(lat) * n), zoom))
        assert len(keys) == 4
    shards = nvdb.build(_random_roads(0, *PLACES[2]))
    assert len(shards) == 4


def _mercator(lat: float) -> float:
    return (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2


# --- the importer


def _blob(points: list[tuple[float, ...]], envelope: int = 0, multi: bool = False) -> bytes:
    """A GeoPackage geometry: its header, an envelope if asked, and a WKB line with a height if points have one."""
    dimensions = len(points[0])
    kind = 2 + (1000 if dimensions == 3 else 0)
    line = struct.pack("<BII", 1, kind, len(points)) + b"".join(struct.pack(f"<{dimensions}d", *p) for p in points)
    if multi:
        line = struct.pack("<BII", 1, kind + 3, 1) + line
    return b"GP\0" + bytes([1 | envelope << 1]) + struct.pack("<i", 3006) + b"\0" * (0, 32, 48)[envelope] + line


def _geopackage(file: Path, layers: dict[str, list[tuple[Any, bytes]]], column: str, srs: int = 3006) -> Path:
    database = sqlite3.connect(file)
    database.execute("CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization_coordsys_id INTEGER)")
    database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (7, ?)", (srs,))
    database.execute("CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER)")
    for layer, rows in layers.items():
        database.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 7)", (layer,))
        database.execute(f'CREATE TABLE "{layer}" (fid INTEGER PRIMARY KEY, "{column}", geom BLOB)')
        database.executemany(f'INSERT INTO "{layer}" ("{column}", geom) VALUES (?, ?)', rows)
    database.commit()
    database.close()
    return file


def test_a_geopackage_becomes_a_folder_that_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        (1, _blob([(E - 400, N, 12.0), (E + 400, N, 13.0)], envelope=2)),
        (2.0, _blob([(E - 400, N + 200), (E + 400, N + 200)], envelope=1)),
        ("enskild", _blob([(E - 400, N + 400), (E + 400, N + 400)], multi=True)),
        (9, _blob([(E - 400, N + 600), (E + 400, N + 600)])),
        (None, _blob([(E - 400, N + 800), (E + 400, N + 800)])),
    ]
    layers: dict[str, list[tuple[Any, bytes]]] = {"NVDB_DK_O_1_Bro": [], "NVDB_DK_O_2_Vaghallare": rows}
    file = _geopackage(tmp_path / "roads.gpkg", layers, "Vaghallartyp", srs=5845)
    nvdb.main([str(file), "--out", str(tmp_path / "out"), "--version", "made here"])
    said = capsys.readouterr().out
    assert "'9' -> unknown" in said
    assert "'2' -> municipal" in said
    index = road_index(str(tmp_path / "out"))
    assert index is not None
    assert index.version == "made here"
    assert [_at(index, 0, 200 * i + 3).owner for i in range(5)] == [
        "state", "municipal", "private", "unknown", "unknown",
    ]  # fmt: skip


@pytest.mark.parametrize("crs", ["urn:ogc:def:crs:EPSG::3006", None, "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_geojson_in_either_system_gives_the_same_roads(tmp_path: Path, crs: str | None) -> None:
    points: list[list[float]] = [[E - 400, N], [E + 400, N]]
    if crs and crs.endswith("84"):
        points = [list(reversed(from_sweref(x, y))) for x, y in points]
    feature = {
        "type": "Feature",
        "properties": {"Vaghallare_Vaghallartyp": "statlig"},
        "geometry": {"type": "LineString", "coordinates": points},
    }
    document: dict[str, object] = {"type": "FeatureCollection", "features": [feature]}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps(document), encoding="utf-8")
    nvdb.main([str(file), "--out", str(tmp_path / "out")])
    found = _at(road_index(str(tmp_path / "out")), 0, 30)
    assert found.owner == "state"
    assert found.distance_m == pytest.approx(30, abs=0.1)


def test_attribute_layer_and_codes_can_be_named(tmp_path: Path) -> None:
    rows: list[tuple[Any, bytes]] = [("S", _blob([(E - 400, N), (E + 400, N)]))]
    file = _geopackage(tmp_path / "roads.gpkg", {"a": rows, "b": rows}, "keeper")
    out = ["--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit, match="which layer"):
        nvdb.main([str(file), *out])
    with pytest.raises(SystemExit, match="no attribute"):
        nvdb.main([str(file), *out, "--layer", "a"])
    with pytest.raises(SystemExit, match="the owner is one of"):
        nvdb.main([str(file), *out, "--layer", "a", "--attribute", "keeper", "--map", "S=crown"])
    nvdb.main([str(file), *out, "--layer", "a", "--attribute", "keeper", "--map", "S=state"])
    assert _at(road_index(str(tmp_path / "out")), 0, 3).owner == "state"


def test_files_that_cannot_be_roads_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    text = tmp_path / "x.geojson"
    out = tmp_path / "out"
    point = {"type": "Point", "coordinates": [15, 58]}
    for document in (
        "", "[]", "{}", '{"features": []}',
        json.dumps({"features": [{"properties": {"Vaghallartyp": 1}, "geometry": point}]}),
        json.dumps({"features": [{"properties": {"Vaghallartyp": 1},
                                  "geometry": {"type": "LineString", "coordinates": [[58, 15], [58.1, 15]]}}]}),
    ):  # fmt: skip
        text.write_text(document, encoding="utf-8")
        with pytest.raises(SystemExit):
            nvdb.main([str(text), "--out", str(out)])
    wrong = _geopackage(tmp_path / "local.gpkg", {"a": [(1, _blob([(E, N), (E + 9, N)]))]}, "Vaghallartyp", srs=3010)
    with pytest.raises(SystemExit, match="EPSG:3010"):
        nvdb.main([str(wrong), "--out", str(out)])
    with pytest.raises(SystemExit, match="not there"):
        nvdb.main([str(tmp_path / "absent"), "--out", str(out)])
    assert not out.exists()


def test_simplifying_keeps_roads_within_the_tolerance() -> None:
    wave = _road(STATE, *((x, 3 * math.sin(x / 10)) for x in range(-400, 401)))
    exact, rough = nvdb.build([wave]), nvdb.build([wave], 0.5)
    assert sum(map(len, rough.values())) < sum(map(len, exact.values())) / 2
    for east in range(-300, 300, 7):
        found = [_at(RoadIndex(frozenset(s), s.__getitem__), east, 20).distance_m or 0.0 for s in (exact, rough)]
        assert abs(found[0] - found[1]) < 0.6


# --- where the data is


def test_there_is_no_data_unless_a_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SYNPUNKT_ROADS", raising=False)
    assert road_index() is None
    monkeypatch.setenv("SYNPUNKT_ROADS", str(tmp_path / "absent"))
    with pytest.raises(OSError, match="absent"):
        road_index()
    shards = nvdb.build([ALONG])
    nvdb.write(shards, tmp_path, "v1")
    monkeypatch.setenv("SYNPUNKT_ROADS", str(tmp_path))
    assert _at(road_index(), 0, 1).owner == "state"


def test_files_are_read_when_needed_and_only_the_last_are_kept() -> None:
    read: list[str] = []
    shards = nvdb.build([(STATE, [(E - 400 + 40_000 * i, N), (E + 400 + 40_000 * i, N)]) for i in range(5)])

    def load(name: str) -> bytes:
        read.append(name)
        return shards[name]

    index = RoadIndex(frozenset(shards), load)
    for _ in range(3):
        _at(index, 0, 0)
    assert len(read) == 1
    for i in range(5):
        _at(index, 40_000 * i, 0)
    assert sorted(read) == sorted(set(read))


def test_bytes_that_are_no_road_file_are_refused() -> None:
    (raw,) = nvdb.build([ALONG]).values()
    for bad in (b"", b"X" + raw[1:], raw[:8] + b"\xff" + raw[9:]):
        with pytest.raises(ValueError, match="not a road file"):
            RoadShard(bad)


def test_look_ups_import_no_geometry_library() -> None:
    code = "import sys, synpunkt.places.roads; print([n for n in sys.modules if n in ('shapely', 'numpy', 'sqlite3')])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
