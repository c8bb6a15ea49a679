"""What a sandbox would have sent to people, kept for those who try it: 7 days, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from synpunkt.clock import from_iso, to_iso
from synpunkt.stores.dynamo import client, from_wire, to_wire

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that nobody got. `message_id`: a ULID; `channel`: `email`."""

    message_id: str
    at: datetime
    channel: str
    to: str
    subject: str
    text: str
    case_id: str


class UnsentStore:
    """Keeps and reads them. `table`: the name of the deliveries table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def keep(self, code: str, unsent: Unsent) -> None:
        """Keeps a message of that sandbox."""
        item: dict[str, Any] = {
            "pk": _partition(code),
            "sk": unsent.message_id,
            "at": to_iso(unsent.at),
            "channel": unsent.channel,
            "to": unsent.to,
            "subject": unsent.subject,
            "text": unsent.text,
            "case_id": unsent.case_id or None,
            "expires_at": int((unsent.at + KEPT).timestamp()),
        }
        client().put_item(TableName=self.table, Item=to_wire(item))

    def latest(self, code: str, *, now: datetime, limit: int) -> list[Unsent]:
        """The newest of that sandbox's, the newest first: one read."""
        answer = client().query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            # DynamoDB deletes what has expired when it gets to it.
            FilterExpression="expires_at > :now",
            ExpressionAttributeValues=to_wire({":pk": _partition(code), ":now": int(now.timestamp())}),
            ScanIndexForward=False,
            Limit=limit,
        )
        return [_unsent(from_wire(item)) for item in answer["Items"]]


def _partition(code: str) -> str:
    return f"UNSENT#{code}"


def _unsent(item: dict[str, Any]) -> Unsent:
    words = {name: str(item[name]) for name in ("channel", "to", "subject", "text")}
    return Unsent(item["sk"], from_iso(item["at"]), case_id=item.get("case_id", ""), **words)
