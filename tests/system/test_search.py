"""A case is found by its words on the deployed stack, and whoever it is given to is told: the rooms' rights suffice."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from infra.local.harness import PrivateStack
from tests.system.citizen import Citizen, eventually
from tests.system.test_logins import log_in

pytestmark = pytest.mark.system

KEY = {"Authorization": "Bearer local-admin-key"}
MOTALA = {"lat": 58.5371, "lon": 15.0365, "method": "map"}


def test_a_case_is_found_given_to_somebody_and_on_their_list(stack: PrivateStack) -> None:
    citizen = Citizen(stack.url)
    word = f"zebra{uuid.uuid4().hex[:6].translate(str.maketrans('0123456789', 'ghjkmnpqrs'))}"
    receipt = citizen.report(location=MOTALA, description=f"Det är {word}skylten som saknas.")
    citizen.when(receipt, lambda case: case["status"] == "delivered")

    def ask(method: str, path: str, headers: dict[str, str], **more: Any) -> httpx.Response:
        answer = citizen.http.request(method, f"/api/v1/desk/{path}", headers=headers, **more)
        assert answer.is_success, answer.text
        return answer

    def found(asked: str) -> bool | None:
        told = ask("GET", "search", KEY, params={"municipality": "0583", "q": asked}).json()["cases"]
        return receipt.reference in [each["reference"] for each in told] or None

    eventually(lambda: found(f"{word}skyltar"), "not found by its word")
    ask("POST", f"cases/{receipt.case_id}/number", KEY, json={"foreign_number": f"KS {word}"})
    eventually(lambda: found(f"ks{word}"), "not found by its number")
    ask("POST", f"cases/{receipt.case_id}/hide", KEY, json={"text": "Namn i texten."})
    eventually(lambda: None if found(f"{word}skyltar") else True, "found though hidden")
    ask("POST", f"cases/{receipt.case_id}/show", KEY, json={})

    ask("POST", f"cases/{receipt.case_id}/assign", KEY, json={"assignee": "handler-0583"})

    def mailed() -> bool | None:
        mails = citizen.messages(receipt, "email")
        return any(mail["to"] == "handler@0583.example" and "/desk/#/case/" in mail["text"] for mail in mails) or None

    eventually(mailed, "whoever it was given to was not told")
    token = log_in(stack, citizen.http, "handler@0583.example").json()["AuthenticationResult"]["IdToken"]
    handler = {"Authorization": f"Bearer {token}"}
    listed = ask("GET", "inbox", handler, params={"municipality": "0583", "mine": "true"}).json()["cases"]
    assert receipt.reference in [each["reference"] for each in listed]
    chosen = {"assigned": True, "answered": True, "digest": True, "language": "sv"}
    assert ask("PUT", "me/notices", handler, json=chosen).json() == chosen
    assert ask("GET", "me/notices", handler).json() == chosen
    view = {"name": "Försenat", "filters": {"attention": "overdue"}}
    where = {"municipality": "0583"}
    assert ask("PUT", "views/v1", handler, params=where, json=view).json()["name"] == "Försenat"
    assert [each["view_id"] for each in ask("GET", "views", handler, params=where).json()["views"]] == ["v1"]
    ask("DELETE", "views/v1", handler, params=where)
    people = ask("GET", "colleagues", handler, params=where).json()["people"]
    assert "lead-0583" in [each["staff_id"] for each in people]
