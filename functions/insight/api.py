"""Open data under /api/v1/open: public cases as rows for everybody, without a key."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.insight.day_files import day_file
from functions.insight.open_formats import as_csv, as_geojson
from functions.insight.open_models import ChangeList, ChangeOut, DayList, DayOut
from functions.insight.opened import KEPT_A_MINUTE, Asked, changes_behind, link_to_next
from functions.insight.settings import ApiSettings
from synpunkt.http import make_api
from synpunkt.http.app import lambda_handler
from synpunkt.stores.open_data import OpenStore

api = make_api()
_OPEN = "/api/v1/open"
_PAGE, _MOST = 1000, 2000
_DAYS = 366
_DAY = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"

Code = Annotated[str, Query(max_length=10, description="SCB code, four digits")]
Month = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="when reported, UTC: 2026-11")]
After = Annotated[str | None, Query(pattern=r"^([0-9A-HJKMNP-TV-Z]{26})?$", description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=_MOST)]


@cache
def settings() -> ApiSettings:
    """The settings of this process."""
    return ApiSettings.from_env()


@cache
def opened() -> OpenStore:
    """The open data."""
    return OpenStore(settings().insight_table)


@api.get(f"{_OPEN}/cases[.]geojson", tags=["Open data"], summary="Public cases of a municipality and month on a map")
def get_geojson(municipality: Code, month: Month, after: After = None, limit: Limit = _PAGE) -> Response[str]:
    """GeoJSON, oldest first. `next`, also as the header `Link`, goes on; it is null at the end."""
    asked = Asked(municipality, month, after or None, limit)
    cases, more = asked.page(opened())
    told = as_geojson(cases, {"municipality": municipality, "month": month, "next": more})
    headers = {**KEPT_A_MINUTE, **link_to_next(f"{_OPEN}/cases.geojson", asked, more)}
    return Response(HTTPStatus.OK, "application/geo+json", told, headers)


@api.get(f"{_OPEN}/cases[.]csv", tags=["Open data"], summary="Public cases of a municipality and month as a table")
def get_csv(municipality: Code, month: Month, after: After = None, limit: Limit = _PAGE) -> Response[str]:
    """CSV as in RFC 4180, UTF-8, a line of names first, oldest first. The header `Link` goes on, if there is more."""
    asked = Asked(municipality, month, after or None, limit)
    cases, more = asked.page(opened())
    name = f"synpunkt-{municipality}-{month}.csv"
    headers = {
        **KEPT_A_MINUTE,
        **link_to_next(f"{_OPEN}/cases.csv", asked, more),
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(HTTPStatus.OK, "text/csv; charset=utf-8; header=present", as_csv(cases), headers)


@api.get(f"{_OPEN}/changes", tags=["Open data"], summary="What has changed in the whole country, from a cursor on")
def get_changes(
    after: Annotated[str, Query(max_length=200, description="`next` of the answer before; without it, all")] = "",
    limit: Annotated[int, Query(ge=8, le=800)] = 400,
) -> Response[ChangeList]:
    """Each case once, as it is now, where it changed last; `removed` once it is public no more. Always with `next`."""
    found, following = changes_behind(opened(), after, limit)
    told = ChangeList(changes=[ChangeOut.of(each) for each in found], next=following)
    return Response(HTTPStatus.OK, "application/json", told, KEPT_A_MINUTE)


@api.get(f"{_OPEN}/days", tags=["Open data"], summary="The Parquet files there are, a day each")
def get_days(
    after: Annotated[str | None, Query(pattern=_DAY, description="a day, exclusive")] = None,
) -> Response[DayList]:
    """The oldest day first, at most a year at once."""
    found = opened().days(after=after or None, limit=_DAYS)
    more = found[-1].day if len(found) == _DAYS else None
    return Response(
        HTTPStatus.OK, "application/json", DayList(days=list(map(DayOut.of, found)), next=more), KEPT_A_MINUTE
    )


@api.get(
    f"{_OPEN}/days/<name>",
    tags=["Open data"],
    summary="All public cases that were reported on a day, as Parquet",
    # It would take bytes for text.
    enable_validation=False,
)
def get_day(
    name: Annotated[str, Path(max_length=20, description="a day, UTC: 2026-11-21.parquet")],
) -> Response[bytes]:
    """The file as it is now: made after the day, and again within hours when one of its cases changes."""
    known = api.header("if-none-match") or ""
    return day_file(opened(), settings().open_bucket, name, known)


handler = lambda_handler(api, public=True)
