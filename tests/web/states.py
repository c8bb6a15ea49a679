"""The states of the pages that axe looks at. A new state of a page is added here, or nobody has checked it."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Route, expect

from tests.web.steps import Person

State = Callable[[Person, Path], None]
STATES: dict[str, State] = {}


def state(make: State) -> State:
    STATES[make.__name__.replace("_", " ")] = make
    return make


_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg=="
)


def with_photo(person: Person, case_id: str) -> None:
    """Lets the desk's answer about the case name a photo."""

    def answer(route: Route) -> None:
        fetched = route.fetch()
        photo = {"photo_id": "p1", "url": "/_photo.png", "thumbnail_url": "/_photo.png", "width": 4, "height": 3}
        body = {**fetched.json(), "photos": [{**photo, "visibility": "public", "masked": False}]}
        route.fulfill(response=fetched, body=json.dumps(body))

    person.page.route(f"**/api/v1/desk/cases/{case_id}", answer)
    person.page.route("**/_photo.png", lambda route: route.fulfill(body=_PIXEL, content_type="image/png"))


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
def made_up_case(person: Person, photo: Path) -> None:
    made = person.site.report(municipality="6496", category="street_light")
    person.site.settled(made, "delivered")
    person.page.goto(f"{person.site.url}/c/{made['reference']}")
    expect(person.page.get_by_role("heading", name="Testärende – inte en riktig synpunkt")).to_be_visible()


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
    person.enter_desk("admin@0583.example", "me")
    expect(person.page.locator("#inside")).to_be_visible()


def _at_the_desk(person: Person, email: str = "lead@0583.example", **report: object) -> dict[str, Any]:
    """A delivered case, opened by somebody who may do something about it."""
    made = person.site.report(
        **{"category": "street_light", "location": {"lat": 58.5371, "lon": 15.0365, "text": "Vid bron"}, **report}
    )
    person.site.settled(made, "delivered")
    person.enter_desk(email, f"case/{made['case_id']}")
    expect(person.page.locator("#composer")).to_be_visible()
    return made


@state
def desk_to_do(person: Person, photo: Path) -> None:
    # A few are enough: whoever looks for a case of their own finds it on the first page.
    path = "/api/v1/desk/inbox?municipality=0180"
    _, inbox = person.site.call(path, Authorization="Bearer local-admin-key")
    for description in ("Lampan är släckt.", "Hål i vägen.")[len(inbox["cases"]) :]:
        made = person.site.report(
            description=description, category="street_light", municipality="0180", location={"lat": 59.33, "lon": 18.06}
        )
        person.site.settled(made, "delivered")
    person.enter_desk("handler@0180.example")
    expect(person.page.locator(".row-of").first).to_be_visible()


@state
def desk_to_do_in_english(person: Person, photo: Path) -> None:
    desk_to_do(person, photo)
    person.page.click("a.language")
    expect(person.page.locator("#list-title")).to_have_text("To do")
    expect(person.page.locator(".row-of").first).to_be_visible()


@state
def desk_nothing_is_mine(person: Person, photo: Path) -> None:
    person.enter_desk("handler@0180.example", "mine")
    expect(person.page.locator(".empty")).to_be_visible()


@state
def desk_filters(person: Person, photo: Path) -> None:
    desk_to_do(person, photo)
    person.page.click("#filter")
    expect(person.page.locator("#filter-status")).to_be_visible()


@state
def desk_many_chosen(person: Person, photo: Path) -> None:
    _at_the_desk(person)
    person.page.evaluate("location.hash = '#/todo'")
    person.page.locator(".pick input").first.check()
    person.page.locator(".bulk .primary-small").click()
    expect(person.page.locator("#bulk-act")).to_be_visible()


