"""The work at the desk beside reading and answering, through the routes of the service: every dialog and every page."""

from __future__ import annotations

import csv
import io
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from infra.local.harness import PrivateStack
from tests.component.receiver import receiver
from tests.registries import TRAFIKVERKET
from tests.system.citizen import Citizen
from tests.system.commands import routing
from tests.web.steps import PATIENCE_S, Person
from tests.web.test_desk_page import ADMIN, HANDLER, LEAD, STOCKHOLM, at_case, listed, made_case, public

OPERATOR = "operator@synpunkt.example"
IN_STOCKHOLM = {"municipality": "0180", "location": {"lat": 59.33, "lon": 18.06, "text": "Vid torget"}}


def inside(person: Person, email: str, path: str = "", width: int = 1280) -> Page:
    page = person.sit_down(width, 900)
    person.enter_desk(email, path)
    return page


def send_box(page: Page, **fields: str) -> None:
    """Fills the open dialog in and sends it; it closes when the service has said yes."""
    for name, text in fields.items():
        page.locator(f"dialog [name={name}]").fill(text)
    page.click("#box-send")
    expect(page.locator("dialog")).to_have_count(0)


def told(page: Page, text: str) -> Locator:
    toast = page.locator(".toast", has_text=text)
    expect(toast.first).to_be_visible()
    return toast


def fact(page: Page, name: str) -> Locator:
    return page.locator(".facts dt", has_text=name).locator("xpath=following-sibling::dd[1]")


def focus_is_kept(page: Page) -> None:
    """Whoever cannot see the page is still somewhere on it, and not at its very beginning."""
    expect(page.locator(":focus")).to_have_count(1)


def eventually(person: Person, made: dict[str, Any], words: str) -> None:
    """What was to be said in a moment stands on the case's page."""
    until(lambda: words in str(public(person, made)), f"{made['reference']} never said: {words}")


def until(look: Callable[[], bool], complaint: str, again: Locator | None = None) -> None:
    """Looks until it is so; `again`: what to press before each look after the first."""
    deadline = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.5)
        if again is not None:
            again.click()


# ---- one happening, one answer ----


def test_cases_about_one_thing_get_one_answer_and_part_again(person: Person) -> None:
    one, other = made_case(person), made_case(person)
    private = person.site.report(category=person.site.private_category())
    person.site.settled(private, "delivered")
    page = at_case(person, one)
    page.click("#do-link")
    page.fill("#references", "ZZZ-ZZZZ")
    page.click("#box-send")
    expect(page.locator("dialog [role=alert]")).to_be_visible()
    send_box(page, references=f"{other['reference']}, {private['reference']}", title="Mörkt på Storgatan")
    told(page, "Ärendena är kopplade.")
    expect(page.locator(".incident")).to_contain_text("3 ärenden")
    page.get_by_role("link", name="Mörkt på Storgatan").click()
    expect(page.locator("#page-title")).to_be_focused()
    expect(page.locator(".cards li")).to_have_count(3)
    # What is not public is not reached, and is not counted among those who are.
    expect(page.locator(".readers")).to_contain_text("Det här når 2 som anmälde")
    page.get_by_label("Ta med ärenden som inte är offentliga").check()
    expect(page.locator(".readers")).to_contain_text("Det här når 3 som anmälde")
    page.get_by_label("Ta med ärenden som inte är offentliga").uncheck()
    page.fill("#incident-text", "Strömmen är tillbaka.")
    page.get_by_role("button", name="Skicka till alla").click()
    told(page, "2 som har anmält").get_by_role("button", name="Ångra").click()
    told(page, "Ändringen är ångrad.")
    expect(page.locator("#incident-text")).to_have_value("Strömmen är tillbaka.")
    page.fill("#incident-text", "Nu lyser alla lampor igen.")
    page.get_by_role("button", name="Skicka till alla").click()
    told(page, "1 ärenden som inte är offentliga får det inte")
    for each in (one, other):
        eventually(person, each, "Nu lyser alla lampor igen.")
        assert "Strömmen är tillbaka" not in str(public(person, each))
    page.keyboard.press("u")
    expect(page.locator("#list-title")).to_be_focused()
    page.evaluate("id => { location.hash = `#/case/${id}` }", other["case_id"])
    page.get_by_role("button", name="Koppla loss").click()
    expect(page.locator(".incident")).to_have_count(0)
    focus_is_kept(page)
    expect(page.locator(".story")).to_contain_text("Hör inte längre ihop")


# ---- what one writes and looks at again and again ----


