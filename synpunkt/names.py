"""What a municipality is called in a sentence."""

from __future__ import annotations

from synpunkt.places import Municipality, municipalities, municipality

_ALPHABET = {letter: position for position, letter in enumerate("abcdefghijklmnopqrstuvwxyzåäö")}


def alphabetical(name: str) -> list[int]:
    """The key that sorts names as Swedish does: å, ä and ö last."""
    return [_ALPHABET.get(character, -1) for character in name.lower()]


def municipality_name(code: str | None, language: str) -> str:
    """`Sundbybergs kommun` or `Sundbyberg municipality`; the code itself when it is unknown."""
    place = municipality(code) if code else None
    if place is None:
        return code or ""
    return place.full_name if language == "sv" else f"{place.name} municipality"


def in_alphabetical_order() -> list[Municipality]:
    """Every municipality as a Swedish index lists them: å, ä and ö after z."""
    return sorted(municipalities(), key=lambda each: alphabetical(each.name))
