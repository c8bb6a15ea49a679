"""Who works here: the login page, who I am, and a municipality's staff, keys and subscriptions, which its admins look
after."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.desk.settings import StaffApiSettings
from functions.desk.staff.staff import StaffDesk, who_i_am
from functions.desk.staff.staff_models import (
    Invited,
    KeyIn,
    KeyList,
    KeyMade,
    LoginWay,
    StaffHistory,
    StaffIn,
    StaffList,
    StaffOut,
    StaffPatch,
    WhoIAm,
)
from functions.desk.staff.staff_page import desk_page
from functions.desk.subscriptions import subscriptions
from synpunkt.http import make_api
from synpunkt.http.app import lambda_handler
from synpunkt.http.callers import caller_of, logged_in, require
from synpunkt.http.problem import Problem
from synpunkt.identity import Caller, Scope
from synpunkt.mail import Mailer, mailer_of
from synpunkt.secret import token_maker
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.staff import StaffStore

api = make_api()
api.include_router(subscriptions.router)

Municipality = Annotated[
    str | None, Query(pattern="^[0-9]{4}$", description="SCB code; the caller's only municipality when left out")
]
StaffId = Annotated[str, Path(pattern="^[0-9A-Za-z-]{1,64}$")]
KeyId = Annotated[str, Path(pattern="^[0-9A-Za-z-]{1,64}$")]
Domain = Annotated[str, Query(pattern=r"^[0-9A-Za-z.-]{1,253}$", description="what stands after the @")]


@cache
def settings() -> StaffApiSettings:
    """The settings of this process."""
    return StaffApiSettings.from_env()


@cache
def keys() -> KeyStore:
    """The keys systems call with."""
    return KeyStore(settings().registry_table)


@cache
def staff() -> StaffStore:
    """The people who log in."""
    return StaffStore(settings().registry_table)


def desk() -> StaffDesk:
    """What admins work with."""
    registry = RegistryStore(settings().registry_table)
    return StaffDesk(staff(), keys(), registry, settings().user_pool_id, settings().public_url, _mailer)


@api.get("/desk", include_in_schema=False)
def get_desk() -> Response[str]:
    """The desk's page, with the login inside."""
    return desk_page(settings(), api.language)


@api.get("/api/v1/desk/login", tags=["Desk"], summary="How somebody with an address in a domain logs in")
def get_login(domain: Domain) -> LoginWay:
    """By their municipality's own login, or by an account with us. Says nothing of any person."""
    federation = staff().federation(domain.lower())
    return LoginWay(provider=federation.provider if federation else None)


@api.get("/api/v1/desk/me", tags=["Desk"], summary="Who the key or the login stands for")
def get_me() -> WhoIAm:
    """The caller and what they may do. Everybody who logs in comes here first, so here the account is tied to them."""
    person = logged_in(api, staff())
    if person is None:
        return who_i_am(caller_of(api, keys()), (), api.language)
    member, login = person
    if member.subject is None:
        staff().first_login(member, login.subject)
    return who_i_am(member.caller(), staff().members(member.municipality), api.language)


@api.get("/api/v1/desk/staff", tags=["Staff"], summary="A municipality's staff")
def get_staff(municipality: Municipality = None) -> StaffList:
    """For its admins."""
    _, code = _admin(Scope.STAFF, municipality)
    return StaffList(staff=desk().people(code))


@api.post("/api/v1/desk/staff", tags=["Staff"], summary="Let somebody in", status_code=HTTPStatus.CREATED)
def post_staff(wanted: StaffIn, municipality: Municipality = None) -> tuple[Invited, int]:
    """They are written to; where the municipality has no login of its own, an account is made for them."""
    caller, code = _admin(Scope.STAFF, municipality)
    return desk().invite(caller, code, wanted, api.language), HTTPStatus.CREATED


@api.get("/api/v1/desk/staff/history", tags=["Staff"], summary="Who changed what of staff and keys")
def get_history(municipality: Municipality = None) -> StaffHistory:
    """The newest hundred changes."""
    _, code = _admin(Scope.STAFF, municipality)
    return StaffHistory(changes=desk().history(code))


@api.patch("/api/v1/desk/staff/<staff_id>", tags=["Staff"], summary="Roles, departments, suspension, cover")
def patch_staff(staff_id: StaffId, patch: StaffPatch, municipality: Municipality = None) -> StaffOut:
    """What is left out stays as it is. The last admin cannot be taken away."""
    caller, code = _admin(Scope.STAFF, municipality)
    return desk().change(caller, code, staff_id, patch)


@api.get("/api/v1/desk/keys", tags=["Staff"], summary="The keys that act for a municipality")
def get_keys(municipality: Municipality = None) -> KeyList:
    """Without their secrets, which nobody has but their holders."""
    _, code = _admin(Scope.KEYS, municipality)
    return KeyList(keys=desk().list_keys(code))


@api.post("/api/v1/desk/keys", tags=["Staff"], summary="Make or replace a key", status_code=HTTPStatus.CREATED)
def post_key(wanted: KeyIn, municipality: Municipality = None) -> tuple[KeyMade, int]:
    """The key is told this once."""
    caller, code = _admin(Scope.KEYS, municipality)
    return desk().make_key(caller, code, wanted), HTTPStatus.CREATED


@api.delete("/api/v1/desk/keys/<key_id>", tags=["Staff"], summary="Revoke a key", status_code=HTTPStatus.NO_CONTENT)
def delete_key(key_id: KeyId, municipality: Municipality = None) -> Response[str]:
    """From the next request on it is worth nothing."""
    caller, code = _admin(Scope.KEYS, municipality)
    desk().revoke_key(caller, code, key_id)
    return Response(status_code=HTTPStatus.NO_CONTENT, content_type=None, body="")


def _admin(scope: Scope, asked: str | None) -> tuple[Caller, str]:
    caller = caller_of(api, keys())
    code = asked or (min(caller.municipalities) if len(caller.municipalities) == 1 else None)
    require(caller, scope, code)
    if code is None:
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    return caller, code


def _mailer() -> Mailer:
    return mailer_of(settings(), token_maker(settings().token_secret_id))


handler = lambda_handler(api)
