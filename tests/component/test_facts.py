"""The facts of a case: put right, explained, and sent to where they lead; how urgent it is; how it is registered."""

from __future__ import annotations

from typing import Any

import pytest

from synpunkt.identity import Member, Role, Scope
from tests.component.world import Reply, World
from tests.tokens import bearer

SOLNA = {"lat": 59.3600, "lon": 18.0009}
BESIDE = {"lat": 59.3310, "lon": 18.0600}


@pytest.fixture
def key(world: World) -> dict[str, str]:
    """A system of Stockholm's."""
    shown = world.key("System", ["0180"], [Scope.READ, Scope.WRITE, Scope.CONTACT])[0]
    return {"Authorization": f"Bearer {shown}"}


@pytest.fixture
def receipt(world: World) -> dict[str, Any]:
    """A pothole that has arrived in Stockholm, of somebody who left an address."""
    made: dict[str, Any] = world.report(
        reporter={"email": "anna@example.org", "name": "Anna Andersson"},
        location={"lat": 59.3307, "lon": 18.0593, "text": "Vid stationen"},
    ).json()
    world.settle()
    world.mails.clear()
    return made


def do(world: World, case_id: str, act: str, key: dict[str, str], **body: Any) -> Reply:
    return world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/{act}", body=body, headers=key)


def desk(world: World, case_id: str, key: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = world.call("desk", "GET", f"/api/v1/desk/cases/{case_id}", headers=key).json()
    return found


def types(case: dict[str, Any]) -> list[str]:
    return [each["type"] for each in case["timeline"]]


def staff(world: World, name: str, code: str, role: Role, *departments: str) -> dict[str, str]:
    """Somebody's login."""
    email = f"{name}@{code}.example"
    world.employ(Member(name, email, "Kollega", code, frozenset({role}), frozenset(departments)))
    return bearer(email)


def test_another_category_takes_the_case_to_its_department(
    world: World, receipt: dict[str, Any], key: dict[str, str]
) -> None:
    before = desk(world, receipt["case_id"], key)
    answer = do(world, receipt["case_id"], "correct", key, category="litter", reason="Det är skräp, inget hål.")
    assert answer.status == 200, answer.text
    world.settle()
    case = desk(world, receipt["case_id"], key)
    print(case)
    assert case["category"] == "litter"
