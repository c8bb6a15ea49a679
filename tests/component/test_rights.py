"""What handlers do is held against their roles, so that a right that is missing is seen before the cloud refuses it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.component.rights import Rights

CASES = "synpunkt-test-cases"


def _key(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "x"}}


def _query(pk: str, **more: str) -> dict[str, Any]:
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}}}
    return {"TableName": CASES, **asked, **more}


def _written(*items: Any) -> dict[str, Any]:
    return {"TransactItems": [{kind: {"TableName": CASES, **one}} for kind, one in items]}


@pytest.mark.parametrize(
    ("operation", "asked", "missing"),
    [
        ("DeleteItem", {"TableName": CASES, "Key": _key("DRAFT#1")}, set()),
        ("DeleteItem", {"TableName": CASES, "Key": _key("C#1")}, {f"desk.api DeleteItem {CASES} C#"}),
        (
            "PutItem",
            {"TableName": "synpunkt-test-people", "Item": _key("C#1")},
            {"desk.api PutItem synpunkt-test-people C#"},
        ),
        ("Query", _query("C#1"), set()),
        ("Query", _query("D#1"), {f"desk.api Query {CASES} D#"}),
        ("Query", _query("0180", IndexName="inbox"), set()),
        ("Query", _query("0180", IndexName="due"), {f"desk.api Query {CASES}/index/due 0180"}),
        ("Scan", {"TableName": CASES}, {f"desk.api Scan {CASES}"}),
        ("BatchGetItem", {"RequestItems": {CASES: {"Keys": [_key("C#1"), _key("I#1")]}}}, set()),
        # One statement has to allow them all.
        (
            "BatchGetItem",
            {"RequestItems": {CASES: {"Keys": [_key("C#1"), _key("U#1")]}}},
            {f"desk.api BatchGetItem {CASES} C# U#"},
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {CASES: [{"PutRequest": {"Item": _key("C#1")}}, {"DeleteRequest": {"Key": _key("U#1")}}]}},
            {f"desk.api BatchWriteItem {CASES} C# U#"},
        ),
        ("TransactWriteItems", _written(("Put", {"Item": _key("S#1")}), ("Update", {"Key": _key("U#1")})), set()),
        (
            "TransactWriteItems",
            _written(("Put", {"Item": _key("C#1")}), ("ConditionCheck", {"Key": _key("R#1")})),
            {f"desk.api ConditionCheckItem {CASES} R#"},
        ),
    ],
)
def test_what_the_role_does_not_allow_is_noted(operation: str, asked: dict[str, Any], missing: set[str]) -> None:
    rights = Rights("test")
    rights.hold(operation, asked)
    assert rights.missing == set(), "what a test does itself is nobody's"
    with rights.of("desk.api"):
        rights.hold(operation, asked)
    assert rights.missing == missing


def test_inside_another_handler_its_own_role_counts() -> None:
    rights, asked = Rights("test"), {"TableName": CASES, "Key": _key("DRAFT#1")}
    with rights.of("desk.api"), rights.of("deliver.on_feed"):
        rights.hold("DeleteItem", asked)
    assert rights.missing == {f"deliver.on_feed DeleteItem {CASES} DRAFT#"}
