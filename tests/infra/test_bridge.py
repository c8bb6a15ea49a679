"""The bridge's template as Chalice makes it: what it may do, what it keeps, who is told of failures, what it ships."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from functions.bridge.edge import metrics
from functions.bridge.settings import Settings
from functions.bridge.taking import CLAIM_SECONDS
from infra.bridge.deploy import located
from infra.bridge.template import Package, package
from infra.expand import REGION, Stack, expand
from infra.package import local
from tests.infra.test_queues import TWO_WEEKS

FUNCTIONS = {
    "APIHandler": "app.app",
    "OnInbox": "app.on_inbox",
    "OnHosted": "app.on_hosted",
    "OnSchedule": "app.on_schedule",
}
ROLES = {"ApiHandlerRole": "APIHandler", **{f"{name}Role": name for name in FUNCTIONS if name.startswith("On")}}
TABLE, INBOX, DEAD = (f"{name}.Arn" for name in ("Table", "Inbox", "Dead"))
SECRET = "secretsmanager:GetSecretValue ${SecretName}-??????"
WHO_MAY_TOUCH_WHAT = {
    "APIHandler": {
        SECRET,
        *(f"dynamodb:{action} {TABLE}" for action in ("GetItem", "PutItem", "UpdateItem")),
        "dynamodb:Query number",
        f"sqs:SendMessage {INBOX}",
    },
    "OnInbox": {
        SECRET,
        *(f"dynamodb:{action} {TABLE}" for action in ("GetItem", "PutItem", "UpdateItem", "DeleteItem")),
        *(f"sqs:{action} {INBOX}" for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
        f"sqs:ChangeMessageVisibility {INBOX}",
        f"sqs:SendMessage {DEAD}",
        "IsMail: ses:SendEmail ${MailIdentity}",
        "IsCsv: s3:PutObject ${CsvBucket}/*",
    },
    "OnHosted": {
        f"sqs:SendMessage {INBOX}",
        *(f"sqs:{each} HostedQueueArn" for each in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
    },
    "OnSchedule": {
        SECRET,
        *(f"dynamodb:{action} {TABLE}" for action in ("GetItem", "UpdateItem")),
        "dynamodb:Query open",
        "dynamodb:Query attention",
    },
}


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The package for the cloud, made by Chalice."""
    return package(tmp_path_factory.mktemp("bridge") / "cloud")


@pytest.fixture(scope="module")
def template(packaged: Package) -> dict[str, Any]:
    """The template as CloudFormation sees it."""
    return expand(located(packaged, "bucket", "key.zip"))


@pytest.fixture(scope="module")
def stack(template: dict[str, Any]) -> Stack:
    """Its resources by type."""
    return Stack("bridge", template["Resources"], template["Outputs"])


def test_cfn_lint_finds_nothing(template: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "bridge.json"
    path.write_text(json.dumps(template, indent=1))
    lint = [str(Path(sys.executable).parent / "cfn-lint"), "--regions", REGION, "--", str(path)]
    done = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_function_may_do_what_it_does_and_nothing_else(stack: Stack) -> None:
    for role, function in ROLES.items():
        [policy] = stack.of_type("AWS::IAM::Role")[role]["Policies"]
        found = {right for each in policy["PolicyDocument"]["Statement"] for right in _rights(each)}
        logs = {each for each in found if each.startswith("logs:")}
        assert {each.split(" ")[0] for each in logs} == {"logs:CreateLogStream", "logs:PutLogEvents"}, role
        assert found - logs == WHO_MAY_TOUCH_WHAT[function], role
    assert set(stack.of_type("AWS::IAM::Role")) == set(ROLES)


def test_no_right_is_to_everything(stack: Stack) -> None:
    for role in stack.of_type("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role
        for each in role["Policies"][0]["PolicyDocument"]["Statement"]:
            statement = each["Fn::If"][1] if "Fn::If" in each else each
            assert not [action for action in statement["Action"] if "*" in action]
            assert '"*"' not in json.dumps(statement["Resource"])


def test_the_functions_run_as_everything_else_does(stack: Stack) -> None:
    functions = stack.of_type("AWS::Lambda::Function")
    assert {name: each["Handler"] for name, each in functions.items()} == FUNCTIONS
    for name, each in functions.items():
        assert (each["Runtime"], each["Architectures"]) == ("python3.13", ["arm64"]), name
        names = set(each["Environment"]["Variables"])
        assert names == {field.upper() for field in Settings.model_fields}, name
        assert all(isinstance(value, dict) for value in each["Environment"]["Variables"].values()), name
    assert functions["OnInbox"]["Timeout"] < CLAIM_SECONDS


def test_what_fails_comes_again_and_ends_where_somebody_is_told(stack: Stack) -> None:
    queues = stack.of_type("AWS::SQS::Queue")
    mapping = stack.of_type("AWS::Lambda::EventSourceMapping")["OnInboxOnInboxSqsEventSource"]
    # A batch of one, since Chalice's mapping cannot say which of several failed.
    assert mapping["BatchSize"] == 1
    assert "FunctionResponseTypes" not in mapping
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert queues["Inbox"]["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["Dead", "Arn"]}
    assert queues["Inbox"]["VisibilityTimeout"] >= 6 * stack.of_type("AWS::Lambda::Function")["OnInbox"]["Timeout"]
    assert all(each["SqsManagedSseEnabled"] and each["MessageRetentionPeriod"] == TWO_WEEKS for each in queues.values())
    alarms = stack.of_type("AWS::CloudWatch::Alarm")
    assert set(alarms) == {
        f"{name}Alarm" for name in ("Dead", "Waiting", "Attention", "Following", "Schedule", "Hosted")
    }
    assert alarms["DeadAlarm"]["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Dead", "QueueName"]}}]
    assert all("AlarmActions" in each for each in alarms.values())


