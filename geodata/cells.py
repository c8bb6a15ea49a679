"""From boundary lines to the bytes of `boundaries.bin`: the grid, its cells, and their municipalities."""

from __future__ import annotations

import sys
from array import array
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geodata.cut import Line, Piece, Tile, pieces_by_tile
from synpunkt.places.boundaries import DATA_VERSION, HEADER, LAYOUT, MAGIC, UNITS, ZOOM

PROBES = 5  # 5 × 5 positions decide the municipality at a cell's corner


def encode(lines: list[Line], polygons: Any, codes: list[str]) -> bytes:
    """Give the bytes of the index; polygons, in tile coordinates, tell the municipality of a whole tile."""
    tiles = pieces_by_tile(lines)
    tree = shapely.STRtree(polygons)
    ordered = sorted(tiles, key=lambda tile: (tile[1], tile[0]))
    corners = _corners(ordered, tiles, tree)
    first_row, last_row = ordered[0][1], ordered[-1][1]
    by_row: dict[int, list[int]] = defaultdict(list)
    for x, y in ordered:
        by_row[y].append(x)

    row_start, row_cells, cell_start = array("i"), array("i", [0]), array("i")
    row_first, row_last, cell_x = array("H"), array("H"), array("H")
    grid, words = array("H"), array("H")
    for row in range(first_row, last_row + 1):
        columns = by_row[row]
        runs = list(pairwise(columns))
        inside = _ordinals(tree, [((a + 1 + b) / 2, row + 0.5) for a, b in runs])
        row_first.append(columns[0])
        row_last.append(columns[-1])
        row_start.append(len(grid) - columns[0])
        for number, column in enumerate(columns):
            grid.append(len(codes) + 1 + len(cell_x))
            cell_x.append(column)
            cell_start.append(len(words))
            pieces = tiles[column, row]
            words.extend([corners[column, row], len(pieces)])
            for left, right, points in pieces:
                words.extend([left, right, len(points)])
                words.extend([value for point in points for value in point])
            if number < len(runs):
                grid.extend([inside[number]] * (columns[number + 1] - column - 1))
        row_cells.append(len(cell_x))

    header = HEADER.pack(
        MAGIC, LAYOUT, ZOOM, DATA_VERSION.encode("ascii"),
        len(codes), len(row_first), first_row, 0,
        len(cell_x), len(grid), len(words),
    )  # fmt: skip
    sections = (row_start, row_cells, cell_start, row_first, row_last, cell_x, grid, words)
    if sys.byteorder == "big":
        for section in sections:
            section.byteswap()
    return header + "".join(codes).encode("ascii") + b"".join(section.tobytes() for section in sections)


def _ordinals(tree: Any, positions: list[tuple[float, float]]) -> list[int]:
    """Give the ordinal at each position, 0 outside all polygons."""
    found = [0] * len(positions)
    if positions:
        which, polygon = tree.query(shapely.points(np.array(positions)), predicate="intersects")
        for position, ordinal in zip(which.tolist(), polygon.tolist(), strict=True):
            found[position] = ordinal + 1
    return found


def _corners(ordered: list[Tile], tiles: dict[Tile, list[Piece]], tree: Any) -> dict[Tile, int]:
    """Give the ordinal at the north-west corner of every cell, such that the positions probed come out right.

    Asking the polygons at the corner itself would be wrong where a line passes within the rounding of it.
    """
    steps = [(i + 0.5) / PROBES for i in range(PROBES)]
    offsets = [(x, y) for x in steps for y in steps]
    truth = _ordinals(tree, [(tx + x, ty + y) for tx, ty in ordered for x, y in offsets])
    corners: dict[Tile, int] = {}
    doubtful = 0
    for number, tile in enumerate(ordered):
        votes = Counter(
            truth[number * len(offsets) + i] ^ _toggles(tiles[tile], x * UNITS, y * UNITS)
            for i, (x, y) in enumerate(offsets)
        )
        (corners[tile], most), *_ = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
        doubtful += most < len(offsets)
    if doubtful > len(ordered) // 1000:
        raise SystemExit(f"{doubtful} of {len(ordered)} cells disagree with their polygons")
    return corners


def _toggles(pieces: list[Piece], px: float, py: float) -> int:
    """Give the XOR of the sides of all lines between the north-west corner and a position."""
    py = int(py) + 0.5
    change = 0
    for left, right, points in pieces:
        (sx, sy), (ex, ey) = points[0], points[-1]
        odd = (sx == 0 and sy < py) ^ (ex == 0 and ey < py)
        for (ax, ay), (bx, by) in pairwise(points):
            odd ^= (ay < py) != (by < py) and ax + (py - ay) * (bx - ax) / (by - ay) < px
        if odd:
            change ^= left ^ right
    return change
