"""A museum of tokens, and what the registry makes of a good one."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from synpunkt import clock
from synpunkt.http.staff_login import NoLogin, Pool, PoolUnreachable
from synpunkt.identity import Role
from synpunkt.stores.staff import By, Federation, StaffStore
from tests.component.world import ENVIRONMENT, Reply, World
from tests.tokens import (
    CLIENT_ID,
    ISSUER,
    OTHERS,
    OURS,
    POOL_ID,
    answer_keys,
    bearer,
    claims,
    id_token,
    key_set,
    private_key,
)

EMAIL = "handler@0583.example"
US = By("test", "Test")


def me(world: World, headers: dict[str, str]) -> Reply:
    return world.call("desk.staff_api", "GET", "/api/v1/desk/me", headers=headers)


def _unsigned() -> str:
    return jwt.encode(claims(EMAIL), "", algorithm="none", headers={"kid": OURS})


def _signed_with_the_public_key() -> str:
    """HS256 with what everybody can read as its secret: for code that lets the token choose how it is checked."""
    public = (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )

    def part(value: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    message = part({"alg": "HS256", "typ": "JWT", "kid": OURS}) + b"." + part(claims(EMAIL))
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(message, public)
    return (message + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def _with_another_body() -> str:
    head, _, signature = id_token(EMAIL).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims("admin@0583.example")).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


MUSEUM: dict[str, Callable[[], str]] = {
    "expired": lambda: id_token(EMAIL, exp=int(time.time()) - 60, iat=int(time.time()) - 3700),
    "not yet valid": lambda: id_token(EMAIL, nbf=int(time.time()) + 3600),
    "made tomorrow": lambda: id_token(EMAIL, iat=int(time.time()) + 86400),
    "never ends": lambda: id_token(EMAIL, exp=None),
    "unsigned": _unsigned,
    "signed with the public key": _signed_with_the_public_key,
    "signed by somebody else with our key's name": lambda: jwt.encode(
        claims(EMAIL), private_key(OTHERS), algorithm="RS256", headers={"kid": OURS}
    ),
    "another key's name": lambda: id_token(EMAIL, kid=OTHERS),
    "no key's name": lambda: jwt.encode(claims(EMAIL), private_key(), algorithm="RS256"),
    "another algorithm": lambda: jwt.encode(claims(EMAIL), private_key(), algorithm="RS512", headers={"kid": OURS}),
    "another body": _with_another_body,
    "another pool": lambda: id_token(EMAIL, iss="https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_Other0001"),
    "no pool": lambda: id_token(EMAIL, iss=None),
    "another client": lambda: id_token(EMAIL, aud="another-client"),
    "many clients": lambda: id_token(EMAIL, aud=[CLIENT_ID, "another-client"]),
    "an access token": lambda: id_token(EMAIL, token_use="access", aud=None, client_id=CLIENT_ID),
    "an access token made for us": lambda: id_token(EMAIL, token_use="access"),
    "of no kind": lambda: id_token(EMAIL, token_use=None),
    "without a subject": lambda: id_token(EMAIL, sub=None),
    "without an address": lambda: id_token(EMAIL, email=None),
    "an address that is none": lambda: id_token("handler"),
    "strange identities": lambda: id_token(EMAIL, identities="k0583"),
    "no token at all": lambda: "a.b.c",
    "empty parts": lambda: "..",
    "not even ASCII": lambda: "å.ä.ö",
}


@pytest.mark.parametrize("kind", MUSEUM)
def test_a_wrong_token_is_nobodys_login(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    answer_keys(monkeypatch)
    with pytest.raises(NoLogin):
        Pool(POOL_ID, CLIENT_ID).login(MUSEUM[kind]())


def test_no_wrong_token_opens_the_door(world: World) -> None:
    for kind, make in MUSEUM.items():
        answer = me(world, {"Authorization": f"Bearer {make()}"})
        assert (answer.status, answer.json()["code"]) == (401, "login_needed"), kind


def test_the_same_token_unharmed_opens_it(world: World) -> None:
    """The museum's exhibits differ from this one in what their label says, and in nothing else."""
    answer = me(world, bearer(EMAIL))
    assert answer.status == 200, answer.text
    told = answer.json()
    assert (told["municipalities"], told["roles"], told["kind"]) == (["0583"], ["handler"], "staff")


def test_some_seconds_between_two_clocks_are_forgiven(world: World) -> None:
    assert me(world, bearer(EMAIL, iat=int(time.time()) + 10, exp=int(time.time()) + 3610)).status == 200


def test_an_address_nobody_verified_lets_nobody_in(world: World) -> None:
    assert me(world, bearer(EMAIL, email_verified=False)).json()["code"] == "not_staff"
    assert me(world, bearer(EMAIL, email_verified=None)).json()["code"] == "not_staff"


def test_a_role_taken_away_is_gone_at_the_next_request(world: World) -> None:
    staff, token = StaffStore(ENVIRONMENT["REGISTRY_TABLE"]), bearer("lead@0583.example")
    assert "assign" in me(world, token).json()["scopes"]
    staff.change("0583", "lead-0583", {"roles": frozenset({Role.HANDLER})}, by=US, now=clock.now())
    assert "assign" not in me(world, token).json()["scopes"]


