"""Swedish words without their endings, so that one form of a word finds the others."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import snowballstemmer

MAX_STEMS = 200
"""So many different words of one case are findable, the first ones: a few pages of writing."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40
# A longer number is a telephone's or a person's more often than anything somebody searches for.
_LONGEST_NUMBER = 5
# The stemmer knows every ending of a noun but the definite one of those in -a, the commonest of all.
_DEFINITE = re.compile(r"(?<=\w{3})ans?$")


def stems(texts: Iterable[str], *, at_most: int = MAX_STEMS) -> tuple[str, ...]:
    """The different words of the texts without their endings, in order; the commonest words of the language left out.

    Case does not matter, nor accents apart from the letters that Swedish has of its own.
    """
    found: dict[str, None] = {}
    for text in texts:
        for word in _WORD.findall(_plain(text)):
            if len(found) == at_most:
                return tuple(found)
            if _counts(word):
                found.setdefault(_stem(word))
    return tuple(found)


def number_key(number: str) -> str:
    """A case number as it is compared: blanks and case do not matter."""
    return "".join(unicodedata.normalize("NFKC", number).casefold().split())


def _plain(text: str) -> str:
    # Composed first: some systems write a ring or dots as a character of their own.
    composed = unicodedata.normalize("NFC", text).casefold()
    letters = _data()["letters"]
    return "".join(each if each < "\x80" or each in letters else _without_accents(each) for each in composed)


def _without_accents(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character)
    return "".join(each for each in parts if not unicodedata.combining(each))


def _counts(word: str) -> bool:
    if word in _data()["stop_words"] or len(word) > _LONGEST:
        return False
    if word.isdecimal():
        return len(word) <= _LONGEST_NUMBER
    return len(word) > 1 and sum(each.isdecimal() for each in word) <= _LONGEST_NUMBER


def _stem(word: str) -> str:
    stem: str = _stemmer().stemWord(_DEFINITE.sub("a", word))
    return stem


@cache
def _stemmer() -> Any:
    return snowballstemmer.stemmer("swedish")


@cache
def _data() -> dict[str, frozenset[str]]:
    data = json.loads(files("synpunkt.finding").joinpath("data/words.json").read_text("utf-8"))
    return {"letters": frozenset(data["letters"]), "stop_words": frozenset(data["stop_words"])}
