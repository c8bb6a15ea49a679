"""What happens when a time limit passes: nothing is left lying anywhere without somebody being told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aws_lambda_powertools import Logger

from functions.upkeep.digests import DigestQueue
from functions.upkeep.measuring import Measuring
from synpunkt import clock
from synpunkt.clock import localdate
from synpunkt.errors import what_and_where
from synpunkt.lifecycle import Change, Promised, Returned, send_to_triage
from synpunkt.metrics import count
from synpunkt.promise_clock import look_at
from synpunkt.promises import next_morning
from synpunkt.push_queue import PushQueue
from synpunkt.returning import give_back, reached_nobody, unanswered
from synpunkt.sending_queue import SendingQueue
from synpunkt.stores.bulks import WHAT as MANY
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.due import DIGEST, PUSH, DueItem, DueStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.sendings import WHAT as ONE

logger = Logger()

# Of each shard; what is left is still there a minute later.
_AT_MOST = 100
# What failed is tried again soon, behind whatever else is due.
_TRY_AGAIN = timedelta(minutes=5)
# What is overdue in triage is told again every day, until it is in triage no more.
_TELL_AGAIN = timedelta(days=1)
_CLOCKS = frozenset(Promised)
_MEASURES = frozenset({"measure", "usual"})


class NotAllDone(Exception):
    """Some of what was due could not be done; it is tried again."""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Looks at what is due. Safe to repeat, and several at once: the cases say what is still so."""

    cases: CaseStore
    registry: RegistryStore
    due: DueStore
    measuring: Measuring
    sending: SendingQueue
    digests: DigestQueue
    push: PushQueue

    def sweep(self) -> None:
        """Does what is due, each by itself. Raises `NotAllDone` in the end when something of it failed."""
        now, failed = clock.now(), 0
        for item in self.due.due(now, at_most=_AT_MOST):
            try:
                self._look_at(item)
            except Exception as error:
                # One case must not keep the others waiting.
                failed += 1
                logger.error("due, and not done", case_id=item.case_id, what=item.what, extra=what_and_where(error))
                count("DueFailed")
                self.due.put_off(item, now + _TRY_AGAIN)
        if failed:
            raise NotAllDone(f"{failed} failed")

    def _look_at(self, item: DueItem) -> None:
        if item.what in (ONE, MANY):
            self._ask_again(item)
            return
        if item.what in _CLOCKS:
            self._look_at_clock(item)
            return
        if item.what in _MEASURES:
            look = self.measuring.look_at_closed if item.what == "measure" else self.measuring.look_again
            look(item)
            return
        if item.what == DIGEST:
            self._ask_for_digest(item)
            return
        if item.what == PUSH:
            # Asked for first, so that it is not forgotten; whoever sends says when to look again.
            self.push.send(item.municipality, item.case_id)
            self.due.strike_off(item)
            return
        file = self.cases.load(item.case_id)
        if file is not None and file.case.round == item.round:
            match item.what:
                case "delivery":
                    self.cases.apply(item.case_id, lambda latest: _timed_out(latest, item))
                case "hand_over":
                    give_back(self.cases, self.registry, item.case_id, Returned.NO_ANSWER, still=unanswered(item.round))
                case "triage":
                    if _is_overdue(file):
                        self._tell(item)
                        return
                case _:
                    raise LookupError(f"nobody knows what to do about {item.what}")
        self.due.strike_off(item)

    def _look_at_clock(self, item: DueItem) -> None:
        """A promise goes with the case wherever it is sent, so the round does not matter."""
        later = look_at(self.cases, item.case_id, Promised(item.what))
        if later is None:
            self.due.strike_off(item)
        else:
            self.due.put_off(item, later)

    def _ask_again(self, item: DueItem) -> None:
        """The message that should have brought it was lost, or given up on; what is done is not due any more."""
        logger.warning("not sent in time, asked for again", case_id=item.case_id, what=item.what)
        if item.what == ONE:
            self.sending.one(item.case_id, item.key[1].partition("#")[2])
        else:
            self.sending.many(item.case_id)
        self.due.put_off(item, clock.now() + _TRY_AGAIN)

    def _ask_for_digest(self, item: DueItem) -> None:
        """Yesterday's is of no use to anybody; asked for before it is put off, so that none is lost."""
        now = clock.now()
        if localdate(item.at) == localdate(now):
            self.digests.ask(item.municipality, item.case_id, localdate(now))
        self.due.put_off(item, next_morning(now))

    def _tell(self, item: DueItem) -> None:
        logger.warning("overdue in triage", case_id=item.case_id)
        count("TriageOverdue")
        self.due.put_off(item, clock.now() + _TELL_AGAIN)


def _timed_out(file: CaseFile, item: DueItem) -> Change | None:
    if file.case.round != item.round or not reached_nobody(file):
        return None
    return send_to_triage(file.case, reason="timeout", event_id=clock.new_id(), now=clock.now())


def _is_overdue(file: CaseFile) -> bool:
    due = file.case.triage_due
    return file.case.triage_reason is not None and due is not None and due <= clock.now()