def test_a_template_is_made_changed_used_and_removed(person: Person) -> None:
    made = made_case(person)
    name = f"Släckt lampa {made['reference']}"
    page = inside(person, LEAD, "templates")
    page.click("#new-template")
    expect(page.locator("#template-name")).to_be_focused()
    page.fill("#template-name", name)
    page.fill("#template-text", "Tack för {mejlet}.")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("form.one-card [role=alert]")).to_be_visible()
    expect(page.locator("#template-text")).to_have_value("Tack för {mejlet}.")
    page.fill("#template-text", "Tack. {category} {place} har nummer {reference}.")
    page.get_by_role("button", name="Spara").click()
    told(page, "Sparat.")
    card = page.locator(".one-card", has_text=name)
    card.get_by_role("button", name="Ändra").click()
    # What fills itself in is named in words, and put where one writes.
    page.fill("#template-text", "Hej. {category} {place} har nummer ")
    page.click("#put-reference")
    page.keyboard.type(" hos ")
    page.click("#put-municipality")
    page.keyboard.type(".")
    expect(page.locator("#template-text")).to_have_value(
        "Hej. {category} {place} har nummer {reference} hos {municipality}."
    )
    page.get_by_role("button", name="Spara").click()
    expect(card).to_contain_text("Hej. {category}")
    page.evaluate("id => { location.hash = `#/case/${id}` }", made["case_id"])
    page.get_by_text("Färdiga svar").click()
    page.get_by_role("button", name=name).click()
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#words")).to_have_value(
        f"Hej. Gatubelysning Vid bron har nummer {made['reference']} hos Motala kommun."
    )
    page.fill("#words", "")
    page.evaluate("location.hash = '#/templates'")
    card.get_by_role("button", name="Ta bort").click()
    send_box(page)
    told(page, f"{name} är borttaget.")
    expect(card).to_have_count(0)
    focus_is_kept(page)
    # Handlers use them, and do not change them.
    page = inside(person, HANDLER, "templates")
    expect(page.locator("#page-title")).to_have_text("Färdiga svar")
    expect(page.locator("#new-template")).to_have_count(0)


def test_a_status_of_their_system_is_explained_and_done_to_the_case_that_waited(person: Person) -> None:
    made, other = made_case(person), made_case(person)
    status = f"Vilande <b>{made['reference']}</b>"
    person.site.told_by_system(made, foreign_status=status)
    # Handlers see what waits, and leads say what it means.
    page = inside(person, HANDLER, "statuses")
    expect(page.locator("#unexplained li", has_text=status).first).to_be_visible()
    expect(page.get_by_role("button", name="Förklara")).to_have_count(0)
    page = inside(person, LEAD, "statuses")
    card = page.locator("#unexplained > li", has_text=status)
    expect(card.get_by_role("link", name=made["reference"])).to_be_visible()
    card.get_by_role("button", name="Förklara").click()
    expect(page.locator("#status-meaning")).to_be_focused()
    expect(page.locator("#status-words")).to_have_value(status)
    page.select_option("#status-meaning", "answered")
    # It fits no case that has no answer, so the case waits on, and whoever explained it is told.
    page.get_by_role("button", name="Spara").click()
    told(page, "på 1 passar det inte")
    expect(card).to_have_count(1)
    page.locator("#explained > li", has_text=status).get_by_role("button", name="Ändra").click()
    page.fill("#status-text", "Vi har tittat på det.")
    page.get_by_role("button", name="Spara").click()
    told(page, "Ärendet som väntade är uppdaterat.")
    focus_is_kept(page)
    expect(card).to_have_count(0)
    eventually(person, made, "Vi har tittat på det.")
    # The next one is done at once.
    answer = person.site.told_by_system(other, foreign_status=status.upper())
    assert (answer["status"], answer["unexplained_status"]) == ("resolved", None)
    page.locator("#explained > li", has_text=status).get_by_role("button", name="Ta bort").click()
    send_box(page)
    told(page, "är inte längre förklarad")
    person.site.told_by_system(other, foreign_status=status)
    page.reload()
    page.get_by_role("button", name=f"Klart ändå: {other['reference']}").click()
    told(page, f"{other['reference']} väntar inte längre.")
    expect(card).to_have_count(0)


