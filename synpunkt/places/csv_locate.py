"""Many positions at once, from a table to a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from .place import locate


def locate_csv(source: TextIO, target: TextIO) -> None:
    """Write lon,lat,municipality,border_m for every row of a CSV table, in its order.

    The header must name the columns lon and lat (degrees, WGS84) in any order and case; other columns are
    ignored. lon and lat are echoed as given; municipality and border_m (metres, one decimal) are empty
    outside Sweden and for a row that cannot be read. Blank lines inside the table count as rows, at its end
    they do not. ValueError if the header lacks a column.
    """
    rows = _rows(source)
    header = [name.strip().lstrip("\ufeff").lower() for name in next(rows, [])]
    if "lon" not in header or "lat" not in header:
        raise ValueError("the first line must name the columns lon and lat")
    lon_at, lat_at = header.index("lon"), header.index("lat")
    out = csv.writer(target, lineterminator="\n")
    out.writerow(("lon", "lat", "municipality", "border_m"))
    blank = 0
    for row in rows:
        if not row:
            blank += 1
            continue
        for _ in range(blank):
            out.writerow(("", "", "", ""))
        blank = 0
        lon = row[lon_at] if lon_at < len(row) else ""
        lat = row[lat_at] if lat_at < len(row) else ""
        out.writerow((lon, lat, *_answer(lon, lat)))


def _rows(source: TextIO) -> Iterator[list[str]]:
    reader = csv.reader(source)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield [""]  # a field beyond the parser's limits is still a row


def _answer(lon: str, lat: str) -> tuple[str, str]:
    try:
        place = locate(float(lat), float(lon))
    except ValueError:
        return "", ""
    return (place.municipality, f"{place.border_m:.1f}") if place else ("", "")
