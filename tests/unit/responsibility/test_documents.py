"""Registry documents: read with suspicion, written so that they come back the same, and linted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from synpunkt.responsibility.document import Document, Line, schema_text
from synpunkt.responsibility.lint import lint, starting_document
from synpunkt.responsibility.yaml_file import MAX_BYTES, BadDocument, dump, load
from tests.registries import TRAFIKVERKET, document

ROOT = Path(__file__).parents[3]
NAME = {"sv": "Namn", "en": "Name"}
FULL = """
municipality: "0180"
departments:
  - {id: street, name: {sv: Gata, en: Streets}, mail: gata@x.example, mail_verified: true,
     out_of_office_until: 2026-08-31}
  - {id: park, name: {sv: Park, en: Parks}}
groups:
  - {id: shore, name: {sv: Stranden, en: The shore}}
national_categories:
  - id: pothole
    name: {sv: Gropar, en: Potholes}
    ring_instead:
      text: {sv: Ring om gropen är djup., en: Call if it is deep.}
      phone: 08-123 45 67
      hours: [{days: [mon, tue], opens: "08:00", closes: "16:30"}]
  - {id: graffiti, enabled: false}
own_categories:
  - id: jetty
    group: shore
    department: park
    name: {sv: Brygga, en: Jetty}
    keywords: {sv: [brygga, badstege]}
    visibility: held
    questions:
      - {id: broken, text: {sv: Är den trasig?, en: Is it broken?}, type: yes_no}
      - id: how
        text: {sv: Hur?, en: How?}
        type: choice
        options: [{id: loose, name: {sv: Lös, en: Loose}}]
        ask_when: {question: broken, answers: [yes]}
areas:
  - {id: old-town, name: {sv: Gamla stan, en: the Old Town}}
