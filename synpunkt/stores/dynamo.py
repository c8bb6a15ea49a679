"""DynamoDB's wire format and its two kinds of "not now", in one place."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()

# Waits between tries of a transaction, seconds at most; a random part of each is slept (full jitter).
_BACKOFF = (0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6)
# What DynamoDB takes in one batch.
_KEYS_A_READ = 100
_ITEMS_A_WRITE = 25


class ConditionFailed(Exception):
    """A condition did not hold. `which`: the positions of the transaction's items whose condition failed."""

    def __init__(self, which: frozenset[int]) -> None:
        super().__init__(f"condition failed for items {sorted(which)}")
        self.which = which


class Busy(Exception):
    """The store was contended for longer than we are willing to wait; the caller may try again."""


@cache
def client() -> DynamoDBClient:
    """The one DynamoDB client of this process."""
    return boto3.client("dynamodb", config=Config(connect_timeout=2, read_timeout=5))


def to_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as DynamoDB takes it; floats become numbers, attributes that are `None` are left out."""
    return {name: _serializer.serialize(_with_decimals(value)) for name, value in item.items() if value is not None}


def from_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as Python values; numbers become `int` or `float`."""
    return {name: _with_numbers(_deserializer.deserialize(value)) for name, value in item.items()}


def get_item(table: str, pk: str, sk: str) -> dict[str, Any] | None:
    """One item, read consistently; `None` when there is none."""
    answer = client().get_item(TableName=table, Key=to_wire({"pk": pk, "sk": sk}), ConsistentRead=True)
    return from_wire(answer["Item"]) if "Item" in answer else None


def query_all(table: str, pk: str, *, prefix: str = "") -> Iterator[dict[str, Any]]:
    """Every item of a partition whose sort key starts with `prefix`, in key order, read consistently."""
    names: dict[str, Any] = {
        "TableName": table,
        "ConsistentRead": True,
        "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else ""),
        "ExpressionAttributeValues": to_wire({":pk": pk, ":prefix": prefix or None}),
    }
    for page in client().get_paginator("query").paginate(**names):
        yield from map(from_wire, page["Items"])


def batch_get(table: str, keys: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Those of the items (partition and sort key) that exist, in no order, read consistently; 100 keys a call.

    Raises `Busy` when the store leaves keys unanswered for about four seconds.
    """
    found: list[dict[str, Any]] = []
    for start in range(0, len(keys), _KEYS_A_READ):
        asked: list[Any] = [to_wire({"pk": pk, "sk": sk}) for pk, sk in keys[start : start + _KEYS_A_READ]]
        for wait in (*_BACKOFF, None):
            answer = client().batch_get_item(RequestItems={table: {"Keys": asked, "ConsistentRead": True}})
            found += map(from_wire, answer["Responses"].get(table, []))
            asked = list(answer["UnprocessedKeys"][table]["Keys"]) if answer["UnprocessedKeys"] else []
            if not asked:
                break
            if wait is None:
                raise Busy
            time.sleep(random.uniform(0, wait))
    return found


def batch_put(table: str, items: Iterable[Mapping[str, Any]]) -> None:
    """Writes the items, 25 a call; not all or none, so for items that nothing refers to yet.

    Raises `Busy` when the store refuses some for about four seconds.
    """
    requests: list[Any] = [{"PutRequest": {"Item": to_wire(item)}} for item in items]
    for start in range(0, len(requests), _ITEMS_A_WRITE):
        left = requests[start : start + _ITEMS_A_WRITE]
        for wait in (*_BACKOFF, None):
            answer = client().batch_write_item(RequestItems={table: left})
            left = list(answer["UnprocessedItems"].get(table, []))
            if not left:
                break
            if wait is None:
                raise Busy
            time.sleep(random.uniform(0, wait))


def transact(items: Sequence[Mapping[str, Any]]) -> None:
    """Writes all items or none.

    Raises `ConditionFailed` naming the items, or `Busy` after about four seconds of conflicts: botocore does not
    retry `TransactionConflict`, so this does, with jitter.
    """
    for wait in (*_BACKOFF, None):
        try:
            client().transact_write_items(TransactItems=list(items))  # type: ignore[arg-type]
        except ClientError as error:
            reasons = _cancellation_codes(error)
            if failed := frozenset(i for i, code in enumerate(reasons) if code == "ConditionalCheckFailed"):
                raise ConditionFailed(failed) from error
            if not _is_contention(error, reasons):
                raise
            if wait is None:
                raise Busy from error
            time.sleep(random.uniform(0, wait))
        else:
            return


def _cancellation_codes(error: ClientError) -> list[str]:
    response: Mapping[str, Any] = error.response
    return [reason.get("Code", "None") for reason in response.get("CancellationReasons", [])]


_PASSING = frozenset(
    {
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
        # Inside a cancelled transaction botocore does not see these, so it does not retry them either.
        "ThrottlingError",
        "ThrottlingException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    }
)


def _is_contention(error: ClientError, reasons: Sequence[str]) -> bool:
    return bool(_PASSING & {error.response["Error"]["Code"], *reasons})


def _with_decimals(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        return {name: _with_decimals(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_with_decimals(each) for each in value]
    return value


def _with_numbers(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _with_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_numbers(each) for each in value]
    return value
