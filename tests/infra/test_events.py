"""Events: one bus a stage, always a queue behind a rule, and only types that exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from events.catalogue import CATALOGUE
from infra.expand import Stack
from synpunkt.lifecycle import EventType

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def rules(app: Stack) -> dict[str, dict[str, Any]]:
    """Every rule by its name."""
    return {each["Name"].removeprefix("synpunkt-prod-"): each for each in app.of_type("AWS::Events::Rule").values()}


def test_every_rule_hands_over_to_one_queue_and_keeps_what_it_cannot(rules: dict[str, dict[str, Any]]) -> None:
    for name, rule in rules.items():
        [target] = rule["Targets"]
        assert target["Arn"] == f"arn:aws:sqs:eu-north-1:123456789012:synpunkt-prod-{name}", name
        assert target["DeadLetterConfig"]["Arn"].endswith(":synpunkt-prod-rules-dead"), name


def test_rules_listen_to_our_own_bus_and_source_and_to_types_that_exist(rules: dict[str, dict[str, Any]]) -> None:
    known = {each.value for each in EventType}
    for name, rule in rules.items():
        if "EventPattern" not in rule:
            continue
        assert rule["EventBusName"] == "synpunkt-prod", name
        assert rule["EventPattern"]["source"] == ["synpunkt"], name
        assert set(rule["EventPattern"].get("detail-type", ())) <= known, name


def test_every_event_reaches_the_municipalities_systems(rules: dict[str, dict[str, Any]]) -> None:
    for name in ("feed", "wake"):
        assert rules[name]["EventPattern"] == {"source": ["synpunkt"]}, name
    assert set(rules["deliver"]["EventPattern"]["detail-type"]) == {each.value for each in EventType}


def test_who_listens_to_what(rules: dict[str, dict[str, Any]]) -> None:
    assert rules["route"]["EventPattern"]["detail-type"] == ["ReportSubmitted"]
    for room in ("route", "deliver", "notify", "insight"):
        heard = {name for name, entry in CATALOGUE.items() if room in entry.listeners}
        assert set(rules[room]["EventPattern"]["detail-type"]) == heard, room
    assert rules["mask"]["EventPattern"]["detail-type"] == ["PhotoMaskAsked"]
    for clock in ("sweep", "upkeep"):
        assert rules[clock]["ScheduleExpression"] == "rate(1 minute)", clock
    assert rules["days"]["ScheduleExpression"] == "rate(1 hour)"


@pytest.mark.parametrize(
    ("function", "filtered"),
    [
        ("publish-on-stream", '{"eventName":["INSERT"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"E#"}]}}}}'),
        ("photo-on-forgotten", '{"eventName":["REMOVE"],"dynamodb":{"Keys":{"sk":{"S":["UPLOAD"]}}}}'),
    ],
)
def test_who_reads_the_stream_reads_its_own_only_and_never_blocks_for_ever(
    app: Stack, function: str, filtered: str
) -> None:
    mappings = {
        each["FunctionName"]: each
        for each in app.of_type("AWS::Lambda::EventSourceMapping").values()
        if not str(each["EventSourceArn"]).startswith("arn:aws:sqs:")
    }
    # A third reader would slow all of them down.
    assert len(mappings) == 2
    mapping = mappings[f"synpunkt-prod-{function}"]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FilterCriteria"]["Filters"] == [{"Pattern": filtered}]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 0 < mapping["MaximumRetryAttempts"] <= 100
    assert mapping["MaximumRecordAgeInSeconds"] < 24 * 3600
    # To S3 and not to a queue: only there the payload comes along.
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"].startswith("arn:aws:s3:::synpunkt-prod-failures")


def test_uploads_are_announced_to_the_photo_queue(data: Stack) -> None:
    quarantine = data.resources["QuarantineBucket"]["Properties"]
    [told] = quarantine["NotificationConfiguration"]["QueueConfigurations"]
    assert told == {"Event": "s3:ObjectCreated:*", "Queue": "arn:aws:sqs:eu-north-1:123456789012:synpunkt-prod-photo"}


def test_bounces_come_back(app: Stack) -> None:
    [destination] = app.of_type("AWS::SES::ConfigurationSetEventDestination").values()
    assert set(destination["EventDestination"]["MatchingEventTypes"]) == {"bounce", "complaint", "reject"}
    [subscription] = app.of_type("AWS::SNS::Subscription").values()
    assert subscription["Endpoint"].endswith(":synpunkt-prod-bounce")
    assert subscription["RawMessageDelivery"] is True
    assert subscription["RedrivePolicy"]["deadLetterTargetArn"].endswith(":synpunkt-prod-bounce-dead")


def test_mail_to_the_reply_domain_is_scanned_and_put_into_the_mail_bucket(app: Stack, local_app: Stack) -> None:
    [rules] = app.of_type("AWS::SES::ReceiptRuleSet").values()
    assert rules["RuleSetName"] == "synpunkt-prod"
    [receipt] = app.of_type("AWS::SES::ReceiptRule").values()
    rule = receipt["Rule"]
    assert (rule["Name"], rule["Enabled"], rule["ScanEnabled"]) == ("replies", True, True)
    assert rule["Recipients"] == ["mail.synpunkt.example"]
    assert rule["Actions"] == [{"S3Action": {"BucketName": "synpunkt-prod-mail-123456789012"}}]
    assert not local_app.of_type("AWS::SES::ReceiptRule")
