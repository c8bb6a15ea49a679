"""The case page: who may read it, what it says, and how the private link behaves."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.steps import Person, Site


def test_private_case_looks_like_no_case_at_all(person: Person, site: Site) -> None:
    made = site.report(category=site.private_category())
    page = person.page
    words = []
    for reference in (made["reference"], "7KQ-4M2X"):
        answer = page.goto(f"{site.url}/c/{reference}")
        assert answer is not None
        assert answer.status == 404
        words.append(page.locator("body").inner_text().replace(reference, "…"))
    assert words[0] == words[1]


def test_private_link_leaves_no_token_in_the_address(person: Person, site: Site) -> None:
    made = site.report(category=site.private_category(), description="Bara för kommunen.")
    page = person.page
    page.goto(f"{site.url}/c/{made['reference']}#t={made['token']}")
    expect(page.locator(".written")).to_have_text("Bara för kommunen.")
    assert made["token"] not in page.url
    page.reload()
    expect(page.locator(".written")).to_be_visible()
    assert made["token"] not in page.evaluate("document.cookie")


def test_private_link_can_be_pasted_without_scripts(person: Person, site: Site) -> None:
    made = site.report(category=site.private_category(), description="Bara för kommunen.")
    page = person.sit_down(java_script_enabled=False)
    page.goto(f"{site.url}/c/{made['reference']}")
    page.fill("#token", made["token"])
    page.click("#token-form button")
    expect(page.locator(".written")).to_have_text("Bara för kommunen.")


def test_wrong_link_opens_nothing(person: Person, site: Site) -> None:
    made = site.report(category=site.private_category())
    person.page.goto(f"{site.url}/c/{made['reference']}#t=not-the-token")
    expect(person.page.locator("#token-form")).to_be_visible()
    expect(person.page.locator(".written")).to_have_count(0)


def test_unclaimed_case_says_so_and_gives_the_text(person: Person, site: Site) -> None:
    made = site.report(municipality="1496", description="Lampan blinkar vid torget.")
    site.settled(made, "routed")
    page = person.page
    page.goto(f"{site.url}/c/{made['reference']}#t={made['token']}")
    expect(page.locator(".status-now")).to_have_text("Inte framme än")
    assert "Lampan blinkar vid torget." in page.locator("#ready").input_value()
    expect(page.locator(".progress-step.done")).to_have_count(1)


def test_language_follows_from_form_to_case(person: Person) -> None:
    person.open_form("?lang=en")
    person.describe("The bench is broken.")
    person.page.select_option("#municipality", "0583")
    person.send()
    person.arrives_at_case()
    expect(person.page.locator("html")).to_have_attribute("lang", "en")
    expect(person.page.locator("#thanks-title")).to_contain_text("Thank you")
