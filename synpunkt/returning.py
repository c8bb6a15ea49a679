"""Giving a case back to whoever handed it over, when those it was handed over to have not taken it."""

from __future__ import annotations

from synpunkt import clock
from synpunkt.deciding import decision_for
from synpunkt.lifecycle import Actor, Case, Change, HandOver, Returned, Status, return_hand_over
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.registry import RegistryStore

# Whoever has begun has taken the case, with or without saying so first.
_NOT_BEGUN = frozenset({Status.ROUTED, Status.DELIVERED, Status.WITH_OTHER_BODY})


def give_back(
    cases: CaseStore,
    registry: RegistryStore,
    case_id: str,
    code: Returned,
    *,
    round: int,  # noqa: A002 - the domain's word for one sending of a case
) -> Case:
    """The case, given back for the reason `code` by the registry as it stands.

    Unchanged when it is somewhere else than the sending `round` put it, or was taken meanwhile. Raises `KeyError`
    when it does not exist.
    """
    event_id = clock.new_id()

    def command(file: CaseFile) -> Change | None:
        case = file.case
        if case.round != round or case.hand_over is not HandOver.OFFERED or case.status not in _NOT_BEGUN:
            return None
        to = case.came_from[-1]
        profile = registry.profile(to.municipality)
        body = profile.published.bodies.get(to.body) if to.body and profile and profile.published else None
        return return_hand_over(
            case,
            decision_for(registry, file, to.municipality),
            code=code,
            names=dict(body.name) if body else None,
            reason=None,
            actor=Actor.SYSTEM,
            by=None,
            event_id=event_id,
            now=clock.now(),
        )

    return cases.apply(case_id, command)