@state
def desk_case(person: Person, photo: Path) -> None:
    made = _at_the_desk(person)
    person.site.desk(made, "note", text="Entreprenören är ringd.")
    person.site.desk(made, "question", text="Vilken av lamporna är det?")
    person.site.desk(made, "reply", text="Tack, vi tittar på det.")
    person.page.reload()
    expect(person.page.locator(".entry blockquote")).to_have_count(3)


@state
def desk_note(person: Person, photo: Path) -> None:
    _at_the_desk(person)
    person.page.locator(".act-choice", has_text="Anteckna").click()
    person.page.fill("#words", "Entreprenören är ringd.")
    expect(person.page.locator("#readers")).to_contain_text("Bara ni")


@state
def desk_nothing_written(person: Person, photo: Path) -> None:
    _at_the_desk(person)
    person.page.click("#send")
    expect(person.page.locator("#words-error")).to_be_visible()


@state
def desk_conflict(person: Person, photo: Path) -> None:
    made = _at_the_desk(person)
    person.page.fill("#words", "Vi kommer på måndag.")
    person.site.desk(made, "start")
    person.page.click("#send")
    expect(person.page.locator("#changed")).to_be_visible()


@state
def desk_closing_a_case(person: Person, photo: Path) -> None:
    _at_the_desk(person)
    person.page.click("#close")
    person.page.check("#outcome-duplicate")
    person.page.click("#send")
    expect(person.page.locator("#duplicate-of-error")).to_be_visible()


@state
def desk_assigning(person: Person, photo: Path) -> None:
    _at_the_desk(person)
    person.page.click("#assign")
    expect(person.page.locator("#assignee")).to_be_focused()


@state
def desk_handing_over(person: Person, photo: Path) -> None:
    _at_the_desk(person, "admin@0583.example")
    person.page.click("#do-hand_over")
    expect(person.page.locator("dialog #reason")).to_be_visible()


@state
def desk_correcting(person: Person, photo: Path) -> None:
    _at_the_desk(person, "admin@0583.example")
    person.page.click("#do-correct")
    expect(person.page.locator("dialog .pin")).to_be_visible()


@state
def desk_offered_case(person: Person, photo: Path) -> None:
    made = person.site.report(category="street_light", location={"lat": 58.5371, "lon": 15.0365})
    person.site.settled(made, "delivered")
    person.site.desk(made, "hand-over", municipality="0180", reason="Stolpen är er.")
    person.enter_desk("handler@0180.example", f"case/{made['case_id']}")
    expect(person.page.locator("#accept")).to_be_visible()


@state
def desk_keys_of_the_keyboard(person: Person, photo: Path) -> None:
    _at_the_desk(person)
    expect(person.page.locator("#case-title")).to_be_focused()
    person.page.keyboard.press("?")
    expect(person.page.locator("#keys-on")).to_be_visible()


@state
def desk_covering_a_photo(person: Person, photo: Path) -> None:
    made = person.site.report(category="street_light", location={"lat": 58.5371, "lon": 15.0365})
    person.site.settled(made, "delivered")
    with_photo(person, made["case_id"])
    person.enter_desk("lead@0583.example", f"case/{made['case_id']}")
    person.page.click(".photo-button")
    person.page.click("#mask")
    person.page.click("#mask-add")
    expect(person.page.locator(".mask-boxes button").first).to_be_visible()


@state
def desk_outdoors(person: Person, photo: Path) -> None:
    desk_to_do(person, photo)
    person.page.evaluate("location.hash = '#/field'")
    person.page.locator(".field-card").first.get_by_role("button", name="Klart").click()
    expect(person.page.locator(".closing")).to_be_visible()


@state
def desk_outdoors_without_network(person: Person, photo: Path) -> None:
    desk_to_do(person, photo)
    person.page.evaluate("location.hash = '#/field'")
    expect(person.page.locator(".field-card").first).to_be_visible()
    person.page.route("**/start", lambda route: route.abort())
    person.page.locator(".field-card").first.get_by_role("button", name="Pågår").click()
    expect(person.page.locator(".unsent")).to_be_visible()


