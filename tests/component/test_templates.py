"""Texts to begin from: kept by a municipality for itself, filled in as plain text, best first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from synpunkt.stores import reply_templates
from tests.component.test_handling import ADMIN, OTHER, do
from tests.component.world import Reply, World
from tests.tokens import bearer


def put(world: World, template_id: str, *, who: Mapping[str, str] = ADMIN, code: str = "0180", **more: Any) -> Reply:
    body = {"name": template_id, "text": "Tack.", "language": "sv", **more}
    path, query = f"/api/v1/desk/templates/{template_id}", {"municipality": code}
    return world.call("desk", "PUT", path, body=body, headers=who, query=query)


def listed(world: World, *, who: Mapping[str, str] = ADMIN, code: str = "0180", **query: str) -> list[dict[str, Any]]:
    answer = world.call("desk", "GET", "/api/v1/desk/templates", headers=who, query={"municipality": code, **query})
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["templates"]
    return found


def test_what_fits_best_comes_first_and_what_does_not_fit_last(world: World) -> None:
    put(world, "any")
    put(world, "graffiti", categories=["graffiti"])
    put(world, "pothole", categories=["pothole"])
    put(world, "pothole_closed", categories=["pothole"], statuses=["resolved"])
    put(world, "closed", statuses=["resolved"])
    put(world, "english", language="en")
    found = listed(world, category="pothole", status="resolved", language="sv")
    assert [(each["template_id"], each["fits"]) for each in found] == [
        ("pothole_closed", True),
        ("pothole", True),
        ("closed", True),
        ("any", True),
        ("english", False),
        ("graffiti", False),
    ]
    assert all(each["fits"] for each in listed(world))


def test_it_is_filled_in_for_a_case_as_plain_text_and_only_once(world: World) -> None:
    text = "{reference} om {category} vid {place}, {municipality} {department} {date}. { Så här } <b>"
    place = "<script>alert(1)</script> {reference}"
    receipt = world.report(
        reporter={"name": "Anna Testsson", "email": "anna@example.org"},
        location={"lat": 59.3307, "lon": 18.0593, "text": place},
    ).json()
    world.settle()
    put(world, "all", text=text)
    [found] = listed(world, case_id=receipt["case_id"])
    rendered = found["rendered"]
    assert rendered.startswith(f"{receipt['reference']} om Hål")
    assert f"vid {place}, Stockholms kommun" in rendered or f"vid {place}, Stockholms stad" in rendered
    assert rendered.endswith("{ Så här } <b>")
    assert "Anna" not in rendered
    assert found["text"] == text


@pytest.mark.parametrize("text", ["Hej {name}", "{email}", "{}", "{case.reporter}", "{reference!r}"])
def test_an_unknown_variable_is_refused_when_it_is_kept(world: World, text: str) -> None:
    answer = put(world, "bad", text=text)
    assert (answer.status, [each["code"] for each in answer.json()["errors"]]) == (422, ["variable"])
    assert listed(world) == []


def test_a_municipality_sees_and_changes_its_own_alone(world: World) -> None:
    put(world, "secret", text="HEMLIGT", code="0183")
    assert put(world, "secret", who=OTHER, code="0183").status == 403
    answer = world.call("desk", "GET", "/api/v1/desk/templates", headers=OTHER, query={"municipality": "0183"})
    assert (answer.status, "HEMLIGT" in answer.text) == (403, False)
    assert listed(world, who=OTHER) == []
    # Nor is another's case filled in.
    receipt = world.report(location={"lat": 59.36, "lon": 17.97}, publish=False).json()
    world.settle()
    query = {"municipality": "0180", "case_id": receipt["case_id"]}
    assert world.call("desk", "GET", "/api/v1/desk/templates", headers=OTHER, query=query).status == 404


def test_it_is_replaced_taken_away_and_there_is_an_end_to_how_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_templates, "MOST", 2)
    assert put(world, "one").status == 200
    assert put(world, "two").status == 200
    assert put(world, "three").json()["code"] == "too_many_templates"
    assert put(world, "two", text="Nytt.").json()["text"] == "Nytt."
    path, query = "/api/v1/desk/templates/two", {"municipality": "0180"}
    assert world.call("desk", "DELETE", path, headers=ADMIN, query=query).status == 204
    assert world.call("desk", "DELETE", path, headers=ADMIN, query=query).json()["code"] == "template_not_found"
    assert [each["template_id"] for each in listed(world)] == ["one"]


def test_of_a_protected_reporter_no_more_is_filled_in_than_everybody_may_read(world: World) -> None:
    place = {"lat": 59.3307, "lon": 18.0593, "text": "Porten, ring 070-174 06 99"}
    case_id = world.report(location=place).json()["case_id"]
    world.settle()
    put(world, "all", text="Vid {place}.")
    handler = bearer("handler@0180.example")
    assert "070-174 06 99" in listed(world, who=handler, case_id=case_id)[0]["rendered"]
    do(world, case_id, "protect", key=handler, protected=True, reason="Hotad.")
    assert "174 06" not in listed(world, who=handler, case_id=case_id)[0]["rendered"]
