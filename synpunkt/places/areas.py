"""The index of a municipality's own areas: which of them hold a position.

The same tiles as the boundary index, and the same test inside them: from the corner of a cell, whose areas are
stored, to the position, every line crossed means into or out of an area. What differs is that areas may overlap, and
that there may be ten thousand of them within a few tiles. So each tile is divided as finely as the lines in it
require, and a look-up is one dictionary hit, one array access and a handful of lines, however many areas there are.

Positions are whole numbers of 1/2**30 of the world (2 cm in Sweden) and are compared half a step off them, so no
corner of an area is ever level with one: every comparison below is exact. `area_index.py` writes what this reads.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import accumulate
from math import atanh, pi, radians, sin

from .boundaries import in_frame
from .tiles import check_position

MAGIC = b"SYNAREAS"
LAYOUT = 1
ZOOM = 14
GRAIN = 30 - ZOOM  # a tile is 2**16 steps wide
FINEST = 6  # a tile is divided into at most 64 × 64
HEADER = struct.Struct("<8s2H8I")  # magic, layout, 0, lengths of ids, owners, sets, tiles, grid, leaves, words, points

_TILE = 1 << GRAIN
_INSIDE = _TILE - 1
_X_PER_DEGREE = (1 << 30) / 360.0
_Y_PER_PSI = (1 << 30) / (2.0 * pi)
_HALF = float(1 << 29)


def step_position(lat: float, lon: float) -> tuple[int, int]:
    """Give the (x, y) step of a WGS84 position in Sweden, x eastwards and y southwards."""
    return int((lon + 180.0) * _X_PER_DEGREE), int(_HALF - atanh(sin(radians(lat))) * _Y_PER_PSI)


class AreaPart:
    """One decoded part of an index: the tiles of one quadkey prefix. ValueError for bytes that are not one."""

    __slots__ = ("changes", "grid", "leaf_start", "owners", "set_ids", "set_owners", "tiles", "words", "xs", "ys")

    def __init__(self, raw: bytes) -> None:
        magic, layout, _, *lengths = HEADER.unpack_from(raw)
        if (magic, layout) != (MAGIC, LAYOUT):
            raise ValueError("not an area index that this code reads")
        body = zlib.decompress(memoryview(raw)[HEADER.size :])
        ids_size, owners, sets, tiles, grid, leaves, words, points = lengths
        at = ids_size

        def section(kind: str, count: int) -> array[int]:
            nonlocal at
            values = array(kind)
            values.frombytes(body[at : at + 4 * count])
            at += 4 * count
            if sys.byteorder == "big":
                values.byteswap()
            return values

        ids: list[str] = json.loads(body[:ids_size])
        self.owners = [ids[number] for number in section("I", owners)]
        packed = iter(section("I", sets))
        self.set_owners = [tuple(next(packed) for _ in range(count)) for count in packed]
        self.set_ids = [self._names(inside) for inside in self.set_owners]
        self.changes: dict[tuple[int, ...], tuple[str, ...]] = {}  # answers put together before
        keys = accumulate(section("I", tiles))
        self.tiles = dict(zip(keys, section("I", tiles), strict=True))
        self.grid = section("I", grid)
        self.leaf_start = section("I", leaves)
        self.words = section("I", words)
        self.xs = array("i", accumulate(section("i", points)))
        self.ys = array("i", accumulate(section("i", points)))
        if at != len(body):
            raise ValueError("an area index has been cut or padded")

    def _names(self, inside: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted({self.owners[number] for number in inside}))

    def at(self, x: int, y: int) -> tuple[str, ...]:
        """Give the ids of the areas at a step, sorted."""
        value = self.tiles.get((y >> GRAIN) << ZOOM | x >> GRAIN)
        if value is None:
            return ()
        fineness = value & 7
        shift = GRAIN - fineness
        cell = self.grid[(value >> 3) + ((y & _INSIDE) >> shift << fineness) + ((x & _INSIDE) >> shift)]
        if cell < len(self.set_ids):
            return self.set_ids[cell]
        return self._in_leaf(self.leaf_start[cell - len(self.set_ids)], x, y, shift)

    def _in_leaf(self, at: int, x: int, y: int, shift: int) -> tuple[str, ...]:
        words, xs, ys = self.words, self.xs, self.ys
        px, py = x + 0.5, y + 0.5
        ex, cy = (x >> shift << shift) - 0.5, (y >> shift << shift) - 0.5  # west edge, north-west corner
        base, lines = words[at], words[at + 1]
        changed: list[int] = []
        for run in range(at + 2, at + 2 + 3 * lines, 3):
            owner, first, count = words[run : run + 3]
            x0, y0 = xs[first], ys[first]
            odd = False
            for i in range(first + 1, first + 1 + count):
                x1, y1 = xs[i], ys[i]
                level, upright = (y0 < py) is not (y1 < py), (x0 < ex) is not (x1 < ex)
                if level or upright:
                    dx, dy = x1 - x0, y1 - y0
                    if dy < 0 or (dy == 0 and dx < 0):
                        dx, dy = -dx, -dy
                    # on which side of the line: the bend of the way, its start, its end
                    bend = (py - y0) * dx < (ex - x0) * dy
                    if level and bend is not ((py - y0) * dx < (px - x0) * dy):
                        odd = not odd
                    if upright and bend is not ((cy - y0) * dx < (ex - x0) * dy):
                        odd = not odd
                x0, y0 = x1, y1
            if odd:
                changed.append(owner)
        if not changed:
            return self.set_ids[base]
        change = (base, *changed)
        answer = self.changes.get(change)
        if answer is None:
            inside = set(self.set_owners[base])
            for owner in changed:
                inside ^= {owner}
            answer = self.changes[change] = self._names(inside)
        return answer


class AreaIndex:
    """A municipality's areas, in parts that are asked for when a position needs one.

    prefixes: the quadkey prefixes of the parts, as `encode_areas` named them; keep them with the rules, they
    are a few dozen bytes. load: gives one part; called by each look-up that needs it, so it is what remembers.
    """

    __slots__ = ("_levels", "_load")

    def __init__(self, prefixes: Iterable[str], load: Callable[[str], AreaPart]) -> None:
        self._load = load
        levels: dict[int, dict[int, str]] = {}
        for prefix in prefixes:
            x = y = 0
            for digit in prefix:
                x, y = x << 1 | int(digit) & 1, y << 1 | int(digit) >> 1
            levels.setdefault(len(prefix), {})[y << ZOOM | x] = prefix
        # No prefix begins another, so their order tells nothing; the level of most parts is most often the one.
        order = sorted(levels, key=lambda level: -len(levels[level]))
        self._levels = [(30 - level, levels[level]) for level in order]

    @classmethod
    def of(cls, parts: Mapping[str, bytes]) -> AreaIndex:
        """Give an index whose parts are all at hand; each is decoded once."""
        return cls(parts, cache(lambda prefix: AreaPart(parts[prefix])))

    def part(self, x: int, y: int) -> AreaPart | None:
        """Give the part that a step is in; None where there is no area."""
        for shift, named in self._levels:
            prefix = named.get((y >> shift) << ZOOM | x >> shift)
            if prefix is not None:
                return self._load(prefix)
        return None


def areas_at(index: AreaIndex, lat: float, lon: float) -> tuple[str, ...]:
    """Give the ids of all areas that hold a position, sorted; empty if none does.

    lat, lon: degrees, WGS84. Right to 2 cm. ValueError for a lat or lon that is not finite or not on the globe,
    and whatever the index's `load` raises.
    """
    if not in_frame(lat, lon):
        check_position(lat, lon)
        return ()
    x, y = step_position(lat, lon)
    part = index.part(x, y)
    return part.at(x, y) if part else ()
