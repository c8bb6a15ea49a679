"""Finding a case for a reader: by reference, with the token they brought, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from functions.cases.models import CaseList
from functions.cases.view import Reader, case_row, may_read, may_see_photo
from synpunkt.http import Problem
from synpunkt.http.photos import jpeg_of
from synpunkt.http.problem import not_found
from synpunkt.identity import TokenMaker, normalise_reference
from synpunkt.places import municipality
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.incidents import IncidentStore, others_seen_by_all

PAGE = 50
# Beyond that the number says nothing more, and costs reads.
MOST_RELATED = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads cases for the public and for holders of a token."""

    cases: CaseStore
    incidents: IncidentStore
    tokens: TokenMaker
    photos_bucket: str
    public_url: str

    def find(self, reference: str, token: str | None, language: str) -> tuple[CaseFile, Reader]:
        """The case and what the reader may see of it. Raises `Problem` (404) alike for none and not public."""
        normal = normalise_reference(reference)
        case_id = self.cases.case_id_of(normal) if normal else None
        file = self.cases.load(case_id) if case_id else None
        if file is not None:
            case = file.case
            facts = case.case_id, case.token_version, case.round
            purpose = self.tokens.opens_case(token, *facts) if token else None
            reader = Reader(language, purpose)
            if may_read(case, reader):
                return file, reader
        raise Problem(HTTPStatus.NOT_FOUND, "case_not_found")

    def related(self, file: CaseFile) -> int:
        """How many other public cases are about the same: of those that are not public, not even the number is told."""
        return others_seen_by_all(self.incidents, file.case, at_most=MOST_RELATED)

    def photo(self, reference: str, token: str | None, photo_id: str, size: str) -> bytes:
        """A rendition as JPEG. Raises `Problem` (404) when the reader may not see it or there is none."""
        file, reader = self.find(reference, token, "sv")
        photo = file.photo(photo_id)
        if photo is None or not may_see_photo(file.case, photo, reader):
            raise not_found()
        return jpeg_of(self.photos_bucket, file, photo_id, size)

    def list_of(self, code: str, after: str | None, limit: int, language: str) -> CaseList:
        """The public cases of a municipality, newest first."""
        if municipality(code) is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")
        page = self.cases.list_public(code, before=after, limit=limit)
        rows = [case_row(row, language, self.public_url) for row in page.rows]
        return CaseList(cases=rows, next=page.next)
