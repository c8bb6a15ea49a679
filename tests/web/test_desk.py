"""The desk's door: who gets in, what they are told, and what is left behind when they go."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Route, expect

from tests.tokens import id_token
from tests.web.steps import Person

HOSTED = "https://login.synpunkt.example"


def test_a_handler_logs_in_sees_who_they_are_and_logs_out(person: Person) -> None:
    page = person.page
    person.enter_desk("handler@0583.example")
    expect(page.locator("#list-title")).to_have_text("Att göra")
    page.get_by_role("link", name="Mer").click()
    expect(page.locator("#page-title")).to_be_focused()
    expect(page.locator("#municipality")).to_have_text("Motala kommun")
    expect(page.locator("#roles")).to_have_text("handläggare")
    expect(page.locator("#departments")).to_have_text("Hela kommunen")
    expect(page.locator("#may li")).to_have_text(["läsa ärenden", "svara och ändra status", "se kontaktuppgifter"])
    page.reload()
    expect(page.locator("#inside")).to_be_visible()
    page.click("#logout")
    expect(page.locator("#login")).to_be_visible()
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])") == '[{},{},""]'


def test_a_login_is_this_tabs_alone(person: Person) -> None:
    person.enter_desk("handler@0583.example")
    other = person.page.context.new_page()
    other.goto(person.site.url + "/desk/")
    expect(other.locator("#login")).to_be_visible()


def test_a_wrong_password_is_told_without_saying_which_was_wrong(person: Person) -> None:
    words = []
    for email in ("handler@0583.example", "ingen@0583.example"):
        person.log_in(email, "not the password")
        expect(person.page.locator("#login-error")).not_to_be_empty()
        words.append(person.page.inner_text("#login-error"))
    assert words == ["Adressen eller lösenordet stämmer inte."] * 2


def test_the_keyboard_is_enough(person: Person) -> None:
    page = person.sit_down(1280, 900)
    page.goto(person.site.url + "/desk/")
    page.focus("#email")
    page.keyboard.type("lead@0583.example")
    page.keyboard.press("Tab")
    page.keyboard.type("Synpunkt-local-1")
    page.keyboard.press("Enter")
    expect(page.locator("#list-title")).to_be_visible()
    person.tab_to("a[href='#/me']")
    page.keyboard.press("Enter")
    expect(page.locator("#roles")).to_have_text("arbetsledare")
    person.tab_to("#logout")
    page.keyboard.press("Enter")
    expect(page.locator("#login")).to_be_visible()


def test_a_login_that_no_longer_holds_leads_back_to_the_form(person: Person) -> None:
    page = person.page
    page.goto(person.site.url + "/desk/")
    session = {"id": id_token("handler@0583.example"), "refresh": None, "until": 4_000_000_000_000}
    page.evaluate("text => sessionStorage.setItem('synpunkt.desk', text)", json.dumps(session))
    page.reload()
    expect(page.locator("#login-error")).to_contain_text("Du har loggats ut")
    assert page.evaluate("sessionStorage.length") == 0


def _as_in_the_cloud(person: Person) -> None:
    """The page as it stands where the user pool has pages of its own; those pages are played here."""

    def with_hosted_login(route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace('"hosted": null', f'"hosted": "{HOSTED}"').replace('"/_dev/login"', "null")
        policy = answer.headers["content-security-policy"].replace("connect-src 'self'", f"connect-src 'self' {HOSTED}")
        route.fulfill(response=answer, body=body, headers={**answer.headers, "content-security-policy": policy})

    person.page.route("**/desk/", with_hosted_login)
    person.page.route("**/desk/?*", with_hosted_login)
    person.page.route(f"{HOSTED}/oauth2/authorize?*", lambda route: route.fulfill(body="<title>log in</title>"))


def test_in_the_cloud_people_are_sent_to_log_in_and_come_back_with_a_code(person: Person) -> None:
    page, desk = person.page, person.site.url + "/desk/"
    _as_in_the_cloud(person)
    page.goto(desk)
    page.fill("#email", "handler@0583.example")
    page.evaluate("document.querySelector('#password').required = false")
    page.click("#login button")
    page.wait_for_url(f"{HOSTED}/**")
    sent = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert (sent["response_type"], sent["code_challenge_method"], sent["scope"]) == ("code", "S256", "openid email")
    assert (sent["redirect_uri"], sent["login_hint"]) == (desk, "handler@0583.example")

    asked: list[dict[str, list[str]]] = []

    def token(route: Route) -> None:
        asked.append(parse_qs(route.request.post_data or ""))
        made = {"id_token": id_token("handler@0583.example"), "expires_in": 3600}
        route.fulfill(json=made, headers={"access-control-allow-origin": "*"})

    page.route(f"{HOSTED}/oauth2/token", token)
    page.route("**/api/v1/desk/me", lambda route: route.fulfill(json=_ME))
    page.goto(f"{desk}?code=abc&state={sent['state']}")
    expect(page.locator("#list-title")).to_have_text("Att göra")
    assert asked[0]["code"] == ["abc"]
    assert len(asked[0]["code_verifier"][0]) == 43
    assert "code=" not in page.url


def test_a_way_back_that_nobody_here_began_logs_nobody_in(person: Person) -> None:
    """Somebody else's code in a link would have people work under the wrong name."""
    _as_in_the_cloud(person)
    person.page.goto(person.site.url + "/desk/?code=abc&state=somebody-elses")
    expect(person.page.locator("#login-error")).to_contain_text("gick inte att slutföra")
    assert person.page.evaluate("sessionStorage.length") == 0


_ME = {
    "caller_id": "handler-0583",
    "name": "Handläggare",
    "municipalities": ["0583"],
    "municipality_names": ["Motala kommun"],
    "scopes": ["read"],
    "roles": ["handler"],
    "departments": [],
    "covers_for": [],
}
