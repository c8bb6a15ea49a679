"""What a reporter answered beside the description: those who have the case read it, in the municipality's own words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from synpunkt.identity import Scope
from synpunkt.stores.versions import VersionStore
from tests.component.world import ENVIRONMENT, World
from tests.registries import document

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STOCKHOLM = {"lat": 59.3293, "lon": 18.0686}
QUESTIONS = [
    {"id": "broken", "text": {"sv": "Är den trasig?", "en": "Is it broken?"}, "type": "yes_no"},
    {
        "id": "parts",
        "text": {"sv": "Vad gäller det?", "en": "What is it about?"},
        "type": "several",
        "options": [
            {"id": "rail", "name": {"sv": "Räcket", "en": "The rail"}},
            {"id": "deck", "name": {"sv": "Däcket", "en": "The deck"}},
        ],
    },
    {"id": "length", "text": {"sv": "Hur lång?", "en": "How long?"}, "type": "number"},
]
ANSWERS = {"berth": "Plats 12\nvid kranen", "length": 4, "parts": ["rail", "deck"], "broken": True}
IN_WORDS = [
    {"name": "broken", "question": "Är den trasig?", "answer": "Ja"},
    {"name": "parts", "question": "Vad gäller det?", "answer": "Räcket, Däcket"},
    {"name": "length", "question": "Hur lång?", "answer": "4"},
    {"name": "berth", "question": None, "answer": "Plats 12\nvid kranen"},
]


@pytest.fixture
def reported(world: World) -> dict[str, Any]:
    pontoon = {"id": "pontoon", "group": "shore", "department": "park", "questions": QUESTIONS}
    names = {"name": {"sv": "Brygga", "en": "Pontoon"}}
    shore = {"id": "shore", "name": {"sv": "Stranden", "en": "The shore"}}
    own = document(groups=[shore], own_categories=[pontoon | names])
    VersionStore(ENVIRONMENT["REGISTRY_TABLE"]).publish(own, author="anna", note="")
    receipt = world.report(category="pontoon", municipality="0180", location=STOCKHOLM, answers=ANSWERS).json()
    world.settle()
    assert isinstance(receipt, dict)
    return receipt


def test_who_has_the_case_and_who_reported_it_read_the_answers_in_words(world: World, reported: dict[str, Any]) -> None:
    key, _ = world.key("Kommunens system", ["0180"], [Scope.READ])
    path = f"/api/v1/municipality/cases/{reported['case_id']}"
    held = world.call("desk.contact_api", "GET", path, headers={"Authorization": f"Bearer {key}"}).json()
    assert held["answers"] == IN_WORDS
    assert world.case(reported["reference"], reported["token"]).json()["answers"] == IN_WORDS
    opened = world.call("cases", "POST", f"/c/{reported['reference']}", body=f"token={reported['token']}", headers=FORM)
    shown = {"Cookie": opened.headers["set-cookie"].split(";")[0]}
    page = world.call("cases", "GET", f"/c/{reported['reference']}", headers=shown).text
    assert '<dt>Är den trasig?</dt><dd class="written">Ja</dd>' in page
    assert '<dt>berth</dt><dd class="written">Plats 12\nvid kranen</dd>' in page


def test_whoever_works_by_mail_reads_them_behind_the_link(world: World, reported: dict[str, Any]) -> None:
    [work] = [mail for mail in world.mails if "/work/" in mail.text]
    found = re.search(r"https://synpunkt\.example(/work/[^#\s]+)#t=(\S+)", work.text)
    assert found
    opened = world.call("desk", "POST", found[1], body=f"token={found[2]}", headers=FORM)
    page = world.call("desk", "GET", found[1], headers={"Cookie": opened.headers["set-cookie"].split(";")[0]}).text
    assert '<dt>Vad gäller det?</dt><dd class="written">Räcket, Däcket</dd>' in page
    assert "Plats 12" in page


def test_nobody_else_reads_that_anything_was_asked(world: World, reported: dict[str, Any]) -> None:
    seen = world.case(reported["reference"])
    assert seen.json()["answers"] == []
    told = [each["event"] for each in world.topic_messages]
    assert told
    for text in (seen.text, str(told), *(mail.text for mail in world.mails)):
        assert "Plats 12" not in text
        assert "Vad gäller det" not in text
        assert "Räcket" not in text
