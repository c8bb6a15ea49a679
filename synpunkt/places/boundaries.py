"""The boundary index: which municipality a position is in, and how far its nearest boundary is.

Sweden is a grid of web-mercator tiles at zoom 14 (about 1.1 km). A tile that no boundary crosses holds its
municipality; the others refer to a *cell* with the boundary lines that cross the tile. Every line knows the
municipality on either side, so the exact test needs no polygons and no geometry library:

* Walk from the tile's north-west corner, whose municipality is stored, down its west edge and then east to
  the position. Each line crossed changes the municipality from one of its sides to the other. Written as XOR
  of the two sides, the order of the crossings does not matter, so the rounding of coordinates cannot matter
  either, other than within the rounding itself. Every position in a cell gets an answer.
* The boundary nearest to a position is one of its own municipality's. Cells are opened in the order of their
  distance until none left can be nearer.

`geodata/build.py` writes the file; `geodata/README.md` describes its layout.
"""

from __future__ import annotations

import struct
import sys
from array import array
from bisect import bisect_left
from functools import cache
from math import atanh, inf, pi, radians, sin, sqrt

from .packaged import package_data
from .tiles import metres_per_tile

DATA_VERSION = "regso-2025.full"  # the source and its year, at its full resolution

MAGIC = b"SYNPLACE"
LAYOUT = 1
ZOOM = 14
UNITS = 65535  # a coordinate inside a tile is 0…UNITS, about 2 cm each
# magic, layout, zoom, version, codes, rows, first row, 0, cells, grid, words
HEADER = struct.Struct("<8s2H16s2H2H3I")
OUTSIDE = 0

# nothing outside this frame is in Sweden; it also keeps the arithmetic below away from the poles
_SOUTH, _NORTH, _WEST, _EAST = 54.0, 70.0, 9.0, 26.0

SMALLEST_TILE_M = 830.0  # less than a tile spans anywhere in the frame

_N = 1 << ZOOM
_X_PER_DEGREE = _N / 360.0
_Y_PER_PSI = _N / (2.0 * pi)


