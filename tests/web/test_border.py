"""Where the place leaves it open which municipality is meant, the form asks, and the answer counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.steps import Person

BESIDE_SOLNA = (59.3492, 18.035, 12)  # in Stockholm, some metres from the border
QUESTION = "meter från gränsen mot Solna stad. Vilken kommun gäller det?"


def _ask(person: Person, query: str = "") -> None:
    person.open_form(query)
    person.describe("Stort hål i cykelbanan.")
    person.stand_at(*BESIDE_SOLNA)
    expect(person.page.locator("#border")).to_be_visible()


def _sent(person: Person) -> dict[str, Any]:
    """Sends, and gives what was sent."""
    with person.page.expect_request("**/api/v1/reports") as asked:
        person.send()
    person.arrives_at_case()
    sent = json.loads(asked.value.post_data or "")
    assert isinstance(sent, dict)
    return sent


def test_near_a_border_both_are_offered_and_the_neighbour_can_be_chosen(person: Person) -> None:
    _ask(person)
    page = person.page
    expect(page.get_by_role("group", name=QUESTION)).to_be_visible()
    expect(page.locator("#border-status")).to_contain_text(QUESTION)
    expect(page.get_by_role("radio", name="Stockholms stad")).to_be_checked()
    expect(page.locator("#receiver .receiver-name")).to_contain_text("Stockholm")

    page.get_by_role("radio", name="Solna stad").check()
    expect(page.locator("#receiver .receiver-name")).to_contain_text("Solna")
    expect(page.locator("#receiver")).to_contain_text("Du valde Solna stad.")
    expect(page.get_by_role("radio", name="Solna stad")).to_be_checked()
    expect(page.locator("#border-question")).to_contain_text(QUESTION)

    assert _sent(person)["municipality"] == "0184"
    expect(page.locator(".receiver-name")).to_contain_text("Solna")
    page.locator("details summary").first.click()
    expect(page.locator("[data-live=receiver] details")).to_contain_text(
        "Du valde Solna stad. Platsen du angav ligger i Stockholms stad"
    )


@pytest.mark.parametrize("answer", ["untouched", "Vet inte"])
def test_whoever_does_not_know_leaves_it_to_the_point(person: Person, answer: str) -> None:
    _ask(person)
    if answer != "untouched":
        person.page.get_by_role("radio", name="Solna stad").check()
        person.page.get_by_role("radio", name=answer).check()
    sent = _sent(person)
    assert "municipality" not in sent
    assert sent["location"]["accuracy_m"] == 12
    expect(person.page.locator(".receiver-name")).to_contain_text("Stockholm")
    person.page.locator("details summary").first.click()
    expect(person.page.locator("[data-live=receiver] details")).to_contain_text("gränsen mot Solna stad")


def test_the_question_is_answered_by_keyboard(person: Person) -> None:
    _ask(person, "?lang=en")
    page = person.page
    expect(page.locator("#border-question")).to_contain_text("Which municipality is it about?")
    page.focus("#gps")
    person.tab_to("input[name=border]")
    expect(page.get_by_role("radio", name="Stockholm municipality")).to_be_focused()
    page.keyboard.press("ArrowDown")
    solna = page.get_by_role("radio", name="Solna municipality")
    expect(solna).to_be_checked()
    expect(page.locator("#receiver .receiver-name")).to_contain_text("Solna")
    # The answer that came from the server took neither the choice nor the focus.
    expect(solna).to_be_focused()
    person.tab_to("#send")
    with page.expect_request("**/api/v1/reports") as asked:
        page.keyboard.press("Enter")
    person.arrives_at_case()
    assert json.loads(asked.value.post_data or "")["municipality"] == "0184"


def test_the_question_goes_when_the_place_is_another(person: Person, photo: Path) -> None:
    _ask(person)
    page = person.page
    page.get_by_role("radio", name="Solna stad").check()
    person.add_photo(photo)
    page.click(".photo-place")
    expect(page.locator("#border")).to_be_hidden()
    expect(page.locator("#border-status")).to_be_empty()
    assert "municipality" not in _sent(person)
    expect(page.locator(".receiver-name")).to_contain_text("Skövde")


def test_the_question_goes_with_the_pin(person: Person) -> None:
    _ask(person)
    person.page.click("#pin-remove")
    expect(person.page.locator("#border")).to_be_hidden()
    expect(person.page.locator("#municipality-field")).to_be_visible()


def test_the_answer_survives_a_reload(person: Person) -> None:
    _ask(person)
    page = person.page
    page.get_by_role("radio", name="Solna stad").check()
    page.wait_for_timeout(600)
    page.reload()
    expect(page.get_by_role("radio", name="Solna stad")).to_be_checked()
    expect(page.locator("#border-question")).to_contain_text(QUESTION)
    expect(page.locator("#receiver .receiver-name")).to_contain_text("Solna")


def test_a_position_known_to_5_km_is_said_to_be_uncertain_all_the_way(person: Person) -> None:
    person.open_form()
    person.describe("Stort hål i cykelbanan.")
    person.stand_at(57.638, 18.296, 5000)
    page = person.page
    expect(page.locator("#place-status")).to_contain_text("Din plats är osäker")
    expect(page.locator("#receiver")).to_contain_text("positionen är ungefärlig")
    expect(page.locator("#border")).to_be_hidden()
    assert _sent(person)["location"]["accuracy_m"] == 5000
    expect(page.locator("#thanks")).to_contain_text("Positionen är ungefärlig")
    page.locator("details summary").first.click()
    expect(page.locator("[data-live=receiver] details")).to_contain_text("positionen är ungefärlig")
