"""The same done to many cases: each its own command with its own check, and taken back where that is possible."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from functions.desk.cases.commands import Commands, tried
from functions.desk.words.sendings import Sendings
from synpunkt import clock
from synpunkt.errors import what_and_where
from synpunkt.http import Problem
from synpunkt.identity import Caller, Scope, canonical_fingerprint
from synpunkt.lifecycle import Actor, By, Case, Change
from synpunkt.stores.bulks import Bulk, BulkState, BulkStore
from synpunkt.stores.cases import CaseFile
from synpunkt.stores.dynamo import ConditionFailed
from synpunkt.stores.incidents import IncidentStore
from synpunkt.stores.sendings import Sending, SendingState

logger = Logger()

# Nobody outside notices these, so they happen at once; what is told to somebody waits, and can be undone as a whole.
AT_ONCE = frozenset({"assign", "priority", "note"})
INCIDENT_REPLY = "incident_reply"
# What is not begun by then is refused by name, long before the function itself is ended.
_TIME = timedelta(seconds=18)
# So many are done well within one run of the function.
AT_A_TIME = 25


@dataclass(frozen=True, slots=True)
class Rights:
    """What the caller may touch. `look`: a case by its id; `allowed`: again when it is written. Raise `Problem`."""

    look: Callable[[str], CaseFile]
    allowed: Callable[[Case], None]


@dataclass(frozen=True, slots=True)
class Bulks:
    """Begins, does step by step, and undoes. Safe to repeat: a case that has been done carries a mark that says so."""

    store: BulkStore
    sendings: Sendings
    incidents: IncidentStore

    # ---- asked for ---------------------------------------------------------------------------------------------

    def begin(
        self, caller: Caller, key: str, act: str, fields: Mapping[str, Any], case_ids: Sequence[str], rights: Rights
    ) -> Bulk:
        """What was asked for, with those it will not happen to; the same key is the same request. Raises `Problem`."""
        bulk = self._new(caller, key, act, fields, case_ids)
        if not self.store.begin(bulk):
            found = self._again(bulk)
            if found.state is not BulkState.PREPARING:
                return found
            bulk = found
        until = clock.now() + _TIME
        refused: dict[str, str] = {}
        municipalities: set[str] = set()
        for case_id in bulk.case_ids:
            try:
                municipalities.add(self._prepare(bulk, case_id, rights, until))
            except Problem as problem:
                refused[case_id] = problem.code
        return self._ready(bulk, refused, municipalities)

    def answer_all(self, caller: Caller, key: str, fields: Mapping[str, Any], incident_id: str, code: str) -> Bulk:
        """One answer to everybody who reported the same, in a moment."""
        told = {name: value for name, value in fields.items() if name != "with_private"}
        bulk = replace(
            self._new(caller, key, INCIDENT_REPLY, told, ()),
            fingerprint=canonical_fingerprint([incident_id, dict(fields)]),
            municipalities=(code,),
            state=BulkState.WAITING,
            incident_id=incident_id,
            with_private=bool(fields.get("with_private")),
        )
        self.sendings.queue.many(bulk.bulk_id, at=bulk.send_at)
        return bulk if self.store.begin(bulk) else self._again(bulk)

    def _new(self, caller: Caller, key: str, act: str, fields: Mapping[str, Any], case_ids: Sequence[str]) -> Bulk:
        now = clock.now()
        return Bulk(
            bulk_id=_id_of(caller.caller_id, key),
            by=caller.caller_id,
            act=act,
            fields=fields,
            fingerprint=canonical_fingerprint([act, dict(fields), list(case_ids)]),
            municipalities=(),
            case_ids=tuple(dict.fromkeys(case_ids)),
            created_at=now,
            send_at=now + self.sendings.delay,
            state=BulkState.PREPARING,
            refused={},
        )

    def _again(self, bulk: Bulk) -> Bulk:
        found = self.store.get(bulk.bulk_id)
        if found is None or found.fingerprint != bulk.fingerprint:
            raise Problem(HTTPStatus.CONFLICT, "idempotency_conflict")
        return found

    def _prepare(self, bulk: Bulk, case_id: str, rights: Rights, until: datetime) -> str:
        """One case: done, or kept to be done. Whose it is. Raises `Problem` when it cannot be."""
        if clock.now() > until:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_tried")
        file = rights.look(case_id)
        sending = self._part(bulk, file.case)
        if bulk.act in AT_ONCE:
            self._do_now(sending, rights)
        else:
            by = By(Actor.HANDLER, bulk.by, clock.new_id(), clock.now())
            tried(Commands(self.sendings.cases).of(bulk.act, bulk.fields), file, by)
            self._keep(sending)
        return sending.municipality

    def _part(self, bulk: Bulk, case: Case) -> Sending:
        made = self.sendings.written(case, bulk.bulk_id, bulk.act, bulk.fields, bulk.by, bulk_id=bulk.bulk_id)
        return replace(made, send_at=bulk.send_at)

    def _keep(self, sending: Sending) -> None:
        try:
            self.sendings.store.write(self.sendings.store.begin(sending))
        except ConditionFailed:
            # By the same request, before.
            return

    def _do_now(self, sending: Sending, rights: Rights) -> None:
        event_id = clock.new_id()
        mark = [sending]

        def change(file: CaseFile) -> Change | None:
            rights.allowed(file.case)
            by = By(Actor.HANDLER, sending.by, event_id, clock.now())
            before = _as_it_is(file.case)
            mark[:] = [replace(sending, state=SendingState.SENT, before=before)]
            return tried(Commands(self.sendings.cases).of(sending.act, sending.fields), file, by)

        try:
            self.sendings.cases.apply(sending.case_id, change, extra=lambda: [self.sendings.store.begin(mark[0])])
        except ConditionFailed:
            # By the same request, before.
            return

    def _ready(self, bulk: Bulk, refused: Mapping[str, str], municipalities: set[str]) -> Bulk:
        waits = bulk.act not in AT_ONCE and len(refused) < len(bulk.case_ids)
        ready = replace(
            bulk,
            refused=refused,
            municipalities=tuple(sorted(municipalities)),
            send_at=clock.now() + self.sendings.delay,
            state=BulkState.WAITING if waits else BulkState.DONE,
        )
        if waits:
            self.sendings.queue.many(bulk.bulk_id, at=ready.send_at)
        return ready if self.store.move(ready, BulkState.PREPARING) else self._again(bulk)

    # ---- done --------------------------------------------------------------------------------------------------

    def step(self, bulk_id: str, after: str | None, send: Callable[[Sending], None]) -> None:
        """The next cases, once its time has come, and a message for those that follow."""
        bulk = self.store.get(bulk_id)
        if bulk is not None and bulk.state is BulkState.PREPARING:
            self._abandon(bulk)
            return
        if bulk is not None and bulk.state is BulkState.WAITING:
            bulk = self._turned(bulk)
        if bulk is None:
            return
        if bulk.state is BulkState.UNDONE:
            self._put_away(bulk)
        if bulk.state is not BulkState.GOING:
            return
        found, last = self._next(bulk, after)
        for case_id in found:
            try:
                self.one(bulk_id, case_id, send)
            except Exception as error:
                logger.error("not said, tried again alone", case_id=case_id, extra=what_and_where(error))
                self.sendings.queue.one_of_many(bulk_id, case_id)
        if last is not None:
            self.sendings.queue.many(bulk_id, after=last)
        else:
            self.store.move(replace(bulk, state=BulkState.DONE), BulkState.GOING)

    def one(self, bulk_id: str, case_id: str, send: Callable[[Sending], None]) -> None:
        """One case of those. Raises whatever stopped it."""
        bulk = self.store.get(bulk_id)
        if bulk is None or bulk.state not in (BulkState.GOING, BulkState.DONE):
            return
        sending = self.sendings.store.get(case_id, bulk_id)
        if sending is None:
            file = self.sendings.cases.load(case_id)
            if file is None or bulk.incident_id is None or file.case.incident != bulk.incident_id:
                return
            sending = self._part(bulk, file.case)
            if sending.municipality not in bulk.municipalities:
                return
            self._keep(sending)
        send(sending)

    def _turned(self, bulk: Bulk) -> Bulk | None:
        """The switch, turned by us or by somebody else; `None` before its time."""
        if clock.now() < bulk.send_at:
            self.sendings.queue.many(bulk.bulk_id, at=bulk.send_at)
            return None
        going = replace(bulk, state=BulkState.GOING)
        return going if self.store.move(going, BulkState.WAITING) else self.store.get(bulk.bulk_id)

    def _next(self, bulk: Bulk, after: str | None) -> tuple[list[str], str | None]:
        """The ids of the next cases, and where those after them begin, if there may be any."""
        if bulk.incident_id is None:
            ids = [each for each in bulk.case_ids if each not in bulk.refused]
            start = ids.index(after) + 1 if after in ids else 0
            found = ids[start : start + AT_A_TIME]
            return found, found[-1] if start + AT_A_TIME < len(ids) else None
        incident = self.incidents.get(bulk.incident_id)
        if incident is None:
            return [], None
        members = self.incidents.members(incident, after=after, limit=AT_A_TIME, with_private=bulk.with_private)
        return [each.case_id for each in members], members[-1].key if len(members) == AT_A_TIME else None

    def _abandon(self, bulk: Bulk) -> None:
        """Whoever asked for it never heard of it, since we broke off: nothing more happens to any case."""
        found = (self.sendings.store.get(each, bulk.bulk_id) for each in bulk.case_ids)
        marks = {mark.case_id: mark for mark in found if mark}
        done = {each for each, mark in marks.items() if mark.state is SendingState.SENT}
        after = replace(
            bulk,
            state=BulkState.DONE if bulk.act in AT_ONCE else BulkState.UNDONE,
            refused={each: "not_tried" for each in bulk.case_ids if each not in done},
            municipalities=tuple(sorted({mark.municipality for mark in marks.values()})),
        )
        if self.store.move(after, BulkState.PREPARING):
            self._put_away(after)

    # ---- undone ------------------------------------------------------------------------------------------------

    def find(self, bulk_id: str, caller: Caller) -> Bulk:
        """One whose cases are all the caller's to deal with in bulk. Raises `Problem` (404) alike for all others."""
        bulk = self.store.get(bulk_id)
        may = bulk is not None and all(caller.may(Scope.BULK, code) for code in bulk.municipalities)
        if bulk is None or not may or not (bulk.municipalities or bulk.by == caller.caller_id):
            raise Problem(HTTPStatus.NOT_FOUND, "bulk_not_found")
        return bulk

    def undo(self, bulk: Bulk, caller: Caller, rights: Rights) -> Mapping[str, str | None]:
        """What became of each case: nothing to say when it is as before, or a code that says why it is not.

        What waits is cancelled as a whole, before anybody is told. An assignment, or a priority, goes back to what it
        was before, where nobody has changed that since. What somebody was told, and a note, stays.
        """
        if bulk.state is BulkState.WAITING and not self.store.move(
            replace(bulk, state=BulkState.UNDONE), BulkState.WAITING
        ):
            bulk = self.find(bulk.bulk_id, caller)
        elif bulk.state is BulkState.WAITING:
            bulk = replace(bulk, state=BulkState.UNDONE)
        ids = [each for each in bulk.case_ids if each not in bulk.refused]
        if bulk.state is BulkState.UNDONE:
            self._put_away(bulk)
            return dict.fromkeys(ids)
        if bulk.state is BulkState.PREPARING or bulk.incident_id is not None:
            raise Problem(HTTPStatus.CONFLICT, "sent_already" if bulk.incident_id else "not_in_this_state")
        return {each: self._undone(bulk, each, caller, rights) for each in ids}

    def _undone(self, bulk: Bulk, case_id: str, caller: Caller, rights: Rights) -> str | None:
        if bulk.act not in _PUT_BACK:
            return "note_stays" if bulk.act == "note" else "sent_already"
        mark = self.sendings.store.get(case_id, bulk.bulk_id)
        if mark is None or mark.before is None:
            # It was so before already.
            return None
        if mark.state is SendingState.UNDONE:
            return None
        try:
            return self._put_back(mark, mark.before, caller, rights)
        except Problem as problem:
            return problem.code
        except ConditionFailed:
            return None

    def _put_back(self, mark: Sending, before: Mapping[str, Any], caller: Caller, rights: Rights) -> str | None:
        event_id, names = clock.new_id(), _PUT_BACK[mark.act]
        fields = {name: before[name] for name in names}

        def change(file: CaseFile) -> Change | None:
            rights.allowed(file.case)
            if any(_as_it_is(file.case)[name] != mark.fields.get(name) for name in names):
                raise Problem(HTTPStatus.CONFLICT, "case_changed")
            by = By(Actor.HANDLER, caller.caller_id, event_id, clock.now())
            return tried(Commands(self.sendings.cases).of(mark.act, fields), file, by)

        ended = self.sendings.store.end(mark, SendingState.UNDONE)
        self.sendings.cases.apply(mark.case_id, change, extra=lambda: [ended])
        return None

    def _put_away(self, bulk: Bulk) -> None:
        for case_id in bulk.case_ids:
            sending = self.sendings.store.get(case_id, bulk.bulk_id)
            if sending is not None and sending.state is SendingState.WAITING:
                self.sendings.end(sending, SendingState.UNDONE)


# What an act changes that can be had again as it was.
_PUT_BACK: Mapping[str, tuple[str, ...]] = {"assign": ("team", "assignee"), "priority": ("priority",)}


def _as_it_is(case: Case) -> dict[str, str | None]:
    return {"team": case.team, "assignee": case.assignee, "priority": case.priority.value}


def _id_of(who: str, key: str) -> str:
    """The id that the same caller's same key always gives: 26 characters of a ULID's alphabet."""
    digest = hashlib.sha256(f"{who}#{key}".encode()).digest()[:16]
    plain = base64.b32hexencode(digest).decode().rstrip("=")
    return plain.translate(_CROCKFORD)


_CROCKFORD = str.maketrans("0123456789ABCDEFGHIJKLMNOPQRSTUV", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
