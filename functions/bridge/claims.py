"""What the bridge remembers: one item per case. It is claimed before it is sent, so that no event makes two.

| state | means |
|---|---|
| claimed | it is being sent; long after, nobody knows whether it was |
| sent | the back office has it |
| unknown | nobody knows whether it was sent: a person finds out, and says so |
| refused | the back office said no |

An item has `open` while the schedule looks at it, and `attention` while a person should.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

T = TypeVar("T")
KEPT_SECONDS = 400 * 24 * 3600
"""For so long a case is remembered after it was last looked at."""
_OPEN = "1"
CAME_TO_NOTHING = ("unknown", "refused")
"""The states of which a person may find that nothing was made."""
NOT_ALLOWED = "not_allowed"
"""The code of what Synpunkt's key may not say."""


class Replayed(Exception):
    """That message has been taken already."""


@dataclass(frozen=True, slots=True)
class Held:
    """One case. `heard`: the back office's last word, the `heard_no`th; `told_no`: up to which Synpunkt has been told.

    Times are seconds since 1970.
    """

    case_id: str
    reference: str
    state: str
    claimed_at: int
    number: str | None = None
    token: str | None = None
    number_told: bool = False
    heard: str | None = None
    heard_no: int = 0
    told_no: int = 0
    open: str | None = None
    attention: str | None = None
    said: str | None = None

    @property
    def untold(self) -> bool:
        """Whether there is something that Synpunkt does not know yet."""
        return (self.number is not None and not self.number_told) or self.heard_no > self.told_no


