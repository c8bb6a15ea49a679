"""Takes personal data out of a text before everyone may read it, and says when it is not sure."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

from synpunkt.lifecycle import Text, Visibility

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
# ÅÅMMDD-XXXX with or without century and separator; samordningsnummer have 60 added to the day.
_PERSONNUMMER = re.compile(r"(?<!\d)(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-8]\d|9[01])[-+–\s]?\d{4}(?!\d)")
_DOUBTFUL = re.compile(
    r"(?<!\d)\d{6,12}(?!\d)|person(?:-|\s)?n(?:umme)?r|personal identity number|födelsenummer"
    r"|skydda(?:d|t|de) (?:identitet|personuppgift)|protected identity",
    re.IGNORECASE,
)
MASK = "▇▇▇"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without what could be recognised. `doubtful`: something in it still deserves a look by a person."""

    text: str
    doubtful: bool


def mask(text: str) -> Masked:
    """The text with e-mail addresses, personal identity numbers and phone numbers blotted out."""
    masked = _EMAIL.sub(MASK, text)
    masked = _PERSONNUMMER.sub(MASK, masked)
    masked = _without_phone_numbers(masked)
    return Masked(masked, _DOUBTFUL.search(masked) is not None)


def text_beside(sequence: int, name: str, full: str, visibility: Visibility) -> Text:
    """The text as it is kept beside the timeline of a case with that visibility; held when masking is in doubt."""
    masked = mask(full)
    held = visibility is Visibility.PUBLIC and masked.doubtful
    return Text(sequence, name, full, masked.text, Visibility.HELD if held else visibility)


def _without_phone_numbers(text: str) -> str:
    matches = list(phonenumbers.PhoneNumberMatcher(text, "SE", phonenumbers.Leniency.POSSIBLE))
    for match in reversed(matches):
        # Fewer than seven digits is a house number, a year or a sum more often than a telephone.
        if sum(character.isdigit() for character in match.raw_string) >= 7:
            text = text[: match.start] + MASK + text[match.end :]
    return text
