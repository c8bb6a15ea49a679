"""A department that lives on its mailbox: the link of a work mail opens a page on which each answer is a click."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from synpunkt import clock
from synpunkt.lifecycle import WORK_LINK_LIMIT
from synpunkt.secret import token_maker
from tests.component.test_hand_over import Link, _mails_to
from tests.component.world import ENVIRONMENT, World

REPORTER = "anna@example.org"


@pytest.fixture
def case(world: World) -> dict[str, Any]:
    """A case in Stockholm whose department has its mail."""
    receipt = world.report(reporter={"name": "Anna Ek", "email": REPORTER}).json()
    world.settle()
    made: dict[str, Any] = receipt
    return made


@pytest.fixture
def link(world: World, case: dict[str, Any]) -> Link:
    """That mail's link, opened."""
    found = Link(world, _mails_to(world, "street@0180.example")[-1])
    assert found.open().status == 200
    return found


def told(world: World, case: dict[str, Any]) -> dict[str, Any]:
    """The case as everyone reads it."""
    world.settle()
    read: dict[str, Any] = world.case(case["reference"]).json()
    return read


def test_a_case_lives_its_whole_life_from_one_mail(world: World, case: dict[str, Any], link: Link) -> None:
    assert "Hos Gata och trafik" in link.get().text
    assert link.post(act="start").status == 303
    assert told(world, case)["status"] == "in_progress"
    assert link.post(act="ask", words="Vilken sida av vägen?").status == 303
    assert told(world, case)["status"] == "waiting_for_citizen"
    answer = {"text": "Norra sidan."}
    headers = {"Authorization": f"Bearer {case['token']}"}
    world.call("cases", "POST", f"/api/v1/cases/{case['reference']}/answer", body=answer, headers=headers)
    world.settle()
    update = Link(world, _mails_to(world, "street@0180.example")[-1])
    assert "Norra sidan." in update.open().text
    assert update.post(act="done", words="Hålet är fyllt.").status == 303
    read = told(world, case)
    assert (read["status"], read["outcome"]) == ("resolved", "fixed")
    assert "Hålet är fyllt." in _mails_to(world, REPORTER)[-1].text
    assert "Öppna igen" in update.get().text
    assert update.post(act="reply", words="Säg till om det sjunker.").status == 303
    assert update.post(act="reopen").status == 303
    assert told(world, case)["status"] == "reopened"
    words = [entry["text"] for entry in told(world, case)["timeline"] if entry.get("text")]
    assert words == ["Vilken sida av vägen?", "Hålet är fyllt.", "Säg till om det sjunker."]


def test_a_version_that_is_none_breaks_nothing(world: World, case: dict[str, Any], link: Link) -> None:
    assert link.post(act="reply", words="Hej.", version="9" * 5000).status == 303


def test_done_needs_no_words(world: World, case: dict[str, Any], link: Link) -> None:
    assert link.post(act="done").status == 303
    assert told(world, case)["outcome"] == "fixed"


def test_a_unit_that_is_not_the_one_gives_it_to_another_which_gets_a_mail(
    world: World, case: dict[str, Any], link: Link
) -> None:
    page = link.get().text
    assert "Hör till en annan enhet hos oss" in page
    assert 'value="street"' not in page
    assert link.post(act="unit", unit="park", words="Trädets rötter, inte vägen.").status == 303
    world.settle()
    [mail] = _mails_to(world, "park@0180.example")
    other = Link(world, mail).open().text
    assert "Trädets rötter, inte vägen." in other
    assert "Trädets rötter" not in world.case(case["reference"]).text
    # From now on what the reporter writes goes there.
    headers = {"Authorization": f"Bearer {case['token']}"}
    world.call("cases", "POST", f"/api/v1/cases/{case['reference']}/answer", body={"text": "Än?"}, headers=headers)
    world.settle()
    assert len(_mails_to(world, "park@0180.example")) == 2
    assert len(_mails_to(world, "street@0180.example")) == 1


def test_it_goes_to_another_municipality_and_the_link_opens_nothing_more(
    world: World, case: dict[str, Any], link: Link
) -> None:
    world.claim("0184")
    assert link.post(act="pass_on", municipality="0184", words="Solna sköter den gatan.").status == 303
    assert "Ärendet har gått vidare" in link.get().text
    assert told(world, case)["municipality"]["code"] == "0184"


def test_opening_the_link_changes_nothing_and_shows_no_contact_data(
    world: World, case: dict[str, Any], link: Link
) -> None:
    before = told(world, case)
    for _ in range(3):
        page = link.open().text
        assert REPORTER not in page
        assert "Anna Ek" not in page
        assert REPORTER not in link.post(act="contact").text
    assert world.call("desk", "GET", link.path).status == 200
    assert told(world, case) == before


def test_two_clicks_are_one_answer_and_what_was_written_is_kept(world: World, case: dict[str, Any], link: Link) -> None:
    version = str(world.case(case["reference"]).json()["timeline"][-1]["sequence"])
    assert link.post(act="reply", words="Vi kommer i morgon.", version=version).status == 303
    again = link.post(act="reply", words="Vi kommer i morgon.", version=version)
    assert again.status == 422
    assert "Vi kommer i morgon.</textarea>" in again.text
    assert [each["type"] for each in told(world, case)["timeline"]].count("ReplyPosted") == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"act": "reply"}, "Skriv något här"),
        ({"act": "ask", "words": " \n "}, "Skriv något här"),
        ({"act": "done", "words": "x" * 2001}, "Texten är för lång. Högst 2000 tecken."),
        ({"act": "unit", "unit": "street"}, "Välj en enhet."),
        ({"act": "unit", "unit": "moon"}, "Välj en enhet."),
        ({"act": "return", "words": "Nej."}, "Ingen har lämnat över"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    world: World, case: dict[str, Any], link: Link, fields: dict[str, str], words: str
) -> None:
    before = told(world, case)
    answer = link.post(**fields)
    assert answer.status == 422
    assert words in answer.text
    assert told(world, case) == before


def test_the_link_ends_unless_somebody_has_begun(
    world: World, case: dict[str, Any], link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.now
    later = WORK_LINK_LIMIT + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: real() + later)
    assert link.get().status == 410
    assert link.post(act="done").status == 410
    monkeypatch.undo()
    link.post(act="start")
    monkeypatch.setattr(clock, "now", lambda: real() + later)
    assert link.get().status == 200


def test_no_other_link_opens_it(world: World, case: dict[str, Any], link: Link) -> None:
    other = world.report().json()
    world.settle()
    tokens = token_maker(ENVIRONMENT["TOKEN_SECRET_ID"])
    foreign = Link(world, _mails_to(world, "street@0180.example")[-1])
    assert foreign.path.endswith(other["reference"])
    for token in (
        foreign.token,
        case["token"],
        tokens.work_token(case["case_id"], 1, 2),
        f"{link.token[:-1]}{'A' if link.token[-1] != 'A' else 'B'}",
        f"ffffffff.{link.token.partition('.')[2]}",
    ):
        assert link.post(token=token).status == 404, token
