"""Finding cases and colleagues, and what each person at the desk has chosen: what they are told, and their views."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.desk.cases.handling_models import Inbox
from functions.desk.door import api_of, caller_at, caller_in, cases, photo_links
from functions.desk.finding.finding_models import Colleagues, NoticesIn, NoticesOut, ViewIn, ViewOut, Views
from functions.desk.finding.knowing import Knowing
from functions.desk.finding.searching import Searching
from functions.desk.settings import ApiSettings
from functions.desk.words.together import incidents
from synpunkt.http import Problem
from synpunkt.http.callers import logged_in
from synpunkt.identity import Member, Scope
from synpunkt.stores.due import DueStore
from synpunkt.stores.insight import InsightStore
from synpunkt.stores.preferences import PreferenceStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.staff import StaffStore

router = Router()  # type: ignore[no-untyped-call]
_TAG = ["Desk"]

Code = Annotated[str, Query(pattern=r"^\d{4}$", description="SCB code, four digits")]
ViewId = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$", description="chosen by whoever keeps the view")]


@cache
def searching() -> Searching:
    """Searching, with its stores."""
    return Searching(cases(), InsightStore(ApiSettings.from_env().insight_table), incidents().store, photo_links())


@cache
def knowing() -> Knowing:
    """The people, with their stores."""
    settings = ApiSettings.from_env()
    table = settings.registry_table
    return Knowing(StaffStore(table), RegistryStore(table), PreferenceStore(table), DueStore(settings.cases_table))


@router.get("/api/v1/desk/search", tags=_TAG, summary="Find cases by words or by a number")
def get_search(
    municipality: Code,
    q: Annotated[str, Query(min_length=1, max_length=200, description="words, a reference, or a case number")],
    after: Annotated[str | None, Query(pattern=r"^(0[0-9A-HJKMNP-TV-Z]{25})?$")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 25,
) -> Inbox:
    """What has that number, then what has all the words, newest first. A page may be empty and `next` go on."""
    caller = caller_in(router, municipality, Scope.READ)
    return searching().page(caller, municipality, q, after=after or None, limit=limit, language=api_of(router).language)


@router.get("/api/v1/desk/colleagues", tags=_TAG, summary="Whom a case can be given to")
def get_colleagues(municipality: Code) -> Colleagues:
    """People by name, those who are away with who takes their cases; and the departments."""
    caller_in(router, municipality, Scope.READ)
    return knowing().colleagues(municipality, api_of(router).language)


@router.get("/api/v1/desk/me/notices", tags=_TAG, summary="What I am told by mail")
def get_notices() -> NoticesOut:
    """For people alone: a system is told by events."""
    return knowing().notices(_person())


@router.put("/api/v1/desk/me/notices", tags=_TAG, summary="Choose what I am told by mail")
def put_notices(wanted: Annotated[NoticesIn, Body()]) -> NoticesOut:
    """Holds from now on."""
    return knowing().choose_notices(_person(), wanted)


@router.get("/api/v1/desk/views", tags=_TAG, summary="My views, and those shared with me")
def get_views(municipality: Code) -> Views:
    """Each with the filters of the list that it stands for."""
    return knowing().views(caller_in(router, municipality, Scope.READ), municipality)


@router.put("/api/v1/desk/views/<view_id>", tags=_TAG, summary="Keep a view")
def put_view(view_id: ViewId, municipality: Code, wanted: Annotated[ViewIn, Body()]) -> ViewOut:
    """One's own, or one that leads and up share with everybody in the municipality."""
    return knowing().keep_view(caller_in(router, municipality, Scope.WRITE), municipality, view_id, wanted)


@router.delete("/api/v1/desk/views/<view_id>", tags=_TAG, summary="Remove a view", status_code=HTTPStatus.NO_CONTENT)
def delete_view(view_id: ViewId, municipality: Code) -> Response[str]:
    """One's own first; else a shared one, which leads and up may remove."""
    knowing().drop_view(caller_in(router, municipality, Scope.WRITE), municipality, view_id)
    return Response(status_code=HTTPStatus.NO_CONTENT, content_type=None, body="")


def _person() -> Member:
    """Somebody of a municipality's staff. Raises `Problem` (403) for systems and for our operators."""
    # Asked first, so that a key that is not valid is told so.
    caller_at(router)
    person = logged_in(api_of(router), knowing().staff)
    if person is None or person[0].municipality is None:
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    return person[0]
