"""Photos that come with what is said about a case: claimed in the same write, attached now or once they are judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from synpunkt import clock
from synpunkt.http.problem import Problem
from synpunkt.identity import hash_key
from synpunkt.lifecycle import Actor, Case, Change, Photo, attach_photo, reject_photo
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.dynamo import Busy, ConditionFailed
from synpunkt.stores.uploads import Upload, UploadState, UploadStore

MOST_PHOTOS_A_CASE = 25
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Photos to go with words. `key`: what their uploads were granted to; `by`: who says the words."""

    upload_ids: Sequence[str]
    key: str
    by: Actor


@dataclass(frozen=True, slots=True)
class Enclosures:
    """Writes what is said together with its photos."""

    cases: CaseStore
    uploads: UploadStore

    def check(self, case: Case, photos: Enclosed) -> list[Upload]:
        """The uploads, if they can go along. Raises `Problem` for what is unknown, used, rejected or too much."""
        found = claimable(self.uploads, photos.upload_ids, photos.key)
        if any(each.state is UploadState.REJECTED for each in found):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "upload_rejected")
        if found and case.photo_count + len(found) > MOST_PHOTOS_A_CASE:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "too_many_photos")
        return found

    def any_new(self, photos: Enclosed) -> bool:
        """Whether one of them has not been sent with anything yet."""
        found = (self.uploads.get(each) for each in photos.upload_ids)
        return any(each is not None and each.case_id is None for each in found)

    def apply(
        self,
        case_id: str,
        command: Callable[[CaseFile], Change | None],
        photos: Enclosed,
        *,
        extra: Callable[[], Iterable[Mapping[str, Any]]] = tuple,
    ) -> Case:
        """As `CaseStore.apply`, with the photos: all of it, or nothing. Raises `Problem` as `check` does.

        A photo that is judged in the same moment is read again; one that somebody else took raises.
        """
        for _ in range(_TRIES):
            attempt = _Attempt(self, command, photos, extra)
            try:
                return self.cases.apply(case_id, attempt.changes, extra=attempt.items)
            except ConditionFailed as failed:
                if any(position < attempt.others for position in failed.which):
                    raise
        raise Busy


class _Attempt:
    """One try to write words with their photos as these stand now."""

    def __init__(
        self,
        enclosures: Enclosures,
        command: Callable[[CaseFile], Change | None],
        photos: Enclosed,
        extra: Callable[[], Iterable[Mapping[str, Any]]],
    ) -> None:
        self._enclosures = enclosures
        self._command = command
        self._photos = photos
        self._extra = extra
        self._claims: list[Mapping[str, Any]] = []
        self.others = 0

    def changes(self, file: CaseFile) -> list[Change] | None:
        """What is said, and after it each photo that is ready."""
        said = self._command(file)
        if said is None:
            return None
        found = self._enclosures.check(said.case, self._photos)
        sequence, by = said.case.version, self._photos.by
        store = self._enclosures.uploads
        self._claims = [store.claim(each, said.case, by=by, said_with=sequence) for each in found]
        changes = [said]
        for upload in found:
            told = told_of(changes[-1].case, upload, now=said.case.updated_at, by=by, said_with=sequence)
            changes += [told] if told else []
        return changes

    def items(self) -> list[Mapping[str, Any]]:
        """What else is to be written, the claims last."""
        others = list(self._extra())
        self.others = len(others)
        return [*others, *self._claims]


def claimable(store: UploadStore, upload_ids: Sequence[str], key: str) -> list[Upload]:
    """The uploads granted to that key and not used yet. Raises `Problem` (422) for any other."""
    if len(set(upload_ids)) != len(upload_ids):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "upload_used")
    found = [store.get(upload_id) for upload_id in upload_ids]
    uploads = [each for each in found if each is not None and each.draft == hash_key(key)]
    if len(uploads) != len(upload_ids):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "upload_unknown")
    if any(each.case_id for each in uploads):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "upload_used")
    return uploads


def told_of(
    case: Case, upload: Upload, *, now: datetime, by: Actor = Actor.CITIZEN, said_with: int | None = None
) -> Change | None:
    """The case with what has become of the upload; `None` while it waits to be judged."""
    match upload.state:
        case UploadState.READY:
            photo = Photo(upload.upload_id, upload.width, upload.height, by=by, said_with=said_with)
            return attach_photo(case, photo=photo, event_id=clock.new_id(), now=now)
        case UploadState.REJECTED:
            return reject_photo(
                case,
                upload_id=upload.upload_id,
                reason=upload.reason or "damaged",
                event_id=clock.new_id(),
                now=now,
                by=by,
                said_with=said_with,
            )
        case UploadState.GRANTED:
            return None
