"""What the reporter does with a case of theirs: adds something, says whether it is fixed, takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from functions.cases.view import Reader
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.http.enclosing import Enclosed, Enclosures
from synpunkt.identity import Purpose, is_valid_key
from synpunkt.lifecycle import (
    Actor,
    By,
    Change,
    EventType,
    IllegalTransition,
    Outcome,
    Status,
    Text,
    Visibility,
    answer,
    give_feedback,
    reopen,
    resolve,
)
from synpunkt.masking import text_beside
from synpunkt.stores.cases import CaseFile

NO_PHOTOS = Enclosed((), "", Actor.CITIZEN)
# Photos come when the network allows, and say nothing by themselves.
_OF_PHOTOS = frozenset({EventType.PHOTO_ATTACHED, EventType.PHOTO_REJECTED})
_OF_THE_REPORTER = frozenset({EventType.CITIZEN_REPLIED, EventType.FEEDBACK_GIVEN, EventType.CASE_REOPENED})


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The reporter's commands. Doing the same twice, as by a second click, is done once."""

    enclosures: Enclosures

    def add(self, file: CaseFile, reader: Reader, words: str, photos: Enclosed = NO_PHOTOS) -> None:
        """Tells those who have the case something more, or answers what they asked."""

        def command(latest: CaseFile, by: By) -> Change | None:
            if _said_last(latest, words) and not self.enclosures.any_new(photos):
                return None
            return answer(latest.case, by, text=_private(latest, "answer", words))

        self._apply(file, reader, command, photos)

    def say_fixed(self, file: CaseFile, reader: Reader) -> None:
        """It is fixed, says who reported it."""

        def command(latest: CaseFile, by: By) -> Change | None:
            said = latest.entries[-1].type is EventType.FEEDBACK_GIVEN
            return None if said else give_feedback(latest.case, by, fixed=True)

        self._apply(file, reader, command)

    def say_not_fixed(self, file: CaseFile, reader: Reader, words: str | None, photos: Enclosed = NO_PHOTOS) -> None:
        """It is not fixed, so it is open again."""

        def command(latest: CaseFile, by: By) -> Change | None:
            if latest.case.status is Status.REOPENED:
                # Somebody was first; what is still wrong is worth knowing all the same.
                again = words is None or (_said_last(latest, words) and not self.enclosures.any_new(photos))
                return None if again else answer(latest.case, by, text=_private(latest, "answer", words or ""))
            return reopen(latest.case, by, text=_private(latest, "answer", words) if words else None)

        self._apply(file, reader, command, photos)

    def withdraw(self, file: CaseFile, reader: Reader) -> None:
        """They take it back; what has been written stays."""

        def command(latest: CaseFile, by: By) -> Change | None:
            if latest.case.outcome is Outcome.WITHDRAWN:
                return None
            return resolve(latest.case, by, outcome=Outcome.WITHDRAWN)

        self._apply(file, reader, command)

    def _apply(
        self,
        file: CaseFile,
        reader: Reader,
        command: Callable[[CaseFile, By], Change | None],
        photos: Enclosed = NO_PHOTOS,
    ) -> None:
        if reader.purpose is not Purpose.REPORTER:
            raise Problem(HTTPStatus.FORBIDDEN, "only_the_reporter")
        event_id = clock.new_id()

        def change(latest: CaseFile) -> Change | None:
            try:
                return command(latest, By(Actor.CITIZEN, None, event_id, clock.now()))
            except IllegalTransition as error:
                raise Problem(HTTPStatus.CONFLICT, "not_in_this_state") from error

        self.enclosures.apply(file.case.case_id, change, photos)


def enclosed(upload_ids: Sequence[str], key: str | None) -> Enclosed:
    """Photos to go with what the reporter says. Raises `Problem` (400) for photos without the key of their uploads."""
    if upload_ids and not (key and is_valid_key(key)):
        raise Problem(HTTPStatus.BAD_REQUEST, "idempotency_key_missing")
    return Enclosed(upload_ids, key or "", Actor.CITIZEN)


def _private(file: CaseFile, name: str, words: str) -> Text:
    """For those who have the case: a conversation is nobody else's."""
    return text_beside(file.case.version + 1, name, words, Visibility.PRIVATE)


def _said_last(file: CaseFile, words: str) -> bool:
    last = next(each for each in reversed(file.entries) if each.type not in _OF_PHOTOS)
    said = file.text_at(last.sequence, "answer") if last.type in _OF_THE_REPORTER else None
    return said is not None and said.full == words