def test_events_are_sent_to_a_system_and_every_attempt_is_seen(person: Person) -> None:
    page = inside(person, ADMIN, "subscriptions")
    name = f"Gatusystemet {uuid.uuid4().hex[:6]}"
    with receiver() as endpoint:
        page.fill("#subscription-name", name)
        page.fill("#subscription-target", "http://10.0.0.1/events")
        page.click("#make-subscription")
        expect(page.locator("#desk form [role=alert]")).to_be_visible()
        page.fill("#subscription-target", endpoint.url)
        page.click("#make-subscription")
        expect(page.locator("#made-title")).to_be_focused()
        endpoint.secret = page.inner_text("#made-key")
        page.get_by_role("button", name="Jag har sparat den").click()
        expect(page.locator("#made-key")).to_have_count(0)
        page.get_by_role("link", name=name).click()
        expect(page.locator("#page-title")).to_have_text(name)
        again = page.get_by_role("button", name="Titta igen")
        state = page.locator("#subscription-state")
        until(lambda: state.inner_text() == "Igång", "it never went", again)
        page.click("#send-test")
        sent = page.locator("#log li", has_text="TestEvent")
        expect(sent.first).to_contain_text("Framme")
        made = made_case(person)
        mine = page.locator("#log li").filter(has=page.locator(f"a[href='#/case/{made['case_id']}']"))
        until(lambda: mine.count() > 1, "the case was never sent", again)
        first = mine.filter(has_text="CaseRouted")
        first.get_by_role("button", name="Skicka CaseRouted").click()
        until(lambda: first.count() > 1, "it was never sent again", again)
        page.click("#check")
        expect(page.locator("#checked-title")).to_have_text("Mottagaren gör allt rätt")
        page.get_by_role("button", name="Ny hemlighet").click()
        expect(page.locator("#made-key")).not_to_have_text(endpoint.secret)
    page.get_by_role("button", name="Pausa").click()
    expect(state).to_have_text("Pausad")
    page.get_by_role("button", name="Fortsätt").click()
    expect(state).to_have_text("Igång")
    page.get_by_role("button", name="Ta bort").click()
    send_box(page)
    told(page, f"{name} är borttaget.")
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    # What lets a system in is for admins.
    page = inside(person, LEAD, "subscriptions")
    expect(page.locator("#desk [role=alert]").first).to_be_visible()


def test_a_view_is_saved_shared_opened_and_removed(person: Person) -> None:
    made_case(person)
    name = f"Bråttom {uuid.uuid4().hex[:6]}"
    page = inside(person, LEAD)
    page.click("#filter")
    page.select_option("#filter-priority", "high")
    page.fill("#view-name", name)
    page.get_by_label("Visa för kollegorna också").check()
    page.get_by_role("button", name="Spara vyn").click()
    told(page, f"Vyn {name} är sparad.")
    handler = inside(person, HANDLER, "mine")
    handler.click("#filter")
    handler.locator(".views").get_by_role("button", name=name).click()
    # It is about everybody's cases, so it is not shown among one's own.
    expect(handler.locator("#list-title")).to_have_text("Alla öppna")
    expect(handler.locator("#filter-priority")).to_have_value("high")
    expect(handler.locator("#filter")).to_have_text("Urval (1)")
    expect(handler.get_by_role("button", name=f"Ta bort vyn {name}")).to_have_count(0)
    page.get_by_role("button", name=f"Ta bort vyn {name}").click()
    told(page, f"Vyn {name} är borttagen.")
    expect(page.locator(".views").get_by_role("button", name=name)).to_have_count(0)
    expect(page.locator("#views-title")).to_be_focused()


def test_one_chooses_what_one_is_told_by_mail(person: Person) -> None:
    page = inside(person, HANDLER, "me")
    box = page.locator("#notice-digest")
    before = box.is_checked()
    box.click()
    expect(page.locator("p[role=status]").last).to_have_text("Sparat.")
    page.reload()
    expect(box).to_be_checked(checked=not before)
    page.route("**/me/notices", lambda route: route.abort())
    box.click()
    expect(page.locator("#desk [role=alert]")).to_contain_text("Vi når inte tjänsten")
    # What is shown is what holds.
    expect(box).to_be_checked(checked=not before)
    page.unroute("**/me/notices")
    box.click()
    expect(box).to_be_checked(checked=before)


def test_the_register_is_a_file(person: Person) -> None:
    made = made_case(person, reporter={"name": "=1+1", "email": "anna@example.se"})
    page = inside(person, ADMIN, "register")
    page.fill("#from", page.locator("#to").input_value())
    page.check("#sender")
    with page.expect_download() as download:
        page.get_by_role("button", name="Hämta filen").click()
    told(page, "Filen är hämtad.")
    file = download.value
    assert file.suggested_filename.startswith("register-0583-")
    text = Path(file.path()).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))
    [row] = [row for row in rows if made["reference"] in row]
    assert len({len(each) for each in rows if each}) == 1
    # No spreadsheet calculates what somebody wrote.
    assert not any(cell.startswith("=") for cell in row)
    page.route("**/desk/register?*", lambda route: route.abort())
    page.get_by_role("button", name="Hämta filen").click()
    expect(page.locator("#desk form [role=alert]")).to_be_visible()


