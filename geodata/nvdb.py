"""Build the road index from an export of the national road database: `python -m geodata.nvdb FILE --out DIR`.

FILE is a GeoPackage or GeoJSON of road lines with an attribute that says who keeps each. Trafikverket delivers such
exports from its Lastkajen service; `README.md` says which attribute names and codes were seen, and where. Both can
be set: `--layer`, `--attribute`, `--map`. Needs shapely and numpy, nothing that reads maps: a GeoPackage is an
SQLite file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import shapely

from geodata.cut import Line, pieces_by_tile
from synpunkt.places.roads import HEADER, LAYOUT, MAGIC, MANIFEST, OWNERS, SHARD_ZOOM, UNITS, ZOOM
from synpunkt.places.sweref import EASTINGS, NORTHINGS, from_sweref, to_sweref
from synpunkt.places.tiles import tile_position, tile_quadkey

# Names of the attribute in Trafikverket's deliveries, most specific first; compared without regard to case.
ATTRIBUTES = ("Vaghallare_Vaghallartyp", "Vaghallartyp", "Väghållartyp", "Vagha_6")
# A layer per feature type is named for it ("NVDB_DK_O_2_Vaghallare"); the homogenised delivery has one layer.
LAYER_WORD = "vaghallare"
CODES = {
    "1": "state", "statlig": "state",
    "2": "municipal", "kommunal": "municipal",
    "3": "private", "enskild": "private",
}  # fmt: skip
STEP_M = 250.0  # longer stretches would bend by centimetres between the two projections
MOST_WORDS = 65_535  # what the file's 16 bits hold

Point = tuple[float, float]
Road = tuple[int, list[Point]]  # owner's number, points in SWEREF 99 TM
_SHARD_BITS = ZOOM - SHARD_ZOOM
_LOCAL = (1 << _SHARD_BITS) - 1


class Unreadable(SystemExit):
    """The file cannot be used, and why, as a sentence for the person who started the build."""


def main(arguments: list[str] | None = None) -> None:
    """Build the index and say what went into it."""
    parser = argparse.ArgumentParser(prog="python -m geodata.nvdb", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for the index, made if absent")
    parser.add_argument("--layer", help="GeoPackage layer; by default the one about väghållare, or the only one")
    parser.add_argument("--attribute", help=f"who keeps the road; by default the first of {', '.join(ATTRIBUTES)}")
    parser.add_argument("--map", action="append", default=[], metavar="CODE=OWNER", help="e.g. 4=private; repeatable")
    parser.add_argument("--crs", choices=("3006", "4326"), help="by default what the file says, or its numbers")
    parser.add_argument("--tolerance", type=float, default=0.0, metavar="M", help="simplify lines by up to M metres")
    parser.add_argument("--version", default="", help="what the data is and from when; decisions cite it")
    given = parser.parse_args(arguments)
    codes = dict(CODES)
    for pair in given.map:
        code, _, owner = pair.partition("=")
        if owner not in OWNERS:
            raise Unreadable(f"--map {pair}: the owner is one of {', '.join(OWNERS)}")
        codes[code.strip().casefold()] = owner
    if not given.file.is_file():
        raise Unreadable(f"{given.file} is not there")
    seen: Counter[str] = Counter()
    roads = read(given.file, layer=given.layer, attribute=given.attribute, codes=codes, crs=given.crs, seen=seen)
    shards = build(roads, given.tolerance)
    if not shards:
        raise Unreadable("the file has no road lines")
    version = given.version or f"{given.file.stem} sha256:{_sha256(given.file)[:12]}"
    size = write(shards, given.out, version)
    for value, count in seen.most_common():
        print(f"{count:>10,} lines  {value!r} -> {codes.get(value.casefold(), 'unknown')}")
    print(f"{len(shards):,} files, {size:,} bytes in {given.out}")


# --- reading


def read(
    file: Path,
    *,
    layer: str | None = None,
    attribute: str | None = None,
    codes: Mapping[str, str] = CODES,
    crs: str | None = None,
    seen: Counter[str] | None = None,
) -> Iterator[Road]:
    """List the roads of a file, in SWEREF 99 TM; counts the attribute's values in `seen`.

    A value that `codes` does not know makes an "unknown" road, never a missing one. Unreadable for a file
    without lines, without the attribute, or in another system than WGS84 and SWEREF 99 TM.
    """
    with file.open("rb") as opened:
        packed = opened.read(16) == b"SQLite format 3\0"
    rows, system = _geopackage(file, layer, attribute) if packed else _geojson(file, attribute)
    system = crs or system
    number = {owner: code for code, owner in enumerate(OWNERS)}
    for value, geometry in rows:
        name = _text(value)
        if seen is not None:
            seen[name] += 1
        owner = number[codes.get(name.casefold(), "unknown")]  # type: ignore[index]
        for line in shapely.get_parts(geometry):
            if line.geom_type != "LineString":
                raise Unreadable(f"a feature is a {line.geom_type}; only lines are roads")
            points = [(x, y) for x, y in shapely.get_coordinates(line).tolist()]
            if not points:
                continue
            system = system or _system(points[0])
            if system == "4326":
                points = [to_sweref(lat, lon) for lon, lat in points]
            for point in (points[0], points[-1]):
                if _system(point) != "3006":
                    raise Unreadable(
                        f"a road at {point[0]:.0f}, {point[1]:.0f} is not in Sweden: wrong system or axes?"
                    )
            yield owner, points


def _text(value: object) -> str:
    """Give an attribute's value as text: exports have 1, 1.0, "1" and "statlig" for the same."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _system(point: Point) -> str:
    x, y = point
    if EASTINGS[0] <= x <= EASTINGS[1] and NORTHINGS[0] <= y <= NORTHINGS[1]:
        return "3006"
    if -180 <= x <= 180 and -90 <= y <= 90:
        return "4326"
    raise Unreadable(f"coordinates like {x:.0f}, {y:.0f} are neither SWEREF 99 TM nor WGS84 (easting or lon first)")


