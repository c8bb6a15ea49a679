"""What is done at the desk: found, read, answered, closed; by mouse, by keyboard, among others, without network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.states import with_photo
from tests.web.steps import Person

HANDLER, LEAD, ADMIN = "handler@0583.example", "lead@0583.example", "admin@0583.example"
STOCKHOLM = "handler@0180.example"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def made_case(person: Person, **fields: object) -> dict[str, Any]:
    given = {"category": "street_light", "location": {"lat": 58.5371, "lon": 15.0365, "text": "Vid bron"}, **fields}
    made = person.site.report(**given)
    person.site.settled(made, "delivered")
    return made


def at_case(person: Person, made: dict[str, Any], email: str = LEAD, width: int = 1280) -> Page:
    page = person.sit_down(width, 900)
    person.enter_desk(email, f"case/{made['case_id']}")
    expect(page.locator("#composer")).to_be_visible()
    return page


def listed(page: Page, made: dict[str, Any]) -> str:
    """Where the case stands in the list, however far down: the list is fetched on, by keyboard."""
    row = f"[data-case='{made['case_id']}']"
    expect(page.locator(".row-of").first).to_be_visible()
    while page.locator(row).count() == 0:
        page.locator(".list-pane > .more").press("Enter")
        expect(page.locator(".list-pane[aria-busy=false]")).to_be_visible()
    return row


def public(person: Person, made: dict[str, Any]) -> dict[str, Any]:
    _, case = person.site.call(f"/api/v1/cases/{made['reference']}")
    assert isinstance(case, dict)
    return case


# ---- a case from the list to its answer ----


def test_a_case_is_found_opened_and_answered_with_the_mouse(person: Person) -> None:
    made = made_case(person, municipality="0180", location={"lat": 59.33, "lon": 18.06})
    page = person.sit_down(1280, 900)
    person.enter_desk(STOCKHOLM)
    expect(page.locator("#list-title")).to_have_text("Att göra")
    row = page.locator(listed(page, made))
    expect(row).to_contain_text("Gatubelysning")
    expect(row).to_contain_text(made["reference"])
    row.click()
    expect(page.locator("#case-title")).to_be_focused()
    expect(page.locator(".case-main .written").first).to_have_text("Lampan vid busshållplatsen är släckt.")
    page.click("#acknowledge")
    expect(page.locator(".status-word")).to_contain_text("Öppnad")
    expect(page.locator("#readers")).to_contain_text("Den här texten kan alla läsa.")
    page.fill("#words", "Tack, lampan byts på fredag.")
    page.click("#send")
    expect(page.locator(".entry.spoken blockquote")).to_have_text("Tack, lampan byts på fredag.")
    expect(page.locator("#words")).to_have_value("")
    assert "Tack, lampan byts på fredag." in json.dumps(public(person, made), ensure_ascii=False)


def test_the_same_with_the_keyboard_alone(person: Person) -> None:
    made = made_case(person, municipality="0180", location={"lat": 59.33, "lon": 18.06})
    page = person.sit_down(1280, 900)
    page.goto(person.site.url + "/desk/")
    page.focus("#email")
    page.keyboard.type(STOCKHOLM)
    page.keyboard.press("Tab")
    page.keyboard.type("Synpunkt-local-1")
    page.keyboard.press("Enter")
    row = listed(page, made)
    for _ in range(300):
        page.keyboard.press("j")
        if page.evaluate("row => document.activeElement?.matches(row)", row):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#case-title")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.type("Elbolaget är ringt, jkearu?/")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".entry.inside blockquote")).to_have_text("Elbolaget är ringt, jkearu?/")
    page.keyboard.press("r")
    page.keyboard.type("Tack, vi tittar på det.")
    person.tab_to("#send")
    page.keyboard.press("Enter")
    expect(page.locator(".entry.spoken blockquote")).to_have_text("Tack, vi tittar på det.")
    page.keyboard.press("a")
    expect(page.locator("#assignee")).to_be_focused()
    page.keyboard.press("ArrowDown")
    person.tab_to("#box-send")
    page.keyboard.press("Enter")
    expect(page.locator(".case-status")).to_contain_text("du")
    page.keyboard.press("e")
    expect(page.locator("#outcome-fixed")).to_be_focused()
    page.keyboard.press("Space")
    person.tab_to("#words")
    page.keyboard.type("Lampan är bytt.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".status-word")).to_contain_text("Åtgärdat")
    page.keyboard.press("u")
    expect(page.locator("#list-title")).to_be_visible()
    # The note is nobody else's.
    assert "Elbolaget" not in json.dumps(public(person, made))


def test_single_keys_can_be_switched_off(person: Person) -> None:
    page = at_case(person, made_case(person))
    page.keyboard.press("?")
    expect(page.locator("#keys-on")).to_be_checked()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    for key in "enra?":
        page.keyboard.press(key)
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("#words")).not_to_be_focused()


def test_list_and_map_point_at_the_same_case(person: Person) -> None:
    made = made_case(person, municipality="0180", location={"lat": 59.33, "lon": 18.06})
    page = person.sit_down(1280, 900)
    person.enter_desk(STOCKHOLM)
    expect(page.locator(".mark").first).to_be_visible()
    page.locator(listed(page, made)).hover()
    expect(page.locator(".mark.pointed")).to_have_count(1)
    page.locator(".mark").first.dispatch_event("mouseover")
    expect(page.locator(".row-of.pointed")).not_to_have_count(0)
    page.locator(".mark").first.dispatch_event("click")
    expect(page.locator(".row-of.standing")).to_have_count(1)


# ---- what may go wrong ----


def test_who_comes_second_sees_what_changed_and_loses_nothing(person: Person) -> None:
    made = made_case(person)
    page = at_case(person, made)
    page.fill("#words", "Vi kommer på måndag.")
    person.site.desk(made, "reply", text="Redan lagat.")
    page.click("#send")
    expect(page.locator("#changed-title")).to_be_focused()
    expect(page.locator("#changed")).to_contain_text("Svar från Motala kommun")
    expect(page.locator("#changed blockquote")).to_have_text("Redan lagat.")
    expect(page.locator("#words")).to_have_value("Vi kommer på måndag.")
    page.click("#go-on")
    expect(page.locator("#changed")).to_have_count(0)
    expect(page.locator("#words")).to_be_focused()
    page.click("#send")
    expect(page.locator(".entry.spoken blockquote")).to_have_text(["Redan lagat.", "Vi kommer på måndag."])


def test_what_was_written_outlives_no_answer_a_reload_and_a_lost_login(person: Person) -> None:
    made = made_case(person)
    page = at_case(person, made, HANDLER)
    page.fill("#words", "Vi kommer på måndag.")
    page.route("**/reply*", lambda route: route.abort())
    page.click("#send")
    expect(page.locator("#composer [role=alert]")).to_contain_text("Det du skrev finns kvar")
    page.reload()
    expect(page.locator("#words")).to_have_value("Vi kommer på måndag.")
    page.unroute("**/reply*")
    page.evaluate("sessionStorage.setItem('synpunkt.desk', JSON.stringify({id: 'x.y.z', refresh: null, until: 4e12}))")
    page.click("#send")
    expect(page.locator("#login-error")).to_contain_text("Du har loggats ut")
    page.fill("#email", HANDLER)
    page.fill("#password", "Synpunkt-local-1")
    page.click("#login button")
    expect(page.locator("#words")).to_have_value("Vi kommer på måndag.")
    page.click("#send")
    expect(page.locator(".entry.spoken blockquote")).to_have_text("Vi kommer på måndag.")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.includes('draft'))") == []


def test_script_in_any_field_is_text(person: Person) -> None:
    made = made_case(person, description=f"Lampan {SCRIPT}", location={"lat": 58.5371, "lon": 15.0365, "text": SCRIPT})
    person.site.desk(made, "note", text=SCRIPT)
    person.site.desk(made, "reply", text=f"Svar {SCRIPT}")
    person.site.desk(made, "number", foreign_number=SCRIPT)
    page = at_case(person, made)
    expect(page.locator(".case-main .written").first).to_have_text(f"Lampan {SCRIPT}")
    expect(page.locator(".entry blockquote")).to_have_text([SCRIPT, f"Svar {SCRIPT}"])
    expect(page.locator(".case-side")).to_contain_text(SCRIPT)
    assert page.locator("#desk script, #desk img[src=x]").count() == 0


def test_the_mail_that_a_case_is_yours_leads_to_it(person: Person) -> None:
    made = made_case(person)
    person.site.desk(made, "assign", assignee="handler-0583")
    link = person.site.mailed(made, "handler@0583.example", r"http\S+/desk/#\S+")
    page = person.sit_down(1280, 900)
    person.enter_desk("handler@0583.example")
    page.goto(link)
    expect(page.locator(".case-main .written").first).to_be_visible()
    expect(page.locator(".case-number .reference")).to_have_text(made["reference"])


def test_closing_asks_for_what_the_outcome_needs(person: Person) -> None:
    page = at_case(person, made_case(person))
    page.click("#close")
    page.click("#send")
    expect(page.locator("#outcome-fixed")).to_be_focused()
    expect(page.locator("#outcome-fixed-error")).to_have_text("Välj hur det slutade.")
    for outcome, field in (("no_action", "words"), ("not_responsible", "words"), ("answered", "words")):
        page.check(f"#outcome-{outcome}")
        page.click("#send")
        expect(page.locator(f"#{field}")).to_be_focused()
        expect(page.locator(f"#{field}-error")).to_be_visible()
    page.check("#outcome-no_action")
    page.fill("#words", "Lampan ska vara släckt på natten.")
    page.click("#send")
    expect(page.locator(".status-word")).to_contain_text("Ingen åtgärd")
    page.click("#reopen")
    page.fill("dialog #reason", "Det var fel lampa.")
    page.click("#box-send")
    expect(page.locator(".status-word")).to_contain_text("Öppnad igen")


def test_a_case_goes_to_another_municipality_and_comes_back(person: Person) -> None:
    made = made_case(person)
    page = at_case(person, made, ADMIN)
    page.click("#do-hand_over")
    page.select_option("dialog select", "0180")
    page.fill("dialog #reason", "Stolpen är er.")
    page.click("#box-send")
    expect(page.locator("#do-recall")).to_be_visible()
    page = person.sit_down(1280, 900)
    person.enter_desk(STOCKHOLM, f"case/{made['case_id']}")
    page.click("#return")
    page.fill("dialog #reason", "Nej, den är er.")
    page.click("#box-send")
    expect(page.locator("#list-title")).to_have_text("Att göra")
    page = at_case(person, made, ADMIN)
    expect(page.locator(".entry blockquote").last).to_have_text("Nej, den är er.")
    expect(page.locator("#composer")).to_be_visible()


# ---- outdoors ----


def test_outdoors_what_could_not_be_sent_is_kept_and_sent_later(person: Person) -> None:
    made = made_case(person, municipality="0180", location={"lat": 59.33, "lon": 18.06})
    page = person.sit_down(390, 844, permissions=["geolocation"], geolocation={"latitude": 59.3301, "longitude": 18.06})
    person.enter_desk(STOCKHOLM, "field")
    card = page.locator(f".field-card[data-case='{made['case_id']}']")
    expect(card).to_be_visible()
    page.click("#locate")
    expect(card).to_contain_text("m bort")
    page.context.set_offline(True)
    card.get_by_role("button", name="Pågår").click()
    card.get_by_role("button", name="Klart").click()
    card.locator("textarea").fill("Lampan är bytt.")
    card.get_by_role("button", name="Skicka").click()
    expect(page.locator(".unsent")).to_contain_text("2 väntar på att skickas")
    page.context.set_offline(False)
    expect(page.locator(".unsent")).to_have_count(0)
    person.site.settled(made, "resolved")
    assert page.evaluate("localStorage.getItem('synpunkt.desk.unsent')") is None


@pytest.mark.parametrize("again", [False, True], ids=["dropped", "tried again"])
def test_outdoors_what_was_refused_is_told_and_kept(person: Person, again: bool) -> None:
    made = made_case(person, municipality="0180", location={"lat": 59.33, "lon": 18.06})
    page = person.sit_down(390, 844)
    person.enter_desk(STOCKHOLM, "field")
    card = page.locator(f".field-card[data-case='{made['case_id']}']")
    expect(card).to_be_visible()
    person.site.desk(made, "note", text="Någon annan skrev.")
    card.get_by_role("button", name="Pågår").click()
    expect(page.locator(".unsent")).to_contain_text("ärendet har ändrats")
    if again:
        # Whoever has read what others did means the case as it is now.
        page.click("#send-kept")
    else:
        page.get_by_role("button", name=f"Ta bort för {made['reference']}").click()
    expect(page.locator(".unsent")).to_have_count(0)
    person.site.settled(made, "in_progress" if again else "delivered")


def test_outdoors_a_photo_shows_what_was_done_and_one_tap_is_one_case(person: Person, photo: Path) -> None:
    made, other = (made_case(person, municipality="0180", location={"lat": 59.33, "lon": 18.06}) for _ in range(2))
    page = person.sit_down(390, 844)
    person.enter_desk(STOCKHOLM, "field")
    card, next_card = (page.locator(f".field-card[data-case='{each['case_id']}']") for each in (made, other))
    card.get_by_role("button", name="Klart").click()
    with page.expect_file_chooser() as chooser:
        card.locator("label.button").click()
    chooser.value.set_files(photo)
    expect(card.locator(".attach-state")).to_have_text("Följer med")
    card.locator("textarea").fill("Lampan är bytt.")
    # The card goes, the next one takes its place, and the second of two quick taps is on that.
    card.get_by_role("button", name="Skicka").dblclick()
    expect(card).to_have_count(0)
    closed = person.site.settled(made, "resolved")
    [after] = closed["photos"]
    assert [each["sequence"] for each in closed["timeline"] if each["type"] == "CaseResolved"] == [after["said_with"]]
    expect(next_card.get_by_role("button", name="Klart")).to_be_visible()
    expect(next_card.get_by_role("button", name="Pågår")).to_be_visible()
    expect(page.locator(".unsent")).to_have_count(0)


# ---- operators and admins ----


def test_an_operator_takes_a_case_and_puts_it_where_it_belongs(person: Person) -> None:
    made = person.site.report(municipality="1496", category="street_light")
    person.site.settled(made, "routed")
    page = person.sit_down(1280, 900)
    person.enter_desk("operator@synpunkt.example")
    expect(page.locator("#page-title")).to_have_text("Fördelning")
    card = page.locator(f"[data-case='{made['case_id']}']")
    card.get_by_role("button", name="Ta hand om").click()
    expect(card).to_contain_text("Du tar hand om det")
    card.get_by_role("button", name="Skicka igen").click()
    expect(card.locator("[role=alert]")).to_contain_text("Fortfarande ingen mottagare")
    card.get_by_role("button", name="Rätta kommun").click()
    card.locator("select").select_option("0583")
    card.get_by_role("button", name="Skicka dit").click()
    expect(card).to_have_count(0)
    person.site.settled(made, "delivered")


def test_an_admin_invites_changes_and_suspends(person: Person) -> None:
    page = person.sit_down(1280, 900)
    person.enter_desk(ADMIN, "staff")
    email = f"ny-{person.site.report()['reference'].lower()}@0583.example"
    page.fill("#invite-email", email)
    page.fill("#invite-name", "Ny Kollega")
    page.click("#invite-send")
    card = page.locator(".one-card", has_text=email)
    expect(card).to_contain_text("handläggare")
    card.get_by_role("button", name="Ändra").click()
    card.get_by_label("Arbetsledare").check()
    card.get_by_label("Vem tar ärendena?").select_option(label="Lokal handläggare 0583")
    card.get_by_label("Till och med").fill(page.evaluate("new Date(Date.now() + 5 * 864e5).toISOString().slice(0, 10)"))
    card.get_by_role("button", name="Spara").click()
    expect(card).to_contain_text("arbetsledare")
    expect(card).to_contain_text("Lokal handläggare 0583 tar ärendena")
    card.get_by_role("button", name="Stäng av").click()
    expect(card).to_contain_text("avstängd")
    page.locator("details.one-card summary").click()
    expect(page.locator("details.one-card li").first).to_contain_text("Ny Kollega")


def test_a_key_is_shown_once_and_revoked(person: Person) -> None:
    page = person.sit_down(1280, 900)
    person.enter_desk(ADMIN, "keys")
    name = f"System {person.site.report()['reference']}"
    page.fill("#key-name", name)
    page.click("#make-key")
    key = page.locator("#made-key").inner_text()
    assert person.site.call("/api/v1/desk/me", Authorization=f"Bearer {key}")[0] == 200
    page.reload()
    card = page.locator("[data-key]", has_text=name)
    expect(card).to_be_visible()
    assert key not in page.content()
    card.get_by_role("button", name="Dra in").click()
    page.click("#box-send")
    expect(card).to_contain_text("indragen")
    assert person.site.call("/api/v1/desk/me", Authorization=f"Bearer {key}")[0] == 401


# ---- by the documented answers of the service ----


def answering(page: Page, path: str, *answers: tuple[int, object]) -> list[tuple[str, Any]]:
    """Answers calls of the desk's API as documented, one after the other, the last one again; what was asked."""
    asked: list[tuple[str, Any]] = []

    def answer(route: Route) -> None:
        status, body = answers[min(len(asked), len(answers) - 1)]
        sent = route.request.post_data
        asked.append((route.request.method, json.loads(sent) if sent else None))
        if body is None:
            route.fulfill(status=status)
        else:
            route.fulfill(status=status, json=body)

    page.route(f"**/api/v1/desk{path}", answer)
    return asked


