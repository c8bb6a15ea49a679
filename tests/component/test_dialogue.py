"""What the reporter says about their case, over the API and on the page: once each, and to those concerned alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.component.test_handling import desk, do
from tests.component.world import Reply, World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def receipt(world: World) -> dict[str, Any]:
    """A report that has arrived in 0180."""
    made: dict[str, Any] = world.report().json()
    world.settle()
    return made


def say(world: World, receipt: dict[str, Any], act: str, *, token: str | None = None, **body: Any) -> Reply:
    headers = {"Authorization": f"Bearer {token or receipt['token']}"}
    return world.call("cases", "POST", f"/api/v1/cases/{receipt['reference']}/{act}", body=body, headers=headers)


def types(world: World, receipt: dict[str, Any]) -> list[str]:
    case = world.case(receipt["reference"], receipt["token"]).json()
    return [each["type"] for each in case["timeline"]]


def test_an_answer_reaches_the_department_and_starts_the_clock_again(world: World, receipt: dict[str, Any]) -> None:
    do(world, receipt["case_id"], "question", text="Vilken sida?")
    world.settle()
    world.mails.clear()
    answer = say(world, receipt, "answer", text="Den norra.")
    assert (answer.status, answer.json()["status"]) == (200, "in_progress")
    world.settle()
    assert [mail.to for mail in world.mails] == ["street@0180.example"]
    assert "Den norra." in str(desk(world, receipt["case_id"])["timeline"][-1])
    # A conversation is nobody else's.
    assert "Den norra." not in world.case(receipt["reference"]).text


def test_not_fixed_opens_it_again_and_the_desk_sees_it_first(world: World, receipt: dict[str, Any]) -> None:
    do(world, receipt["case_id"], "resolve", outcome="fixed")
    answer = say(world, receipt, "feedback", fixed=False, text="Hålet är kvar.")
    assert (answer.json()["status"], answer.json()["outcome"]) == ("reopened", None)
    listed = world.call(
        "desk",
        "GET",
        "/api/v1/desk/inbox",
        headers={"Authorization": "Bearer local-admin-key"},
        query={"municipality": "0180"},
    ).json()["cases"]
    assert [each["attention"] for each in listed] == ["citizen_answered"]


def test_a_second_click_says_nothing_twice(world: World, receipt: dict[str, Any]) -> None:
    for _ in range(2):
        assert say(world, receipt, "answer", text="Ett foto till kommer.").status == 200
    do(world, receipt["case_id"], "resolve", outcome="fixed")
    for _ in range(2):
        assert say(world, receipt, "feedback", fixed=True).status == 200
    for _ in range(2):
        assert say(world, receipt, "feedback", fixed=False).status == 200
    for _ in range(2):
        assert say(world, receipt, "withdraw").status == 200
    assert types(world, receipt)[-5:] == [
        "CitizenReplied",
        "CaseResolved",
        "FeedbackGiven",
        "CaseReopened",
        "CaseResolved",
    ]


@pytest.mark.parametrize(
    ("act", "body"), [("answer", {"text": "Hej"}), ("feedback", {"fixed": False}), ("withdraw", {})]
)
def test_only_the_reporter_says_anything(world: World, receipt: dict[str, Any], act: str, body: dict[str, Any]) -> None:
    work = next(mail.text for mail in world.mails if mail.to == "street@0180.example").split("#t=")[1].split()[0]
    before = types(world, receipt)
    for token in ("x" * 32, work):
        answer = say(world, receipt, act, token=token, **body)
        assert (answer.status, answer.json()["code"]) == (403, "only_the_reporter")
    assert types(world, receipt) == before


def test_what_does_not_fit_the_state_is_refused(world: World, receipt: dict[str, Any]) -> None:
    assert say(world, receipt, "feedback", fixed=True).json()["code"] == "not_in_this_state"
    assert say(world, receipt, "answer", text=" ").status == 422
    assert say(world, receipt, "answer", text="x" * 2001).status == 422


def test_the_page_takes_an_answer_without_javascript(world: World, receipt: dict[str, Any]) -> None:
    path = f"/c/{receipt['reference']}"
    opened = world.call("cases", "POST", path, body=f"token={receipt['token']}", headers=FORM)
    cookie = {"Cookie": opened.headers["set-cookie"].split(";")[0]}
    page = world.call("cases", "GET", path, headers=cookie)
    assert 'id="answer-form"' in page.text
    empty = world.call("cases", "POST", path, body="act=answer&text=+", headers={**FORM, **cookie})
    assert "Skriv något först." in empty.text
    said = world.call("cases", "POST", path, body="act=answer&text=Vid+%3Cb%3Ebron", headers={**FORM, **cookie})
    assert (said.status, said.headers["location"]) == (303, f"{path}?lang=sv#timeline-title")
    after = world.call("cases", "GET", path, headers=cookie).text
    assert "Vid &lt;b&gt;bron" in after
    # Without the cookie the form does nothing.
    before = types(world, receipt)
    assert world.call("cases", "POST", path, body="act=withdraw", headers=FORM).status == 403
    assert types(world, receipt) == before
    assert 'id="dialogue"' not in world.call("cases", "GET", path).text
