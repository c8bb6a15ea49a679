"""The routes of many cases at once: bulk, its undo, and cases that are about one happening."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query

from functions.desk.cases.departments import within
from functions.desk.cases.handling_models import NothingIn
from functions.desk.cases.models import DeskCase
from functions.desk.door import CaseId, api_of, caller_at, case_answer, cases, doing, has, photo_links, seen
from functions.desk.finding.finding import knowing
from functions.desk.many.bulks import Rights
from functions.desk.many.many_models import (
    BulkIn,
    BulkOut,
    BulkUndone,
    IncidentOut,
    IncidentReplyIn,
    IncidentReplyOut,
    LinkIn,
)
from functions.desk.many.many_views import bulk_out, incident_out, reply_out, undone_out
from functions.desk.words.together import bulks, incidents
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.identity import Caller, Scope
from synpunkt.lifecycle import Case
from synpunkt.stores.bulks import Bulk
from synpunkt.stores.cases import CaseFile

router = Router()  # type: ignore[no-untyped-call]
_TAG = ["Desk"]
_CASE = "/api/v1/desk/cases/<case_id>"
_INCIDENT = "/api/v1/desk/incidents/<incident_id>"
_ULID = r"^[0-9A-HJKMNP-TV-Z]{26}$"
_KEY = Header(
    alias="Idempotency-Key",
    pattern=r"^[A-Za-z0-9_-]{22,128}$",
    description="Made once per request; a UUID is fine. The same key and body give the same answer, and happen once.",
)


@router.post("/api/v1/desk/bulk", tags=_TAG, summary="Do the same to many cases")
def post_bulk(asked: Annotated[BulkIn, Body()], idempotency_key: Annotated[str, _KEY]) -> BulkOut:
    """Each case by itself: what is not possible, or not yours to do, is refused by name. What others notice waits."""
    caller = _who_may(Scope.BULK)
    fields = asked.model_dump(mode="json", exclude_none=True, exclude={"case_ids", "act"})
    bulk = bulks().begin(caller, idempotency_key, asked.act, fields, asked.case_ids, _rights(caller, asked))
    return bulk_out(bulk, api_of(router).language)


@router.post("/api/v1/desk/bulk/<bulk_id>/undo", tags=_TAG, summary="Take back what can be taken back")
def post_undo(bulk_id: Annotated[str, Path(pattern=_ULID)]) -> BulkUndone:
    """What waits is cancelled before anybody is told; who was assigned is assigned no more; what was told stays."""
    caller = _who_may(Scope.BULK)
    bulk = bulks().find(bulk_id, caller)
    if bulk.by != caller.caller_id and not _within_all(caller, _cases_of(bulk)):
        raise Problem(HTTPStatus.NOT_FOUND, "bulk_not_found")
    return undone_out(bulk, bulks().undo(bulk, caller, _rights(caller)), api_of(router).language)


@router.post(f"{_CASE}/link", tags=_TAG, summary="Say that cases are about one happening")
def post_link(case_id: CaseId, asked: Annotated[LinkIn, Body()]) -> DeskCase:
    """With the cases of those numbers, of your own municipality; one answer can reach them all."""
    caller = caller_at(router)
    doer, check = doing(caller, case_id, asked.version, lambda case: has(caller, case))
    incidents().link(case_id, asked.references, asked.title, doer.by, check, lambda case: has(caller, case))
    return case_answer(router, case_id, caller)


@router.get(_INCIDENT, tags=_TAG, summary="The cases of one happening")
def get_incident(
    incident_id: Annotated[str, Path(pattern=_ULID)],
    after: Annotated[str | None, Query(pattern=r"^([AB]#[0-9A-HJKMNP-TV-Z]{26})?$")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> IncidentOut:
    """A page of them, for those who have them; who is limited to departments sees what they may know of."""
    caller = _who_may(Scope.READ)
    incident = incidents().find(incident_id, lambda code: caller.may(Scope.READ, code))
    return incident_out(incidents(), incident, caller, after or None, limit, api_of(router).language, photo_links())


@router.post(f"{_INCIDENT}/reply", status_code=202, tags=_TAG, summary="Answer everybody who reported the same")
def post_incident_reply(
    incident_id: Annotated[str, Path(pattern=_ULID)],
    asked: Annotated[IncidentReplyIn, Body()],
    idempotency_key: Annotated[str | None, _KEY] = None,
) -> Response[IncidentReplyOut]:
    """In a moment, each of them as an answer of their own; until then it can be undone as a whole."""
    caller = _who_may(Scope.BULK)
    incident = incidents().find(incident_id, lambda code: caller.may(Scope.BULK, code))
    members = incidents().store.all_members(incident)
    if not _within_all(caller, [each.case_id for each in members if each.public or asked.with_private]):
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    fields = asked.model_dump(mode="json", exclude_none=True)
    key = idempotency_key or clock.new_id()
    bulk = bulks().answer_all(caller, key, fields, incident_id, incident.municipality)
    answer = reply_out(bulk, incident, members, api_of(router).language)
    return Response(HTTPStatus.ACCEPTED, "application/json", answer)


@router.post(f"{_CASE}/unlink", tags=_TAG, summary="Say that the case is about something of its own")
def post_unlink(case_id: CaseId, asked: Annotated[NothingIn, Body()]) -> DeskCase:
    """The others stay together."""
    caller = caller_at(router)
    doer, check = doing(caller, case_id, asked.version, lambda case: has(caller, case))
    incidents().unlink(case_id, doer.by, check)
    return case_answer(router, case_id, caller)


def _within_all(caller: Caller, case_ids: Sequence[str]) -> bool:
    """Whether all of them lie where the caller works; nothing is read for who works everywhere."""
    return not caller.departments or all(within(caller, each) for each in cases().heads(case_ids))


def _cases_of(bulk: Bulk) -> Sequence[str]:
    """The cases that it happens to, or will."""
    incident = incidents().store.get(bulk.incident_id) if bulk.incident_id else None
    return [each.case_id for each in incidents().store.all_members(incident)] if incident else bulk.case_ids


def _who_may(scope: Scope) -> Caller:
    """Who calls, if they may do that anywhere; where exactly is asked of each case."""
    caller = caller_at(router)
    if not any(caller.may(scope, code) for code in caller.municipalities):
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    return caller


def _rights(caller: Caller, asked: BulkIn | None = None) -> Rights:
    @cache
    def assignable(municipality: str) -> None:
        """Asked once for all cases there: whom they are given to is the same."""
        if asked is not None and asked.act == "assign":
            knowing().check_assignment(caller, municipality, asked.team, asked.assignee)

    def allowed(case: Case) -> None:
        has(caller, case, Scope.BULK)
        # As with one case: who else has to work on it is to be said by those who may say so.
        if asked is None or asked.assignee not in (None, caller.caller_id):
            has(caller, case, Scope.ASSIGN)
        if case.municipality is not None:
            assignable(case.municipality)

    def look(case_id: str) -> CaseFile:
        file = seen(case_id, caller, Scope.WRITE)
        allowed(file.case)
        return file

    return Rights(look, allowed)
