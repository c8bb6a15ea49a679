"""An update of mySociety's extension as ours: its statuses by name, its description as the answer."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from functions.desk.systems.system_models import UpdateIn
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.http.forms import Form
from synpunkt.http.open311 import SAME_WITHIN_SECONDS, moment, with_links
from synpunkt.http.validation import validated
from synpunkt.identity import canonical_fingerprint, is_valid_key
from synpunkt.lifecycle import Case, Status

# What a system may call a case, and what that is here; `closed` is read as those who wrote the extension read it.
_OPEN = frozenset({"open", "confirmed", "acknowledged", "reopen", "reopened"})
_STARTED = frozenset({"in_progress", "investigating", "internal_referral"})
_PLANNED = frozenset({"action_scheduled", "planned"})
_CLOSED = {
    **dict.fromkeys(("closed", "fixed", "fixed_-_council"), "fixed"),
    **dict.fromkeys(("no_further_action", "no_council_action", "unable_to_fix", "wont_fix"), "no_action"),
    **dict.fromkeys(("not_councils_responsibility", "not_responsible"), "not_responsible"),
    "duplicate": "duplicate",
}
_NOT_SEEN = frozenset({Status.ROUTED, Status.DELIVERED})


def update_of(form: Form, case: Case, language: str) -> UpdateIn | None:
    """What is new about the case; `None` when it says nothing that is not so already.

    A status that the extension does not have is the system's own, and is looked up. Raises `Problem` (400) for a date
    that is none.
    """
    if written := form.get("updated_datetime"):
        moment(written, "updated_datetime")
    words, status = form.get("description"), (form.get("status") or "").lower().replace(" ", "_")
    if words is not None:
        words = with_links(words, form.fields.get("media_url", []), language)
    if not status and words is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_request", [("description", "missing", {})])
    asked = _asked(form, case, status, words)
    if not asked:
        return None
    return validated(UpdateIn, asked)


def said(form: Form) -> dict[str, Any]:
    """What the form says of the case, as it was sent."""
    fields = ("status", "description", "planned_for", "duplicate_of")
    return {**{each: form.get(each) for each in fields}, "media_url": form.fields.get("media_url", [])}


def again(form: Form, header: str | None) -> str:
    """The Idempotency-Key: as sent, or of the update's own id, or of all that it says within some minutes.

    Raises `Problem` (400) for a header that cannot be one.
    """
    if header is not None:
        if not is_valid_key(header):
            raise Problem(HTTPStatus.BAD_REQUEST, "idempotency_key_invalid")
        return header
    told: Any = {name: values for name, values in form.fields.items() if name != "api_key"}
    if own := form.get("update_id"):
        told = {"update_id": own}
    elif form.get("updated_datetime") is None:
        told |= {"": int(clock.now().timestamp()) // SAME_WITHIN_SECONDS}
    return f"open311-{hashlib.sha256(canonical_fingerprint(told).encode()).hexdigest()}"


def _asked(form: Form, case: Case, status: str, words: str | None) -> dict[str, Any]:
    reply = {"reply": words} if words else {}
    if status and status not in _OPEN | _STARTED | _PLANNED | _CLOSED.keys():
        day = form.get("planned_for")
        return {"foreign_status": form.get("status"), **({"planned_for": day} if day else {}), **reply}
    closed = case.status is Status.RESOLVED
    if status in _CLOSED and not closed:
        return _closing(form, _CLOSED[status], words)
    if not status or status in _CLOSED:
        return reply
    if closed:
        return {"status": "reopened", **reply}
    planned_for = form.get("planned_for")
    if status in _PLANNED and planned_for:
        return {"status": "planned", "planned_for": planned_for, **reply}
    if status in _STARTED | _PLANNED:
        return {"status": "in_progress", **reply}
    return ({"status": "acknowledged"} if case.status in _NOT_SEEN else {}) | reply


def _closing(form: Form, outcome: str, words: str | None) -> dict[str, Any]:
    said = "reason" if outcome in ("no_action", "not_responsible") else "reply"
    other = form.get("duplicate_of") if outcome == "duplicate" else None
    told = {"outcome": outcome, said: words, "duplicate_of": other}
    return {name: each for name, each in told.items() if each is not None}
