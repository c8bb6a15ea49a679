"""What a system's own status makes of a case, also of those that waited until somebody said what it means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice

from functions.desk.cases.checks import Check, Doer
from functions.desk.cases.departments import within
from functions.desk.systems.status_models import (
    Explained,
    MeansOut,
    Statuses,
    StatusIn,
    StatusOut,
    UnexplainedOut,
    WaitingCase,
)
from functions.desk.systems.system_models import UpdateIn
from functions.desk.systems.updating import Updating
from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.http import Problem
from synpunkt.identity import Caller
from synpunkt.stores.dynamo import transact
from synpunkt.stores.foreign_statuses import MOST_SHOWN, ForeignStatusStore, Meaning, Unexplained, key_of

# Each is a case read and written; the whole has to be done within what a request may take.
_AT_ONCE = 25
# Who does it to a case, and what must hold. Raises `Problem` for cases that are not the caller's.
Doing = Callable[[str], tuple[Doer, Check]]


@dataclass(frozen=True, slots=True)
class Meanings:
    """Explains statuses."""

    store: ForeignStatusStore
    updating: Updating

    def all(self, caller: Caller, code: str) -> Statuses:
        """What is explained in a municipality, and what waits, as far as the caller has its departments."""
        found = list(islice(self.store.unexplained(code), MOST_SHOWN + 1))
        by_words: dict[str, list[Unexplained]] = defaultdict(list)
        for each in sorted(found[:MOST_SHOWN], key=lambda each: each.since):
            if not caller.departments or each.department in caller.departments:
                by_words[key_of(each.words)].append(each)
        return Statuses(
            statuses=[_out(each) for each in self.store.meanings(code)],
            unexplained=[
                UnexplainedOut(foreign_status=cases[0].words, cases=[_waiting(each) for each in cases])
                for cases in by_words.values()
            ],
            more=len(found) > MOST_SHOWN,
        )

    def explain(self, caller: Caller, code: str, asked: StatusIn, after: str, doing: Doing) -> Explained:
        """From now on the status means that, also for the cases that wait: the first of those after a case id.

        Raises `Problem` (409) when the municipality has too many.
        """
        means = asked.means.model_dump(exclude_none=True)
        meaning = Meaning(asked.foreign_status, means, clock.now(), caller.caller_id)
        if not self.store.put(code, meaning):
            raise Problem(HTTPStatus.CONFLICT, "too_many_statuses")
        waiting, following = self._waiting(code, meaning, after)
        theirs = [each for each in waiting if self._has(code, each)]
        done = [self._applied(code, meaning, each, doing) for each in theirs]
        return Explained(
            **_out(meaning).model_dump(),
            applied=sum(done),
            refused=len(done) - sum(done),
            next=following,
        )

    def forget(self, code: str, words: str) -> None:
        """Nobody has said any longer what the status means. Raises `Problem` (404) when nobody had."""
        if not self.store.remove(code, words):
            raise Problem(HTTPStatus.NOT_FOUND, "status_not_found")

    def settle(self, caller: Caller, code: str, case_id: str) -> None:
        """Somebody has seen to the case by hand: it waits no longer. Saying so twice changes nothing.

        Raises `Problem` (403) for a case of a department that is not the caller's.
        """
        file = self.updating.cases.load(case_id)
        if file is not None and file.case.municipality == code and not within(caller, file.case):
            raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
        self._settled(code, case_id)

    def _waiting(self, code: str, meaning: Meaning, after: str) -> tuple[list[Unexplained], str | None]:
        """Those with that status among the first after a case id, and the one to go on behind, if there is more."""
        found = list(islice(self.store.unexplained(code, after), MOST_SHOWN + 1))
        same = [each for each in found[:MOST_SHOWN] if key_of(each.words) == key_of(meaning.words)]
        if len(same) > _AT_ONCE:
            return same[:_AT_ONCE], same[_AT_ONCE - 1].case_id
        return same, found[MOST_SHOWN - 1].case_id if len(found) > MOST_SHOWN else None

    def _has(self, code: str, each: Unexplained) -> bool:
        """Whether the case is still the municipality's; one that has gone elsewhere, or is erased, waits no longer."""
        file = self.updating.cases.load(each.case_id)
        if file is not None and file.case.municipality == code:
            return True
        self._settled(code, each.case_id)
        return False

    def _settled(self, code: str, case_id: str) -> None:
        transact([self.store.settles(code, case_id)])

    def _applied(self, code: str, meaning: Meaning, each: Unexplained, doing: Doing) -> bool:
        if not meaning.means:
            self._settled(code, each.case_id)
            return True
        asked = {**each.later, "foreign_status": each.words}
        try:
            doer, check = doing(each.case_id)
            # The same key for the same words at the same time: explained twice at once, it is done once.
            key = f"explained-{key_of(each.words)}-{to_iso(each.since)}-{to_iso(meaning.updated_at)}"
            self.updating.update(each.case_id, UpdateIn.model_validate(asked), key, doer, check)
        except Problem:
            return False
        return True


def _out(meaning: Meaning) -> StatusOut:
    means = MeansOut.model_validate(meaning.means)
    return StatusOut(foreign_status=meaning.words, means=means, updated_at=to_iso(meaning.updated_at))


def _waiting(each: Unexplained) -> WaitingCase:
    return WaitingCase(case_id=each.case_id, reference=each.reference, since=to_iso(each.since))
