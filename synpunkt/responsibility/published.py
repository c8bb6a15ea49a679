"""A published registry as rooms read it: units by id, and the way from plain data to categories. No documents here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from synpunkt.lifecycle import Kind, Visibility
from synpunkt.responsibility.catalogue import Category, Department, Group, default_departments

REGISTRAR = "registrar"


@dataclass(frozen=True, slots=True)
class Body:
    """Somebody outside the municipality who can be responsible."""

    body: str
    name: Mapping[str, str]
    kind: str = "other"
    phone: str | None = None
    url: str | None = None
    turn_to: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a municipality's registry, without its rules. `groups_of`: category → group.

    `build`: names what was compiled from the document; a decision cites `version`. `area_prefixes`: the parts of its
    index of sub-areas. `targets`, `working_hours`: as in the document.
    """

    version: int
    build: str
    departments: Mapping[str, Department]
    bodies: Mapping[str, Body]
    groups: Mapping[str, Mapping[str, str]]
    groups_of: Mapping[str, str]
    mails: Mapping[str, str]
    area_prefixes: tuple[str, ...] = ()
    targets: Mapping[str, int] | None = None
    working_hours: Mapping[str, Any] | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, Any], *, version: int, build: str, today: date) -> Published:
        """The version from its head as compiled; `today` decides who is out of office."""
        departments = {each["id"]: Department(each["id"], each["name"]) for each in data["departments"]}
        departments.setdefault(REGISTRAR, _national_registrar())
        return cls(
            version,
            build,
            departments,
            {each["id"]: _body(each) for each in data["bodies"]},
            {each["id"]: each["name"] for each in data["groups"]},
            data["groups_of"],
            {
                **{key: mail for each in data["departments"] for key, mail in _department_mails(each, today)},
                **{
                    f"body:{each['id']}": each["mail"]
                    for each in data["bodies"]
                    if each.get("mail") and each.get("mail_verified")
                },
            },
            # Versions published before there were shapes have none.
            tuple(data.get("area_prefixes", ())),
            # Versions published before there were promises have none.
            targets=data.get("targets"),
            working_hours=data.get("working_hours"),
        )


def category_from_data(data: Mapping[str, Any]) -> Category:
    """A category as compiled."""
    return Category(
        category=data["category"],
        group=data["group"],
        department=data["department"],
        kind=Kind(data["kind"]),
        visibility=Visibility(data["visibility"]),
        name=data["name"],
        keywords={language: tuple(words) for language, words in data["keywords"].items()},
        notice=data.get("notice"),
        enabled=data.get("enabled", True),
        questions=tuple(data.get("questions", ())),
        ring_instead=data.get("ring_instead"),
        targets=data.get("targets"),
    )


def grouped(published: Published, categories: list[Category]) -> tuple[Group, ...]:
    """The categories people may choose, in groups in the order of the registry; a group without any is left out."""
    found = (
        Group(group, name, tuple(each for each in categories if each.group == group and each.enabled))
        for group, name in published.groups.items()
    )
    return tuple(group for group in found if group.categories)


def _national_registrar() -> Department:
    return next(each for each in default_departments() if each.department == REGISTRAR)


def _body(data: Mapping[str, Any]) -> Body:
    return Body(data["id"], data["name"], data["kind"], data.get("phone"), data.get("url"), data.get("turn_to"))


def _department_mails(data: Mapping[str, Any], today: date) -> list[tuple[str, str]]:
    """Verified addresses only: mail is never sent to a guess."""
    unit = data["id"]
    first = data.get("mail") if data.get("mail_verified") else None
    second = data.get("second_mail") if data.get("second_mail_verified") else None
    away = data.get("out_of_office_until")
    if second and away is not None and today <= date.fromisoformat(away):
        return [(unit, second)]
    pairs = ((unit, first), (f"{unit}:second", second))
    return [(key, mail) for key, mail in pairs if mail]
