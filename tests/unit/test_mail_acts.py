"""What the first line of a mail means, as people and mail programs really write it."""

from __future__ import annotations

from datetime import date

import pytest

from functions.intake.mail_acts import Act, meant_by_reporter, meant_by_work

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "act", "words", "day"),
    [
        ("KLART", Act.DONE, "", None),
        ("*KLART*\nNu är det lagat.", Act.DONE, "Nu är det lagat.", None),
        ('"Klart"!', Act.DONE, "", None),
        ("#klart.\n\nTack.", Act.DONE, "Tack.", None),
        ("Klart: lampan är bytt", Act.DONE, "lampan är bytt", None),
        ("Klart – lampan är bytt", Act.DONE, "lampan är bytt", None),
        ("Hej!\n\nKLART\nVi har bytt lampan.", Act.DONE, "Hej!\nVi har bytt lampan.", None),
        ("Hej Anna,\nKLART", Act.DONE, "", None),
        ("FRÅGA: Vilken sida?", Act.ASKED, "Vilken sida?", None),
        ("Fråga\nVilken sida?", Act.ASKED, "Vilken sida?", None),
        ("Pågår: vi beställer delar", Act.STARTED, "vi beställer delar", None),
        ("PLANERAT 2030-12-31", Act.PLANNED, "", date(2030, 12, 31)),
        ("Planerat: 24/12\nVi lagar det då.", Act.PLANNED, "Vi lagar det då.", date(2026, 12, 24)),
        ("*PLANERAT* 24/1", Act.PLANNED, "", date(2027, 1, 24)),
        ("planerat 3 maj", Act.PLANNED, "", date(2027, 5, 3)),
        ("planerat 24 december 2027: då lagas det", Act.PLANNED, "då lagas det", date(2027, 12, 24)),
        ("Planned 1 October 2028", Act.PLANNED, "", date(2028, 10, 1)),
        ("PLANERAT 22/11 2026", Act.PLANNED, "", TODAY),
    ],
)
def test_what_whoever_has_the_case_means(text: str, act: Act, words: str, day: date | None) -> None:
    meant = meant_by_work(text, TODAY)
    assert (meant.act, meant.words, meant.day) == (act, words, day)


@pytest.mark.parametrize(
    "text",
    [
        "Fråga grannen om nyckeln till grinden.",
        "Klart 2030-12-31",
        "PLANERAT",
        "PLANERAT i maj",
        "PLANERAT 2030-13-40",
        "PLANERAT 31/2",
        "PLANERAT 3 snart",
        "Det är klart",
        "Klart vi hjälper till",
        "Hej!\nVi tittar på det.",
        "klart-",
        "",
    ],
)
def test_other_words_are_words(text: str) -> None:
    meant = meant_by_work(text, TODAY)
    assert (meant.act, meant.words) == (None, text)


def test_a_reporter_says_a_word_and_no_more() -> None:
    assert meant_by_reporter("*Inte lagat*\nHålet är kvar.").act is Act.NOT_FIXED
    assert meant_by_reporter("Lagat: nej, inte alls").act is None


def test_a_line_made_to_be_slow_ends() -> None:
    # Each takes milliseconds; with an expression that backtracks, none would come back.
    for text in ("KLART" + "*" * 20_000 + "x", "klart" + " " * 20_000 + "1", "#" * 20_000, "a " * 10_000):
        assert meant_by_work(text, TODAY).act is None
