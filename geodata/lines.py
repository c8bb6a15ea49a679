"""From polygons to boundary lines: each stretch of boundary once, with the municipality on either side."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import shapely

from geodata.cut import Line
from geodata.source import to_wgs84
from synpunkt.places.boundaries import ZOOM
from synpunkt.places.tiles import tile_position

OUTSIDE = 0


def boundary_lines(polygons: Any, longest_m: float) -> list[Line]:
    """Cut a gap-free coverage (SWEREF 99 TM, metres) into boundary lines in tile coordinates.

    Stretches longer than longest_m are divided before they are projected, since a straight line of one
    projection is bent in the other. The two municipalities at a line share its very numbers.
    """
    sides: dict[tuple[_Point, _Point], list[int]] = {}
    if shapely.get_num_interior_rings(polygons).any():
        raise SystemExit("a municipality has another inside it: follow interior rings too")
    for ordinal, polygon in enumerate(shapely.orient_polygons(polygons, exterior_cw=True), 1):
        ring = [(float(x), float(y)) for x, y in shapely.get_coordinates(polygon)]
        # clockwise, so the municipality is on the right
        for start, end in pairwise(ring):
            if (end, start) in sides:
                sides[end, start][0] = ordinal
            else:
                sides[start, end] = [OUTSIDE, ordinal]
    return [Line(left, right, _projected(points, longest_m)) for (left, right), points in _chains(sides)]


_Point = tuple[float, float]


def _chains(sides: dict[tuple[_Point, _Point], list[int]]) -> list[tuple[tuple[int, int], list[_Point]]]:
    """Join stretches end to end while just two of them meet and the same municipalities are beside them."""
    around: dict[_Point, list[_Point]] = defaultdict(list)
    for start, end in sides:
        around[start].append(end)
        around[end].append(start)

    def beside(start: _Point, end: _Point) -> tuple[int, int]:
        if (start, end) in sides:
            left, right = sides[start, end]
            return left, right
        right, left = sides[end, start]
        return left, right

    done: set[tuple[_Point, _Point]] = set()
    chains = []
    # nodes first, so that only closed rings are left to begin anywhere
    for start in sorted(around, key=lambda point: (len(around[point]) == 2, point)):
        for end in sorted(around[start]):
            if (start, end) in done:
                continue
            pair = beside(start, end)
            chain = [start, end]
            done.update([(start, end), (end, start)])
            while len(around[chain[-1]]) == 2 and chain[-1] != chain[0]:
                (following,) = (point for point in around[chain[-1]] if point != chain[-2])
                if beside(chain[-1], following) != pair:
                    break
                done.update([(chain[-1], following), (following, chain[-1])])
                chain.append(following)
            chains.append((pair, chain))
    return chains


def _projected(points: list[_Point], longest_m: float) -> list[_Point]:
    dense = shapely.get_coordinates(shapely.segmentize(shapely.linestrings(points), longest_m))
    lon, lat = to_wgs84(dense[:, 0], dense[:, 1])
    return [tile_position(b, a, ZOOM) for a, b in zip(lon.tolist(), lat.tolist(), strict=True)]
