"""What our own people do with a case that nobody could be given: take it, send it again, put its place right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.deciding import decision_for
from synpunkt.lifecycle import (
    Actor,
    Because,
    Case,
    Change,
    Status,
    assign_triage,
    route_again,
)
from synpunkt.responsibility import Decision
from synpunkt.responsibility.decision import TRIAGE
from synpunkt.stores.cases import CaseFile, CaseStore, Page
from synpunkt.stores.registry import RegistryStore

NOBODY = "nobody"
# A page that a filter leaves nearly empty is filled from the ones after it: so many reads at most, then the cursor.
_PAGES = 10
# How a case comes to a municipality because somebody said so; it came back to one that had it that way, too.
_CHOSEN = frozenset({"handed_over", "returned", "corrected"})
# Nobody has begun with the case, so sending it elsewhere takes nothing out of anybody's hands.
_NOT_BEGUN = frozenset({Status.ROUTED, Status.DELIVERED})


class NotPossible(Exception):
    """The case is not in a state in which that can be done. `code`: why, as a stable code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Triage:
    """The triage queue over the stores. `by`, `owner`: the id of a key or person."""

    cases: CaseStore
    registry: RegistryStore

    def page(
        self, *, after: str | None, limit: int, now: datetime, owner: str | None = None, overdue: bool | None = None
    ) -> Page:
        """Rows of the triage index, the case that was reported first at the top; `after`: a case id, exclusive.

        `owner`: theirs only, or nobody's (`nobody`); `overdue`: only those past, or not past, their time limit. A
        page of a filtered list may be short and still have a next one.
        """
        kept: list[Mapping[str, Any]] = []
        for _ in range(_PAGES):
            page = self.cases.list_triage(after=after, limit=limit)
            for row in page.rows:
                if len(kept) == limit:
                    return Page(tuple(kept), after)
                after = str(row["case_id"])
                if _wanted(row, owner, overdue, to_iso(now)):
                    kept.append(row)
            if page.next is None:
                return Page(tuple(kept), None)
        return Page(tuple(kept), after)

    def take(self, case_id: str, *, by: str) -> Case:
        """The case, which `by` looks after from now on. Raises `KeyError`, `NotPossible`."""
        event_id = clock.new_id()

        def command(file: CaseFile) -> Change | None:
            _require_in_triage(file.case)
            return assign_triage(file.case, owner=by, event_id=event_id, now=clock.now())

        return self.cases.apply(case_id, command)

    def resend(self, case_id: str, *, by: str) -> Case:
        """The case, on its way to whoever the registry names now.

        Raises `KeyError`, and `NotPossible` when there is still nobody or it is not ours to send.
        """

        def where(file: CaseFile) -> Decision:
            _require_ours(file.case)
            decision = decision_for(self.registry, file, **_moved_to(file.case))
            if decision.recipients == (TRIAGE,):
                raise NotPossible("nobody_found")
            return decision

        return self._send(case_id, where, Because.RESENT, by)

    def correct(self, case_id: str, municipality: str, *, by: str) -> Case:
        """The case, in the municipality where it belongs, whether or not anybody can be reached there yet.

        Raises `KeyError`, and `NotPossible` when it is there already or not ours to send.
        """

        def where(file: CaseFile) -> Decision:
            _require_ours(file.case)
            if file.case.municipality == municipality:
                raise NotPossible("already_there")
            return decision_for(self.registry, file, municipality, method="corrected")

        return self._send(case_id, where, Because.CORRECTED, by)

    def send_waiting(self, case_id: str, municipality: str, because: Because) -> Case:
        """The case that waited for the municipality, decided anew; unchanged when it no longer waits.

        Somebody else's hand-over, and what anybody has begun with, is left alone. Raises `KeyError`.
        """

        def where(file: CaseFile) -> Decision | None:
            if not waits(file.case, municipality, because):
                return None
            decision = decision_for(self.registry, file, **_moved_to(file.case))
            if decision.recipients == (TRIAGE,) or (because is Because.CLAIMED and not decision.claimed):
                return None
            return decision

        return self._send(case_id, where, because, None)

    def _send(
        self, case_id: str, where: Callable[[CaseFile], Decision | None], because: Because, by: str | None
    ) -> Case:
        event_id = clock.new_id()
        actor = Actor.HANDLER if by else Actor.SYSTEM

        def command(file: CaseFile) -> Change | None:
            to = where(file)
            if to is None:
                return None
            facts: dict[str, Any] = {"because": because, "actor": actor, "by": by}
            return route_again(file.case, to, event_id=event_id, now=clock.now(), **facts)

        return self.cases.apply(case_id, command)


def _wanted(row: Mapping[str, Any], owner: str | None, overdue: bool | None, now: str) -> bool:
    if owner is not None and row.get("triage_owner", NOBODY) != owner:
        return False
    return overdue is None or (row["triage_due"] <= now) == overdue


def _require_in_triage(case: Case) -> None:
    if case.triage_reason is None:
        raise NotPossible("not_in_triage")


def _require_ours(case: Case) -> None:
    _require_in_triage(case)
    if case.hand_over is not None or case.body is not None:
        raise NotPossible("handed_over")


def _moved_to(case: Case) -> dict[str, Any]:
    """The municipality that a person chose, whatever the place says, and how; nothing where the place decides."""
    method = (case.routing or {}).get("municipality_method")
    return {"municipality": case.municipality, "method": method} if method in _CHOSEN else {}


def waits(case: Case, municipality: str, because: Because) -> bool:
    """Whether `send_waiting` would send the case on, as far as the case itself says."""
    if case.municipality != municipality or case.claimed or case.status not in _NOT_BEGUN:
        return False
    if case.hand_over is not None or case.body is not None:
        return False
    # An address found helps those whom nothing has reached; the others have it where they are.
    return because is not Because.ADDRESS_FOUND or case.triage_reason is not None
