"""What waits a moment, on the deployed stack: the queue's delay, its function's rights, and one answer to many."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from infra.local.harness import PrivateStack
from tests.system.citizen import Citizen, Receipt, eventually

pytestmark = pytest.mark.system

KEY = {"Authorization": "Bearer local-admin-key"}


def reported(citizen: Citizen, address: str) -> Receipt:
    receipt = citizen.report(location={"lat": 59.3307, "lon": 18.0593, "method": "map"}, reporter={"email": address})
    citizen.when(receipt, lambda case: case["status"] == "delivered")
    return receipt


def said(citizen: Citizen, receipt: Receipt) -> int:
    timeline = citizen.case(receipt).json()["timeline"]
    return sum(each["type"] == "ReplyPosted" for each in timeline)


def done(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_one_is_undone_one_is_sent_and_one_answer_reaches_all(stack: PrivateStack) -> None:
    citizen = Citizen(stack.url)
    address = f"{uuid.uuid4().hex[:8]}@example.org"
    first, second = reported(citizen, address), reported(citizen, address)
    cases = "/api/v1/desk/cases"

    def later(receipt: Receipt, text: str) -> dict[str, Any]:
        path = f"{cases}/{receipt.case_id}/reply"
        return done(citizen.http.post(path, params={"delay": "true"}, json={"text": text}, headers=KEY), 202)

    shown = done(
        citizen.http.post(f"{cases}/{first.case_id}/preview", json={"act": "reply", "text": "Hej."}, headers=KEY)
    )
    assert "Hej." in shown["mail"]["text"]
    undone, waiting = later(first, "Dumt sagt."), later(second, "Vi kommer i dag.")
    done(citizen.http.delete(f"{cases}/{first.case_id}/sendings/{undone['sending_id']}", headers=KEY))
    assert said(citizen, second) == 0
    eventually(lambda: said(citizen, second) == 1 or None, "what waited was never sent")
    assert waiting["send_at"] <= citizen.case(second).json()["timeline"][-1]["at"]
    assert said(citizen, first) == 0

    linked = done(
        citizen.http.post(f"{cases}/{first.case_id}/link", json={"references": [second.reference]}, headers=KEY)
    )
    path = f"/api/v1/desk/incidents/{linked['incident']['incident_id']}/reply"
    told = done(citizen.http.post(path, json={"text": "Allt är lagat.", "outcome": "fixed"}, headers=KEY), 202)
    assert told["cases"] == 2
    for receipt in (first, second):
        citizen.when(receipt, lambda case: case["outcome"] == "fixed")
        assert citizen.case(receipt).json()["related"] == 1
    mails = [mail["text"] for receipt in (first, second) for mail in citizen.messages(receipt, "email")]
    assert not any("Dumt sagt." in mail for mail in mails)

    headers = {**KEY, "Idempotency-Key": str(uuid.uuid4())}
    body = {"case_ids": [first.case_id, second.case_id], "act": "reply", "text": "Tack för tålamodet."}
    bulk = done(citizen.http.post("/api/v1/desk/bulk", json=body, headers=headers))
    assert bulk["done"] == body["case_ids"]
    assert done(citizen.http.post(f"/api/v1/desk/bulk/{bulk['bulk_id']}/undo", headers=KEY))["undone"] == bulk["done"]
    template = {"name": "Tack", "text": "Tack för {reference}.", "language": "sv"}
    query = {"municipality": "0180"}
    done(citizen.http.put("/api/v1/desk/templates/tack", params=query, json=template, headers=KEY))
    query["case_id"] = first.case_id
    [found] = done(citizen.http.get("/api/v1/desk/templates", params=query, headers=KEY))["templates"]
    assert found["rendered"] == f"Tack för {first.reference}."
