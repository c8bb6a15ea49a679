"""Deciding among 10 rules and among 10,000, beside an engine that looks at every rule: `python -m bench.rules`.

Every ten rules have a sub-area of their own, so 10,000 rules have a thousand, and a decision finds the one that its
point is in. CPU time of this process, the best of several rounds, both sizes in turn so that they meet the same
machine. Ours includes finding the sub-area and reading the rules out of their stored form. The AWS calls are counted
on moto, which also holds the data.
"""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
from botocore.client import BaseClient
from moto import mock_aws

from infra.expand import resolved
from synpunkt.deciding import decided
from synpunkt.lifecycle import Location
from synpunkt.places.area_upload import parse_area
from synpunkt.places.areas import AreaIndex, areas_at
from synpunkt.responsibility import Circumstances, MunicipalityProfile, Responsible, categories, choose, decide
from synpunkt.responsibility.compiled import Compiled, compiled, rule_of
from synpunkt.responsibility.document import Document
from synpunkt.responsibility.lint import lint, starting_document
from synpunkt.responsibility.yaml_file import dump, load
from synpunkt.stores.areas import AreaStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.versions import VersionStore

SIZES = (10, 10_000)
ROUNDS, DECISIONS = 9, 300
ABOUT = tuple(categories())[:10]
TODAY = date(2026, 7, 1)
INSIDE = Location(59.3153, 18.0306)  # in a0, and in no other


def main() -> None:
    """Measure and print."""
    drafts = {size: many_rules(size) for size in SIZES}
    shapes = {each.id: parse_area(area_file(n), "0180") for n, each in enumerate(drafts[SIZES[-1]].areas)}
    made = {size: compiled(draft, shapes) for size, draft in drafts.items()}
    about = Circumstances("pothole", "roads", "fault", ("a0",), on=TODAY)

    ours = _best({size: _ours(made[size], about) for size in SIZES}, DECISIONS)
    peer = _best({size: _peer(drafts[size], about) for size in SIZES}, 3)
    print(f"one decision, CPU µs, best of {ROUNDS} rounds      10 rules   10,000 rules   ratio")
    for name, times in (("ours", ours), ("peer: every rule looked at", peer)):
        few, many = (times[size] * 1e6 for size in SIZES)
        print(f"  {name:42} {few:9.1f} {many:14.1f} {many / few:7.2f}")

    draft = drafts[SIZES[-1]]
    for name, step in {
        "write YAML": lambda: dump(draft),
        "read YAML": lambda: load(dump(draft)),
        "lint": lambda: lint(draft),
        "compile": lambda: compiled(draft, shapes),
    }.items():
        print(f"10,000 rules: {name:11} {_best({0: step}, 1, rounds=3)[0]:6.2f} s CPU")
    largest = made[SIZES[-1]]
    print(f"10,000 rules: {len(dump(draft).encode()) / 1e6:.2f} MB of YAML, {len(largest.buckets):,} buckets")
    print(f"10,000 rules: {len(draft.areas):,} sub-areas in {len(largest.areas)} item(s),"
          f" {sum(map(len, largest.areas.values())):,} bytes")  # fmt: skip
    _calls(drafts)


