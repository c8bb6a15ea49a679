"""Routing a case that was submitted, and writing it down."""

from __future__ import annotations

from dataclasses import dataclass

from synpunkt import clock
from synpunkt.deciding import decision_for
from synpunkt.lifecycle import Case, Change, Status
from synpunkt.lifecycle import route as route_case
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.registry import RegistryStore


@dataclass(frozen=True, slots=True)
class Router:
    """Routes cases by the registry as it stands."""

    cases: CaseStore
    registry: RegistryStore

    def route(self, case_id: str) -> Case:
        """The case, routed; one that was routed before is left as it is. Raises `KeyError` when it is unknown."""
        event_id = clock.new_id()

        def command(file: CaseFile) -> Change | None:
            if file.case.status is not Status.SUBMITTED:
                return None
            return route_case(file.case, decision_for(self.registry, file), event_id=event_id, now=clock.now())

        return self.cases.apply(case_id, command)
