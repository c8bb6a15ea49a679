"""A citizen who speaks HTTP: posts reports with photos as a phone would, and waits for what becomes of them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

PATIENCE = 120.0
T = TypeVar("T")


@dataclass(frozen=True)
class Receipt:
    """A report that was accepted."""

    case_id: str
    reference: str
    token: str
    status_url: str
    upload_id: str | None = None


class Citizen:
    """Posts to one stack."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=60)

    def report(self, *, key: str | None = None, photo: bytes | None = None, **fields: Any) -> Receipt:
        """Sends a report, with its photo straight to the bucket when there is one."""
        key = key or str(uuid.uuid4())
        upload_id = self.upload(photo, key) if photo else None
        body = {"description": "Ett djupt hål mitt i körbanan.", "category": "pothole", **fields}
        if upload_id:
            body["photos"] = [upload_id]
        answer = self.http.post("/api/v1/reports", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 201, answer.text
        told = answer.json()
        return Receipt(told["case_id"], told["reference"], told["token"], told["status_url"], upload_id)

    def upload(self, photo: bytes, key: str, content_type: str = "image/jpeg") -> str:
        """Sends a photo as a browser would: all fields, then the file."""
        granted = self.http.post(
            "/api/v1/uploads",
            json={"filename": "IMG_0001.JPG", "content_type": content_type, "size": len(photo)},
            headers={"Idempotency-Key": key},
        )
        assert granted.status_code == 201, granted.text
        grant = granted.json()
        posted = httpx.post(
            grant["url"],
            data=grant["fields"],
            files={"file": ("IMG_0001.JPG", photo, content_type)},
            headers={"Origin": self.url},
            timeout=60,
        )
        assert posted.status_code in (201, 204), posted.text
        upload_id: str = grant["upload_id"]
        return upload_id

    def case(self, receipt: Receipt, *, token: bool = True) -> httpx.Response:
        """The case as its reporter (or, without token, anyone) reads it."""
        headers = {"Authorization": f"Bearer {receipt.token}"} if token else {}
        return self.http.get(f"/api/v1/cases/{receipt.reference}", headers=headers)

    def when(self, receipt: Receipt, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The case once `done` says so."""
        return eventually(lambda: _if(self.case(receipt).json(), done), f"{receipt.reference} never got there")

    def messages(self, receipt: Receipt, channel: str | None = None) -> list[dict[str, Any]]:
        """What was sent about a case."""
        messages = self.http.get("/_dev/outbox.json").json()["messages"]
        return [
            each
            for each in messages
            if each["case_id"] == receipt.case_id and (channel is None or each["channel"] == channel)
        ]


def eventually(look: Callable[[], T | None], complaint: str, patience: float = PATIENCE) -> T:
    """The first thing `look` finds; an `AssertionError` when patience ends."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.25)
    raise AssertionError(complaint)


def _if(case: dict[str, Any], done: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
    return case if done(case) else None
