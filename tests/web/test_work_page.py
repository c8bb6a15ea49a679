"""The page of a hand-over: what its link lets one do, with and without scripts."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.steps import Person, Site

REASON = "Lampan står på Solnas sida av gränsen."


def _link(site: Site) -> str:
    made = site.report(category="street_light", location={"lat": 58.5371, "lon": 15.0365})
    site.settled(made, "delivered")
    return site.handed_over(made, "0184", REASON)


def test_a_link_answers_and_leaves_no_token_in_the_address(person: Person, site: Site) -> None:
    link = _link(site)
    page = person.page
    page.goto(link)
    expect(page.locator(".said")).to_have_text(REASON)
    assert "#" not in page.url
    page.click("#accept")
    expect(page.locator(".taken")).to_contain_text("Solna stad har sagt ja")
    expect(page.locator("#accept")).to_have_count(0)
    assert page.evaluate("document.cookie") == ""


def test_a_link_can_be_pasted_without_scripts(person: Person, site: Site) -> None:
    link = _link(site)
    page = person.sit_down(java_script_enabled=False)
    page.goto(link)
    expect(page.locator(".said")).to_have_count(0)
    page.fill("#token", link)
    page.click("#token-form button")
    expect(page.locator(".said")).to_have_text(REASON)
    page.locator("#return").click()
    page.fill("#return_words", "Stolpen är Motalas.")
    page.locator("details[open] button").click()
    expect(page.locator("h1")).to_have_text("Ärendet har gått vidare")
