"""Personal data is blotted out of public texts; ordinary numbers stay; doubt is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synpunkt.masking import MASK, mask


@pytest.mark.parametrize(
    "secret",
    [
        "070-174 06 05",
        "0701740605",
        "+46 70 174 06 05",
        "08-465 004 00",
        "anna.exempel@example.org",
        "19811218-9876",
        "811218-9876",
        "8112189876",
        "198112189876",
        "19811278-9873",
    ],
)
def test_personal_data_is_blotted_out(secret: str) -> None:
    masked = mask(f"Kontakta mig: {secret}, tack.")
    assert secret not in masked.text
    assert MASK in masked.text
    assert not any(len(run) > 3 for run in "".join(c if c.isdigit() else " " for c in masked.text).split())


@pytest.mark.parametrize(
    "words",
    [
        "Hål på 30 cm vid Storgatan 12, har varit där sedan 2024.",
        "Lampa 14 av 20 är släckt, klockan 18.30.",
        "Position 59.3307, 18.0593",
        "Det kostade 1 500 kronor.",
        "Postnummer 123 45 Ort.",
        "Stolpe nr 4512",
    ],
)
def test_ordinary_numbers_stay(words: str) -> None:
    assert mask(words) == mask(words)
    assert mask(words).text == words
    assert not mask(words).doubtful


@pytest.mark.parametrize("words", ["Mitt personnummer är tretton", "Jag har skyddad identitet", "Ärende 123456 hos er"])
def test_doubt_is_said(words: str) -> None:
    assert mask(words).doubtful


@given(st.text())
def test_any_text_can_be_masked(words: str) -> None:
    once = mask(words).text
    assert mask(once).text == once
