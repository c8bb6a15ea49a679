"""Working on a case: what those who have it say, decide and do, one use case for keys and logins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from functions.desk.cases.checks import Check, Doer
from functions.desk.cases.commands import (
    Command,
    Commands,
    asking,
    assigning,
    noting,
    planning,
    reopening,
    replying,
    tried,
    unsaid,
)
from functions.desk.cases.handling_models import ResolveIn
from functions.desk.cases.photos import enclosed
from synpunkt import clock
from synpunkt.http.enclosing import Enclosures
from synpunkt.lifecycle import By, Case, Change, acknowledge, hide, number, show, start_work
from synpunkt.stores.cases import CaseFile, CaseStore


@dataclass(frozen=True, slots=True)
class Acting:
    """Every command looks at the case as it stands when it is written: two at once never overwrite each other."""

    cases: CaseStore
    enclosures: Enclosures

    def acknowledge(self, case_id: str, doer: Doer, check: Check) -> Case:
        """Somebody has opened it."""
        return self._apply(case_id, doer, check, lambda file, by: acknowledge(file.case, by))

    def start_work(self, case_id: str, doer: Doer, check: Check) -> Case:
        """The work has begun."""
        return self._apply(case_id, doer, check, lambda file, by: start_work(file.case, by))

    def assign(self, case_id: str, team: str | None, assignee: str | None, doer: Doer, check: Check) -> Case:
        """Who works on it."""
        return self._apply(case_id, doer, check, assigning(team, assignee))

    def reply(self, case_id: str, words: str, doer: Doer, check: Check, photos: Sequence[str] = ()) -> Case:
        """An answer for everyone who may read the case."""
        return self._apply(case_id, doer, check, replying(words), photos)

    def add_note(self, case_id: str, words: str, doer: Doer, check: Check) -> Case:
        """A note among those who have the case."""
        return self._apply(case_id, doer, check, noting(words))

    def ask(self, case_id: str, words: str, doer: Doer, check: Check, photos: Sequence[str] = ()) -> Case:
        """A question to the reporter."""
        return self._apply(case_id, doer, check, asking(words), photos)

    def plan(
        self, case_id: str, until: date, words: str | None, doer: Doer, check: Check, photos: Sequence[str] = ()
    ) -> Case:
        """It will be done by a day. Raises `Problem` for one that is past."""
        return self._apply(case_id, doer, check, planning(until, words), photos)

    def resolve(self, case_id: str, asked: ResolveIn, doer: Doer, check: Check) -> Case:
        """The case closed. Raises `Problem` when what the outcome has to say is missing."""
        return self._apply(case_id, doer, check, Commands(self.cases).resolving(asked), asked.photos)

    def reopen(self, case_id: str, words: str | None, doer: Doer, check: Check) -> Case:
        """It was not done after all."""
        return self._apply(case_id, doer, check, reopening(words))

    def hide(self, case_id: str, words: str, doer: Doer, check: Check) -> Case:
        """Only those concerned see it from now on."""
        return self._apply(
            case_id, doer, check, lambda file, by: hide(file.case, by, reason=unsaid(file, "reason", words))
        )

    def show(self, case_id: str, doer: Doer, check: Check) -> Case:
        """It is seen as before it was hidden."""
        return self._apply(case_id, doer, check, lambda file, by: show(file.case, by))

    def number(self, case_id: str, foreign_number: str, doer: Doer, check: Check) -> Case:
        """Its number in the municipality's own system."""
        return self._apply(case_id, doer, check, lambda file, by: number(file.case, by, foreign_number=foreign_number))

    def _apply(self, case_id: str, doer: Doer, check: Check, command: Command, photos: Sequence[str] = ()) -> Case:
        event_id = clock.new_id()

        def change(file: CaseFile) -> Change | None:
            check(file)
            return tried(command, file, By(doer.actor, doer.by, event_id, clock.now()))

        return self.enclosures.apply(case_id, change, enclosed(photos, case_id, doer.actor))
