"""The whole day of a case with nothing but mails, from the first to the last; and what first lines mean."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from synpunkt import clock
from synpunkt.promises import day_text
from tests.component.pictures import phone_photo
from tests.component.test_mailbox import REPORTER, answered, reported, sent_to, types, written
from tests.component.world import World

__all__ = ["reported"]
WORK = "street@0180.example"
PLANNED = (clock.now() + timedelta(days=30)).date().isoformat()


def with_photo(world: World, words: str, **more: Any) -> None:
    mail = written(world, words, **more)
    mail.add_attachment(phone_photo(), maintype="image", subtype="jpeg", filename="IMG_1.JPG")
    world.mail_comes(bytes(mail))
    world.judge_all()
    world.settle()


def test_a_day_by_mail_only(world: World, reported: dict[str, Any]) -> None:
    answered(world, "FRÅGA\nVilken sida av vägen?")
    assert "Vilken sida av vägen?" in sent_to(world, REPORTER)[-1].text
    assert world.case(reported["reference"]).json()["status"] == "waiting_for_citizen"
    with_photo(world, "Norra sidan, ring 070-123 45 67.", by=REPORTER)
    assert "Norra sidan, ring ▇▇▇." in sent_to(world, WORK)[-1].text
    answered(world, f"PLANERAT {PLANNED}\nVi lagar det då.")
    plan = sent_to(world, REPORTER)[-1].text
    assert "Vi lagar det då." in plan
    assert day_text(date.fromisoformat(PLANNED), "sv", clock.now().date()) in plan
    answered(world, "PÅGÅR")
    with_photo(world, "KLART\nHålet är fyllt, se bilden.")
    news = sent_to(world, REPORTER)[-1]
    assert "Hålet är fyllt, se bilden." in news.text
    assert "INTE LAGAT" in news.text
    answered(world, "Inte lagat!\nDet är ett nytt hål bredvid.", by=REPORTER)
    assert "Det är ett nytt hål bredvid." in sent_to(world, WORK)[-1].text

    case = world.case(reported["reference"]).json()
    assert case["status"] == "reopened"
    days_work = ["QuestionAsked", "CitizenReplied", "CasePlanned", "WorkStarted", "CaseResolved", "CaseReopened"]
    assert [each for each in types(case) if each in days_work] == days_work
    [after] = case["photos"]
    assert (after["by"], after["said_with"]) == ("body", case["timeline"][-2]["sequence"])
    read = json.dumps(case, ensure_ascii=False)
    for private in ("Norra sidan", "070-123 45 67", "nytt hål bredvid", REPORTER):
        assert private not in read
    for public in ("Vilken sida av vägen?", "Vi lagar det då.", "Hålet är fyllt, se bilden."):
        assert public in read
    mine = world.case(reported["reference"], reported["token"]).json()
    assert len(mine["photos"]) == 2
    assert "Norra sidan, ring 070-123 45 67." in json.dumps(mine, ensure_ascii=False)


@pytest.mark.parametrize("words", ["Lagat", "Tack, nu är det lagat!\nHälsningar"])
def test_the_reporter_agrees(world: World, reported: dict[str, Any], words: str) -> None:
    answered(world, "KLART")
    answered(world, words, by=REPORTER)
    case = world.case(reported["reference"]).json()
    assert case["status"] == "resolved"
    assert types(case)[-1] == ("FeedbackGiven" if words == "Lagat" else "CitizenReplied")


def test_the_reporter_takes_the_case_back(world: World, reported: dict[str, Any]) -> None:
    answered(world, "ta tillbaka\nJag såg fel.", by=REPORTER)
    case = world.case(reported["reference"], reported["token"]).json()
    assert (case["status"], case["outcome"]) == ("resolved", "withdrawn")
    assert types(case)[-2:] == ["CitizenReplied", "CaseResolved"]
    told = sent_to(world, WORK)[-1]
    assert told.subject == f"[{reported['reference']}] Ärendet är tillbakataget"
    assert "Ni behöver inte göra något mer." in told.text
    assert "KLART" not in told.text
    assert "INTE LAGAT" not in sent_to(world, REPORTER)[-1].text
    # They may think again, as the mail about it says.
    answered(world, "Inte lagat", by=REPORTER, Message_ID="<later@x>")
    assert world.case(reported["reference"], reported["token"]).json()["status"] == "reopened"


def test_a_word_that_fits_nothing_now_is_passed_on_whole(world: World, reported: dict[str, Any]) -> None:
    answered(world, "Lagat\nTack för hjälpen", by=REPORTER)
    case = world.case(reported["reference"], reported["token"]).json()
    assert (case["status"], case["timeline"][-1]["text"]) == ("delivered", "Lagat\nTack för hjälpen")


@pytest.mark.parametrize(
    "words",
    [
        "FRÅGA",
        "PLANERAT i maj",
        "PLANERAT 2030-13-40",
        "PLANERAT",
        "Klart 2030-12-31",
        "Fråga grannen om nyckeln till grinden.",
    ],
)
def test_a_first_line_that_is_not_quite_one_is_only_words(world: World, reported: dict[str, Any], words: str) -> None:
    before = types(world.case(reported["reference"]).json())
    answered(world, words)
    after = types(world.case(reported["reference"]).json())
    assert after == before if words == "FRÅGA" else after == [*before, "ReplyPosted"]


def test_a_closed_case_takes_answers_alone(world: World, reported: dict[str, Any]) -> None:
    answered(world, "KLART")
    answered(world, "FRÅGA\nVar det rätt hål?")
    case = world.case(reported["reference"]).json()
    assert (case["status"], case["timeline"][-1]["text"]) == ("resolved", "Var det rätt hål?")


def test_a_day_that_is_past_is_no_plan(world: World, reported: dict[str, Any]) -> None:
    answered(world, "PLANERAT 2020-01-01\nSå var det.")
    case = world.case(reported["reference"], reported["token"]).json()
    assert (types(case)[-1], case["timeline"][-1]["text"]) == ("ReplyPosted", "PLANERAT 2020-01-01\nSå var det.")
