"""A day of a case, at the pages that people have before them: with a finger and a mouse, and with keys alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.steps import Person, Site

CITIZEN, NAME = "anna@example.com", "Anna Example"
LEAD, HANDLER = "lead@0583.example", "handler@0583.example"
QUESTION, ANSWER = "Vilken av lamporna gäller det?", "Den närmast bron, se bilden."
DONE, STILL = "Lampan är bytt, se bilden.", "Den blinkar fortfarande."
NOTE = "Elbolaget har nyckeln till skåpet."


class Hands:
    """How somebody works a page. With keys alone, everything is reached by Tab."""

    def __init__(self, person: Person, page: Page, *, keys: bool) -> None:
        self.person, self.page, self.keys = person, page, keys

    def write(self, selector: str, text: str) -> None:
        """Writes into a field."""
        if self.keys:
            self._to(selector)
            self.page.keyboard.type(text)
        else:
            self.page.fill(selector, text)

    def press(self, selector: str, key: str = "Enter") -> None:
        """Presses a button, or ticks a box with Space as `key`."""
        if self.keys:
            self._to(selector)
            self.page.keyboard.press(key)
        else:
            self.page.click(f"label:has({selector})" if key == "Space" else selector)

    def choose(self, selector: str, beginning: str) -> None:
        """Chooses what begins so from a list."""
        if self.keys:
            self._to(selector)
            self.page.keyboard.type(beginning)
        else:
            option = self.page.locator(f"{selector} option", has_text=re.compile(f"^{beginning}"))
            self.page.select_option(selector, option.first.get_attribute("value"))
        expect(self.page.locator(f"{selector} option:checked")).to_have_text(re.compile(f"^{beginning}"))

    def turn_to(self, act: str) -> None:
        """Chooses what the words are for; with keys, as among any radio buttons."""
        if not self.keys:
            self.page.locator("label.act-choice", has=self.page.locator(f"input[value={act}]")).click()
        else:
            self._to("input[name=act]")
            while not self.page.evaluate("each => document.activeElement?.value === each", act):
                self.page.keyboard.press("ArrowRight")
        expect(self.page.locator(f"input[name=act][value={act}]")).to_be_checked()

    def date(self, selector: str, day: str) -> None:
        """Fills in a day, `2099-12-01`; with keys in the order that the browser's own language has."""
        if not self.keys:
            self.page.fill(selector, day)
            return
        year, month, date = day.split("-")
        for keys in (f"{year}\t{month}{date}", f"{month}{date}{year}", f"{date}{month}{year}"):
            self.person.tab_to("input[name=act]", backwards=True)
            self._to(selector)
            for key in keys:
                self.page.keyboard.press("Tab" if key == "\t" else key)
            if self.page.input_value(selector) == day:
                return
        raise AssertionError(f"no order of keys gives {day}")

    def show(self, selector: str, photo: Path) -> None:
        """Adds a photo, and waits until it has gone up."""
        with self.page.expect_file_chooser() as chooser:
            if self.keys:
                self._to(selector)
                self.page.keyboard.press("Enter")
            else:
                self.page.click(f"label[for='{selector.removeprefix('#')}']")
        chooser.value.set_files(photo)

    def _to(self, selector: str) -> None:
        expect(self.page.locator(selector).first).to_be_attached()
        self.person.tab_to(selector)


@contextmanager
def somebody(browser: Browser, site: Site, *, width: int, keys: bool) -> Iterator[Hands]:
    """A person at a window of their own; what their pages complain about fails the test."""
    person = Person(browser, site)
    yield Hands(person, person.sit_down(width, 900), keys=keys)
    person.leave()


def reports(citizen: Hands, photo: Path) -> dict[str, Any]:
    """Fills in the form, and gives the case's number and id."""
    page, site = citizen.page, citizen.person.site
    citizen.person.open_form()
    citizen.write("#description", "Lampan vid bron är släckt. Ring 070-123 45 67.")
    citizen.show("#photo", photo)
    expect(page.locator(".photo-state")).to_have_text(["Uppladdad"])
    citizen.write("#category-search", "belysning")
    expect(page.locator("#category-count")).not_to_be_empty()
    if citizen.keys:
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    else:
        page.locator("#category-hits button").first.click()
    expect(page.locator("#category-name")).to_have_text("Gatubelysning")
    citizen.write("#place_text", "Vid bron")
    citizen.choose("#municipality", "Motala")
    citizen.write("#name", NAME)
    citizen.write("#email", CITIZEN)
    citizen.press("#send")
    reference = citizen.person.arrives_at_case()
    status, case = site.call(f"/api/v1/cases/{reference}")
    assert status == 200
    return {"reference": reference, "case_id": case["case_id"]}


def begins_at(worker: Hands, email: str, case_id: str) -> None:
    """Logs in and opens the case by its address, as the link in a mail does."""
    page = worker.page
    page.goto(f"{worker.person.site.url}/desk/#/case/{case_id}")
    worker.write("#email", email)
    worker.write("#password", "Synpunkt-local-1")
    worker.press("#login button")
    expect(page.locator("#case-title")).to_be_visible()
    expect(page.locator("#composer")).to_be_visible()


def told(worker: Hands, text: str) -> None:
    """What was written has left, and stands in the case's story."""
    entry = worker.page.locator(".entry blockquote", has_text=text)
    expect(entry).to_have_count(1, timeout=60_000)


