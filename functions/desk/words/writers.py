"""Whether whoever wrote what waits may still say it: people leave, and lose roles, between a click and its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.desk.cases.departments import within
from synpunkt import clock
from synpunkt.identity import Caller, Scope, State
from synpunkt.lifecycle import Case
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.sendings import Sending
from synpunkt.stores.staff import StaffStore


@dataclass(frozen=True, slots=True)
class Writers:
    """Looks up people and keys by the id that stands with what they wrote."""

    staff: StaffStore
    keys: KeyStore

    def may(self, sending: Sending) -> Callable[[Case], bool]:
        """Whether its writer may say that of a case today: what they needed when they wrote it, they need now."""
        caller = self._now(sending.by, sending.municipality)
        scope = Scope.WRITE if sending.bulk_id is None else Scope.BULK
        if caller is None or not caller.may(scope, sending.municipality):
            return lambda _: False
        return lambda case: case.municipality == sending.municipality and within(caller, case)

    def _now(self, who: str, code: str) -> Caller | None:
        member = self.staff.member(code, who)
        if member is None:
            return self.keys.caller_now(code, who)
        if member.state is not State.ACTIVE:
            return None
        caller = member.caller()
        if not caller.departments:
            return caller
        # As at the door: whose cases they take today counts where they may not do everything anyway.
        covered = self.staff.covered_by(code, who, clock.now().date())
        return replace(caller, stands_in_for=frozenset(covered))
