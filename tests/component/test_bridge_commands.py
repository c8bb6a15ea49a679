"""What a person tells the bridge from the command line, and what it asks them for when it is new."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.bridge import room
from functions.bridge.signing import is_secret
from infra.bridge import __main__ as command
from infra.bridge import conformance
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


GOOD = {
    "SynpunktUrl": "https://synpunkt.example",
    "Municipalities": "0583",
    "SecretName": "kept",
    "Adapter": "open311",
    "AdapterConfig": {"url": "https://x.example"},
    "Mapping": {},
}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"Mapping": {"statuses": {"closed": {"status": "resolved"}}}}, "outcome"),
        ({"Mapping": "{"}, "JSON"),
        ({"AdapterConfig": {}}, "url"),
        ({"Adapter": "fax"}, "open311"),
        ({"Unheard": 1}, "Unheard: there is no such setting. There are SynpunktUrl, "),
        ({"HostedQueueArn": "arn:aws:sqs:eu-north-1:123456789012:synpunkt-prod-…"}, "HostedQueueArn .* the whole ARN"),
        ({"TopicArn": "arn:aws:sqs:eu-north-1:123456789012:a-queue"}, "TopicArn"),
        ({"AlarmTopicArn": "drift"}, "AlarmTopicArn"),
        ({"SynpunktUrl": "https://synpunkt.example/"}, "SynpunktUrl"),
        ({"Municipalities": "Motala"}, "Municipalities"),
        ({"PollAtMost": 501}, "PollAtMost"),
    ],
)
def test_what_could_not_work_is_said_before_anything_is_deployed(changed: dict[str, Any], named: str) -> None:
    command.check(GOOD)
    command.check({**GOOD, "Adapter": "own", "AdapterConfig": {}})
    with pytest.raises(DeployFailed, match=named):
        command.check({**GOOD, **changed})


def test_what_must_be_said_and_is_not_is_named() -> None:
    with pytest.raises(
        DeployFailed, match=r"(?s)SynpunktUrl is missing.*Municipalities is missing.*Adapter is missing"
    ):
        command.check({"SecretName": "kept"})


def test_good_settings_are_good_with_and_without_what_may_be_left_out() -> None:
    queue = "arn:aws:sqs:eu-north-1:123456789012:synpunkt-prod-subscriber-0583-01M828BPH5XW"
    command.check({**GOOD, "HostedQueueArn": queue, "TopicArn": "", "PollAtMost": 10})


def test_the_settings_of_the_documentation_are_good() -> None:
    written = (Path(__file__).parents[2] / "docs/bridge.md").read_text("utf-8")
    settings = json.loads(written.partition("```json")[2].partition("```")[0])
    command.check({"SecretName": "kept", **settings})


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine that knows no region and no credentials."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    command._client.cache_clear()
    yield
    command._client.cache_clear()


@pytest.mark.parametrize(
    ("written", "region", "told"),
    [
        (None, None, "cannot be read: No such file"),
        ("{", None, "is not JSON: "),
        ("[]", None, "is not a JSON object"),
        (json.dumps({**GOOD, "Unheard": 1}), None, "Unheard: there is no such setting"),
        (json.dumps({**GOOD, "Adapter": "own"}), None, "ADAPTER=my_adapter.py"),
        (json.dumps(GOOD), None, "export AWS_DEFAULT_REGION=eu-north-1"),
        (json.dumps(GOOD), "eu-north-1", "There are no AWS credentials"),
    ],
)
@pytest.mark.usefixtures("no_aws")
def test_what_keeps_a_deployment_from_beginning_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    written: str | None,
    region: str | None,
    told: str,
) -> None:
    settings = tmp_path / "bridge.json"
    if written is not None:
        settings.write_text(written)
    if region:
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    assert run(monkeypatch, "deploy", "--settings", str(settings)) == 2
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1


def test_an_adapter_that_is_not_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bridge", "package", "--adapter", "nowhere.py"])
    assert command.main() == 2
    assert capsys.readouterr().err == "There is no file nowhere.py with an adapter.\n"


MAKE = "def make(config, secrets, tools):\n    return config['url']\n"
REHEARSE = "def rehearse(method, path, body):\n    return 200, '{}'\n"


@pytest.mark.parametrize(
    ("adapter", "options", "told"),
    [
        (None, (), "There is no Python file"),
        ("def", (), "cannot be imported: SyntaxError"),
        ("import nothing_of_that_name", (), "cannot be imported: ModuleNotFoundError"),
        (MAKE, (), "has no function `rehearse`"),
        (REHEARSE, (), "has no function `make`"),
        (MAKE + REHEARSE, ("--config", "{"), "is not JSON"),
        (MAKE + REHEARSE, ("--config", "{}"), "`make` cannot use that configuration: KeyError"),
    ],
)
def test_an_adapter_that_cannot_be_tried_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    adapter: str | None,
    options: tuple[str, ...],
    told: str,
) -> None:
    file = tmp_path / "tried_adapter.py"
    if adapter is not None:
        file.write_text(adapter)
    monkeypatch.setattr(sys, "argv", ["conformance", str(file), *options])
    assert conformance.main() == 2
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1


def test_documents_are_given_as_json_and_all_else_as_text() -> None:
    settings = {"Mapping": {"statuses": {"Öppet": {}}}, "AdapterConfig": '{"url": "x"}', "PollAtMost": 10}
    assert parameters(settings) == {
        "Mapping": '{"statuses": {"Öppet": {}}}',
        "AdapterConfig": '{"url": "x"}',
        "PollAtMost": "10",
    }
