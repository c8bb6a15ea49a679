"""References can be read aloud, tokens cannot be guessed, and the same JSON has the same fingerprint."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synpunkt.identity import (
    Purpose,
    TokenMaker,
    canonical_fingerprint,
    is_valid_key,
    new_reference,
    normalise_reference,
)
from synpunkt.identity.reference import ALPHABET

MAKER = TokenMaker(b"k" * 64)
CASE = "01KAK2Z3Q8VJ5N7W9X4T6R1B0M"


@given(st.integers(0, 6), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(position: int, wrong: str) -> None:
    reference = new_reference()
    assert normalise_reference(reference) == reference
    compact = list(reference.replace("-", ""))
    if compact[position] != wrong:
        compact[position] = wrong
        assert normalise_reference("".join(compact)) is None


def test_references_are_read_however_they_are_typed() -> None:
    reference = new_reference()
    for typed in (reference.lower(), f" {reference} ", reference.replace("-", ""), reference.replace("-", " ")):
        assert normalise_reference(typed) == reference


@given(st.text(max_size=12))
def test_nonsense_is_no_reference(text: str) -> None:
    found = normalise_reference(text)
    assert found is None or len(found) == 8


def test_a_token_opens_one_case_in_one_version_for_one_purpose() -> None:
    token = MAKER.case_token(CASE, 1)
    assert MAKER.opens_case(token, CASE, 1, 2) is Purpose.REPORTER
    assert MAKER.opens_case(MAKER.work_token(CASE, 1, 2), CASE, 1, 2) is Purpose.WORK
    assert MAKER.opens_case(MAKER.work_token(CASE, 1, 2), CASE, 1, 3) is None
    assert MAKER.opens_case(token, CASE, 2, 2) is None
    assert MAKER.opens_case(token, CASE[:-1] + "N", 1, 2) is None
    assert TokenMaker(b"x" * 64).opens_case(token, CASE, 1, 2) is None
    assert MAKER.opens_case("", CASE, 1, 2) is None
    assert MAKER.opens_case("ö" * 32, CASE, 1, 2) is None


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        TokenMaker(b"short")


def test_an_address_has_one_hash_however_it_is_written() -> None:
    assert MAKER.recipient_hash(" Anna@Example.ORG ") == MAKER.recipient_hash("anna@example.org")


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=6))
def test_the_fingerprint_ignores_order_and_space(body: dict[str, object]) -> None:
    turned = json.loads(json.dumps(dict(reversed(body.items())), indent=4))
    assert canonical_fingerprint(body) == canonical_fingerprint(turned)


def test_keys() -> None:
    assert is_valid_key("3f2b8c1e-7d54-4c1f-9a51-0a9b6d1a2c33")
    assert is_valid_key("a" * 22)
    for bad in ("a" * 21, "a" * 129, "ö" * 30, "a b" * 10, "a" * 30 + "\n"):
        assert not is_valid_key(bad)
