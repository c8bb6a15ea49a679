"""ID tokens as our user pool would make them, and every kind it would not."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt import PyJWKClient
from jwt.algorithms import RSAAlgorithm

POOL_ID = "eu-north-1_Staff0001"
CLIENT_ID = "desk-client"
ISSUER = f"https://cognito-idp.eu-north-1.amazonaws.com/{POOL_ID}"
OURS, OTHERS = "ours", "somebody-elses"


@cache
def private_key(kid: str = OURS) -> RSAPrivateKey:
    """A key of that name, made once."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_set(*kids: str) -> dict[str, Any]:
    """The public keys as a pool publishes them."""
    found = [json.loads(RSAAlgorithm.to_jwk(private_key(kid).public_key())) for kid in kids]
    return {"keys": [{**each, "kid": kid, "use": "sig", "alg": "RS256"} for each, kid in zip(found, kids, strict=True)]}


def claims(address: str, **changes: Any) -> dict[str, Any]:
    """What a good ID token says; a claim set to `None` is left out."""
    now = int(time.time())
    said = {
        "sub": f"sub-{address}",
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "token_use": "id",
        "iat": now,
        "exp": now + 3600,
        "email": address,
        "email_verified": True,
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def id_token(address: str, *, kid: str = OURS, **changes: Any) -> str:
    """A token signed with that key."""
    return jwt.encode(claims(address, **changes), private_key(kid), algorithm="RS256", headers={"kid": kid})


def bearer(address: str, **changes: Any) -> dict[str, str]:
    """The header of somebody who logged in."""
    return {"Authorization": f"Bearer {id_token(address, **changes)}"}


def answer_keys(monkeypatch: pytest.MonkeyPatch, *kids: str) -> list[str]:
    """Lets the pool publish those keys, ours if none are named; answers the addresses they were asked for at."""
    asked: list[str] = []

    def fetch(self: PyJWKClient) -> Any:
        asked.append(self.uri)
        found = key_set(*(kids or (OURS,)))
        if self.jwk_set_cache is not None:
            self.jwk_set_cache.put(found)
        self._last_successful_fetch = time.monotonic()
        return found

    monkeypatch.setattr(PyJWKClient, "fetch_data", fetch)
    return asked
