"""What municipalities promise, and how their clock runs: in Swedish working time. Pure; the hours are data."""

from synpunkt.promises.calendar import (
    DEFAULT_WORKING_HOURS,
    SWEDEN,
    Calendar,
    Pause,
    due,
    is_working_day,
    next_morning,
    worked,
)
from synpunkt.promises.sentences import day_text, promise_sentences, when_text
from synpunkt.promises.standing import Deadline, deadline, is_overdue, next_look, stands_still
from synpunkt.promises.usual import FEWEST_CASES, USUAL_DAYS, Usual, measure, usual_sentence

__all__ = [
    "DEFAULT_WORKING_HOURS",
    "FEWEST_CASES",
    "SWEDEN",
    "USUAL_DAYS",
    "Calendar",
    "Deadline",
    "Pause",
    "Usual",
    "day_text",
    "deadline",
    "due",
    "is_overdue",
    "is_working_day",
    "measure",
    "next_look",
    "next_morning",
    "promise_sentences",
    "stands_still",
    "usual_sentence",
    "when_text",
    "worked",
]
