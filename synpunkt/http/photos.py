"""Serving a photo's safe renditions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3

from synpunkt.http.problem import not_found
from synpunkt.photos import rendition_key, rendition_of
from synpunkt.stores.cases import CaseFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def jpeg_of(bucket: str, file: CaseFile, photo_id: str, name: str, *, at_work: bool = False) -> bytes:
    """A rendition of one of the case's photos, `name` as in its address: `1600.jpg`, or `1600-2.jpg`.

    `at_work`: for those who draw on it, also while something of it is to be covered. Raises `Problem` (404) when there
    is none, it was drawn anew since (also in this moment), or it is not to be seen for now.
    """
    photo, asked = file.photo(photo_id), rendition_of(name)
    if photo is None or asked is None or (photo.being_masked and not at_work):
        raise not_found()
    rendition, revision = asked
    # An address from before, as in a mail, shows the photo as it is now; one of an earlier drawing shows nothing.
    if revision is not None and revision != photo.revision:
        raise not_found()
    try:
        found = _s3().get_object(Bucket=bucket, Key=rendition_key(photo_id, rendition, photo.revision))
    except _s3().exceptions.NoSuchKey as error:
        # Drawn anew, and this drawing deleted, since the case was read; whoever loads the page again gets the new one.
        raise not_found() from error
    return found["Body"].read()


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
