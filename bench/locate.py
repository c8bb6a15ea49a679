"""Look-ups beside their peers, and the index beside SCB's own polygons: `python -m bench.locate`.

Needs what `geodata/requirements.in` lists, and downloads the boundaries on the first run. Every figure of one
run is taken on the same positions: half where people live, a quarter anywhere, a quarter within 500 m of a
border.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from bench.timing import ROUNDS, LookUp, Position, times
from geodata import source
from synpunkt.places import DATA_VERSION, locate, locate_near, municipality_at

POINTS, SEED = 50_000, 7
TIMED = 5_000
PEER_TOLERANCE_M = 10.0

LOAD = """
import time
start = time.process_time()
import synpunkt.places
imported = time.process_time()
from synpunkt.places.boundaries import index
index()
loaded = time.process_time()
print(f"{(imported - start) * 1e3:.1f} {(loaded - imported) * 1e3:.1f}")
"""
INTERIOR = """
import sys
from synpunkt.places import locate_near
place = locate_near(58.537, 15.036)
print(place.municipality, *(name for name in ("shapely", "numpy") if name in sys.modules))
"""
CSV = """
import sys
from synpunkt.places.csv_locate import locate_csv
locate_csv(sys.stdin, sys.stdout)
"""


def main() -> None:
    """Print every figure of one run."""
    municipalities = source.read()
    sample = source.sample(municipalities, POINTS, SEED)
    positions: list[Position] = list(zip(sample.lat.tolist(), sample.lon.tolist(), strict=True))
    print(f"data {DATA_VERSION}, {POINTS:,} positions, seed {SEED}")
    _agreement(sample, positions)
    _look_ups(municipalities, positions[:: POINTS // TIMED])
    _start_up()
    _table(positions)


def _agreement(sample: source.Sample, positions: list[Position]) -> None:
    answers = [locate(lat, lon) for lat, lon in positions]
    codes = np.array([answer.municipality if answer else "" for answer in answers])
    wrong = codes != sample.code
    unanswered = int(np.sum((codes == "") & (sample.code != "")))
    near = sample.border_m <= 500
    print("against SCB's polygons at full resolution")
    print(f"  same municipality {100 * (1 - wrong.mean()):.3f} %, {wrong.sum()} of {len(codes):,} differ")
    print(f"  within 500 m of a border {np.sum(wrong & near)} of {near.sum():,} differ")
    print(f"  farthest difference from a border {max(sample.border_m[wrong], default=0.0):.3f} m")
    print(f"  unanswered inside Sweden {unanswered}; in truth outside {np.sum(sample.code == '')}")
    inside = np.array([answer is not None for answer in answers]) & ~wrong
    given = np.array([answer.border_m for answer, kept in zip(answers, inside, strict=True) if answer and kept])
    off = np.abs(given - sample.border_m[inside]) / np.maximum(sample.border_m[inside], 10.0)
    # SWEREF 99 TM's own scale is off by up to 0.13 % in Sweden, which bounds what this can show
    print(f"  border_m differs by {100 * np.median(off):.3f} % (median), {100 * off.max():.3f} % (max)")


def _look_ups(municipalities: source.Municipalities, positions: list[Position]) -> None:
    full = shapely.transform(shapely.segmentize(municipalities.polygons, 1000.0), source.to_wgs84_array)
    simple = shapely.coverage_simplify(municipalities.polygons, PEER_TOLERANCE_M)
    simple = shapely.transform(shapely.segmentize(simple, 1000.0), source.to_wgs84_array)
    near = "locate_near (distance where near)"
    peers: dict[str, LookUp] = {
        "STRtree + predicate, 10 m polygons": _tree(simple),
        "STRtree + predicate, full resolution": _tree(full),
        "STRtree + prepared polygons, 10 m": _prepared(simple),
    }
    ours: dict[str, LookUp] = {
        "municipality_at": municipality_at,
        near: locate_near,
        "locate (with distance and neighbour)": locate,
    }
    found = times(ours | peers, positions)
    print(f"warm look-up, µs (best of {ROUNDS} for each of {len(positions):,} positions)")
    for name, (p50, _, p99) in found.items():
        print(f"  {name:38} p50 {p50:8.2f}  p99 {p99:8.2f}")
    for name in peers:
        p50, p99 = found[near][0] / found[name][0], found[near][2] / found[name][2]
        print(f"  locate_near beside {name:38} p50 × {p50:.3f}  p99 × {p99:.2f}")


def _tree(polygons: Any) -> LookUp:
    tree = shapely.STRtree(polygons)
    return lambda lat, lon: tree.query(shapely.Point(lon, lat), predicate="intersects")


def _prepared(polygons: Any) -> LookUp:
    tree = shapely.STRtree(polygons)
    shapely.prepare(polygons)

    def look_up(lat: float, lon: float) -> int | None:
        point = shapely.Point(lon, lat)
        for number in tree.query(point):
            if shapely.intersects(polygons[number], point):
                return int(number)
        return None

    return look_up


def _start_up() -> None:
    runs = [subprocess.check_output([sys.executable, "-c", LOAD], text=True).split() for _ in range(ROUNDS)]
    imported, loaded = (min(map(float, column)) for column in zip(*runs, strict=True))
    print(f"fresh process, CPU: import {imported} ms, read the index {loaded} ms (best of {ROUNDS})")
    answer, *heavy = subprocess.check_output([sys.executable, "-c", INTERIOR], text=True).split()
    print(f"fresh process, interior position: {answer}; geometry libraries imported: {', '.join(heavy) or 'none'}")


def _table(positions: list[Position]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        given, written = Path(folder, "in.csv"), Path(folder, "out.csv")
        rows = [f"{lon!r},{lat!r}\n" for lat, lon in positions]
        given.write_text("lon,lat\n" + "".join(rows), encoding="utf-8")
        start = time.perf_counter()
        with given.open() as source_file, written.open("w") as target_file:
            subprocess.run([sys.executable, "-c", CSV], stdin=source_file, stdout=target_file, check=True)
        seconds = time.perf_counter() - start
        lines = written.read_text(encoding="utf-8").count("\n") - 1
    print(f"CSV: {lines:,} rows in {seconds:.1f} s with start-up")


if __name__ == "__main__":
    main()
