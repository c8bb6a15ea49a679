"""Deciding among 10 rules and among 10,000, beside an engine that looks at every rule: `python -m bench.rules`.

CPU time of this process, the best of several rounds, both sizes in turn so that they meet the same machine. Ours
includes reading the rules out of their stored form. The AWS calls are counted on moto, which also holds the data.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import boto3
from botocore.client import BaseClient
from moto import mock_aws

from infra.expand import resolved
from synpunkt.responsibility import Circumstances, MunicipalityProfile, Responsible, categories, choose, decide
from synpunkt.responsibility.compiled import Compiled, compiled, rule_of
from synpunkt.responsibility.document import Document
from synpunkt.responsibility.lint import lint, starting_document
from synpunkt.responsibility.yaml_file import dump, load
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.versions import VersionStore

SIZES = (10, 10_000)
ROUNDS, DECISIONS = 9, 300
ABOUT = tuple(categories())[:10]
TODAY = date(2026, 7, 1)


def main() -> None:
    """Measure and print."""
    drafts = {size: many_rules(size) for size in SIZES}
    made = {size: compiled(draft) for size, draft in drafts.items()}
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
        "compile": lambda: compiled(draft),
    }.items():
        print(f"10,000 rules: {name:11} {_best({0: step}, 1, rounds=3)[0]:6.2f} s CPU")
    print(f"10,000 rules: {len(dump(draft).encode()) / 1e6:.2f} MB of YAML, {len(made[SIZES[-1]].buckets):,} buckets")
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


def _ours(made: Compiled, about: Circumstances) -> Callable[[], object]:
    profile = MunicipalityProfile("0180", True, "topic", published=made.published(version=1, today=TODAY))
    responsible = Responsible("0180", "municipality_given")
    category = categories()["pothole"]
    return lambda: decide(responsible, category, profile, about, made.candidates(about))


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
            began = time.process_time()
            versions.publish(draft.model_copy(update={"based_on": based_on}), author="bench", note="bench")
            took = time.process_time() - began
            names, steps[size] = _recorded(RegistryStore(properties["TableName"]))
            print(f"{size:6,} rules: {', '.join(names)} (published in {took:.1f} s CPU, moto's part included)")
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
        profile = registry.profile("0180")
        about = Circumstances(kind="fault", areas=("a0",), on=TODAY)
        category, seen, rules = registry.ruling(profile, "pothole", about)
        decide(Responsible("0180", "municipality_given"), category, profile, seen, rules)

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
