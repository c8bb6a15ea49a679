"""What a municipality promised about a case, as its reader sees it."""

from __future__ import annotations

from datetime import datetime

from functions.cases.models import PromiseOut
from synpunkt.clock import to_iso
from synpunkt.lifecycle import Case, Promised
from synpunkt.promises import deadline, is_overdue, promise_sentences, stands_still


def promise_out(case: Case, now: datetime, language: str) -> PromiseOut | None:
    """What is promised and not done yet; `None` where no municipality promised, or nobody there has the case."""
    # Whoever has not got the case has not promised its reporter anything yet.
    if case.triage_reason is not None:
        return None
    found = {which: each for which in Promised if (each := deadline(case, which, now))}
    if not found:
        return None
    paused = stands_still(case)
    times = {f"{which}_due": to_iso(each.at) for which, each in found.items() if not paused}
    return PromiseOut(
        **times,
        paused=paused,
        overdue=[which.value for which, each in found.items() if is_overdue(case, each, now)],
        sentences=list(promise_sentences(case, now, language)),
    )
