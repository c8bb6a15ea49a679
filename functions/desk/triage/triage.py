"""Triage under /api/v1/desk: what nobody could be given, who looks after it, and how it gets further. For operators."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.desk.door import CaseId, api_of, caller_at, cases
from functions.desk.settings import ApiSettings
from functions.desk.triage.triage_models import AddressIn, AddressOut, CorrectionIn, TriageCase, TriageList, TriageRow
from synpunkt import clock
from synpunkt.claims import Evidence
from synpunkt.http import Problem
from synpunkt.http.callers import require_operator
from synpunkt.identity import Caller
from synpunkt.lifecycle import Because, Case
from synpunkt.places import municipality as municipality_of
from synpunkt.responsibility.free_mail import is_free_mail
from synpunkt.stores.evidence import EvidenceStore, HasJoined
from synpunkt.stores.registry import RegistryStore
from synpunkt.triage import NotPossible, Triage
from synpunkt.waiting import WaitingQueue

router = Router()  # type: ignore[no-untyped-call]

Cursor = Annotated[str | None, Query(pattern=r"^([0-9A-HJKMNP-TV-Z]{26})?$", description="`next` of the page before")]
Owner = Annotated[str | None, Query(max_length=64, description="a caller's id, `me`, or `nobody`")]
Code = Annotated[str, Path(pattern=r"^\d{4}$", description="SCB code, four digits")]


@cache
def settings() -> ApiSettings:
    """The settings of this process."""
    return ApiSettings.from_env()


@cache
def triage() -> Triage:
    """The triage queue with its stores."""
    return Triage(cases(), RegistryStore(settings().registry_table))


@router.get("/api/v1/desk/triage", tags=["Triage"], summary="Cases that nobody could be given")
def get_triage(
    after: Cursor = None,
    owner: Owner = None,
    overdue: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> TriageList:
    """A page of the queue, the case that was reported first at the top. A filtered page may be short."""
    caller, now = _operator(), clock.now()
    whose = caller.caller_id if owner == "me" else owner or None
    page = triage().page(after=after or None, limit=limit, now=now, owner=whose, overdue=overdue)
    return TriageList(cases=[TriageRow.of(row, api_of(router).language, now) for row in page.rows], next=page.next)


@router.post("/api/v1/desk/triage/<case_id>/take", tags=["Triage"], summary="Look after a case in triage")
def post_take(case_id: CaseId) -> TriageCase:
    """The caller looks after the case from now on, also when somebody else did before."""
    caller = _operator()
    return _done(lambda: triage().take(case_id, by=caller.caller_id))


@router.post("/api/v1/desk/triage/<case_id>/resend", tags=["Triage"], summary="Send a case to whoever is found now")
def post_resend(case_id: CaseId) -> TriageCase:
    """Decides anew by the registry as it stands; 409 `nobody_found` when there is still nobody."""
    caller = _operator()
    return _done(lambda: triage().resend(case_id, by=caller.caller_id))


@router.post("/api/v1/desk/triage/<case_id>/correct", tags=["Triage"], summary="Put a case where it belongs")
def post_correct(case_id: CaseId, correction: CorrectionIn) -> TriageCase:
    """The case belongs to another municipality than its place said, and is sent there."""
    caller = _operator()
    code = _known(correction.municipality)
    return _done(lambda: triage().correct(case_id, code, by=caller.caller_id))


@router.post("/api/v1/desk/municipalities/<code>/address", tags=["Triage"], summary="Keep an address that was found")
def post_address(code: Code, address: AddressIn) -> AddressOut:
    """The registrar's address with its evidence; every case in triage that waits for it is sent on."""
    caller = _operator()
    _known(code)
    if is_free_mail(address.mail):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "free_mail")
    told, by = address.source.told, caller.caller_id
    finding = Evidence(code, address.mail, told, by, clock.now(), note=address.note)
    try:
        EvidenceStore(settings().registry_table).put_in_force(finding)
    except HasJoined as error:
        raise Problem(HTTPStatus.CONFLICT, "has_joined") from error
    WaitingQueue(settings().waiting_queue_url).start(code, Because.ADDRESS_FOUND)
    return AddressOut.of(finding, api_of(router).language)


def _operator() -> Caller:
    caller = caller_at(router)
    require_operator(caller)
    return caller


def _known(code: str) -> str:
    if municipality_of(code) is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")
    return code


def _done(act: Callable[[], Case]) -> TriageCase:
    try:
        return TriageCase.of(act())
    except KeyError as error:
        raise Problem(HTTPStatus.NOT_FOUND, "case_not_found") from error
    except NotPossible as error:
        raise Problem(HTTPStatus.CONFLICT, error.code) from error
