"""An upload's verdict: renditions kept, original deleted, and the case told, whichever of the two came first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools import Logger

from functions.photo.renditions import MAX_BYTES, Rejected, make_renditions
from synpunkt import clock
from synpunkt.lifecycle import Change, Photo, attach_photo, reject_photo
from synpunkt.photos import rendition_key
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.dynamo import Busy, ConditionFailed
from synpunkt.stores.uploads import Upload, UploadState, UploadStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges uploads. Safe to repeat: a verdict is given once."""

    cases: CaseStore
    uploads: UploadStore
    quarantine: str
    photos: str

    def judge(self, upload_id: str, size: int) -> None:
        """Makes the upload's photo safe, or rejects it; either way the original is deleted."""
        upload = self.uploads.get(upload_id)
        if upload is None:
            logger.warning("upload without a grant", upload_id=upload_id)
        elif upload.state is UploadState.GRANTED:
            self._tell(self._verdict(upload, size))
        _s3().delete_object(Bucket=self.quarantine, Key=upload_id)

    def _verdict(self, upload: Upload, size: int) -> Upload:
        try:
            if size > MAX_BYTES:
                raise Rejected("too_large")
            made = make_renditions(self._original(upload.upload_id))
        except Rejected as rejected:
            logger.info("photo rejected", upload_id=upload.upload_id, reason=rejected.reason)
            return replace(upload, state=UploadState.REJECTED, reason=rejected.reason)
        for name, jpeg in made.jpegs.items():
            _s3().put_object(
                Bucket=self.photos,
                Key=rendition_key(upload.upload_id, name),
                Body=jpeg,
                ContentType="image/jpeg",
            )
        return replace(upload, state=UploadState.READY, width=made.width, height=made.height)

    def _original(self, upload_id: str) -> bytes:
        """The file as it came. Raises `Rejected` when it is gone; if another run has judged it, that verdict stays."""
        try:
            return _s3().get_object(Bucket=self.quarantine, Key=upload_id)["Body"].read()
        except _s3().exceptions.NoSuchKey as error:
            raise Rejected("lost") from error

    def _tell(self, verdict: Upload) -> None:
        """Writes the verdict; if a report has claimed the upload, on its case in the same transaction."""
        event_id = clock.new_id()
        for _ in range(_TRIES):
            upload = self.uploads.get(verdict.upload_id)
            if upload is None or upload.state is not UploadState.GRANTED:
                return
            try:
                if upload.case_id is None:
                    self.uploads.judge_unclaimed(upload, verdict)
                else:
                    self._tell_case(upload.case_id, upload, verdict, event_id)
            except ConditionFailed:
                continue
            return
        raise Busy

    def _tell_case(self, case_id: str, upload: Upload, verdict: Upload, event_id: str) -> None:
        def command(file: CaseFile) -> Change | None:
            now = clock.now()
            if verdict.state is UploadState.READY:
                photo = Photo(
                    verdict.upload_id, verdict.width, verdict.height, by=upload.by, said_with=upload.said_with
                )
                return attach_photo(file.case, photo=photo, event_id=event_id, now=now)
            reason = verdict.reason or "damaged"
            return reject_photo(
                file.case,
                upload_id=verdict.upload_id,
                reason=reason,
                event_id=event_id,
                now=now,
                by=upload.by,
                said_with=upload.said_with,
            )

        self.cases.apply(case_id, command, extra=lambda: [self.uploads.judge(upload, verdict)])


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