@state
def desk_triage(person: Person, photo: Path) -> None:
    made = person.site.report(municipality="1496", category="street_light")
    person.site.settled(made, "routed")
    person.enter_desk("operator@synpunkt.example")
    person.page.locator(".one-card").first.get_by_role("button", name="Rätta kommun").click()
    expect(person.page.locator("form.inline select")).to_be_visible()


@state
def desk_staff(person: Person, photo: Path) -> None:
    person.enter_desk("admin@0583.example", "staff")
    person.page.locator("[id^=edit-]").first.click()
    person.page.locator("details.one-card summary").click()
    expect(person.page.get_by_label("Vem tar ärendena?")).to_be_visible()


@state
def desk_system_keys(person: Person, photo: Path) -> None:
    person.enter_desk("admin@0583.example", "keys")
    person.page.fill("#key-name", "Ärendesystemet")
    person.page.click("#make-key")
    expect(person.page.locator("#made-key")).to_be_visible()


@state
def desk_register(person: Person, photo: Path) -> None:
    person.enter_desk("admin@0583.example", "register")
    expect(person.page.locator("#sender")).to_be_visible()


def _in_a_box(person: Person, name: str, email: str = "admin@0583.example") -> dict[str, Any]:
    made = _at_the_desk(person, email)
    person.page.click(f"#do-{name}")
    expect(person.page.locator("dialog :is(input, textarea, select)").first).to_be_focused()
    return made


@state
def desk_referring(person: Person, photo: Path) -> None:
    _in_a_box(person, "refer")


@state
def desk_registering(person: Person, photo: Path) -> None:
    _in_a_box(person, "registered")


@state
def desk_linking_what_is_not_there(person: Person, photo: Path) -> None:
    _in_a_box(person, "link")
    person.page.fill("#references", "ZZZ-ZZZZ")
    person.page.click("#box-send")
    expect(person.page.locator("dialog [role=alert]")).to_be_visible()


@state
def desk_changed_under_a_box(person: Person, photo: Path) -> None:
    made = _in_a_box(person, "hide")
    person.page.fill("dialog #reason", "Grannens namn står där.")
    person.site.desk(made, "start")
    person.page.click("#box-send")
    expect(person.page.locator("dialog [role=alert]")).to_contain_text("Skicka igen")


@state
def desk_protected_case(person: Person, photo: Path) -> None:
    made = _at_the_desk(person, reporter={"name": "Anna Ek", "email": "anna@example.se"})
    person.site.desk(made, "protect", protected=True, reason="Hotad.")
    person.page.reload()
    expect(person.page.locator(".badge.protected")).to_be_visible()


@state
def desk_contact_details(person: Person, photo: Path) -> None:
    _at_the_desk(person, reporter={"name": "Anna Ek", "email": "anna@example.se"})
    person.page.click("#contact")
    person.page.get_by_text("Vem har läst?").click()
    expect(person.page.locator("[aria-labelledby=contact-title] .why li").first).to_be_visible()


@state
def desk_photo(person: Person, photo: Path) -> None:
    made = person.site.report(category="street_light", location={"lat": 58.5371, "lon": 15.0365})
    person.site.settled(made, "delivered")
    with_photo(person, made["case_id"])
    person.enter_desk("lead@0583.example", f"case/{made['case_id']}")
    person.page.click(".photo-button")
    expect(person.page.locator("#mask")).to_be_visible()


@state
def desk_incident(person: Person, photo: Path) -> None:
    other = person.site.report(category=person.site.private_category())
    person.site.settled(other, "delivered")
    made = _at_the_desk(person)
    person.site.desk(made, "link", references=[other["reference"]], title="Mörkt på Storgatan")
    person.page.reload()
    person.page.get_by_role("link", name="Mörkt på Storgatan").click()
    person.page.get_by_label("Ta med ärenden som inte är offentliga").check()
    expect(person.page.locator(".cards li")).to_have_count(2)


