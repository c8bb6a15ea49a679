"""What a subscriber has got of each case, what waits for it, how it has been answering, and the log of every attempt.

Everything is kept for each subscription by itself, so one that fails is in nobody's way.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from synpunkt import clock
from synpunkt.clock import from_iso, to_iso
from synpunkt.push import Health
from synpunkt.stores.dynamo import ConditionFailed, client, from_wire, get_item, to_wire, transact

LOGGED_FOR = timedelta(days=30)
# Longer than whoever sends may run: a lease this old belongs to one that died.
_LEASE = timedelta(seconds=75)
# After so long a case is as good as new: whatever is said of it then is sent from where the subscription began.
_CURSOR_KEPT = timedelta(days=400)
_TRIES = 8
_STATE, _TRIAL = "STATE", "TRIAL"
TRIED_OUT_FOR = timedelta(minutes=2)
"""Longer than whoever tries an endpoint out may run: one this old got lost."""


class Contended(Exception):
    """Others changed the same item again and again; try again later."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that has something for the subscriber, to be looked at from `at` on."""

    case_id: str
    stamp: str

    @property
    def at(self) -> datetime:
        """When its time comes."""
        return from_iso(self.stamp)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the subscriber has got with a case. `sent`: the last sequence dealt with; `None`: nothing of it yet.

    `attempts`: failed ones of what is next. `reset_at`: when it was last asked to be sent again.
    """

    sent: int | None = None
    attempts: int = 0
    woken: int = 0
    reset_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the log: ids and numbers alone. `duration_ms`: of the whole exchange; `error`: a code of ours."""

    outcome: str
    event_id: str
    type: str
    case_id: str | None = None
    sequence: int | None = None
    attempt: int = 1
    status: int | None = None
    error: str | None = None
    duration_ms: int = 0
    at: str = ""
    attempt_id: str = field(default_factory=clock.new_id)


@dataclass(slots=True)
class Hold:
    """The right to send to a subscriber, for one at a time. `asked`: how often others wanted it meanwhile."""

    subscription_id: str
    token: str
    asked: int
    health: Health


