"""SCB's boundaries at full resolution: fetched, checked, dissolved to municipalities.

Coordinates here are SWEREF 99 TM (EPSG:3006), metres, as SCB publishes them.
"""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyproj  # type: ignore[import-not-found, import-untyped, unused-ignore]
import shapely

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "geodata"
PACKAGE, PACKAGE_VERSION = "duva", "0.3.5"
WHEEL = f"{PACKAGE}-{PACKAGE_VERSION}-py3-none-any.whl"
WHEEL_SHA256 = "fb0948868812c2fc3b10ebdefbc0ec911456e920cb08f174b8b5b1af194013eb"
SWEREF99TM, WGS84 = 3006, 4326


@dataclass(frozen=True)
class Municipalities:
    """The 290 municipalities in the order of their codes, all arrays of that length.

    polygons: full resolution, without gaps or overlaps. towns: a point inside the smallest statistical area
    of each, which as these areas hold similar numbers of people is in its densest part. areas: the 3,363
    statistical areas themselves.
    """

    codes: list[str]
    names: list[str]
    counties: dict[str, str]
    polygons: Any
    towns: Any
    areas: Any
    reference_date: str


def fetch_wheel() -> Path:
    """Give the path of the wheel that carries SCB's data, downloaded if absent and checked by its sha256."""
    wheel = CACHE / WHEEL
    if not wheel.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        what = ["--python-version", "3.13", "--dest", str(CACHE), f"{PACKAGE}=={PACKAGE_VERSION}"]
        subprocess.run([*pip, *what], check=True)
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise SystemExit(f"{wheel.name}: sha256 is {found}, expected {WHEEL_SHA256}")
    return wheel


def read() -> Municipalities:
    """Read the municipalities from the wheel, downloading it first if need be."""
    with zipfile.ZipFile(fetch_wheel()) as wheel:
        for member in wheel.namelist():
            if member.startswith("duva/geodata/"):
                wheel.extract(member, CACHE)
        counties = _literal(wheel.read("duva/geodata/lan.py").decode("utf-8"))
    folder = CACHE / "duva" / "geodata"
    fields = ["regsokod", "kommunkod", "referensdatum"]
    meta, _, wkb, columns = pyogrio.raw.read(folder / "RegSO_2025.gpkg", columns=fields)
    column = dict(zip(meta["fields"], columns, strict=True))
    order = np.argsort(column["regsokod"].astype(str))
    areas = shapely.from_wkb(wkb)[order]
    owner = column["kommunkod"].astype(str)[order]
    codes = sorted(set(owner.tolist()))
    meta, _, _, columns = pyogrio.raw.read(folder / "Kommun_Sweref99TM.TAB", read_geometry=False)
    column_of = dict(zip(meta["fields"], columns, strict=True))
    name_of = dict(zip(column_of["KnKod"].tolist(), column_of["KnNamn"].tolist(), strict=True))
    if len(codes) != 290 or set(name_of) != set(codes):
        raise SystemExit("the source no longer lists the same 290 municipalities in both of its files")
    if not shapely.coverage_is_valid(areas):
        raise SystemExit("the source has gaps or overlaps")
    polygons = np.array([shapely.coverage_union_all(areas[owner == code]) for code in codes])
    towns = [min(areas[owner == code], key=shapely.area).representative_point() for code in codes]
    (reference_date,) = set(column["referensdatum"].tolist())
    return Municipalities(
        codes=codes,
        names=[name_of[code] for code in codes],
        counties=counties,
        polygons=shapely.normalize(polygons),
        towns=towns,
        areas=areas,
        reference_date=reference_date,
    )


