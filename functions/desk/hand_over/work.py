"""/work/<reference>: where those who got a case by mail see it and answer. Without its link it shows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import cast

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import TypeAdapter, ValidationError

from functions.desk.cases.handling import acting
from functions.desk.hand_over.errands import Errand, Errands, LinkState, Moved
from functions.desk.hand_over.hand_overs import handing
from functions.desk.hand_over.work_page import closed_page, locked_page, units_of, work_page
from functions.desk.settings import ApiSettings
from synpunkt.http import Api, Problem
from synpunkt.http.incoming import MAX_REASON, Reason
from synpunkt.http.photos import jpeg_of
from synpunkt.http.problem import not_found
from synpunkt.http.tokens import cookie_token, keep_token, posted_fields, posted_token, see_other
from synpunkt.lifecycle import goes_along
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore

_LONGEST_VERSION = 9
router = Router()  # type: ignore[no-untyped-call]
_WORDS: TypeAdapter[str] = TypeAdapter(Reason)
# What is nothing without words.
_SAYS = frozenset({"reply", "ask", "return", "pass_on"})


@cache
def settings() -> ApiSettings:
    """The settings of this process."""
    return ApiSettings.from_env()


@cache
def errands() -> Errands:
    """Links of mails, with their stores."""
    config = settings()
    tokens = token_maker(config.token_secret_id)
    return Errands(CaseStore(config.cases_table), tokens, handing(), acting())


@router.get("/work/<reference>", include_in_schema=False)
def get_page(reference: str) -> Response[str]:
    """The case for whoever opened its link a moment ago; for everybody else a form to paste the link into."""
    token = cookie_token(_api(), "work", reference)
    if token is None:
        return locked_page(settings(), _api().language, reference)
    errand = errands().find(reference, token)
    if errand is None:
        return locked_page(settings(), _api().language, reference, tried=True)
    return _page(errand)


@router.post("/work/<reference>", include_in_schema=False)
def post_page(reference: str) -> Response[str]:
    """Takes the link's token, or one of the answers. Nothing else changes anything: mail scanners only look."""
    fields = posted_fields(_api())
    if "token" in fields:
        return _opened(reference, posted_token(_api()))
    errand = errands().find(reference, cookie_token(_api(), "work", reference))
    if errand is None:
        return locked_page(settings(), _api().language, reference, tried=True)
    if errand.state is not LinkState.OPEN:
        return closed_page(settings(), _api().language, errand)
    return _answered(errand, fields)


@router.get("/work/<reference>/photos/<photo_id>/<size>", include_in_schema=False)
def get_photo(reference: str, photo_id: str, size: str) -> Response[bytes]:
    """A photo of the case, for whoever opened its link."""
    errand = errands().open(reference, cookie_token(_api(), "work", reference))
    photo = errand.file.photo(photo_id)
    if photo is None or not goes_along(photo):
        raise not_found()
    jpeg = jpeg_of(settings().photos_bucket, errand.file, photo_id, size)
    return Response(HTTPStatus.OK, "image/jpeg", jpeg, headers={"Cache-Control": "private, no-store"})


def _opened(reference: str, token: str) -> Response[str]:
    errand = errands().find(reference, token)
    if errand is None:
        return locked_page(settings(), _api().language, reference, tried=True)
    reference = errand.file.case.reference
    secure = settings().public_url.startswith("https:")
    return keep_token("work", f"/work/{reference}", reference, token, secure=secure, query=_language())


def _answered(errand: Errand, fields: dict[str, str]) -> Response[str]:
    act = fields.get("act", "")
    units = units_of(handing().registry, errand.file.case, _api().language)
    if mistakes := _mistakes(act, fields, units.others):
        return _page(errand, mistakes=mistakes, values=fields)
    version = fields.get("version", "")
    seen = replace(errand, version=int(version)) if version.isdecimal() and len(version) <= _LONGEST_VERSION else errand
    try:
        _do(seen, act, fields, _words(fields.get("words", "")))
    except Moved:
        # The page says itself that the case has gone on.
        return _back(errand)
    except Problem as problem:
        return _page(errand, mistakes={act: problem.model(_api().language).detail}, values=fields)
    return _back(errand)


def _mistakes(act: str, fields: Mapping[str, str], units: Mapping[str, str]) -> dict[str, str]:
    """What to correct, by field."""
    written = fields.get("words", "")
    if _words(written) is None and (written.strip() or act in _SAYS):
        return {f"{act}_words": "too_long" if len(written) > MAX_REASON else "missing"}
    if act == "pass_on" and not fields.get("municipality"):
        return {"municipality": "missing"}
    if act == "unit" and fields.get("unit", "") not in units:
        return {"unit": "missing"}
    return {}


def _do(errand: Errand, act: str, fields: Mapping[str, str], words: str | None) -> None:
    match act:
        case "accept":
            errands().accept(errand)
        case "start":
            errands().start(errand)
        case "done":
            errands().done(errand, words)
        case "reopen":
            errands().reopen(errand)
        case "unit":
            errands().give_to_unit(errand, fields["unit"], words)
        case "reply" if words:
            errands().reply(errand, words)
        case "ask" if words:
            errands().ask(errand, words)
        case "return" if words:
            errands().give_back(errand, words)
        case "pass_on" if words:
            errands().pass_on(errand, fields["municipality"], words)


def _page(
    errand: Errand,
    *,
    mistakes: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
) -> Response[str]:
    if errand.state is not LinkState.OPEN:
        return closed_page(settings(), _api().language, errand)
    return work_page(
        settings(),
        _api().language,
        errand,
        joined=handing().registry,
        mistakes=mistakes or {},
        values=values or {},
        tokens=errands().tokens,
    )


def _back(errand: Errand) -> Response[str]:
    query = "".join(f"?{name}={value}" for name, value in _language().items())
    return see_other(f"/work/{errand.file.case.reference}{query}")


def _language() -> dict[str, str]:
    asked = _api().current_event.get_query_string_value("lang", "")
    return {"lang": asked} if asked in ("sv", "en") else {}


def _words(value: str) -> str | None:
    try:
        return _WORDS.validate_python(value)
    except ValidationError:
        return None


def _api() -> Api:
    return cast(Api, router.api_resolver)
