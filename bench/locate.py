"""Look-ups beside their peers, and the index beside SCB's own polygons: `python -m bench.locate`.

Needs what `geodata/requirements.in` lists, and downloads the boundaries on the first run. Every figure of one
run is taken on the same positions: half where people live, a quarter anywhere, a quarter within 500 m of a
border. PostGIS is measured beside it where SYNPUNKT_BENCH_POSTGIS names a server and psycopg is installed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from bench import postgis
from bench.timing import ROUNDS, LookUp, Position, times
from geodata import source
from synpunkt.places import DATA_VERSION, locate, locate_near, municipality_at

POINTS, SEED = 50_000, 7
TIMED = 5_000
PEER_TOLERANCE_M = 10.0

# What is promised of the answers, printed beside what was found
LEAST_SAME, FARTHEST_WRONG_M = 0.9997, 2.0

REACH_M = 500.0
# The plane that the truth is measured in is off by up to 0.13 %: nearer than this to each other, or to the reach,
# two distances may change places.
PLANE = 0.0015

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
    _neighbours(municipalities, sample, positions)
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
    farthest = max(sample.border_m[wrong], default=0.0)
    kept = wrong.mean() <= 1 - LEAST_SAME and farthest <= FARTHEST_WRONG_M and unanswered == 0
    asked = f"at least {100 * LEAST_SAME} % the same, the rest within {FARTHEST_WRONG_M:g} m of a border, all answered"
    print(f"  promised: {asked}: {'kept' if kept else 'BROKEN'}")
    inside = np.array([answer is not None for answer in answers]) & ~wrong
    given = np.array([answer.border_m for answer, kept in zip(answers, inside, strict=True) if answer and kept])
    off = np.abs(given - sample.border_m[inside]) / np.maximum(sample.border_m[inside], 10.0)
    # SWEREF 99 TM's own scale is off by up to 0.13 % in Sweden, which bounds what this can show
    print(f"  border_m differs by {100 * np.median(off):.3f} % (median), {100 * off.max():.3f} % (max)")


def _neighbours(municipalities: source.Municipalities, sample: source.Sample, positions: list[Position]) -> None:
    """Compare who is named as neighbour within 500 m with the polygons' own distances."""
    near = np.flatnonzero((sample.border_m <= REACH_M) & (sample.code != ""))
    points = shapely.points(*source.to_sweref(sample.lon[near], sample.lat[near]))
    which, polygon = shapely.STRtree(municipalities.polygons).query(
        points, predicate="dwithin", distance=REACH_M * 1.01
    )
    metres = shapely.distance(points[which], municipalities.polygons[polygon])
    others: dict[int, list[tuple[float, str]]] = {number: [] for number in range(len(near))}
    for number, other, away in zip(which.tolist(), polygon.tolist(), metres.tolist(), strict=True):
        if municipalities.codes[other] != sample.code[near[number]]:
            others[number].append((away, municipalities.codes[other]))
    same = close = hidden = other_side = 0
    for number, found in others.items():
        lat, lon = positions[near[number]]
        place = locate(lat, lon, REACH_M)
        if place is None or place.municipality != sample.code[near[number]]:
            other_side += 1
            continue
        hidden += place.neighbour_m is not None and place.neighbour_m > place.border_m
        found.sort()
        if place.neighbour == (found[0][1] if found and found[0][0] <= REACH_M else None):
            same += 1
            continue
        edges = sorted([*(away for away, _ in found[:2]), REACH_M])
        close += any(b - a <= PLANE * REACH_M for a, b in pairwise(edges))
    compared = len(near) - other_side
    print(f"the neighbour within {REACH_M:g} m, against the same polygons, {compared:,} positions")
    print(f"  same {same:,}; {close} differ where two distances are within {PLANE * REACH_M:g} m of each other")
    print(f"  differ otherwise {compared - same - close}; named though the national border is nearer {hidden:,}")


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
    try:
        peers |= postgis.look_ups(municipalities.codes, full)
    except postgis.NotMeasured as why:
        print(f"PostGIS was not measured: {why}")
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
