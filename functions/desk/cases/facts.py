"""The routes of a case's facts under /api/v1/desk: what it is about, how urgent it is, and how it is registered."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.desk.cases.checks import Check, Doer
from functions.desk.cases.correcting import Correcting
from functions.desk.cases.facts_models import CorrectIn, PriorityIn, RegisteredIn
from functions.desk.cases.models import DeskCase
from functions.desk.door import CaseId, caller_at, case_answer, cases, doing, has
from functions.desk.settings import ApiSettings
from synpunkt.identity import Caller, Scope
from synpunkt.stores.registry import RegistryStore

router = Router()  # type: ignore[no-untyped-call]
_TAG = ["Desk"]
_CASE = "/api/v1/desk/cases/<case_id>"


@cache
def correcting() -> Correcting:
    """Putting cases right, with their stores."""
    return Correcting(cases(), RegistryStore(ApiSettings.from_env().registry_table))


@router.post(f"{_CASE}/correct", tags=_TAG, summary="Put right what the case is about, or where it is")
def post_correct(case_id: CaseId, asked: Annotated[CorrectIn, Body()]) -> DeskCase:
    """Decided anew, and explained: it may go to another department, or be handed over to another municipality."""
    caller, doer, check = _mine(case_id, asked.version)
    correcting().correct(case_id, asked, doer, check, lambda file: has(caller, file.case, Scope.CORRECT))
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/priority", tags=_TAG, summary="Say how soon the case should be looked at")
def post_priority(case_id: CaseId, asked: Annotated[PriorityIn, Body()]) -> DeskCase:
    """Among cases that ask for the same, the high ones come first. Nobody outside is told."""
    caller, doer, check = _mine(case_id, asked.version)
    correcting().prioritise(case_id, asked.priority, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/registered", tags=_TAG, summary="Say how the case is registered")
def post_registered(case_id: CaseId, asked: Annotated[RegisteredIn, Body()]) -> DeskCase:
    """Its number in your diary, and the day it reached you. Nobody outside is told."""
    caller, doer, check = _mine(case_id, asked.version)
    correcting().register(case_id, asked.diary_number, asked.received_on, doer, check)
    return case_answer(router, case_id, caller)


def _mine(case_id: str, version: int | None) -> tuple[Caller, Doer, Check]:
    caller = caller_at(router)
    return caller, *doing(caller, case_id, version, lambda case: has(caller, case))
