"""Deciding what may be seen: of a case, of its photos, and of whoever reported it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from functions.desk.cases.checks import Check, Doer
from functions.desk.privacy.privacy_models import MaskIn, PublishIn
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.lifecycle import (
    By,
    Change,
    IllegalTransition,
    Photo,
    Text,
    Visibility,
    ask_for_mask,
    hide_photo,
    lift_protection,
    protect,
    review,
    show_photo,
)
from synpunkt.said import PROTECTION
from synpunkt.stores.cases import CaseFile, CaseStore

# The command's word for why not, and ours.
_REFUSED = {
    "protected": "case_protected",
    "protected_elsewhere": "protected_elsewhere",
    "private": "case_is_private",
    "too_many_boxes": "too_many_boxes",
}
# A transaction holds a hundred items; whoever publishes again releases the rest.
_MOST_TEXTS = 80


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Every command looks at the case as it stands when it is written."""

    cases: CaseStore

    def publish(self, case_id: str, asked: PublishIn, doer: Doer, check: Check) -> None:
        """The case is shown to everyone, with the words that were held, or to nobody but those concerned."""
        visibility = Visibility(asked.visibility)

        def command(file: CaseFile, by: By) -> Change | None:
            public = visibility is Visibility.PUBLIC
            held = [each for each in file.texts if public and each.visibility is Visibility.HELD]
            change = review(file.case, by, visibility=visibility, texts=tuple(held[:_MOST_TEXTS]))
            return _because(file, change, asked.reason)

        self._apply(case_id, doer, check, command)

    def protect(self, case_id: str, on: bool, reason: str, doer: Doer, check: Check) -> None:
        """Who reported it is protected from now on, or no longer."""
        act = protect if on else lift_protection
        self._apply(case_id, doer, check, lambda file, by: act(file.case, by, reason=_unsaid(file, PROTECTION, reason)))

    def mask(self, case_id: str, photo_id: str, asked: MaskIn, doer: Doer, check: Check) -> None:
        """The photo will be drawn anew with those parts covered, and is shown to nobody outside until then."""
        boxes = tuple(each.box() for each in asked.boxes)

        def command(file: CaseFile, by: By) -> Change:
            return ask_for_mask(file.case, by, photo=_photo(file, photo_id), boxes=boxes)

        self._apply(case_id, doer, check, command)

    def hide(self, case_id: str, photo_id: str, reason: str, doer: Doer, check: Check) -> None:
        """The photo taken away."""

        def command(file: CaseFile, by: By) -> Change | None:
            return hide_photo(file.case, by, photo=_photo(file, photo_id), reason=_unsaid(file, "reason", reason))

        self._apply(case_id, doer, check, command)

    def show(self, case_id: str, photo_id: str, reason: str | None, doer: Doer, check: Check) -> None:
        """The photo released, or put back."""

        def command(file: CaseFile, by: By) -> Change | None:
            return _because(file, show_photo(file.case, by, photo=_photo(file, photo_id)), reason)

        self._apply(case_id, doer, check, command)

    def _apply(self, case_id: str, doer: Doer, check: Check, command: Callable[[CaseFile, By], Change | None]) -> None:
        event_id = clock.new_id()

        def change(file: CaseFile) -> Change | None:
            check(file)
            try:
                return command(file, By(doer.actor, doer.by, event_id, clock.now()))
            except IllegalTransition as error:
                code = _REFUSED.get(error.reason, "not_in_this_state")
                raise Problem(HTTPStatus.CONFLICT, code) from error

        self.cases.apply(case_id, change)


def _photo(file: CaseFile, photo_id: str) -> Photo:
    photo = file.photo(photo_id)
    if photo is None:
        raise Problem(HTTPStatus.NOT_FOUND, "photo_unknown")
    return photo


def _unsaid(file: CaseFile, name: str, words: str) -> Text:
    """Words that nobody outside reads."""
    return Text(file.case.version + 1, name, words, "", Visibility.PRIVATE)


def _because(file: CaseFile, change: Change | None, reason: str | None) -> Change | None:
    if change is None or reason is None:
        return change
    return replace(change, texts=(*change.texts, _unsaid(file, "reason", reason)))
