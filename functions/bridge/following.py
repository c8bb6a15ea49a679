"""Follows what a back office does with its cases, and tells Synpunkt: asked by the clock, or said by `POST /status`."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from functions.bridge.adapters import Adapter, NotSent, Refused, Uncertain
from functions.bridge.asking import ask, questions
from functions.bridge.claims import NOT_ALLOWED, Claims, Held
from functions.bridge.edge import log, metrics
from functions.bridge.mapping import Mapping as StatusMapping
from functions.bridge.mapping import Meaning
from functions.bridge.synpunkt_api import Later, NotAllowed, SaidNo, Synpunkt

LEFT_SECONDS = 65
"""So much of a run's time is kept for what it has begun: three requests to Synpunkt."""
LEFT_BEHIND_SECONDS = 900
"""After that a claim's function has ended, and its message has not come again."""
NUMBER_REFUSED = "number_refused"
ATTENTION = ("unknown", "refused", NUMBER_REFUSED, "unmapped", "not_taken", NOT_ALLOWED, "reopened")
_FAILED = (NotSent, Refused, Uncertain)


@dataclass(frozen=True, slots=True)
class Following:
    """`mapping`: what the back office's words mean."""

    claims: Claims
    adapter: Adapter
    synpunkt: Synpunkt
    mapping: StatusMapping
    now: Callable[[], float] = time.time

    def run(self, most: int, seconds_left: Callable[[], float]) -> None:
        """Looks at `most` open cases at the most, those first that were not looked at for longest.

        A third of the time is for tokens, a third for statuses, and what is left for telling, however slow somebody is.
        """
        due, spare = self.claims.due(most), seconds_left() - LEFT_SECONDS
        looked, failed = self._ask_for_numbers(due, lambda: seconds_left() - LEFT_SECONDS >= spare * 2 / 3)
        words, could_not = self._words(due, lambda: seconds_left() - LEFT_SECONDS >= spare / 3)
        failed += could_not
        for held in due:
            if seconds_left() < LEFT_SECONDS:
                break
            if held.token and held.case_id not in looked:
                # Its turn is still to come, before those whose tokens were asked for now.
                continue
            failed += not self._looked_at(held, words.get(held.number or ""))
            looked.add(held.case_id)
        asking = sum(len(self.claims.needing_attention(code, 100)) for code in ATTENTION)
        metrics("followed", looked=len(looked), failed=failed, attention=asking)

    def tell(self, held: Held) -> None:
        """Tells Synpunkt what it does not know of the case yet. Raises `Later`."""
        try:
            self._tell(held)
        except NotAllowed as error:
            # Tried again at each look, so that a better key is enough to put it right.
            self.claims.attention_if_none(held.case_id, NOT_ALLOWED, str(error))
            log(NOT_ALLOWED, case_id=held.case_id, code=str(error))
        else:
            if held.attention == NOT_ALLOWED:
                self.claims.over(held.case_id, NOT_ALLOWED)

    def _tell(self, held: Held) -> None:
        if held.number is not None and not held.number_told:
            self._tell_number(held, held.number)
        if held.heard is None or held.heard_no <= held.told_no:
            return
        meaning = self.mapping.of(held.heard)
        if meaning is None:
            # Tried again at each look, so that a longer document is enough to put it right.
            self.claims.attention(held.case_id, "unmapped", held.heard)
            log("unmapped", case_id=held.case_id)
            return
        refused = self._said_no(held, meaning, f"status:{held.heard_no}") if meaning.update() else None
        self.claims.told(held, closed=meaning.closes and refused is None)
        if refused is not None:
            self.claims.attention(held.case_id, "not_taken", refused)

    def _looked_at(self, held: Held, word: str | None) -> bool:
        """Whether it went well with one case; whatever happens, the others get their turn."""
        now = int(self.now())
        if held.state == "claimed" and now - held.claimed_at > LEFT_BEHIND_SECONDS:
            self.claims.failed(held.case_id, "unknown", "unknown", "")
            log("outcome_unknown", case_id=held.case_id, code="no_outcome")
        elif word is not None and word != held.heard and (not held.untold or held.attention == "unmapped"):
            # What was pushed is told before the next word counts; and what is pushed meanwhile is newer than ours.
            self.claims.hear(held, word)
        self.claims.looked(held.case_id, now)
        current = self.claims.find(held.case_id)
        if current is None or current.state != "sent":
            return True
        try:
            self.tell(current)
        except Later as error:
            log("not_told", case_id=held.case_id, code=str(error))
            return False
        self._rest(held.case_id)
        return True

    def _rest(self, case_id: str) -> None:
        """Nothing will come of looking again where the back office cannot be asked and all has been told."""
        held = self.claims.find(case_id)
        if held is not None and not held.untold and not held.token and not self.adapter.follows:
            self.claims.follow(case_id, on=False)

    def _ask_for_numbers(self, due: Iterable[Held], is_time: Callable[[], bool]) -> tuple[set[str], int]:
        """The cases whose tokens were asked for, and how often it went wrong."""
        asked: set[str] = set()
        failed = 0
        for held in due:
            if not held.token:
                continue
            if not is_time():
                break
            # Before the answer, which may never come: the next run begins with another.
            self.claims.looked(held.case_id, int(self.now()))
            asked.add(held.case_id)
            try:
                number = self.adapter.number_of(held.token or "")
            except _FAILED as error:
                log("not_answered", case_id=held.case_id, code=str(error))
                failed += 1
                continue
            if number is not None:
                self.claims.numbered(held.case_id, number)
        return asked, failed

    def _words(self, due: Collection[Held], is_time: Callable[[], bool]) -> tuple[Mapping[str, str], int]:
        """The back office's words, and how often it went wrong.

        A number that it will not be asked for is left to a person, and asked for by itself until it is answered.
        """
        if not self.adapter.follows:
            return {}, 0
        apart = {each.number for each in due if each.number and each.attention == NUMBER_REFUSED}
        together = {each.number: None for each in due if each.number and each.number not in apart}
        heard = ask(self.adapter.statuses, questions(list(together), apart), is_time)
        if not heard.answered:
            # Where everything is refused, it is not the numbers: the key, say, or the address.
            return {}, heard.failed + len(heard.refused.keys() - apart)
        for held in due:
            if held.number in heard.answered and held.number in apart:
                self.claims.over(held.case_id, NUMBER_REFUSED)
            elif held.number in heard.refused and held.attention is None:
                self.claims.attention_if_none(held.case_id, NUMBER_REFUSED, heard.refused[held.number])
                log(NUMBER_REFUSED, case_id=held.case_id)
        return heard.words, heard.failed

    def _tell_number(self, held: Held, number: str) -> None:
        """The number, with what `sent` means; the number alone when the case is past that."""
        said = {"foreign_number": number}
        meaning = self.mapping.sent.update()
        for body, once in ((said | meaning, "sent"), (said, "number")):
            try:
                self.synpunkt.update(held.case_id, body, f"{once}:{number}")
            except SaidNo as error:
                refused = str(error)
                continue
            self.claims.number_told(held.case_id, number)
            return
        self.claims.number_told(held.case_id, number)
        self.claims.attention(held.case_id, "not_taken", refused)
        log("not_taken", case_id=held.case_id, code=refused)

    def _said_no(self, held: Held, meaning: Meaning, once: str) -> str | None:
        try:
            self.synpunkt.update(held.case_id, meaning.update(), once)
        except SaidNo as error:
            log("not_taken", case_id=held.case_id, code=str(error))
            return str(error)
        log("told", case_id=held.case_id, status=meaning.status)
        return None
