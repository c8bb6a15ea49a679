"""What a municipality's own system says of a case, and what the statuses of its own mean here."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.desk.cases.checks import Check, Doer
from functions.desk.door import CaseId, caller_at, caller_in, case_answer, cases, doing, has
from functions.desk.settings import ApiSettings
from functions.desk.systems.meanings import Meanings
from functions.desk.systems.status_models import Explained, ForeignStatus, Statuses, StatusIn
from functions.desk.systems.system_models import UpdatedCase, UpdateIn
from functions.desk.systems.updating import Updating
from synpunkt.http.idempotency import IdempotencyKey
from synpunkt.http.problem import Problem
from synpunkt.identity import Caller, Scope
from synpunkt.stores.foreign_statuses import ForeignStatusStore

router = Router()  # type: ignore[no-untyped-call]
_TAG = ["Municipalities' systems"]


_STATUSES = "/api/v1/desk/statuses"
Code = Annotated[str, Query(pattern=r"^\d{4}$", description="SCB code, four digits")]
After = Annotated[str, Query(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$", description="`next` of the answer before")]


@cache
def updating() -> Updating:
    """Updates, with their stores."""
    return Updating(cases(), ForeignStatusStore(ApiSettings.from_env().registry_table, cases().table))


@cache
def meanings() -> Meanings:
    """What statuses mean, with the updates they are part of."""
    return Meanings(updating().statuses, updating())


@router.post("/api/v1/municipality/cases/<case_id>/updates", tags=_TAG, summary="What is new about a case")
def post_update(case_id: CaseId, asked: Annotated[UpdateIn, Body()], idempotency_key: IdempotencyKey) -> UpdatedCase:
    """Its status, an answer, its number with you: all of it is done, or nothing; sent again, it is done once."""
    caller = caller_at(router)
    doer, check = doing(caller, case_id, asked.version, lambda case: has(caller, case))
    unexplained = updating().update(case_id, asked, idempotency_key, doer, check)
    case = case_answer(router, case_id, caller)
    return UpdatedCase(**case.model_dump(), unexplained_status=unexplained)


@router.get(_STATUSES, tags=_TAG, summary="What the statuses of your system mean here, and which nobody has explained")
def get_statuses(municipality: Code) -> Statuses:
    """A case whose status nobody has explained stands as it did, and waits here until somebody does."""
    return meanings().all(caller_in(router, municipality, Scope.READ), municipality)


@router.put(_STATUSES, tags=_TAG, summary="Say what a status of your system means here")
def put_status(municipality: Code, asked: Annotated[StatusIn, Body()], after: After | None = None) -> Explained:
    """In place of what was said before. The cases that wait for it become what it says, 25 with each call."""
    caller = _explaining(municipality)

    def doing_to(case_id: str) -> tuple[Doer, Check]:
        return doing(caller, case_id, None, lambda case: has(caller, case))

    return meanings().explain(caller, municipality, asked, after or "", doing_to)


@router.delete(_STATUSES, status_code=204, tags=_TAG, summary="Take back what a status means")
def delete_status(municipality: Code, foreign_status: Annotated[ForeignStatus, Query()]) -> Response[str]:
    """Cases that get it from now on wait. What it did to others stays."""
    _explaining(municipality)
    meanings().forget(municipality, foreign_status)
    return _done()


@router.delete(f"{_STATUSES}/unexplained/<case_id>", status_code=204, tags=_TAG, summary="A case waits no longer")
def delete_unexplained(case_id: CaseId, municipality: Code) -> Response[str]:
    """Somebody has seen to it by hand. Saying so twice changes nothing."""
    caller = caller_in(router, municipality, Scope.ASSIGN)
    meanings().settle(caller, municipality, case_id)
    return _done()


def _explaining(municipality: str) -> Caller:
    """Who calls. A meaning counts for all departments: raises `Problem` (403) also for who is limited to some."""
    caller = caller_in(router, municipality, Scope.ASSIGN)
    if caller.departments:
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    return caller


def _done() -> Response[str]:
    return Response(status_code=HTTPStatus.NO_CONTENT, content_type=None, body="")
