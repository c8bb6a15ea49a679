"""Who is limited to departments decides nothing for the others: neither who is told, nor what a status means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.local.seed import members
from synpunkt import clock
from synpunkt.identity import Scope
from tests.component.test_foreign_statuses import ask, explain, waiting
from tests.component.test_push import ALL, desk
from tests.component.test_systems import update
from tests.component.world import World
from tests.tokens import bearer

PARKS = bearer("park@0583.example")


@pytest.fixture
def parks(world: World) -> None:
    """An admin of Motala's parks alone."""
    world.claim("0583")
    [admin] = [each for each in members() if each.email == "admin@0583.example"]
    world.employ(replace(admin, staff_id=clock.new_id(), email="park@0583.example", departments=frozenset({"park"})))


def subscription(world: World, *departments: str) -> str:
    """One that the municipality's admin made, of some departments; its id."""
    body = {"name": "System", "kind": "webhook", "target": "https://system.example/in"}
    made = desk(world, "POST", ALL, body | {"filter": {"departments": list(departments)}})
    assert made.status == 201, made.text
    return str(made.json()["subscription_id"])


ACTS = [
    ("PATCH", "", {"target": "https://other.example/in"}),
    ("PATCH", "", {"filter": {"departments": ["park"]}}),
    ("PATCH", "", {"name": "Vårt"}),
    ("POST", "/secret", None),
    ("POST", "/verify", None),
    ("POST", "/test", None),
    ("POST", "/conformance", None),
    ("POST", "/replay", {"case_id": "01M80EAX9D1X6F1FS039C0XSKB"}),
    ("GET", "/deliveries", None),
    ("GET", "/conformance", None),
    ("DELETE", "", None),
]


@pytest.mark.usefixtures("parks")
@pytest.mark.parametrize("departments", [(), ("street",), ("park", "street")])
def test_a_subscription_that_tells_more_than_they_see_is_not_theirs(world: World, departments: tuple[str, ...]) -> None:
    path = f"{ALL}/{subscription(world, *departments)}"
    for method, part, body in ACTS:
        answer = world.call("desk.staff_api", method, f"{path}{part}", body=body, headers=PARKS)
        assert (answer.status, answer.json().get("code")) == (403, "not_allowed"), (method, part)
    # That it is there, and where it sends, they may know.
    assert world.call("desk.staff_api", "GET", path, headers=PARKS).json()["name"] == "System"


@pytest.mark.usefixtures("parks")
def test_one_of_their_own_departments_is(world: World) -> None:
    path = f"{ALL}/{subscription(world, 'park')}"
    for method, part, body in ACTS:
        answer = world.call("desk.staff_api", method, f"{path}{part}", body=body, headers=PARKS)
        # Some cannot be done yet; none is refused.
        assert answer.status < 300 or answer.status in (404, 409), (method, part, answer.text)


@pytest.mark.parametrize("means", [{}, {"status": "in_progress"}])
def test_what_a_status_means_is_not_theirs_to_say(world: World, means: dict[str, str]) -> None:
    case_id = world.routed()["case_id"]
    explain(world, "Pågår", status="in_progress")
    update(world, case_id, foreign_status="Vilande")
    parks, _ = world.key("Parken", ["0180"], [Scope.READ, Scope.WRITE], departments=["park"])
    for words in ("Vilande", "Pågår"):
        said = ask(world, "PUT", key=parks, body={"foreign_status": words, "means": means})
        assert (said.status, said.json()["code"]) == (403, "not_allowed")
    assert ask(world, "DELETE", key=parks, foreign_status="Pågår").status == 403
    assert waiting(world) == {"Vilande": [case_id]}
    assert [each["means"]["status"] for each in ask(world, "GET").json()["statuses"]] == ["in_progress"]
