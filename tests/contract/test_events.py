"""The event contract: what we send validates, every consumer takes every live version, and documents are current."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from events import DATA, Envelope, parse
from events.catalogue import CATALOGUE
from events.generate import files, schema_of
from synpunkt.lifecycle import EventType

ROOT = Path(__file__).parents[2]
NAMES = sorted(CATALOGUE)


def _example(name: str) -> dict[str, Any]:
    example: dict[str, Any] = json.loads((ROOT / "events" / name / "v1.example.json").read_text("utf-8"))
    return example


def test_domain_contract_and_catalogue_name_the_same_events() -> None:
    assert set(DATA) == set(CATALOGUE) == {each.value for each in EventType}


@pytest.mark.parametrize("name", NAMES)
def test_examples_meet_their_schema(name: str) -> None:
    example = _example(name)
    assert example["type"] == name
    jsonschema.validate(example, schema_of(name))
    assert Envelope.of(example).model_dump(mode="json") == example


@pytest.mark.parametrize("name", NAMES)
def test_receivers_ignore_fields_they_do_not_know(name: str) -> None:
    example = {**_example(name), "added_later": {"x": 1}}
    example["data"] = {**example["data"], "added_later": True}
    jsonschema.validate(example, schema_of(name))
    assert parse(example).event_id == example["event_id"]


@pytest.mark.parametrize("name", NAMES)
def test_senders_leave_out_what_the_contract_does_not_name(name: str) -> None:
    example = _example(name)
    example["data"] = {**example["data"], "description": "hemligt", "email": "anna@example.org"}
    sent = Envelope.of({**example, "reporter": "Anna"}).as_json()
    assert "hemligt" not in sent
    assert "anna@example.org" not in sent
    assert "Anna" not in sent


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_event_is_not_sent(name: str) -> None:
    for broken in ({"event_id": "x"}, {"visibility": "secret"}, {"data": None}, {"sequence": 0}):
        with pytest.raises((ValueError, TypeError)):
            Envelope.of({**_example(name), **broken})


def test_generated_documents_are_current() -> None:
    for path, content in files().items():
        assert path.read_text("utf-8") == content, f"run python -m events.generate ({path.name})"


def _commands(member: str) -> set[str]:
    """The public functions of the lifecycle that write such an entry, by themselves or through a private one."""
    found: set[str] = set()
    for path in (ROOT / "synpunkt" / "lifecycle").glob("*.py"):
        blocks = {each.split("(")[0]: each for each in re.split(r"\ndef ", path.read_text("utf-8"))[1:]}
        # `route` names the event to refuse it, too; what counts is a step.
        steps = {name for name, block in blocks.items() if re.search(rf"step\(\s*case,\s*EventType\.{member},", block)}
        steps |= {
            name
            for name, block in blocks.items()
            if member == "REPORT_SUBMITTED" and f"type=EventType.{member}" in block
        }
        found |= {
            name
            for name, block in blocks.items()
            if not name.startswith("_") and any(name == each or re.search(rf"\b{each}\(", block) for each in steps)
        }
    return found


def _imported(path: Path, *modules: str) -> set[str]:
    """What a file imports by name from one of the modules."""
    return {
        name.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module in modules
        for name in node.names
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_catalogue_names_the_true_senders(name: str) -> None:
    commands = _commands(EventType(name).name)
    # What two rooms do to a case stands in the kernel: whoever imports that does it, too.
    kernel = ROOT / "synpunkt"
    through = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (*kernel.glob("*.py"), *kernel.glob("http/*.py"))
        if commands & _imported(path, "synpunkt.lifecycle")
    ]
    senders = {
        path.relative_to(ROOT / "functions").parts[0]
        for path in (ROOT / "functions").rglob("*.py")
        if commands & _imported(path, "synpunkt.lifecycle") or _imported(path, *through)
    }
    assert set(CATALOGUE[name].senders) == senders


def test_notify_listens_to_nothing_it_does_not_act_on() -> None:
    names = ("reporter", "staff")
    acts = "".join((ROOT / "functions/notify" / f"{name}_mail.py").read_text("utf-8") for name in names)
    news = (ROOT / "synpunkt" / "news_mail.py").read_text("utf-8")
    heard = {
        name: f"EventType.{EventType(name).name}" for name, each in CATALOGUE.items() if "notify" in each.listeners
    }
    assert {name for name, word in heard.items() if f"{word}.value" not in acts and f"{word}: " not in news} == set()
