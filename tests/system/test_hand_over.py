"""One case through four hands under one number, on the deployed stack: by key, and by the links of mails."""

from __future__ import annotations

import html
import re
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.harness import PrivateStack
from tests.registries import TRAFIKVERKET
from tests.system.citizen import Citizen, Receipt, eventually
from tests.system.commands import routing

pytestmark = pytest.mark.system

ROAD = "vag@trafikverket.example"
KEY = {"Authorization": "Bearer local-admin-key"}


class Office:
    """Somebody who reads an office's mail and opens its links in a browser."""

    def __init__(self, citizen: Citizen, receipt: Receipt, address: str) -> None:
        self.citizen = citizen
        self.receipt = receipt
        self.address = address
        self.read: set[str] = set()

    def next_link(self) -> httpx.Client:
        """A browser that has opened the link of the next mail about a hand-over."""
        mail = eventually(self._unread, f"a mail to {self.address}")
        assert "@example.org" not in mail["text"]
        path, token = re.search(r"(/work/[^#\s]+)#t=(\S+)", mail["text"]).groups()  # type: ignore[union-attr]
        browser = httpx.Client(base_url=self.citizen.url, timeout=60, follow_redirects=True)
        opened = browser.post(path, data={"token": token})
        assert opened.status_code == 200, opened.text
        assert self.receipt.reference in opened.text
        return browser

    def answer(self, browser: httpx.Client, part: str = "", **fields: str) -> str:
        """Sends one of the page's forms and reads what comes back."""
        answer = browser.post(f"/work/{self.receipt.reference}{part}", data=fields)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    def _unread(self) -> dict[str, Any] | None:
        for mail in self.citizen.messages(self.receipt, "email"):
            if mail["to"] == self.address and "/work/" in mail["text"] and mail["text"] not in self.read:
                self.read.add(mail["text"])
                return mail
        return None


def test_one_number_through_four_hands(stack: PrivateStack, tmp_path: Path) -> None:
    citizen = Citizen(stack.url)
    file = tmp_path / "registry.yaml"
    body = "{id: trafikverket, kind: state_road_agency, mail: %s, mail_verified: true, name: {sv: %s, en: %s}}"
    name = TRAFIKVERKET["name"]
    assert isinstance(name, dict)
    line = body % (ROAD, name["sv"], name["en"])
    file.write_text(routing(stack, "export", "0180") + f"bodies:\n- {line}\n", "utf-8")
    routing(stack, "publish", str(file), "--note", "the state's roads", "--author", "anna")
    try:
        _through_four_hands(citizen)
    finally:
        routing(stack, "rollback", "0180", "0", "--note", "as it was")


def _through_four_hands(citizen: Citizen) -> None:
    address = f"{uuid.uuid4().hex[:8]}@example.org"
    where = {"lat": 59.3307, "lon": 18.0593, "method": "map"}
    reporter = {"name": "Anna Ek", "email": address, "share_contact": True}
    receipt = citizen.report(location=where, reporter=reporter)
    citizen.when(receipt, lambda case: case["status"] == "delivered")
    desk = f"/api/v1/desk/cases/{receipt.case_id}"

    asked = {"body": "trafikverket", "reason": "Det är statens väg."}
    handed = citizen.http.post(f"{desk}/hand-over", json=asked, headers=KEY)
    assert handed.status_code == 200, handed.text
    road = Office(citizen, receipt, ROAD)
    browser = road.next_link()
    assert "Anna Ek" not in browser.get(f"/work/{receipt.reference}").text
    assert "har sagt ja" in road.answer(browser, act="accept")
    assert "Anna Ek" in road.answer(browser, "/contact")
    told = citizen.when(receipt, lambda case: case["hand_over"] == "accepted")
    assert (told["status_text"], told["body"]["id"]) == ("Överlämnad till Trafikverket", "trafikverket")
    gone = road.answer(browser, act="pass_on", municipality="0184", words="Röret är Solnas.")
    assert "Ärendet har gått vidare" in gone

    citizen.when(receipt, lambda case: case["municipality"]["code"] == "0184" and case["status"] == "delivered")
    solna = Office(citizen, receipt, "street@0184.example")
    assert "gått vidare" in solna.answer(solna.next_link(), act="return", words="Inget rör av vårt ligger där.")
    assert "gått vidare" in road.answer(road.next_link(), act="return", words="Vägen är kommunens sedan i våras.")

    back = citizen.when(receipt, lambda case: case["municipality"]["code"] == "0180" and case["status"] == "delivered")
    assert back["reference"] == receipt.reference
    assert back["created_at"] == told["created_at"]
    sequences = [entry["sequence"] for entry in back["timeline"]]
    assert sequences == list(range(1, len(sequences) + 1))
    _page_tells(citizen, receipt)
    mails = eventually(lambda: _at_least(citizen, receipt, address, 5), "mails to the reporter")
    assert [mail["subject"].partition("] ")[2] for mail in mails] == [
        "Vi har tagit emot det du skickade",
        "Ditt ärende är överlämnat till Trafikverket",
        "Ditt ärende är överlämnat till Solna stad",
        "Ditt ärende är tillbaka hos Trafikverket",
        "Ditt ärende är tillbaka hos Stockholms stad",
    ]


def _page_tells(citizen: Citizen, receipt: Receipt) -> None:
    with httpx.Client(base_url=citizen.url, timeout=60, follow_redirects=True) as browser:
        page = html.unescape(browser.post(f"/c/{receipt.reference}", data={"token": receipt.token}).text)
    story = (
        "Framme hos Stockholms stad",
        "Stockholms stad lämnade över ärendet till Trafikverket",
        "Det är statens väg.",
        "Trafikverket tar hand om ärendet",
        "Trafikverket lämnade över ärendet till Solna stad",
        "Röret är Solnas.",
        "Solna stad lämnade tillbaka ärendet till Trafikverket",
        "Inget rör av vårt ligger där.",
        "Trafikverket lämnade tillbaka ärendet till Stockholms stad",
        "Vägen är kommunens sedan i våras.",
    )
    told = page[page.index('class="timeline"') :]
    places = [told.index(line) for line in story]
    assert places == sorted(places)


def _at_least(citizen: Citizen, receipt: Receipt, address: str, count: int) -> list[dict[str, Any]] | None:
    mails = [mail for mail in citizen.messages(receipt, "email") if mail["to"] == address]
    return mails if len(mails) >= count else None
