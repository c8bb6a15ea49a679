"""The routes of subscriptions: who is sent a municipality's events, what was sent, and sending again."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from typing import Annotated, cast

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.desk.settings import StaffApiSettings
from functions.desk.subscriptions.subscribing import SubscriptionDesk
from functions.desk.subscriptions.subscription_models import (
    Asked,
    AttemptList,
    ConformanceOut,
    Nothing,
    ReplayIn,
    SecretMade,
    SubscriptionIn,
    SubscriptionList,
    SubscriptionMade,
    SubscriptionOut,
    SubscriptionPatch,
)
from synpunkt.http import Api, Problem
from synpunkt.http.callers import caller_of, require
from synpunkt.http.validation import malformed_json, validated
from synpunkt.identity import Caller, Scope
from synpunkt.push_queue import PushQueue
from synpunkt.secret import token_maker
from synpunkt.stores.feed import FeedStore
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.pushes import PushStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.staff import StaffStore
from synpunkt.stores.subscriptions import SubscriptionStore
from synpunkt.stores.timeline import TimelineStore

router = Router()  # type: ignore[no-untyped-call]

_TAG = ["Subscriptions"]
_ALL = "/api/v1/desk/subscriptions"
_ONE = "/api/v1/desk/subscriptions/<subscription_id>"
Municipality = Annotated[
    str | None, Query(pattern="^[0-9]{4}$", description="SCB code; the caller's only municipality when left out")
]
SubscriptionId = Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
Before = Annotated[str | None, Query(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$", description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=100)]


@cache
def desk() -> SubscriptionDesk:
    """What admins work with."""
    settings = StaffApiSettings.from_env()
    return SubscriptionDesk(
        store=SubscriptionStore(settings.registry_table),
        pushes=PushStore(settings.deliveries_table),
        feed=FeedStore(settings.deliveries_table),
        staff=StaffStore(settings.registry_table),
        registry=RegistryStore(settings.registry_table),
        timeline=TimelineStore(settings.cases_table),
        queue=PushQueue(settings.push_queue_url, settings.sandbox_push_queue_url),
        tokens=token_maker(settings.token_secret_id),
        stage=settings.stage,
    )


@router.get(_ALL, tags=_TAG, summary="Who is sent a municipality's events")
def get_subscriptions(municipality: Municipality = None) -> SubscriptionList:
    """For its admins, as everything here."""
    return SubscriptionList(subscriptions=desk().all(_admin(municipality)[1]))


@router.post(_ALL, tags=_TAG, summary="Have events sent to a system", status_code=HTTPStatus.CREATED)
def post_subscription(wanted: SubscriptionIn, municipality: Municipality = None) -> tuple[SubscriptionMade, int]:
    """It goes once its endpoint has answered a challenge. The secret is told this once."""
    caller, code = _admin(municipality)
    return desk().make(caller, code, wanted), HTTPStatus.CREATED


@router.get(_ONE, tags=_TAG, summary="A subscription, and how it goes")
def get_subscription(subscription_id: SubscriptionId, municipality: Municipality = None) -> SubscriptionOut:
    """Its state, and since when nothing has arrived."""
    return desk().one(_admin(municipality)[1], subscription_id)


@router.patch(_ONE, tags=_TAG, summary="Change, pause or resume a subscription")
def patch_subscription(
    subscription_id: SubscriptionId, patch: SubscriptionPatch, municipality: Municipality = None
) -> SubscriptionOut:
    """What happened while it was paused is sent when it is resumed, as far back as the feed reaches: 30 days."""
    caller, code = _admin(municipality)
    return desk().change(caller, code, subscription_id, patch)


@router.delete(_ONE, tags=_TAG, summary="End a subscription", status_code=HTTPStatus.NO_CONTENT)
def delete_subscription(subscription_id: SubscriptionId, municipality: Municipality = None) -> Response[str]:
    """Nothing more is sent; a queue that we kept for it goes with what is in it."""
    caller, code = _admin(municipality)
    desk().remove(caller, code, subscription_id)
    return Response(status_code=HTTPStatus.NO_CONTENT, content_type=None, body="")


@router.post(f"{_ONE}/secret", tags=_TAG, summary="A new secret to sign with", status_code=HTTPStatus.CREATED)
def post_secret(subscription_id: SubscriptionId, municipality: Municipality = None) -> tuple[SecretMade, int]:
    """For a day messages carry a signature with each of the two, so that nothing is missed meanwhile."""
    _without_body()
    caller, code = _admin(municipality)
    return desk().rotate(caller, code, subscription_id), HTTPStatus.CREATED


@router.post(f"{_ONE}/verify", tags=_TAG, summary="Ask the endpoint again", status_code=HTTPStatus.ACCEPTED)
def post_verify(subscription_id: SubscriptionId, municipality: Municipality = None) -> tuple[Asked, int]:
    """Sends the challenge once more, also to one that was ended because nothing arrived. One trial at a time."""
    _without_body()
    caller, code = _admin(municipality)
    desk().verify(caller, code, subscription_id)
    return Asked(), HTTPStatus.ACCEPTED


@router.post(f"{_ONE}/test", tags=_TAG, summary="Send a test event", status_code=HTTPStatus.ACCEPTED)
def post_test(subscription_id: SubscriptionId, municipality: Municipality = None) -> tuple[Asked, int]:
    """An event of the type `TestEvent`, about nothing, signed as all others. One trial at a time."""
    _without_body()
    desk().ask(*_admin(municipality), subscription_id, "test")
    return Asked(), HTTPStatus.ACCEPTED


@router.get(f"{_ONE}/deliveries", tags=_TAG, summary="Every attempt of the last 30 days")
def get_deliveries(
    subscription_id: SubscriptionId, municipality: Municipality = None, before: Before = None, limit: Limit = 50
) -> AttemptList:
    """The newest first."""
    return desk().attempts(*_admin(municipality), subscription_id, before, limit)


@router.post(f"{_ONE}/replay", tags=_TAG, summary="Send again", status_code=HTTPStatus.ACCEPTED)
def post_replay(
    subscription_id: SubscriptionId, wanted: ReplayIn, municipality: Municipality = None
) -> tuple[Asked, int]:
    """The same events with the same ids; what has happened to a case since goes with it, in order."""
    desk().replay(*_admin(municipality), subscription_id, wanted)
    return Asked(), HTTPStatus.ACCEPTED


@router.post(f"{_ONE}/conformance", tags=_TAG, summary="Try out an endpoint", status_code=HTTPStatus.ACCEPTED)
def post_conformance(subscription_id: SubscriptionId, municipality: Municipality = None) -> tuple[Asked, int]:
    """Sends a made-up case, marked `test`: in and out of order, twice, signed right and wrong. One trial at a time."""
    _without_body()
    desk().ask(*_admin(municipality), subscription_id, "check")
    return Asked(), HTTPStatus.ACCEPTED


@router.get(f"{_ONE}/conformance", tags=_TAG, summary="What trying it out showed")
def get_conformance(subscription_id: SubscriptionId, municipality: Municipality = None) -> ConformanceOut:
    """The last report, in words."""
    return desk().report(*_admin(municipality), subscription_id, _api().language)


def _api() -> Api:
    return cast(Api, router.api_resolver)


def _without_body() -> None:
    """Passes for no body, or an empty object: whoever sends more expects it to count. Raises `Problem`."""
    sent = _api().current_event.decoded_body
    if not sent:
        return
    try:
        given = json.loads(sent)
    except ValueError as error:
        raise malformed_json() from error
    validated(Nothing, given)


def _admin(asked: str | None) -> tuple[Caller, str]:
    """Who makes keys decides who is sent events: both let a system in."""
    caller = caller_of(_api(), KeyStore(StaffApiSettings.from_env().registry_table))
    code = asked or (min(caller.municipalities) if len(caller.municipalities) == 1 else None)
    # In a sandbox a test key may, too: nothing leaves it that somebody real has said.
    require(caller, Scope.WRITE if caller.test else Scope.KEYS, code)
    if code is None:
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    return caller, code
