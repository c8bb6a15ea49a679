"""axe finds nothing, in any state, at phone and desk width, in the light and in the dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.states import STATES
from tests.web.steps import Person

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
SIZES = {"phone": (390, 844), "desk": (1280, 900)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(person: Person, photo: Path, name: str, size: str) -> None:
    """By day at both sizes, and the phone by night, too."""
    width, height = SIZES[size]
    # Moving things are between two states, and axe measures colours.
    page = person.sit_down(width, height, reduced_motion="reduce")
    STATES[name](person, photo)
    axe_finds_nothing(page)
    if size == "phone":
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        axe_finds_nothing(page)


def axe_finds_nothing(page: Page) -> None:
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways(person: Person, photo: Path, width: int) -> None:
    for name in (
        *("filled form", "near a border", "claimed case", "unclaimed case", "desk to do", "desk case"),
        *("desk incident", "desk case in triage", "desk making a template", "desk stand in half chosen"),
    ):
        page = person.sit_down(width=width, height=700)
        STATES[name](person, photo)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize(
    "name",
    [
        *("filled form", "near a border", "desk to do", "desk case", "desk outdoors", "desk closing a case"),
        *("desk incident", "desk making a template", "desk saved views", "desk covering a photo", "desk photo"),
    ],
)
def test_targets_are_large_enough_for_a_thumb(person: Person, photo: Path, name: str) -> None:
    """44 pixels each way, but for links inside running text, and for the map's own credit line."""
    page = person.sit_down()
    STATES[name](person, photo)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, summary, select, input, label.button, a[role=button]')]
             .filter(e => e.checkVisibility() && e.type !== 'hidden' && e.type !== 'file')
             .map(e => [e.closest('label.tick, label.pill, label.pick, label.act-choice') ?? e, e])
             .filter(([box]) => { const r = box.getBoundingClientRect(); return r.width < 44 || r.height < 44 })
             .map(([, e]) => e.outerHTML.slice(0, 90))"""
    )
    assert small == []
