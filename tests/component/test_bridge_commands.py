"""What a person tells the bridge from the command line, and what it asks them for when it is new."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from functions.bridge import room
from functions.bridge.signing import is_secret
from infra.bridge import __main__ as command
from infra.bridge.deploy import DeployFailed, parameters
from tests.component.back_office import after_it_was_done, failing
from tests.component.bridge_world import CASE, OTHER, Bridge, bridge, event, waiting


class _Queues:
    """SQS, as far as moving messages goes."""

    def __init__(self) -> None:
        self.moved: list[tuple[str, str]] = []

    def start_message_move_task(self, SourceArn: str, DestinationArn: str) -> None:
        """Notes from where to where."""
        self.moved.append((SourceArn, DestinationArn))


class _Stacks:
    """CloudFormation, as far as it is asked."""

    def describe_stacks(self, StackName: str) -> Any:
        """The one stack there is."""
        assert StackName == "synpunkt-bridge-test"
        outputs = {"TableName": "bridge", "InboxUrl": room.settings().inbox_url, "InboxArn": "in", "DeadArn": "dead"}
        return {"Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]}]}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bridge]:
    """A bridge whose commands find it."""
    with bridge(monkeypatch) as found:
        monkeypatch.setattr(
            command,
            "_client",
            lambda service: _Stacks() if service == "cloudformation" else boto3.client(service),
        )
        yield found


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """One command."""
    monkeypatch.setattr(sys, "argv", ["bridge", arguments[0], "--stage", "test", *arguments[1:]])
    return command.main()


def test_what_is_unknown_is_listed_and_numbered(
    world: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.back_office.misbehaves = after_it_was_done
    world.gets(event())
    capsys.readouterr()
    assert run(monkeypatch, "attention") == 0
    assert capsys.readouterr().out == f"unknown\t{CASE}\t7KQ-4M2X\t-\toops\n"
    run(monkeypatch, "number", CASE, "BO-1")
    assert (world.held().state, world.held().number) == ("sent", "BO-1")
    run(monkeypatch, "attention")
    assert capsys.readouterr().out == ""


def test_what_was_refused_is_sent_again_and_what_was_sent_is_not(
    world: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.back_office.misbehaves = failing(400)
    world.gets(event())
    world.back_office.misbehaves = None
    run(monkeypatch, "again", CASE)
    world.gets(*waiting("inbox"))
    assert world.held().state == "sent"
    for case_id in (CASE, OTHER):
        with pytest.raises(SystemExit):
            run(monkeypatch, "again", case_id)
    assert len(world.back_office.requests) == 1


def test_what_cannot_be_sent_again_stays_on_the_list(
    world: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.back_office.misbehaves = failing(400, b"no")
    world.gets(event())
    found = command._client

    def no_queue(service: str) -> Any:
        if service == "sqs":
            raise RuntimeError("no such queue")
        return found(service)

    monkeypatch.setattr(command, "_client", no_queue)
    assert run(monkeypatch, "again", CASE) == 1
    assert (world.held().state, world.held().attention) == ("refused", "refused")


def test_a_number_is_given_to_a_case_that_is_there_and_has_none(world: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    world.gets(event())
    for case_id in (CASE, OTHER):
        with pytest.raises(SystemExit, match="no such case"):
            run(monkeypatch, "number", case_id, "A-17")
    assert world.held().number == "BO-1"


def test_what_was_dealt_with_leaves_the_list(world: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    world.gets(event(), event("CaseReopened"))
    assert world.held().attention == "reopened"
    run(monkeypatch, "done", CASE)
    assert world.held().attention is None


def test_what_the_key_may_not_say_is_said_no_more_when_it_was_dealt_with(
    world: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.national.reads_only = True
    world.gets(event())
    world.says("closed")
    assert world.held().attention == "not_allowed"
    run(monkeypatch, "done", CASE)
    world.national.reads_only = False
    world.looks()
    assert (world.national.told(), world.held().attention) == ([], None)
    with pytest.raises(SystemExit):
        run(monkeypatch, "done", OTHER)


def test_dead_letters_go_back_to_the_inbox(world: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    found, queues = command._client, _Queues()
    monkeypatch.setattr(command, "_client", lambda service: queues if service == "sqs" else found(service))
    run(monkeypatch, "redrive")
    assert queues.moved == [("dead", "in")]


def test_secrets_are_asked_for_once_and_kept_where_secrets_are(
    world: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["the-key", "", "theirs"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    command._keep_secrets("new")
    command._keep_secrets("new")
    kept = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId="new")["SecretString"])
    assert kept.keys() == {"api_key", "back_office_key", "status_secret"}
    assert is_secret(kept["status_secret"])
    assert "the-key" not in capsys.readouterr().out


GOOD = {"Adapter": "open311", "AdapterConfig": {"url": "https://x.example"}, "Mapping": {}}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"Mapping": {"statuses": {"closed": {"status": "resolved"}}}}, "outcome"),
        ({"Mapping": "{"}, "JSON"),
        ({"AdapterConfig": {}}, "url"),
        ({"Adapter": "fax"}, "open311"),
    ],
)
def test_what_could_not_work_is_said_before_anything_is_deployed(changed: dict[str, Any], named: str) -> None:
    command.check(GOOD)
    command.check({**GOOD, "Adapter": "own", "AdapterConfig": {}})
    with pytest.raises(DeployFailed, match=named):
        command.check({**GOOD, **changed})


def test_documents_are_given_as_json_and_all_else_as_text() -> None:
    settings = {"Mapping": {"statuses": {"Öppet": {}}}, "AdapterConfig": '{"url": "x"}', "PollAtMost": 10}
    assert parameters(settings) == {
        "Mapping": '{"statuses": {"Öppet": {}}}',
        "AdapterConfig": '{"url": "x"}',
        "PollAtMost": "10",
    }
