"""Who would receive a report, from where, about what: GET /api/v1/locate, /categories and /municipalities."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.route.answers import category_groups, located, municipality_list
from functions.route.models import Categories, Located, Municipalities
from functions.route.settings import ApiSettings
from synpunkt.http import Problem, make_api
from synpunkt.http.app import lambda_handler
from synpunkt.places import municipality as municipality_of
from synpunkt.stores.registry import RegistryStore

api = make_api()

Latitude = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False, description="degrees, WGS84")]
Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False, description="degrees, WGS84")]
Accuracy = Annotated[
    float | None, Query(ge=0, le=1_000_000, allow_inf_nan=False, description="metres, as the device says")
]
CategoryId = Annotated[str | None, Query(max_length=64)]
Chosen = Annotated[
    str | None, Query(max_length=10, description="the municipality the reporter chose; counts only near its border")
]


@cache
def registry() -> RegistryStore:
    """The registry of municipalities that joined."""
    return RegistryStore(ApiSettings.from_env().registry_table)


@api.get("/api/v1/locate", tags=["Routing"], summary="Who would receive a report from this point")
def get_locate(
    lat: Latitude, lon: Longitude, category: CategoryId = None, accuracy_m: Accuracy = None, municipality: Chosen = None
) -> Located:
    """The municipality and department for a point, with the reasons; nothing is stored."""
    return located(registry(), lat, lon, accuracy_m, category, municipality, api.language)


@api.get("/api/v1/categories", tags=["Routing"], summary="What a report can be about")
def get_categories(municipality: Annotated[str | None, Query(max_length=10)] = None) -> Categories:
    """The categories of a municipality; without one, the national set."""
    if municipality and municipality_of(municipality) is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")
    return category_groups(registry(), municipality or None, api.language)


@api.get("/api/v1/municipalities", tags=["Routing"], summary="All municipalities")
def get_municipalities() -> Municipalities:
    """The 290 municipalities with their SCB codes."""
    return municipality_list()


handler = lambda_handler(api, public=True)
