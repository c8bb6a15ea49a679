"""The routes by which those who have a case decide what of it may be seen, and the photos themselves."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from functions.desk.cases.checks import Check, Doer
from functions.desk.cases.models import DeskCase
from functions.desk.door import CaseId, api_of, caller_at, case_answer, cases, doing, has, photo_links
from functions.desk.privacy.privacy_models import MaskIn, PhotoHideIn, PhotoShowIn, ProtectIn, PublishIn
from functions.desk.privacy.reviewing import Reviewing
from functions.desk.settings import ApiSettings
from synpunkt.http import Problem
from synpunkt.http.callers import require
from synpunkt.http.photos import jpeg_of
from synpunkt.http.problem import not_found
from synpunkt.identity import Caller, Scope
from synpunkt.stores.cases import CaseFile

router = Router()  # type: ignore[no-untyped-call]
_TAG = ["Desk"]
_CASE = "/api/v1/desk/cases/<case_id>"
_PHOTO = f"{_CASE}/photos/<photo_id>"
PhotoId = Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]


@cache
def reviewing() -> Reviewing:
    """What may be seen, with the cases."""
    return Reviewing(cases())


@router.post(f"{_CASE}/publish", tags=_TAG, summary="Say who may see the case, now that you have looked at it")
def post_publish(case_id: CaseId, asked: Annotated[PublishIn, Body()]) -> DeskCase:
    """A held case becomes public, or private. What the reporter wished to be private stays so."""
    caller, doer, check = _mine(case_id, asked.version)
    reviewing().publish(case_id, asked, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/protect", tags=_TAG, summary="Protect who reported it, or lift the protection")
def post_protect(case_id: CaseId, asked: Annotated[ProtectIn, Body()]) -> DeskCase:
    """The case is private at once, and contact data for registrars and admins alone, who lift it, too."""
    caller = caller_at(router)
    doer, check = doing(caller, case_id, asked.version, lambda case: require(caller, Scope.WRITE, case.municipality))
    if not asked.protected:
        check = _and_may_lift(caller, check)
    reviewing().protect(case_id, asked.protected, asked.reason, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_PHOTO}/mask", tags=_TAG, summary="Cover parts of a photo")
def post_mask(case_id: CaseId, photo_id: PhotoId, asked: Annotated[MaskIn, Body()]) -> DeskCase:
    """Shown to nobody outside from now on, and again once it is drawn anew; what was covered is gone then."""
    caller, doer, check = _mine(case_id, asked.version)
    reviewing().mask(case_id, photo_id, asked, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_PHOTO}/hide", tags=_TAG, summary="Take a photo away")
def post_hide_photo(case_id: CaseId, photo_id: PhotoId, asked: Annotated[PhotoHideIn, Body()]) -> DeskCase:
    """With a reason, which nobody outside reads."""
    caller, doer, check = _mine(case_id, asked.version)
    reviewing().hide(case_id, photo_id, asked.reason, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_PHOTO}/show", tags=_TAG, summary="Show a photo that is held, or was taken away")
def post_show_photo(case_id: CaseId, photo_id: PhotoId, asked: Annotated[PhotoShowIn, Body()]) -> DeskCase:
    """Whoever may see the case may see the photo."""
    caller, doer, check = _mine(case_id, asked.version)
    reviewing().show(case_id, photo_id, asked.reason, doer, check)
    return case_answer(router, case_id, caller)


@router.get(f"{_PHOTO}/<name>", include_in_schema=False, enable_validation=False)
def get_photo(case_id: str, photo_id: str, name: str) -> Response[bytes]:
    """The photo, for whoever was given its address a few minutes ago."""
    token = api_of(router).current_event.get_query_string_value("link", "")
    file = cases().load(case_id)
    holder = file.case.municipality if file else None
    if file is None or holder is None or not photo_links().opens(token, case_id, holder, photo_id, name):
        raise not_found()
    jpeg = jpeg_of(ApiSettings.from_env().photos_bucket, file, photo_id, name, at_work=True)
    return Response(HTTPStatus.OK, "image/jpeg", jpeg, headers={"Cache-Control": "private, no-store"})


def _mine(case_id: str, version: int | None) -> tuple[Caller, Doer, Check]:
    caller = caller_at(router)
    return caller, *doing(caller, case_id, version, lambda case: has(caller, case))


def _and_may_lift(caller: Caller, check: Check) -> Check:
    def checking(file: CaseFile) -> None:
        check(file)
        if file.case.municipality is None or not caller.may(Scope.PROTECTED, file.case.municipality):
            raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")

    return checking
