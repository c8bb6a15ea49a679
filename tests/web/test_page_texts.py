"""Every text a page uses exists in every language, and no text is left that no page uses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

CITIZEN = Path(__file__).resolve().parents[2] / "web" / "citizen"
DESK = CITIZEN.parent / "desk"
LANGUAGES = ("sv", "en")
TEXTS: dict[str, dict[str, str]] = {
    language: json.loads((CITIZEN / "texts" / f"{language}.json").read_text("utf-8")) for language in LANGUAGES
}
USED_IN_PAGES = re.compile(r"""\bt\("([a-z_.]+)"|texts\["([a-z_.]+)"\]""")
# Any quoted key in a script: some are chosen before they are looked up.
USED_IN_SCRIPTS = re.compile(r"""["'`](js\.[a-z_.]+)(\$\{)?""")


def used() -> tuple[set[str], set[str]]:
    """Keys named in full, and beginnings of keys that are put together."""
    keys: set[str] = set()
    beginnings: set[str] = set()
    for path in sorted((CITIZEN / "pages").glob("*.html")):
        for in_call, in_index in USED_IN_PAGES.findall(path.read_text("utf-8")):
            keys.add(in_call or in_index)
    for path in sorted([*(CITIZEN / "scripts").glob("*.ts"), *DESK.glob("*.ts")]):
        for key, open_end in USED_IN_SCRIPTS.findall(path.read_text("utf-8")):
            (beginnings if open_end else keys).add(key)
    return keys, beginnings


def test_languages_have_the_same_texts_and_placeholders() -> None:
    def shape(texts: dict[str, str]) -> dict[str, list[str]]:
        return {key: sorted(set(re.findall(r"\{(\w+)\}", text))) for key, text in texts.items()}

    assert shape(TEXTS["sv"]) == shape(TEXTS["en"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_used_are_the_texts_there(language: str) -> None:
    keys, beginnings = used()
    there = set(TEXTS[language])
    assert keys - there == set()
    left = {key for key in there - keys if not key.startswith(tuple(beginnings) or ("\0",))}
    assert left == set()
    for beginning in beginnings:
        assert any(key.startswith(beginning) for key in there), beginning


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_finished(language: str) -> None:
    for key, text in TEXTS[language].items():
        assert text.strip() == text, key
        assert text, key
        assert "!" not in text, f"{key}: calm"


# ---- the desk's own texts ----

DESK_TEXTS: dict[str, dict[str, str]] = {
    language: json.loads((DESK / "texts" / f"{language}.json").read_text("utf-8")) for language in LANGUAGES
}
# Quoted keys, some of them chosen before they are looked up; and beginnings of keys that are put together.
DESK_KEY = re.compile(r"""["'`]([a-z_]+(?:\.[a-z_]+)*)["'`]""")
DESK_BEGINNING = re.compile(r"""`([a-z_]+(?:\.[a-z_]+)*\.)\$\{""")
DESK_CALL = re.compile(r"""\bt\("([a-z_.]+)\"""")


def test_the_desks_texts_are_the_same_in_every_language() -> None:
    def shape(texts: dict[str, str]) -> dict[str, list[str]]:
        return {key: sorted(set(re.findall(r"\{(\w+)\}", text))) for key, text in texts.items()}

    assert shape(DESK_TEXTS["sv"]) == shape(DESK_TEXTS["en"])
    assert [text for texts in DESK_TEXTS.values() for text in texts.values() if not text or text != text.strip()] == []


def test_the_desks_texts_used_are_the_texts_there() -> None:
    scripts = "\n".join(path.read_text("utf-8") for path in sorted(DESK.glob("*.ts")))
    there = set(DESK_TEXTS["sv"])
    assert set(DESK_CALL.findall(scripts)) - there == set()
    beginnings = tuple(set(DESK_BEGINNING.findall(scripts)))
    chosen = set(DESK_KEY.findall(scripts))
    # Some have a short form beside them, and one for a count of one.
    forms = re.compile(r"\.(short|one)$")
    left = {key for key in there - chosen if not key.startswith(beginnings) and forms.sub("", key) not in chosen}
    assert left == set()
    for beginning in beginnings:
        assert any(key.startswith(beginning) for key in there), beginning
