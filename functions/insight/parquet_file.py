"""Rows of open data as a Parquet file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from arro3.core import Array, DataType, Field, Schema, Table
from arro3.io import write_parquet

from synpunkt.open_data import OpenCase

_TIME = DataType.timestamp("ms", tz="UTC")
_OTHERWISE = {
    **dict.fromkeys((each.name for each in fields(OpenCase) if each.name.endswith("_at")), _TIME),
    "lat": DataType.float64(),
    "lon": DataType.float64(),
    "photos": DataType.int32(),
    "claimed": DataType.bool(),
}
KINDS = {each.name: _OTHERWISE.get(each.name, DataType.utf8()) for each in fields(OpenCase)}
"""The columns, and what each holds."""
_SCHEMA = Schema([Field(name, kind) for name, kind in KINDS.items()])


def as_parquet(cases: Sequence[OpenCase]) -> bytes:
    """One file with all of them. Without a caller's time or version in it: the same rows are the same bytes."""
    arrays = [_column(cases, name, kind) for name, kind in KINDS.items()]
    file = io.BytesIO()
    write_parquet(Table.from_arrays(arrays, schema=_SCHEMA), file, compression="zstd(3)")
    return file.getvalue()


def _column(cases: Sequence[OpenCase], name: str, kind: DataType) -> Array:
    values = [getattr(each, name) for each in cases]
    if name.endswith("_at"):
        return Array([each and _milliseconds(each) for each in values], DataType.int64()).cast(kind)
    return Array(values, kind)


def _milliseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp()) * 1000
