"""The routes of those who work on cases: what there is to do, and what is said, decided and done about each case."""

from __future__ import annotations

from datetime import date
from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from pydantic import BaseModel

from functions.desk.cases.acting import Acting
from functions.desk.cases.checks import Check, Doer
from functions.desk.cases.handling_models import (
    AssignIn,
    AttentionName,
    Inbox,
    MaybeWordsIn,
    NothingIn,
    NumberIn,
    PlanIn,
    ResolveIn,
    SpokenIn,
    WordsIn,
)
from functions.desk.cases.inbox import filters, inbox_page
from functions.desk.cases.models import DeskCase, SendingOut
from functions.desk.door import (
    CaseId,
    api_of,
    caller_at,
    caller_in,
    case_answer,
    cases,
    doing,
    enclosures,
    has,
    photo_links,
)
from functions.desk.finding.finding import knowing
from functions.desk.finding.finding_models import KindName, PriorityName, StatusName
from functions.desk.words.together import bulks, incidents, sending_out
from synpunkt.http import Problem
from synpunkt.identity import Caller, Scope
from synpunkt.lifecycle import Case

router = Router()  # type: ignore[no-untyped-call]
_TAG = ["Desk"]
_CASE = "/api/v1/desk/cases/<case_id>"


Delay = Annotated[bool, Query(description="wait a moment, in which it can be undone: 202 and when it will be sent")]
_Said = Response[DeskCase | SendingOut]
_LATER: dict[int, OpenAPIResponse] = {
    200: {"description": "Said", "content": {"application/json": {"model": DeskCase}}},
    202: {"description": "Will be said at `send_at`", "content": {"application/json": {"model": SendingOut}}},
}


@cache
def acting() -> Acting:
    """Work on cases, with their store."""
    return Acting(cases(), enclosures())


