"""Open data as files: GeoJSON (RFC 7946) and CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from functions.insight.open_models import properties
from synpunkt.open_data import COLUMNS, OpenCase
from synpunkt.spreadsheet import harmless


def as_geojson(cases: Sequence[OpenCase], more: Mapping[str, Any]) -> str:
    """A feature a case, without geometry where there is no place; `more`: what else the collection says."""
    features = [
        {"type": "Feature", "id": each.id, "geometry": _point(each), "properties": properties(each)} for each in cases
    ]
    collection = {"type": "FeatureCollection", **more, "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"))


def as_csv(cases: Sequence[OpenCase]) -> str:
    """A line a case under a line of names: UTF-8, commas, CRLF. No cell is a formula; nothing is an empty cell."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(each, name)) for name in COLUMNS] for each in cases)
    return file.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # What is a number is told as one: a longitude west of Greenwich is no formula.
    return harmless(value) if isinstance(value, str) else str(value)


def _point(case: OpenCase) -> dict[str, Any] | None:
    if case.lat is None or case.lon is None:
        return None
    return {"type": "Point", "coordinates": [case.lon, case.lat]}
