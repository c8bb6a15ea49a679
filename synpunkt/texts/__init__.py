"""Sentences for people, one file per language. Code never holds Swedish; a test compares the files' keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = ("sv", "en")
DEFAULT_LANGUAGE = "sv"


def text(key: str, language: str, **values: object) -> str:
    """The sentence for `key` in `language`, with `{name}` filled in. Raises `KeyError` for an unknown key.

    One that begins with a name begins with a capital letter, however the name is written elsewhere; a time stands
    inside other sentences.
    """
    template = all_texts(language)[key]
    filled = template.format(**values)
    begins = template.startswith("{") and not key.startswith("when.")
    return filled[:1].upper() + filled[1:] if begins else filled


@cache
def all_texts(language: str) -> Mapping[str, str]:
    """Every text of one language."""
    texts: dict[str, str] = json.loads(files("synpunkt.texts").joinpath(f"{language}.json").read_text("utf-8"))
    return texts


def best_language(accept_language: str | None) -> str:
    """The language to answer in, from an Accept-Language header; Swedish when nothing else fits."""
    ranked: list[tuple[float, str]] = []
    for part in (accept_language or "").split(","):
        tag, _, quality = part.partition(";q=")
        code = tag.strip().lower().split("-")[0]
        if code in LANGUAGES:
            try:
                ranked.append((-float(quality or 1), code))
            except ValueError:
                continue
    return min(ranked, key=lambda each: each[0])[1] if ranked else DEFAULT_LANGUAGE
