"""POST /open311/v2/servicerequestupdates: what a municipality's system says of a case, in mySociety's words."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.desk.door import cases, doing, has, keys
from functions.desk.systems.open311_updates import again, said, update_of
from functions.desk.systems.systems import updating
from synpunkt.http import Api, Problem
from synpunkt.http.callers import caller_with
from synpunkt.http.forms import Form, form_of
from synpunkt.http.open311 import TELLS, answer, key_shown, split_format, update_id
from synpunkt.identity import Caller, Scope, normalise_reference
from synpunkt.stores.cases import CaseFile
from synpunkt.texts import text

router = Router()  # type: ignore[no-untyped-call]


@router.post("/open311/v2/servicerequestupdates[.]<wanted>", include_in_schema=False)
def post_update(wanted: str) -> Response[str]:
    """Its status and an answer: both are done, or nothing; sent again, it is done once."""
    api = cast(Api, router.api_resolver)
    _, wanted = split_format(f"servicerequestupdates.{wanted}")
    form = form_of(api.current_event.raw_event, api.header("content-type"))
    caller = _caller(key_shown(api, form))
    case_id = _case_id(form)
    doer, check = doing(caller, case_id, None, lambda case: has(caller, case))
    key = again(form, api.header("idempotency-key"))
    unexplained = updating().once(
        case_id, said(form), lambda case: update_of(form, case, api.language), key, doer, check
    )
    file = _file(case_id)
    told = [each.sequence for each in file.entries if each.type in TELLS] or [file.entries[-1].sequence]
    update = {"update_id": update_id(file.case.reference, told[-1])}
    if unexplained:
        update["service_notice"] = text("georeport.unexplained", api.language)
    return answer(wanted, "service_request_updates", [update])


def _caller(key: str | None) -> Caller:
    if key is None:
        raise Problem(HTTPStatus.FORBIDDEN, "api_key_needed")
    caller = caller_with(keys(), key)
    if caller is None or Scope.WRITE not in caller.scopes:
        raise Problem(HTTPStatus.FORBIDDEN, "api_key_refused")
    return caller


def _case_id(form: Form) -> str:
    written = form.get("service_request_id")
    if written is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_request", [("service_request_id", "missing", {})])
    normal = normalise_reference(written)
    case_id = cases().case_id_of(normal) if normal else None
    if case_id is None:
        raise Problem(HTTPStatus.NOT_FOUND, "case_not_found")
    return case_id


def _file(case_id: str) -> CaseFile:
    file = cases().load(case_id)
    if file is None:
        raise Problem(HTTPStatus.NOT_FOUND, "case_not_found")
    return file