# ---- what a case is about ----


def test_a_wrong_subject_and_place_are_put_right_and_it_says_so(person: Person) -> None:
    made = made_case(person)
    page = at_case(person, made, ADMIN)
    page.click("#do-correct")
    page.click("#box-send")
    expect(page.locator("dialog [role=alert]")).to_have_text("Inget är ändrat än.")
    page.select_option("dialog #category", "pothole")
    page.locator("dialog .map").click(position={"x": 90, "y": 90})
    expect(page.locator("dialog p[role=status]")).to_contain_text("Ny plats:")
    send_box(page, reason="Det är ett hål bredvid lampan.")
    told(page, "Rättat.")
    expect(page.locator("#case-title")).to_have_text("Hål i vägen")
    entry = page.locator(".entry", has_text="har rättat ärendet")
    expect(entry).to_contain_text("ämnet är")
    expect(entry).to_contain_text("platsen är flyttad på kartan")
    expect(entry.locator("blockquote")).to_have_text("Det är ett hål bredvid lampan.")
    expect(entry).to_contain_text("kan alla läsa")
    person.site.settled(made, "delivered")
    page.get_by_text("Varför hos oss?").click()
    expect(page.locator(".case-side .why li").first).to_be_visible()


def test_priority_own_number_and_diary(person: Person) -> None:
    made = made_case(person)
    page = at_case(person, made)
    row = page.locator(listed(page, made))
    page.select_option("#priority", "high")
    expect(page.locator(".story")).to_contain_text("Prioriteten är hög")
    expect(row).to_contain_text("Bråttom")
    page.click("#do-number")
    send_box(page, number="GK-4711")
    expect(fact(page, "Eget nummer")).to_have_text("GK-4711")
    expect(page.locator("#do-number")).to_be_focused()
    page.click("#do-registered")
    received = page.evaluate("new Date(Date.now() - 3 * 864e5).toISOString().slice(0, 10)")
    page.fill("#received", received)
    send_box(page, diary="KS 2026/117")
    expect(fact(page, "Diarienummer")).to_have_text("KS 2026/117")
    expect(fact(page, "Inkommet")).to_be_visible()
    page.reload()
    page.click("#do-registered")
    expect(page.locator("#diary")).to_have_value("KS 2026/117")
    assert page.locator("#received").input_value() == received
    assert "KS 2026/117" not in str(public(person, made))


# ---- who may see it ----


def test_a_case_is_hidden_with_a_reason_and_shown_again(person: Person) -> None:
    made = made_case(person)
    page = at_case(person, made)
    page.click("#do-hide")
    page.click("#box-send")
    # The browser itself asks for the reason.
    expect(page.locator("dialog #reason:invalid")).to_have_count(1)
    send_box(page, reason="Grannens namn står där.")
    expect(page.locator(".case-number")).to_contain_text("Dolt")
    expect(page.locator(".entry.inside blockquote")).to_have_text("Grannens namn står där.")
    expect(page.locator("#readers")).to_contain_text("Den som anmälde läser det här.")
    assert person.site.call(f"/api/v1/cases/{made['reference']}")[0] != 200
    page.click("#do-show")
    expect(page.locator(".case-number")).not_to_contain_text("Dolt")
    focus_is_kept(page)
    assert "Grannens" not in str(public(person, made))


def test_who_reported_is_protected_from_all_but_those_with_the_role(person: Person) -> None:
    made = made_case(person, reporter={"name": "Anna Ek", "email": "anna@example.se"})
    page = at_case(person, made)
    page.click("#contact")
    expect(page.locator(".case-side dd", has_text="anna@example.se")).to_be_visible()
    page.click("#do-protect")
    send_box(page, reason="Hotad.")
    expect(page.locator(".case-number")).to_contain_text("Skyddad")
    # It is gone from the screen, too, and the reason is for the role.
    expect(page.locator(".case-side dd", has_text="anna@example.se")).to_have_count(0)
    expect(page.locator(".case-side")).to_contain_text("Bara registratorer och administratörer")
    for gone in ("#contact", "#do-protect", "#do-unprotect"):
        expect(page.locator(gone)).to_have_count(0)
    expect(page.locator("#desk", has_text="Hotad.")).to_have_count(0)
    assert person.site.call(f"/api/v1/cases/{made['reference']}")[0] != 200
    page = at_case(person, made, ADMIN)
    expect(page.locator(".story")).to_contain_text("Hotad.")
    page.click("#contact")
    expect(page.locator(".case-side dd", has_text="anna@example.se")).to_be_visible()
    page.click("#do-unprotect")
    send_box(page, reason="Hotet är borta.")
    expect(page.locator(".case-number")).not_to_contain_text("Skyddad")
    expect(page.locator("#do-protect")).to_be_visible()


