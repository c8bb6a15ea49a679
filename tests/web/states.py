"""The states of the pages that axe looks at. A new state of a page is added here, or nobody has checked it."""

from __future__ import annotations

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
    person.page.context.grant_permissions(["geolocation"])
    person.page.context.set_geolocation({"latitude": 59.91, "longitude": 10.75, "accuracy": 20})
    person.open_form()
    person.page.click("#gps")
    expect(person.page.locator("#receiver .flag")).to_be_visible()


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
