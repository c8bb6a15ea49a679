"""What a case asks of those who have it, in the order in which a handler would look."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from synpunkt.lifecycle.model import Case, HandOver, Promised, Status


class Attention(StrEnum):
    """The value is part of a sort key, so its order is the order of the desk's list."""

    CITIZEN_ANSWERED = "a"
    OVERDUE = "b"
    DUE_SOON = "c"
    OFFERED = "d"
    UNDELIVERED = "e"
    NEW = "f"
    OPEN = "g"
    ELSEWHERE = "h"
    PLANNED = "i"
    WAITING = "j"
    CLOSED = "z"


_BY_STATUS = {
    Status.SUBMITTED: Attention.NEW,
    Status.ROUTED: Attention.NEW,
    Status.DELIVERED: Attention.NEW,
    Status.ACKNOWLEDGED: Attention.OPEN,
    Status.IN_PROGRESS: Attention.OPEN,
    Status.REOPENED: Attention.NEW,
    Status.WITH_OTHER_BODY: Attention.ELSEWHERE,
    Status.PLANNED: Attention.PLANNED,
    Status.WAITING_FOR_CITIZEN: Attention.WAITING,
    Status.RESOLVED: Attention.CLOSED,
}


def attention(case: Case) -> Attention:
    """What the case asks for now: exactly one thing, the most pressing."""
    if case.citizen_answered:
        # Also on a closed case: somebody has to read it.
        return Attention.CITIZEN_ANSWERED
    if case.status is Status.RESOLVED:
        return Attention.CLOSED
    # While the reporter is asked the clock stands still, and nobody here can hurry.
    if case.status is not Status.WAITING_FOR_CITIZEN:
        if is_late(case):
            return Attention.OVERDUE
        if _still_to_do(case, case.nudged):
            return Attention.DUE_SOON
    if case.body is None and case.hand_over is HandOver.OFFERED:
        return Attention.OFFERED
    if case.triage_reason is not None:
        return Attention.UNDELIVERED
    return _BY_STATUS[case.status]


def is_late(case: Case) -> bool:
    """Whether something that was promised is past its time and still not done."""
    return _still_to_do(case, case.overdue)


def _still_to_do(case: Case, promised: Iterable[Promised]) -> bool:
    if case.status is Status.RESOLVED:
        return False
    return any(not (each is Promised.ANSWER and case.answered_at is not None) for each in promised)
