"""The files of days: where they are kept, and who is given them."""

from __future__ import annotations

import re
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.event_handler import Response

from functions.insight.opened import KEPT_A_MINUTE
from synpunkt.http import Problem
from synpunkt.stores.open_data import OpenStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.parquet", re.ASCII)
PARQUET = "application/vnd.apache.parquet"


@cache
def s3() -> S3Client:
    """The one S3 client of this process."""
    return boto3.client("s3")


def key_of(day: str) -> str:
    """Where the file of a day is: one a day, in a folder that says the day to Athena."""
    return f"cases/day={day}/cases.parquet"


def day_file(opened: OpenStore, bucket: str, name: str, known: str) -> Response[bytes]:
    """The file of a day; none for a caller who has it, as `known` (If-None-Match) says. Raises `Problem` (404)."""
    named = _NAME.fullmatch(name)
    day = named[1] if named else ""
    file = opened.day(day) if named else None
    if file is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no_such_day")
    tag = f'"{file.sha256[:32]}"'
    headers = {**KEPT_A_MINUTE, "ETag": tag, "Content-Disposition": f'attachment; filename="{day}.parquet"'}
    if tag in (each.strip().removeprefix("W/") for each in known.split(",")):
        return Response(HTTPStatus.NOT_MODIFIED, PARQUET, b"", headers)
    try:
        body = s3().get_object(Bucket=bucket, Key=key_of(day))["Body"].read()
    except s3().exceptions.NoSuchKey as error:
        # The last case of that day has left since we looked.
        raise Problem(HTTPStatus.NOT_FOUND, "no_such_day") from error
    return Response(HTTPStatus.OK, PARQUET, body, headers)
