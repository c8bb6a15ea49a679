"""Working on a case: what those who have it say, decide and do, one use case for keys and logins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from functions.desk.handing import Check, Doer
from functions.desk.handling_models import ResolveIn
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.identity import normalise_reference
from synpunkt.lifecycle import (
    By,
    Case,
    Change,
    IllegalTransition,
    Outcome,
    Text,
    Visibility,
    acknowledge,
    add_note,
    ask,
    assign,
    hide,
    number,
    plan,
    reopen,
    reply,
    resolve,
    show,
    start_work,
)
from synpunkt.masking import text_beside
from synpunkt.stores.cases import CaseFile, CaseStore

_KNOWN = frozenset({"says_no_reply", "says_no_reason", "says_no_turn_to", "says_no_duplicate_of"})
# A command for the case as it stands; `None` finds nothing left to do.
Command = Callable[[CaseFile, By], Change | None]


@dataclass(frozen=True, slots=True)
class Acting:
    """Every command looks at the case as it stands when it is written: two at once never overwrite each other."""

    cases: CaseStore

    def acknowledge(self, case_id: str, doer: Doer, check: Check) -> Case:
        """Somebody has opened it."""
        return self._apply(case_id, doer, check, lambda file, by: acknowledge(file.case, by))

    def start_work(self, case_id: str, doer: Doer, check: Check) -> Case:
        """The work has begun."""
        return self._apply(case_id, doer, check, lambda file, by: start_work(file.case, by))

    def assign(self, case_id: str, team: str | None, assignee: str | None, doer: Doer, check: Check) -> Case:
        """Who works on it."""
        return self._apply(case_id, doer, check, lambda file, by: assign(file.case, by, team=team, assignee=assignee))

    def reply(self, case_id: str, words: str, doer: Doer, check: Check) -> Case:
        """An answer for everyone who may read the case."""
        return self._apply(
            case_id, doer, check, lambda file, by: reply(file.case, by, text=_said(file, "reply", words))
        )

    def add_note(self, case_id: str, words: str, doer: Doer, check: Check) -> Case:
        """A note among those who have the case."""
        return self._apply(
            case_id, doer, check, lambda file, by: add_note(file.case, by, text=_unsaid(file, "note", words))
        )

    def ask(self, case_id: str, words: str, doer: Doer, check: Check) -> Case:
        """A question to the reporter."""
        return self._apply(
            case_id, doer, check, lambda file, by: ask(file.case, by, text=_said(file, "question", words))
        )

    def plan(self, case_id: str, until: date, words: str | None, doer: Doer, check: Check) -> Case:
        """It will be done by a day. Raises `Problem` for one that is past."""
        if until < clock.now().date():
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "date_is_past")

        def command(file: CaseFile, by: By) -> Change:
            return plan(file.case, by, until=until, text=_said(file, "plan", words) if words else None)

        return self._apply(case_id, doer, check, command)

    def resolve(self, case_id: str, asked: ResolveIn, doer: Doer, check: Check) -> Case:
        """The case closed. Raises `Problem` when what the outcome has to say is missing."""
        original = self._original(asked.duplicate_of) if asked.duplicate_of else None

        def command(file: CaseFile, by: By) -> Change:
            words = {"reply": asked.reply, "reason": asked.reason, "turn_to": asked.turn_to}
            texts = tuple(_said(file, name, said) for name, said in words.items() if said)
            return resolve(file.case, by, outcome=Outcome(asked.outcome), texts=texts, duplicate_of=original)

        return self._apply(case_id, doer, check, command)

    def reopen(self, case_id: str, words: str | None, doer: Doer, check: Check) -> Case:
        """It was not done after all."""
        return self._apply(
            case_id,
            doer,
            check,
            lambda file, by: reopen(file.case, by, text=_said(file, "reason", words) if words else None),
        )

    def hide(self, case_id: str, words: str, doer: Doer, check: Check) -> Case:
        """Only those concerned see it from now on."""
        return self._apply(
            case_id, doer, check, lambda file, by: hide(file.case, by, reason=_unsaid(file, "reason", words))
        )

    def show(self, case_id: str, doer: Doer, check: Check) -> Case:
        """It is seen as before it was hidden."""
        return self._apply(case_id, doer, check, lambda file, by: show(file.case, by))

    def number(self, case_id: str, foreign_number: str, doer: Doer, check: Check) -> Case:
        """Its number in the municipality's own system."""
        return self._apply(case_id, doer, check, lambda file, by: number(file.case, by, foreign_number=foreign_number))

    def _original(self, reference: str) -> str:
        """The case that goes on, as everyone may know it: pointing at one that is not public would tell of it."""
        normal = normalise_reference(reference)
        case_id = self.cases.case_id_of(normal) if normal else None
        file = self.cases.load(case_id) if case_id else None
        if normal is None or file is None or file.case.visibility is not Visibility.PUBLIC or file.case.hidden:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "duplicate_unknown")
        return normal

    def _apply(self, case_id: str, doer: Doer, check: Check, command: Command) -> Case:
        event_id = clock.new_id()

        def change(file: CaseFile) -> Change | None:
            check(file)
            try:
                return command(file, By(doer.actor, doer.by, event_id, clock.now()))
            except IllegalTransition as error:
                if error.reason in _KNOWN:
                    raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.reason) from error
                raise Problem(HTTPStatus.CONFLICT, "not_in_this_state") from error

        return self.cases.apply(case_id, change)


def _said(file: CaseFile, name: str, words: str) -> Text:
    return text_beside(file.case.version + 1, name, words, file.case.visibility)


def _unsaid(file: CaseFile, name: str, words: str) -> Text:
    """Words that nobody outside reads."""
    return Text(file.case.version + 1, name, words, "", Visibility.PRIVATE)
