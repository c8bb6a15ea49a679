"""Who calls: the key of `Authorization: Bearer …`, and what it lets them do."""

from __future__ import annotations

from http import HTTPStatus

from synpunkt.http.app import Api
from synpunkt.http.problem import Problem
from synpunkt.identity import Caller, Scope
from synpunkt.stores.keys import KeyStore


def caller_of(api: Api, keys: KeyStore) -> Caller:
    """The caller by the key they showed. Raises `Problem` (401) without one, and for one that is not valid."""
    scheme, _, key = (api.header("authorization") or "").partition(" ")
    caller = keys.caller(key.strip()) if scheme.lower() == "bearer" and key.strip() else None
    if caller is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "key_needed")
    return caller


def require(caller: Caller, scope: Scope, municipality: str | None) -> None:
    """Passes when the caller may do that for the municipality. Raises `Problem` (403) otherwise."""
    if municipality is None or not caller.may(scope, municipality):
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")


def require_operator(caller: Caller) -> None:
    """Passes for our own operators. Raises `Problem` (403) otherwise."""
    if Scope.OPERATOR not in caller.scopes:
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