def test_a_reply_leaves_in_a_moment_and_can_be_had_back(person: Person) -> None:
    made = made_case(person)
    page = at_case(person, made)
    soon = page.evaluate("new Date(Date.now() + 15000).toISOString()")
    sent = answering(
        page,
        "/cases/*/reply?delay=true",
        (202, {"sending_id": "s1", "act": "reply", "state": "waiting", "send_at": soon, "mine": True}),
    )
    undone = answering(page, "/cases/*/sendings/s1", (204, None))
    page.fill("#words", "Vi kommer på måndag.")
    page.click("#send")
    expect(page.locator(".toast")).to_contain_text("Svaret skickas strax.")
    page.locator(".toast").get_by_role("button", name="Ångra").click()
    expect(page.locator("#words")).to_have_value("Vi kommer på måndag.")
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator(".toast")).to_have_count(0)
    assert sent[0][1]["text"] == "Vi kommer på måndag."
    assert [method for method, _ in undone] == ["DELETE"]


def test_the_draft_is_kept_and_the_preview_says_who_reads(person: Person) -> None:
    made = made_case(person)
    page = person.sit_down(1280, 900)
    kept = answering(
        page,
        f"/cases/{made['case_id']}/draft",
        (200, {"act": "question", "text": "Vilken lampa?", "fields": {}}),
        (200, {}),
    )
    preview = {
        "mail": {"subject": f"Fråga om {made['reference']}", "text": f"Hej {SCRIPT}"},
        "readers": ["Den som anmälde", "Alla som öppnar ärendets sida"],
        "public_text": "Vilken lampa är det?",
    }
    answering(page, "/cases/*/preview", (200, preview))
    person.enter_desk(LEAD, f"case/{made['case_id']}")
    expect(page.locator("#words")).to_have_value("Vilken lampa?")
    page.fill("#words", "Vilken lampa är det?")
    expect(page.locator("#draft-state")).to_have_text("Utkastet är sparat")
    assert kept[-1] == ("PUT", {"act": "question", "text": "Vilken lampa är det?", "fields": {}})
    page.click("#preview")
    expect(page.locator("#preview-title")).to_be_focused()
    expect(page.locator(".preview")).to_contain_text("Alla som öppnar ärendets sida")
    expect(page.locator(".preview .mail").first).to_contain_text(f"Hej {SCRIPT}")