def _chosen(columns: Iterable[str], attribute: str | None) -> str:
    by_name = {name.casefold(): name for name in columns}
    for wanted in (attribute,) if attribute else ATTRIBUTES:
        if wanted.casefold() in by_name:
            return by_name[wanted.casefold()]
    raise Unreadable(f"no attribute says who keeps the road (--attribute); there are: {', '.join(by_name.values())}")


def _geojson(file: Path, attribute: str | None) -> tuple[Iterator[tuple[object, Any]], str | None]:
    try:
        document = json.loads(file.read_bytes())
        features = document["features"]
        attributes = _chosen(features[0]["properties"], attribute)
    except (ValueError, KeyError, TypeError, IndexError):
        raise Unreadable(f"{file.name} is neither a GeoPackage nor a GeoJSON of features with attributes") from None
    name = str(((document.get("crs") or {}).get("properties") or {}).get("name", ""))
    system = name.rpartition(":")[2] if name else None
    if system == "CRS84":
        system = "4326"
    if system not in (None, "3006", "4326"):
        raise Unreadable(f"{name} is neither SWEREF 99 TM nor WGS84")

    def rows() -> Iterator[tuple[object, Any]]:
        for feature in features:
            if feature.get("geometry"):
                value = (feature.get("properties") or {}).get(attributes)
                yield value, shapely.from_geojson(json.dumps(feature["geometry"]))

    return rows(), system


