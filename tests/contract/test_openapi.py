"""The API's description is current, and what the API does is what it says: tried by schemathesis, in process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, positive_data_acceptance

from infra.openapi import TARGET, text
from tests.component.world import World
from tests.contract.conftest import TRIED
from tests.contract.rooms import application
from tests.tokens import bearer

load_all_checks()
DOCUMENT = json.loads(TARGET.read_text("utf-8"))
OPERATIONS = sorted((method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods)
EXAMPLES = 25
# Without a parameter or a body there is no wrong input.
TAKES_INPUT = [each for each in OPERATIONS if each[1] not in {"/api/v1/municipalities", "/api/v1/desk/me"}]


def test_the_description_is_current() -> None:
    assert TARGET.read_text("utf-8") == text(), "run python -m infra.openapi"


def test_the_api_serves_its_description(world: World) -> None:
    answer = world.call("cases", "GET", "/api/v1/openapi.json")
    assert answer.json() == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1")


def _operation(world: World, method: str, path: str) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application(world))[path][method]


_FOR_OPERATORS = ("/api/v1/desk/triage", "/api/v1/desk/municipalities/")


def _headers(path: str) -> dict[str, str]:
    """What opens the door, where there is one: behind it the interesting answers are."""
    if path.startswith(_FOR_OPERATORS):
        return {"Authorization": "Bearer local-operator-key"}
    if path.startswith(("/api/v1/events", "/api/v1/municipality/")):
        return {"Authorization": "Bearer local-test-key"}
    if path.startswith(("/api/v1/desk/staff", "/api/v1/desk/keys", "/api/v1/desk/subscriptions")):
        return bearer("admin@0583.example")
    return {"Authorization": "Bearer local-admin-key"} if path.startswith("/api/v1/desk/") else {}


def _attempt(strategy: Any, examples: int, check: Callable[[Any], None], record: Callable[[str, object], None]) -> None:
    """Tries that many inputs, or all there are, and notes how many those were."""
    tried = 0

    @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def attempt(case: Any) -> None:
        nonlocal tried
        tried += 1
        check(case)

    attempt()
    record(TRIED, tried)


@pytest.mark.parametrize(("method", "path"), TAKES_INPUT, ids=[f"{method} {path}" for method, path in TAKES_INPUT])
def test_no_input_makes_a_server_error(
    world: World, method: str, path: str, record_property: Callable[[str, object], None]
) -> None:
    strategy = _operation(world, method, path).as_strategy(generation_mode=GenerationMode.NEGATIVE)

    def check(case: Any) -> None:
        response = case.call(headers=_headers(path))
        assert response.status_code < 500

    _attempt(strategy, EXAMPLES, check, record_property)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{method} {path}" for method, path in OPERATIONS])
def test_answers_are_as_described(
    world: World, method: str, path: str, record_property: Callable[[str, object], None]
) -> None:
    strategy = _operation(world, method, path).as_strategy(generation_mode=GenerationMode.POSITIVE)

    def check(case: Any) -> None:
        # What the schema allows may still be refused: a point in Norway is a valid point.
        case.call_and_validate(headers=_headers(path), excluded_checks=[positive_data_acceptance])

    _attempt(strategy, EXAMPLES, check, record_property)
