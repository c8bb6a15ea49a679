"""PostGIS as a peer of the boundary index, where a server is at hand."""

from __future__ import annotations

import importlib
import os
from typing import Any

import shapely

from bench.timing import LookUp

SETTING = "SYNPUNKT_BENCH_POSTGIS"
VERTICES = 128  # per piece; large polygons are divided before they are searched, as PostGIS advises

_TABLES = """
CREATE TEMP TABLE whole (code text, shape geometry(Geometry, 4326));
CREATE TEMP TABLE piece (code text, shape geometry(Geometry, 4326));
"""
_INDEXES = f"""
INSERT INTO piece SELECT code, ST_Subdivide(shape, {VERTICES}) FROM whole;
CREATE INDEX ON whole USING gist (shape);
CREATE INDEX ON piece USING gist (shape);
ANALYZE whole;
ANALYZE piece;
"""


class NotMeasured(Exception):
    """Why there is no PostGIS to measure, in one sentence."""


def look_ups(codes: list[str], polygons: Any) -> dict[str, LookUp]:
    """Give look-ups over temporary tables of the polygons (WGS84), which end with the process.

    Each is one prepared statement there and back; the first is the floor of that, a statement that looks nowhere.
    The server is the one that SYNPUNKT_BENCH_POSTGIS names; raises `NotMeasured` without one.
    """
    connection = _connect()
    connection.execute(_TABLES)
    with connection.cursor() as cursor:
        rows = [(code, shapely.to_wkb(polygon)) for code, polygon in zip(codes, polygons, strict=True)]
        cursor.executemany("INSERT INTO whole VALUES (%s, ST_SetSRID(ST_GeomFromWKB(%s), 4326))", rows)
    connection.execute(_INDEXES)
    cursor = connection.cursor(binary=True)

    def asking(question: str) -> LookUp:
        def look_up(lat: float, lon: float) -> object:
            return cursor.execute(question, (lon, lat), prepare=True).fetchone()

        return look_up

    point = "ST_SetSRID(ST_MakePoint(%s, %s), 4326)"
    return {
        "PostGIS, round trip alone": asking("SELECT %s::float8 + %s::float8"),
        f"PostGIS, pieces of {VERTICES} points": asking(f"SELECT code FROM piece WHERE ST_Intersects(shape, {point})"),
        "PostGIS, whole polygons": asking(f"SELECT code FROM whole WHERE ST_Intersects(shape, {point})"),
    }


def _connect() -> Any:
    dsn = os.environ.get(SETTING)
    if not dsn:
        raise NotMeasured(f"{SETTING} names no server")
    try:
        psycopg = importlib.import_module("psycopg")
    except ImportError as error:
        raise NotMeasured("psycopg is not installed here") from error
    try:
        connection = psycopg.connect(dsn, autocommit=True, connect_timeout=10)
    except psycopg.Error as error:
        # The message of the error may repeat the password.
        raise NotMeasured(f"the server that {SETTING} names cannot be reached") from error
    try:
        connection.execute("SELECT postgis_version()")
    except psycopg.Error as error:
        connection.close()
        raise NotMeasured("the server has no PostGIS in that database") from error
    return connection
