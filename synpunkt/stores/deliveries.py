"""One message per person, fact and channel: claimed before it is sent, and never sent twice on a guess."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError

from synpunkt.clock import from_iso, to_iso
from synpunkt.stores.dynamo import client, from_wire, get_item, to_wire

# Longer than any sender may run: a claim this old without an outcome belongs to a sender that died.
_LEASE = timedelta(seconds=45)
_KEEP = timedelta(days=400)


class ClaimState(StrEnum):
    """What became of a message."""

    CLAIMED = "claimed"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Claim:
    """A message to one recipient. `mine`: this process claimed it just now and must send it."""

    key: str
    state: ClaimState
    mine: bool = False
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """What a message was about, found by its message id."""

    key: str
    case_id: str
    recipient: str

    @property
    def fact(self) -> str:
        """What it told."""
        return self.key.split("#")[1]


class InFlight(Exception):
    """Another process claimed the message a moment ago and may still be sending it; try again later."""


class DeliveryStore:
    """Claims and outcomes. `table`: the name of the deliveries table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def claim(self, person: str, fact: str, channel: str, *, case_id: str, recipient: str, now: datetime) -> Claim:
        """Claims a message, or says what became of it before.

        `person`: keyed hash of the address. A claim that was left without an outcome becomes `unknown` here; the
        caller alarms and does not send. Raises `InFlight` while another sender may be at it.
        """
        key = f"{person}#{fact}#{channel}"
        item = {
            "pk": key,
            "sk": "CLAIM",
            "state": ClaimState.CLAIMED.value,
            "claimed_at": to_iso(now),
            "case_id": case_id,
            "recipient": recipient,
            "expires_at": int((now + _KEEP).timestamp()),
        }
        try:
            client().put_item(TableName=self.table, Item=to_wire(item), ConditionExpression="attribute_not_exists(pk)")
        except client().exceptions.ConditionalCheckFailedException:
            return self._found(key, now)
        return Claim(key, ClaimState.CLAIMED, mine=True)

    def record(self, claim: Claim, state: ClaimState, *, message_id: str | None = None) -> None:
        """Writes the outcome of a claim that this process holds."""
        self._set(claim.key, state, message_id)

    def release(self, claim: Claim) -> None:
        """Gives back a claim whose message was certainly not sent, so that it can be tried again."""
        client().delete_item(
            TableName=self.table,
            Key=to_wire({"pk": claim.key, "sk": "CLAIM"}),
            ConditionExpression="#state = :claimed",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=to_wire({":claimed": ClaimState.CLAIMED.value}),
        )

    def take_back(self, key: str) -> None:
        """Writes down that a message which seemed sent has not arrived, so that nobody counts on it again."""
        client().update_item(
            TableName=self.table,
            Key=to_wire({"pk": key, "sk": "CLAIM"}),
            UpdateExpression="SET #state = :refused",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=to_wire({":refused": ClaimState.REFUSED.value}),
        )

    def sent_message(self, message_id: str) -> SentMessage | None:
        """The message with that id; `None` when it is not one of ours."""
        answer = client().query(
            TableName=self.table,
            IndexName="by_message",
            KeyConditionExpression="message_id = :id",
            ExpressionAttributeValues=to_wire({":id": message_id}),
            Limit=1,
        )
        for row in map(from_wire, answer["Items"]):
            return SentMessage(row["pk"], row["case_id"], row["recipient"])
        return None

    def _found(self, key: str, now: datetime) -> Claim:
        item = get_item(self.table, key, "CLAIM")
        if item is None:
            raise InFlight(key)
        state = ClaimState(item["state"])
        if state is ClaimState.CLAIMED:
            if now - from_iso(item["claimed_at"]) < _LEASE:
                raise InFlight(key)
            state = ClaimState.UNKNOWN
            self._set(key, state, None)
        return Claim(key, state, message_id=item.get("message_id"))

    def _set(self, key: str, state: ClaimState, message_id: str | None) -> None:
        values: dict[str, Any] = {":state": state.value, ":claimed": ClaimState.CLAIMED.value}
        expression = "SET #state = :state"
        if message_id:
            values[":id"] = message_id
            expression += ", message_id = :id"
        try:
            client().update_item(
                TableName=self.table,
                Key=to_wire({"pk": key, "sk": "CLAIM"}),
                UpdateExpression=expression,
                ConditionExpression="#state = :claimed",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues=to_wire(values),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise InFlight(key) from error
