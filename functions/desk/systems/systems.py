"""What a municipality's own system says of a case: POST /api/v1/municipality/cases/<case_id>/updates."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.desk.cases.models import DeskCase
from functions.desk.door import CaseId, caller_at, case_answer, cases, doing, has
from functions.desk.systems.system_models import UpdateIn
from functions.desk.systems.updating import Updating
from synpunkt.http.idempotency import IdempotencyKey

router = Router()  # type: ignore[no-untyped-call]
_TAG = ["Municipalities' systems"]


@cache
def updating() -> Updating:
    """Updates, with their store."""
    return Updating(cases())


@router.post("/api/v1/municipality/cases/<case_id>/updates", tags=_TAG, summary="What is new about a case")
def post_update(case_id: CaseId, asked: Annotated[UpdateIn, Body()], idempotency_key: IdempotencyKey) -> DeskCase:
    """Its status, an answer, its number with you: all of it is done, or nothing; sent again, it is done once."""
    caller = caller_at(router)
    doer, check = doing(caller, case_id, asked.version, lambda case: has(caller, case))
    updating().update(case_id, asked, idempotency_key, doer, check)
    return case_answer(router, case_id, caller)