class BoundaryIndex:
    """The index read from its file; positions are tile coordinates at zoom 14, municipalities are ordinals.

    Ordinal 0 is outside, ordinal i is `codes[i]`. `grid[row_start[r] + x]` is an ordinal up to
    `last_ordinal`, or that plus 1 plus the number of a cell.
    """

    __slots__ = (
        "cell_start",
        "cell_x",
        "codes",
        "first_row",
        "grid",
        "last_ordinal",
        "row_cells",
        "row_first",
        "row_last",
        "row_start",
        "rows",
        "scales",
        "words",
    )

    def __init__(self, raw: bytes) -> None:
        magic, layout, zoom, version, *counts = HEADER.unpack_from(raw)
        codes, rows, first_row, _, cells, grid, words = counts
        found = (magic, layout, zoom, version.rstrip(b"\0").decode("ascii"))
        if found != (MAGIC, LAYOUT, ZOOM, DATA_VERSION):
            raise RuntimeError(f"boundaries.bin is not the index this code reads: {found}")
        view = memoryview(raw)
        at = HEADER.size

        def section(kind: str, count: int) -> array[int]:
            nonlocal at
            values = array(kind)
            values.frombytes(view[at : at + count * values.itemsize])
            at += count * values.itemsize
            if sys.byteorder == "big":
                values.byteswap()
            return values

        names = raw[at : at + 4 * codes].decode("ascii")
        at += 4 * codes
        self.codes = ("", *(names[i : i + 4] for i in range(0, len(names), 4)))
        self.last_ordinal = codes
        self.rows = rows
        self.first_row = first_row
        self.row_start = section("i", rows)  # may be negative: the row's first x is already subtracted
        self.row_cells = section("i", rows + 1)
        self.cell_start = section("i", cells)
        self.row_first = section("H", rows)
        self.row_last = section("H", rows)
        self.cell_x = section("H", cells)
        self.grid = section("H", grid)
        self.words = section("H", words)
        if at != len(raw):
            raise RuntimeError("boundaries.bin has been cut or padded")
        # metres per tile at the north edge of each row, and one more
        self.scales = [metres_per_tile(first_row + r, ZOOM) for r in range(rows + 1)]

    def ordinal_of(self, code: str) -> int:
        """Give the ordinal of a municipality's SCB code; KeyError if there is none."""
        at = bisect_left(self.codes, code)
        if not code or at == len(self.codes) or self.codes[at] != code:
            raise KeyError(code)
        return at

    def ordinal(self, x: float, y: float) -> int:
        """Give the ordinal of the municipality at a position, 0 outside all."""
        column = int(x)
        row = int(y) - self.first_row
        if not 0 <= row < self.rows or not self.row_first[row] <= column <= self.row_last[row]:
            return OUTSIDE
        value: int = self.grid[self.row_start[row] + column]
        if value <= self.last_ordinal:
            return value
        return self.ordinal_in_cell(value - self.last_ordinal - 1, (x - column) * UNITS, (y - int(y)) * UNITS)

    def ordinal_in_cell(self, cell: int, px: float, py: float) -> int:
        """Give the ordinal at a position inside a cell; px, py: 0…UNITS from the tile's north-west corner."""
        words = self.words
        at = self.cell_start[cell]
        answer = left = right = words[at]
        lines = words[at + 1]
        at += 2
        py = int(py) + 0.5  # between two rows of the raster: no corner of a line is ever level with it
        for _ in range(lines):
            first = at + 3
            at = first + 2 * words[at + 2]
            x0, y0 = words[first], words[first + 1]
            odd = (x0 == 0 and y0 < py) ^ (words[at - 2] == 0 and words[at - 1] < py)
            north = y0 < py
            coordinates = iter(words[first + 2 : at])
            for x1, y1 in zip(coordinates, coordinates, strict=True):
                if (y1 < py) is not north:
                    north = not north
                    if x0 + (py - y0) * (x1 - x0) / (y1 - y0) < px:
                        odd = not odd
                x0, y0 = x1, y1
            if odd:
                left, right = words[first - 3], words[first - 2]
                answer ^= left ^ right
        if answer in (left, right) or answer in self._sides(cell):
            return answer
        # only where three municipalities meet within a rounding: any of the lines there is right to 2 cm
        return max(self._sides(cell))

    def _sides(self, cell: int) -> set[int]:
        words = self.words
        at = self.cell_start[cell]
        sides = {words[at]}
        lines = words[at + 1]
        at += 2
        for _ in range(lines):
            sides.update(words[at : at + 2])
            at += 3 + 2 * words[at + 2]
        return sides

    def nearest_boundary(self, x: float, y: float, ordinal: int) -> tuple[float, int]:
        """Give the metres to the nearest boundary of a municipality from a position in it, and who is beyond.

        Exact for the index's lines at any distance; metres on the ellipsoid, to about 0.1 %.
        """
        best, beyond = inf, OUTSIDE
        for least, cell, row in sorted(self._cells_around(x, y)):
            if least >= best * best:
                break
            column = self.cell_x[cell]
            ground = metres_per_tile((y + self.first_row + row + 0.5) / 2.0, ZOOM)
            scale = ground[0] / UNITS, ground[1] / UNITS
            found, other = self._nearest_in_cell(
                cell, (x - column) * UNITS, (y - self.first_row - row) * UNITS, scale, ordinal
            )
            if found < best:
                best, beyond = found, other
        return best, beyond

    def clear_ordinal(self, x: float, y: float, margin: float) -> int:
        """Give the ordinal at a position if no boundary is within `margin` tiles of it for certain, else 0."""
        column, line = int(x), int(y)
        if not (margin < x - column < 1.0 - margin and margin < y - line < 1.0 - margin):
            return OUTSIDE
        row = line - self.first_row
        if not 0 <= row < self.rows or not self.row_first[row] <= column <= self.row_last[row]:
            return OUTSIDE
        value: int = self.grid[self.row_start[row] + column]
        return value if value <= self.last_ordinal else OUTSIDE

    def boundary_within(self, x: float, y: float, ordinal: int, reach_m: float) -> tuple[float, int] | None:
        """Give what `nearest_boundary` gives if it is within reach_m metres, None otherwise; from anywhere.

        Looks only into the tiles within reach, so it costs next to nothing far from a boundary, and answers
        also for a municipality that the position is not in. reach_m: at most a tile, about 900 m.
        """
        best, beyond = inf, OUTSIDE
        for cell, column, row in self._cells_within(x, y, reach_m):
            ground = metres_per_tile((y + row + 0.5) / 2.0, ZOOM)
            scale = ground[0] / UNITS, ground[1] / UNITS
            found, other = self._nearest_in_cell(cell, (x - column) * UNITS, (y - row) * UNITS, scale, ordinal)
            if found < best:
                best, beyond = found, other
        return (best, beyond) if best <= reach_m else None

    def other_within(self, x: float, y: float, ordinal: int, reach_m: float) -> tuple[float, int] | None:
        """Give the metres to the nearest municipality other than `ordinal` within reach, and which it is.

        Also one that borders on something else there: across a strait that is nobody's, or beside a foreign
        country. Of two equally near, the one with the lower code. reach_m: as for `boundary_within`.
        """
        sides = {side for cell, _, _ in self._cells_within(x, y, reach_m) for side in self._sides(cell)}
        found = []
        for other in sides - {ordinal, OUTSIDE}:
            near = self.boundary_within(x, y, other, reach_m)
            if near is not None:
                found.append((near[0], other))
        return min(found, default=None)

    def _cells_within(self, x: float, y: float, reach_m: float) -> list[tuple[int, int, int]]:
        """List (cell, column, row) of the tiles within reach_m metres that a boundary crosses."""
        row = int(y) - self.first_row
        if not -1 <= row <= self.rows:
            return []
        east, north = self.scales[max(0, min(self.rows, row))]  # of the tiles' northern edge: reaches far enough
        across, up = reach_m / east, reach_m / north
        first, last, top, bottom = int(x - across), int(x + across), int(y - up), int(y + up)
        found = []
        for near in range(max(0, top - self.first_row), min(self.rows - 1, bottom - self.first_row) + 1):
            start = self.row_start[near]
            for column in range(max(first, self.row_first[near]), min(last, self.row_last[near]) + 1):
                cell = self.grid[start + column] - self.last_ordinal - 1
                if cell >= 0:
                    found.append((cell, column, near + self.first_row))
        return found

    def _cells_around(self, x: float, y: float) -> list[tuple[float, int, int]]:
        """List (square of the least possible metres, cell, row) of what may hold the nearest boundary."""
        cell_x, row_cells, scales = self.cell_x, self.row_cells, self.scales
        column, here = int(x), int(y) - self.first_row
        found: list[tuple[float, int, int]] = []
        reach = inf  # the square of a distance within which there is a boundary for certain
        for step in (1, -1):
            row = here if step == 1 else here - 1
            while 0 <= row < self.rows:
                # tiles shrink northwards: lower limits use the north end of the way, upper ones the south
                (near_east, near_north), (far_east, far_north) = (
                    (scales[here], scales[row + 1]) if step == 1 else (scales[row], scales[here + 1])
                )
                top = self.first_row + row - y
                gap, span = (top, top + 1.0) if step == 1 else (-top - 1.0, -top)
                if row == here:
                    gap, span = 0.0, 1.0
                near_y = gap * near_north
                near_y *= near_y
                if near_y >= reach:
                    break
                far_y = span * far_north
                far_y *= far_y
                low, high = row_cells[row], row_cells[row + 1]
                middle = cell = bisect_left(cell_x, column, low, high)
                while cell < high:
                    away = cell_x[cell] - x
                    if away <= 0.0:  # the same column
                        least, across = near_y, 1.0
                    else:
                        least, across = near_y + (away * near_east) ** 2, away + 1.0
                    if least >= reach:
                        break
                    found.append((least, cell, row))
                    reach = min(reach, far_y + (across * far_east) ** 2)
                    cell += 1
                cell = middle - 1
                while cell >= low:
                    away = x - cell_x[cell]
                    least = near_y + ((away - 1.0) * near_east) ** 2
                    if least >= reach:
                        break
                    found.append((least, cell, row))
                    reach = min(reach, far_y + (away * far_east) ** 2)
                    cell -= 1
                row += step
        return [candidate for candidate in found if candidate[0] <= reach]

    def _nearest_in_cell(
        self, cell: int, px: float, py: float, scale: tuple[float, float], ordinal: int
    ) -> tuple[float, int]:
        words = self.words
        at = self.cell_start[cell]
        lines = words[at + 1]
        at += 2
        sx, sy = scale
        best, beyond = inf, OUTSIDE
        for _ in range(lines):
            left, right = words[at], words[at + 1]
            first = at + 3
            at = first + 2 * words[at + 2]
            if ordinal not in (left, right):
                continue
            nearest = best
            x0, y0 = (words[first] - px) * sx, (words[first + 1] - py) * sy
            coordinates = iter(words[first + 2 : at])
            for x1, y1 in zip(coordinates, coordinates, strict=True):
                ex, ey = (x1 - px) * sx, (y1 - py) * sy
                dx, dy = ex - x0, ey - y0
                along = -(x0 * dx + y0 * dy)
                length = dx * dx + dy * dy
                if along <= 0.0:
                    square = x0 * x0 + y0 * y0
                elif along >= length:
                    square = ex * ex + ey * ey
                else:
                    cross = x0 * dy - y0 * dx
                    square = cross * cross / length
                if square < nearest:
                    nearest = square
                x0, y0 = ex, ey
            if nearest < best:
                best, beyond = nearest, right if ordinal == left else left
        return sqrt(best), beyond


@cache
def index() -> BoundaryIndex:
    """Give the boundary index, read from the package on the first call and kept."""
    return BoundaryIndex(package_data("boundaries.bin"))


def in_frame(lat: float, lon: float) -> bool:
    """Tell whether a position is near enough to Sweden to be asked about; false for what is no position."""
    return _SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST


def tile_coordinates(lat: float, lon: float) -> tuple[float, float] | None:
    """Give the tile coordinates at zoom 14 of a position in the frame, None outside and for no position."""
    if _SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST:
        return (lon + 180.0) * _X_PER_DEGREE, _N / 2 - atanh(sin(radians(lat))) * _Y_PER_PSI
    return None


def ordinal_at(lat: float, lon: float) -> int:
    """Give the ordinal of the municipality at a WGS84 position, 0 elsewhere and for what is no position."""
    if not (_SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST):
        return OUTSIDE
    return index().ordinal((lon + 180.0) * _X_PER_DEGREE, _N / 2 - atanh(sin(radians(lat))) * _Y_PER_PSI)
