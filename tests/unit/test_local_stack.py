"""How commands find the stack that runs here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from synpunkt import claim_cli
from synpunkt.cli import app
from synpunkt.local_stack import local_url, use_local_stack

ABOUT = {
    "public_url": "http://127.0.0.1:8133",
    "endpoint": "http://127.0.0.1:4566",
    "aws_access_key_id": "id",
    "aws_secret_access_key": "secret",
    "region": "eu-north-1",
    "staff_pool": "the-pool",
    "desk_client": "the-client",
    "tables": {"cases": "the-cases"},
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Set before, so that what a command sets is taken back.
    region = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    for name in (*region, "USER_POOL_ID", "DESK_CLIENT_ID"):
        monkeypatch.setenv(name, "before")
    for name in ("SYNPUNKT_STATE", "SYNPUNKT_URL", "SYNPUNKT_KEY"):
        monkeypatch.delenv(name, raising=False)


def _stack(folder: str) -> None:
    Path(folder).mkdir()
    Path(folder, "stack.json").write_text(json.dumps(ABOUT), "utf-8")


@pytest.mark.parametrize("folder", [".local", ".local-two"])
def test_the_stack_is_found_in_its_folder(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _stack(folder)
    if folder != ".local":
        monkeypatch.setenv("SYNPUNKT_STATE", folder)
    assert use_local_stack() == "the-cases"
    assert local_url() == "http://127.0.0.1:8133"


def test_where_none_is_what_can_be_done_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _stack(".local")
    monkeypatch.setenv("SYNPUNKT_STATE", ".local-two")
    with pytest.raises(typer.BadParameter, match=r"\.local-two.*SYNPUNKT_STATE.*CASES_TABLE"):
        use_local_stack()
    with pytest.raises(typer.BadParameter, match="SYNPUNKT_URL and SYNPUNKT_KEY"):
        local_url()


def test_claim_calls_the_stack_that_runs_here_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    _stack(".local")
    called: list[str] = []

    def send(method: str, address: str, key: str, body: object) -> tuple[int, str]:
        called.append(f"{key} {address}")
        return 200, '{"claims": []}'

    monkeypatch.setattr(claim_cli, "send", send)
    for environment in ({}, {"SYNPUNKT_URL": "https://synpunkt.example/", "SYNPUNKT_KEY": "mine"}):
        assert CliRunner().invoke(app, ["claim", "list"], env=environment).exit_code == 0
    assert called == [
        "local-operator-key http://127.0.0.1:8133/api/v1/desk/claims",
        "mine https://synpunkt.example/api/v1/desk/claims",
    ]


def test_help_says_how_to_name_another_stack() -> None:
    told = CliRunner().invoke(app, ["--help"]).output
    for name in ("SYNPUNKT_STATE", "SYNPUNKT_URL", "SYNPUNKT_KEY", "local-operator-key"):
        assert name in told