def test_an_account_made_anew_with_the_same_address_is_somebody_else(world: World) -> None:
    """A leaver's address may be given to a namesake."""
    assert me(world, bearer(EMAIL)).status == 200
    assert me(world, bearer(EMAIL, sub="somebody-new")).json()["code"] == "not_staff"
    assert me(world, bearer(EMAIL.upper(), sub=f"sub-{EMAIL}")).status == 200, "the same address, written otherwise"


# ---- a municipality's own login ----------------------------------------------------------------------------------

OWN_LOGIN = Federation("k0583", "0583", "OIDC", frozenset({"0583.example"}))


def federated(email: str, provider: str, **changes: Any) -> dict[str, str]:
    """Somebody who came by a municipality's own login; such an address is verified by nobody but that login."""
    identities = [{"providerName": provider, "providerType": "OIDC", "userId": "x", "primary": "true"}]
    return bearer(email, identities=identities, email_verified=False, **changes)


def test_a_municipalitys_own_login_lets_its_people_in(world: World) -> None:
    StaffStore(ENVIRONMENT["REGISTRY_TABLE"]).put_federation(OWN_LOGIN, by=US, now=clock.now())
    assert me(world, federated(EMAIL, "k0583")).status == 200


@pytest.mark.parametrize(
    ("email", "provider"),
    [
        ("handler@0180.example", "k0583"),  # another municipality's domain
        ("operator@synpunkt.example", "k0583"),  # ours
        (EMAIL, "k0180"),  # another municipality's login
        (EMAIL, "nobodys"),
    ],
)
def test_it_speaks_for_its_own_domains_and_nobody_else_does(world: World, email: str, provider: str) -> None:
    store = StaffStore(ENVIRONMENT["REGISTRY_TABLE"])
    store.put_federation(OWN_LOGIN, by=US, now=clock.now())
    store.put_federation(Federation("k0180", "0180", "SAML", frozenset({"stockholm.example"})), by=US, now=clock.now())
    assert me(world, federated(email, provider)).json()["code"] == "not_staff"


def test_an_account_with_us_is_worth_nothing_in_a_domain_with_its_own_login(world: World) -> None:
    """Whoever leaves the municipality loses its login, and must lose this one with it."""
    assert me(world, bearer(EMAIL)).status == 200
    store = StaffStore(ENVIRONMENT["REGISTRY_TABLE"])
    store.put_federation(OWN_LOGIN, by=US, now=clock.now())
    assert me(world, bearer(EMAIL)).json()["code"] == "not_staff"
    told = world.call("desk.staff_api", "GET", "/api/v1/desk/login", query={"domain": "0583.Example"})
    assert told.json() == {"provider": "k0583"}
    store.remove_federation(OWN_LOGIN, by=US, now=clock.now())
    assert me(world, bearer(EMAIL)).status == 200


# ---- the pool's keys ---------------------------------------------------------------------------------------------


def test_a_key_set_is_read_once_and_an_unknown_key_asks_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    asked = answer_keys(monkeypatch)
    pool = Pool(POOL_ID, CLIENT_ID)
    for _ in range(3):
        pool.login(id_token(EMAIL))
    assert asked == [f"{ISSUER}/.well-known/jwks.json"]
    pool._keys._last_successful_fetch = time.monotonic() - 61
    for _ in range(20):
        with pytest.raises(NoLogin):
            pool.login(id_token(EMAIL, kid=OTHERS))
    assert len(asked) == 2, "a storm of forged tokens must not become one of requests"


def test_a_new_key_of_the_pool_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_keys(monkeypatch, OTHERS)
    pool = Pool(POOL_ID, CLIENT_ID)
    pool.login(id_token(EMAIL, kid=OTHERS))
    answer_keys(monkeypatch, OTHERS, OURS)
    pool._keys._last_successful_fetch = time.monotonic() - 61
    assert pool.login(id_token(EMAIL)).email == EMAIL


def test_the_keys_come_over_http_from_the_emulator_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(key_set(OURS)).encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    assert Pool(POOL_ID, CLIENT_ID).login(id_token(EMAIL)).subject == f"sub-{EMAIL}"
    assert asked == [f"/{POOL_ID}/.well-known/jwks.json"]
    server.shutdown()
    server.server_close()
    with pytest.raises(PoolUnreachable):
        Pool(POOL_ID, CLIENT_ID).login(id_token(EMAIL))


def test_a_pool_that_does_not_answer_is_no_forgery(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: object) -> None:
        raise jwt.PyJWKClientConnectionError("no")

    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", fails)
    answer = me(world, bearer(EMAIL))
    assert (answer.status, answer.json()["code"]) == (503, "login_unavailable")


def test_a_function_without_a_pool_takes_keys_alone(world: World) -> None:
    path = f"/api/v1/desk/cases/{clock.new_id()}"
    assert world.call("desk", "GET", path, headers=bearer(EMAIL)).status == 404
    answer = world.call("deliver", "GET", "/api/v1/events", headers=bearer(EMAIL))
    assert (answer.status, answer.json()["code"]) == (401, "key_needed")


def test_no_token_and_no_address_is_in_the_log(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    token = id_token(EMAIL, email_verified=False)
    me(world, {"Authorization": f"Bearer {token}"})
    me(world, {"Authorization": f"Bearer {MUSEUM['another body']()}"})
    written = capsys.readouterr()
    assert EMAIL not in written.out + written.err
    assert token.split(".")[2] not in written.out + written.err