@state
def desk_case_in_triage(person: Person, photo: Path) -> None:
    made = person.site.report(municipality="1496", category="street_light")
    person.site.settled(made, "routed")
    person.enter_desk("operator@synpunkt.example", f"case/{made['case_id']}")
    expect(person.page.locator("#do-refer")).to_be_visible()


@state
def desk_making_a_template(person: Person, photo: Path) -> None:
    person.enter_desk("lead@0583.example", "templates")
    person.page.click("#new-template")
    person.page.fill("#template-name", "Svar")
    person.page.fill("#template-text", "Tack för {mejlet}.")
    person.page.get_by_role("button", name="Spara").click()
    expect(person.page.locator("#desk [role=alert]")).to_be_visible()


@state
def desk_explaining_a_status(person: Person, photo: Path) -> None:
    made = person.site.report(category="street_light")
    person.site.settled(made, "delivered")
    person.site.told_by_system(made, foreign_status=f"Vilande {made['reference']}")
    person.enter_desk("lead@0583.example", "statuses")
    card = person.page.locator("#unexplained > li", has_text=made["reference"])
    card.get_by_role("button", name="Förklara").click()
    person.page.select_option("#status-meaning", "no_action")
    expect(person.page.locator("#status-text")).to_be_visible()


@state
def desk_saved_views(person: Person, photo: Path) -> None:
    desk_to_do(person, photo)
    person.page.click("#filter")
    name = uuid.uuid4().hex[:6]
    person.page.fill("#view-name", name)
    person.page.get_by_role("button", name="Spara vyn").click()
    expect(person.page.get_by_role("button", name=f"Ta bort vyn {name}")).to_be_visible()


@state
def desk_stand_in_half_chosen(person: Person, photo: Path) -> None:
    person.enter_desk("admin@0583.example", "staff")
    person.page.click("#edit-lead-0583")
    person.page.locator("#by-lead-0583").select_option("handler-0583")
    person.page.locator("[data-staff=lead-0583]").get_by_role("button", name="Spara").click()
    expect(person.page.locator("#desk [role=alert]")).to_be_visible()


@state
def desk_replacing_a_key(person: Person, photo: Path) -> None:
    person.enter_desk("admin@0583.example", "keys")
    person.page.get_by_role("button", name="Byt ut").first.click()
    expect(person.page.locator("#key-name")).to_be_focused()


@state
def desk_subscriptions(person: Person, photo: Path) -> None:
    person.enter_desk("admin@0583.example", "subscriptions")
    person.page.fill("#subscription-name", f"Kö {uuid.uuid4().hex[:6]}")
    person.page.select_option("#subscription-kind", "sqs")
    person.page.fill("#subscription-target", "000000000000")
    person.page.click("#make-subscription")
    expect(person.page.locator("#page-title")).to_be_focused()
    expect(person.page.locator(".cards .badge").first).to_be_visible()


@state
def desk_a_subscription_and_its_log(person: Person, photo: Path) -> None:
    desk_subscriptions(person, photo)
    person.page.locator(".cards a").last.click()
    expect(person.page.locator("#subscription-state")).to_have_text("Igång")
    person.page.click("#send-test")
    expect(person.page.locator("#log li").first).to_contain_text("TestEvent")


@state
def pages_for_developers(person: Person, photo: Path) -> None:
    person.page.goto(f"{person.site.url}/docs/events/")
    expect(person.page.get_by_role("heading", name="Fetch them")).to_be_visible()


@state
def every_route_with_one_open(person: Person, photo: Path) -> None:
    person.page.goto(f"{person.site.url}/docs/reference/")
    route = person.page.locator("details", has_text="/api/v1/reports").first
    route.locator("summary").click()
    expect(route.get_by_role("table").first).to_be_visible()
