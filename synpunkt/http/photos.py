"""Serving a photo's safe renditions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3

from synpunkt.http.problem import not_found
from synpunkt.photos import RENDITIONS, rendition_key
from synpunkt.stores.cases import CaseFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def jpeg_of(bucket: str, file: CaseFile, photo_id: str, size: str) -> bytes:
    """A rendition of one of the case's photos. Raises `Problem` (404) when there is none; `size`: `1600.jpg`."""
    known = any(photo.upload_id == photo_id for photo in file.photos)
    rendition = size.removesuffix(".jpg")
    if not known or rendition not in RENDITIONS:
        raise not_found()
    return _s3().get_object(Bucket=bucket, Key=rendition_key(photo_id, rendition))["Body"].read()


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