bodies:
  - {id: roads, name: {sv: Vägverket, en: Roads}, kind: state_road_agency, url: https://roads.example/}
rules:
  - id: state
    when: {road_owners: [state], season: {first: 11-01, last: 03-31}}
    to: {body: roads}
    copies: [{department: street}]
    why: {sv: Staten sköter vägen., en: The state keeps the road.}
  - id: jetties
    priority: 5
    when: {categories: [jetty], areas: [old-town], answers: {broken: [true]}}
    to: {department: park}
"""


def _codes(draft: Document, level: str = "error", **options: Any) -> list[str]:
    return [each.code for each in lint(draft, **options) if each.level == level]


def test_a_document_comes_back_as_it_was() -> None:
    loaded = load(FULL).document
    again = load(dump(loaded)).document
    assert again == loaded
    assert dump(again) == dump(loaded)
    assert Document.from_json(loaded.as_json()) == loaded
    start = starting_document("0583")
    assert load(dump(start)).document == start
    assert lint(start) == ()


def test_text_that_another_reader_takes_for_a_number_is_quoted() -> None:
    for word in ("0180", "1e3", "0o17", "12"):
        made = document(rules=[{"id": "r", "when": {"answers": {"q": [word]}}, "to": {"department": "park"}}])
        assert f"'{word}'" in dump(made)
        assert load(dump(made)).document == made
    assert dump(starting_document("0180")).startswith("municipality: '0180'\n")


def test_the_committed_schema_is_that_of_the_models() -> None:
    committed = (ROOT / "docs" / "registry.schema.json").read_text("utf-8")
    assert committed == schema_text(), "run: synpunkt routing schema > docs/registry.schema.json"


def test_the_example_in_the_documentation_can_be_read() -> None:
    page = (ROOT / "docs" / "registry.md").read_text("utf-8")
    draft = load(page.partition("```yaml\n")[2].partition("```")[0]).document
    # It names two departments, so the other national ones own nothing in it.
    assert {each.code for each in lint(draft) if each.level == "error"} == {"nobody_owns"}


def test_ten_thousand_rules_fit_in_a_file() -> None:
    """Counted on a tenth of them, short ones; the ids are as long as those of all would be."""
    areas = [{"id": f"a{number + 1000}", "name": NAME} for number in range(100)]
    rules = [
        {
            "id": f"r{number + 10_000}",
            "when": {"areas": [f"a{number % 100 + 1000}"], "categories": ["litter"]},
            "to": {"department": "park"},
        }
        for number in range(1000)
    ]
    draft = document(areas=areas, rules=rules)
    text = dump(draft)
    assert load(text).document == draft
    assert 10 * len(text.encode()) < MAX_BYTES


def _refused(text: str | bytes) -> str:
    with pytest.raises(BadDocument) as caught:
        load(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("a: &x [1]\nb: *x\n", "line 1: anchors (&) and aliases (*) are not allowed"),
        ("a: [" * 40, "nested deeper than 12 levels"),
        ("{" * 100_000, "nested deeper than 12 levels"),
        ("a: !!python/object/apply:os.system [ls]\n", "line 1: tags (!) are not allowed"),
        ("a: [1\nb: 2\n", "not YAML"),
        ("a: 1\na: 2\n", "line 2, a: stands here twice"),
        ("1: a\n", "line 1: a key must be text"),
        ("<<: {a: 1}\n", "a key must be text"),
        ("- just\n- a list\n", "must be a mapping"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("x" * (1024 * 1024 + 1), "larger than"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("a: \x00", "not YAML"),
        ("a: 1" + ":59" * 300_000 + "\n", "line 1, a: cannot be read as a value"),
        ("a: " + "9" * 100_000 + "\n", "line 1, a: cannot be read as a value"),
        ("a: 2026-99-99\n", "line 1, a: cannot be read as a value"),
        ("municipality: 0123\ndepartments: []\n", "line 1, municipality: must be text; put it in quotes"),
    ],
)
def test_what_is_no_document_is_refused_in_words(text: str | bytes, message: str) -> None:
    assert message in _refused(text)


def test_a_bomb_is_refused_before_it_is_built() -> None:
    bomb = "a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n"
    for name, last in zip("bcdefghi", "abcdefgh", strict=True):
        bomb += f"{name}: &{name} [{','.join([f'*{last}'] * 9)}]\n"
    assert "aliases" in _refused(bomb)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("priority: 5", "priority: high", "rules[1].priority: must be a whole number"),
        ("to: {body: roads}", "to: {body: roads, department: street}", "rules[0].to: give either department or body"),
        ("kind: state_road_agency", "kind: state", "bodies[0].kind"),
        ("road_owners: [state]", "road_owners: []", "rules[0].when.road_owners"),
        ("road_owners: [state]", "roads: [state]", "rules[0].when.roads: there is no such field"),
        ("mail_verified: true", "mail_verified: 1", "departments[0].mail_verified: must be true or false"),
        ("mail: gata@x.example", "mail: gata", "departments[0].mail"),
        ("https://roads.example/", "javascript:alert(1)", "bodies[0].url"),
        ("type: yes_no", "type: choice", "questions[0]"),
        ("first: 11-01", "first: 11-32", "rules[0].when.season.first"),
        ("id: jetty\n", "id: Jetty\n", "own_categories[0].id"),
        ("answers: {broken: [true]}", "answers: {broken: [1.5]}", "rules[1].when.answers.broken[0]"),
        ("mail: gata@x.example", 'mail: "gata@x.example\\r\\nBcc: a@b.example"', "departments[0].mail"),
        ('municipality: "0180"\n', "", "municipality: is missing"),
    ],
)
def test_wrong_values_are_named_by_place_and_line(old: str, new: str, message: str) -> None:
    assert old in FULL
    told = _refused(FULL.replace(old, new))
    assert message in told
    assert told.startswith("line ")


def test_a_good_document_lints_clean() -> None:
    draft = load(FULL).document
    missing = {each.message for each in lint(draft) if each.level == "error"}
    # Only two departments are named, so the other national ones own nothing.
    assert all("nobody owns" in each for each in missing)
    whole = document(
        **{name: value for name, value in draft.as_data().items() if name not in {"departments", "municipality"}}
    )
    assert [(each.level, each.code) for each in lint(whole)] == [
        ("warning", "no_address"),
        ("warning", "needs_road_data"),
    ]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"rules": [{"id": "r", "when": {"categories": ["nope"]}, "to": {"department": "park"}}]}, "unknown_category"),
        ({"rules": [{"id": "r", "when": {"groups": ["nope"]}, "to": {"department": "park"}}]}, "unknown_group"),
        ({"rules": [{"id": "r", "when": {"areas": ["nope"]}, "to": {"department": "park"}}]}, "unknown_area"),
        (
            {"rules": [{"id": "r", "when": {"answers": {"q": [True]}}, "to": {"department": "park"}}]},
            "unknown_question",
        ),
        ({"rules": [{"id": "r", "to": {"department": "nope"}}]}, "unknown_department"),
        ({"rules": [{"id": "r", "to": {"body": "nope"}}]}, "unknown_body"),
        ({"rules": [{"id": "r", "to": {"department": "park"}, "copies": [{"body": "nope"}]}]}, "unknown_body"),
        ({"national_categories": [{"id": "nope"}]}, "unknown_category"),
        ({"national_categories": [{"id": "pothole", "department": "nope"}]}, "unknown_department"),
        ({"own_categories": [{"id": "x", "group": "nope", "name": NAME, "department": "park"}]}, "unknown_group"),
        ({"own_categories": [{"id": "pothole", "group": "roads", "name": NAME, "department": "park"}]}, "national_id"),
        ({"own_categories": [{"id": "x", "group": "roads", "name": NAME}]}, "nobody_owns"),
        ({"bodies": [TRAFIKVERKET, TRAFIKVERKET]}, "twice"),
        ({"code": "9999"}, "unknown_municipality"),
        (
            {
                "rules": [
                    {"id": "r", "when": {"season": {"first": "02-30", "last": "03-01"}}, "to": {"department": "park"}}
                ]
            },
            "no_such_day",
        ),
        ({"rules": [{"id": f"r{n}", "to": {"department": "park"}} for n in range(51)]}, "too_many_rules"),
    ],
)
def test_what_refers_to_nothing_is_an_error(parts: dict[str, Any], code: str) -> None:
    assert code in _codes(document(**parts))


def test_a_category_may_only_be_made_stricter() -> None:
    from synpunkt.responsibility import categories

    private = next(each.category for each in categories().values() if each.visibility == "private")
    assert _codes(document(national_categories=[{"id": private, "visibility": "public"}])) == ["less_strict"]
    assert _codes(document(national_categories=[{"id": "pothole", "visibility": "private"}])) == []


def test_a_rule_for_the_whole_group_owns_its_categories() -> None:
    own = {"id": "x", "group": "roads", "name": NAME}
    rule = {"id": "r", "when": {"groups": ["roads"]}, "to": {"department": "park"}}
    assert _codes(document(own_categories=[own], rules=[rule])) == []
    summer = rule | {"when": {"groups": ["roads"], "season": {"first": "06-01", "last": "08-31"}}}
    assert _codes(document(own_categories=[own], rules=[summer])) == ["nobody_owns"]


def test_what_is_called_verified_and_is_not_there_is_warned_of() -> None:
    made = starting_document("0180").as_data()
    made["departments"][0] |= {"mail_verified": True, "second_mail_verified": True}
    made["bodies"] = [{**TRAFIKVERKET, "mail_verified": True}]
    made["bodies"][0].pop("mail", None)
    assert _codes(Document.model_validate(made), "warning") == ["no_mail_to_verify"] * 3


def test_rules_by_road_owner_say_once_that_they_need_road_data() -> None:
    def by(*owners: str) -> Document:
        rules = [
            {"id": f"r{number}", "when": {"road_owners": [owner]}, "to": {"department": "park"}}
            for number, owner in enumerate(owners)
        ]
        return document(rules=rules)

    assert _codes(by("state", "municipal"), "warning") == ["needs_road_data"]
    assert _codes(by("unknown"), "warning") == []


def test_areas_are_held_against_their_shapes() -> None:
    draft = document(areas=[{"id": "a", "name": NAME}, {"id": "b", "name": NAME}])
    assert _codes(draft) == []
    found = _codes(draft, known_areas={"a"}, area_problems={"a": "is outside the municipality"})
    assert sorted(found) == ["area_without_shape", "bad_area"]


def _rules(*whens: dict[str, Any]) -> Document:
    rules = [
        {"id": f"r{number}", "when": when, "to": {"department": "park"}, "priority": -number}
        for number, when in enumerate(whens)
    ]
    return document(rules=rules, areas=[{"id": "a", "name": NAME}])


@pytest.mark.parametrize(
    ("whens", "warned"),
    [
        ([{"categories": ["pothole"]}, {"categories": ["pothole"], "kinds": ["fault"]}], ["shadowed"]),
        ([{"categories": ["pothole", "litter"]}, {"categories": ["litter"]}], ["shadowed"]),
        ([{"categories": ["pothole"]}, {"categories": ["pothole", "litter"]}], []),
        ([{}, {"categories": ["pothole"]}], []),
        ([{"categories": ["pothole"]}, {"groups": ["roads"]}], []),
        ([{"areas": ["a"]}, {"categories": ["pothole"]}], []),
        (
            [
                {"season": {"first": "01-01", "last": "06-30"}},
                {"season": {"first": "07-01", "last": "12-31"}},
                {"kinds": ["fault"]},
            ],
            ["shadowed"],
        ),
        (
            [{"season": {"first": "11-01", "last": "03-31"}}, {"season": {"first": "12-24", "last": "01-06"}}],
            ["unreachable_season"],
        ),
        ([{"season": {"first": "02-29", "last": "02-29"}}], ["rare_season"]),
    ],
)
def test_rules_that_never_decide_are_warned_of(whens: list[dict[str, Any]], warned: list[str]) -> None:
    draft = _rules(*whens)
    assert _codes(draft) == []
    assert _codes(draft, "warning") == warned


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\x00", "\x1b", "\x85", "\u2028"])
def test_a_name_is_one_line(mark: str) -> None:
    TypeAdapter(Line).validate_python("Gata – torg & park")
    for name in (f"Gata{mark}Bcc: a@b.example", f"Gata{mark}"):
        with pytest.raises(ValidationError):
            TypeAdapter(Line).validate_python(name)
