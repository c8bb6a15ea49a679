"""The states of the pages that axe looks at. A new state of a page is added here, or nobody has checked it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.web.steps import Person

State = Callable[[Person, Path], None]
STATES: dict[str, State] = {}


def state(make: State) -> State:
    STATES[make.__name__.replace("_", " ")] = make
    return make


@state
def empty_form(person: Person, photo: Path) -> None:
    person.open_form()
    person.page.locator("#map").scroll_into_view_if_needed()
    expect(person.page.locator("#map path.outline").first).to_be_attached()


@state
def empty_form_in_english(person: Person, photo: Path) -> None:
    person.open_form("?lang=en")
    expect(person.page.locator("html")).to_have_attribute("lang", "en")


@state
def filled_form(person: Person, photo: Path) -> None:
    person.open_form()
    person.describe("Stort hål i cykelbanan.")
    person.add_photo(photo)
    person.choose_category("hål")
    person.show_municipality("0583")
    person.tap_map()
    expect(person.page.locator("#receiver .receiver-name")).to_be_visible()
    person.page.fill("#email", "anna@example.se")
    person.page.fill("#phone", "070-174 06 05")
    expect(person.page.locator("#contact_by")).to_be_visible()


@state
def unclaimed_receiver(person: Person, photo: Path) -> None:
    person.open_form()
    person.describe("Stort hål i cykelbanan.")
    person.show_municipality("1496")
    person.tap_map()
    expect(person.page.locator("#receiver .flag")).to_be_visible()


@state
def point_outside_sweden(person: Person, photo: Path) -> None:
    person.open_form()
    person.stand_at(59.91, 10.75, 20)
    expect(person.page.locator("#receiver .flag")).to_be_visible()


@state
def near_a_border(person: Person, photo: Path) -> None:
    person.open_form()
    person.describe("Stort hål i cykelbanan.")
    person.stand_at(59.3492, 18.035, 12)  # in Stockholm, some metres from Solna
    person.page.get_by_role("radio", name="Solna stad").check()
    expect(person.page.locator("#receiver .receiver-name")).to_contain_text("Solna")


@state
def position_known_to_5_km(person: Person, photo: Path) -> None:
    person.open_form()
    person.stand_at(57.638, 18.296, 5000)
    expect(person.page.locator("#receiver")).to_contain_text("positionen är ungefärlig")


@state
def category_search_open(person: Person, photo: Path) -> None:
    person.open_form()
    person.describe("Gatlampan vid skolan lyser inte.")
    person.page.fill("#category-search", "lampa")
    expect(person.page.locator("#category-hits button").first).to_be_visible()
    expect(person.page.locator("#category-suggested")).to_be_visible()


@state
def category_groups_open(person: Person, photo: Path) -> None:
    person.open_form()
    person.page.locator("#category-groups summary").first.click()
    expect(person.page.locator("#category-groups button").first).to_be_visible()


@state
def warnings(person: Person, photo: Path) -> None:
    person.open_form()
    person.describe("Det brinner i en container, och det var inbrott i går.")
    expect(person.page.locator("#notices .notice")).not_to_have_count(0)


@state
def mistakes(person: Person, photo: Path) -> None:
    person.open_form()
    person.page.fill("#email", "anna")
    person.send()
    expect(person.page.locator("#errors")).to_be_visible()


@state
def no_network(person: Person, photo: Path) -> None:
    person.open_form()
    person.describe("Trädet har fallit över stigen.")
    person.page.select_option("#municipality", "0583")
    person.page.context.set_offline(True)
    person.send()
    expect(person.page.locator("#outbox")).to_be_visible()


@state
def mistakes_without_scripts(person: Person, photo: Path) -> None:
    person.page.route("**/form.js", lambda route: route.abort())
    person.page.goto(person.site.url + "/")
    person.page.fill("#description", "Soptunnan är full.")
    person.page.select_option("#municipality", "0583")
    person.page.fill("#phone", "inget nummer")
    person.page.click("#send")
    expect(person.page.locator("#errors")).to_be_visible()


@state
def receipt(person: Person, photo: Path) -> None:
    person.page.route("**/form.js", lambda route: route.abort())
    person.page.goto(person.site.url + "/")
    person.page.fill("#description", "Det brinner i soptunnan.")
    person.page.select_option("#municipality", "1496")
    person.page.click("#send")
    expect(person.page.locator("#reference")).to_be_visible()


@state
def thanks(person: Person, photo: Path) -> None:
    person.open_form()
    person.describe("Stort hål i cykelbanan.")
    person.page.select_option("#municipality", "0583")
    person.send()
    person.arrives_at_case()


@state
def claimed_case(person: Person, photo: Path) -> None:
    made = person.site.report(category="pothole", location={"lat": 58.5371, "lon": 15.0365, "method": "map"})
    person.site.settled(made, "delivered")
    person.page.goto(f"{person.site.url}/c/{made['reference']}")
    person.page.locator("details summary").first.click()
    expect(person.page.locator("#map .pin")).to_be_attached()


@state
def unclaimed_case(person: Person, photo: Path) -> None:
    made = person.site.report(municipality="1496", category="street_light")
    person.site.settled(made, "routed")
    person.page.goto(f"{person.site.url}/c/{made['reference']}#t={made['token']}")
    expect(person.page.locator(".unclaimed")).to_be_visible()


@state
def private_case_opened(person: Person, photo: Path) -> None:
    made = person.site.report(category=person.site.private_category())
    person.page.goto(f"{person.site.url}/c/{made['reference']}#t={made['token']}")
    expect(person.page.locator("#reference")).to_have_text(made["reference"])


@state
def locked_case(person: Person, photo: Path) -> None:
    made = person.site.report(category=person.site.private_category())
    person.page.goto(f"{person.site.url}/c/{made['reference']}")
    expect(person.page.locator("#token-form")).to_be_visible()


def _handed_over(person: Person, reason: str = "Lampan står på Solnas sida av gränsen.") -> str:
    made = person.site.report(category="street_light", location={"lat": 58.5371, "lon": 15.0365, "text": "Vid bron"})
    person.site.settled(made, "delivered")
    return person.site.handed_over(made, "0184", reason)


@state
def handed_over_case_to_answer(person: Person, photo: Path) -> None:
    person.page.goto(_handed_over(person))
    expect(person.page.locator("#accept")).to_be_visible()
    person.page.locator("#pass_on").click()
    expect(person.page.locator("#municipality")).to_be_visible()


@state
def handed_over_case_without_a_reason(person: Person, photo: Path) -> None:
    person.page.goto(_handed_over(person))
    person.page.locator("#return").click()
    person.page.locator("details[open] button").click()
    expect(person.page.locator("#return_words-error")).to_be_visible()


@state
def handed_over_case_accepted(person: Person, photo: Path) -> None:
    person.page.goto(_handed_over(person))
    person.page.click("#accept")
    expect(person.page.locator(".taken")).to_be_visible()
    person.page.locator("#contact button").click()
    expect(person.page.locator("#contact [role=status]")).to_be_visible()


@state
def handed_over_case_gone_on(person: Person, photo: Path) -> None:
    person.page.goto(_handed_over(person))
    person.page.locator("#return").click()
    person.page.fill("#return_words", "Stolpen är Motalas, nummer 4711.")
    person.page.locator("details[open] button").click()
    expect(person.page.locator(".status-now")).to_contain_text("lämnade tillbaka")


@state
def link_of_a_hand_over_missing(person: Person, photo: Path) -> None:
    person.page.goto(f"{person.site.url}/work/7KQ-4M2X")
    expect(person.page.locator("#token-form")).to_be_visible()


@state
def story_of_a_case_that_came_back(person: Person, photo: Path) -> None:
    made = person.site.report(category="street_light", location={"lat": 58.5371, "lon": 15.0365})
    person.site.settled(made, "delivered")
    person.site.desk(made, "hand-over", municipality="0184", reason="Lampan står på Solnas sida av gränsen.")
    person.site.desk(made, "return", reason="Stolpen är Motalas.")
    person.page.goto(f"{person.site.url}/c/{made['reference']}")
    expect(person.page.locator(".timeline blockquote")).to_have_count(2)


@state
def case_with_a_question_to_answer(person: Person, photo: Path) -> None:
    made = person.site.report(category="street_light", location={"lat": 58.5371, "lon": 15.0365})
    person.site.settled(made, "delivered")
    person.site.desk(made, "question", text="Vilken av lamporna är det?")
    person.page.goto(f"{person.site.url}/c/{made['reference']}#t={made['token']}")
    expect(person.page.locator("#answer-form")).to_be_visible()


@state
def case_that_is_said_to_be_fixed(person: Person, photo: Path) -> None:
    made = person.site.report(category="street_light", location={"lat": 58.5371, "lon": 15.0365})
    person.site.settled(made, "delivered")
    person.site.desk(made, "resolve", outcome="fixed", reply="Lampan är bytt.")
    person.page.goto(f"{person.site.url}/c/{made['reference']}#t={made['token']}")
    expect(person.page.locator("#say-fixed")).to_be_visible()


@state
def referred_case(person: Person, photo: Path) -> None:
    made = person.site.report(category="street_light", location={"lat": 58.5371, "lon": 15.0365})
    person.site.settled(made, "delivered")
    asked = {"name": "Elbolaget", "phone": "08-123 45 67", "url": "https://energy.example/fel"}
    person.site.desk(made, "refer", text="De sköter alla lampor längs vägen. Uppge stolpens nummer.", **asked)
    person.page.goto(f"{person.site.url}/c/{made['reference']}#t={made['token']}")
    expect(person.page.locator("#referred")).to_be_visible()


@state
def claim_start(person: Person, photo: Path) -> None:
    person.page.goto(f"{person.site.url}/claim")
    expect(person.page.locator("#municipality")).to_be_visible()


@state
def claim_mistakes(person: Person, photo: Path) -> None:
    person.page.goto(f"{person.site.url}/claim")
    person.page.fill("#email", "nobody")
    person.page.click("button.primary")
    expect(person.page.locator("#email-error")).to_be_visible()


@state
def claim_begun(person: Person, photo: Path) -> None:
    person.page.goto(f"{person.site.url}/claim")
    person.page.select_option("#municipality", "1496")
    person.page.fill("#name", "Ada Lind")
    person.page.fill("#role", "IT-chef")
    person.page.fill("#email", f"k{uuid.uuid4().hex[:8]}@skovde.example")
    person.page.click("button.primary")
    expect(person.page.locator(".link-text a")).to_be_visible()


@state
def claim_status(person: Person, photo: Path) -> None:
    claim_begun(person, photo)
    person.page.click("button.primary")
    expect(person.page.locator("#mail-title")).to_be_visible()


@state
def claim_locked(person: Person, photo: Path) -> None:
    person.page.goto(f"{person.site.url}/claim/01ARZ3NDEKTSV4RRFFQ69G5FAV")
    expect(person.page.locator("#token-form")).to_be_visible()


@state
def invitation(person: Person, photo: Path) -> None:
    person.page.goto(f"{person.site.url}/desk/invite#t=x.y")
    expect(person.page.locator("#link-form button")).to_be_visible()


@state
def desk_login(person: Person, photo: Path) -> None:
    person.page.goto(person.site.url + "/desk/")
    expect(person.page.locator("#login")).to_be_visible()


@state
def desk_login_in_english(person: Person, photo: Path) -> None:
    person.page.goto(person.site.url + "/desk/?lang=en")
    expect(person.page.locator("#login")).to_be_visible()


@state
def desk_wrong_password(person: Person, photo: Path) -> None:
    person.log_in("handler@0583.example", "not the password")
    expect(person.page.locator("#login-error")).not_to_be_empty()


@state
def desk_inside(person: Person, photo: Path) -> None:
    person.log_in("admin@0583.example")
    expect(person.page.locator("#inside")).to_be_visible()
