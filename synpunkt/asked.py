"""What was asked beside the description, and what the reporter answered; for those alone who have the case.

A form asks what the category asks (`questions` of the registry document). Over the APIs anything may be answered, also
what nobody asked: it is kept, and shown under the name it came with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synpunkt.lifecycle import Text
from synpunkt.stores.cases import CaseFile
from synpunkt.texts import text

_ANSWER = "answer:"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, in words. `name`: the question's id; `question`: its words, when the municipality asks that."""

    name: str
    question: str | None
    answer: str


def answer_name(question: str) -> str:
    """The name of the text that keeps the answer to a question."""
    return f"{_ANSWER}{question}"


def raw_answers(file: CaseFile) -> dict[str, Text]:
    """Question → what was answered when the case was reported, as it came."""
    return {each.name.removeprefix(_ANSWER): each for each in file.texts if each.name.startswith(_ANSWER)}


def answered(file: CaseFile, language: str, read: Callable[[Text], str | None]) -> list[Answered]:
    """The answers in the order they are asked for, others after them. `read`: what the reader may see of a text.

    The words are those of the decision about where the case goes, as the name of its department is.
    """
    asked: Mapping[str, Mapping[str, Any]] = (file.case.routing or {}).get("asked", {})
    given = {name: found for name, each in raw_answers(file).items() if (found := read(each))}
    names = [*(name for name in asked if name in given), *(name for name in given if name not in asked)]
    return [_answered(name, asked.get(name), given[name], language) for name in names]


def _answered(name: str, asked: Mapping[str, Any] | None, said: str, language: str) -> Answered:
    if asked is None:
        return Answered(name, None, said)
    return Answered(name, asked["text"][language], _in_words(asked, said, language))


def _in_words(asked: Mapping[str, Any], said: str, language: str) -> str:
    if asked["type"] == "yes_no" and said in ("true", "false"):
        return text(f"georeport.{said}", language)
    options = {each["id"]: each["name"][language] for each in asked.get("options", ())}
    if not options:
        return said
    return ", ".join(options.get(line, line) for line in said.split("\n"))
