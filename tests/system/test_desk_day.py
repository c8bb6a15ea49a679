"""A day of one case on the deployed stack: asked, answered on the page, planned, fixed, not fixed, and open again."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import httpx
import pytest

from infra.local.harness import PrivateStack
from tests.system.citizen import Citizen, eventually

pytestmark = pytest.mark.system

KEY = {"Authorization": "Bearer local-admin-key"}
NOTE = "Ring vaktmästaren innan."


def test_a_day_at_the_desk_and_at_home(stack: PrivateStack) -> None:
    citizen = Citizen(stack.url)
    address = f"{uuid.uuid4().hex[:8]}@example.org"
    where = {"lat": 59.3307, "lon": 18.0593, "method": "map"}
    receipt = citizen.report(location=where, reporter={"email": address})
    citizen.when(receipt, lambda case: case["status"] == "delivered")

    def act(name: str, **body: Any) -> dict[str, Any]:
        answer = citizen.http.post(f"/api/v1/desk/cases/{receipt.case_id}/{name}", json=body, headers=KEY)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def mailed(words: str) -> str:
        def look() -> str | None:
            mails = citizen.messages(receipt, "email")
            return next((mail["text"] for mail in mails if mail["to"] == address and words in mail["text"]), None)

        return eventually(look, f"no mail with {words!r}")

    listed = citizen.http.get("/api/v1/desk/inbox", params={"municipality": "0180"}, headers=KEY).json()["cases"]
    assert receipt.reference in [each["reference"] for each in listed]
    act("assign", team="street")
    act("note", text=NOTE)
    act("question", text="Vilken sida av vägen?")

    # The reporter opens the link of that mail and answers on the page.
    question = mailed("Vilken sida av vägen?")
    path, token = re.search(r"(/c/[^#\s]+)#t=(\S+)", question).groups()  # type: ignore[union-attr]
    browser = httpx.Client(base_url=stack.url, timeout=60, follow_redirects=True)
    assert "Du har fått en fråga" in html.unescape(browser.post(path, data={"token": token}).text)
    page = html.unescape(browser.post(path, data={"act": "answer", "text": "Den norra sidan."}).text)
    assert "Den norra sidan." in page

    act("plan", planned_for="2099-12-01", text="Vi lagar det före jul.")
    act("resolve", outcome="fixed", reply="Hålet är lagat.")
    mailed("Hålet är lagat.")
    page = html.unescape(browser.post(path, data={"act": "not_fixed", "text": "Det är kvar."}).text)
    assert "Öppnad igen" in page

    story = citizen.case(receipt, token=False).json()["timeline"]
    told = [each["type"] for each in story]
    assert told[-5:] == ["QuestionAsked", "CitizenReplied", "CasePlanned", "CaseResolved", "CaseReopened"]
    for private in (NOTE, "Den norra sidan.", "Det är kvar.", address):
        assert private not in str(story)
    first = citizen.http.get("/api/v1/desk/inbox", params={"municipality": "0180"}, headers=KEY).json()["cases"][0]
    assert first["attention"] == "citizen_answered"
