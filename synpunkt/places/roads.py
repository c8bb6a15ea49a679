"""Who keeps the road at a position: the state, the municipality or somebody private.

In Sweden the road keeper (väghållare) decides who mends a hole or a lamp, and half of all reports are about one. The
roads come from the national road database (NVDB), which is not shipped: `geodata/nvdb.py` turns an export into the
folder that this reads. Without one every answer is "unknown", and says that there is no data.

Roads are stored per web-mercator tile of zoom 17 (about 150 m), cut at its edges, in files of one zoom-9 tile each.
A look-up measures every line in the position's own tile, then in those around that may still hold something as near.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from math import inf, sqrt
from typing import Literal

from .tiles import check_position, metres_per_tile, tile_position, tile_quadkey

MAGIC = b"SYNROADS"
LAYOUT = 1
ZOOM, SHARD_ZOOM = 17, 9
UNITS = 4095  # a coordinate inside a tile is 0…UNITS, about 4 cm each
HEADER = struct.Struct("<8s2H3I")  # magic, layout, 0, tiles, words, bytes unpacked
MANIFEST = "roads.json"
SETTING = "SYNPUNKT_ROADS"

NEAR_M = 50.0
FARTHEST_M = 100.0  # as far as a poor position may reach
DOUBT_M = 25.0  # another keeper's road this much farther away could as well be meant

Owner = Literal["state", "municipal", "private", "unknown"]
OWNERS: tuple[Owner, ...] = ("unknown", "state", "municipal", "private")
Why = Literal["nearest_road", "no_road_near", "no_data"]

_BITS = ZOOM - SHARD_ZOOM
_LOCAL = (1 << _BITS) - 1
_DAMAGED = "not a road file that this code reads"


@dataclass(frozen=True, slots=True)
class RoadOwner:
    """Who keeps the nearest road, and how sure that is.

    owner: "unknown" without data, without a road in reach, and where the data does not say. distance_m: metres
    to that road's middle line, None if there is none. ambiguous: another keeper's road is at most 25 m farther
    away, or the position is known no better than to 100 m. candidates: (owner, metres) of every keeper within
    that doubt, nearest first, the answer included. why: "nearest_road", "no_road_near" or "no_data".
    """

    owner: Owner
    distance_m: float | None
    ambiguous: bool
    candidates: tuple[tuple[Owner, float], ...]
    why: Why


_NO_DATA = RoadOwner("unknown", None, False, (), "no_data")


class RoadShard:
    """The roads of one zoom-9 tile; ValueError for bytes that are not a road file."""

    __slots__ = ("starts", "words")

    def __init__(self, raw: bytes) -> None:
        if len(raw) < HEADER.size:
            raise ValueError(_DAMAGED)
        magic, layout, _, tiles, words, size = HEADER.unpack_from(raw)
        if (magic, layout) != (MAGIC, LAYOUT):
            raise ValueError(_DAMAGED)
        body = zlib.decompress(memoryview(raw)[HEADER.size :])
        if len(body) != size or size != 2 * (2 * tiles + words):
            raise ValueError(_DAMAGED)
        values = array("H")
        values.frombytes(body)
        if sys.byteorder == "big":
            values.byteswap()
        starts = accumulate(values[tiles : 2 * tiles], initial=0)
        self.starts = dict(zip(values[:tiles], starts, strict=False))
        self.words = values[2 * tiles :]

    def nearest(self, tile: int, px: float, py: float, scale: tuple[float, float], squares: list[float]) -> None:
        """Lower `squares`, per owner the square of the metres to the nearest line, by the lines of one tile.

        px, py: the position in units from the tile's north-west corner. scale: metres per unit, east and south.
        """
        at = self.starts.get(tile)
        if at is None:
            return
        words = self.words
        sx, sy = scale
        lines = words[at]
        at += 1
        for _ in range(lines):
            owner, first = words[at], at + 2
            at = first + 2 * words[at + 1]
            nearest = squares[owner]
            x0, y0 = (words[first] - px) * sx, (words[first + 1] - py) * sy
            coordinates = iter(words[first + 2 : at])
            for x1, y1 in zip(coordinates, coordinates, strict=True):
                ex, ey = (x1 - px) * sx, (y1 - py) * sy
                dx, dy = ex - x0, ey - y0
                along = -(x0 * dx + y0 * dy)
                if along <= 0.0:
                    square = x0 * x0 + y0 * y0
                elif along >= (length := dx * dx + dy * dy):
                    square = ex * ex + ey * ey
                else:
                    cross = x0 * dy - y0 * dx
                    square = cross * cross / length
                if square < nearest:
                    nearest = square
                x0, y0 = ex, ey
            squares[owner] = nearest


class RoadIndex:
    """Roads in shards that are read when a position first needs one; the last few dozen are kept.

    shards: the quadkeys of the zoom-9 tiles that there is data for. load: gives the bytes of one. version: what
    the data is and from when, for the decision that cites it.
    """

    KEPT = 48

    __slots__ = ("_load", "_read", "shards", "version")

    def __init__(self, shards: frozenset[str], load: Callable[[str], bytes], version: str = "") -> None:
        self.shards = shards
        self.version = version
        self._load = load
        self._read: dict[tuple[int, int], RoadShard | None] = {}

    @classmethod
    def in_folder(cls, folder: str) -> RoadIndex:
        """Give the index that `python -m geodata.nvdb` wrote to a folder; OSError or ValueError if it is none."""
        with open(os.path.join(folder, MANIFEST), encoding="utf-8") as file:
            manifest = json.load(file)
        if manifest.get("layout") != LAYOUT:
            raise ValueError(_DAMAGED)

        def load(shard: str) -> bytes:
            with open(os.path.join(folder, f"{shard}.roads"), "rb") as file:
                return file.read()

        return cls(frozenset(manifest["shards"]), load, manifest["version"])

    def shard(self, x: int, y: int) -> RoadShard | None:
        """Give the shard of a zoom-9 tile, None where there is no data."""
        if (x, y) not in self._read:
            name = tile_quadkey(x, y, SHARD_ZOOM)
            shard = RoadShard(self._load(name)) if name in self.shards else None
            if len(self._read) >= self.KEPT:
                del self._read[next(iter(self._read))]
            self._read[x, y] = shard
        return self._read[x, y]


def road_index(folder: str | None = None) -> RoadIndex | None:
    """Give the road index of this installation, None if it has none.

    folder: where the data is; by default what the environment's SYNPUNKT_ROADS says, else `data/roads` in this
    package. A folder that is named and not there is an OSError, since a typing error must not pass for "no data".
    """
    named = folder or os.environ.get(SETTING)
    if named:
        return RoadIndex.in_folder(named)
    shipped = os.path.join(os.path.dirname(__file__), "data", "roads")
    return RoadIndex.in_folder(shipped) if os.path.exists(os.path.join(shipped, MANIFEST)) else None


def road_owner(index: RoadIndex | None, lat: float, lon: float, accuracy_m: float | None = None) -> RoadOwner:
    """Tell who keeps the road at a position: that of the nearest line within 50 m.

    lat, lon: degrees, WGS84. accuracy_m: metres; a position known worse than to 50 m reaches as far as it is
    known, 100 m at most. index: None answers "unknown", why "no_data", as does a place that the data does not
    cover. Distances are on the ellipsoid, right to about 0.1 %; two roads equally near are named in the order
    state, municipal, private and are ambiguous. ValueError for a lat or lon that is not finite or not on the
    globe; no value of accuracy_m raises.
    """
    check_position(lat, lon)
    if index is None:
        return _NO_DATA
    poor = accuracy_m is not None and not accuracy_m <= FARTHEST_M  # the negation makes NaN poor
    reach = FARTHEST_M if poor else max(NEAR_M, accuracy_m or 0.0)
    x, y = tile_position(lat, lon, ZOOM)
    found = _distances(index, x, y, reach + DOUBT_M)
    if not found or found[0][1] > reach:
        if index.shard(int(x) >> _BITS, int(y) >> _BITS) is None:
            return _NO_DATA
        return RoadOwner("unknown", None, False, (), "no_road_near")
    owner, distance = found[0]
    candidates = tuple(each for each in found if each[1] <= distance + DOUBT_M)
    return RoadOwner(owner, distance, len(candidates) > 1 or poor, candidates, "nearest_road")


_ORDER = {"state": 0, "municipal": 1, "private": 2, "unknown": 3}


def _distances(index: RoadIndex, x: float, y: float, reach_m: float) -> list[tuple[Owner, float]]:
    """List (owner, metres) to the nearest road of each owner within reach and the doubt, nearest first."""
    east, south = metres_per_tile(y, ZOOM)
    margin = 1.001  # tiles are a little smaller at the northern end of the reach
    across, down = reach_m / east * margin, reach_m / south * margin
    scale = east / UNITS, south / UNITS
    squares = [inf] * len(OWNERS)
    limit = reach_m
    around = []
    for row in range(int(y - down), int(y + down) + 1):
        away_y = max(row - y, y - row - 1.0, 0.0) * south
        for column in range(int(x - across), int(x + across) + 1):
            away_x = max(column - x, x - column - 1.0, 0.0) * east
            around.append((away_x * away_x + away_y * away_y, column, row))
    around.sort()
    for least, column, row in around:
        if least > limit * limit * margin:
            break
        shard = index.shard(column >> _BITS, row >> _BITS)
        if shard is not None:
            tile = (row & _LOCAL) << _BITS | column & _LOCAL
            shard.nearest(tile, (x - column) * UNITS, (y - row) * UNITS, scale, squares)
            limit = min(limit, sqrt(min(squares)) + DOUBT_M)  # nothing farther can change the answer
    found = [(OWNERS[code], sqrt(square)) for code, square in enumerate(squares) if square <= reach_m * reach_m]
    return sorted(found, key=lambda each: (each[1], _ORDER[each[0]]))
