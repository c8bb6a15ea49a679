"""Words without their endings: one form of a word finds the others, and å, ä and ö are letters of their own."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synpunkt.finding import MAX_STEMS, number_key, stems
from synpunkt.stores.insight import first_id, month_of


@pytest.mark.parametrize(
    "forms",
    [
        "lampa lampan lampor lamporna lampans",
        "gata gatan gator gatorna",
        "hål hålet hålen hålens",
        "bänk bänken bänkar bänkarna",
        "träd trädet träden",
        "trasig trasiga trasigt",
        "älg älgen älgar älgarna",
        "HÅL Hål hål",
        "skylt skylten skyltar skyltarna",
    ],
)
def test_every_form_of_a_word_is_one_word(forms: str) -> None:
    assert len(stems([forms])) == 1


@pytest.mark.parametrize("pair", ["får far", "hål hal", "väg vag", "mål mal", "rör ror"])
def test_letters_with_rings_and_dots_are_other_letters(pair: str) -> None:
    assert len(stems([pair])) == len(set(pair.split()) - {"får"})


def test_a_letter_written_as_two_characters_is_the_same_letter() -> None:
    assert stems([unicodedata.normalize("NFD", "Hålet i vägen på ön")]) == stems(["Hålet i vägen på ön"])
    assert stems(["Café Müller"]) == stems(["cafe muller"])


def test_the_commonest_words_say_nothing() -> None:
    assert stems(["Det är en av de som har att göra med den och det"]) == ()
    assert stems([""]) == ()
    assert stems(["▇▇▇ !? ..."]) == ()


def test_numbers_of_people_and_telephones_are_not_words() -> None:
    assert stems(["Storgatan 5, 20261122, 0701740605, E4"]) == ("storgat", "5", "e4")
    assert "8112189876" not in stems(["8112189876"])


def test_so_many_words_of_a_text_count_and_no_more() -> None:
    assert len(stems([" ".join(f"ord{number}x" for number in range(5000))])) == MAX_STEMS


@given(st.text(max_size=300))
def test_any_text_has_words_that_fit_into_a_key(text: str) -> None:
    for stem in stems([text]):
        assert 0 < len(stem.encode()) <= 200
        assert not any(each.isspace() for each in stem)


def test_a_number_is_compared_without_blanks_and_case() -> None:
    assert number_key(" KS 2026/17 ") == number_key("ks2026/17")
    assert number_key("KS 2026/17") != number_key("KS 2026/18")


def test_an_id_says_its_month_and_months_begin_with_the_lowest() -> None:
    assert month_of("01M80ZNZ1GTWYP1FSQMVWMHA9C") == "2026-11"
    assert first_id("2026-11") <= "01M80ZNZ1GTWYP1FSQMVWMHA9C" < first_id("2026-12")
    assert month_of(first_id("2026-11")) == "2026-11"
