"""A hand-over that comes back: who gets it, decided by the registry as it stands, and the one way to write it down."""

from __future__ import annotations

from collections.abc import Callable

from synpunkt import clock
from synpunkt.deciding import decision_for
from synpunkt.lifecycle import (
    Actor,
    Case,
    Change,
    EventType,
    HandOver,
    Holder,
    IllegalTransition,
    Returned,
    Status,
    Text,
    return_hand_over,
)
from synpunkt.lifecycle.hand_over import Names
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.registry import RegistryStore

# Whoever has begun has the case, whatever became of the mail about it.
_ON_ITS_WAY = frozenset({Status.ROUTED, Status.WITH_OTHER_BODY})


def returned(
    registry: RegistryStore,
    file: CaseFile,
    code: Returned,
    *,
    reason: Text | None = None,
    actor: Actor = Actor.SYSTEM,
    by: str | None = None,
) -> Change:
    """The case back with whoever handed it over. Raises `IllegalTransition` for a case that nobody handed over."""
    case = file.case
    if not case.came_from:
        raise IllegalTransition(EventType.HAND_OVER_RETURNED, case.status, "not_handed_over")
    to = case.came_from[-1]
    return return_hand_over(
        case,
        decision_for(registry, file, to.municipality, method="returned"),
        code=code,
        names=body_names(registry, file, to),
        reason=reason,
        actor=actor,
        by=by,
        event_id=clock.new_id(),
        now=clock.now(),
    )


def give_back(
    cases: CaseStore,
    registry: RegistryStore,
    case_id: str,
    code: Returned,
    *,
    still: Callable[[CaseFile], bool],
) -> Case:
    """Gives a case back on the system's behalf, if it is `still` so when it is written. Safe to repeat."""
    return cases.apply(case_id, lambda file: returned(registry, file, code) if still(file) else None)


def unanswered(round_: int) -> Callable[[CaseFile], bool]:
    """For `give_back`: nobody has answered the hand-over of that round, and the case has not moved on since."""
    return lambda file: (
        file.case.round == round_ and file.case.hand_over is HandOver.OFFERED and bool(file.case.came_from)
    )


def reached_nobody(file: CaseFile) -> bool:
    """Whether the case, as it was last sent, is in nobody's hands: no receipt, no answer, and nobody has begun.

    Somebody may have said that they take it although nobody knows what became of the mail.
    """
    case = file.case
    answered = any(entry.type is EventType.HAND_OVER_ACCEPTED and entry.sequence > case.round for entry in file.entries)
    return not case.accepted_by and not answered and case.status in _ON_ITS_WAY


def body_names(registry: RegistryStore, file: CaseFile, holder: Holder) -> Names | None:
    """What a body is called: in the registry as it stands, else as it was called when it got the case."""
    if holder.body is None:
        return None
    profile = registry.profile(holder.municipality)
    known = profile.published.bodies.get(holder.body) if profile and profile.published else None
    if known is not None:
        return dict(known.name)
    told = (each.data for each in reversed(file.entries) if each.data.get("to") == str(holder))
    return next((data["names"] for data in told if data.get("names")), None)
