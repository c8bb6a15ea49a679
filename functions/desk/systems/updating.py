"""What a municipality's own system says of a case, done as one: its number, its answer, its status.

A status in the system's own words is looked up; one that nobody has explained lets the case wait for those who can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from functions.desk.cases.checks import Check, Doer
from functions.desk.cases.commands import Command, Commands, asking, planning, reopening, replying, tried
from functions.desk.cases.handling_models import ResolveIn
from functions.desk.systems.system_models import UpdateIn
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.http.validation import validated
from synpunkt.identity import canonical_fingerprint, hash_key
from synpunkt.lifecycle import By, Case, Change, acknowledge, number, start_work
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.dynamo import ConditionFailed, get_item, to_wire, transact
from synpunkt.stores.foreign_statuses import ForeignStatusStore

_KEPT = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Updating:
    """Takes each update once, however often it is sent."""

    cases: CaseStore
    statuses: ForeignStatusStore

    def update(self, case_id: str, asked: UpdateIn, key: str, doer: Doer, check: Check) -> str | None:
        """Does all that was asked, or nothing; answers the status that nobody has explained, if it was one.

        Raises `Problem`: 409 for a key that was used for something else, 422 where what a status means needs more.
        """
        sent = asked.model_dump(mode="json", exclude_none=True)
        return self.once(case_id, sent, lambda _: asked, key, doer, check)

    def once(
        self, case_id: str, sent: Any, asking: Callable[[Case], UpdateIn | None], key: str, doer: Doer, check: Check
    ) -> str | None:
        """The same for what means something, or nothing, only as the case stands: `asking` says what.

        `sent`: what has to be the same when the key is; as it came in, since the case stands differently afterwards.
        """
        fingerprint = canonical_fingerprint(sent)
        pk = f"K#update:{doer.by}:{case_id}:{hash_key(key)}"
        if (known := self._taken(pk, fingerprint)) is not None:
            return known.get("unexplained")
        record: dict[str, Any] = {}
        beside: list[dict[str, Any]] = []

        def changes(file: CaseFile) -> list[Change]:
            check(file)
            asked = asking(file.case)
            meant = self._meant(file.case, asked) if asked else None
            unexplained = asked.foreign_status if asked and not meant else None
            record.update(pk=pk, sk="KEY", fingerprint=fingerprint, unexplained=unexplained)
            beside[:] = [self._kept(record)]
            if asked is None:
                return []
            beside.extend(self._queued(file.case, asked, unexplained))
            return list(_done(file, list(self._steps(meant or _words_of(asked))), doer))

        try:
            self.cases.apply(case_id, changes, extra=lambda: beside)
            if self._taken(pk, fingerprint) is None:
                # It was so already. That it was said is remembered all the same: said again later, it is old news.
                transact(beside)
        except ConditionFailed:
            # The same came twice at once, and the other was first; or something else with that key, which is refused.
            self._taken(pk, fingerprint)
        unexplained: str | None = record.get("unexplained")
        return unexplained

    def _meant(self, case: Case, asked: UpdateIn) -> UpdateIn | None:
        """What was asked, with what its own status means; `None` when nobody has said that."""
        if not asked.looked_up:
            return asked
        meaning = self.statuses.meaning(case.municipality or "", asked.foreign_status or "")
        if meaning is None:
            return None
        if not meaning.means:
            return _words_of(asked)
        return validated(UpdateIn, _of_use({**meaning.means, **asked.model_dump(exclude_none=True)}))

    def _queued(self, case: Case, asked: UpdateIn, unexplained: str | None) -> Iterator[dict[str, Any]]:
        """Lets the case wait, or wait no longer: what a system said last is what counts."""
        if unexplained is not None:
            later = asked.model_dump(mode="json", include={"reason", "planned_for"}, exclude_none=True)
            yield self.statuses.waits(case, unexplained, clock.now(), later)
        elif asked.foreign_status or asked.status or asked.outcome:
            yield self.statuses.settles(case.municipality or "", case.case_id)

    def _taken(self, pk: str, fingerprint: str) -> dict[str, Any] | None:
        record = get_item(self.cases.table, pk, "KEY")
        if record is not None and record["fingerprint"] != fingerprint:
            raise Problem(HTTPStatus.CONFLICT, "idempotency_conflict")
        return record

    def _kept(self, record: dict[str, Any]) -> dict[str, Any]:
        expires_at = int((clock.now() + _KEPT).timestamp())
        item = to_wire({**record, "expires_at": expires_at})
        condition = "attribute_not_exists(pk)"
        return {"Put": {"TableName": self.cases.table, "Item": item, "ConditionExpression": condition}}

    def _steps(self, asked: UpdateIn) -> Iterator[Command]:
        """Their number first, so that all that follows is told with it."""
        told = asked.foreign_number
        if told is not None:
            yield lambda file, by: number(file.case, by, foreign_number=told)
        if asked.outcome is not None:
            yield Commands(self.cases).resolving(_resolved(asked))
        elif asked.status == "waiting_for_citizen":
            yield asking(asked.reply or "")
        elif asked.planned_for is not None:
            yield planning(asked.planned_for, asked.reply)
        else:
            yield from _said(asked)


def _words_of(asked: UpdateIn) -> UpdateIn:
    """What can be done of it without knowing what its status means."""
    return asked.model_copy(update={"reason": None, "planned_for": None})


def _of_use(told: dict[str, Any]) -> dict[str, Any]:
    """Without a reason or a day that the status has no use for: systems send them whatever a status means here."""
    left_out = set()
    if "outcome" not in told and told.get("status") != "reopened":
        left_out.add("reason")
    if told.get("status") != "planned":
        left_out.add("planned_for")
    return {name: each for name, each in told.items() if name not in left_out}


def _said(asked: UpdateIn) -> Iterator[Command]:
    if asked.status == "reopened":
        yield reopening(asked.reason)
    if asked.reply is not None:
        yield replying(asked.reply)
    if asked.status == "acknowledged":
        yield lambda file, by: acknowledge(file.case, by)
    if asked.status == "in_progress":
        yield lambda file, by: start_work(file.case, by)


def _resolved(asked: UpdateIn) -> ResolveIn:
    """Who is responsible instead is told as the reason: a back office has one field for why."""
    elsewhere = asked.outcome == "not_responsible"
    words = {"reply": asked.reply, "turn_to" if elsewhere else "reason": asked.reason}
    told = {**words, "outcome": asked.outcome, "duplicate_of": asked.duplicate_of}
    return ResolveIn.model_validate({name: each for name, each in told.items() if each is not None})


def _done(file: CaseFile, steps: list[Command], doer: Doer) -> Iterator[Change]:
    for step in steps:
        change = tried(step, file, By(doer.actor, doer.by, clock.new_id(), clock.now()))
        if change is not None:
            yield change
            file = file.after(change)
