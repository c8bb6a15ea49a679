"""POST /api/v1/reports, /api/v1/uploads and /open311/v2/requests, and the form for browsers without JavaScript."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from functions.intake import open311_api, sandbox_api
from functions.intake.forms import fields_of, report_of
from functions.intake.models import Receipt, ReportIn
from functions.intake.pages import form_page, receipt_page
from functions.intake.reports import Intake
from functions.intake.settings import ApiSettings
from synpunkt.http import FieldError, Problem, make_api
from synpunkt.http.app import lambda_handler
from synpunkt.http.idempotency import IdempotencyKey
from synpunkt.http.uploads import UploadGrant, UploadIn, Uploads, UploadStatus
from synpunkt.http.validation import validated
from synpunkt.identity import is_valid_key
from synpunkt.stores.uploads import UploadStore

api = make_api()

T = TypeVar("T", Receipt, UploadGrant)


@cache
def settings() -> ApiSettings:
    """The settings of this process."""
    return ApiSettings.from_env()


@cache
def intake() -> Intake:
    """The front door with its stores."""
    return Intake.of(settings())


@cache
def uploads() -> Uploads:
    """Upload grants."""
    return Uploads(UploadStore(settings().cases_table), settings().quarantine_bucket)


@api.post("/api/v1/reports", status_code=201, tags=["Reports"], summary="Submit a report")
def post_report(report: Annotated[ReportIn, Body()], idempotency_key: IdempotencyKey) -> Response[Receipt]:
    """Accepts a report. A 2xx means it is stored and will reach somebody; warnings come back as notices."""
    raw = json.loads(api.current_event.decoded_body or "null")
    receipt = intake().accept(report, raw, idempotency_key, api.language)
    return _created(receipt)


@api.post("/api/v1/uploads", status_code=201, tags=["Reports"], summary="Get an address to send a photo to")
def post_upload(upload: Annotated[UploadIn, Body()], idempotency_key: IdempotencyKey) -> Response[UploadGrant]:
    """Grants one photo of a draft: JPEG, PNG, WebP or HEIC, at most 15 MB, at most five per key."""
    return _created(uploads().grant(upload, idempotency_key))


@api.get("/api/v1/uploads/<upload_id>", tags=["Reports"], summary="What became of a photo")
def get_upload(
    upload_id: Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")], idempotency_key: IdempotencyKey
) -> UploadStatus:
    """Whether the photo was made safe, or why it was rejected."""
    return uploads().status(upload_id, idempotency_key, api.language)


@api.get("/", include_in_schema=False)
@api.get("/report", include_in_schema=False)
def get_form() -> Response[str]:
    """The form."""
    return form_page(settings(), api.language)


@api.post("/report", include_in_schema=False)
def post_form() -> Response[str]:
    """A report from a browser without JavaScript: the receipt, or the form with what to correct."""
    fields = fields_of(api.current_event.decoded_body or "")
    key = fields.get("idempotency_key", "")
    language = api.language
    payload = report_of(fields)
    try:
        if not is_valid_key(key):
            raise Problem(HTTPStatus.BAD_REQUEST, "idempotency_key_missing")
        receipt = intake().accept(validated(ReportIn, payload), payload, key, language)
    except Problem as problem:
        shown = problem.model(language)
        errors = shown.errors or [_general(problem.code, shown.detail)]
        # A fresh key after a conflict: the old one belongs to something that was sent already.
        key = "" if problem.code.startswith("idempotency") else key
        return form_page(settings(), language, key=key or None, values=fields, errors=errors, status=problem.status)
    return receipt_page(settings(), language, receipt)


def _created(body: T) -> Response[T]:
    return Response(status_code=HTTPStatus.CREATED, content_type="application/json", body=body)


def _general(code: str, sentence: str) -> FieldError:
    about_place = code in ("place_missing", "outside_sweden", "swapped_coordinates", "unknown_municipality")
    return FieldError(field="location" if about_place else "", code=code, message=sentence)


api.include_router(open311_api.router)
api.include_router(sandbox_api.router)

handler = lambda_handler(api)
