"""Targets in a registry document: read, linted, compiled, and promised only by whoever set them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from synpunkt.promises import DEFAULT_WORKING_HOURS
from synpunkt.responsibility import MunicipalityProfile, Responsible, Rule, decide
from synpunkt.responsibility.changes import changes
from synpunkt.responsibility.compiled import compiled
from synpunkt.responsibility.lint import lint
from synpunkt.responsibility.rules import Target
from synpunkt.responsibility.yaml_file import dump, load
from tests.registries import TRAFIKVERKET, document

JETTY = {"id": "jetty", "group": "green", "name": {"sv": "Brygga", "en": "Jetty"}, "department": "park"}
HOURS = {
    "week": [
        {"days": ["mon", "tue", "wed", "thu"], "opens": "08:00", "closes": "17:00"},
        {"days": ["fri"], "opens": "08:00", "closes": "15:00"},
    ],
    "closes_before_holiday": "12:00",
}


def _promise(
    category: str | None, *, claimed: bool = True, rules: list[Rule] | None = None, **parts: Any
) -> dict[str, Any] | None:
    made = compiled(document(**parts))
    published = made.published(version=4, today=date(2026, 11, 23))
    profile = MunicipalityProfile("0180", claimed, "arn:topic", dict(published.mails), published=published)
    decision = decide(Responsible("0180", "point"), made.category(category), profile, candidates=rules or ())
    return decision.routing.get("promise")


def test_without_targets_nothing_is_promised() -> None:
    assert _promise("pothole") is None
    assert _promise(None) is None


def test_a_category_of_its_own_targets_promises_those_and_the_others_the_default() -> None:
    parts: dict[str, Any] = {
        "targets": {"answer_hours": 24, "repair_hours": 80},
        "working_hours": HOURS,
        "national_categories": [
            {"id": "pothole", "targets": {"answer_hours": 8}},
            {"id": "graffiti", "targets": {}},
        ],
        "own_categories": [JETTY | {"targets": {"repair_hours": 400}}],
    }
    assert _promise("pothole", **parts) == {"answer_hours": 8, "working_hours": HOURS}
    assert _promise("street_light", **parts) == {"answer_hours": 24, "repair_hours": 80, "working_hours": HOURS}
    assert _promise(None, **parts) == {"answer_hours": 24, "repair_hours": 80, "working_hours": HOURS}
    assert _promise("jetty", **parts) == {"repair_hours": 400, "working_hours": HOURS}
    # Nothing is promised of what is said to have no target.
    assert _promise("graffiti", **parts) is None


def test_office_hours_until_a_municipality_says_otherwise() -> None:
    promise = _promise("pothole", targets={"answer_hours": 8})
    assert promise == {"answer_hours": 8, "working_hours": DEFAULT_WORKING_HOURS}


def test_nobody_promises_for_somebody_else() -> None:
    assert _promise("pothole", claimed=False, targets={"answer_hours": 8}) is None
    state = [Rule("state", Target(body="trafikverket"))]
    assert _promise("pothole", targets={"answer_hours": 8}, bodies=[TRAFIKVERKET], rules=state) is None
    # A body that cannot be reached leaves the case with the municipality, and so the promise.
    unreachable = {name: value for name, value in TRAFIKVERKET.items() if not name.startswith("mail")}
    assert _promise("pothole", targets={"answer_hours": 8}, bodies=[unreachable], rules=state) is not None


def test_a_version_from_before_there_were_targets_promises_nothing() -> None:
    made = compiled(document(targets={"answer_hours": 8}))
    old = {name: value for name, value in made.head.items() if name not in {"targets", "working_hours"}}
    published = type(made)(old, made.categories, made.buckets).published(version=1, today=date(2026, 11, 23))
    assert (published.targets, published.working_hours) == (None, None)


def test_targets_come_back_as_they_were() -> None:
    draft = document(
        targets={"answer_hours": 24},
        working_hours=HOURS,
        national_categories=[{"id": "graffiti", "targets": {}}],
    )
    assert load(dump(draft)).document == draft
    assert compiled(load(dump(draft)).document) == compiled(draft)
    assert lint(draft) == ()


def test_changes_of_targets_are_told() -> None:
    before = document(targets={"answer_hours": 24})
    after = document(working_hours=HOURS, national_categories=[{"id": "graffiti", "targets": {}}])
    assert changes(before, after) == (
        "targets changed",
        "working_hours changed",
        "national category graffiti added",
    )


@pytest.mark.parametrize("hours", [0, 2001, -1, 1.5, "8"])
def test_only_whole_hours_in_reason_are_targets(hours: Any) -> None:
    with pytest.raises(ValidationError):
        document(targets={"answer_hours": hours})


@pytest.mark.parametrize(
    ("parts", "code", "path"),
    [
        ({"targets": {"answer_hours": 8, "repair_hours": 7}}, "repair_before_answer", ("targets",)),
        (
            {"own_categories": [JETTY | {"targets": {"answer_hours": 8, "repair_hours": 7}}]},
            "repair_before_answer",
            ("own_categories", 0, "targets"),
        ),
        (
            {"national_categories": [{"id": "pothole", "targets": {"answer_hours": 2, "repair_hours": 1}}]},
            "repair_before_answer",
            ("national_categories", 0, "targets"),
        ),
        (
            {"working_hours": {"week": [*HOURS["week"], {"days": ["fri"], "opens": "14:00", "closes": "16:00"}]}},
            "hours_overlap",
            ("working_hours", "week"),
        ),
        (
            {"working_hours": {"week": [*HOURS["week"], {"days": ["sat"], "opens": "14:00", "closes": "14:00"}]}},
            "no_hours",
            ("working_hours", "week", 2),
        ),
        (
            {"working_hours": {"week": [{"days": ["fri"], "opens": "08:00", "closes": "17:00"}]}},
            "too_few_hours",
            ("working_hours", "week"),
        ),
    ],
)
def test_what_does_not_fit_is_an_error(parts: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    assert [(each.level, each.code, each.path) for each in lint(document(**parts))] == [("error", code, path)]
