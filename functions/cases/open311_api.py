"""Open311 GeoReport v2, reading: GET /open311/v2/… in JSON and XML, what everyone may read and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import cast

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.cases.open311_requests import EVER, Asked, Requests, Told, Window, window, window_of_updates
from functions.cases.open311_services import definition, discovery, services
from functions.cases.open311_view import service_request, updates
from functions.cases.settings import ApiSettings
from synpunkt.clock import from_iso
from synpunkt.http import Api, Problem
from synpunkt.http.open311 import answer, decimal, split_format, to_utc
from synpunkt.http.points import place_in_sweden
from synpunkt.jurisdictions import jurisdiction
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.feed import FeedStore
from synpunkt.stores.registry import RegistryStore

router = Router()  # type: ignore[no-untyped-call]
# Dots of routes are written so that they are nothing but dots.
_BASE = "/open311/v2"
# Lists of what can be reported change when somebody publishes them, and clients ask often.
_KEPT_A_WHILE = {"Cache-Control": "public, max-age=300", "Vary": "Accept, Accept-Language"}


@cache
def settings() -> ApiSettings:
    """The settings of this process."""
    return ApiSettings.from_env()


@cache
def registry() -> RegistryStore:
    """What each municipality offers."""
    return RegistryStore(settings().registry_table)


@cache
def requests() -> Requests:
    """Cases and what happened to them."""
    return Requests(CaseStore(settings().cases_table), FeedStore(settings().deliveries_table))


@router.get("/open311/discovery[.]<wanted>", include_in_schema=False)
@router.get(f"{_BASE}/discovery[.]<wanted>", include_in_schema=False)
def get_discovery(wanted: str) -> Response[str]:
    """Where this service is, and in which formats."""
    _, wanted = split_format(f"discovery.{wanted}")
    told = discovery(settings().stage, settings().public_url, _api().language)
    return answer(wanted, "discovery", told, headers=_KEPT_A_WHILE)


@router.get("/open311/discovery", include_in_schema=False)
@router.get(f"{_BASE}/discovery", include_in_schema=False)
@router.get(_BASE, include_in_schema=False)
def get_discovery_in_either() -> Response[str]:
    """The same where the address names no format, or nothing at all: XML for those who ask for it."""
    return get_discovery("xml" if "xml" in (_api().header("accept") or "") else "json")


@router.get(f"{_BASE}/services[.]<wanted>", include_in_schema=False)
def get_services(wanted: str) -> Response[str]:
    """What can be reported: in a jurisdiction, at a point, or in the whole country."""
    _, wanted = split_format(f"services.{wanted}")
    found = services(registry(), _municipality(_query()), _api().language)
    return answer(wanted, "services", found, headers=_KEPT_A_WHILE)


@router.get(f"{_BASE}/services/<name>", include_in_schema=False)
def get_definition(name: str) -> Response[str]:
    """What more may be told about one service."""
    service_code, wanted = split_format(name)
    found = definition(registry(), _municipality(_query()), service_code, _api().language)
    return answer(wanted, "service_definition", found, headers=_KEPT_A_WHILE)


@router.get(f"{_BASE}/requests[.]<wanted>", include_in_schema=False)
def get_requests(wanted: str) -> Response[str]:
    """Public cases: by their ids, or of one municipality within a window."""
    _, wanted = split_format(f"requests.{wanted}")
    query, headers = _query(), {}
    if query.get("service_request_id"):
        told = [_told(each) for each in requests().by_ids(query["service_request_id"])]
    else:
        asked = Asked.of(query)
        told, more = requests().of_municipality(_needed(query), asked, _told)
        headers = _looked_at(asked.window, more)
    return answer(wanted, "service_requests", told, headers=headers)


@router.get(f"{_BASE}/requests/<name>", include_in_schema=False)
def get_request(name: str) -> Response[str]:
    """One public case, as a list of one."""
    reference, wanted = split_format(name)
    return answer(wanted, "service_requests", [_told(requests().one(reference))])


@router.get(f"{_BASE}/tokens/<name>", include_in_schema=False)
def get_token(name: str) -> Response[str]:
    """Ids are given at once here, so a token is nothing but the id itself."""
    token, wanted = split_format(name)
    case = requests().one(token).case
    return answer(wanted, "service_requests", [{"token": token, "service_request_id": case.reference}])


@router.get(f"{_BASE}/servicerequestupdates[.]<wanted>", include_in_schema=False)
def get_updates(wanted: str) -> Response[str]:
    """What was said and done about public cases: by their ids, or in one municipality within a window."""
    _, wanted = split_format(f"servicerequestupdates.{wanted}")
    query, headers = _query(), {}
    if query.get("service_request_id"):
        asked = window(query, EVER)
        files = requests().by_ids(query["service_request_id"])
        within = bool(query.get("start_date") or query.get("end_date"))
    else:
        asked, within = window_of_updates(query), True
        files, more = requests().changed(_needed(query), asked.first, asked.last)
        headers = _looked_at(asked, more)
    first, last = to_utc(asked.first), to_utc(asked.last)
    told = [each for file in files for each in updates(file, settings().public_url, _api().language)]
    told = [each for each in told if not within or first <= each["updated_datetime"] <= last]
    told.sort(key=lambda each: str(each["updated_datetime"]))
    return answer(wanted, "service_requests_updates", told, headers=headers)


def _api() -> Api:
    return cast(Api, router.api_resolver)


def _told(file: CaseFile) -> Told:
    return service_request(file, settings().public_url, _api().language)


def _query() -> Mapping[str, str]:
    return {name: value.strip() for name, value in (_api().current_event.query_string_parameters or {}).items()}


def _needed(query: Mapping[str, str]) -> str:
    code = _municipality(query)
    if code is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "jurisdiction_needed")
    return code


def _municipality(query: Mapping[str, str]) -> str | None:
    """The municipality that is asked about: by its jurisdiction, or by a point in it."""
    if query.get("jurisdiction_id"):
        code = jurisdiction(registry(), query["jurisdiction_id"])
        if code is None:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_jurisdiction")
        return code
    if not (query.get("lat") or query.get("long")):
        return None
    return place_in_sweden(_degrees(query, "lat", 90), _degrees(query, "long", 180), None).municipality


def _degrees(query: Mapping[str, str], name: str, most: int) -> float:
    try:
        value = decimal(query.get(name, ""))
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_query", [(name, "number", {})]) from error
    if not abs(value) <= most:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_query", [(name, "range", {})])
    return value


def _looked_at(asked: Window, end: str | None) -> dict[str, str]:
    """Where to go on when not all of a window was looked at, or the window is not all that was asked for."""
    times = {
        "X-Next-End-Date": from_iso(end) if end else None,
        "X-Next-Start-Date": asked.later,
        "X-Start-Date": asked.first if asked.cut else None,
    }
    return {name: to_utc(at) for name, at in times.items() if at}
