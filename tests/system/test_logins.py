"""People log in at the deployed stack: by password, which the local stage alone takes, and by their own login."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from infra.local.front import LOGIN_PATH, LOGIN_TARGET
from infra.local.harness import PrivateStack
from infra.local.seed import STAFF_PASSWORD
from tests.system.provider import CLIENT, SECRET, Provider

pytestmark = pytest.mark.system


def log_in(stack: PrivateStack, http: httpx.Client, email: str, password: str = STAFF_PASSWORD) -> httpx.Response:
    """What the page asks for when somebody logs in by password."""
    body = {
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": stack.about["desk_client"],
        "AuthParameters": {"USERNAME": email, "PASSWORD": password},
    }
    return http.post(LOGIN_PATH, headers={"X-Amz-Target": LOGIN_TARGET}, json=body)


def me(http: httpx.Client, token: str) -> httpx.Response:
    """Who the token stands for."""
    return http.get("/api/v1/desk/me", headers={"Authorization": f"Bearer {token}"})


def command(stack: PrivateStack, *arguments: str) -> str:
    """An operator's command against the stack."""
    about = stack.about
    environment = os.environ | {
        "AWS_ENDPOINT_URL": about["endpoint"],
        "AWS_ACCESS_KEY_ID": about["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": about["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": about["region"],
        "REGISTRY_TABLE": about["tables"]["registry"],
        "USER_POOL_ID": about["staff_pool"],
        "DESK_CLIENT_ID": about["desk_client"],
        "SSO_CLIENT_SECRET": SECRET,
    }
    run = [sys.executable, "-c", "from synpunkt.cli import main; main()", *arguments]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_seeded_staff_log_in(stack: PrivateStack, http: httpx.Client) -> None:
    for email, municipalities, roles in (
        ("handler@0583.example", ["0583"], ["handler"]),
        ("lead@0583.example", ["0583"], ["lead"]),
        ("admin@0583.example", ["0583"], ["admin"]),
        ("handler@0180.example", ["0180"], ["handler"]),
        ("operator@synpunkt.example", [], ["operator"]),
    ):
        made = log_in(stack, http, email).json()["AuthenticationResult"]
        told = me(http, made["IdToken"])
        assert told.status_code == 200, told.text
        assert (told.json()["municipalities"], told.json()["roles"]) == (municipalities, roles)
        assert me(http, made["AccessToken"]).status_code == 401
    assert log_in(stack, http, "handler@0583.example", "Synpunkt-local-2").status_code == 400


def test_the_way_to_the_user_pool_leads_to_the_login_alone(stack: PrivateStack, http: httpx.Client) -> None:
    target = LOGIN_TARGET.replace("InitiateAuth", "ListUsers")
    answer = http.post(LOGIN_PATH, headers={"X-Amz-Target": target}, json={"UserPoolId": stack.about["staff_pool"]})
    assert answer.status_code == 403


def test_an_admin_invites_with_the_functions_own_rights(stack: PrivateStack, http: httpx.Client) -> None:
    token = log_in(stack, http, "admin@0583.example").json()["AuthenticationResult"]["IdToken"]
    headers = {"Authorization": f"Bearer {token}"}
    body = {"email": f"{secrets.token_hex(4)}@0583.example", "name": "Ny Kollega", "roles": ["handler"]}
    made = http.post("/api/v1/desk/staff", json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert made.json()["mailed"] is True
    changed = http.patch(f"/api/v1/desk/staff/{made.json()['staff_id']}", json={"suspended": True}, headers=headers)
    assert changed.json()["suspended"] is True
    key = http.post("/api/v1/desk/keys", json={"name": "Ny", "scopes": ["read"]}, headers=headers)
    assert key.status_code == 201, key.text
    assert http.delete(f"/api/v1/desk/keys/{key.json()['key_id']}", headers=headers).status_code == 204
    assert me(http, key.json()["key"]).status_code == 401


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The municipality's own login."""
    provider = Provider()
    yield provider
    provider.stop()


def by_own_login(stack: PrivateStack, provider: Provider) -> dict[str, Any]:
    """The browser's whole way: to the pool, to the provider, back to the pool, back to the desk, code for tokens.

    The pool's own address exists in the cloud only; the emulator answers its paths.
    """
    about = stack.about
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    here = f"{stack.url}/desk/"
    query = {
        "client_id": about["desk_client"],
        "response_type": "code",
        "scope": "openid email",
        "redirect_uri": here,
        "state": "begun-here",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "identity_provider": "k0184",
    }
    with httpx.Client(timeout=30) as browser:
        answer = browser.get(f"{about['endpoint']}/oauth2/authorize", params=query)
        while not (address := answer.headers["location"]).startswith(here):
            parts = urlsplit(address)
            inside = parts.path == "/oauth2/idpresponse"
            answer = browser.get(f"{about['endpoint']}{parts.path}?{parts.query}" if inside else address)
            assert answer.status_code == 302, answer.text
        back = parse_qs(urlsplit(address).query)
        assert back["state"] == ["begun-here"]
        form = {
            "grant_type": "authorization_code",
            "client_id": about["desk_client"],
            "code": back["code"][0],
            "redirect_uri": here,
            "code_verifier": verifier,
        }
        made: dict[str, Any] = browser.post(f"{about['endpoint']}/oauth2/token", data=form).json()
        return made


def test_a_municipalitys_own_login(stack: PrivateStack, http: httpx.Client, provider: Provider) -> None:
    command(stack, "staff", "add", "chef@solna.example", "Chef", "--municipality", "0184")
    told = command(
        stack, "sso", "oidc", "0184", "--issuer", provider.issuer, "--client-id", CLIENT, "--domain", "Solna.example"
    )
    assert "k0184: people of 0184" in told
    assert http.get("/api/v1/desk/login?domain=solna.example").json() == {"provider": "k0184"}

    command(stack, "staff", "add", "ny@solna.example", "Ny", "--municipality", "0184")
    provider.email = "ny@solna.example"
    made = by_own_login(stack, provider)
    answer = me(http, made["id_token"])
    assert answer.status_code == 200, answer.text
    assert (answer.json()["municipalities"], answer.json()["roles"]) == (["0184"], ["admin"])

    for stranger in ("okänd@solna.example", "handler@0583.example", "operator@synpunkt.example"):
        provider.email = stranger
        answer = me(http, by_own_login(stack, provider)["id_token"])
        assert (answer.status_code, answer.json()["code"]) == (403, "not_staff"), stranger

    assert "k0184" in command(stack, "sso", "list")
    command(stack, "sso", "sync")
    command(stack, "sso", "remove", "k0184")
    answer = me(http, made["id_token"])
    assert (answer.status_code, answer.json()["code"]) == (403, "not_staff"), "a login taken away lets nobody in"
