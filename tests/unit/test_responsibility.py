"""Exactly one decision for anything, categories that people find, and warnings that guess rather well."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synpunkt.lifecycle import Visibility
from synpunkt.places import Place, municipalities
from synpunkt.responsibility import (
    MunicipalityProfile,
    Responsible,
    categories,
    category,
    decide,
    default_departments,
    groups,
    matching_notices,
    notice_rules,
    responsible_at,
)
from synpunkt.texts import LANGUAGES

CODES = [each.code for each in municipalities()]
DEPARTMENTS = [each.department for each in default_departments()]


@given(
    code=st.sampled_from(CODES),
    category_id=st.sampled_from([None, *categories()]),
    place=st.none() | st.builds(Place, st.sampled_from(CODES), st.floats(0, 1e5), st.none(), st.booleans()),
    claimed=st.booleans(),
    known=st.booleans(),
    topic=st.none() | st.just("arn:topic"),
    listened_to=st.booleans(),
    mails=st.dictionaries(st.sampled_from(DEPARTMENTS), st.just("a@b.example")),
)
def test_there_is_always_exactly_one_decision(
    code: str,
    category_id: str | None,
    place: Place | None,
    claimed: bool,
    known: bool,
    topic: str | None,
    listened_to: bool,
    mails: dict[str, str],
) -> None:
    profile = MunicipalityProfile(code, claimed, topic, mails, topic_subscribers=listened_to) if known else None
    responsible = Responsible(code, "point" if place else "municipality_given", place)
    decision = decide(responsible, category(category_id), profile)
    assert decision == decide(responsible, category(category_id), profile)
    assert decision.municipality == code
    assert decision.department in DEPARTMENTS
    assert decision.recipients[-1] == "triage"
    assert len(set(decision.recipients)) == len(decision.recipients)
    assert set(decision.routing["sentences"]) == set(LANGUAGES)


def test_the_chain_runs_from_systems_to_department_to_registrar_to_triage() -> None:
    mails = {"street": "a@b.example", "registrar": "r@b.example"}
    decision = decide(
        Responsible("0180", "municipality_given"),
        category("pothole"),
        MunicipalityProfile("0180", True, "arn:topic", mails, topic_subscribers=True),
    )
    assert decision.recipients == ("topic:0180", "mail:street", "mail:registrar", "triage")
    assert decision.routing["fallback_level"] == "department"


def test_a_topic_that_nobody_listens_to_reaches_nobody() -> None:
    about = Responsible("0180", "municipality_given")
    mailed = MunicipalityProfile("0180", True, "arn:topic", {"registrar": "r@b.example"})
    assert decide(about, category("pothole"), mailed).recipients == ("mail:registrar", "triage")
    assert decide(about, category("pothole"), mailed).routing["fallback_level"] == "registrar"
    assert decide(about, category("pothole"), MunicipalityProfile("0180", True, "arn:topic")).recipients == ("triage",)


def test_a_verified_registrar_gets_what_an_unclaimed_municipality_would_have_missed() -> None:
    profile = MunicipalityProfile("1480", False, None, {"registrar": "r@b.example"})
    decision = decide(Responsible("1480", "municipality_given"), category("pothole"), profile)
    assert decision.recipients == ("mail:registrar", "triage")
    assert decision.routing["fallback_level"] == "registrar"


def test_a_border_is_told_of() -> None:
    near = Place("0180", 12.3, "0183", True, 12.3)
    decision = decide(Responsible("0180", "point", near), category("litter"), None)
    assert "12 meter" in decision.routing["sentences"]["sv"]
    assert "Sundbybergs" in decision.routing["sentences"]["sv"]


NEAR = Place("0180", 4.0, "0183", True, 12.3)


@pytest.mark.parametrize(
    ("chosen", "method", "municipality", "neighbour"),
    [
        (None, "point", "0180", "0183"),
        ("0180", "point", "0180", "0183"),
        ("0183", "chosen_near_border", "0183", "0180"),
        ("0184", "point", "0180", "0183"),
        ("9999", "point", "0180", "0183"),
    ],
)
def test_near_a_border_the_choice_of_the_neighbour_decides(
    chosen: str | None, method: str, municipality: str, neighbour: str
) -> None:
    responsible = responsible_at(NEAR, chosen)
    assert (responsible.method, responsible.municipality) == (method, municipality)
    decision = decide(responsible, category("litter"), None)
    assert decision.municipality == municipality
    assert decision.routing["municipality_method"] == method
    assert (decision.routing["neighbour"], decision.routing["neighbour_m"]) == (neighbour, 12.3)
    assert decision.routing["border_m"] == 4.0
    assert decision.routing["uncertain"] is True


def test_away_from_a_border_the_point_decides() -> None:
    assert responsible_at(Place("0180", 4000.0, None, False), "0183").municipality == "0180"


def test_a_choice_at_the_border_is_explained_in_words() -> None:
    told = decide(responsible_at(NEAR, "0183"), category("litter"), None).routing["sentences"]
    assert told["sv"].startswith("Du valde Sundbybergs stad. Platsen du angav ligger i Stockholms stad")
    assert told["en"].startswith("You chose Sundbyberg municipality. The place you gave is in Stockholm municipality")
    assert "12 meter" in told["sv"]
    assert "grannkommunen" not in told["sv"]


@pytest.mark.parametrize(
    ("place", "said", "not_said"),
    [
        (Place("0980", 9000.0, None, True, None, True), ["positionen är ungefärlig"], ["gräns"]),
        (Place("0180", 4.0, "0183", True, 12.3, True), ["12 meter", "positionen är ungefärlig"], ["Sveriges gräns"]),
        (Place("2583", 30.0, None, True), ["30 meter till Sveriges gräns"], ["positionen är ungefärlig"]),
        (Place("0180", 4000.0, None, False), [], ["gräns", "ungefärlig"]),
    ],
    ids=["5 km accuracy", "5 km accuracy beside a border", "beside the national border", "no doubt"],
)
def test_every_doubt_about_the_place_is_said_and_no_other(place: Place, said: list[str], not_said: list[str]) -> None:
    sentence = decide(responsible_at(place, None), category("litter"), None).routing["sentences"]["sv"]
    assert all(words in sentence for words in said), sentence
    assert not any(words in sentence for words in not_said), sentence


def test_the_national_set_holds_what_others_rely_on() -> None:
    for expected in ("pothole", "street_light", "graffiti", "litter", "other"):
        assert categories()[expected].visibility is Visibility.PUBLIC
    assert any(each.visibility is Visibility.PRIVATE for each in categories().values())
    assert 25 <= len(categories()) <= 35
    assert "registrar" in DEPARTMENTS


def test_every_category_is_owned_named_and_findable() -> None:
    assert len({each.category for group in groups() for each in group.categories}) == sum(
        len(group.categories) for group in groups()
    )
    for each in categories().values():
        assert each.department in DEPARTMENTS
        for language in LANGUAGES:
            assert each.name[language]
            assert len(each.keywords[language]) >= 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Det brinner i en container", "danger_to_life"),
        ("En person ligger medvetslös", "danger_to_life"),
        ("Min cykel är stulen", "police"),
        ("Jag är orolig för ett barn", "child_at_risk"),
        ("En öppen brunn mitt på gatan", "acute_fault"),
        ("There is a gas leak", "danger_to_life"),
    ],
)
def test_warnings_are_found_by_words(words: str, code: str) -> None:
    assert code in [rule.code for rule in matching_notices(None, words)]


@pytest.mark.parametrize(
    "words", ["Hål i vägen vid Brandstationsvägen 3", "Gatlampan är släckt", "Fint med nya bänkar", "Barnen leker här"]
)
def test_ordinary_reports_get_no_warning(words: str) -> None:
    assert matching_notices("pothole", words) == ()


def test_patterns_mean_the_same_in_javascript() -> None:
    for rule in notice_rules():
        for pattern in rule.patterns:
            re.compile(pattern)
            assert not re.search(r"\(\?[P<i]|\\[AZ]|\(\?#", pattern), pattern
