"""What a case asks of those who have it, in the order in which a handler would look."""

from __future__ import annotations

from enum import StrEnum

from synpunkt.lifecycle.model import Case, HandOver, Status


class Attention(StrEnum):
    """The value is part of a sort key, so its order is the order of the desk's list."""

    CITIZEN_ANSWERED = "a"
    OFFERED = "b"
    UNDELIVERED = "c"
    NEW = "d"
    OPEN = "e"
    ELSEWHERE = "f"
    PLANNED = "g"
    WAITING = "h"
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
    if case.body is None and case.hand_over is HandOver.OFFERED:
        return Attention.OFFERED
    if case.triage_reason is not None:
        return Attention.UNDELIVERED
    return _BY_STATUS[case.status]
