"""The routes of words on their way: drafts, previews, what can be undone, and texts to begin from."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.desk.cases.departments import within
from functions.desk.cases.looking import for_everyone
from functions.desk.cases.models import SendingOut
from functions.desk.door import CaseId, api_of, caller_at, caller_in, has, seen
from functions.desk.settings import ApiSettings
from functions.desk.words.template_views import best_first, template_out, values_of
from functions.desk.words.together import bulks, sending_out
from functions.desk.words.words_models import (
    DraftIn,
    DraftOut,
    Language,
    TemplateIn,
    TemplateOut,
    Templates,
)
from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.http import Problem
from synpunkt.http.callers import require
from synpunkt.identity import Scope
from synpunkt.stores.drafts import Draft
from synpunkt.stores.reply_templates import ReplyTemplate, ReplyTemplateStore

router = Router()  # type: ignore[no-untyped-call]
_TAG = ["Desk"]
_CASE = "/api/v1/desk/cases/<case_id>"
SendingId = Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
TemplateId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Code = Annotated[str, Query(pattern=r"^\d{4}$", description="SCB code, four digits")]


@cache
def templates() -> ReplyTemplateStore:
    """The texts of municipalities."""
    return ReplyTemplateStore(ApiSettings.from_env().registry_table)


@router.get(f"{_CASE}/draft", tags=_TAG, summary="What you are writing about the case")
def get_draft(case_id: CaseId) -> DraftOut:
    """Yours alone; empty when there is none. Nobody else reads it, and it is gone after 30 days."""
    caller = caller_at(router)
    seen(case_id, caller, Scope.WRITE)
    draft = bulks().sendings.drafts.get(case_id, caller.caller_id)
    return _draft_out(draft) if draft else DraftOut()


@router.put(f"{_CASE}/draft", tags=_TAG, summary="Keep what you are writing")
def put_draft(case_id: CaseId, asked: Annotated[DraftIn, Body()]) -> DraftOut:
    """In place of what was kept before. It stands in no history, and no event tells of it."""
    caller = caller_at(router)
    seen(case_id, caller, Scope.WRITE)
    draft = Draft(asked.act, asked.text, asked.fields, clock.now())
    bulks().sendings.drafts.save(case_id, caller.caller_id, draft)
    return _draft_out(draft)


@router.delete(f"{_CASE}/draft", status_code=204, tags=_TAG, summary="Throw away what you were writing")
def delete_draft(case_id: CaseId) -> Response[str]:
    """Saying so twice changes nothing."""
    caller = caller_at(router)
    seen(case_id, caller, Scope.WRITE)
    bulks().sendings.drafts.remove(case_id, caller.caller_id)
    return Response(status_code=HTTPStatus.NO_CONTENT, content_type=None, body="")


@router.delete(f"{_CASE}/sendings/<sending_id>", tags=_TAG, summary="Undo what is about to be sent")
def delete_sending(case_id: CaseId, sending_id: SendingId) -> SendingOut:
    """It is not sent, and nobody hears of it; 409 when it has been. What was stopped is put away."""
    caller = caller_at(router)
    has(caller, seen(case_id, caller, Scope.WRITE).case)
    bulks().sendings.undo(case_id, sending_id)
    sending = bulks().sendings.store.get(case_id, sending_id)
    if sending is None:
        raise Problem(HTTPStatus.NOT_FOUND, "sending_not_found")
    return sending_out(sending, caller, api_of(router).language)


@router.get("/api/v1/desk/templates", tags=_TAG, summary="Texts to begin from, those that fit best first")
def get_templates(
    municipality: Code,
    category: Annotated[str | None, Query(max_length=64)] = None,
    status: Annotated[str | None, Query(max_length=40)] = None,
    language: Language | None = None,
    case_id: Annotated[
        str | None, Query(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$", description="fill them in for this case")
    ] = None,
) -> Templates:
    """All the texts of a municipality; for a case they are filled in, and fit its category and status."""
    caller = caller_at(router)
    require(caller, Scope.READ, municipality)
    file = seen(case_id, caller, Scope.READ) if case_id else None
    if file is not None and not within(caller, file.case):
        file = for_everyone(file)
    if file is not None:
        category, status = category or file.case.category, status or file.case.status.value
    found = best_first(templates().of_municipality(municipality), category, status, language)
    return Templates(
        templates=[
            template_out(each, fits=fits, values=values_of(file, each.language) if file else None)
            for each, fits in found
        ]
    )


@router.put("/api/v1/desk/templates/<template_id>", tags=_TAG, summary="Keep a text to begin from")
def put_template(template_id: TemplateId, municipality: Code, asked: Annotated[TemplateIn, Body()]) -> TemplateOut:
    """In place of the one of that id. Whoever decides who does what decides how things are said: leads and admins."""
    caller = caller_in(router, municipality, Scope.ASSIGN)
    template = ReplyTemplate(
        template_id,
        asked.name,
        asked.text,
        asked.language,
        tuple(asked.categories),
        tuple(asked.statuses),
        clock.now(),
        caller.caller_id,
    )
    if not templates().put(municipality, template):
        raise Problem(HTTPStatus.CONFLICT, "too_many_templates")
    return template_out(template, fits=True, values=None)


@router.delete("/api/v1/desk/templates/<template_id>", status_code=204, tags=_TAG, summary="Take a text away")
def delete_template(template_id: TemplateId, municipality: Code) -> Response[str]:
    """What was written from it stays."""
    caller = caller_at(router)
    require(caller, Scope.ASSIGN, municipality)
    if not templates().remove(municipality, template_id):
        raise Problem(HTTPStatus.NOT_FOUND, "template_not_found")
    return Response(status_code=HTTPStatus.NO_CONTENT, content_type=None, body="")


def _draft_out(draft: Draft) -> DraftOut:
    return DraftOut(act=draft.act, text=draft.text, fields=dict(draft.fields), saved_at=to_iso(draft.saved_at))
