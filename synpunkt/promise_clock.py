"""The clock of a case's promises, looked at: those who have the case are reminded, and what is overdue is said once."""

from __future__ import annotations

from datetime import datetime

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.lifecycle import Change, Promised, fall_overdue, nudge_holder
from synpunkt.promises import deadline, is_overdue, next_look, stands_still
from synpunkt.stores.cases import CaseFile, CaseStore


def look_at(cases: CaseStore, case_id: str, which: Promised) -> datetime | None:
    """Says what the clock of that promise says now, and answers when to look again; `None` when never.

    For whoever finds a due item `answer` or `repair` whose time has come: put it off until then, or strike it off.
    A time that has moved since, as by a question to the reporter, is only put off. Safe to repeat. Raises `KeyError`
    when the case does not exist.
    """
    event_id = clock.new_id()

    def command(file: CaseFile) -> Change | None:
        return _told(file, which, event_id, clock.now())

    return next_look(cases.apply(case_id, command), which, clock.now())


def _told(file: CaseFile, which: Promised, event_id: str, now: datetime) -> Change | None:
    found = deadline(file.case, which, now)
    if found is None:
        return None
    late = is_overdue(file.case, found, now)
    # Nobody can hurry while the reporter is asked.
    if not late and (stands_still(file.case) or now < found.nudge_at):
        return None
    tell = fall_overdue if late else nudge_holder
    return tell(file.case, which, due=to_iso(found.at), promised_by=found.municipality, event_id=event_id, now=now)
