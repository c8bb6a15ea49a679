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
from synpunkt.promises.sentences import promise_sentences, when_text
from synpunkt.promises.standing import Deadline, deadline, is_overdue, next_look, stands_still

__all__ = [
    "DEFAULT_WORKING_HOURS",
    "SWEDEN",
    "Calendar",
    "Deadline",
    "Pause",
    "deadline",
    "due",
    "is_overdue",
    "is_working_day",
    "next_look",
    "next_morning",
    "promise_sentences",
    "stands_still",
    "when_text",
    "worked",
]