def many_rules(count: int) -> Document:
    """So many rules, ten for each sub-area, each deciding for one category."""
    name = {"sv": "Namn", "en": "Name"}
    areas = [{"id": f"a{number}", "name": name} for number in range(max(1, count // 10))]
    rules = [
        {
            "id": f"r{number}",
            "when": {"areas": [f"a{number // 10}"], "categories": [ABOUT[number % 10]]},
            "to": {"department": "park"},
        }
        for number in range(count)
    ]
    return Document.model_validate({**starting_document("0180").as_data(), "areas": areas, "rules": rules})


def area_file(number: int) -> bytes:
    """The shape of sub-area `a<number>`: a block of 70 × 70 m in Stockholm that touches no other."""
    west, south = 18.03 + 0.0015 * (number % 40), 59.315 + 0.0008 * (number // 40)
    east, north = west + 0.0012, south + 0.0006
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()


def put_areas(table: str, draft: Document) -> None:
    """Uploads the shapes of `many_rules`, as a municipality would."""
    areas = AreaStore(table)
    for number, each in enumerate(draft.areas):
        areas.put("0180", each.id, area_file(number), file=f"{each.id}.geojson", author="bench")


def _ours(made: Compiled, about: Circumstances) -> Callable[[], object]:
    profile = MunicipalityProfile("0180", True, "topic", published=made.published(version=1, today=TODAY))
    responsible = Responsible("0180", "municipality_given")
    category = categories()["pothole"]
    index = AreaIndex.of(made.areas)

    def decision() -> None:
        seen = replace(about, areas=areas_at(index, INSIDE.lat, INSIDE.lon))
        decide(responsible, category, profile, seen, made.candidates(seen))

    return decision


def _peer(draft: Document, about: Circumstances) -> Callable[[], object]:
    rules = [rule_of(each) for each in draft.rules]
    return lambda: choose(rules, about)


def _best(steps: dict[int, Callable[[], object]], times: int, rounds: int = ROUNDS) -> dict[int, float]:
    best = dict.fromkeys(steps, float("inf"))
    for _ in range(rounds):
        for name, step in steps.items():
            began = time.process_time()
            for _ in range(times):
                step()
            best[name] = min(best[name], (time.process_time() - began) / times)
    return best


def _calls(drafts: dict[int, Document]) -> None:
    """Count the calls of a decision through the store, then time it on the recorded answers.

    Recorded, because moto sorts its whole table for every query and would be what is measured.
    """
    os.environ |= {"AWS_DEFAULT_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    steps: dict[int, Callable[[], object]] = {}
    with mock_aws():
        tables = resolved("data", stage="test").of_type("AWS::DynamoDB::Table").values()
        properties = next(each for each in tables if each["TableName"].endswith("registry"))
        wanted = ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema")
        boto3.client("dynamodb").create_table(**{name: properties[name] for name in wanted})
        for size, draft in drafts.items():
            versions = VersionStore(properties["TableName"])
            based_on = versions.current("0180")
            put_areas(properties["TableName"], draft)
            began = time.process_time()
            versions.publish(draft.model_copy(update={"based_on": based_on}), author="bench", note="bench")
            took = time.process_time() - began
            registry = RegistryStore(properties["TableName"])
            first, _ = _recorded(registry)
            names, steps[size] = _recorded(registry)
            print(f"{size:6,} rules: {', '.join(first)}; {len(first)} calls in a fresh process, then {len(names)}"
                  f" (published in {took:.1f} s CPU, moto's part included)")  # fmt: skip
        few, many = (_best(steps, 100)[size] * 1e6 for size in SIZES)
    print(f"  {'ours, with unpacking the store’s answers':42} {few:9.1f} {many:14.1f} {many / few:7.2f}")


def _recorded(registry: RegistryStore) -> tuple[list[str], Callable[[], object]]:
    """The names of the calls one decision makes, and the decision with their answers played back."""
    answers: list[tuple[str, Any]] = []
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def recording(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        answer = original(self, operation, arguments)
        answers.append((operation, answer))
        return answer

    def decision() -> None:
        about = Circumstances(kind="fault", on=TODAY)
        _, found = decided(registry, Responsible("0180", "municipality_given"), "pothole", about, INSIDE)
        assert found.routing["rule"] == "rule:r0"

    def replayed() -> None:
        told = iter(answers)
        BaseClient._make_api_call = lambda *_: copy.deepcopy(next(told)[1])  # type: ignore[attr-defined]
        try:
            decision()
        finally:
            BaseClient._make_api_call = original  # type: ignore[attr-defined]

    BaseClient._make_api_call = recording  # type: ignore[attr-defined]
    try:
        decision()
    finally:
        BaseClient._make_api_call = original  # type: ignore[attr-defined]
    return [name for name, _ in answers], replayed


if __name__ == "__main__":
    main()
