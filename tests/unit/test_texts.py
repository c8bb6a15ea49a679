"""Every text exists in every language, says the same things, and is used."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from synpunkt.texts import LANGUAGES, all_texts, best_language, text

ROOT = Path(__file__).parents[2]
_ALPHABET = "abcdefghijklmnopqrstuvwxyzåäö"


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_the_languages_have_the_same_keys_and_placeholders() -> None:
    swedish = all_texts("sv")
    for language in LANGUAGES:
        texts = all_texts(language)
        assert texts.keys() == swedish.keys()
        for key, value in texts.items():
            assert _names(value) == _names(swedish[key]), key


def test_every_template_of_a_mail_exists_in_every_language() -> None:
    for folder in (*(ROOT / "functions" / room / "templates" for room in ("notify", "desk")), ROOT / "synpunkt/mails"):
        names = {path.name.split(".")[0] for path in folder.iterdir()}
        for name in names:
            assert {path.name for path in folder.glob(f"{name}.*")} == {f"{name}.{each}.txt" for each in LANGUAGES}


def test_every_text_is_used() -> None:
    code = "\n".join(
        path.read_text("utf-8") for folder in ("synpunkt", "functions") for path in (ROOT / folder).rglob("*.py")
    )
    prefixes = tuple(set(re.findall(r'f"([a-z_.]+\.)\{', code)))
    unused = [key for key in all_texts("sv") if f'"{key}"' not in code and not key.startswith(prefixes)]
    assert unused == []


def test_code_holds_no_swedish() -> None:
    allowed = {"masking.py", "mail_words.py"}  # the words it looks for
    for folder in ("synpunkt", "functions"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name in allowed:
                continue
            tree = ast.parse(path.read_text("utf-8"))
            documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
            docstrings = {
                ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docstrings:
                    swedish = re.search(r"[åäö]", node.value.lower()) and node.value != _ALPHABET
                    assert not swedish, f"{path}:{node.lineno}"


@pytest.mark.parametrize(
    ("header", "language"),
    [(None, "sv"), ("", "sv"), ("en", "en"), ("en-GB,en;q=0.9,sv;q=0.8", "en"), ("de,sv;q=0.5,en;q=0.4", "sv")],
)
def test_the_best_language(header: str | None, language: str) -> None:
    assert best_language(header) == language


@pytest.mark.parametrize("header", [";q=", "sv;q=x", "*" * 500, "en;q=1;q=2", ",,,"])
def test_strange_headers_do_no_harm(header: str) -> None:
    assert best_language(header) in LANGUAGES


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("no.such.text", "sv")


def test_a_sentence_that_begins_with_a_name_begins_with_a_capital() -> None:
    who = "the Swedish Transport Administration"
    assert text("timeline.HandOverAccepted", "en", holder=who).startswith("The Swedish Transport")
    assert f"so {who} takes" in text("why.rule.road.state", "en", who=who)
