"""Writing the index of areas that `areas.py` reads."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import ceil, cos, hypot, radians

from .area_upload import STEP_M, Area, Ring
from .areas import FINEST, GRAIN, HEADER, LAYOUT, MAGIC, ZOOM, AreaIndex, AreaPart, areas_at, step_position
from .tiles import tile_quadkey

PART_BYTES = 380_000  # a DynamoDB item ends at 400 KB, its keys and names included
MOST_PACKED = 12 * PART_BYTES  # more than this never fits, however well it packs
FREE_CELLS = 8  # a tile is divided until a line passes only one cell in so many, or as finely as it goes
MAX_COVERED = 5_000_000  # areas × tiles they cover
MAX_POINTS = 300_000  # in all areas of a version together: 10 to 20 s to build
MOST_AT_A_PLACE = 15  # a decision asks for six buckets for each, and one batch read takes a hundred
_TILE = 1 << GRAIN

_Tile = tuple[int, int]
_Cell = tuple[frozenset[int], list[int]]


class AreasTooDense(ValueError):
    """The areas cannot be stored: one tile's lines alone are more than an item holds, or they cover too much."""


def index_of_version(areas: Mapping[str, Area]) -> dict[str, bytes]:
    """Give what `encode_areas` gives, within what a version may hold; AreasTooDense beyond that.

    At most 300,000 points in all, and 15 areas at a place. That is looked at in every corner of the index and every
    point of an outline; what only crossing lines hold between them may be more, and costs decisions another read.
    """
    points = sum(len(ring) for area in areas.values() for polygon in area.polygons for ring in polygon)
    if points > MAX_POINTS:
        raise AreasTooDense(f"the areas have {points:,} points together; at most {MAX_POINTS:,}")
    raw = encode_areas(areas)
    parts = {prefix: AreaPart(content) for prefix, content in raw.items()}
    most = max((names for part in parts.values() for names in part.set_ids), key=len, default=())
    if len(most) <= MOST_AT_A_PLACE:
        index = AreaIndex(parts, parts.__getitem__)
        corners = {point for area in areas.values() for polygon in area.polygons for ring in polygon for point in ring}
        most = max((areas_at(index, lat, lon) for lon, lat in corners), key=len, default=())
    if len(most) > MOST_AT_A_PLACE:
        raise AreasTooDense(
            f"{len(most)} areas lie over each other at one place, {', '.join(most[:3])} among them; "
            f"at most {MOST_AT_A_PLACE}"
        )
    return raw


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
        self._cells: dict[_Tile, tuple[int, list[_Cell]]] = {}

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
        if sum(map(self._weight, tiles)) <= MOST_PACKED or len(prefix) == ZOOM:
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

    def _weight(self, tile: _Tile) -> int:
        """Estimate a tile's bytes before they are packed, so that nothing is packed that cannot fit."""
        cells = self._divided(tile)[1]
        return 8 + 4 * len(cells) + 20 * sum(1 for _, lines in cells if lines) + 8 * len(self.edges.get(tile, ()))

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
        return header + zlib.compress(ids + b"".join(section.tobytes() for section in sections), 6)

    def _divided(self, tile: _Tile) -> tuple[int, list[_Cell]]:
        """Give a tile's fineness and its cells by row and column: polygons at the corner, and lines."""
        if tile not in self._cells:
            edges = self.edges.get(tile, [])
            if not edges:
                self._cells[tile] = 0, [(frozenset(self.inside[tile]), edges)]
                return self._cells[tile]
            length = sum(
                min(_TILE, abs(self.xs[edge + 1] - self.xs[edge]) + abs(self.ys[edge + 1] - self.ys[edge]))
                for edge in edges
            )
            fineness = min(FINEST, max(1, (length * FREE_CELLS // _TILE).bit_length()))
            corners, lines = self._corners(tile, edges, fineness), self._lines(tile, edges, fineness)
            self._cells[tile] = fineness, list(zip(corners, lines, strict=True))
        return self._cells[tile]

    def _lines(self, tile: _Tile, edges: list[int], fineness: int) -> list[list[int]]:
        """List the edges that pass each cell or within two steps of it."""
        side, shift = 1 << fineness, GRAIN - fineness
        west, north = tile[0] << GRAIN, tile[1] << GRAIN
        found: list[list[int]] = [[] for _ in range(side * side)]
        for edge in edges:
            ax, ay = self.xs[edge] - west, self.ys[edge] - north
            bx, by = self.xs[edge + 1] - west, self.ys[edge + 1] - north
            if ay > by:
                ax, ay, bx, by = bx, by, ax, ay
            low, high = min(ax, bx), max(ax, bx)
            slope = (bx - ax) / (by - ay) if by > ay else 0.0
            for row in range(max(0, (ay - 2) >> shift), min(side - 1, (by + 2) >> shift) + 1):
                first, last = low, high
                if slope:  # the stretch of the edge in this row
                    one = ax + ((row << shift) - 3 - ay) * slope
                    other = ax + ((row + 1 << shift) + 3 - ay) * slope
                    first, last = max(low, int(min(one, other))), min(high, int(max(one, other)) + 1)
                for column in range(max(0, (first - 2) >> shift), min(side - 1, (last + 2) >> shift) + 1):
                    found[row * side + column].append(edge)
        return found

    def _corners(self, tile: _Tile, edges: list[int], fineness: int) -> list[frozenset[int]]:
        """Give the polygons at the north-west corner of every cell, by walking the west edge and then each row."""
        side, size = 1 << fineness, _TILE >> fineness
        west, north = (tile[0] << GRAIN) * 2 - 1, tile[1] << GRAIN
        down: list[int] = []
        crossed: dict[int, list[int]] = defaultdict(list)  # per cell, the polygons entered or left on the way to it
        for edge in edges:
            ax, ay, bx, by = self.xs[edge], self.ys[edge], self.xs[edge + 1], self.ys[edge + 1]
            if (2 * ax < west) != (2 * bx < west):
                down.append(edge)
            first = (min(ay, by) - north + size) // size
            for row in range(max(0, first), min(side - 1, (max(ay, by) - north) // size) + 1):
                crossing = _doubled_crossing(ax, ay, bx, by, (north + row * size) * 2 - 1) - west
                column = crossing // (2 * size) + 1
                if crossing >= 0 and column < side:
                    crossed[row * side + column].append(self.polygon_of[edge])
        corners: list[frozenset[int]] = []
        start = frozenset(self.inside.get(tile, ()))
        for row in range(side):
            level = (north + row * size) * 2 - 1
            if row:
                for edge in down:
                    if self._side(edge, west, level - 2 * size) != self._side(edge, west, level):
                        start ^= {self.polygon_of[edge]}
            here = start
            for cell in range(row * side, (row + 1) * side):
                for polygon in crossed.get(cell, ()):
                    here ^= {polygon}
                corners.append(here)
        return corners

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
