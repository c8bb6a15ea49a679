"""The timeline as outbox: which entries have not reached the bus, and the mark that says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ulid import ULID

from synpunkt.stores.dynamo import client, from_wire, to_wire
from synpunkt.stores.items import JOURNAL_SHARDS, unpublished_partition

_BATCH = 100


class OutboxStore:
    """Reads what is to be published. `table`: the name of the cases table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def mark_published(self, pk: str, sk: str) -> None:
        """Takes the `unpublished` mark off an entry; nothing else of an entry ever changes."""
        client().update_item(
            TableName=self.table,
            Key=to_wire({"pk": pk, "sk": sk}),
            UpdateExpression="REMOVE unpublished_pk, unpublished_sk",
            ConditionExpression="attribute_exists(pk)",
        )

    def unpublished(self, *, before: datetime) -> Iterator[list[dict[str, Any]]]:
        """Entries accepted before `before` and still marked, in batches of at most 100, oldest first per shard."""
        newest = str(ULID.from_datetime(before))
        for shard in range(JOURNAL_SHARDS):
            yield from self._entries("unpublished", unpublished_partition(shard), newest)

    def journal(self, hour: str) -> Iterator[list[dict[str, Any]]]:
        """All entries of an hour, `2026-11-21T23`, for replay and export."""
        for shard in range(JOURNAL_SHARDS):
            yield from self._entries("journal", f"{hour}#{shard:02d}", None)

    def _entries(self, index: str, partition: str, newest: str | None) -> Iterator[list[dict[str, Any]]]:
        pages = (
            client()
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                IndexName=index,
                KeyConditionExpression=f"{index}_pk = :pk" + (f" AND {index}_sk < :newest" if newest else ""),
                ExpressionAttributeValues=to_wire({":pk": partition, ":newest": newest}),
                PaginationConfig={"PageSize": _BATCH},
            )
        )
        for page in pages:
            keys = [{"pk": item["pk"], "sk": item["sk"]} for item in page["Items"]]
            if keys:
                yield self._get(keys)

    def _get(self, keys: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        request: Any = {self.table: {"Keys": list(keys), "ConsistentRead": True}}
        while request:
            answer = client().batch_get_item(RequestItems=request)
            found.extend(map(from_wire, answer["Responses"].get(self.table, [])))
            request = answer.get("UnprocessedKeys")
        return sorted(found, key=lambda item: str(item["event_id"]))