@dataclass(frozen=True, slots=True)
class Claims:
    """The table. `client`: DynamoDB's."""

    client: Any
    table: str

    def find(self, case_id: str) -> Held | None:
        """The case as it is now."""
        found = self.client.get_item(TableName=self.table, Key=_key(case_id), ConsistentRead=True).get("Item")
        return _held(found) if found else None

    def by_number(self, number: str) -> Held | None:
        """The case with that number in the back office."""
        [*found] = self._queried("number", number, 1)
        return self.find(found[0].case_id) if found else None

    def claim(self, case_id: str, reference: str, now: int) -> bool:
        """Whether it is ours to send: nobody else has claimed it."""
        item = {
            "reference": reference,
            "state": "claimed",
            "claimed_at": now,
            "heard_no": 0,
            "told_no": 0,
            "open": _OPEN,
            "looked_at": now,
            "expires_at": now + KEPT_SECONDS,
        }
        return self._tried(
            "put_item",
            Item={**_key(case_id), **_wire(item)},
            ConditionExpression="attribute_not_exists(pk)",
        )

    def release(self, case_id: str) -> None:
        """Nothing was sent after all: whoever comes next may."""
        self._gone(case_id, {"state": "claimed"})

    def give_up(self, case_id: str, claimed_at: int) -> None:
        """A person has found that nothing came of the claim of that time; a later one, or one that did well, stays."""
        for state in CAME_TO_NOTHING:
            self._gone(case_id, {"state": state, "claimed_at": claimed_at})

    def sent(self, case_id: str, number: str | None, token: str | None) -> None:
        """The back office has it."""
        self._changed(case_id, {"state": "sent", "number": number, "token": token}, {"state": "claimed"})

    def failed(self, case_id: str, state: str, code: str, said: str) -> None:
        """It was refused, or nobody knows. `code` says which of our own; `said`: the back office's words."""
        self._changed(case_id, {"state": state, **_asks(code, said), "open": None}, {"state": "claimed"})

    def numbered(self, case_id: str, number: str) -> bool:
        """Its number became known; what is not certain about it is, by that. Answers no where it has one."""
        facts = {"state": "sent", "number": number, "token": None, "open": _OPEN, "attention": None, "said": None}
        return self._changed(case_id, facts, {"number": None})

    def number_told(self, case_id: str, number: str) -> None:
        """Synpunkt knows its number."""
        self._changed(case_id, {"number_told": True}, {"number": number})

    def hear(self, held: Held, word: str, message_id: str | None = None, now: int = 0) -> bool:
        """Keeps the back office's word; answers no when another was kept since `held` was read.

        Raises `Replayed` when the message has been taken already: both are done, or neither.
        """
        is_news = word != held.heard
        facts = {"heard": word, "heard_no": held.heard_no + is_news} | ({"open": _OPEN} if is_news else {})
        change = self._change(held.case_id, facts, {"heard_no": held.heard_no})
        if message_id is None:
            return self._tried("update_item", **change)
        guard = {"pk": {"S": f"MSG#{message_id}"}, "expires_at": {"N": str(now + 3600)}}
        once = {"TableName": self.table, "Item": guard, "ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self.client.transact_write_items(
                TransactItems=[{"Put": once}, {"Update": {"TableName": self.table, **change}}]
            )
        except self.client.exceptions.TransactionCanceledException as error:
            codes = [each.get("Code") for each in error.response["CancellationReasons"]]
            if codes[0] == "ConditionalCheckFailed":
                raise Replayed from None
            if codes[1] == "ConditionalCheckFailed" or "TransactionConflict" in codes:
                return False
            raise
        return True

    def told(self, held: Held, *, closed: bool) -> None:
        """Synpunkt knows the last word of `held`."""
        facts: dict[str, Any] = {"told_no": held.heard_no, "attention": None, "said": None}
        self._changed(held.case_id, facts | ({"open": None} if closed else {}), {"heard_no": held.heard_no})

    def attention(self, case_id: str, code: str, said: str = "") -> None:
        """A person should look at it."""
        self._changed(case_id, _asks(code, said), {})

    def attention_if_none(self, case_id: str, code: str, said: str = "") -> None:
        """A person should look at it, unless there is something else to look at already."""
        self._changed(case_id, _asks(code, said), {"attention": None})

    def over(self, case_id: str, code: str) -> None:
        """What a person should have looked at because of that code has come right by itself."""
        self._changed(case_id, {"attention": None, "said": None}, {"attention": code})

    def settled(self, held: Held) -> bool:
        """A person has, and said themselves what the key may not. Answers no when it is about something else by now."""
        facts: dict[str, Any] = {"attention": None, "said": None}
        if held.attention == NOT_ALLOWED:
            facts |= {"told_no": held.heard_no, "number_told": held.number is not None}
        return self._changed(held.case_id, facts, {"attention": held.attention})

    def follow(self, case_id: str, *, on: bool) -> None:
        """Whether the schedule looks at it."""
        self._changed(case_id, {"open": _OPEN if on else None}, {})

    def looked(self, case_id: str, now: int) -> None:
        """It was looked at now: others come first next time."""
        self._changed(case_id, {"looked_at": now, "expires_at": now + KEPT_SECONDS}, {})

    def due(self, most: int) -> list[Held]:
        """Those that were not looked at for longest."""
        return list(self._queried("open", _OPEN, most))

    def needing_attention(self, code: str, most: int) -> list[Held]:
        """Those a person should look at because of that code."""
        return list(self._queried("attention", code, most))

    def _queried(self, index: str, value: str, most: int) -> Iterator[Held]:
        answer = self.client.query(
            TableName=self.table,
            IndexName=index,
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": index},
            ExpressionAttributeValues={":value": {"S": value}},
            Limit=most,
        )
        yield from map(_held, answer["Items"])

    def _gone(self, case_id: str, as_it_was: dict[str, Any]) -> None:
        self._tried("delete_item", Key=_key(case_id), **_conditions(as_it_was))

    def _changed(self, case_id: str, facts: dict[str, Any], as_it_was: dict[str, Any]) -> bool:
        return self._tried("update_item", **self._change(case_id, facts, as_it_was))

    def _change(self, case_id: str, facts: dict[str, Any], as_it_was: dict[str, Any]) -> dict[str, Any]:
        """Sets what has a value, takes away what has none; only on a case we have, and as it was."""
        kept = {name: value for name, value in facts.items() if value is not None}
        gone = [f"#{name}" for name, value in facts.items() if value is None]
        sets = ", ".join(f"#{name} = :{name}" for name in kept)
        expression = " ".join([f"SET {sets}" if sets else "", f"REMOVE {', '.join(gone)}" if gone else ""]).strip()
        conditions = _conditions(as_it_was)
        names = {f"#{name}": name for name in facts} | conditions.pop("ExpressionAttributeNames")
        values = _wire({f":{name}": value for name, value in kept.items()})
        values |= conditions.pop("ExpressionAttributeValues", {})
        change = {"Key": _key(case_id), "UpdateExpression": expression, "ExpressionAttributeNames": names, **conditions}
        return change | ({"ExpressionAttributeValues": values} if values else {})

    def _tried(self, call: str, **arguments: Any) -> bool:
        try:
            getattr(self.client, call)(TableName=self.table, **arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _conditions(as_it_was: dict[str, Any]) -> dict[str, Any]:
    parts = ["attribute_exists(#pk)"]
    parts += [
        f"attribute_not_exists(#{name})" if value is None else f"#{name} = :was_{name}"
        for name, value in as_it_was.items()
    ]
    values = _wire({f":was_{name}": value for name, value in as_it_was.items() if value is not None})
    return {
        "ConditionExpression": " AND ".join(parts),
        "ExpressionAttributeNames": {"#pk": "pk", **{f"#{name}": name for name in as_it_was}},
        **({"ExpressionAttributeValues": values} if values else {}),
    }


def _asks(code: str, said: str) -> dict[str, Any]:
    return {"attention": code, "said": said[:300] or None}


def _key(case_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"CASE#{case_id}"}}


def _wire(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in facts.items()}


def _held(item: dict[str, Any]) -> Held:
    found = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
    case_id = str(found.pop("pk")).removeprefix("CASE#")
    numbers = {"claimed_at", "heard_no", "told_no"}
    facts: dict[str, Any] = {name: found[name] for name in found.keys() & _FIELDS}
    facts |= {name: int(facts[name]) for name in facts.keys() & numbers}
    return Held(case_id=case_id, **facts)


_FIELDS = {each for each in Held.__slots__ if each != "case_id"}
