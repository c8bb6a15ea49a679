"""Deleting a photo's renditions once nothing says any more whose photo it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3

from synpunkt.photos import folder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class NotDeleted(Exception):
    """S3 kept some of the objects; asked again, it may delete them."""


@dataclass(frozen=True, slots=True)
class Forgetter:
    """Deletes renditions. Safe to repeat. `photos`: the name of the bucket."""

    photos: str

    def forget(self, upload_id: str) -> None:
        """Deletes every drawing of the upload. Raises `NotDeleted`."""
        pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=self.photos, Prefix=folder(upload_id))
        for page in pages:
            keys = [each["Key"] for each in page.get("Contents", [])]
            if keys:
                answer = _s3().delete_objects(
                    Bucket=self.photos, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
                )
                if answer.get("Errors"):
                    raise NotDeleted(upload_id)


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