def test_the_alarms_watch_metrics_that_are_sent(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    metrics("followed", looked=1, failed=0, attention=2)
    told = json.loads(capsys.readouterr().out)
    described = told["_aws"]["CloudWatchMetrics"][0]
    ours = {
        each["MetricName"]
        for each in stack.of_type("AWS::CloudWatch::Alarm").values()
        if each["Namespace"] == described["Namespace"]
    }
    assert ours <= {each["Name"] for each in described["Metrics"]}
    assert (told["Attention"], described["Dimensions"]) == (2, [["Function"]])


def test_a_queue_that_synpunkt_keeps_is_read_only_where_there_is_one(template: dict[str, Any], stack: Stack) -> None:
    for name in ("OnHosted", "OnHostedRole", "OnHostedLogGroup", "OnHostedOnHostedSqsEventSource", "HostedAlarm"):
        assert template["Resources"][name]["Condition"] == "IsHosted", name
    mapping = stack.of_type("AWS::Lambda::EventSourceMapping")["OnHostedOnHostedSqsEventSource"]
    assert mapping["EventSourceArn"] == {"Ref": "HostedQueueArn"}
    # SQS shows a message of a hosted queue again after 30 seconds, and Lambda wants the function to end before.
    assert stack.of_type("AWS::Lambda::Function")["OnHosted"]["Timeout"] < 30


def test_each_log_is_kept_for_a_while_and_is_that_of_a_function(stack: Stack) -> None:
    logs = {each["LogGroupName"]["Fn::Sub"]: each for each in stack.of_type("AWS::Logs::LogGroup").values()}
    assert set(logs) == {f"/aws/lambda/${{{name}}}" for name in FUNCTIONS}
    assert {each["RetentionInDays"] for each in logs.values()} == {30}


def test_what_it_remembers_outlives_the_stack(template: dict[str, Any], stack: Stack) -> None:
    assert template["Resources"]["Table"]["DeletionPolicy"] == "Retain"
    table = stack.of_type("AWS::DynamoDB::Table")["Table"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_door_is_throttled_and_has_two_addresses(stack: Stack) -> None:
    [api] = stack.of_type("AWS::ApiGateway::RestApi").values()
    assert {path: list(each) for path, each in api["Body"]["paths"].items()} == {
        "/events": ["post"],
        "/status": ["post"],
    }
    [stage] = stack.of_type("AWS::ApiGateway::Stage").values()
    [limits] = stage["MethodSettings"]
    assert (limits["ThrottlingRateLimit"], limits["ThrottlingBurstLimit"]) == (20, 40)


def test_no_secret_has_a_place_in_the_template(template: dict[str, Any]) -> None:
    assert [name for name in template["Parameters"] if "Key" in name or "Secret" in name] == ["SecretName"]


def test_the_zip_holds_the_bridge_the_event_contract_and_what_they_need(packaged: Package) -> None:
    with zipfile.ZipFile(packaged.zip) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops <= {"app.py", "chalice", "functions", "events", "pydantic", "pydantic_core", "annotated_types"} | {
        "typing_inspection",
        "typing_extensions.py",
        "typing_extensions.pyc",
    }
    assert {name.split("/")[1] for name in names if name.startswith("functions/")} == {"__init__.py", "bridge"}
    assert {"chalice/app.py", "events/contract.py", "functions/bridge/app.py"} <= set(names)
    assert [name for name in names if "aarch64" in name]


def test_the_zip_starts_from_what_it_holds(tmp_path: Path) -> None:
    with zipfile.ZipFile(package(tmp_path / "built", local(Path(sys.executable))).zip) as archive:
        archive.extractall(tmp_path / "zip")
    check = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'zip')!r}); import app, chalice, pydantic, events;"
        "print(*(each.__file__ for each in (app, chalice, pydantic, events)));"
        "from importlib import import_module as i;"
        "[i(f'functions.bridge.adapters.{each}') for each in ('open311', 'mail', 'csv_drop')];"
        "assert not [each for each in sys.modules if each.startswith('synpunkt')]"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", check], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert all(each.startswith(str(tmp_path / "zip")) for each in done.stdout.split())


def test_an_adapter_of_ones_own_goes_along(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "docs/examples/bridge_adapter.py"
    with zipfile.ZipFile(package(tmp_path / "built", local(Path(sys.executable)), example).zip) as archive:
        assert archive.read("own_adapter.py") == example.read_bytes()


def _rights(statement: dict[str, Any]) -> set[str]:
    if "Fn::If" in statement:
        condition, inner, _ = statement["Fn::If"]
        return {f"{condition}: {right}" for right in _rights(inner)}
    assert statement["Effect"] == "Allow"
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    return {f"{action} {_short(each)}" for action in statement["Action"] for each in resources}


def _short(resource: dict[str, Any]) -> str:
    if "Fn::GetAtt" in resource:
        return ".".join(resource["Fn::GetAtt"])
    if "Ref" in resource:
        return str(resource["Ref"])
    whole = str(resource["Fn::Sub"])
    return (
        whole.rpartition(":::")[2]
        if ":::" in whole
        else whole.rpartition(":")[2].rpartition("/")[2]
        if "log-group" not in whole
        else whole
    )
