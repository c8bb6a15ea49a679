"""Keeping the open data as the cases are."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

from synpunkt import clock
from synpunkt.open_data import open_case
from synpunkt.sandbox import is_test
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.dynamo import Busy
from synpunkt.stores.open_data import Opened, OpenStore, Overtaken

_TRIES = 12
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Opening:
    """Writes what anybody may have of cases. Safe to repeat, and in any order: the case as it stands decides."""

    cases: CaseStore
    store: OpenStore

    def look_at(self, case_id: str) -> None:
        """Makes the open data say of the case what it says now; one that is there no more leaves, as one hidden does.

        Of one that is made up nothing is ever written. Raises `Busy` when others write for too long.
        """
        for attempt in range(_TRIES):
            before = self.store.opened(case_id)
            file = self.cases.load(case_id)
            if file is not None and is_test(file.case):
                return
            wanted = Opened(case_id, file.case.version if file else None, open_case(file) if file else None)
            if before is not None and (wanted.says_as(before) or wanted.is_older_than(before)):
                return
            try:
                self.store.write(before, wanted, now=clock.now())
            except Overtaken:
                # Others write to the same log; who waits at random finds it free.
                time.sleep(random.uniform(0, min(0.02 * 2**attempt, 0.5)))
                continue
            return
        raise Busy

    def fill(self, municipality: str) -> Iterator[str]:
        """Looks at every case in the public list of a municipality, newest first; answers each id once it is done."""
        before: str | None = None
        while True:
            page = self.cases.list_public(municipality, before=before, limit=_PAGE)
            for row in page.rows:
                self.look_at(str(row["case_id"]))
                yield str(row["case_id"])
            if page.next is None:
                return
            before = page.next
