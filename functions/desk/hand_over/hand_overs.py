"""The routes of a hand-over under /api/v1/desk/cases: for those who have the case, or handed it over."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.desk.cases.departments import within
from functions.desk.cases.models import AcceptIn, DeskCase, HandOverIn, RecallIn, ReferIn, ReturnIn
from functions.desk.door import CaseId, caller_at, case_answer, cases, doing, has, seen
from functions.desk.hand_over.handing import Handing, recallable
from functions.desk.settings import ApiSettings
from synpunkt.http import Problem
from synpunkt.identity import Caller, Scope
from synpunkt.lifecycle import Case, HandOver, Returned
from synpunkt.stores.cases import CaseFile
from synpunkt.stores.registry import RegistryStore

router = Router()  # type: ignore[no-untyped-call]

_TAG = ["Desk"]


@cache
def handing() -> Handing:
    """Hand-overs with their stores."""
    settings = ApiSettings.from_env()
    return Handing(cases(), RegistryStore(settings.registry_table))


@router.get("/api/v1/desk/cases/<case_id>", tags=_TAG, summary="A case as those see it who have it")
def get_case(case_id: CaseId) -> DeskCase:
    """The case with its whole story and all reasons, for whoever has it or handed it over."""
    caller = caller_at(router)
    seen(case_id, caller, Scope.READ)
    return case_answer(router, case_id, caller)


@router.post("/api/v1/desk/cases/<case_id>/hand-over", tags=_TAG, summary="Hand a case over")
def post_hand_over(case_id: CaseId, asked: Annotated[HandOverIn, Body()]) -> DeskCase:
    """The case to another municipality, or to a body with a verified address, under the same number."""
    caller = caller_at(router)
    doer, check = doing(caller, case_id, asked.version, lambda case: has(caller, case, Scope.HAND_OVER, triage=True))
    if asked.municipality is not None:
        ours = not _is_at(caller, seen(case_id, caller, Scope.WRITE).case)
        move = handing().send_on if ours else handing().hand_over
        move(case_id, asked.municipality, asked.reason, doer, check)
    elif asked.body is not None:
        handing().hand_over_to_body(case_id, asked.body, asked.reason, doer, check)
    return case_answer(router, case_id, caller)


@router.post("/api/v1/desk/cases/<case_id>/accept", tags=_TAG, summary="Take care of a case that was handed over")
def post_accept(case_id: CaseId, asked: Annotated[AcceptIn, Body()]) -> DeskCase:
    """You take it. Saying so twice changes nothing."""
    caller = caller_at(router)
    said = seen(case_id, caller, Scope.WRITE).case.hand_over is HandOver.ACCEPTED
    doer, check = doing(caller, case_id, None if said else asked.version, lambda case: has(caller, case))
    handing().accept(case_id, doer, check)
    return case_answer(router, case_id, caller)


@router.post("/api/v1/desk/cases/<case_id>/return", tags=_TAG, summary="Return a case that was handed over")
def post_return(case_id: CaseId, asked: Annotated[ReturnIn, Body()]) -> DeskCase:
    """It is not yours: back to whoever handed it over."""
    caller = caller_at(router)
    doer, check = doing(caller, case_id, asked.version, lambda case: has(caller, case))
    handing().give_back(case_id, Returned.NOT_OURS, asked.reason, doer, check)
    return case_answer(router, case_id, caller)


@router.post("/api/v1/desk/cases/<case_id>/recall", tags=_TAG, summary="Take back a case you handed over")
def post_recall(case_id: CaseId, asked: Annotated[RecallIn, Body()]) -> DeskCase:
    """From a body at any time, from a municipality until it has accepted."""
    caller = caller_at(router)
    doer, check = doing(caller, case_id, asked.version, lambda case: _handed_over(caller, case))

    def recalling(file: CaseFile) -> None:
        check(file)
        recallable(file)

    handing().give_back(case_id, Returned.RECALLED, asked.reason, doer, recalling)
    return case_answer(router, case_id, caller)


@router.post("/api/v1/desk/cases/<case_id>/refer", tags=_TAG, summary="Refer the reporter to somebody else")
def post_refer(case_id: CaseId, asked: Annotated[ReferIn, Body()]) -> DeskCase:
    """Nobody who is connected is responsible: the reporter is told where to turn, and the case is closed."""
    caller = caller_at(router)
    doer, check = doing(caller, case_id, asked.version, lambda case: has(caller, case, Scope.REFER, triage=True))
    handing().refer(case_id, asked, doer, check)
    return case_answer(router, case_id, caller)


def _is_at(caller: Caller, case: Case) -> bool:
    """Whether the case is at the caller's own municipality; an operator moves it from our triage otherwise."""
    return case.municipality is not None and caller.may(Scope.WRITE, case.municipality)


def _handed_over(caller: Caller, case: Case) -> None:
    """Passes for the municipality that handed the case over, or in whose registry the body stands that has it."""
    if not case.came_from:
        mine = case.municipality is not None and caller.may(Scope.HAND_OVER, case.municipality)
        code = ("not_handed_over", HTTPStatus.CONFLICT) if mine else ("not_allowed", HTTPStatus.FORBIDDEN)
        raise Problem(code[1], code[0])
    giver = case.came_from[-1]
    responsible = case.municipality if case.body is not None else (None if giver.body else giver.municipality)
    if responsible is None or not (caller.may(Scope.HAND_OVER, responsible) and within(caller, case)):
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