class PushStore:
    """Reads and writes them. `table`: the name of the deliveries table."""

    def __init__(self, table: str) -> None:
        self.table = table

    # ---- waking ----------------------------------------------------------------------------------------------

    def wake(self, subscription_id: str, case_id: str, now: datetime) -> None:
        """Notes that a case has something for the subscriber; one that waits already keeps its time."""
        stamp = to_iso(now)
        for _ in range(_TRIES):
            fresh = self._update_cursor(
                subscription_id,
                case_id,
                "SET pending = :stamp, case_id = :case, expires_at = :expires ADD woken :one",
                "attribute_not_exists(pending)",
                {":stamp": stamp, ":case": case_id, ":expires": _expiry(now + _CURSOR_KEPT), ":one": 1},
            )
            try:
                transact([fresh, self._put_waiting(subscription_id, case_id, stamp)])
            except ConditionFailed:
                # It waits already. Whoever is sending sees that there is more.
                more = self._update_cursor(
                    subscription_id, case_id, "ADD woken :one", "attribute_exists(pending)", {":one": 1}
                )
                try:
                    transact([more])
                except ConditionFailed:
                    continue
            return
        raise Contended

    def waiting(self, subscription_id: str, *, until: datetime | None, limit: int) -> list[Waiting]:
        """Cases whose time has come by `until` (or, with `None`, whenever it comes), the longest due first."""
        last = f"P#{to_iso(until)}$" if until else "P$"
        answer = client().query(
            TableName=self.table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues=to_wire({":pk": _of(subscription_id), ":first": "P#", ":last": last}),
            Limit=limit,
        )
        keys = [str(from_wire(item)["sk"]).split("#") for item in answer["Items"]]
        return [Waiting(case_id, stamp) for _, stamp, case_id in keys]

    def cursor(self, subscription_id: str, case_id: str) -> Cursor:
        """How far the subscriber has got with the case."""
        item = get_item(self.table, _of(subscription_id), f"C#{case_id}") or {}
        return Cursor(
            sent=item.get("sent"),
            attempts=item.get("attempts", 0),
            woken=item.get("woken", 0),
            reset_at=from_iso(item["reset_at"]) if "reset_at" in item else None,
        )

    def rewind(self, subscription_id: str, case_id: str, before: int, *, asked: str, now: datetime) -> None:
        """Has the case sent again from after that sequence on. For whoever holds the subscription.

        `asked`: the id of what was asked for; by one the case goes back once, whatever was sent of it since.
        """
        item = get_item(self.table, _of(subscription_id), f"C#{case_id}") or {}
        if item.get("again") != asked or before < item["again_after"]:
            again = self._update_cursor(
                subscription_id,
                case_id,
                "SET sent = :sent, reset_at = :now, again = :again, again_after = :after, "
                "case_id = :case, expires_at = :expires",
                "attribute_not_exists(again) OR again <> :again OR again_after > :after",
                {
                    # It may be to be sent from further back already.
                    ":sent": min(before, item.get("sent", before)),
                    ":now": to_iso(now),
                    ":again": asked,
                    ":after": before,
                    ":case": case_id,
                    ":expires": _expiry(now + _CURSOR_KEPT),
                },
            )
            # The same message, brought twice.
            with suppress(ConditionFailed):
                transact([again])
            self._hurry(subscription_id, case_id, to_iso(now))
        self.wake(subscription_id, case_id, now)

    def _hurry(self, subscription_id: str, case_id: str, stamp: str) -> None:
        """One that waits for its next try has it now: whoever asks for it again has mended something."""
        item = get_item(self.table, _of(subscription_id), f"C#{case_id}") or {}
        before = item.get("pending")
        if before is None or before <= stamp:
            return
        sooner = self._update_cursor(
            subscription_id,
            case_id,
            "SET pending = :stamp REMOVE attempts",
            "pending = :before",
            {":stamp": stamp, ":before": before},
        )
        drop = self._drop_waiting(subscription_id, Waiting(case_id, before))
        with suppress(ConditionFailed):
            transact([sooner, drop, self._put_waiting(subscription_id, case_id, stamp)])

    # ---- what became of it -----------------------------------------------------------------------------------

    def dealt_with(self, subscription_id: str, attempt: Attempt, now: datetime) -> None:
        """Writes down that the subscriber has an event, or that it was given up: the next one of the case is next."""
        assert attempt.case_id is not None
        on = self._update_cursor(
            subscription_id,
            attempt.case_id,
            "SET sent = :sent, expires_at = :expires REMOVE attempts",
            "attribute_exists(pk)",
            {":sent": attempt.sequence, ":expires": _expiry(now + _CURSOR_KEPT)},
        )
        transact([on, self._put_attempt(subscription_id, attempt, now)])

    def failed(self, hold: Hold, waiting: Waiting, attempt: Attempt, health: Health, again: datetime) -> None:
        """Writes down an attempt that failed, and when the case is looked at again."""
        now, stamp = clock.now(), to_iso(again)
        later = self._update_cursor(
            hold.subscription_id,
            waiting.case_id,
            "SET pending = :stamp, attempts = :attempts",
            "attribute_exists(pk)",
            {":stamp": stamp, ":attempts": attempt.attempt},
        )
        items = [
            later,
            self._put_attempt(hold.subscription_id, attempt, now),
            self._health(hold.subscription_id, health),
        ]
        if stamp != waiting.stamp:
            items += [
                self._drop_waiting(hold.subscription_id, waiting),
                self._put_waiting(hold.subscription_id, waiting.case_id, stamp),
            ]
        transact(items)
        hold.health = health

    def recovered(self, hold: Hold) -> None:
        """Writes down that the subscriber answers again."""
        hold.health = Health()
        self.answers(hold.subscription_id)

    def answers(self, subscription_id: str) -> None:
        """Writes down that the subscriber has just answered as it should: whatever failed before counts no more."""
        # Who was never sent anything has nothing to forget.
        with suppress(ConditionFailed):
            transact([self._health(subscription_id, Health())])

    def done(self, subscription_id: str, waiting: Waiting, seen: Cursor, reached: int) -> bool:
        """The case has nothing more for the subscriber, who is past the sequence `reached` now.

        `False` when it was woken since it was looked at: then it waits on.
        """
        rest = self._update_cursor(
            subscription_id,
            waiting.case_id,
            "SET sent = :sent REMOVE pending, attempts",
            "woken = :woken",
            {":woken": seen.woken, ":sent": reached},
        )
        try:
            transact([rest, self._drop_waiting(subscription_id, waiting)])
        except ConditionFailed:
            return False
        return True

    def forget(self, subscription_id: str, waiting: Waiting) -> None:
        """Takes a case from what waits, whether or not there is something for the subscriber."""
        rest = self._update_cursor(
            subscription_id, waiting.case_id, "REMOVE pending, attempts", "attribute_exists(pk)", {}
        )
        transact([rest, self._drop_waiting(subscription_id, waiting)])

    def log(self, subscription_id: str, attempt: Attempt, now: datetime) -> None:
        """Writes down an attempt that is about no case, such as a test."""
        transact([self._put_attempt(subscription_id, attempt, now)])

    def attempts(self, subscription_id: str, *, before: str | None, limit: int) -> list[Attempt]:
        """The newest attempts; `before`: the id of one, exclusive."""
        condition, values = "pk = :pk AND begins_with(sk, :prefix)", {":prefix": "A#"}
        if before is not None:
            condition, values = (
                "pk = :pk AND sk BETWEEN :prefix AND :before",
                {":prefix": "A#", ":before": f"A#{before}"},
            )
        answer = client().query(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=to_wire({":pk": _log(subscription_id), **values}),
            ScanIndexForward=False,
            Limit=limit + 1,
        )
        found = [_attempt(from_wire(item)) for item in answer["Items"]]
        return [each for each in found if each.attempt_id != before][:limit]

    # ---- one at a time ---------------------------------------------------------------------------------------

    def take(self, subscription_id: str, now: datetime) -> Hold | None:
        """The right to send to the subscriber; `None` when another has it, who will look once more."""
        for _ in range(_TRIES):
            hold = self._taken(subscription_id, now)
            if hold is not None:
                return hold
            ask = self._update_state(
                subscription_id, "ADD asked :one", "lease_until >= :now", {":one": 1, ":now": to_iso(now)}
            )
            try:
                transact([ask])
            except ConditionFailed:
                continue
            return None
        raise Contended

    def release(self, hold: Hold) -> bool:
        """Gives the right back; `False` when others asked meanwhile: whoever has it then looks once more."""
        rest = self._update_state(
            hold.subscription_id,
            "REMOVE lease, lease_until",
            "lease = :lease AND asked = :asked",
            {":lease": hold.token, ":asked": hold.asked},
        )
        try:
            transact([rest])
        except ConditionFailed:
            item = get_item(self.table, _of(hold.subscription_id), _STATE) or {}
            if item.get("lease") != hold.token:
                return True
            hold.asked = item["asked"]
            return False
        return True

    def let_go(self, hold: Hold) -> None:
        """Gives the right back after something went wrong; who asked meanwhile is heard by the next try."""
        rest = self._update_state(
            hold.subscription_id, "REMOVE lease, lease_until", "lease = :lease", {":lease": hold.token}
        )
        try:
            transact([rest])
        except ConditionFailed:
            # Its time was over, and somebody else has it.
            return

    def end(self, hold: Hold) -> None:
        """Forgets how a subscriber has been answering that is none any more, and whose turn it is with it."""
        delete = {
            "TableName": self.table,
            "Key": to_wire({"pk": _of(hold.subscription_id), "sk": _STATE}),
            "ConditionExpression": "lease = :lease",
            "ExpressionAttributeValues": to_wire({":lease": hold.token}),
        }
        # Whoever has it now sees for themselves that there is no such subscription.
        with suppress(ConditionFailed):
            transact([{"Delete": delete}])

    def health(self, subscription_id: str) -> Health:
        """How the subscriber has been answering."""
        return _health(get_item(self.table, _of(subscription_id), _STATE) or {})

    def report(self, subscription_id: str) -> Mapping[str, Any] | None:
        """What the last conformance check found; `None` before the first."""
        item = get_item(self.table, _of(subscription_id), "CHECK")
        return item["report"] if item else None

    def keep_report(self, subscription_id: str, report: Mapping[str, Any], now: datetime) -> None:
        """Keeps what a conformance check found, in the place of the one before, for 30 days."""
        item = {"pk": _of(subscription_id), "sk": "CHECK", "report": report, "expires_at": _expiry(now + LOGGED_FOR)}
        client().put_item(TableName=self.table, Item=to_wire(item))

    # ---- trying it out ---------------------------------------------------------------------------------------

    def begin_trial(self, subscription_id: str, now: datetime) -> timedelta | None:
        """Notes that the subscriber's endpoint is being tried out.

        Where it already is, nothing is noted, and this tells how long it may last.
        """
        until = now + TRIED_OUT_FOR
        item = {
            "pk": _of(subscription_id),
            "sk": _TRIAL,
            "lease_until": to_iso(until),
            "expires_at": _expiry(until),
        }
        try:
            client().put_item(
                TableName=self.table,
                Item=to_wire(item),
                ConditionExpression="attribute_not_exists(pk) OR lease_until < :now",
                ExpressionAttributeValues=to_wire({":now": to_iso(now)}),
            )
        except client().exceptions.ConditionalCheckFailedException:
            held = get_item(self.table, _of(subscription_id), _TRIAL)
            # It may have ended this very moment.
            return from_iso(held["lease_until"]) - now if held else timedelta(seconds=1)
        return None

    def end_trial(self, subscription_id: str) -> None:
        """The endpoint has been tried out, and may be once more."""
        key = {"pk": _of(subscription_id), "sk": _TRIAL}
        client().delete_item(TableName=self.table, Key=to_wire(key))

    def _taken(self, subscription_id: str, now: datetime) -> Hold | None:
        token = clock.new_id()
        try:
            answer = client().update_item(
                TableName=self.table,
                Key=to_wire({"pk": _of(subscription_id), "sk": _STATE}),
                UpdateExpression="SET lease = :lease, lease_until = :until, asked = if_not_exists(asked, :zero)",
                ConditionExpression="attribute_not_exists(lease_until) OR lease_until < :now",
                ExpressionAttributeValues=to_wire(
                    {":lease": token, ":until": to_iso(now + _LEASE), ":now": to_iso(now), ":zero": 0}
                ),
                ReturnValues="ALL_NEW",
            )
        except client().exceptions.ConditionalCheckFailedException:
            return None
        item = from_wire(answer["Attributes"])
        return Hold(subscription_id, token, item["asked"], _health(item))

    # ---- parts -----------------------------------------------------------------------------------------------

    def _health(self, subscription_id: str, health: Health) -> Mapping[str, Any]:
        times = {
            "failing_since": health.failing_since,
            "last_failure": health.last_failure,
            "open_until": health.open_until,
        }
        told = {name: to_iso(time) for name, time in times.items() if time}
        values: dict[str, Any] = {"failures": health.failures, **told}
        if health.last_case:
            values["last_case"] = health.last_case
        gone = [name for name in (*times, "last_case") if name not in values]
        expression = "SET " + ", ".join(f"{name} = :{name}" for name in values)
        if gone:
            expression += " REMOVE " + ", ".join(gone)
        values = {f":{name}": value for name, value in values.items()}
        return self._update_state(subscription_id, expression, "attribute_exists(pk)", values)

    def _update_cursor(
        self, subscription_id: str, case_id: str, expression: str, condition: str, values: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        return self._update(subscription_id, f"C#{case_id}", expression, condition, values)

    def _update_state(
        self, subscription_id: str, expression: str, condition: str, values: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        return self._update(subscription_id, _STATE, expression, condition, values)

    def _update(
        self, subscription_id: str, sk: str, expression: str, condition: str, values: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        update: dict[str, Any] = {
            "TableName": self.table,
            "Key": to_wire({"pk": _of(subscription_id), "sk": sk}),
            "UpdateExpression": expression,
            "ConditionExpression": condition,
        }
        if values:
            update["ExpressionAttributeValues"] = to_wire(values)
        return {"Update": update}

    def _put_waiting(self, subscription_id: str, case_id: str, stamp: str) -> Mapping[str, Any]:
        # Not for ever: the subscription may have been taken away at this very moment.
        expires = _expiry(from_iso(stamp) + _CURSOR_KEPT)
        item = {"pk": _of(subscription_id), "sk": f"P#{stamp}#{case_id}", "expires_at": expires}
        return {"Put": {"TableName": self.table, "Item": to_wire(item)}}

    def _drop_waiting(self, subscription_id: str, waiting: Waiting) -> Mapping[str, Any]:
        key = {"pk": _of(subscription_id), "sk": f"P#{waiting.stamp}#{waiting.case_id}"}
        return {"Delete": {"TableName": self.table, "Key": to_wire(key)}}

    def _put_attempt(self, subscription_id: str, attempt: Attempt, now: datetime) -> Mapping[str, Any]:
        item = {
            "pk": _log(subscription_id),
            "sk": f"A#{attempt.attempt_id}",
            "at": to_iso(now),
            "outcome": attempt.outcome,
            "event_id": attempt.event_id,
            "type": attempt.type,
            "case_id": attempt.case_id,
            "sequence": attempt.sequence,
            "attempt": attempt.attempt,
            "status": attempt.status,
            "error": attempt.error,
            "duration_ms": attempt.duration_ms,
            "expires_at": _expiry(now + LOGGED_FOR),
        }
        return {"Put": {"TableName": self.table, "Item": to_wire(item)}}


def _of(subscription_id: str) -> str:
    return f"PUSH#{subscription_id}"


def _log(subscription_id: str) -> str:
    return f"PUSHLOG#{subscription_id}"


def _expiry(moment: datetime) -> int:
    return int(moment.timestamp())


def _health(item: Mapping[str, Any]) -> Health:
    times = {name: from_iso(item[name]) for name in ("failing_since", "last_failure", "open_until") if item.get(name)}
    return Health(failures=item.get("failures", 0), last_case=item.get("last_case"), **times)


def _attempt(item: Mapping[str, Any]) -> Attempt:
    names = ("outcome", "event_id", "type", "case_id", "sequence", "attempt", "status", "error", "duration_ms", "at")
    return Attempt(attempt_id=item["sk"].partition("#")[2], **{name: item[name] for name in names if name in item})
