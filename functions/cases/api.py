"""Reading cases: as data under /api/v1/cases and /open311/v2, as a page under /c, and 404 for what does not exist."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path as File
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query

from functions.cases import open311_api
from functions.cases.dialogue import Dialogue, enclosed
from functions.cases.models import AnswerIn, CaseList, CaseOut, FeedbackIn, WithdrawIn
from functions.cases.pages import case_page, locked_page, shown, told, unlocked
from functions.cases.reading import PAGE, Reading
from functions.cases.settings import ApiSettings
from synpunkt.http import Problem, make_api
from synpunkt.http.app import lambda_handler
from synpunkt.http.enclosing import Enclosures
from synpunkt.http.tokens import bearer_token, cookie_token, posted_fields, posted_token, see_other
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.incidents import IncidentStore
from synpunkt.stores.uploads import UploadStore

api = make_api()

Reference = Annotated[str, Path(max_length=20, description="as on the receipt: 7KQ-4M2X")]
UploadKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", max_length=128, description="what the uploads of `photos` were granted to"),
]
Cursor = Annotated[str | None, Query(pattern=r"^([0-9A-HJKMNP-TV-Z]{26})?$", description="`next` of the page before")]
_OPENAPI = File(__file__).with_name("openapi.json")


@cache
def settings() -> ApiSettings:
    """The settings of this process."""
    return ApiSettings.from_env()


@cache
def reading() -> Reading:
    """Reading with its stores."""
    config = settings()
    tokens = token_maker(config.token_secret_id)
    cases, incidents = CaseStore(config.cases_table), IncidentStore(config.cases_table)
    return Reading(cases, incidents, tokens, config.photos_bucket, config.public_url)


@cache
def dialogue() -> Dialogue:
    """What the reporter says and does."""
    cases = reading().cases
    return Dialogue(Enclosures(cases, UploadStore(cases.table)))


@api.get("/api/v1/cases", tags=["Cases"], summary="Public cases of a municipality, newest first")
def get_cases(
    municipality: Annotated[str, Query(max_length=10, description="SCB code, four digits")],
    after: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> CaseList:
    """A page of public cases. Private ones are in no list."""
    return reading().list_of(municipality, after or None, limit, api.language)


@api.get("/api/v1/cases/<reference>", tags=["Cases"], summary="A case by its reference")
def get_case(reference: Reference) -> CaseOut:
    """The case with its timeline. One that is not public needs its token (`Authorization: Bearer`)."""
    file, reader = reading().find(reference, bearer_token(api), api.language)
    return shown(settings(), file, reader, related=reading().related(file))


@api.post("/api/v1/cases/<reference>/answer", tags=["Cases"], summary="Add something to your case, or answer")
def post_answer(reference: Reference, said: Annotated[AnswerIn, Body()], idempotency_key: UploadKey = None) -> CaseOut:
    """With the token of the receipt. What you write is read by those who have the case, and by nobody else."""
    file, reader = reading().find(reference, bearer_token(api), api.language)
    dialogue().add(file, reader, said.text, enclosed(said.photos, idempotency_key))
    return _as_it_stands(reference)


@api.post("/api/v1/cases/<reference>/feedback", tags=["Cases"], summary="Say whether it is fixed")
def post_feedback(
    reference: Reference, said: Annotated[FeedbackIn, Body()], idempotency_key: UploadKey = None
) -> CaseOut:
    """With the token of the receipt. What is not fixed is opened again."""
    file, reader = reading().find(reference, bearer_token(api), api.language)
    if said.fixed:
        dialogue().say_fixed(file, reader)
    else:
        dialogue().say_not_fixed(file, reader, said.text, enclosed(said.photos, idempotency_key))
    return _as_it_stands(reference)


@api.post("/api/v1/cases/<reference>/withdraw", tags=["Cases"], summary="Take your case back")
def post_withdraw(reference: Reference, said: Annotated[WithdrawIn, Body()]) -> CaseOut:
    """With the token of the receipt. Nothing that was written disappears."""
    file, reader = reading().find(reference, bearer_token(api), api.language)
    dialogue().withdraw(file, reader)
    return _as_it_stands(reference)


def _as_it_stands(reference: str) -> CaseOut:
    file, reader = reading().find(reference, bearer_token(api), api.language)
    return shown(settings(), file, reader, related=reading().related(file))


@api.get("/api/v1/openapi.json", include_in_schema=False)
def get_openapi() -> Response[str]:
    """The description of this API (OpenAPI 3.1)."""
    return Response(HTTPStatus.OK, "application/json", _OPENAPI.read_text("utf-8"))


@api.get("/c/<reference>", include_in_schema=False)
def get_page(reference: str) -> Response[str]:
    """The case as a page; the same page for "does not exist" and "not public"."""
    try:
        file, reader = reading().find(reference, cookie_token(api, "case", reference), api.language)
    except Problem:
        return locked_page(settings(), api.language, reference)
    new = api.current_event.get_query_string_value("new", "") == "1"
    return case_page(settings(), file, reader, related=reading().related(file), new=new)


@api.post("/c/<reference>", include_in_schema=False)
def post_page(reference: str) -> Response[str]:
    """Takes the token of a private link and keeps it in a short-lived cookie for this page alone; or what its holder
    says or does."""
    if "act" in posted_fields(api):
        return _acted(reference)
    token = posted_token(api)
    try:
        file, reader = reading().find(reference, token, api.language)
    except Problem:
        return locked_page(settings(), api.language, reference, tried=True)
    if reader.purpose is None:
        return case_page(settings(), file, reader, related=reading().related(file), tried=True)
    return unlocked(settings(), file.case.reference, token, api.current_event.query_string_parameters)


def _acted(reference: str) -> Response[str]:
    fields = posted_fields(api)
    try:
        file, reader = reading().find(reference, cookie_token(api, "case", reference), api.language)
    except Problem:
        return locked_page(settings(), api.language, reference, tried=True)
    mistake = told(dialogue(), file, reader, fields)
    if mistake is not None:
        words = fields.get("text", "")
        return case_page(settings(), file, reader, related=reading().related(file), mistake=mistake, words=words)
    return see_other(f"/c/{file.case.reference}?lang={api.language}#timeline-title")


@api.get("/c/<reference>/photos/<photo_id>/<size>", include_in_schema=False, enable_validation=False)
def get_photo(reference: str, photo_id: str, size: str) -> Response[bytes]:
    """A photo, as small as asked for; of a private case only with its token."""
    token = bearer_token(api) or cookie_token(api, "case", reference)
    jpeg = reading().photo(reference, token, photo_id, size)
    # In no shared cache: what is to be covered must be gone from everywhere at once.
    caching = "private, no-store" if token else "private, max-age=300"
    return Response(HTTPStatus.OK, "image/jpeg", jpeg, headers={"Cache-Control": caching})


api.include_router(open311_api.router)

handler = lambda_handler(api, public=True)
