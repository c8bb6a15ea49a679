"""What an operator types when a municipality joins."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from synpunkt import claim_cli
from synpunkt.cli import app
from tests.component.test_joining import ADDRESS, CODE, agreed, begin, state
from tests.component.world import World

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _over_the_api(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(method: str, address: str, key: str, body: Any) -> tuple[int, str]:
        path = urlsplit(address).path
        answer = world.call("desk.registry_api", method, path, body=body, headers={"Authorization": f"Bearer {key}"})
        return answer.status, answer.text

    monkeypatch.setattr(claim_cli, "send", send)
    monkeypatch.setenv("SYNPUNKT_URL", "https://synpunkt.example")


def run(*arguments: str) -> tuple[int, str]:
    told = RUNNER.invoke(app, list(arguments))
    return told.exit_code, told.output


def test_evidence_lets_the_link_go_out(world: World) -> None:
    begin(world)
    assert run("claim", "evidence", CODE, ADDRESS, "--source", "https://skovde.example") == (
        0,
        f"{ADDRESS} is written down; 1 link sent\n",
    )
    assert run("claim", "domain", CODE, "skovde.example", "--source", "registered name")[0] == 0
    assert len(world.mails) == 1


def test_a_domain_that_many_share_is_not_written_down(world: World) -> None:
    code, told = run("claim", "domain", CODE, "co.uk", "--source", "registered name")
    assert code == 1
    assert "domain: " in told


def test_a_claim_is_listed_and_approved(world: World) -> None:
    started = agreed(world)
    code, told = run("claim", "list")
    assert code == 0
    assert started["claim_id"] in told
    assert "proof: mail" in told
    assert "agreed: Bo Ek, Kommundirektör" in told
    assert run("claim", "approve", started["claim_id"], "--reason", "called them")[0] == 0
    assert state(world, started) == "approved"
    code, told = run("claim", "refuse", started["claim_id"], "--reason", "no")
    assert code == 1
    assert "not done" in told


def test_a_key_is_made_and_revoked(world: World) -> None:
    code, told = run("key", "create", "A system", "--scope", "read", "--municipality", CODE)
    assert code == 0
    made, caller_id = told.split()[:2]
    headers = {"Authorization": f"Bearer {made}"}
    me = world.call("desk.staff_api", "GET", "/api/v1/desk/me", headers=headers).json()
    assert (me["caller_id"], me["municipalities"], me["scopes"]) == (caller_id, [CODE], ["read"])
    assert run("key", "revoke", caller_id)[0] == 0
    assert world.call("desk.staff_api", "GET", "/api/v1/desk/me", headers=headers).status == 401


@pytest.mark.parametrize(
    "arguments",
    [
        ["key", "revoke", "nobody"],
        ["key", "create", "x", "--scope", "everything"],
        ["key", "create", "x", "--scope", "read"],
        ["key", "create", "x", "--scope", "read", "--municipality", "9999"],
    ],
)
def test_a_mistyped_command_does_nothing(world: World, arguments: list[str]) -> None:
    assert run(*arguments)[0] == 2
