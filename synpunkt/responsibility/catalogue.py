"""The national set of categories and departments, which every municipality starts with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from synpunkt.lifecycle import Kind, Visibility


@dataclass(frozen=True, slots=True)
class Department:
    """A unit inside a municipality. `name`: language code → name."""

    department: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Category:
    """What a report can be about, which kind it usually is, and which department owns it.

    `enabled`: whether people may choose it; one that is not is still understood, for forms that knew it before.
    `questions`, `ring_instead`: as in the registry document, for those who show them. `targets`: as there, too.
    """

    category: str
    group: str
    department: str
    kind: Kind
    visibility: Visibility
    name: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]]
    notice: str | None
    enabled: bool = True
    questions: tuple[Mapping[str, Any], ...] = ()
    ring_instead: Mapping[str, Any] | None = None
    targets: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Categories that belong together on a page."""

    group: str
    name: Mapping[str, str]
    categories: tuple[Category, ...]


def groups() -> tuple[Group, ...]:
    """All groups with their categories, in the order they are shown."""
    return _national()[0]


def categories() -> Mapping[str, Category]:
    """All categories by id."""
    return {each.category: each for group in groups() for each in group.categories}


def category(category_id: str | None) -> Category | None:
    """The category with that id; `None` when there is none."""
    return categories().get(category_id) if category_id is not None else None


def default_departments() -> tuple[Department, ...]:
    """The departments a municipality has until it names its own; `registrar` is always among them."""
    return _national()[1]


def department(department_id: str) -> Department:
    """The department with that id. Raises `KeyError` when there is none."""
    return {each.department: each for each in default_departments()}[department_id]


@cache
def _national() -> tuple[tuple[Group, ...], tuple[Department, ...]]:
    text = files("synpunkt.responsibility").joinpath("data/national.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return (
        tuple(
            Group(
                group["group"],
                group["name"],
                tuple(_category(group["group"], each) for each in group["categories"]),
            )
            for group in data["groups"]
        ),
        tuple(Department(each["department"], each["name"]) for each in data["departments"]),
    )


def _category(group: str, data: Mapping[str, Any]) -> Category:
    return Category(
        category=data["category"],
        group=group,
        department=data["department"],
        kind=Kind(data["kind"]),
        visibility=Visibility(data["visibility"]),
        name=data["name"],
        keywords={language: tuple(words) for language, words in data["keywords"].items()},
        notice=data.get("notice"),
    )
