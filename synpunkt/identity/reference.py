"""The number a citizen reads aloud on the phone: `7KQ-4M2X`."""

from __future__ import annotations

import secrets

# No vowels, so no words; no 0, 1, I, L, O, which are mistaken for each other.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_LENGTH = 7


def new_reference() -> str:
    """A random reference: six characters (4.8 × 10⁸ values) and a check character. Not unique by itself."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH - 1))
    return _grouped(body + _check_character(body))


def normalise_reference(text: str) -> str | None:
    """The reference as stored, from what somebody typed; `None` when it cannot be one.

    Case, spaces and hyphens do not matter. One wrong character is always noticed (Luhn mod 28).
    """
    compact = "".join(character for character in text.upper() if character not in " -–")
    if len(compact) != _LENGTH or any(character not in _VALUE for character in compact):
        return None
    if _check_character(compact[:-1]) != compact[-1]:
        return None
    return _grouped(compact)


def _grouped(compact: str) -> str:
    return f"{compact[:3]}-{compact[3:]}"


def _check_character(body: str) -> str:
    # Luhn mod N: https://en.wikipedia.org/wiki/Luhn_mod_N_algorithm
    base, total, factor = len(ALPHABET), 0, 2
    for character in reversed(body):
        addend = factor * _VALUE[character]
        total += addend // base + addend % base
        factor = 3 - factor
    return ALPHABET[-total % base]
