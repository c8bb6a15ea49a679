"""Many numbers asked for at once: what is refused is found, and hides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from functions.bridge.adapters import NotSent, Refused, Uncertain
from functions.bridge.asking import AT_ONCE, Heard, ask, questions

NUMBERS = [f"A{each}" for each in range(121)]


def asked(bad: Mapping[str, Exception], numbers: Sequence[str] = NUMBERS, most: int = 1000) -> tuple[Heard, int]:
    """What is heard of a back office that knows everything but what is bad, and how often it is asked."""
    seen: list[Sequence[str]] = []

    def statuses(numbers: Sequence[str]) -> Mapping[str, str]:
        seen.append(numbers)
        for each in numbers:
            if each in bad:
                raise bad[each]
        return dict.fromkeys([*numbers, "somebody else's"], "closed")

    heard = ask(statuses, questions(numbers, []), lambda: len(seen) < most)
    assert max(map(len, seen), default=0) <= AT_ONCE
    return heard, len(seen)


@pytest.mark.parametrize("bad", ["A0", "A49", "A50", "A77", "A120"])
def test_one_number_that_is_refused_is_found_and_all_others_are_known(bad: str) -> None:
    heard, times = asked({bad: Refused("http_404", "no such case")})
    assert heard.words == dict.fromkeys([each for each in NUMBERS if each != bad], "closed")
    assert (heard.refused, heard.failed) == ({bad: "no such case"}, 0)
    assert times <= 15


def test_all_that_are_refused_are_found() -> None:
    bad = NUMBERS[::7]
    heard, _ = asked(dict.fromkeys(bad, Refused("http_400")))
    assert heard.words.keys() == heard.answered == set(NUMBERS) - set(bad)
    assert heard.refused == dict.fromkeys(bad, "http_400")


@pytest.mark.parametrize("error", [NotSent("http_503"), Uncertain("timeout")])
def test_what_fails_otherwise_loses_its_own_fifty_alone(error: Exception) -> None:
    heard, times = asked({"A60": error})
    assert (len(heard.words), heard.refused, heard.failed, times) == (71, {}, 1, 3)


def test_nothing_is_asked_when_there_is_no_time() -> None:
    heard, times = asked({}, most=1)
    assert (len(heard.words), times) == (AT_ONCE, 1)


def test_those_apart_are_asked_for_last_and_each_by_itself() -> None:
    assert list(questions(NUMBERS[:51], ["x", "y"])) == [NUMBERS[:50], [NUMBERS[50]], ["x"], ["y"]]
    assert list(questions([], [])) == []
