"""Granting an upload: a signed address in the quarantine bucket, for one photo of one draft."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal

import boto3
from botocore.config import Config
from pydantic import BaseModel, Field, StringConstraints

from synpunkt import clock
from synpunkt.http.incoming import Strict, short
from synpunkt.http.problem import Problem
from synpunkt.identity import hash_key
from synpunkt.stores.uploads import MAX_PER_DRAFT, TooManyUploads, UploadStore
from synpunkt.texts import text

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"})
MAX_BYTES = 15 * 1024 * 1024
MAX_PHOTOS = 5
_VALID_SECONDS = 3600

UploadId = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
UploadIds = Annotated[list[UploadId], Field(max_length=MAX_PHOTOS)]


class UploadIn(Strict):
    """A photo that is about to be sent. `size` in bytes."""

    filename: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
    content_type: Annotated[str, short(100)]
    size: Annotated[int, Field(strict=True, ge=1)]


class UploadGrant(BaseModel):
    """Where to send the photo: a multipart POST to `url` with all `fields`, then `file` last."""

    upload_id: str
    url: str
    fields: dict[str, str]


class UploadStatus(BaseModel):
    """What became of an upload. `reason`: why it was rejected, as a code; `detail`: the same in words."""

    upload_id: str
    state: Literal["granted", "ready", "rejected"]
    reason: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Uploads:
    """Grants and tells of uploads. `bucket`: the quarantine bucket."""

    store: UploadStore
    bucket: str

    def grant(self, upload: UploadIn, key: str, *, most: int = MAX_PER_DRAFT) -> UploadGrant:
        """A grant for one photo. Raises `Problem` when it is no image, too large, or more than `most` of its draft."""
        if upload.content_type.lower() not in IMAGE_TYPES:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "upload_not_image")
        if upload.size > MAX_BYTES:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "upload_too_large")
        upload_id = clock.new_id()
        content_type = upload.content_type.lower()
        signed = _s3().generate_presigned_post(
            self.bucket,
            upload_id,
            Fields={"Content-Type": content_type, "success_action_status": "201"},
            Conditions=[
                {"Content-Type": content_type},
                {"success_action_status": "201"},
                ["content-length-range", 1, MAX_BYTES],
            ],
            ExpiresIn=_VALID_SECONDS,
        )
        try:
            self.store.grant(upload_id, hash_key(key), most=most, now=clock.now())
        except TooManyUploads as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "too_many_uploads") from error
        return UploadGrant(upload_id=upload_id, url=signed["url"], fields=signed["fields"])

    def status(self, upload_id: str, key: str, language: str) -> UploadStatus:
        """What became of an upload, for the holder of its draft's key. Raises `Problem` (404) for anyone else."""
        upload = self.store.get(upload_id)
        if upload is None or upload.draft != hash_key(key):
            raise Problem(HTTPStatus.NOT_FOUND, "not_found")
        return UploadStatus(
            upload_id=upload_id,
            state=upload.state.value,
            reason=upload.reason,
            detail=text(f"photo.{upload.reason}", language) if upload.reason else None,
        )


def origin(bucket: str) -> str:
    """Where browsers post photos to: the bucket's regional address, or the local emulator's."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    return endpoint or f"https://{bucket}.s3.{_s3().meta.region_name}.amazonaws.com"


@cache
def _s3() -> S3Client:
    # Signature v4 and the regional host: the global one redirects, and a redirected POST loses its body.
    return boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
