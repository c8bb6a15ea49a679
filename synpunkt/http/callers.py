"""Who calls: the key or the login of `Authorization: Bearer …`, and what it lets them do.

A login only says who somebody is. What they may do is read from the registry at each request, so that a role taken
away, or a suspension, holds from the next request on.
"""

from __future__ import annotations

import os
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from synpunkt import clock
from synpunkt.http.app import Api
from synpunkt.http.problem import Problem
from synpunkt.identity import LIVE_QUOTA, TEST_QUOTA, Caller, Member, Scope, State, domain_of
from synpunkt.settings import Settings
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.quotas import QuotaStore
from synpunkt.stores.staff import StaffStore

if TYPE_CHECKING:
    from synpunkt.http.staff_login import Login


class LoginSettings(Settings):
    """What a function that takes logins needs to know of its surroundings; one without takes keys alone."""

    user_pool_id: str
    desk_client_id: str


def caller_of(api: Api, keys: KeyStore) -> Caller:
    """The caller by the key or the login they showed. Raises `Problem` (401) without one, and for one not valid.

    Raises 403 for somebody who logged in and is nobody's staff, or suspended; 429 as `caller_with` does.
    """
    shown = _bearer(api)
    if shown is not None and _is_login(shown):
        return member_of(shown, StaffStore(keys.table))[0].caller()
    caller = caller_with(keys, shown) if shown else None
    if caller is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "key_needed")
    return caller


def caller_with(keys: KeyStore, key: str) -> Caller | None:
    """Who shows that key, one request counted; `None` for no key of ours.

    Raises `Problem` (429, with `Retry-After`) when it has been used as often as it may. In stage local only what was
    said of a key itself limits it.
    """
    caller = keys.caller(key)
    if caller is None:
        return None
    quota = caller.quota
    if quota is None:
        if os.environ.get("STAGE") == "local":
            return caller
        quota = TEST_QUOTA if caller.test else LIVE_QUOTA
    wait = _quotas(keys.table).take(caller.caller_id, quota, clock.now())
    if wait is not None:
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "quota_used", headers={"Retry-After": str(wait)})
    return caller


@cache
def _quotas(table: str) -> QuotaStore:
    return QuotaStore(table)


def logged_in(api: Api, staff: StaffStore) -> tuple[Member, Login] | None:
    """The person who logged in, and how; `None` for one who shows a key, or nothing. Raises as `caller_of` does."""
    shown = _bearer(api)
    return member_of(shown, staff) if shown is not None and _is_login(shown) else None


def member_of(token: str, staff: StaffStore) -> tuple[Member, Login]:
    """Whose login it is, by the registry. Raises `Problem`: 401 for no login of ours, 403 for nobody's staff."""
    login = _login(token)
    member = staff.by_email(login.email)
    if member is None or not _is_theirs(login, member, staff):
        raise Problem(HTTPStatus.FORBIDDEN, "not_staff")
    if member.state is not State.ACTIVE:
        raise Problem(HTTPStatus.FORBIDDEN, "suspended")
    return member, login


def require(caller: Caller, scope: Scope, municipality: str | None) -> None:
    """Passes when the caller may do that for the municipality. Raises `Problem` (403) otherwise."""
    if municipality is None or not caller.may(scope, municipality):
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")


def require_operator(caller: Caller) -> None:
    """Passes for our own operators. Raises `Problem` (403) otherwise."""
    if Scope.OPERATOR not in caller.scopes:
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")


def _bearer(api: Api) -> str | None:
    scheme, _, shown = (api.header("authorization") or "").partition(" ")
    return shown.strip() or None if scheme.lower() == "bearer" else None


def _is_login(shown: str) -> bool:
    # Our keys have no dots; a signed token has two.
    return shown.count(".") == 2


def _login(token: str) -> Login:
    if "USER_POOL_ID" not in os.environ:
        raise Problem(HTTPStatus.UNAUTHORIZED, "key_needed")
    # Imported here: a call with a key should not pay for cryptography.
    from synpunkt.http.staff_login import NoLogin, PoolUnreachable, pool

    settings = LoginSettings.from_env()
    try:
        return pool(settings.user_pool_id, settings.desk_client_id).login(token)
    except NoLogin as error:
        raise Problem(HTTPStatus.UNAUTHORIZED, "login_needed") from error
    except PoolUnreachable as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "login_unavailable") from error


def _is_theirs(login: Login, member: Member, staff: StaffStore) -> bool:
    """Whether the login is one the address may be trusted from.

    A municipality's own login speaks for its own domains, and only it does: an account of ours in such a domain would
    outlive its holder's employment.
    """
    if member.subject is not None and member.subject != login.subject:
        return False
    federation = staff.federation(domain_of(login.email))
    if federation is None:
        return login.email_verified and not login.providers
    return login.providers == {federation.provider} and member.municipality == federation.municipality
