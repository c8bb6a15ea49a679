"""Rules: the most specific that holds decides, the same way every time, and there is always somebody."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from synpunkt.places import Place
from synpunkt.responsibility import Circumstances, MunicipalityProfile, Responsible, categories, decide
from synpunkt.responsibility.compiled import compiled
from synpunkt.responsibility.document import Document
from synpunkt.responsibility.lint import lint
from synpunkt.responsibility.rules import Rule, Season, Target, answer_text, choose, stored_answer
from tests.registries import TRAFIKVERKET, document

TODAY = date(2026, 7, 1)
NATIONAL = ["pothole", "street_light", "litter"]
AREAS = ["old-town", "harbour", "north"]
ROADS = ["state", "municipal", "private", "unknown"]
NAME = {"sv": "Namn", "en": "Name"}

targets = st.sampled_from([{"department": "street"}, {"department": "park"}, {"body": "trafikverket"}])
days = st.sampled_from(["01-01", "03-15", "06-30", "10-01", "12-31"])
conditions = st.fixed_dictionaries(
    {},
    optional={
        "categories": st.lists(st.sampled_from([*NATIONAL, "own"]), min_size=1, max_size=3),
        "groups": st.lists(st.sampled_from(["roads", "extra"]), min_size=1, max_size=2),
        "kinds": st.lists(st.sampled_from(["fault", "question"]), min_size=1, max_size=2),
        "areas": st.lists(st.sampled_from(AREAS), min_size=1, max_size=2),
        "road_owners": st.lists(st.sampled_from(ROADS), min_size=1, max_size=2),
        "answers": st.fixed_dictionaries({"dark": st.lists(st.booleans(), min_size=1, max_size=2)}),
        "season": st.fixed_dictionaries({"first": days, "last": days}),
    },
)
rule_parts = st.lists(
    st.fixed_dictionaries({"when": conditions, "to": targets, "priority": st.integers(-3, 3)}), max_size=12
)


def _document(rules: list[dict[str, Any]], owner: str | None = "park") -> Document:
    own: dict[str, Any] = {
        "id": "own",
        "group": "extra",
        "name": NAME,
        "questions": [{"id": "dark", "text": NAME, "type": "yes_no"}],
    }
    return document(
        groups=[{"id": "extra", "name": NAME}],
        own_categories=[own | ({"department": owner} if owner else {})],
        areas=[{"id": each, "name": NAME} for each in AREAS],
        bodies=[TRAFIKVERKET],
        rules=[{"id": f"r{number}", **rule} for number, rule in enumerate(rules)],
    )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rules=rule_parts,
    owner=st.sampled_from([None, "park"]),
    category=st.sampled_from([None, "gone", "own", *NATIONAL]),
    kind=st.sampled_from(["fault", "question", "praise"]),
    areas=st.lists(st.sampled_from([*AREAS, "elsewhere"]), max_size=3),
    road=st.sampled_from(ROADS),
    answers=st.dictionaries(st.sampled_from(["dark", "other"]), st.sampled_from(["true", "false"]).map(stored_answer)),
    on=st.none() | st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    place=st.none() | st.builds(Place, st.just("0180"), st.floats(0, 1e5), st.none(), st.booleans()),
)
def test_what_lints_clean_always_has_exactly_one_responsible(
    rules: list[dict[str, Any]],
    owner: str | None,
    category: str | None,
    kind: str,
    areas: list[str],
    road: str,
    answers: dict[str, frozenset[str]],
    on: date | None,
    place: Place | None,
) -> None:
    draft = _document(rules, owner)
    assume(not [each for each in lint(draft) if each.level == "error"])
    made = compiled(draft)
    published = made.published(version=1, today=TODAY)
    known = category if category in published.groups_of else None
    about = Circumstances(known, published.groups_of.get(known or ""), kind, tuple(areas), road, answers, on)
    profile = MunicipalityProfile("0180", True, "arn:topic", published=published)
    responsible = Responsible("0180", "point" if place else "municipality_given", place)

    decision = decide(responsible, made.category(known), profile, about, made.candidates(about))
    again = compiled(Document.from_json(draft.as_json()))
    assert decision == decide(responsible, again.category(known), profile, about, reversed(again.candidates(about)))
    assert decision.department in published.departments
    assert decision.routing["body"] in {None, "trafikverket"}
    assert decision.recipients[-1] == "triage"

    # The buckets find what looking at every rule finds.
    every = [each for each in map(_whole, draft.rules) if each.misses(about) is None]
    expected = min(every, key=Rule.order).rule if every else None
    assert decision.routing["rule"] == (f"rule:{expected}" if expected else _without_rule(known))


def _whole(part: Any) -> Rule:
    from synpunkt.responsibility.compiled import rule_of

    return rule_of(part)


def _without_rule(category: str | None) -> str:
    return f"category:{category}" if category else "no_category"


def test_specificity_comes_before_priority_and_priority_before_id() -> None:
    rules = [
        Rule("anything", Target("street"), priority=100),
        Rule("group", Target("street"), groups=frozenset({"roads"}), priority=90),
        Rule("category", Target("street"), categories=frozenset({"pothole"}), priority=80),
        Rule("road", Target("street"), road_owners=frozenset({"state"}), priority=70),
        Rule("area-b", Target("street"), areas=frozenset({"harbour"})),
        Rule("area-a", Target("street"), areas=frozenset({"harbour"})),
        Rule("area-first", Target("street"), areas=frozenset({"harbour"}), priority=1),
    ]
    about = Circumstances("pothole", "roads", "fault", ("harbour",), "state")
    order = []
    while rules:
        chosen = choose(rules, about).rule
        assert chosen is not None
        order.append(chosen.rule)
        rules.remove(chosen)
    assert order == ["area-first", "area-a", "area-b", "road", "category", "group", "anything"]


def test_the_rejected_say_why() -> None:
    about = Circumstances("pothole", "roads", "fault", (), "state", {}, date(2026, 7, 1))
    rules = [
        Rule("winter", Target("street"), categories=frozenset({"pothole"}), season=Season("11-01", "03-31")),
        Rule("all-year", Target("street"), categories=frozenset({"pothole"})),
        Rule("rest", Target("park")),
    ]
    choice = choose(rules, about)
    assert choice.rule is not None
    assert choice.rule.rule == "all-year"
    assert choice.rejected == ("winter:season", "rest:less_specific")


@pytest.mark.parametrize(
    ("first", "last", "day", "inside"),
    [
        ("11-01", "03-31", date(2026, 12, 31), True),
        ("11-01", "03-31", date(2027, 3, 31), True),
        ("11-01", "03-31", date(2027, 4, 1), False),
        ("06-01", "08-31", date(2026, 6, 1), True),
        ("02-01", "02-29", date(2024, 2, 29), True),
    ],
)
def test_a_season_may_run_over_new_year(first: str, last: str, day: date, inside: bool) -> None:
    assert Season(first, last).has(day) is inside


@pytest.mark.parametrize(
    ("answer", "value"), [(True, "true"), (3, "3"), (3.0, "3"), ("lamp", "lamp"), (["a", "b"], "b"), (2.5, "2.5")]
)
def test_an_answer_is_found_again_in_what_is_stored(answer: Any, value: str) -> None:
    assert value in stored_answer(answer_text(answer))


def test_a_body_without_a_confirmed_address_is_said_and_the_department_passes_it_on() -> None:
    unverified = TRAFIKVERKET | {"mail_verified": False}
    draft = document(
        bodies=[unverified], rules=[{"id": "state", "when": {"road_owners": ["state"]}, "to": {"body": "trafikverket"}}]
    )
    made = compiled(draft)
    published = made.published(version=1, today=TODAY)
    profile = MunicipalityProfile("0180", True, None, {"street": "a@b.example"}, published=published)
    about = Circumstances("pothole", "roads", road_owner="state")
    decision = decide(
        Responsible("0180", "municipality_given"), categories()["pothole"], profile, about, made.candidates(about)
    )
    assert decision.routing["body"] == "trafikverket"
    assert decision.recipients == ("mail:street", "triage")
    assert "Vägen sköts av staten, så Trafikverket tar hand om det." in decision.routing["sentences"]["sv"]
    assert "Vi har ingen bekräftad adress till Trafikverket" in decision.routing["sentences"]["sv"]


def test_a_department_out_of_office_is_read_at_its_second_address() -> None:
    street = {
        "id": "street",
        "name": NAME,
        "mail": "first@x.example",
        "mail_verified": True,
        "second_mail": "second@x.example",
        "second_mail_verified": True,
        "out_of_office_until": TODAY,
    }
    draft = Document.model_validate({"municipality": "0180", "departments": [street]})
    away = compiled(draft).published(version=1, today=TODAY).mails
    back = compiled(draft).published(version=1, today=date(2026, 7, 2)).mails
    assert away == {"street": "second@x.example"}
    assert back == {"street": "first@x.example", "street:second": "second@x.example"}