def test_a_held_case_is_published_or_kept_private(person: Person) -> None:
    one, other = (person.site.report(kind="complaint", municipality="0583") for _ in range(2))
    for made in (one, other):
        person.site.settled(made, "delivered")
    page = at_case(person, one)
    expect(page.locator(".case-number")).to_contain_text("Väntar på granskning")
    page.click("#do-publish")
    expect(page.locator(".case-number .badge")).to_have_count(0)
    expect(page.locator("#readers")).to_contain_text("kan alla läsa")
    focus_is_kept(page)
    assert public(person, one)["status"] == "delivered"
    page = at_case(person, other)
    page.click("#do-keep_private")
    expect(page.locator(".case-number")).to_contain_text("Inte offentligt")
    expect(page.locator("#do-publish")).to_have_count(0)
    assert person.site.call(f"/api/v1/cases/{other['reference']}")[0] != 200


def test_boxes_drawn_over_a_photo_are_gone_from_it(person: Person, photo: Path) -> None:
    receipt = Citizen(person.site.url).report(
        photo=photo.read_bytes(), category="street_light", location={"lat": 58.5371, "lon": 15.0365}
    )
    made = {"case_id": receipt.case_id, "reference": receipt.reference, "token": receipt.token}
    person.site.settled(made, "delivered")
    page = at_case(person, made)
    expect(page.locator(".photo-button img")).to_be_visible()
    page.click(".photo-button")
    page.click("#mask")
    canvas = page.locator("canvas.mask")
    expect(canvas).to_be_visible()
    expect(canvas).to_have_attribute("width", "1600")
    around = canvas.bounding_box()
    assert around

    def at(x: float, y: float) -> tuple[float, float]:
        return around["x"] + x * around["width"], around["y"] + y * around["height"]

    page.mouse.move(*at(0.05, 0.05))
    page.mouse.down()
    page.mouse.move(*at(0.2, 0.2))
    page.mouse.move(*at(0.3, 0.3))
    page.mouse.up()
    expect(page.locator(".mask-boxes li")).to_have_count(1)
    person.tab_to("#mask-add")
    page.keyboard.press("Enter")
    expect(page.locator("#mask-box-1")).to_be_focused()
    for key in ("ArrowRight",) * 10 + ("Shift+ArrowDown",) * 5:
        page.keyboard.press(key)
    expect(page.locator("#mask-box-1")).to_have_text("Ruta 2: 60 % från vänster, 40 % uppifrån, 20 × 30 %")
    page.click("#mask-add")
    page.get_by_role("button", name="Ta bort ruta 3").press("Enter")
    expect(page.locator("#mask-box-1")).to_be_focused()
    page.click("#box-send")
    expect(page.locator("dialog")).to_have_count(0)
    told(page, "Fotot täcks nu.")
    expect(page.locator(".photos-of")).to_contain_text("täcks strax")
    expect(page.locator(".photos-of .badge", has_text="täcks strax")).to_have_count(0)
    expect(page.locator(".photos-of .badge", has_text="täckt")).to_be_visible()
    page.click(".photo-button")
    large = page.locator(".photo-large").get_attribute("src") or ""
    answer = page.request.get(person.site.url + large if large.startswith("/") else large)
    picture = Image.open(io.BytesIO(answer.body())).convert("L")

    def spread(x: float, y: float) -> int:
        """How much the grey differs in a small part of the photo: the noise of a camera, or one flat colour."""
        left, top = int(x * picture.width), int(y * picture.height)
        shades = picture.crop((left, top, left + 40, top + 40)).tobytes()
        return max(shades) - min(shades)

    assert max(spread(0.15, 0.15), spread(0.68, 0.6)) < 12, "covered"
    assert min(spread(0.15, 0.6), spread(0.9, 0.9)) > 60, "and nothing else is"


# ---- many at once ----


