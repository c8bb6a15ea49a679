"""The build: one source in, five files out, the same bytes every time."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio  # type: ignore[import-not-found, import-untyped, unused-ignore]
import pyproj  # type: ignore[import-not-found, import-untyped, unused-ignore]
import shapely

from geodata import source
from geodata.cells import encode
from geodata.cut import Line
from geodata.lines import boundary_lines
from geodata.names import full_name
from synpunkt.places.boundaries import DATA_VERSION, ZOOM
from synpunkt.places.tiles import tile_position

LONGEST_M = 1000.0  # longer stretches would bend by metres between the two projections
OUTLINE_TOLERANCE_M = 300.0
OUTLINE_DECIMALS = 4
TRUTH_COUNT, TRUTH_SEED = 400, 20261101

DATA = source.ROOT / "synpunkt" / "places" / "data"
OUTLINES = source.ROOT / "web" / "shared" / "outlines.json"
TRUTH = source.ROOT / "tests" / "unit" / "places" / "truth.csv"


def main() -> None:
    """Build everything and say how large it became."""
    municipalities = source.read()
    lines = boundary_lines(municipalities.polygons, LONGEST_M)
    outputs = {
        DATA / "boundaries.bin": encode(lines, _in_tiles(municipalities.polygons), municipalities.codes),
        DATA / "municipalities.json": _registry(municipalities),
        OUTLINES: _outlines(municipalities),
        TRUTH: _truth(municipalities),
    }
    outputs[DATA / "provenance.json"] = _provenance(municipalities, lines, outputs)
    for path, content in outputs.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        packed = len(gzip.compress(content))
        print(f"{path.relative_to(source.ROOT)}: {len(content):,} bytes, {packed:,} gzipped")


def _in_tiles(polygons: Any) -> Any:
    """Project polygons to tile coordinates, close enough to tell whole tiles apart."""

    def project(coordinates: Any) -> Any:
        lon, lat = source.to_wgs84(coordinates[:, 0], coordinates[:, 1])
        return np.array([tile_position(b, a, ZOOM) for a, b in zip(lon, lat, strict=True)])

    return shapely.transform(shapely.segmentize(polygons, LONGEST_M), project)


def _json(value: Any, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else (",", ": ")
    return (json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n").encode()


def _registry(municipalities: source.Municipalities) -> bytes:
    rows = []
    for code, name, polygon, town in zip(
        municipalities.codes, municipalities.names, municipalities.polygons, municipalities.towns, strict=True
    ):
        lon, lat = source.to_wgs84(town.x, town.y)
        lons, lats = source.to_wgs84(*shapely.get_coordinates(shapely.segmentize(polygon, LONGEST_M)).T)
        rows.append(
            {
                "code": code,
                "name": name,
                "full_name": full_name(name),
                "county_code": code[:2],
                "county": municipalities.counties[code[:2]],
                "lat": round(lat, 5),
                "lon": round(lon, 5),
                "bbox": [round(float(edge), 5) for edge in (lons.min(), lats.min(), lons.max(), lats.max())],
            }
        )
    return ("[\n" + ",\n".join(_json(row).decode().strip() for row in rows) + "\n]\n").encode()


def _outlines(municipalities: source.Municipalities) -> bytes:
    """Give GeoJSON whose neighbours share their corners exactly, so that a map shows no slivers."""
    rough = shapely.coverage_simplify(municipalities.polygons, OUTLINE_TOLERANCE_M)
    features = []
    for code, name, polygon in zip(municipalities.codes, municipalities.names, rough, strict=True):
        # right-hand rule of RFC 7946: exteriors run counterclockwise
        ring = shapely.get_coordinates(shapely.orient_polygons(polygon))
        lon, lat = (np.round(axis, OUTLINE_DECIMALS).tolist() for axis in source.to_wgs84(*ring.T))
        features.append(
            {
                "type": "Feature",
                "id": code,
                "properties": {"code": code, "name": name},
                "geometry": {"type": "Polygon", "coordinates": [list(zip(lon, lat, strict=True))]},
            }
        )
    return _json({"type": "FeatureCollection", "features": features})


def _truth(municipalities: source.Municipalities) -> bytes:
    drawn = source.sample(municipalities, TRUTH_COUNT, TRUTH_SEED)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("lon", "lat", "municipality", "border_m"))
    for lon, lat, code, metres in zip(drawn.lon, drawn.lat, drawn.code, drawn.border_m, strict=True):
        writer.writerow((f"{lon:.7f}", f"{lat:.7f}", code, f"{metres:.1f}"))
    return out.getvalue().encode()


def _provenance(municipalities: source.Municipalities, lines: list[Line], outputs: dict[Path, bytes]) -> bytes:
    date = municipalities.reference_date
    return _json(
        {
            "data_version": DATA_VERSION,
            "source": "SCB, RegSO 2025 (regionala statistikområden), dissolved to municipalities",
            "reference_date": f"{date[:4]}-{date[4:6]}-{date[6:]}",
            "credit": "Källa: SCB",
            "licence": "CC BY 4.0",
            "licence_note": (
                "CC BY 4.0 with this credit is what SCB's page for the sibling data set DeSO states for its "
                "open geodata. The page for RegSO itself was not read: check it before relying on this."
            ),
            "obtained_from": {
                "registry": "PyPI",
                "package": source.PACKAGE,
                "version": source.PACKAGE_VERSION,
                "file": source.WHEEL,
                "sha256": source.WHEEL_SHA256,
                "members": [
                    "duva/geodata/RegSO_2025.gpkg (boundaries)",
                    "duva/geodata/Kommun_Sweref99TM.* (names)",
                    "duva/geodata/lan.py (county names)",
                ],
            },
            "changes": (
                f"Dissolved to {len(municipalities.codes)} municipalities at full resolution, stretches over "
                f"{LONGEST_M:g} m divided, reprojected from SWEREF 99 TM to WGS84, cut along web-mercator "
                f"tiles, rounded to about 2 cm. Outlines: simplified at {OUTLINE_TOLERANCE_M:g} m, "
                f"rounded to {OUTLINE_DECIMALS} decimals of a degree. full_name: see geodata/names.py."
            ),
            "boundary_points": sum(len(line.points) for line in lines),
            "built_with": {
                "python": ".".join(platform.python_version_tuple()[:2]),
                "numpy": np.__version__,
                "shapely": shapely.__version__,
                "geos": shapely.geos_version_string,
                "pyogrio": pyogrio.__version__,
                "pyproj": pyproj.__version__,
                "proj": pyproj.proj_version_str,
            },
            "sha256": {
                path.relative_to(source.ROOT).as_posix(): hashlib.sha256(content).hexdigest()
                for path, content in outputs.items()
            },
            "rebuild": "make geodata",
        },
        indent=2,
    )


if __name__ == "__main__":
    sys.exit("run geodata/build.py")
