"""Writing the index of areas that `areas.py` reads."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import ceil, cos, hypot, radians

from .area_upload import STEP_M, Area, Ring
from .areas import FINEST, GRAIN, HEADER, LAYOUT, MAGIC, ZOOM, step_position
from .tiles import tile_quadkey

PART_BYTES = 380_000  # a DynamoDB item ends at 400 KB, its keys and names included
LINES_PER_CELL = 10  # a tile is divided until no cell has more lines, or as finely as it goes
MAX_COVERED = 5_000_000  # areas × tiles they cover
_TILE = 1 << GRAIN

_Tile = tuple[int, int]


class AreasTooDense(ValueError):
    """The areas cannot be stored: one tile's lines alone are more than an item holds, or they cover too much."""


def encode_areas(areas: Mapping[str, Area]) -> dict[str, bytes]:
    """Give the index of areas by id, in parts of at most 380,000 bytes, each named by its quadkey prefix.

    One part, named "", as long as all fits in it; no part when there is no area. The same areas give the same
    bytes. AreasTooDense if they cannot be stored.
    """
    writer = _Writer(areas)
    return dict(writer.parts("", sorted(writer.tiles))) if writer.tiles else {}


class _Writer:
    """All areas' lines by tile. Edge i goes from point i to point i + 1 of the rings laid end to end."""

    def __init__(self, areas: Mapping[str, Area]) -> None:
        self.ids = sorted(areas)
        self.owners: list[int] = []  # per polygon, the number of its area's id
        self.xs: list[int] = []
        self.ys: list[int] = []
        self.polygon_of: list[int] = []  # per point
        self.edges: dict[_Tile, list[int]] = defaultdict(list)
        self._covered = 0
        self.inside: dict[_Tile, set[int]] = defaultdict(set)  # polygons at the tile's north-west corner
        for number, name in enumerate(self.ids):
            for polygon in areas[name].polygons:
                self._add(len(self.owners), polygon)
                self.owners.append(number)
        self.tiles = set(self.edges) | set(self.inside)
        self._cells: dict[_Tile, tuple[int, list[tuple[frozenset[int], list[int]]]]] = {}

    def _add(self, polygon: int, rings: Iterable[Ring]) -> None:
        crossings: dict[int, list[int]] = defaultdict(list)
        for ring in rings:
            points = _steps(ring)
            first = len(self.xs)
            for x, y in points:
                self.xs.append(x)
                self.ys.append(y)
                self.polygon_of.append(polygon)
            for i, ((ax, ay), (bx, by)) in enumerate(pairwise(points), first):
                for column in range((min(ax, bx) - 1) >> GRAIN, ((max(ax, bx) + 1) >> GRAIN) + 1):
                    for row in range((min(ay, by) - 1) >> GRAIN, ((max(ay, by) + 1) >> GRAIN) + 1):
                        self.edges[column, row].append(i)
                for row in range((min(ay, by) + _TILE) >> GRAIN, ((max(ay, by) + _TILE) >> GRAIN) + 1):
                    level = row * _TILE * 2 - 1
                    if (2 * ay < level) != (2 * by < level):
                        crossings[row].append(_doubled_crossing(ax, ay, bx, by, level))
        covered = 0
        for row, found in crossings.items():
            found.sort()
            for enters, leaves in zip(found[::2], found[1::2], strict=True):
                columns = range((enters + 1) // (2 * _TILE) + 1, (leaves + 1) // (2 * _TILE) + 1)
                covered += len(columns)
                for column in columns:
                    self.inside[column, row].add(polygon)
        self._covered += covered
        if self._covered > MAX_COVERED:
            raise AreasTooDense("the areas cover each other too many times")

    def parts(self, prefix: str, tiles: list[_Tile]) -> Iterator[tuple[str, bytes]]:
        """List the parts of the tiles under a prefix, divided until each is small enough."""
        raw = self._encode(tiles)
        if len(raw) <= PART_BYTES:
            yield prefix, raw
            return
        if len(prefix) == ZOOM:
            raise AreasTooDense("one tile's lines are more than an item holds")
        children: dict[str, list[_Tile]] = defaultdict(list)
        for tile in tiles:
            children[tile_quadkey(*tile, ZOOM)[: len(prefix) + 1]].append(tile)
        for child in sorted(children):
            yield from self.parts(child, children[child])

    def _encode(self, tiles: list[_Tile]) -> bytes:
        needed = sorted({edge for tile in tiles for edge in self.edges.get(tile, ())})
        place: dict[int, int] = {}  # where an edge's first point is in this part
        points: list[int] = []
        last = -2
        for edge in needed:
            if edge != last + 1:
                points.append(edge)
            place[edge] = len(points) - 1
            points.append(edge + 1)
            last = edge
        sets: dict[frozenset[int], int] = {frozenset(): 0}
        cells = {tile: self._divided(tile) for tile in tiles}
        for _, divided in cells.values():
            for inside, _ in divided:
                sets.setdefault(inside, len(sets))
        used = sorted({polygon for inside in sets for polygon in inside} | {self.polygon_of[e] for e in needed})
        polygons = {polygon: number for number, polygon in enumerate(used)}
        names = sorted({self.owners[polygon] for polygon in used})
        name_of = {owner: number for number, owner in enumerate(names)}

        grid = array("I", range(len(sets)))  # tiles that are all in one set share its own entry
        values, leaf_start, words = array("I"), array("I"), array("I")
        keys = sorted((row << ZOOM | column, (column, row)) for column, row in tiles)
        for _, tile in keys:
            fineness, divided = cells[tile]
            if fineness == 0 and not divided[0][1]:
                values.append(sets[divided[0][0]] << 3)
                continue
            values.append(len(grid) << 3 | fineness)
            for inside, lines in divided:
                if not lines:
                    grid.append(sets[inside])
                    continue
                grid.append(len(sets) + len(leaf_start))
                leaf_start.append(len(words))
                runs = _runs(lines)
                words.extend((sets[inside], len(runs)))
                for first, count in runs:
                    words.extend((polygons[self.polygon_of[first]], place[first], count))
        sections = [
            array("I", [name_of[self.owners[polygon]] for polygon in used]),
            array("I", [v for inside in sets for v in (len(inside), *sorted(polygons[p] for p in inside))]),
            array("I", [b - a for (a, _), (b, _) in pairwise([(0, (0, 0)), *keys])]),
            values,
            grid,
            leaf_start,
            words,
            array("i", [b - a for a, b in pairwise([0, *(self.xs[i] for i in points)])]),
            array("i", [b - a for a, b in pairwise([0, *(self.ys[i] for i in points)])]),
        ]
        ids = json.dumps([self.ids[owner] for owner in names], separators=(",", ":")).encode()
        owners, packed, _, tile_values, grid_, leaves, words_, xs, _ = map(len, sections)
        header = HEADER.pack(MAGIC, LAYOUT, 0, len(ids), owners, packed, tile_values, grid_, leaves, words_, xs)
        if sys.byteorder == "big":
            for section in sections:
                section.byteswap()
        return header + zlib.compress(ids + b"".join(section.tobytes() for section in sections), 9)

    def _divided(self, tile: _Tile) -> tuple[int, list[tuple[frozenset[int], list[int]]]]:
        """Give a tile's fineness and its cells by row and column: polygons at the corner, and lines."""
        if tile not in self._cells:
            edges = self.edges.get(tile, [])
            fineness, lines = 0, [edges]
            while fineness < FINEST and max(map(len, lines)) > LINES_PER_CELL:
                fineness += 1
                lines = self._lines(tile, edges, fineness)
            corners = self._corners(tile, edges, fineness)
            self._cells[tile] = fineness, list(zip(corners, lines, strict=True))
        return self._cells[tile]

    def _lines(self, tile: _Tile, edges: list[int], fineness: int) -> list[list[int]]:
        side, shift = 1 << fineness, GRAIN - fineness
        west, north = tile[0] << GRAIN, tile[1] << GRAIN
        found: list[list[int]] = [[] for _ in range(side * side)]
        for edge in edges:
            ax, ay = self.xs[edge] - west, self.ys[edge] - north
            bx, by = self.xs[edge + 1] - west, self.ys[edge + 1] - north
            dx, dy = bx - ax, by - ay
            first, last = max(0, (min(ax, bx) - 1) >> shift), min(side - 1, (max(ax, bx) + 1) >> shift)
            for row in range(max(0, (min(ay, by) - 1) >> shift), min(side - 1, (max(ay, by) + 1) >> shift) + 1):
                top, bottom = (row << shift) - 1, (row + 1 << shift) + 1
                for column in range(first, last + 1):
                    left, right = (column << shift) - 1, (column + 1 << shift) + 1
                    # all four corners on one side: the line passes by
                    turns = [(y - ay) * dx - (x - ax) * dy for x in (left, right) for y in (top, bottom)]
                    if min(turns) <= 0 <= max(turns):
                        found[row * side + column].append(edge)
        return found

    def _corners(self, tile: _Tile, edges: list[int], fineness: int) -> list[frozenset[int]]:
        """Give the polygons at the north-west corner of every cell, by walking west edge and rows."""
        start = self.inside.get(tile, set())
        side, size = 1 << fineness, _TILE >> fineness
        if fineness == 0:
            return [frozenset(start)]
        west = (tile[0] << GRAIN) * 2 - 1
        by_polygon: dict[int, list[int]] = defaultdict(list)
        for edge in edges:
            by_polygon[self.polygon_of[edge]].append(edge)
        corners: list[set[int]] = [set(start) - by_polygon.keys() for _ in range(side * side)]
        for polygon, own in by_polygon.items():
            down: list[int] = []  # the rows below which each crossing of the west edge counts
            levels: dict[int, list[int]] = defaultdict(list)
            for edge in own:
                ax, ay, bx, by = self.xs[edge], self.ys[edge], self.xs[edge + 1], self.ys[edge + 1]
                for row in range(side):
                    level = ((tile[1] << GRAIN) + row * size) * 2 - 1
                    if (2 * ay < level) != (2 * by < level):
                        levels[row].append(_doubled_crossing(ax, ay, bx, by, level))
                if (2 * ax < west) != (2 * bx < west):
                    down.append(edge)
            state = polygon in start
            for row in range(side):
                level = ((tile[1] << GRAIN) + row * size) * 2 - 1
                if row:
                    for edge in down:
                        above, below = self._side(edge, west, level - 2 * size), self._side(edge, west, level)
                        state ^= above != below
                crossed = sorted(levels.get(row, ()))
                before = bisect_left(crossed, west)
                for column in range(side):
                    passed = bisect_left(crossed, west + 2 * size * column) - before
                    if state ^ (passed % 2 == 1):
                        corners[row * side + column].add(polygon)
        return [frozenset(corner) for corner in corners]

    def _side(self, edge: int, x2: int, y2: int) -> bool:
        """Tell on which side of an edge's line a point is, in doubled steps, as the reader does."""
        ax, ay = self.xs[edge], self.ys[edge]
        dx, dy = self.xs[edge + 1] - ax, self.ys[edge + 1] - ay
        if dy < 0 or (dy == 0 and dx < 0):
            dx, dy = -dx, -dy
        return (y2 - 2 * ay) * dx < (x2 - 2 * ax) * dy


def _doubled_crossing(ax: int, ay: int, bx: int, by: int, level: int) -> int:
    """Give twice the x where an edge crosses a level (doubled, odd), rounded down: exact against odd numbers."""
    if by < ay:
        ax, ay, bx, by = bx, by, ax, ay
    return 2 * ax + (level - 2 * ay) * (bx - ax) // (by - ay)


def _steps(ring: Ring) -> list[tuple[int, int]]:
    """Give a ring's points in steps, long edges divided as they are straight in degrees and not on the map."""
    found: list[tuple[int, int]] = []
    for (ax, ay), (bx, by) in pairwise(ring):
        parts = max(1, ceil(hypot((bx - ax) * cos(radians(ay)), by - ay) * 111_320.0 / STEP_M))
        for i in range(parts):
            step = step_position(ay + (by - ay) * i / parts, ax + (bx - ax) * i / parts)
            if not found or step != found[-1]:
                found.append(step)
    if found[-1] != found[0]:
        found.append(found[0])
    return found


def _runs(edges: list[int]) -> list[tuple[int, int]]:
    """Join edges that follow each other to (first, count); an edge never follows another ring's."""
    runs: list[tuple[int, int]] = []
    for edge in edges:
        if runs and edge == sum(runs[-1]):
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        else:
            runs.append((edge, 1))
    return runs