def test_many_are_given_to_somebody_and_answered_and_it_is_undone(person: Person) -> None:
    both = [made_case(person), made_case(person)]
    page = inside(person, LEAD, "all")

    def choose() -> None:
        for made in both:
            page.locator(".row-of", has=page.locator(listed(page, made))).locator(".pick input").check()
        page.get_by_role("button", name="Gör något med dem").click()

    choose()
    page.select_option("#assignee", label="Lokal handläggare 0583")
    page.select_option("#team", "street")
    send_box(page)
    toast = told(page, "2 ärenden är ändrade.")
    focus_is_kept(page)
    for made in both:
        expect(page.locator(listed(page, made))).to_contain_text("Lokal handläggare 0583")
    toast.get_by_role("button", name="Ångra").click()
    told(page, "Ändringen är ångrad.")
    for made in both:
        expect(page.locator(listed(page, made))).not_to_contain_text("Lokal handläggare 0583")
    choose()
    page.select_option("#bulk-act", "reply")
    expect(page.locator("dialog .readers")).to_contain_text("Alla som anmälde läser det")
    send_box(page, text="Vi kommer båda gångerna.")
    waiting = told(page, "2 ärenden ändras strax.")
    waiting.get_by_role("button", name="Ångra").click()
    expect(waiting).to_have_count(0)
    page.goto(f"{person.site.url}/desk/#/case/{both[0]['case_id']}")
    expect(page.locator("#composer")).to_be_visible()
    expect(page.locator(".pending")).to_have_count(0)
    expect(page.locator("#desk", has_text="Vi kommer båda gångerna.")).to_have_count(0)


# ---- into other hands ----


def hand_over(page: Page, code: str, reason: str) -> None:
    page.click("#do-hand_over")
    page.select_option("dialog #to", code)
    send_box(page, reason=reason)
    told(page, "Ärendet är överlämnat.")


def test_a_case_is_called_back_accepted_and_returned(person: Person) -> None:
    made = made_case(person, reporter={"name": "Anna Ek", "email": "anna@example.se", "share_contact": True})
    page = at_case(person, made, ADMIN)
    page.click("#do-hand_over")
    page.fill("dialog #reason", "Stolpen är er.")
    page.click("#box-send")
    expect(page.locator("dialog [role=alert]")).to_contain_text("Välj vem som ska få ärendet.")
    expect(page.locator("dialog #reason")).to_have_value("Stolpen är er.")
    page.click("#box-close")
    hand_over(page, "0180", "Stolpen är er.")
    focus_is_kept(page)
    # What one does not have any more, one knows nothing of; and nothing false is said about it.
    expect(page.locator(".case-side")).to_contain_text("Bara den som har ärendet kan läsa kontaktuppgifter.")
    # The page looks by itself how it goes on.
    expect(page.locator(".status-word")).to_have_text("Framme hos Stockholms stad")
    page.click("#do-recall")
    send_box(page)
    told(page, "Ärendet är hos er igen.")
    expect(page.locator("#composer")).to_be_visible()
    expect(page.locator(".story")).to_contain_text("Motala kommun tog tillbaka ärendet från Stockholms stad")
    expect(page.locator(".status-word")).to_have_text("Framme hos Motala kommun")
    hand_over(page, "0180", "Stolpen är er, säger kartan.")
    person.site.settled(made, "delivered")
    page = inside(person, STOCKHOLM, f"case/{made['case_id']}")
    expect(page.locator(".offer")).to_contain_text("Motala kommun har lämnat över ärendet till er.")
    expect(page.locator(".case-side")).to_contain_text("när ni har tagit emot ärendet")
    expect(page.locator("#contact")).to_have_count(0)
    page.click("#accept")
    told(page, "Ni har tagit emot ärendet.")
    expect(page.locator(".offer")).to_have_count(0)
    focus_is_kept(page)
    page.click("#contact")
    expect(page.locator(".case-side dd", has_text="anna@example.se")).to_be_visible()
    page.click("#do-return")
    send_box(page, reason="Kartan har fel.")
    told(page, "Ärendet är lämnat tillbaka.")
    # What is said about it inside is not theirs to read any more: they are at their list.
    expect(page.locator("#list-title")).to_have_text("Att göra")
    expect(page.locator(".case-side dd", has_text="anna@example.se")).to_have_count(0)
    page = inside(person, ADMIN, f"case/{made['case_id']}")
    expect(page.locator(".entry blockquote").last).to_have_text("Kartan har fel.")


def test_what_happens_under_an_open_box_is_told_in_it(person: Person) -> None:
    made = made_case(person)
    page = at_case(person, made, ADMIN)
    page.click("#do-hide")
    page.fill("dialog #reason", "Grannens namn står där.")
    person.site.desk(made, "start")
    page.click("#box-send")
    expect(page.locator("dialog [role=alert]")).to_contain_text("Arbetet har börjat. Skicka igen")
    # Whoever still means it has lost nothing, and sends it again.
    send_box(page)
    expect(page.locator(".case-number")).to_contain_text("Dolt")
    expect(page.locator(".entry.inside blockquote")).to_have_text("Grannens namn står där.")


