"""The routes for photos that go with what is said: an address to send each to, and what became of it."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from functions.desk.cases.photos import MOST_A_WEEK, draft_of
from functions.desk.door import CaseId, api_of, caller_at, cases, has, seen
from functions.desk.settings import ApiSettings
from synpunkt.http.uploads import UploadGrant, UploadIn, Uploads, UploadStatus
from synpunkt.identity import Scope
from synpunkt.stores.uploads import UploadStore

router = Router()  # type: ignore[no-untyped-call]
_TAG = ["Desk"]
_UPLOADS = "/api/v1/desk/cases/<case_id>/uploads"


@cache
def uploads() -> Uploads:
    """Upload grants."""
    return Uploads(UploadStore(cases().table), ApiSettings.from_env().quarantine_bucket)


@router.post(_UPLOADS, status_code=201, tags=_TAG, summary="Get an address to send a photo to")
def post_upload(case_id: CaseId, upload: Annotated[UploadIn, Body()]) -> Response[UploadGrant]:
    """For `photos` of your next answer, question, plan or closing: whoever reads that sees them. At most 50 a week."""
    grant = uploads().grant(upload, _draft(case_id), most=MOST_A_WEEK)
    return Response(HTTPStatus.CREATED, "application/json", grant)


@router.get(f"{_UPLOADS}/<upload_id>", tags=_TAG, summary="What became of a photo")
def get_upload(case_id: CaseId, upload_id: Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]) -> UploadStatus:
    """Whether the photo was made safe, or why it was rejected."""
    return uploads().status(upload_id, _draft(case_id), api_of(router).language)


def _draft(case_id: str) -> str:
    """What uploads for the case are granted to. Raises `Problem` for a caller who has not got it."""
    caller = caller_at(router)
    has(caller, seen(case_id, caller, Scope.WRITE).case)
    return draft_of(case_id)