def _literal(source: str) -> dict[str, str]:
    """Read the one dictionary that a module assigns, without running the module."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            return dict(ast.literal_eval(node.value))
    raise SystemExit("the source no longer lists the counties")


@cache
def _transformer(source: int, target: int) -> Any:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def to_wgs84(easting: Any, northing: Any) -> tuple[Any, Any]:
    """Give (lon, lat) of SWEREF 99 TM coordinates."""
    lon, lat = _transformer(SWEREF99TM, WGS84).transform(easting, northing)
    return lon, lat


def to_wgs84_array(coordinates: Any) -> Any:
    """Give the (n, 2) array of lon, lat for one of SWEREF 99 TM, as `shapely.transform` wants it."""
    return np.stack(to_wgs84(coordinates[:, 0], coordinates[:, 1]), axis=1)


def to_sweref(lon: Any, lat: Any) -> tuple[Any, Any]:
    """Give SWEREF 99 TM (easting, northing) of WGS84 coordinates."""
    x, y = _transformer(WGS84, SWEREF99TM).transform(lon, lat)
    return x, y


@dataclass(frozen=True)
class Sample:
    """Positions (degrees) with their true municipality, "" outside, and the metres to a boundary."""

    lon: Any
    lat: Any
    code: Any
    border_m: Any


def sample(source: Municipalities, count: int, seed: int) -> Sample:
    """Draw positions and label them by the full-resolution polygons, never by the index.

    Half lie where people live (a random statistical area, then a random place in it), a quarter anywhere in
    the country by area, a quarter within 500 m of a municipal boundary on either side, the national one too.
    """
    rng = np.random.default_rng(seed)
    near = count // 4
    wide = count // 4
    people = count - near - wide
    drawn = [
        _within(rng, source.areas[rng.integers(0, len(source.areas), people)]),
        _within(rng, rng.choice(source.polygons, wide, p=_share(shapely.area(source.polygons)))),
        _beside(rng, shapely.boundary(source.polygons), near),
    ]
    lon, lat = to_wgs84(*np.concatenate(drawn).T)
    return label(source, np.round(lon, 7), np.round(lat, 7))


def label(source: Municipalities, lon: Any, lat: Any) -> Sample:
    """Give positions their true municipality and their distance to the nearest boundary."""
    points = shapely.points(*to_sweref(lon, lat))
    tree = shapely.STRtree(source.polygons)
    code = np.full(len(points), "", dtype="<U4")
    which, polygon = tree.query(points, predicate="intersects")
    code[which] = np.array(source.codes)[polygon]
    lines = shapely.STRtree(_segments(source.polygons))
    (_, _), metres = lines.query_nearest(points, return_distance=True, all_matches=False)
    return Sample(lon, lat, code, metres)


def _segments(polygons: Any) -> Any:
    coordinates, ring = shapely.get_coordinates(shapely.boundary(polygons), return_index=True)
    same = ring[:-1] == ring[1:]
    return shapely.linestrings(np.stack([coordinates[:-1][same], coordinates[1:][same]], axis=1))


def _share(weights: Any) -> Any:
    return weights / weights.sum()


def _within(rng: Any, polygons: Any) -> Any:
    """Draw one point in each polygon."""
    bounds = shapely.bounds(polygons)
    found = np.empty((len(polygons), 2))
    left = np.arange(len(polygons))
    while len(left):
        box = bounds[left]
        tries = box[:, :2] + rng.random((len(left), 2)) * (box[:, 2:] - box[:, :2])
        inside = shapely.contains_xy(polygons[left], tries[:, 0], tries[:, 1])
        found[left[inside]] = tries[inside]
        left = left[~inside]
    return found


def _beside(rng: Any, lines: Any, count: int) -> Any:
    """Draw points up to 500 m from a place on the lines."""
    lengths = shapely.length(lines)
    chosen = rng.choice(len(lines), count, p=_share(lengths))
    on_line = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[chosen], rng.random(count) * lengths[chosen])
    )
    turn, away = rng.random(count) * 2 * np.pi, rng.random(count) * 500.0
    return on_line + np.stack([np.cos(turn) * away, np.sin(turn) * away], axis=1)