def test_who_reported_is_protected_while_somebody_outside_has_the_case(
    person: Person, stack: PrivateStack, tmp_path: Path
) -> None:
    file = tmp_path / "registry.yaml"
    names = TRAFIKVERKET["name"]
    assert isinstance(names, dict)
    words = f"{{sv: {names['sv']}, en: {names['en']}}}"
    body = f"{{id: trafikverket, mail: vag@trafikverket.example, mail_verified: true, name: {words}}}"
    file.write_text(routing(stack, "export", "0180") + f"bodies:\n- {body}\n", "utf-8")
    routing(stack, "publish", str(file), "--note", "the state's roads", "--author", "anna")
    try:
        made = made_case(person, **IN_STOCKHOLM)
        page = inside(person, STOCKHOLM, f"case/{made['case_id']}")
        expect(page.locator("#composer")).to_be_visible()
        person.site.desk(made, "hand-over", body="trafikverket", reason="Statens väg.")
        page.reload()
        expect(page.locator(".case-main")).to_contain_text("Ärendet är hos Trafikverket")
        expect(page.locator("#do-hide")).to_have_count(0)
        page.click("#do-protect")
        send_box(page, reason="Hotad.")
        expect(page.locator(".case-number")).to_contain_text("Skyddad")
    finally:
        routing(stack, "rollback", "0180", "0", "--note", "as it was")


def lost(person: Person) -> dict[str, Any]:
    """A case of a municipality that has not joined, so that it lies in triage."""
    made = person.site.report(municipality="1496", category="street_light")
    person.site.settled(made, "routed")
    return made


def test_an_operator_hands_a_case_over_and_gets_it_back(person: Person) -> None:
    made = lost(person)
    page = inside(person, OPERATOR)
    card = page.locator(f"[data-case='{made['case_id']}']")
    card.get_by_role("button", name="Ta hand om").click()
    expect(card).to_contain_text("Du tar hand om det")
    expect(card.locator("h3 a")).to_be_focused()
    page.select_option("#owner", "nobody")
    expect(card).to_have_count(0)
    page.select_option("#owner", "me")
    card.locator("h3 a").click()
    expect(page.locator("#case-title")).to_be_focused()
    expect(page.locator(".case-main")).to_contain_text("ligger i Synpunkts fördelning")
    around = page.locator(".case-pane").bounding_box()
    assert around
    assert around["width"] > 1000, "the case has the whole screen, there is no list beside it"
    hand_over(page, "0180", "Stolpen är Stockholms.")
    # It is no longer ours to read: the list is next, and no error.
    expect(page.locator("#page-title")).to_have_text("Fördelning")
    expect(card).to_have_count(0)
    expect(page.locator("#desk [role=alert]")).to_have_count(0)
    person.site.settled(made, "delivered")
    page = inside(person, STOCKHOLM, f"case/{made['case_id']}")
    expect(page.locator(".entry blockquote")).to_have_text("Stolpen är Stockholms.")
    page.click("#do-return")
    expect(page.locator("dialog")).to_contain_text("Synpunkts fördelning")
    send_box(page, reason="Nej, den är Skövdes.")
    page = inside(person, OPERATOR)
    card = page.locator(f"[data-case='{made['case_id']}']")
    expect(card).to_contain_text("Ingen har det än")
    card.locator("h3 a").click()
    expect(page.locator(".entry blockquote").last).to_have_text("Nej, den är Skövdes.")


def test_an_operator_puts_a_case_right_and_refers_another(person: Person) -> None:
    one, other = lost(person), lost(person)
    page = inside(person, OPERATOR)
    card = page.locator(f"[data-case='{one['case_id']}']")
    card.get_by_role("button", name="Skicka igen").click()
    expect(card.locator("[role=alert]")).to_contain_text("Fortfarande ingen mottagare")
    card.get_by_role("button", name="Rätta kommun").click()
    expect(card.locator("select")).to_be_focused()
    card.locator("select").select_option("0583")
    card.get_by_role("button", name="Skicka dit").click()
    told(page, f"{one['reference']} är rättat.")
    expect(card).to_have_count(0)
    expect(page.locator("#page-title")).to_be_focused()
    person.site.settled(one, "delivered")
    page.locator(f"[data-case='{other['case_id']}'] h3 a").click()
    page.click("#do-refer")
    page.fill("dialog [name=phone]", "123")
    page.fill("dialog [name=url]", "https://energy.example/fel")
    send_box(page, name="Elbolaget", text="De sköter lamporna där.")
    expect(page.locator("#page-title")).to_have_text("Fördelning")
    expect(page.locator("#desk [role=alert]")).to_have_count(0)
    person.site.settled(other, "resolved")
    assert "Elbolaget" in str(public(person, other))


