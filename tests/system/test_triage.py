"""A case that nobody could be given, on the deployed stack: until an address is found, and it is there."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from infra.local.harness import PrivateStack
from tests.system.citizen import Citizen, Receipt, eventually

pytestmark = pytest.mark.system

# Malmö has not joined, and no other test reports anything there.
CODE, PLACE, MAIL = "1280", {"lat": 55.605, "lon": 13.0038}, "registrator@1280.example"
OPERATOR = {"Authorization": "Bearer local-operator-key"}


def test_an_address_found_brings_the_waiting_case_there(stack: PrivateStack) -> None:
    citizen = Citizen(stack.url)
    reporter = f"{uuid.uuid4().hex[:8]}@example.org"
    receipt = citizen.report(location=PLACE, reporter={"email": reporter})
    citizen.when(receipt, lambda case: case["in_triage"])
    assert "Inte framme än" in citizen.http.get(f"/c/{receipt.reference}").text
    row = eventually(lambda: _row(citizen, receipt), "the case in the triage list")
    assert (row["municipality"]["code"], row["reason"]) == (CODE, "unclaimed")

    desk = f"/api/v1/desk/triage/{receipt.case_id}"
    taken = citizen.http.post(f"{desk}/take", headers=OPERATOR)
    assert taken.json()["owner"] == "local-operator"
    refused = citizen.http.post(f"{desk}/resend", headers=OPERATOR)
    assert (refused.status_code, refused.json()["code"]) == (409, "nobody_found")
    _find_address(citizen)

    case = citizen.when(receipt, lambda case: case["status"] == "delivered")
    assert case["status_text"] == "Framme hos Malmö stad"
    page = citizen.http.get(f"/c/{receipt.reference}")
    assert "Framme hos Malmö stad" in page.text
    mails = eventually(lambda: _mails(citizen, receipt, 3), "receipt, work mail and the news that it is there")
    assert [each["to"] for each in mails].count(MAIL) == 1
    (arrived,) = (each for each in mails if each["to"] == reporter and "framme" in each["subject"])
    assert "Nu är ditt ärende" in arrived["text"]
    eventually(lambda: _row(citizen, receipt) is None or None, "the case is out of the triage list")


def test_what_is_due_is_swept_by_the_clock(stack: PrivateStack) -> None:
    """Its time limits are hours, so one of them is moved to the past by hand."""
    citizen = Citizen(stack.url)
    receipt = citizen.report(location={"lat": 57.7089, "lon": 11.9746})
    citizen.when(receipt, lambda case: case["in_triage"])
    key = {"pk": {"S": f"C#{receipt.case_id}"}, "sk": {"S": "DUE#triage"}}
    table = stack.about["tables"]["cases"]
    dynamodb = stack.client("dynamodb")
    for sk, name in (("DUE#triage", "due_sk"), ("HEAD", "triage_due")):
        dynamodb.update_item(
            TableName=table,
            Key={**key, "sk": {"S": sk}},
            UpdateExpression=f"SET {name} = :past",
            ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00.000Z"}},
        )

    def told_again_later() -> bool | None:
        item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        return item["due_sk"]["S"] > "2026-01-02" or None

    eventually(told_again_later, "the clock's round")
    row = eventually(lambda: _row(citizen, receipt, overdue="true"), "the case among those overdue")
    assert row["overdue"] is True


def _row(citizen: Citizen, receipt: Receipt, **query: str) -> dict[str, Any] | None:
    after: str | None = ""
    while after is not None:
        answer = citizen.http.get("/api/v1/desk/triage", headers=OPERATOR, params={"after": after, **query})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for row in page["cases"]:
            if row["case_id"] == receipt.case_id:
                found: dict[str, Any] = row
                return found
        after = page.get("next")
    return None


def _find_address(citizen: Citizen) -> None:
    body = {
        "mail": MAIL,
        "source": {"kind": "web", "url": "https://www.1280.example/kontakt"},
        "note": "Stod under Kontakta oss.",
    }
    answer: httpx.Response = citizen.http.post(
        f"/api/v1/desk/municipalities/{CODE}/address", json=body, headers=OPERATOR
    )
    assert answer.status_code == 200, answer.text


def _mails(citizen: Citizen, receipt: Receipt, count: int) -> list[dict[str, Any]] | None:
    mails = citizen.messages(receipt, "email")
    return mails if len(mails) >= count else None
