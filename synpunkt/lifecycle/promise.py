"""What the clock tells of a promise: that it will be due, and that it was not kept in time."""

from __future__ import annotations

from datetime import datetime

from synpunkt.lifecycle.model import Case, Change, EventType, Promised
from synpunkt.lifecycle.steps import step


def nudge_holder(
    case: Case, which: Promised, *, due: str, promised_by: str, event_id: str, now: datetime
) -> Change | None:
    """Whoever has the case is reminded of what was promised; `None` when they were before, or it is too late.

    `due`: by when, as in events; `promised_by`: the municipality that promised.
    """
    if which in case.nudged or which in case.overdue:
        return None
    return step(
        case,
        EventType.CASE_NUDGED,
        event_id,
        now,
        data={"which": which.value, "due": due, "promised_by": promised_by},
        nudged=(*case.nudged, which),
    )


def fall_overdue(
    case: Case, which: Promised, *, due: str, promised_by: str, event_id: str, now: datetime
) -> Change | None:
    """What was promised did not happen in time; said once, so `None` when it was said before.

    `due`: by when, as in events; `promised_by`: the municipality that promised.
    """
    if which in case.overdue:
        return None
    return step(
        case,
        EventType.CASE_OVERDUE,
        event_id,
        now,
        data={"which": which.value, "due": due, "promised_by": promised_by},
        overdue=(*case.overdue, which),
    )
