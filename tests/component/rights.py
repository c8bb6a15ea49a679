"""What a handler does in DynamoDB, held against its role in the template: the emulator does not know leading keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from infra.expand import resolved

# What a call touches: the action as IAM names it, the table or index, and the partition keys.
Touched = tuple[str, str, set[str]]


@dataclass
class Rights:
    """Notes in `missing` each call of a handler that its role refuses, as `desk.api DeleteItem cases DRAFT#`."""

    stage: str
    handler: str | None = None
    missing: set[str] = field(default_factory=set)

    @contextmanager
    def of(self, handler: str | None) -> Iterator[None]:
        """Whose role counts inside; `None`: the test's own doing, which may be anything."""
        before, self.handler = self.handler, handler
        try:
            yield
        finally:
            self.handler = before

    def takes_logins(self, handler: str) -> bool:
        """Whether the template tells the function of the user pool; one that it does not takes keys alone."""
        return "USER_POOL_ID" in _functions(self.stage)[handler].variables

    def hold(self, operation: str, arguments: Mapping[str, Any]) -> None:
        """Holds one call of DynamoDB against the role of whoever is at it."""
        if self.handler is None:
            return
        for action, resource, keys in _touched(operation, arguments):
            if not any(
                _allows(each, action, resource, keys) for each in _functions(self.stage)[self.handler].statements
            ):
                kinds = sorted({re.sub(r"#.*", "#", key) for key in keys})
                self.missing.add(" ".join((self.handler, action, resource, *kinds)))


def _touched(operation: str, asked: Mapping[str, Any]) -> Iterator[Touched]:
    match operation:
        case "TransactWriteItems" | "TransactGetItems":
            for each in asked["TransactItems"]:
                [(kind, one)] = each.items()
                yield from _touched(f"{kind}Item", one)
        case "BatchGetItem":
            for table, wanted in asked["RequestItems"].items():
                yield operation, table, {_partition(each) for each in wanted["Keys"]}
        case "BatchWriteItem":
            for table, requests in asked["RequestItems"].items():
                yield operation, table, {_partition(_written(each)) for each in requests}
        case "Query":
            index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
            yield operation, asked["TableName"] + index, {_asked_for(asked)}
        case "Scan":
            yield operation, asked["TableName"], set()
        case _:
            yield operation, asked["TableName"], {_partition(asked.get("Item") or asked["Key"])}


def _written(request: Mapping[str, Any]) -> Mapping[str, Any]:
    item: Mapping[str, Any] = (
        request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
    )
    return item


def _partition(item: Mapping[str, Any]) -> str:
    return str(item["pk"]["S"])


def _asked_for(query: Mapping[str, Any]) -> str:
    """The partition comes first in every condition of ours."""
    placed = re.match(r"\w+ = (:\w+)", query["KeyConditionExpression"])
    assert placed, query["KeyConditionExpression"]
    return str(query["ExpressionAttributeValues"][placed[1]]["S"])


def _allows(statement: Mapping[str, Any], action: str, resource: str, keys: set[str]) -> bool:
    """As IAM decides: one statement has to allow all of it. Other conditions than on keys are not looked at here."""
    if f"dynamodb:{action}" not in _listed(statement["Action"]):
        return False
    if not any(each.endswith(f":table/{resource}") for each in _listed(statement["Resource"])):
        return False
    patterns = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
    return all(any(fnmatchcase(key, pattern) for pattern in patterns) for key in keys)


@dataclass(frozen=True)
class _Function:
    """What the template says of a function: its role's statements, and the names of its variables."""

    statements: list[dict[str, Any]]
    variables: frozenset[str]


@cache
def _functions(stage: str) -> dict[str, _Function]:
    """By the handler's name, as tests call it."""
    app = resolved("app", stage)
    return {
        function["Handler"].removeprefix("functions.").removesuffix(".handler"): _Function(
            [
                statement
                for policy in app.resources[function["Role"].removesuffix(".Arn")]["Properties"]["Policies"]
                for statement in policy["PolicyDocument"]["Statement"]
            ],
            frozenset(function["Environment"]["Variables"]),
        )
        for function in app.of_type("AWS::Lambda::Function").values()
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
