"""Lines cut along the edges of tiles. Standard library only, so that roads can be built without a map reader."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

Tile = tuple[int, int]
Piece = tuple[int, int, list[tuple[int, int]]]  # sides, and points in units inside the tile
UNITS = 65535  # a coordinate inside a tile is 0…UNITS, unless the caller says otherwise


@dataclass(frozen=True)
class Line:
    """A line with a number on either side, and its points in tile coordinates.

    For a boundary the numbers are the municipalities' ordinals (0 outside); for a road both are its keeper's.
    """

    left: int
    right: int
    points: list[tuple[float, float]]


def pieces_by_tile(lines: list[Line], units: int = UNITS) -> dict[Tile, list[Piece]]:
    """Cut lines along the edges of tiles; every tile that a line enters gets its pieces."""
    tiles: dict[Tile, list[Piece]] = defaultdict(list)
    for line in lines:
        tile: Tile | None = None
        piece: list[tuple[int, int]] = []
        for (ax, ay), (bx, by) in pairwise(line.points):
            stops = [0.0, *sorted(_crossings(ax, bx) + _crossings(ay, by)), 1.0]
            for s, t in pairwise(stops):
                middle = (s + t) / 2
                here = (int(ax + (bx - ax) * middle), int(ay + (by - ay) * middle))
                start = _units(ax + (bx - ax) * s, ay + (by - ay) * s, here, units)
                end = (
                    _units(ax + (bx - ax) * t, ay + (by - ay) * t, here, units)
                    if t < 1
                    else _units(bx, by, here, units)
                )
                if here != tile:
                    tile, piece = here, [start]
                    tiles[here].append((line.left, line.right, piece))
                if end != piece[-1]:
                    piece.append(end)
    # a piece shorter than the rounding separates nothing
    kept = {tile: [piece for piece in pieces if len(piece[2]) > 1] for tile, pieces in tiles.items()}
    return {tile: pieces for tile, pieces in kept.items() if pieces}


def _crossings(a: float, b: float) -> list[float]:
    low, high = min(a, b), max(a, b)
    cuts = ((edge - a) / (b - a) for edge in range(int(low) + 1, int(high) + 1))
    return [cut for cut in cuts if 0.0 < cut < 1.0]


def _units(x: float, y: float, tile: Tile, units: int) -> tuple[int, int]:
    return (
        max(0, min(units, round((x - tile[0]) * units))),
        max(0, min(units, round((y - tile[1]) * units))),
    )
