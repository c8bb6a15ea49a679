"""Which department of each municipality an event concerns: whoever handed a case over is told by what they had."""

from __future__ import annotations

from collections.abc import Mapping

from events import Envelope
from synpunkt.stores.cases import CaseStore


def departments_of(event: Envelope, cases: CaseStore) -> Mapping[str, str]:
    """The department that has the case, or had it last before the event, in each municipality that hears of it.

    Municipalities name their departments alike, so one is never looked for in another's. The timeline is read only
    for those who have the case no more.
    """
    found = {event.municipality: event.department} if event.municipality and event.department else {}
    if set(event.audience) - {event.municipality}:
        had = cases.departments(event.case_id, until=event.sequence)
        found = {code: had[code] for code in event.audience if code in had} | found
    return found
