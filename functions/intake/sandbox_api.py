"""POST /api/v1/municipality/sandbox/cases: made-up cases, for whoever tries things out with a test key."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated, cast

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.intake.made_up import MadeUpCases, MadeUpIn, MakingUp
from functions.intake.reports import Intake
from functions.intake.settings import ApiSettings
from synpunkt.http import Api
from synpunkt.http.callers import caller_of
from synpunkt.http.sandboxes import in_sandbox
from synpunkt.identity import Scope
from synpunkt.stores.keys import KeyStore

router = Router()  # type: ignore[no-untyped-call]
Municipality = Annotated[str | None, Query(pattern=r"^\d{4}$", description="the sandbox; the key's own when left out")]


@cache
def making_up() -> MakingUp:
    """The front door, for what is made up."""
    return MakingUp(Intake.of(ApiSettings.from_env()))


@router.post("/api/v1/municipality/sandbox/cases", status_code=201, tags=["Sandbox"], summary="Make up some cases")
def post_cases(wanted: Annotated[MadeUpIn, Body()], municipality: Municipality = None) -> tuple[MadeUpCases, int]:
    """Reports of people who do not exist, inside the municipality's border; they go the way that all reports go."""
    api = cast(Api, router.api_resolver)
    caller = caller_of(api, KeyStore(ApiSettings.from_env().registry_table))
    _, code = in_sandbox(caller, Scope.WRITE, municipality)
    return making_up().cases(code, wanted, api.language), HTTPStatus.CREATED