# ---- who works here ----


def test_an_admin_is_told_what_is_missing_and_what_is_there_already(person: Person) -> None:
    page = inside(person, ADMIN, "staff")
    page.fill("#invite-email", HANDLER)
    page.fill("#invite-name", "Samma En Gång Till")
    page.click("#invite-send")
    expect(page.locator("#desk [role=alert]")).to_contain_text("har redan tillgång")
    expect(page.locator("#invite-name")).to_have_value("Samma En Gång Till")
    page.locator("#edit-lead-0583").click()
    page.locator("#by-lead-0583").select_option("handler-0583")
    card = page.locator("[data-staff=lead-0583]")
    card.get_by_role("button", name="Spara").click()
    # Half a stand-in is none, and is not thrown away in silence.
    expect(card.locator("[role=alert]")).to_contain_text("Välj både")
    expect(page.locator("#until-lead-0583")).to_be_focused()
    page.fill("#until-lead-0583", page.evaluate("new Date(Date.now() + 5 * 864e5).toISOString().slice(0, 10)"))
    card.get_by_role("button", name="Spara").click()
    expect(card).to_contain_text("Lokal handläggare 0583 tar ärendena")
    expect(page.locator("#edit-lead-0583")).to_be_focused()
    page.locator("#edit-lead-0583").click()
    page.locator("#by-lead-0583").select_option("")
    page.fill("#until-lead-0583", "")
    card.get_by_role("button", name="Spara").click()
    expect(card).not_to_contain_text("tar ärendena till")


def test_a_key_is_replaced_by_another(person: Person) -> None:
    page = inside(person, ADMIN, "keys")
    name = f"System {uuid.uuid4().hex[:6]}"
    page.fill("#key-name", name)
    page.check("#scope-write")
    page.click("#make-key")
    expect(page.locator("#made-title")).to_be_focused()
    old = page.locator("#made-key").inner_text()
    page.fill("#key-name", "Något annat")
    page.locator("[data-key]", has_text=name).get_by_role("button", name="Byt ut").click()
    expect(page.locator("#make-title")).to_have_text(f"Byt ut nyckeln till {name}")
    expect(page.locator("#key-name")).to_have_value(name)
    expect(page.locator("#scope-write")).to_be_checked()
    page.click("#make-key")
    expect(page.locator("[data-key]", has_text=name)).to_have_count(2)
    new = page.locator("#made-key").inner_text()
    assert new != old
    statuses = [person.site.call("/api/v1/desk/me", Authorization=f"Bearer {key}")[0] for key in (old, new)]
    assert statuses == [401, 200]
    page.get_by_role("button", name="Jag har sparat den").click()
    expect(page.locator("#made-key")).to_have_count(0)
    focus_is_kept(page)


# ---- without a mouse ----


def test_every_key_does_what_it_says(person: Person) -> None:
    made = made_case(person, **IN_STOCKHOLM)
    made_case(person, **IN_STOCKHOLM)
    page = inside(person, STOCKHOLM)
    listed(page, made)
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.dataset.case")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.dataset.case")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.dataset.case") == first != second
    page.keyboard.press("o")
    expect(page.locator("#case-title")).to_be_focused()
    expect(page.locator(".row-of.read [data-case]")).to_have_attribute("data-case", first)
    page.keyboard.press("j")
    expect(page.locator(".row-of.read [data-case]")).to_have_attribute("data-case", second)
    page.keyboard.press("k")
    expect(page.locator(".row-of.read [data-case]")).to_have_attribute("data-case", first)
    expect(page.locator("#composer")).to_be_visible()
    page.keyboard.press("r")
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#case-title")).to_be_focused()
    page.keyboard.press("e")
    expect(page.locator("#outcome-fixed")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#assignee")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("#outcome-fixed")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("dialog kbd")).not_to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("Escape")
    for keys, title in (("gm", "Mina"), ("ga", "Alla öppna"), ("gu", "Ute"), ("gt", "Att göra")):
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator("#list-title, #page-title").first).to_have_text(title)
        expect(page.locator("#list-title, #page-title").first).to_be_focused()


@pytest.mark.parametrize("path", ["templates", "statuses", "register", "staff", "keys", "subscriptions", "me"])
def test_what_leads_there_leads_back(person: Person, path: str) -> None:
    page = inside(person, ADMIN, "me")
    if path != "me":
        page.locator(f"#desk a[href='#/{path}']").click()
    expect(page.locator("#page-title")).to_be_focused()
    page.get_by_role("link", name="Att göra").click()
    expect(page.locator("#list-title")).to_be_focused()
