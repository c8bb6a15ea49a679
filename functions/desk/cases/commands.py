"""What can be said about and done to a case, as commands: the same at once, after a moment, and for many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from functions.desk.cases.handling_models import ResolveIn
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.identity import normalise_reference
from synpunkt.lifecycle import (
    By,
    Change,
    IllegalTransition,
    Outcome,
    Priority,
    Text,
    Visibility,
    acknowledge,
    add_note,
    ask,
    assign,
    plan,
    prioritise,
    reopen,
    reply,
    resolve,
    start_work,
)
from synpunkt.masking import text_beside
from synpunkt.stores.cases import CaseFile, CaseStore

_KNOWN = frozenset({"says_no_reply", "says_no_reason", "says_no_turn_to", "says_no_duplicate_of"})
_YEARS_AHEAD = 100
# A command for the case as it stands; `None` finds nothing left to do.
Command = Callable[[CaseFile, By], Change | None]


def replying(words: str, *, to_many: bool = False) -> Command:
    """An answer for everyone who may read the case."""
    return lambda file, by: reply(file.case, by, text=said(file, "reply", words), to_many=to_many)


def asking(words: str) -> Command:
    """A question to the reporter."""
    return lambda file, by: ask(file.case, by, text=said(file, "question", words))


def planning(until: date, words: str | None) -> Command:
    """It will be done by a day. Raises `Problem` for one that is past, or so far ahead that nobody can mean it."""
    today = clock.now().date()
    if until < today:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "date_is_past")
    if until.year > today.year + _YEARS_AHEAD:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "date_is_far")
    return lambda file, by: plan(file.case, by, until=until, text=said(file, "plan", words) if words else None)


def reopening(words: str | None) -> Command:
    """It was not done after all."""
    return lambda file, by: reopen(file.case, by, text=said(file, "reason", words) if words else None)


def noting(words: str) -> Command:
    """A note that nobody outside reads."""
    return lambda file, by: add_note(file.case, by, text=unsaid(file, "note", words))


def assigning(team: str | None, assignee: str | None) -> Command:
    """Who works on it."""
    return lambda file, by: assign(file.case, by, team=team, assignee=assignee)


def prioritising(priority: Priority) -> Command:
    """How soon it should be looked at."""
    return lambda file, by: prioritise(file.case, by, priority)


@dataclass(frozen=True, slots=True)
class Commands:
    """Makes the commands that need to look at other cases first, and any by its name."""

    cases: CaseStore

    def resolving(self, asked: ResolveIn, *, to_many: bool = False) -> Command:
        """The case closed. Raises `Problem` when the case that goes on is not one that everybody knows."""
        original = self._original(asked.duplicate_of) if asked.duplicate_of else None

        def command(file: CaseFile, by: By) -> Change:
            words = {"reply": asked.reply, "reason": asked.reason, "turn_to": asked.turn_to}
            texts = tuple(said(file, name, each) for name, each in words.items() if each)
            outcome = Outcome(asked.outcome)
            return resolve(file.case, by, outcome=outcome, texts=texts, duplicate_of=original, to_many=to_many)

        return command

    def of(self, act: str, fields: Mapping[str, Any]) -> Command:
        """The command of that name with what was said, as it came in. Raises `Problem` where it can be nobody's."""
        match act:
            case "acknowledge":
                return lambda file, by: acknowledge(file.case, by)
            case "start":
                return lambda file, by: start_work(file.case, by)
            case "assign":
                return assigning(fields.get("team"), fields.get("assignee"))
            case "priority":
                return prioritising(Priority(fields["priority"]))
            case "note":
                return noting(fields["text"])
            case "reply":
                return replying(fields["text"])
            case "question":
                return asking(fields["text"])
            case "plan":
                return planning(date.fromisoformat(fields["planned_for"]), fields.get("text"))
            case "reopen":
                return reopening(fields.get("text"))
            case "resolve":
                return self.resolving(ResolveIn.model_validate(fields))
            case "incident_reply":
                return self._to_all(fields)
        raise LookupError(f"nobody knows how to {act}")

    def _to_all(self, fields: Mapping[str, Any]) -> Command:
        """One answer to all who reported the same; a case that is closed already is answered and stays closed."""
        answering = replying(fields["text"], to_many=True)
        if "outcome" not in fields:
            return answering
        asked = ResolveIn.model_validate({"outcome": fields["outcome"], _SAID_AS[fields["outcome"]]: fields["text"]})
        closing = self.resolving(asked, to_many=True)
        return lambda file, by: (answering if file.case.outcome else closing)(file, by)

    def _original(self, reference: str) -> str:
        """The case that goes on, as everyone may know it: pointing at one that is not public would tell of it."""
        normal = normalise_reference(reference)
        case_id = self.cases.case_id_of(normal) if normal else None
        file = self.cases.load(case_id) if case_id else None
        if normal is None or file is None or file.case.visibility is not Visibility.PUBLIC or file.case.hidden:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "duplicate_unknown")
        return normal


# As what the one answer counts, so that each outcome says what it has to.
_SAID_AS = {"fixed": "reply", "answered": "reply", "no_action": "reason", "not_responsible": "turn_to"}


def tried(command: Command, file: CaseFile, by: By) -> Change | None:
    """What the command makes of the case. Raises `Problem` where it may not happen, by name."""
    try:
        return command(file, by)
    except IllegalTransition as error:
        if error.reason in _KNOWN:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.reason) from error
        raise Problem(HTTPStatus.CONFLICT, "not_in_this_state") from error


def said(file: CaseFile, name: str, words: str) -> Text:
    """Words for the reporter, and masked for everybody else where the case is public."""
    return text_beside(file.case.version + 1, name, words, file.case.visibility)


def unsaid(file: CaseFile, name: str, words: str) -> Text:
    """Words that nobody outside reads."""
    return Text(file.case.version + 1, name, words, "", Visibility.PRIVATE)
