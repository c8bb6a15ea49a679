"""Which municipality a domain name reads as: `motala.se` is Motala, `habo.se` could be two."""

from __future__ import annotations

import unicodedata
from functools import cache

from .registry import municipalities


def municipalities_called(domain: str) -> tuple[str, ...]:
    """The codes of the municipalities whose name a `.se` domain is, written without å, ä and ö; several, or none.

    A name is no proof of who owns the domain.
    """
    own, _, top = domain.strip().lower().rpartition(".")
    return _by_label().get(own.removeprefix("www."), ()) if top == "se" else ()


@cache
def _by_label() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in municipalities():
        name, full = _plain(each.name), _plain(each.full_name)
        hyphened = _plain(each.name, keep="-")
        for label in {name, hyphened, f"{name}kommun", f"{name}skommun", full}:
            found[label] = (*found.get(label, ()), each.code)
    return found


def _plain(name: str, *, keep: str = "") -> str:
    letters = unicodedata.normalize("NFD", name.lower().replace(" ", keep))
    return "".join(each for each in letters if each.isascii() and (each.isalnum() or each in keep))
