"""How long things usually take, measured in the night after something was closed, and each night while it is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.promises import USUAL_DAYS, measure
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.due import DueItem, DueStore
from synpunkt.stores.usual import UsualStore

# The latest so many say it well enough, and cost one query and two batch reads.
_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Measuring:
    """Counts anew from the cases themselves each time, so that counting twice changes nothing."""

    cases: CaseStore
    usual: UsualStore
    due: DueStore

    def look_at_closed(self, item: DueItem) -> None:
        """Something was closed: what is usual there is measured, once a night however much was."""
        file = self.cases.load(item.case_id)
        # A case that was opened again since is in no list of what was closed.
        if file is not None and file.case.municipality and file.case.category:
            self._measure(file.case.municipality, file.case.category)
        self.due.strike_off(item)

    def look_again(self, item: DueItem) -> None:
        """What was closed long ago counts no more."""
        municipality, _, category = item.case_id.partition("#")
        if not self._measure(municipality, category):
            self.due.put_off(item, _next(clock.now()))

    def _measure(self, municipality: str, category: str) -> bool:
        now = clock.now()
        known = self.usual.get(municipality, category)
        if known is not None and known.measured_at.date() == now.date():
            return False
        since = to_iso(now - timedelta(days=USUAL_DAYS))
        found = self.cases.list_closed(municipality, category, since=since, limit=_AT_MOST)
        usual = measure(self.cases.heads(found), now)
        self.usual.put(municipality, category, usual, again=_next(now) if usual.cases else None)
        return True


def _next(now: datetime) -> datetime:
    return now + timedelta(days=1)
