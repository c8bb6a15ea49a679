"""A report through the page, in the ways people have: thumb, keyboard, no scripts, no network."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Request, Route, expect

from tests.web.steps import Person, Site

REFERENCE = re.compile(r"^[0-9A-Z]{3}-[0-9A-Z]{4}$")


def test_report_with_a_photo_on_a_phone(person: Person, site: Site, photo: Path) -> None:
    person.open_form()
    page = person.page
    person.describe("Stort hål i cykelbanan.")
    person.add_photo(photo)
    person.choose_category("potthal")
    expect(page.locator("#category-name")).to_have_text("Hål i vägen")
    expect(page.locator("input[name=kind][value=fault]")).to_be_checked()

    person.show_municipality("0583")
    person.tap_map()
    expect(page.locator("#receiver .receiver-name")).to_contain_text("Motala")
    expect(page.locator("#municipality-field")).to_be_hidden()

    person.send()
    reference = person.arrives_at_case()
    assert REFERENCE.match(reference)
    assert "#" not in page.url
    expect(page.locator(".written")).to_have_text("Stort hål i cykelbanan.")
    # The page follows along by itself.
    expect(page.locator(".receiver-name")).to_contain_text("Motala")
    expect(page.locator(".status-now")).to_contain_text("Framme hos")
    expect(page.locator(".timeline li")).not_to_have_count(1)
    expect(page.locator(".gallery img")).to_be_visible()
    assert page.locator(".gallery img").evaluate("i => i.decode().then(() => i.naturalWidth)")


def test_report_by_keyboard_only(person: Person) -> None:
    person.open_form()
    page = person.page
    keys = page.keyboard
    person.tab_to("#description")
    keys.type("Lampan är trasig.")
    person.tab_to("#category-search")
    keys.type("belysnig")
    expect(page.locator("#category-count")).not_to_be_empty()
    keys.press("Enter")
    keys.press("Enter")
    expect(page.locator("#category-name")).to_have_text("Gatubelysning")
    expect(page.locator("#category-change")).to_be_focused()

    person.tab_to("#municipality")
    expect(page.locator("#map path.outline").first).to_be_attached()
    page.locator("#municipality").press_sequentially("Motala")
    expect(page.locator("#municipality")).to_have_value("0583")
    person.tab_to("#pin-center", backwards=True)
    keys.press("Enter")
    expect(page.locator("#map .pin")).to_be_visible()
    before = page.locator("input[name=lat]").input_value()
    person.tab_to("[data-nudge=north]")
    keys.press("Enter")
    north = page.locator("input[name=lat]").input_value()
    assert float(north) > float(before)
    person.tab_to("#map .pin", backwards=True)
    keys.press("ArrowDown")
    assert abs(float(page.locator("input[name=lat]").input_value()) - float(before)) < 1e-3
    expect(page.locator("#place-status")).to_contain_text("söderut")
    expect(page.locator("#receiver .receiver-name")).to_contain_text("Motala")

    person.tab_to("#email")
    keys.type("anna@example.se")
    person.tab_to("input[name=publish]")
    keys.press("Space")
    expect(page.locator("#visibility")).to_contain_text("dig och kommunen")
    person.tab_to("#send")
    keys.press("Enter")
    person.arrives_at_case()
    expect(page.locator("#thanks-title")).to_be_focused()


def test_report_in_words_only(person: Person) -> None:
    person.open_form()
    person.describe("Tack för den fina lekplatsen.")
    person.page.fill("#place_text", "Lekplatsen vid Storgatan")
    person.page.select_option("#municipality", "0583")
    expect(person.page.locator("#receiver")).to_contain_text("Motala")
    person.send()
    person.arrives_at_case()
    expect(person.page.locator("main")).to_contain_text("Lekplatsen vid Storgatan")


def test_report_without_scripts(person: Person) -> None:
    page = person.sit_down(java_script_enabled=False)
    page.goto(person.site.url + "/")
    page.fill("#description", "Soptunnan är full.")
    page.select_option("#category", "litter")
    page.select_option("#municipality", "0583")
    page.click("#send")
    expect(page.locator("h1")).to_contain_text("sparad")
    reference = page.locator("#reference").inner_text()
    assert REFERENCE.match(reference)
    page.click("main form button")
    page.wait_for_url(f"**/c/{reference}*")
    expect(page.locator("#reference")).to_have_text(reference)
    expect(page.locator(".written")).to_have_text("Soptunnan är full.")


def test_mistakes_without_scripts_lose_nothing(person: Person) -> None:
    page = person.sit_down(java_script_enabled=False)
    page.goto(person.site.url + "/")
    page.fill("#description", "Soptunnan är full.")
    page.select_option("#municipality", "0583")
    page.fill("#phone", "inget nummer")
    page.fill("#name", "Åsa")
    key = page.locator("input[name=idempotency_key]").input_value()
    page.click("#send")
    expect(page.locator("#errors a[href='#phone']")).to_be_visible()
    expect(page.locator("#phone")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#phone-error")).to_be_visible()
    expect(page.locator("#description")).to_have_value("Soptunnan är full.")
    expect(page.locator("#municipality")).to_have_value("0583")
    expect(page.locator("#name")).to_have_value("Åsa")
    assert page.locator("input[name=idempotency_key]").input_value() == key


def test_mistakes_are_shown_where_they_are(person: Person) -> None:
    person.open_form()
    page = person.page
    page.fill("#email", "anna")
    person.send()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#errors-list li")).to_have_count(3)
    expect(page.locator("#description")).to_have_attribute("aria-invalid", "true")
    page.locator("#errors-list a").first.click()
    expect(page.locator("#description")).to_be_focused()
    page.keyboard.type("Nu står det något här.")
    expect(page.locator("#description-error")).to_be_hidden()


def test_lost_answer_is_asked_for_again_with_the_same_key(person: Person) -> None:
    """The report arrives, its answer does not: the next try must be the same report, not another one."""
    seen: list[Request] = []
    arrived: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        seen.append(route.request)
        if len(seen) > 1:
            route.continue_()
            return
        arrived.append(route.fetch().json()["reference"])
        route.abort("connectionreset")

    person.open_form()
    page = person.page
    person.describe("Brunnslocket skramlar.")
    page.select_option("#municipality", "0583")
    page.route("**/api/v1/reports", lose_the_first_answer)
    person.send()
    expect(page.locator("#outbox")).to_be_visible()
    # What may have arrived must not change any more.
    assert page.locator("#fields").evaluate("e => e.inert")
    page.click("#send-now")
    assert person.arrives_at_case() == arrived[0]
    assert len({each.headers["idempotency-key"] for each in seen}) == 1
    assert len({each.post_data for each in seen}) == 1


def test_report_written_offline_goes_when_the_network_is_back(person: Person, photo: Path) -> None:
    person.open_form()
    page = person.page
    keys: list[str] = []
    page.on(
        "request",
        lambda each: keys.append(each.headers.get("idempotency-key", "")) if each.method == "POST" else None,
    )
    key = page.locator("input[name=idempotency_key]").input_value()
    page.context.set_offline(True)
    expect(page.locator("#net")).not_to_be_empty()
    person.describe("Trädet har fallit över stigen.")
    page.set_input_files("#photo", photo)
    expect(page.locator(".photo-state")).to_have_text(["Väntar på nät"])
    page.select_option("#municipality", "0583")
    person.send()
    expect(page.locator("#outbox-text")).to_contain_text("Sparat")
    page.context.set_offline(False)
    person.arrives_at_case()
    api = [each for each in keys if each]
    assert set(api) == {key}
    assert len(api) >= 2, "one for the photo, one for the report"


def test_draft_survives_a_reload(person: Person, photo: Path) -> None:
    person.open_form()
    page = person.page
    key = page.locator("input[name=idempotency_key]").input_value()
    person.describe("Bänken är trasig.")
    person.add_photo(photo)
    person.choose_category("klotter")
    page.wait_for_timeout(600)
    page.reload()
    expect(page.locator("#restored")).to_be_visible()
    expect(page.locator("#description")).to_have_value("Bänken är trasig.")
    expect(page.locator("#category-chosen")).to_be_visible()
    expect(page.locator(".photo-state")).to_have_text(["Uppladdad"])
    assert page.locator("input[name=idempotency_key]").input_value() == key
    page.click("#start-over")
    expect(page.locator("#description")).to_have_value("")
    assert page.locator("input[name=idempotency_key]").input_value() != key


def test_warning_is_shown_before_sending(person: Person) -> None:
    person.open_form()
    person.describe("Det brinner i en container!")
    expect(person.page.locator("#notices a[href='tel:112']")).to_be_visible()
    person.describe("Containern är full.")
    expect(person.page.locator("#notices")).to_be_empty()


def test_photo_can_say_where(person: Person, photo: Path) -> None:
    person.open_form()
    person.add_photo(photo)
    assert person.page.locator("input[name=lat]").input_value() == ""
    person.page.click(".photo-place")
    expect(person.page.locator("input[name=lat]")).to_have_value("58.390000")
    expect(person.page.locator("#receiver .receiver-name")).to_contain_text("Skövde")


def test_key_that_was_used_for_something_else_is_replaced(person: Person, site: Site) -> None:
    person.open_form()
    page = person.page
    key = page.locator("input[name=idempotency_key]").input_value()
    body = {"description": "Något helt annat.", "municipality": "0583"}
    status, _ = site.call("/api/v1/reports", body, Idempotency_Key=key)
    assert status == 201
    person.describe("Brunnslocket skramlar.")
    page.select_option("#municipality", "0583")
    person.send()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#description")).to_have_value("Brunnslocket skramlar.")
    person.send()
    person.arrives_at_case()
    expect(page.locator(".written")).to_have_text("Brunnslocket skramlar.")


def test_back_after_sending_is_a_new_report(person: Person) -> None:
    person.open_form()
    page = person.page
    for words in ("Soptunnan är full.", "Bänken är trasig."):
        person.describe(words)
        page.select_option("#municipality", "0583")
        person.send()
        person.arrives_at_case()
        expect(page.locator(".written")).to_have_text(words)
        page.click(".brand")
        expect(page.locator("html.has-js")).to_have_count(1)
        expect(page.locator("#description")).to_have_value("")
