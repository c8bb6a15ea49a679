"""The register under /api/v1/desk: what has reached a municipality, for its diary and for those who ask to see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.desk.door import api_of, caller_in, cases
from functions.desk.register.register_models import RegisterPage
from functions.desk.register.register_rows import Found, as_csv, find, told
from functions.desk.register.register_senders import Senders
from functions.desk.settings import ContactApiSettings
from synpunkt.http import Problem
from synpunkt.http.callers import require
from synpunkt.identity import Caller, Scope
from synpunkt.stores.people import PeopleStore

router = Router()  # type: ignore[no-untyped-call]
_AFTER = r"^(\d{4}-\d{2}-\d{2}#[0-9A-HJKMNP-TV-Z]{26})?$"
_PRIVATE = {"Cache-Control": "private, no-store"}


@cache
def senders() -> Senders:
    """Who sent what, with their store."""
    return Senders(PeopleStore(ContactApiSettings.from_env().people_table))


@router.get("/api/v1/desk/register", tags=["Desk"], summary="What has reached a municipality, for its diary")
def get_register(
    municipality: Annotated[str, Query(pattern=r"^\d{4}$", description="SCB code, four digits")],
    first: Annotated[date, Query(alias="from", description="the first day, Swedish time")],
    last: Annotated[date, Query(alias="to", description="the last day, Swedish time")],
    after: Annotated[str | None, Query(pattern=_AFTER, description="`next` of the page before")] = None,
    form: Annotated[Literal["csv", "json"], Query(alias="format", description="csv opens in a spreadsheet")] = "json",
    sender: Annotated[bool, Query(description="who sent it, by name; needs the scope contact and is logged")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Response[RegisterPage | str]:
    """A page of the register by the day each case came in; it may be short. `next`, or the header `Link`, goes on."""
    if first > last:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "from_after_to")
    caller = _allowed(municipality, sender=sender)
    days = first.isoformat(), last.isoformat()
    found = find(cases(), caller, municipality, days=days, after=after or None, limit=limit)
    named = _named(found, caller, municipality, days) if sender else None
    page = told(found, municipality, named, api_of(router).language)
    if form == "json":
        return Response(HTTPStatus.OK, "application/json", page, _PRIVATE)
    return _file(page, municipality, days, limit, sender=sender)


def _allowed(municipality: str, *, sender: bool) -> Caller:
    caller = caller_in(router, municipality, Scope.READ)
    if sender:
        require(caller, Scope.CONTACT, municipality)
    return caller


def _named(found: Found, caller: Caller, municipality: str, days: tuple[str, str]) -> Mapping[str, str]:
    """Who sent what; the log says which days were asked for."""
    return senders().of(found.cases, municipality, caller, "/".join(days), api_of(router).language)


def _file(
    page: RegisterPage, municipality: str, days: tuple[str, str], limit: int, *, sender: bool
) -> Response[RegisterPage | str]:
    headers = {**_PRIVATE, "Content-Disposition": f'attachment; filename="register-{municipality}-{days[0]}.csv"'}
    if page.next:
        more = {"municipality": municipality, "from": days[0], "to": days[1], "format": "csv", "limit": limit}
        query = urlencode({**more, "sender": str(sender).lower(), "after": page.next})
        headers["Link"] = f'</api/v1/desk/register?{query}>; rel="next"'
    body = as_csv(page, api_of(router).language, sender=sender)
    return Response(HTTPStatus.OK, "text/csv; charset=utf-8", body, headers)
