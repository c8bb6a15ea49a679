"""What is said waits for a moment, so that it can be undone: kept, undone, and sent exactly once or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from functions.desk.cases.checks import Check
from functions.desk.cases.commands import Commands, tried
from functions.desk.cases.photos import enclosed
from functions.desk.words.writers import Writers
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.http.enclosing import Enclosed, Enclosures
from synpunkt.identity import Caller
from synpunkt.lifecycle import Actor, By, Case, Change, EventType, Status
from synpunkt.sending_queue import SendingQueue
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.drafts import Draft, DraftStore
from synpunkt.stores.dynamo import ConditionFailed
from synpunkt.stores.sendings import Sending, SendingState, SendingStore

_ENDS = 3
# Written for one person as things stood; one answer to all leaves what each of them wrote to be read.
_TO_ONE = frozenset({"reply", "question", "plan", "resolve"})


# What a colleague told the reporter meanwhile: two who answer at once do not contradict each other.
_TELLS = frozenset({EventType.REPLY_POSTED, EventType.QUESTION_ASKED, EventType.CASE_PLANNED, EventType.CASE_RESOLVED})


class Stopped(Exception):
    """The case is not any more what the words were written for. `code`: why, for whoever wrote them."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sendings:
    """Keeps, undoes and sends. `delay`: how long there is to think again; `writers`: who may still say it then."""

    enclosures: Enclosures
    store: SendingStore
    drafts: DraftStore
    queue: SendingQueue
    delay: timedelta
    writers: Writers

    @property
    def cases(self) -> CaseStore:
        """The cases it is about."""
        return self.enclosures.cases

    def keep(self, case_id: str, act: str, fields: Mapping[str, Any], caller: Caller, check: Check) -> Sending:
        """What will be said in a moment, if it could be said now. Raises `Problem` otherwise.

        The same person's same act that still waits is refused: it is the same click again, also at the same moment.
        """
        file = self.cases.load(case_id)
        if file is None:
            raise KeyError(case_id)
        check(file)
        last = self.store.last(case_id, caller.caller_id, act)
        waiting = [each for each in self.store.of_case(case_id) if each.state is SendingState.WAITING]
        if any((each.by, each.act) == (caller.caller_id, act) for each in waiting):
            raise Problem(HTTPStatus.CONFLICT, "sending_waits")
        now = clock.now()
        tried(Commands(self.cases).of(act, fields), file, By(Actor.HANDLER, caller.caller_id, clock.new_id(), now))
        self.enclosures.check(file.case, _photos(case_id, fields))
        sending = self.written(file.case, clock.new_id(), act, fields, caller.caller_id)
        # Asked for first: a message about nothing does no harm, and words that nobody asks for wait for the sweep.
        self.queue.one(case_id, sending.sending_id, at=sending.send_at)
        try:
            self.store.write(self.store.begin(sending), self.store.alone(sending, last))
        except ConditionFailed as failed:
            raise Problem(HTTPStatus.CONFLICT, "sending_waits") from failed
        self.drafts.remove(case_id, caller.caller_id)
        return sending

    def written(
        self, case: Case, sending_id: str, act: str, fields: Mapping[str, Any], by: str, *, bulk_id: str | None = None
    ) -> Sending:
        """Words about the case as it stands, to be sent in a moment; not kept yet."""
        if case.municipality is None:
            raise KeyError(case.case_id)
        now = clock.now()
        return Sending(
            sending_id=sending_id,
            case_id=case.case_id,
            act=act,
            fields=fields,
            by=by,
            municipality=case.municipality,
            version=case.version,
            round=case.round,
            closed=case.status is Status.RESOLVED,
            created_at=now,
            send_at=now + self.delay,
            bulk_id=bulk_id,
        )

    def undo(self, case_id: str, sending_id: str) -> Sending:
        """It is not sent, or put away when it had been stopped; again is the same. Raises `Problem` when it was sent.

        Its words go back to whoever wrote them, unless they have begun anew.
        """
        for _ in range(_ENDS):
            sending = self.store.get(case_id, sending_id)
            if sending is None:
                raise Problem(HTTPStatus.NOT_FOUND, "sending_not_found")
            if sending.state is SendingState.SENT:
                raise Problem(HTTPStatus.CONFLICT, "sent_already")
            if sending.state is SendingState.UNDONE or self.end(sending, SendingState.UNDONE):
                return sending
        raise Problem(HTTPStatus.CONFLICT, "sent_already")

    def end(self, sending: Sending, state: SendingState, why: str | None = None) -> bool:
        """Says that it will not be sent, and gives the words back; `False` when somebody else was first."""
        item = self.store.end(sending, state, why=why)
        back = []
        if sending.state is SendingState.WAITING and sending.bulk_id is None:
            back = [self.drafts.restoring(sending.case_id, sending.by, _draft(sending))]
        try:
            self.store.write(item, *back)
        except ConditionFailed as failed:
            if 0 in failed.which:
                return False
            # They are writing something new already: that is theirs to keep.
            return self._ended(item)
        return True

    def _ended(self, item: Mapping[str, Any]) -> bool:
        try:
            self.store.write(item)
        except ConditionFailed:
            return False
        return True

    def send(self, sending: Sending) -> SendingState:
        """Does what was asked for, if the case is still what it was written for. Safe to repeat: it happens once."""
        if sending.state is not SendingState.WAITING:
            return sending.state
        event_id = clock.new_id()
        done: list[Change] = []
        may = self.writers.may(sending)

        def change(file: CaseFile) -> Change | None:
            _still(file, sending)
            if not may(file.case):
                raise Stopped("may_no_longer")
            by = By(Actor.HANDLER, sending.by, event_id, clock.now())
            made = tried(Commands(self.cases).of(sending.act, sending.fields), file, by)
            done[:] = [made] if made else []
            return made

        try:
            photos = _photos(sending.case_id, sending.fields)
            ended = self.store.end(sending, SendingState.SENT)
            self.enclosures.apply(sending.case_id, change, photos, extra=lambda: [ended])
            if not done:
                # Somebody has done it meanwhile, as opening a case that another has opened.
                self._ended(self.store.end(sending, SendingState.SENT))
        except ConditionFailed:
            return self._found(sending)
        except Stopped as stopped:
            return self._stop(sending, stopped.code)
        except Problem as problem:
            return self._stop(sending, problem.code)
        return SendingState.SENT

    def _stop(self, sending: Sending, why: str) -> SendingState:
        return SendingState.STOPPED if self.end(sending, SendingState.STOPPED, why) else self._found(sending)

    def _found(self, sending: Sending) -> SendingState:
        now = self.store.get(sending.case_id, sending.sending_id)
        return now.state if now else SendingState.UNDONE


def _still(file: CaseFile, sending: Sending) -> None:
    """Raises `Stopped` when the case went elsewhere, was closed or opened, or its reporter has written since."""
    case = file.case
    if (case.municipality, case.round) != (sending.municipality, sending.round) or case.body is not None:
        raise Stopped("case_moved")
    if sending.act in _TO_ONE:
        if any(each.sequence > sending.version and each.actor is Actor.CITIZEN for each in file.entries):
            raise Stopped("citizen_wrote")
        told = any(each.sequence > sending.version and each.type in _TELLS for each in file.entries)
        if told or (case.status is Status.RESOLVED) != sending.closed:
            raise Stopped("case_changed")


def _photos(case_id: str, fields: Mapping[str, Any]) -> Enclosed:
    return enclosed(fields.get("photos", ()), case_id, Actor.HANDLER)


def _draft(sending: Sending) -> Draft:
    # Photos lie where they were sent to; whoever writes it anew chooses them anew.
    fields = {name: str(value) for name, value in sending.fields.items() if name not in ("text", "photos")}
    return Draft(sending.act, str(sending.fields.get("text", "")), fields, clock.now())
