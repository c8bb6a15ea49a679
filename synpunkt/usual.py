"""What a citizen is told of how long it usually takes, where nobody has promised anything."""

from __future__ import annotations

from synpunkt import clock
from synpunkt.lifecycle import Case, Status
from synpunkt.promises import usual_sentence
from synpunkt.stores.usual import UsualStore


def usual_time(store: UsualStore, case: Case, language: str) -> str | None:
    """How long such a case usually takes, in words; `None` where a time is promised, and where nothing can be said.

    Only of an open case that has reached, or is on its way to, a municipality that has joined: what a body outside
    does with it is not measured.
    """
    open_there = case.claimed and case.body is None and case.triage_reason is None
    if not open_there or case.status is Status.RESOLVED or case.promises or not (case.municipality and case.category):
        return None
    usual = store.get(case.municipality, case.category)
    return usual_sentence(usual, clock.now(), language) if usual else None
