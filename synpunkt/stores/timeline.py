"""The story of a case as it is told to others, from where somebody left off."""

from __future__ import annotations

from typing import Any

from synpunkt.stores.dynamo import client, from_wire, to_wire
from synpunkt.stores.items import case_key


class TimelineStore:
    """Reads entries as they were written, without texts or anybody's contact data. `table`: the cases table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def after(self, case_id: str, sequence: int, *, limit: int) -> list[dict[str, Any]]:
        """At most `limit` entries behind that sequence, in order: one consistent read."""
        answer = client().query(
            TableName=self.table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues=to_wire(
                {":pk": case_key(case_id), ":first": f"E#{sequence + 1:06d}", ":last": "E#999999"}
            ),
            Limit=limit,
        )
        return [from_wire(item) for item in answer["Items"]]
