"""POST /open311/v2/requests: a report from whoever speaks Open311 GeoReport v2, with or without a key."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any, cast

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.intake.models import Receipt
from functions.intake.open311_door import Open311Door
from functions.intake.reports import Intake
from functions.intake.settings import ApiSettings
from synpunkt.http import Api, Problem
from synpunkt.http.forms import form_of
from synpunkt.http.open311 import answer, jurisdiction_shown, key_shown, split_format
from synpunkt.identity import is_valid_key
from synpunkt.stores.keys import KeyStore

router = Router()  # type: ignore[no-untyped-call]


@cache
def door() -> Open311Door:
    """The door with its stores."""
    config = ApiSettings.from_env()
    return Open311Door(Intake.of(config), KeyStore(config.registry_table), config.quarantine_bucket)


@router.post("/open311/v2/requests[.]<wanted>", include_in_schema=False)
def post_request(wanted: str) -> Response[str]:
    """A report; the answer names it."""
    api = cast(Api, router.api_resolver)
    _, wanted = split_format(f"requests.{wanted}")
    form = form_of(api.current_event.raw_event, api.header("content-type"))
    jurisdiction_id = jurisdiction_shown(api, form)
    # Before the fields are looked at: whoever shows a wrong key learns nothing of them.
    sender = door().sender(key_shown(api, form), jurisdiction_id)
    receipt = door().accept(form, jurisdiction_id, sender, _idempotency_key(api), api.language)
    return answer(wanted, "service_requests", [_told(receipt)])


def _told(receipt: Receipt) -> dict[str, Any]:
    notice = " ".join(each.text for each in receipt.notices)
    return {"service_request_id": receipt.reference, "service_notice": notice or None, "account_id": None}


def _idempotency_key(api: Api) -> str | None:
    key = api.header("idempotency-key")
    if key is not None and not is_valid_key(key):
        raise Problem(HTTPStatus.BAD_REQUEST, "idempotency_key_invalid")
    return key