def test_contact_details_are_read_on_demand_and_the_reading_is_said_to_be_kept(person: Person) -> None:
    made = made_case(person, reporter={"name": SCRIPT, "email": "anna@example.se", "phone": "070-174 06 05"})
    page = person.sit_down(1280, 900)
    person.enter_desk(LEAD, f"case/{made['case_id']}")
    expect(page.locator(".case-side")).to_contain_text("När du läser dem sparas ditt namn och tiden.")
    expect(page.locator(".case-side dd", has_text="anna@example.se")).to_have_count(0)
    page.click("#contact")
    expect(page.locator(".case-side dd", has_text="anna@example.se")).to_be_visible()
    expect(page.locator(".case-side dd", has_text="alert(1)")).to_have_text(SCRIPT)
    page.get_by_text("Vem har läst?").click()
    expect(page.locator(".case-side")).to_contain_text("Lokal arbetsledare")


def test_a_photo_is_covered_by_drawing_and_by_keyboard(person: Person) -> None:
    made = made_case(person)
    page = person.sit_down(1280, 900)
    with_photo(person, made["case_id"])
    sent = answering(page, "/cases/*/photos/p1/mask", (422, {"title": "Går inte", "status": 422, "code": "x"}))
    person.enter_desk(LEAD, f"case/{made['case_id']}")
    page.click(".photo-button")
    page.click("#mask")
    page.click("#box-send")
    expect(page.locator("dialog [role=alert]")).to_have_text("Rita minst en ruta först.")
    page.click("#mask-add")
    page.locator(".mask-boxes button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.click("#box-send")
    expect(page.locator("dialog [role=alert]")).to_have_text("Går inte")
    box = sent[0][1]["boxes"][0]
    assert box == pytest.approx({"x": 0.42, "y": 0.4, "width": 0.2, "height": 0.22})
    page.evaluate(
        """() => { const c = document.querySelector('canvas.mask'), r = c.getBoundingClientRect();
           for (const [type, x, y] of [['pointerdown', 0.1, 0.1], ['pointermove', 0.5, 0.6], ['pointerup', 0.5, 0.6]])
             c.dispatchEvent(new PointerEvent(type, {pointerId: 1, bubbles: true,
               clientX: r.left + x * r.width, clientY: r.top + y * r.height})) }"""
    )
    expect(page.locator(".mask-boxes li")).to_have_count(2)


def test_many_are_changed_at_once_and_it_is_undone(person: Person) -> None:
    made_case(person)
    page = person.sit_down(1280, 900)
    person.enter_desk(LEAD)
    page.locator(".pick input").nth(0).check()
    chosen = page.locator(".row-link").nth(0).get_attribute("data-case")
    sent = answering(page, "/bulk", (200, {"bulk_id": "b1", "waiting": False, "done": [chosen], "refused": []}))
    undone = answering(page, "/bulk/b1/undo", (200, {"bulk_id": "b1", "undone": [chosen], "kept": []}))
    page.get_by_role("button", name="Gör något med dem").click()
    page.select_option("#bulk-act", "note")
    page.fill("#bulk-text", "Samma entreprenör.")
    page.click("#box-send")
    expect(page.locator(".toast")).to_contain_text("Ett ärende är ändrat.")
    assert sent[0][1] == {"case_ids": [chosen], "act": "note", "text": "Samma entreprenör."}
    page.locator(".toast").get_by_role("button", name="Ångra").click()
    expect(page.locator(".toast", has_text="Ändringen är ångrad.")).to_be_visible()
    assert len(undone) == 1


def test_a_search_shows_what_it_found(person: Person) -> None:
    made = made_case(person)
    page = person.sit_down(1280, 900)
    row = {
        "case_id": made["case_id"],
        "reference": made["reference"],
        "version": 3,
        "attention": "closed",
        "attention_text": "Avslutat",
        "kind": "fault",
        "kind_name": "Felanmälan",
        "category": "street_light",
        "category_name": SCRIPT,
        "status": "resolved",
        "visibility": "public",
        "municipality": {"code": "0583", "name": "Motala kommun"},
        "department": "street",
        "place": SCRIPT,
        "photo_count": 0,
        "lat": None,
        "lon": None,
        "affected": 42,
        "created_at": "2026-10-01T08:00:00Z",
        "updated_at": "2026-10-01T08:00:00Z",
    }
    answering(page, "/search?*", (200, {"cases": [row], "next": None}), (200, {"cases": [], "next": None}))
    person.enter_desk(LEAD)
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("lampor vid bron")
    page.keyboard.press("Enter")
    expect(page.locator("#list-title")).to_have_text("Sökning: lampor vid bron")
    expect(page.locator(".row-link")).to_contain_text(SCRIPT)
    expect(page.locator(".row-link")).to_contain_text("42 berörda")
    page.fill("#search", "ingenting")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_have_text("Inget ärende har de orden eller det numret.")


def test_colleagues_are_named_and_can_be_given_a_case(person: Person) -> None:
    made = made_case(person)
    page = person.sit_down(1280, 900)
    people = [{"staff_id": "lead-0583", "name": "Jag", "departments": []}]
    people.append({"staff_id": "handler-0583", "name": f"Kollega {SCRIPT}", "departments": ["street"]})
    departments = [{"id": "street", "name": "Gata och trafik"}]
    answering(page, "/colleagues?*", (200, {"people": people, "departments": departments}))
    person.enter_desk(LEAD, f"case/{made['case_id']}")
    page.click("#assign")
    page.select_option("#assignee", "handler-0583")
    page.select_option("#team", "street")
    page.click("#box-send")
    expect(page.locator(".case-status")).to_contain_text(f"Kollega {SCRIPT} · Gata och trafik")
