"""What an event that came in asks of the bridge. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import ValidationError

from events import DATA, Envelope, parse

MAX_EVENT = 256 * 1024
TAKE = "Take"
"""A message of ours: somebody has said that the case is to be sent after all (`python -m infra.bridge again`).

`claimed_at` says which claim came to nothing: what has been claimed since then is not sent by the same message.
"""
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


class Malformed(Exception):
    """It is no event of Synpunkt's; the message is a code. It goes to the dead letters at once."""

    is_code = True


class Asks(Enum):
    """What is to be done."""

    TAKE = "take"
    FOLLOW_AGAIN = "follow_again"
    STOP = "stop"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Asked:
    """What one event asks, of which case. `type`: only where it is one we know. `again`: in spite of the claim then."""

    asks: Asks
    case_id: str | None = None
    event_id: str | None = None
    type: str | None = None
    again: int | None = None


_COMES = {"CaseRouted", "CaseHandedOver", "HandOverReturned"}
_GOES = {"CaseHandedOver", "HandOverReturned", "CaseReferred"}


def unwrapped(body: str) -> Mapping[str, Any]:
    """The event in a message: as it is, as SNS wraps it, or as EventBridge does. Raises `Malformed`."""
    found = _object(body)
    if found.get("Type") == "Notification" and isinstance(found.get("Message"), str):
        found = _object(found["Message"])
    if "detail-type" in found and isinstance(found.get("detail"), dict):
        found = found["detail"]
    return found


def asked(event: Mapping[str, Any], mine: Collection[str]) -> Asked:
    """What the event asks of the bridge of these municipalities; types and fields that it does not know ask nothing.

    Raises `Malformed` when it is of a type we know and does not meet the contract.
    """
    type_ = event.get("type")
    if not isinstance(type_, str):
        raise Malformed("no_type")
    if type_ == TAKE and isinstance(case_id := event.get("case_id"), str) and _ULID.fullmatch(case_id):
        again = event.get("claimed_at")
        return Asked(Asks.TAKE, case_id, None, TAKE, again if isinstance(again, int) else None)
    if type_ not in DATA or event.get("test") is True:
        return Asked(Asks.NOTHING)
    try:
        envelope = parse(event)
    except ValidationError:
        raise Malformed("not_as_the_contract_says") from None
    return Asked(_asks(envelope, mine), envelope.case_id, envelope.event_id, envelope.type)


def _asks(event: Envelope, mine: Collection[str]) -> Asks:
    if event.type in _COMES and event.municipality in mine and _is_ours(event, mine):
        return Asks.TAKE
    if event.type in _GOES or event.type == "CaseResolved":
        return Asks.STOP
    return Asks.FOLLOW_AGAIN if event.type == "CaseReopened" else Asks.NOTHING


def _is_ours(event: Envelope, mine: Collection[str]) -> bool:
    """Whether the municipality has it itself, and not a body outside (`0583/tekniska`)."""
    to = event.data.get("to")
    return to is None or to in mine


def _object(text: str) -> dict[str, Any]:
    if len(text) > MAX_EVENT:
        raise Malformed("too_long")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("no_json") from None
    if not isinstance(found, dict):
        raise Malformed("no_object")
    return found
