"""Drawing a photo anew with parts of it covered, until nothing else of it is left to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3

from functions.photo.renditions import covered
from synpunkt import clock
from synpunkt.lifecycle import Actor, By, Change, Photo, mask_photo
from synpunkt.photos import RENDITIONS, rendition_key
from synpunkt.stores.cases import CaseFile, CaseStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Masker:
    """Covers what was asked for. Safe to repeat, also while more is asked for: the last drawing covers everything."""

    cases: CaseStore
    photos: str

    def mask(self, case_id: str, upload_id: str) -> None:
        """Draws the photo anew, tells the case, and deletes the drawings before it, in this order.

        Until the case is told, nobody outside sees the photo; should the deletion fail, the next try does it.
        """
        photo = self._photo(case_id, upload_id)
        if photo.being_masked:
            self._draw(photo)
            self._tell(case_id, photo)
            photo = self._photo(case_id, upload_id)
        # What was asked for meanwhile has a message of its own.
        self._delete_before(photo)

    def _photo(self, case_id: str, upload_id: str) -> Photo:
        file = self.cases.load(case_id)
        photo = file.photo(upload_id) if file else None
        if photo is None:
            raise KeyError(upload_id)
        return photo

    def _draw(self, photo: Photo) -> None:
        large = rendition_key(photo.upload_id, RENDITIONS[0], photo.revision)
        made = covered(_s3().get_object(Bucket=self.photos, Key=large)["Body"].read(), photo.boxes)
        for name, jpeg in made.items():
            _s3().put_object(
                Bucket=self.photos,
                Key=rendition_key(photo.upload_id, name, photo.wanted),
                Body=jpeg,
                ContentType="image/jpeg",
            )

    def _tell(self, case_id: str, drawn: Photo) -> None:
        event_id = clock.new_id()

        def command(file: CaseFile) -> Change | None:
            photo = file.photo(drawn.upload_id)
            by = By(Actor.SYSTEM, None, event_id, clock.now())
            return mask_photo(file.case, by, photo=photo, drawn=drawn) if photo else None

        self.cases.apply(case_id, command)

    def _delete_before(self, photo: Photo) -> None:
        for revision in range(photo.revision):
            for name in RENDITIONS:
                _s3().delete_object(Bucket=self.photos, Key=rendition_key(photo.upload_id, name, revision))


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
