"""No message is lost without a sound: every queue has a reader, a dead letter queue and an alarm."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from infra.expand import Stack

ROOT = Path(__file__).parents[2]
TWO_WEEKS = 14 * 24 * 3600


@pytest.fixture(scope="module")
def queues(data: Stack, app: Stack) -> dict[str, dict[str, Any]]:
    """Every queue's properties by name."""
    return {each["QueueName"]: each for stack in (data, app) for each in stack.of_type("AWS::SQS::Queue").values()}


@pytest.fixture(scope="module")
def mappings(app: Stack) -> dict[str, dict[str, Any]]:
    """Every queue's mapping by the queue's name."""
    found = app.of_type("AWS::Lambda::EventSourceMapping").values()
    return {
        each["EventSourceArn"].rpartition(":")[2]: each
        for each in found
        if str(each["EventSourceArn"]).startswith("arn:aws:sqs:")
    }


def dead(name: str) -> bool:
    return name.endswith("-dead")


def test_every_queue_has_exactly_one_reader(
    queues: dict[str, dict[str, Any]], mappings: dict[str, dict[str, Any]]
) -> None:
    assert set(mappings) == {name for name in queues if not dead(name)}


def test_every_queue_gives_up_into_its_own_dead_letter_queue(queues: dict[str, dict[str, Any]]) -> None:
    for name, queue in queues.items():
        if dead(name):
            assert "RedrivePolicy" not in queue, name
            assert queue["MessageRetentionPeriod"] == TWO_WEEKS, name
        else:
            assert queue["RedrivePolicy"]["deadLetterTargetArn"].endswith(f":{name}-dead"), name
            assert queue["RedrivePolicy"]["maxReceiveCount"] == 5, name
            assert f"{name}-dead" in queues


def test_every_dead_letter_queue_has_an_alarm_that_reaches_somebody(
    queues: dict[str, dict[str, Any]], app: Stack
) -> None:
    watched = {
        alarm["Dimensions"][0]["Value"]
        for alarm in app.of_type("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible" and alarm["Threshold"] == 1
    }
    assert watched == {name for name in queues if dead(name)}


def test_every_alarm_goes_to_the_alarm_topic(app: Stack) -> None:
    for name, alarm in app.of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == ["arn:aws:sns:eu-north-1:123456789012:synpunkt-prod-alarms"], name


def test_what_cannot_be_seen_in_a_queue_has_an_alarm_of_its_own(app: Stack) -> None:
    alarms = app.of_type("AWS::CloudWatch::Alarm").values()
    watched = {(each["Namespace"], each["MetricName"], each["Dimensions"][0]["Value"]) for each in alarms}
    assert ("AWS/Lambda", "Errors", "synpunkt-prod-publish-on-stream") in watched
    assert ("AWS/Lambda", "Errors", "synpunkt-prod-photo-on-forgotten") in watched
    assert ("Synpunkt", "MessageOutcomeUnknown", "notify") in watched
    assert ("Synpunkt", "MessageOutcomeUnknown", "deliver") in watched
    assert ("Synpunkt", "DeliveryFailed", "deliver") in watched
    assert ("Synpunkt", "TriageOverdue", "upkeep") in watched
    assert ("Synpunkt", "DueFailed", "upkeep") in watched


def test_queues_are_encrypted_by_sqs_itself(queues: dict[str, dict[str, Any]]) -> None:
    """The AWS-managed key would refuse EventBridge and SNS."""
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True, name
        assert "KmsMasterKeyId" not in queue, name


def test_a_message_is_hidden_for_longer_than_six_tries(
    queues: dict[str, dict[str, Any]], mappings: dict[str, dict[str, Any]], app: Stack
) -> None:
    functions = {each["FunctionName"]: each for each in app.of_type("AWS::Lambda::Function").values()}
    for name, mapping in mappings.items():
        assert queues[name]["VisibilityTimeout"] >= 6 * functions[mapping["FunctionName"]]["Timeout"], name


def test_readers_report_single_failures_and_are_held_back(mappings: dict[str, dict[str, Any]]) -> None:
    for name, mapping in mappings.items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name
        assert 2 <= mapping["ScalingConfig"]["MaximumConcurrency"] <= 50, name


def test_what_anybody_may_try_out_keeps_few_functions_busy(mappings: dict[str, dict[str, Any]]) -> None:
    most = {name: mapping["ScalingConfig"]["MaximumConcurrency"] for name, mapping in mappings.items()}
    assert most["synpunkt-prod-sandbox-push"] * 10 <= most["synpunkt-prod-push"]


def test_each_queue_takes_messages_from_one_named_source_only(data: Stack, app: Stack) -> None:
    for stack in (data, app):
        for name, policy in stack.of_type("AWS::SQS::QueuePolicy").items():
            for statement in policy["PolicyDocument"]["Statement"]:
                assert statement["Action"] == "sqs:SendMessage", name
                sources = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
                for source in sources if isinstance(sources, list) else [sources]:
                    assert "prod" in source, name
                    assert "*" not in source, name


def test_everything_that_is_counted_wakes_somebody(app: Stack) -> None:
    counted = {
        (path.relative_to(ROOT / folder).parts[0] if folder == "functions" else "", metric)
        for folder in ("functions", "synpunkt")
        for path in (ROOT / folder).rglob("*.py")
        for metric in re.findall(r'count\("(\w+)"', path.read_text("utf-8"))
    }
    alarmed = {
        (each["Dimensions"][0]["Value"], each["MetricName"])
        for each in app.of_type("AWS::CloudWatch::Alarm").values()
        if each["Namespace"] == "Synpunkt"
    }
    for room, metric in counted:
        assert any(metric == name and room in (service, "") for service, name in alarmed), metric
