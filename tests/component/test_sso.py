"""What an operator types to let the first people in, and to let a municipality's own login speak for its domains."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from moto.cognitoidp.models import cognitoidp_backends
from typer.testing import CliRunner

from synpunkt.cli import app
from synpunkt.stores.staff import StaffStore
from tests.component.world import ACCOUNT, ENVIRONMENT, World
from tests.tokens import CLIENT_ID, POOL_ID

RUNNER = CliRunner()
OIDC = ["sso", "oidc", "0583", "--issuer", "https://login.example", "--client-id", "synpunkt"]


@pytest.fixture(autouse=True)
def desk_client(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's client in the pool, and the secret where the command looks for it."""
    made = boto3.client("cognito-idp").create_user_pool_client(
        UserPoolId=POOL_ID, ClientName="desk", AllowedOAuthScopes=["openid", "email"]
    )
    clients = cognitoidp_backends[ACCOUNT]["eu-north-1"].user_pools[POOL_ID].clients
    clients[CLIENT_ID] = clients.pop(made["UserPoolClient"]["ClientId"])
    clients[CLIENT_ID].id = CLIENT_ID
    monkeypatch.setenv("SSO_CLIENT_SECRET", "a secret")


def run(*arguments: str) -> tuple[int, str]:
    """A command's exit code and what it said."""
    told = RUNNER.invoke(app, list(arguments), env={"COLUMNS": "200"})
    return told.exit_code, told.output


def store() -> StaffStore:
    return StaffStore(ENVIRONMENT["REGISTRY_TABLE"])


def offered() -> list[str]:
    client = boto3.client("cognito-idp").describe_user_pool_client(UserPoolId=POOL_ID, ClientId=CLIENT_ID)
    assert client["UserPoolClient"]["AllowedOAuthScopes"] == ["openid", "email"], "an update resets what it leaves out"
    return client["UserPoolClient"].get("SupportedIdentityProviders", [])


def test_a_login_comes_changes_its_domains_and_goes(tmp_path: Path) -> None:
    assert run(*OIDC, "--domain", "Motala.example", "--domain", "bostad.example")[0] == 0
    assert offered() == ["COGNITO", "k0583"]
    federation = store().federation("motala.example")
    assert federation is not None
    assert (federation.municipality, federation.kind) == ("0583", "OIDC")

    assert run(*OIDC, "--domain", "motala.example")[0] == 0
    assert store().federation("bostad.example") is None

    metadata = tmp_path / "metadata.xml"
    metadata.write_text("<EntityDescriptor/>")
    assert run("sso", "saml", "0180", "--metadata", str(metadata), "--domain", "stockholm.example")[0] == 0
    assert offered() == ["COGNITO", "k0180", "k0583"]
    assert [line.split()[:3] for line in run("sso", "list")[1].splitlines()] == [
        ["0180", "k0180", "SAML"],
        ["0583", "k0583", "OIDC"],
    ]
    assert run("sso", "remove", "k0583")[0] == 0
    assert offered() == ["COGNITO", "k0180"]
    assert store().federation("motala.example") is None
    assert [each["what"] for each in store().history("0583")] == ["login_removed", "login_set", "login_set"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*OIDC, "--domain", "gmail.com"], "anybody can have an address"),
        ([*OIDC, "--domain", "not a domain"], "not a domain"),
        ([*OIDC, "--domain", "stockholm.example"], "belongs to another login"),
        ([*OIDC, "--domain", "motala.example", "--name", "k0180"], "another municipality's"),
        (["sso", "oidc", "9999", *OIDC[3:], "--domain", "motala.example"], "no municipality 9999"),
        (["sso", "saml", "0583", "--metadata", "no-such-file", "--domain", "motala.example"], "cannot be read"),
        (["sso", "remove", "k0583"], "no login k0583"),
    ],
)
def test_what_would_let_the_wrong_people_in_is_refused(arguments: list[str], words: str) -> None:
    assert run("sso", "saml", "0180", "--metadata", "https://x.example/m", "--domain", "stockholm.example")[0] == 0
    code, told = run(*arguments)
    assert code != 0
    assert words in " ".join(told.replace("│", " ").split())
    assert [each.provider for each in store().federations()] == ["k0180"]


def test_the_secret_does_not_stand_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSO_CLIENT_SECRET")
    assert run(*OIDC, "--domain", "motala.example")[0] != 0


def test_the_first_admin_and_an_operator() -> None:
    assert run("staff", "add", "chef@0980.example", "Chef", "--municipality", "0980")[0] == 0
    chef = store().by_email("chef@0980.example")
    assert chef is not None
    assert chef.caller().roles == {"admin"}
    assert run("staff", "add", "vakt@synpunkt.example", "Vakt")[0] == 0
    code, told = run("staff", "add", "vakt@synpunkt.example", "Vakt")
    assert code != 0
    assert "somebody's already" in told
