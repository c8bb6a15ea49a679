"""From an uploaded GeoJSON file to an area that rules can use, or to the reason why not.

A municipality draws its own areas: parks, harbours, districts of a contractor. What it uploads is checked here in
full before anything is stored. All checks are our own and exact: coordinates become whole numbers first (a tenth of
a millimetre), so nothing depends on rounding, and no geometry library has to be in the zip that takes uploads.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import cos, hypot, isfinite, radians
from typing import Any, Literal, NoReturn

from synpunkt.texts import text

from . import boundaries
from .sweref import EASTINGS, NORTHINGS, from_sweref
from .tiles import tile_position

MAX_BYTES = 2_000_000
_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}")  # as a registry document names its areas
MAX_VERTICES = 100_000
MAX_OUTLINE_M = 5_000_000.0  # longer outlines than any municipality's own
OUTSIDE_M = 100.0
STEP_M = 250.0  # a straight line is bent by at most 2 mm between two projections on this distance
_PROBE_M = 50.0
_MAX_COMPARISONS = 20_000_000
_METRES_PER_DEGREE = 111_320.0

Code = Literal[
    "not_json",
    "too_large",
    "not_an_area",
    "empty",
    "three_dimensional",
    "not_a_position",
    "wrong_crs",
    "axes_swapped",
    "unclosed",
    "too_few_points",
    "too_many_points",
    "too_complex",
    "self_intersecting",
    "hole_outside",
    "outside_municipality",
    "bad_id",
]
CODES: tuple[Code, ...] = Code.__args__  # type: ignore[attr-defined]

Point = tuple[float, float]  # lon, lat, as in GeoJSON
Ring = tuple[Point, ...]
Polygon = tuple[Ring, ...]
_Whole = tuple[int, int]


class AreaError(ValueError):
    """Why an upload is no area: a stable code, and where in the data if it is at a place.

    at: (lon, lat) in the file's own coordinates, None when the whole file is meant. Codes: `CODES`.
    """

    def __init__(self, code: Code, at: Point | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.at = at

    def sentence(self, language: str) -> str:
        """Say what is wrong and what to do about it, for the person who drew the area."""
        said = text(f"area.{self.code}", language)
        return f"{said} {text('area.at', language, x=self.at[0], y=self.at[1])}" if self.at else said


@dataclass(frozen=True, slots=True)
class Area:
    """A checked area: polygons, each a tuple of closed rings (first the outline, then holes) of (lon, lat), WGS84.

    A position is in the area when it is in any of the polygons. crs: what the file was in, "EPSG:4326" or
    "EPSG:3006". vertices: how many the file had.
    """

    polygons: tuple[Polygon, ...]
    crs: str
    vertices: int

    def geojson(self) -> dict[str, object]:
        """Give the area as a GeoJSON MultiPolygon in WGS84, to store or show on a map."""
        return {
            "type": "MultiPolygon",
            "coordinates": [[[[*point] for point in ring] for ring in polygon] for polygon in self.polygons],
        }

    def packed(self) -> bytes:
        """Give the area as it is stored; the same area is always the same bytes, and comes back exactly."""
        data = {"crs": self.crs, "vertices": self.vertices, "polygons": self.polygons}
        return zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 6)

    @classmethod
    def unpacked(cls, raw: bytes) -> Area:
        """Give the area that `packed` wrote."""
        data = json.loads(zlib.decompress(raw))
        polygons = tuple(
            tuple(tuple((lon, lat) for lon, lat in ring) for ring in polygon) for polygon in data["polygons"]
        )
        return cls(polygons, data["crs"], data["vertices"])


def parse_area(raw: bytes, municipality: str) -> Area:
    """Give the area in a GeoJSON file, checked; AreaError with a stable code for anything that is not one.

    raw: Polygon, MultiPolygon, Feature or FeatureCollection, at most 2 MB and 100,000 vertices, in WGS84
    (lon, lat) or SWEREF 99 TM (easting, northing), told by its `crs` member or else by its numbers. Several
    features make one area. municipality: SCB code; the whole area must be in it or within 100 m of it.
    KeyError for a code that is no municipality.
    """
    ordinal = boundaries.index().ordinal_of(municipality)
    document = _document(raw)
    geometries = _geometries(document)
    vertices = sum(len(ring) for geometry in geometries for polygon in geometry for ring in polygon)
    if vertices == 0:
        raise AreaError("empty")
    if vertices > MAX_VERTICES:
        raise AreaError("too_many_points")
    crs = _crs(document, geometries)
    checked = [[[_ring(ring) for ring in polygon] for polygon in geometry] for geometry in geometries]
    for geometry in checked:
        _check_shape(geometry, 1e9 if crs == "EPSG:4326" else 1e4)
    polygons = tuple(tuple(_in_wgs84(ring, crs) for ring in polygon) for geometry in checked for polygon in geometry)
    _check_place(polygons, ordinal)
    return Area(polygons, crs, vertices)


def check_place(area: Area, municipality: str) -> None:
    """Raise AreaError unless an area still lies in its municipality, by the boundaries of this code.

    For areas that were checked when boundaries were others. KeyError for a code that is no municipality.
    """
    _check_place(area.polygons, boundaries.index().ordinal_of(municipality))


def check_id(area_id: str) -> None:
    """Raise AreaError unless a registry document could name an area so."""
    if not _ID.fullmatch(area_id):
        raise AreaError("bad_id")


# --- reading


def _document(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise AreaError("too_large")

    def refuse(_: str) -> NoReturn:
        raise AreaError("not_a_position")  # NaN and Infinity, which JSON does not have

    try:
        document = json.loads(raw, parse_constant=refuse)
    except AreaError:
        raise
    except (ValueError, RecursionError):
        raise AreaError("not_json") from None
    if not isinstance(document, dict):
        raise AreaError("not_an_area")
    return document


def _geometries(document: dict[str, Any]) -> list[list[list[list[Any]]]]:
    """List the geometries, each a list of polygons, each a list of rings; shapes are checked, numbers not yet."""
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise AreaError("not_an_area")
        if not features:
            raise AreaError("empty")
        found = []
        for feature in features:
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                raise AreaError("not_an_area")
            found += _geometries(feature)
        return found
    if kind == "Feature":
        geometry = document.get("geometry")
        if geometry is None:
            raise AreaError("empty")
        if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
            raise AreaError("not_an_area")
        return _geometries(geometry)
    if kind not in ("Polygon", "MultiPolygon"):
        raise AreaError("not_an_area")
    coordinates = document.get("coordinates")
    polygons: Any = coordinates if kind == "MultiPolygon" else [coordinates]
    for part in (polygons, *(polygons if isinstance(polygons, list) else ())):
        if not isinstance(part, list):
            raise AreaError("not_an_area")
        if not part:
            raise AreaError("empty")
    for polygon in polygons:
        for ring in polygon:
            if not isinstance(ring, list):
                raise AreaError("not_an_area")
            if not ring:
                raise AreaError("empty")
    return [polygons]


def _ring(ring: list[Any]) -> list[Point]:
    """Give a closed ring of finite pairs without repeated points."""
    points: list[Point] = []
    for position in ring:
        point = _point(position)
        if not points or point != points[-1]:
            points.append(point)
    if _point(ring[0]) != _point(ring[-1]) or len(ring) == 1:
        raise AreaError("unclosed", points[-1])
    if len(points) < 4:
        raise AreaError("too_few_points", points[0])
    return points


def _point(position: Any) -> Point:
    if not isinstance(position, list) or len(position) < 2:
        raise AreaError("not_a_position")
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in position):
        raise AreaError("not_a_position")
    if len(position) > 2:
        raise AreaError("three_dimensional")
    try:
        x, y = float(position[0]), float(position[1])
    except OverflowError:
        raise AreaError("not_a_position") from None
    if not (isfinite(x) and isfinite(y)):
        raise AreaError("not_a_position")
    return x, y


# --- coordinate system

_WGS84_NAMES = ("CRS84", "EPSG::4326", "EPSG:4326")
_SWEREF_NAMES = ("EPSG::3006", "EPSG:3006")


def _crs(document: dict[str, Any], geometries: list[list[list[list[Any]]]]) -> str:
    """Tell the system by the numbers; a `crs` member that says another is an error, not a guess."""
    points = [
        _point(position) for geometry in geometries for polygon in geometry for ring in polygon for position in ring
    ]
    seen = _by_numbers(points)
    if "crs" not in document or document["crs"] is None:
        return seen
    name = document["crs"]
    if isinstance(name, dict):
        name = name.get("properties")
    if isinstance(name, dict):
        name = name.get("name")
    said = ""
    if isinstance(name, str):
        said = "EPSG:4326" if name.endswith(_WGS84_NAMES) else "EPSG:3006" if name.endswith(_SWEREF_NAMES) else ""
    if said != seen:
        raise AreaError("wrong_crs")
    return seen


def _by_numbers(points: list[Point]) -> str:
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)

    def within(low: float, high: float, range_: tuple[float, float]) -> bool:
        return range_[0] <= low <= high <= range_[1]

    if within(west, east, (-180.0, 180.0)) and within(south, north, (-90.0, 90.0)):
        sweden = (9.0, 26.0), (54.0, 70.0)
        if within(south, north, sweden[0]) and within(west, east, sweden[1]):
            raise AreaError("axes_swapped")
        return "EPSG:4326"
    if within(west, east, EASTINGS) and within(south, north, NORTHINGS):
        return "EPSG:3006"
    if within(south, north, EASTINGS) and within(west, east, NORTHINGS):
        raise AreaError("axes_swapped")
    raise AreaError("wrong_crs")


def _in_wgs84(ring: list[Point], crs: str) -> Ring:
    if crs == "EPSG:4326":
        return tuple(ring)
    found: list[Point] = []
    for (ax, ay), (bx, by) in pairwise(ring):
        parts = max(1, int(hypot(bx - ax, by - ay) / STEP_M) + 1)
        if len(found) + parts > MAX_OUTLINE_M / STEP_M + MAX_VERTICES:
            raise AreaError("too_complex")
        for i in range(parts):
            lat, lon = from_sweref(ax + (bx - ax) * i / parts, ay + (by - ay) * i / parts)
            found.append((round(lon, 9), round(lat, 9)))
    return (*found, found[0])


# --- shape


def _check_shape(geometry: list[list[list[Point]]], scale: float) -> None:
    """Refuse outlines that cross, touch or retrace themselves, and holes that are not in their outline."""
    edges: list[tuple[_Whole, _Whole, int, int]] = []  # from, to, ring, polygon
    number = 0
    for part, polygon in enumerate(geometry):
        for ring in polygon:
            whole = [(round(x * scale), round(y * scale)) for x, y in ring]
            own = [(a, b, number, part) for a, b in pairwise(whole) if a != b]
            if len(own) < 3:  # points nearer to each other than anything is told apart
                raise AreaError("too_few_points", ring[0])
            edges += own
            number += 1
    for one, other in _neighbours(edges):
        if _conflict(one, other):
            raise AreaError("self_intersecting", (one[0][0] / scale, one[0][1] / scale))
    left_over = _MAX_COMPARISONS
    for polygon in geometry:
        outline = [(round(x * scale), round(y * scale)) for x, y in polygon[0]]
        for hole in polygon[1:]:
            left_over -= len(outline)
            if left_over < 0:
                raise AreaError("too_complex")
            # one point beside the outline tells, and only the first few can be on it
            whole = [(round(x * scale), round(y * scale)) for x, y in hole[:20]]
            sides = (_side_of(outline, point) for point in whole)
            if next((side for side in sides if side), 1) < 0:
                raise AreaError("hole_outside", hole[0])


_Edge = tuple[_Whole, _Whole, int, int]


def _neighbours(edges: list[_Edge]) -> Iterator[tuple[_Edge, _Edge]]:
    """List the pairs of edges whose boxes meet, by a grid about as fine as the edges are long; some twice."""
    count = len(edges)
    west = min(a[0] for a, *_ in edges)
    south = min(a[1] for a, *_ in edges)
    span = max(max(a[0] for a, *_ in edges) - west, max(a[1] for a, *_ in edges) - south)
    mean = sum(max(abs(b[0] - a[0]), abs(b[1] - a[1])) for a, b, *_ in edges) // count
    size = max(mean * 3 // 2, span // 8192, 1)
    cells: dict[tuple[int, int], list[_Edge]] = defaultdict(list)
    for edge in edges:
        (ax, ay), (bx, by) = min(edge[:2]), max(edge[:2])
        for column in range((ax - west) // size, (bx - west) // size + 1):
            low, high = ay, by
            if bx - ax > size:  # only the rows that a long edge passes in this column
                left, right = max(ax, west + column * size), min(bx, west + (column + 1) * size)
                low = ay + (by - ay) * (left - ax) // (bx - ax)
                high = ay + (by - ay) * (right - ax) // (bx - ax)
            low, high = min(low, high) - 1, max(low, high) + 1
            for row in range((low - south) // size, (high - south) // size + 1):
                cells[column, row].append(edge)
    left_over = _MAX_COMPARISONS
    for here in cells.values():
        left_over -= len(here) * len(here)
        if left_over < 0:
            raise AreaError("too_complex")
        for one, other in combinations(here, 2):
            (ax, ay), (bx, by) = one[0], one[1]
            (cx, cy), (dx, dy) = other[0], other[1]
            if (ax < cx > bx and ax < dx > bx) or (ax > cx < bx and ax > dx < bx):
                continue
            if (ay < cy > by and ay < dy > by) or (ay > cy < by and ay > dy < by):
                continue
            yield one, other


def _turn(a: _Whole, b: _Whole, c: _Whole) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _conflict(one: _Edge, other: _Edge) -> bool:
    """Tell whether two edges of one geometry may not lie as they do."""
    a, b, ring, part = one
    c, d, other_ring, other_part = other
    abc, abd, cda, cdb = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if abc == abd == 0:  # on one line
        low, high = max(min(a, b), min(c, d)), min(max(a, b), max(c, d))
        if low < high:
            return part == other_part  # two polygons may share a stretch: the area is all of them together
        return low == high and ring == other_ring and b != c and d != a
    if (abc > 0) != (abd > 0) and (cda > 0) != (cdb > 0) and 0 not in (abc, abd, cda, cdb):
        return True
    if ring != other_ring or b == c or d == a:
        return False  # rings may touch at a point, and edges that follow each other do
    return (
        (abc == 0 and _between(a, b, c))
        or (abd == 0 and _between(a, b, d))
        or (cda == 0 and _between(c, d, a))
        or (cdb == 0 and _between(c, d, b))
    )


def _between(a: _Whole, b: _Whole, c: _Whole) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _side_of(outline: list[_Whole], point: _Whole) -> int:
    """Give 1 for a point inside an outline, -1 outside, 0 on it."""
    inside = False
    for a, b in pairwise(outline):
        turn = _turn(a, b, point)
        if turn == 0 and _between(a, b, point):
            return 0
        if (a[1] <= point[1]) != (b[1] <= point[1]) and (turn > 0) == (b[1] > a[1]):
            inside = not inside
    return 1 if inside else -1


# --- place


def _check_place(polygons: tuple[Polygon, ...], ordinal: int) -> None:
    """Refuse an area that goes more than 100 m outside its municipality.

    Looking at outlines is enough: no municipality surrounds another, so what is around nothing foreign holds
    nothing foreign.
    """
    for polygon in polygons:
        for ring in polygon:
            for lon, lat in ring:
                if not _belongs(lat, lon, ordinal):
                    raise AreaError("outside_municipality", (lon, lat))
    left_m = MAX_OUTLINE_M
    for polygon in polygons:
        for ring in polygon:
            for (ax, ay), (bx, by) in pairwise(ring):
                length = hypot((bx - ax) * cos(radians(ay)), by - ay) * _METRES_PER_DEGREE
                left_m -= length
                if left_m < 0:
                    raise AreaError("too_complex")
                parts = int(length / _PROBE_M) + 1
                for i in range(1, parts):
                    lon, lat = ax + (bx - ax) * i / parts, ay + (by - ay) * i / parts
                    if not _belongs(lat, lon, ordinal):
                        raise AreaError("outside_municipality", (lon, lat))


def _belongs(lat: float, lon: float, ordinal: int) -> bool:
    if boundaries.ordinal_at(lat, lon) == ordinal:
        return True
    x, y = tile_position(lat, lon, boundaries.ZOOM)
    return boundaries.index().boundary_within(x, y, ordinal, OUTSIDE_M) is not None