@router.get("/api/v1/desk/inbox", tags=_TAG, summary="What there is to do, the most pressing first")
def get_inbox(
    municipality: Annotated[str, Query(pattern=r"^\d{4}$", description="SCB code, four digits")],
    unit: Annotated[str | None, Query(max_length=64, description="a department or team")] = None,
    mine: Annotated[
        bool, Query(description="only what is assigned to whoever asks, or to whom they cover for")
    ] = False,
    attention: Annotated[AttentionName | None, Query()] = None,
    category: Annotated[str | None, Query(max_length=64)] = None,
    kind: Annotated[KindName | None, Query()] = None,
    status: Annotated[StatusName | None, Query()] = None,
    priority: Annotated[PriorityName | None, Query()] = None,
    from_: Annotated[date | None, Query(alias="from", description="the first day, Swedish time")] = None,
    to: Annotated[date | None, Query(description="the last day, Swedish time")] = None,
    after: Annotated[str | None, Query(pattern=r"^([a-z][0-2]#[0-9A-HJKMNP-TV-Z]{26})?$")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Inbox:
    """A page of the cases a municipality, a unit or a person has. With filters a page may be empty and `next` go on.

    Who is limited to departments gets theirs.
    """
    caller = caller_in(router, municipality, Scope.READ)
    return inbox_page(
        cases(),
        incidents().store,
        municipality,
        units=_units(caller, unit or None),
        people=knowing().mine(caller, municipality) if mine else None,
        attention=attention,
        where=filters(category=category, kind=kind, status=status, priority=priority, since=from_, until=to),
        after=after or None,
        limit=limit,
        language=api_of(router).language,
        links=photo_links(),
    )


@router.post(f"{_CASE}/acknowledge", tags=_TAG, summary="Say that somebody has opened the case")
def post_acknowledge(case_id: CaseId, asked: Annotated[NothingIn, Body()]) -> DeskCase:
    """The reporter sees that it has been opened."""
    caller, doer, check = _mine(case_id, asked.version)
    acting().acknowledge(case_id, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/start", tags=_TAG, summary="Say that the work has begun")
def post_start(case_id: CaseId, asked: Annotated[NothingIn, Body()]) -> DeskCase:
    """The reporter sees that it is being worked on."""
    caller, doer, check = _mine(case_id, asked.version)
    acting().start_work(case_id, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/assign", tags=_TAG, summary="Say who works on the case")
def post_assign(case_id: CaseId, asked: Annotated[AssignIn, Body()]) -> DeskCase:
    """A team or a person; nobody outside is told. Who takes it on needs no more than to work here."""
    caller = caller_at(router)
    # Somebody takes a case on or passes it to a team; who else has to do something is their lead's to say.
    scope = Scope.WRITE if asked.assignee in (None, caller.caller_id) else Scope.ASSIGN

    def allowed(case: Case) -> None:
        has(caller, case, scope)
        if case.municipality is not None:
            knowing().check_assignment(caller, case.municipality, asked.team, asked.assignee)

    doer, check = doing(caller, case_id, asked.version, allowed)
    acting().assign(case_id, asked.team, asked.assignee, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/reply", tags=_TAG, responses=_LATER, summary="Answer")
def post_reply(case_id: CaseId, asked: Annotated[SpokenIn, Body()], delay: Delay = False) -> _Said:
    """An answer that the reporter gets by mail, and that everyone who may read the case reads."""
    caller, doer, check = _mine(case_id, asked.version)
    if delay:
        return _later(case_id, "reply", asked, caller, check)
    acting().reply(case_id, asked.text, doer, check, asked.photos)
    return Response(HTTPStatus.OK, "application/json", case_answer(router, case_id, caller))


@router.post(f"{_CASE}/note", tags=_TAG, summary="Make a note")
def post_note(case_id: CaseId, asked: Annotated[WordsIn, Body()]) -> DeskCase:
    """A note that nobody outside reads."""
    caller, doer, check = _mine(case_id, asked.version)
    acting().add_note(case_id, asked.text, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/question", tags=_TAG, responses=_LATER, summary="Ask the reporter")
def post_question(case_id: CaseId, asked: Annotated[SpokenIn, Body()], delay: Delay = False) -> _Said:
    """The clock stands still until they answer."""
    caller, doer, check = _mine(case_id, asked.version)
    if delay:
        return _later(case_id, "question", asked, caller, check)
    acting().ask(case_id, asked.text, doer, check, asked.photos)
    return Response(HTTPStatus.OK, "application/json", case_answer(router, case_id, caller))


@router.post(f"{_CASE}/plan", tags=_TAG, responses=_LATER, summary="Say by which day it will be done")
def post_plan(case_id: CaseId, asked: Annotated[PlanIn, Body()], delay: Delay = False) -> _Said:
    """The reporter is told the day."""
    caller, doer, check = _mine(case_id, asked.version)
    if delay:
        return _later(case_id, "plan", asked, caller, check)
    acting().plan(case_id, asked.planned_for, asked.text, doer, check, asked.photos)
    return Response(HTTPStatus.OK, "application/json", case_answer(router, case_id, caller))


@router.post(f"{_CASE}/resolve", tags=_TAG, responses=_LATER, summary="Close the case")
def post_resolve(case_id: CaseId, asked: Annotated[ResolveIn, Body()], delay: Delay = False) -> _Said:
    """In one of five ways; each says what it has to."""
    caller, doer, check = _mine(case_id, asked.version)
    if delay:
        return _later(case_id, "resolve", asked, caller, check)
    acting().resolve(case_id, asked, doer, check)
    if asked.link and asked.duplicate_of:
        incidents().join_original(case_id, asked.duplicate_of, doer.by, lambda case: has(caller, case))
    return Response(HTTPStatus.OK, "application/json", case_answer(router, case_id, caller))


@router.post(f"{_CASE}/reopen", tags=_TAG, summary="Open the case again")
def post_reopen(case_id: CaseId, asked: Annotated[MaybeWordsIn, Body()]) -> DeskCase:
    """It was not done after all."""
    caller, doer, check = _mine(case_id, asked.version)
    acting().reopen(case_id, asked.text, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/hide", tags=_TAG, summary="Hide the case from everyone but those concerned")
def post_hide(case_id: CaseId, asked: Annotated[WordsIn, Body()]) -> DeskCase:
    """With a reason, which nobody outside reads."""
    caller, doer, check = _mine(case_id, asked.version)
    acting().hide(case_id, asked.text, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/show", tags=_TAG, summary="Show a hidden case again")
def post_show(case_id: CaseId, asked: Annotated[NothingIn, Body()]) -> DeskCase:
    """It is seen as before."""
    caller, doer, check = _mine(case_id, asked.version)
    acting().show(case_id, doer, check)
    return case_answer(router, case_id, caller)


@router.post(f"{_CASE}/number", tags=_TAG, summary="Tell the case's number in your own system")
def post_number(case_id: CaseId, asked: Annotated[NumberIn, Body()]) -> DeskCase:
    """The reporter sees it beside ours."""
    caller, doer, check = _mine(case_id, asked.version)
    acting().number(case_id, asked.foreign_number, doer, check)
    return case_answer(router, case_id, caller)


def _units(caller: Caller, asked: str | None) -> tuple[str, ...]:
    """The units whose cases are listed; none where the municipality's all are."""
    if asked is None:
        return tuple(sorted(caller.departments))
    if caller.departments and asked not in caller.departments:
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    return (asked,)


def _later(case_id: str, act: str, asked: BaseModel, caller: Caller, check: Check) -> _Said:
    fields = asked.model_dump(mode="json", exclude_defaults=True, exclude={"version"})
    sending = bulks().sendings.keep(case_id, act, fields, caller, check)
    return Response(HTTPStatus.ACCEPTED, "application/json", sending_out(sending, caller, api_of(router).language))


def _mine(case_id: str, version: int | None) -> tuple[Caller, Doer, Check]:
    caller = caller_at(router)
    return caller, *doing(caller, case_id, version, lambda case: has(caller, case))
