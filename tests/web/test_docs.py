"""The pages for developers: they are there, nothing on them leads nowhere, and each route can be looked up."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.web.steps import Person


def test_a_developer_finds_the_way_from_the_form_to_a_route(person: Person) -> None:
    person.open_form()
    person.page.get_by_role("link", name="koppla ett system").click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("For developers")
    person.page.get_by_role("link", name="Every route").first.click()
    route = person.page.locator("details", has_text="/api/v1/municipality/cases/{case_id}/updates")
    route.locator("summary").click()
    expect(route.get_by_role("row", name="foreign_number").first).to_be_visible()


def test_no_link_on_them_leads_nowhere(person: Person) -> None:
    page, start = person.page, f"{person.site.url}/docs/"
    seen: set[str] = set()
    wanted = {start}
    while wanted:
        page.goto(wanted.pop())
        seen.add(page.url)
        for href in page.locator("a").evaluate_all("links => links.map(each => each.href)"):
            address, _, fragment = urljoin(page.url, href).partition("#")
            if address.startswith(start) and address.endswith("/") and address not in seen:
                wanted.add(address)
            elif address == page.url.partition("#")[0] and fragment:
                assert page.locator(f"[id='{fragment}']").count() == 1, href
            elif address.startswith(person.site.url):
                with urlopen(address, timeout=60) as answer:
                    assert answer.status == 200
    assert len(seen) >= 6


def test_an_address_without_its_slash_is_found_and_a_wrong_one_is_not(person: Person) -> None:
    with urlopen(f"{person.site.url}/docs", timeout=60) as answer:
        assert answer.url == f"{person.site.url}/docs/"
    for wrong in ("docs/nothing", "docs/..%2f..%2fREADME.md", "docs//evil.example"):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{person.site.url}/{wrong}", timeout=60)
        with refused.value as answer:
            assert answer.code == 404
