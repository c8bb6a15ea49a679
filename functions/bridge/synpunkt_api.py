"""Synpunkt, as a municipality's key speaks to it: reads a case, and says what is new about it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from functions.bridge.adapters import Case
from functions.bridge.web import Answer, NoAnswer, NotReached, Web

_ONCE = uuid.UUID("5b0a1c9e-3c0e-5d5b-9f0e-7d7c1b0f4a10")
_GONE = (404, 410)
_NO = (400, 404, 409, 410, 413, 422)


class Later(Exception):
    """It did not go well this time; the message is a code."""

    is_code = True


class Gone(Exception):
    """There is no such case for this key."""


class SaidNo(Exception):
    """Synpunkt will not have the update, now or later; the message is its code for why."""

    is_code = True


class NotAllowed(Exception):
    """The key may not say so: it has to be put right, or the case is somebody else's by now; the message is a code."""

    is_code = True


@dataclass(frozen=True, slots=True)
class Synpunkt:
    """One installation, and one key."""

    url: str
    key: str
    web: Web

    def case(self, case_id: str) -> Case:
        """The case. Raises `Gone`, or `Later`: also for a key that may not read it, which somebody has to put right."""
        answer = self._asked("GET", f"/api/v1/municipality/cases/{case_id}")
        if answer.status in _GONE:
            raise Gone
        if not answer.ok:
            raise Later(f"http_{answer.status}")
        try:
            case = Case.model_validate_json(answer.body)
        except ValidationError:
            raise Later("no_case") from None
        if case.case_id != case_id:
            raise Later("another_case")
        return case.model_copy(update={"page": f"{self.url}/c/{case.reference}"})

    def update(self, case_id: str, said: Mapping[str, str], once: str) -> None:
        """Says what is new; with the same `once` it is done once. Raises `SaidNo`, `NotAllowed` or `Later`."""
        key = str(uuid.uuid5(_ONCE, f"{case_id}:{once}"))
        body = json.dumps(dict(said)).encode()
        answer = self._asked("POST", f"/api/v1/municipality/cases/{case_id}/updates", body, key)
        if answer.status == 403:
            raise NotAllowed(_code(answer))
        if answer.status in _NO:
            raise SaidNo(_code(answer))
        if not answer.ok:
            raise Later(f"http_{answer.status}")

    def _asked(self, method: str, path: str, body: bytes | None = None, once: str | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json", "Accept-Language": "sv"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if once is not None:
            headers["Idempotency-Key"] = once
        try:
            return self.web.ask(method, self.url + path, body, headers)
        except (NotReached, NoAnswer) as error:
            raise Later(str(error)) from None


def _code(answer: Answer) -> str:
    try:
        found: Any = answer.json()
        code = found.get("code") if isinstance(found, dict) else None
    except NoAnswer:
        code = None
    is_ours = isinstance(code, str) and code.isascii() and code.replace("_", "").isalnum() and len(code) <= 60
    return str(code) if is_ours else f"http_{answer.status}"