def by_mail(citizen: Hands, made: dict[str, Any], words: str) -> None:
    """Follows the link of the mail in which those words stand."""
    site = citizen.person.site
    site.mailed(made, CITIZEN, words)
    link = site.mailed(made, CITIZEN, rf"http\S+/c/{made['reference']}#t=\S+")
    citizen.page.goto("about:blank")
    citizen.page.goto(link)
    expect(citizen.page.locator("#dialogue")).to_be_visible()


@pytest.mark.parametrize("keys", [False, True], ids=["by hand", "by keys alone"])
def test_a_day(browser: Browser, site: Site, photo: Path, keys: bool) -> None:
    with (
        somebody(browser, site, width=390, keys=keys) as citizen,
        somebody(browser, site, width=1280, keys=keys) as lead,
        somebody(browser, site, width=390, keys=keys) as handler,
    ):
        made = reports(citizen, photo)
        expect(citizen.page.locator(".status-now")).to_contain_text("Framme hos")

        begins_at(lead, LEAD, made["case_id"])
        lead.press("#assign")
        lead.choose("#assignee", "Lokal handläggare")
        lead.press("#box-send")
        expect(lead.page.locator("#box-send")).to_have_count(0)

        link = site.mailed(made, HANDLER, r"http\S+/desk/#\S+")
        assert link.endswith(made["case_id"])
        begins_at(handler, HANDLER, made["case_id"])
        expect(handler.page.locator(".case-status")).to_contain_text("du")
        expect(handler.page.locator(".case-main .written").first).to_contain_text("070-123 45 67")
        handler.turn_to("note")
        handler.write("#words", NOTE)
        handler.press("#send")
        told(handler, NOTE)
        handler.turn_to("question")
        handler.write("#words", QUESTION)
        handler.press("#send")
        told(handler, QUESTION)

        by_mail(citizen, made, QUESTION)
        expect(citizen.page.locator("#dialogue blockquote")).to_have_text(QUESTION)
        citizen.write("#answer", ANSWER)
        citizen.show("#answer-photo", photo)
        expect(citizen.page.locator("#answer-form .photo-state")).to_have_text("Uppladdad")
        citizen.press("#send-answer")
        expect(citizen.page.locator(".timeline blockquote", has_text=ANSWER)).to_have_count(1)
        expect(citizen.page.locator(".timeline .gallery img")).to_have_count(1)

        handler.page.reload()
        begins_at(handler, HANDLER, made["case_id"]) if handler.page.locator("#email").is_visible() else None
        told(handler, ANSWER)
        expect(handler.page.locator(".story .photos-of img")).to_have_count(1)
        handler.turn_to("plan")
        handler.date("#planned-for", "2099-12-01")
        handler.press("#send")
        expect(handler.page.locator(".status-word")).to_contain_text("Planer", timeout=60_000)
        handler.press("#begin")
        expect(handler.page.locator(".status-word")).to_contain_text("Pågår")
        handler.press("#close")
        handler.press("#outcome-fixed", "Space")
        handler.write("#words", DONE)
        handler.show("#words-photos", photo)
        expect(handler.page.locator(".attach-state")).to_have_text("Följer med")
        handler.press("#send")
        told(handler, DONE)
        expect(handler.page.locator(".story .photos-of img")).to_have_count(2)

        by_mail(citizen, made, DONE)
        expect(citizen.page.locator(".timeline .gallery img")).to_have_count(2)
        citizen.write("#still", STILL)
        citizen.press("#say-not-fixed")
        expect(citizen.page.locator(".timeline blockquote", has_text=STILL)).to_have_count(1)

        handler.page.reload()
        expect(handler.page.locator(".status-word")).to_contain_text("igen")
        everybody_reads(browser, site, made)


def everybody_reads(browser: Browser, site: Site, made: dict[str, Any]) -> None:
    """The whole day in order, and nothing of what was said in confidence."""
    _, case = site.call(f"/api/v1/cases/{made['reference']}")
    days_work = ["QuestionAsked", "CitizenReplied", "CasePlanned", "WorkStarted", "CaseResolved", "CaseReopened"]
    assert [each["type"] for each in case["timeline"] if each["type"] in days_work] == days_work
    assert [each["sequence"] for each in case["timeline"]] == sorted(each["sequence"] for each in case["timeline"])
    [before, after] = case["photos"]
    assert (before["said_with"], after["by"]) == (None, "handler")
    assert [each["sequence"] for each in case["timeline"] if each["type"] == "CaseResolved"] == [after["said_with"]]
    read = json.dumps(case, ensure_ascii=False)
    assert QUESTION in read
    assert DONE in read
    with somebody(browser, site, width=1280, keys=False) as neighbour:
        neighbour.page.goto(f"{site.url}/c/{made['reference']}")
        expect(neighbour.page.locator(".timeline blockquote", has_text=DONE)).to_have_count(1)
        shown = neighbour.page.locator(".timeline .gallery img")
        expect(shown).to_have_count(1)
        assert shown.evaluate("each => each.decode().then(() => each.naturalWidth)")
        seen = read + neighbour.page.inner_text("body")
        for private in (CITIZEN, NAME, ANSWER, STILL, NOTE, "070-123 45 67"):
            assert private not in seen
