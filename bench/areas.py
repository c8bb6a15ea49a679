"""Areas and roads at a position, beside shapely in the same run: `python -m bench.areas`.

Needs shapely, as `requirements/test.in` and `geodata/requirements.in` list it. Areas and roads are made here from a
seed: blobs that together cover their region about once, however many they are, and a street grid whose keepers
change block by block. No NVDB data is at hand, so the road figures are for streets like those of a town.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from itertools import pairwise

import shapely

from bench.timing import ROUNDS, LookUp, Position, Times, times
from geodata import nvdb
from synpunkt.places import locate
from synpunkt.places.area_index import encode_areas
from synpunkt.places.area_upload import Area
from synpunkt.places.areas import AreaIndex, areas_at
from synpunkt.places.roads import OWNERS, RoadIndex, road_owner
from synpunkt.places.sweref import from_sweref

SEED, TIMED = 7, 5_000
SOUTH, WEST, HEIGHT, WIDTH = 58.40, 14.80, 0.30, 0.50  # about 33 × 29 km
VERTICES = 20_000  # of ten areas together; ten thousand have 24 each
TOWN_M, BLOCK_M = 20_000.0, 100.0


def main() -> None:
    """Print every figure of one run."""
    _areas()
    _roads()


def _areas() -> None:
    positions = _positions()
    rows: dict[str, LookUp] = {}
    for count in (10, 10_000):
        areas = _blobs(count)
        start = time.process_time()
        parts = encode_areas(areas)
        built = time.process_time() - start
        items, size = len(parts), sum(map(len, parts.values()))
        print(f"{count:,} areas: {items} item(s), {size:,} bytes, built in {built:.1f} s CPU")
        first = min(_cpu(lambda: AreaIndex.of(parts).part(*_first(parts))) for _ in range(ROUNDS))  # noqa: B023
        print(f"  reading the first item {first:.1f} ms CPU")
        index = AreaIndex.of(parts)
        rows[f"{count:,} areas"] = lambda lat, lon, index=index: areas_at(index, lat, lon)  # type: ignore[misc]
        rows[f"locate, and {count:,} areas"] = lambda lat, lon, index=index: (  # type: ignore[misc]
            locate(lat, lon), areas_at(index, lat, lon)
        )  # fmt: skip
        rows[f"STRtree + predicate, {count:,} areas"] = _tree(areas)
    print(f"areas at a position, µs (best of {ROUNDS} for each of {TIMED:,} positions)")
    seen = _rows(rows, positions)
    for name in ("", "locate, and "):
        pairs = zip(_NAMES, seen[f"{name}10 areas"], seen[f"{name}10,000 areas"], strict=True)
        print(f"  {name}10,000 areas cost of 10: " + ", ".join(f"{which} × {b / a:.2f}" for which, a, b in pairs))


def _first(parts: dict[str, bytes]) -> tuple[int, int]:
    x = y = 0
    prefix = next(iter(parts))
    for digit in prefix.ljust(30, "0"):
        x, y = x << 1 | int(digit) & 1, y << 1 | int(digit) >> 1
    return x, y


def _cpu(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1e3


_NAMES = ("p50", "mean", "p99")


def _rows(look_ups: dict[str, LookUp], positions: list[Position]) -> dict[str, Times]:
    found = times(look_ups, positions)
    for name, (p50, mean, p99) in found.items():
        print(f"  {name:40} p50 {p50:8.2f}  mean {mean:8.2f}  p99 {p99:8.2f}")
    return found


def _positions() -> list[Position]:
    rng = random.Random(SEED)
    return [(SOUTH + HEIGHT * rng.random(), WEST + WIDTH * rng.random()) for _ in range(TIMED)]


def _blobs(count: int) -> dict[str, Area]:
    rng = random.Random(SEED + count)
    vertices = max(24, VERTICES // count)
    radius = math.sqrt(HEIGHT * WIDTH / count / math.pi)  # degrees; squeezed below to be round on the ground
    squeeze = math.sqrt(math.cos(math.radians(SOUTH)))
    areas = {}
    for number in range(count):
        lat, lon = SOUTH + HEIGHT * rng.random(), WEST + WIDTH * rng.random()
        waves = [(rng.uniform(0, 0.15), rng.randrange(2, 9), rng.uniform(0, 6.3)) for _ in range(3)]
        ring = []
        for i in range(vertices):
            turn = 2 * math.pi * i / vertices
            r = radius * (1 + sum(size * math.sin(n * turn + phase) for size, n, phase in waves))
            ring.append((lon + r * math.cos(turn) / squeeze, lat + r * math.sin(turn) * squeeze))
        areas[f"area-{number:05}"] = Area((((*ring, ring[0]),),), "EPSG:4326", vertices)
    return areas


def _tree(areas: dict[str, Area]) -> LookUp:
    tree = shapely.STRtree([shapely.Polygon(area.polygons[0][0]) for area in areas.values()])
    return lambda lat, lon: tree.query(shapely.Point(lon, lat), predicate="intersects")


def _roads() -> None:
    rng = random.Random(SEED)
    east, north, blocks = 500_000.0, 6_490_000.0, int(TOWN_M / BLOCK_M)
    roads: list[nvdb.Road] = []
    for i in range(blocks):
        for j in range(0, blocks, 4):
            for turned in (False, True):
                points = []
                for k in range(17):  # four blocks of four stretches, a little crooked
                    along, across = (j * BLOCK_M + k * BLOCK_M / 4), i * BLOCK_M + rng.gauss(0, 3)
                    points.append((east + (across if turned else along), north + (along if turned else across)))
                roads.append((rng.choice((1, 2, 2, 2, 3, 3)), points))
    start = time.process_time()
    shards = nvdb.build(roads)
    built = time.process_time() - start
    index = RoadIndex(frozenset(shards), shards.__getitem__)
    stretches = sum(len(points) - 1 for _, points in roads)
    spots = [(east + TOWN_M * rng.random(), north + TOWN_M * rng.random()) for _ in range(TIMED)]
    positions = [from_sweref(x, y) for x, y in spots]
    place = dict(zip(positions, spots, strict=True))
    lines = [shapely.LineString(points) for _, points in roads]
    pieces = [shapely.LineString(pair) for _, points in roads for pair in pairwise(points)]

    agree = 0
    by_owner = [shapely.MultiLineString([p for o, p in roads if o == owner] or None) for owner in range(len(OWNERS))]
    for spot, position in list(zip(spots, positions, strict=True))[:500]:
        metres = [math.inf if line.is_empty else line.distance(shapely.Point(spot)) for line in by_owner]
        found = road_owner(index, *position)
        agree += metres[OWNERS.index(found.owner)] <= min(metres) + 0.1
    kilometres = sum(line.length for line in lines) / 1000
    print(f"road keeper, µs (best of {ROUNDS} for each of {TIMED:,} positions)")
    print(f"    made here: {stretches:,} stretches, {kilometres:,.0f} km")
    rows: dict[str, LookUp] = {"road_owner": lambda lat, lon: road_owner(index, lat, lon)}
    for name, geometries in (("roads", lines), ("stretches", pieces)):
        tree = shapely.STRtree(geometries)
        rows[f"STRtree.nearest, {name}"] = lambda lat, lon, tree=tree: tree.nearest(shapely.Point(place[lat, lon]))  # type: ignore[misc]
        rows[f"STRtree 75 m + distances, {name}"] = lambda lat, lon, tree=tree, g=geometries: _within(  # type: ignore[misc]
            tree, g, place[lat, lon]
        )
    _rows(rows, positions)
    size = sum(map(len, shards.values()))
    print(f"    the same keeper for {agree} of 500; {len(shards)} files, {size:,} bytes ({size / kilometres:.0f} a km);"
          f" built in {built:.1f} s CPU")  # fmt: skip


def _within(tree: shapely.STRtree, lines: list[shapely.LineString], spot: tuple[float, float]) -> list[float]:
    """What the peer has to do for the same answer: every keeper's distance, not just the nearest road."""
    point = shapely.Point(spot)
    return [lines[number].distance(point) for number in tree.query(point, predicate="dwithin", distance=75.0)]


if __name__ == "__main__":
    main()