def _geopackage(
    file: Path, layer: str | None, attribute: str | None
) -> tuple[Iterator[tuple[object, Any]], str | None]:
    """Read a GeoPackage as what it is, an SQLite file (OGC 12-128r18, clauses 1.1 and 2.1.3)."""
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        layers = database.execute(
            "SELECT g.table_name, g.column_name, s.organization_coordsys_id FROM gpkg_geometry_columns g"
            " LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id ORDER BY g.table_name"
        ).fetchall()
    except sqlite3.DatabaseError:
        raise Unreadable(f"{file.name} is an SQLite file without GeoPackage layers") from None
    named = [row for row in layers if layer == row[0]] if layer else layers
    if not layer and len(layers) > 1:
        named = [row for row in layers if LAYER_WORD in row[0].casefold().replace("ä", "a").replace("å", "a")]
    if len(named) != 1:
        raise Unreadable(f"which layer (--layer)? There are: {', '.join(row[0] for row in layers)}")
    table, geometry, code = named[0]
    # 5845 is SWEREF 99 TM with heights
    system = {3006: "3006", 5845: "3006", 4326: "4326", 4979: "4326"}.get(code)
    if system is None and code not in (None, 0, -1):
        raise Unreadable(f"layer {table} is in EPSG:{code}, neither SWEREF 99 TM nor WGS84 (--crs if that is wrong)")
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({_quoted(table)})")]
    value = _chosen(columns, attribute)
    query = f"SELECT {_quoted(value)}, {_quoted(geometry)} FROM {_quoted(table)} WHERE {_quoted(geometry)} NOT NULL"
    return ((value, shapely.from_wkb(_wkb(blob))) for value, blob in database.execute(query)), system


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _wkb(blob: bytes) -> bytes:
    """Cut the GeoPackage header off a geometry: eight bytes and an envelope of 0, 4, 6, 6 or 8 doubles."""
    if blob[:2] != b"GP" or (blob[3] >> 1 & 7) > 4:
        raise Unreadable("a geometry is not in GeoPackage's encoding")
    return blob[8 + (0, 32, 48, 48, 64)[blob[3] >> 1 & 7] :]


# --- building


def build(roads: Iterable[Road], tolerance_m: float = 0.0) -> dict[str, bytes]:
    """Give the road files by the quadkey of their zoom-9 tile; the same roads in the same order, the same bytes."""
    words: dict[tuple[int, int], array[int]] = defaultdict(lambda: array("H", [0]))
    for owner, points in roads:
        line = shapely.linestrings(points) if len(points) > 1 else None
        if line is None:
            continue
        if tolerance_m > 0:
            line = shapely.simplify(line, tolerance_m)
        dense = shapely.get_coordinates(shapely.segmentize(line, STEP_M)).tolist()
        positions = [tile_position(*from_sweref(x, y), ZOOM) for x, y in dense]
        for tile, pieces in pieces_by_tile([Line(owner, owner, positions)], UNITS).items():
            here = words[tile]
            for _, _, piece in pieces:
                here[0] += 1
                here.extend([owner, len(piece)])
                here.extend([value for point in piece for value in point])
    shards: dict[tuple[int, int], list[tuple[int, array[int]]]] = defaultdict(list)
    for (x, y), here in words.items():
        local = (y & _LOCAL) << _SHARD_BITS | x & _LOCAL
        shards[x >> _SHARD_BITS, y >> _SHARD_BITS].append((local, here))
    return {tile_quadkey(*shard, SHARD_ZOOM): _packed(sorted(tiles)) for shard, tiles in sorted(shards.items())}


def _packed(tiles: list[tuple[int, array[int]]]) -> bytes:
    if max(len(words) for _, words in tiles) > MOST_WORDS:
        raise Unreadable("a tile of 150 m has more roads than its file can hold; try --tolerance 0.5")
    values = array("H", [tile for tile, _ in tiles])
    values.extend([len(words) for _, words in tiles])
    for _, words in tiles:
        values.extend(words)
    if sys.byteorder == "big":
        values.byteswap()
    body = values.tobytes()
    return HEADER.pack(MAGIC, LAYOUT, 0, len(tiles), len(values) - 2 * len(tiles), len(body)) + zlib.compress(body, 9)


def write(shards: Mapping[str, bytes], folder: Path, version: str) -> int:
    """Write the files and, last, the manifest that names them; gives the bytes in all.

    The manifest goes first and comes back last, so a build that is broken off leaves no index that looks whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for old in folder.glob("*.roads"):
        old.unlink()
    for name, raw in shards.items():
        (folder / f"{name}.roads").write_bytes(raw)
    manifest = {"layout": LAYOUT, "version": version, "shards": sorted(shards)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return sum(map(len, shards.values()))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


if __name__ == "__main__":
    main()
