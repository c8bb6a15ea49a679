"""Asks a back office about many numbers, so that one which it will not be asked for hides no other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from functions.bridge.adapters.base import NotSent, Refused, Uncertain
from functions.bridge.edge import log

AT_ONCE = 50


@dataclass(slots=True)
class Heard:
    """What came of it. `words`: the status of each number that is known there; `answered`: what was asked in questions
    that went well; `refused`: what it said of each number that it will not be asked for; `failed`: other questions.
    """

    words: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    failed: int = 0


def questions(numbers: Sequence[str], apart: Iterable[str]) -> Iterator[Sequence[str]]:
    """Fifty numbers at a time; those `apart` afterwards, each by itself."""
    yield from (numbers[begin : begin + AT_ONCE] for begin in range(0, len(numbers), AT_ONCE))
    yield from ([each] for each in apart)


def ask(
    statuses: Callable[[Sequence[str]], Mapping[str, str]],
    asked: Iterable[Sequence[str]],
    is_time: Callable[[], bool],
) -> Heard:
    """Asks as long as there is time. A question that is refused is asked again in halves, down to a single number."""
    heard, waiting = Heard(), deque(asked)
    while waiting and is_time():
        numbers = waiting.popleft()
        try:
            words = statuses(numbers)
        except Refused as error:
            log("not_answered", code=str(error), cases=len(numbers))
            half = len(numbers) // 2
            if half:
                waiting.extendleft((numbers[half:], numbers[:half]))
            else:
                heard.refused[numbers[0]] = error.said or str(error)
        except (NotSent, Uncertain) as error:
            log("not_answered", code=str(error), cases=len(numbers))
            heard.failed += 1
        else:
            heard.answered.update(numbers)
            heard.words.update({each: words[each] for each in numbers if each in words})
    return heard
