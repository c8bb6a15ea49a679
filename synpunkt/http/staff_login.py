"""A login's ID token: whether our user pool made it, for our page, and for whom."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from jwt import PyJWKClient

# Clocks differ by some seconds; a token is not refused for that.
_LEEWAY_SECONDS = 30
_KEYS_KEPT_SECONDS = 3600
# An unknown key asks the pool for its keys again, once in this time: forged tokens must not become a storm of requests.
_ASK_AGAIN_SECONDS = 60
_REQUIRED = ["exp", "iat", "iss", "aud", "sub", "token_use"]


class NoLogin(Exception):
    """The token is not a valid ID token of our pool: forged, expired, somebody else's, or of another kind."""


class PoolUnreachable(Exception):
    """The pool's keys could not be read, so nothing can be said of the token."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who the pool says has logged in. `providers`: the municipality's own login they came by; empty for ours."""

    subject: str
    email: str
    email_verified: bool
    providers: frozenset[str]


class Pool:
    """One Cognito user pool and the client its tokens must be made for."""

    def __init__(self, pool_id: str, client_id: str) -> None:
        self.issuer = f"https://cognito-idp.{pool_id.partition('_')[0]}.amazonaws.com/{pool_id}"
        self._client_id = client_id
        # The emulator's issuer has an address that leads to the real AWS; its keys are at its own endpoint.
        endpoint = os.environ.get("AWS_ENDPOINT_URL")
        keys_at = f"{endpoint.rstrip('/')}/{pool_id}" if endpoint else self.issuer
        self._keys = PyJWKClient(
            f"{keys_at}/.well-known/jwks.json",
            lifespan=_KEYS_KEPT_SECONDS,
            cooldown_duration=_ASK_AGAIN_SECONDS,
            timeout=3,
        )

    def login(self, token: str) -> Login:
        """Who the token stands for. Raises `NoLogin`, or `PoolUnreachable` when the keys cannot be had."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != "RS256" or not isinstance(header.get("kid"), str):
                raise NoLogin
            claims = jwt.decode(
                token,
                self._keys.get_signing_key(header["kid"]),
                algorithms=["RS256"],
                audience=self._client_id,
                issuer=self.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": _REQUIRED, "strict_aud": True},
            )
        except jwt.exceptions.PyJWKClientConnectionError as error:
            raise PoolUnreachable from error
        except jwt.exceptions.PyJWTError as error:
            raise NoLogin from error
        return _login(claims)


@cache
def pool(pool_id: str, client_id: str) -> Pool:
    """The pool of this process, which remembers its keys."""
    return Pool(pool_id, client_id)


def _login(claims: Mapping[str, Any]) -> Login:
    email, identities = claims.get("email"), claims.get("identities", [])
    # An access token carries the same signature, and says nothing of who somebody is.
    if claims["token_use"] != "id" or not isinstance(email, str) or "@" not in email:
        raise NoLogin
    if not isinstance(identities, list) or not all(isinstance(each, dict) for each in identities):
        raise NoLogin
    return Login(
        subject=str(claims["sub"]),
        email=email,
        # The pool says it as a boolean; a mapped attribute of a municipality's own login may come as text.
        email_verified=claims.get("email_verified") in (True, "true"),
        providers=frozenset(str(each.get("providerName")) for each in identities),
    )
