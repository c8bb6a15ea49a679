"""The link of a work mail: whom it lets in, to which case, and for how long: longer for who took the case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from functions.desk.cases.acting import Acting
from functions.desk.cases.checks import Changed, Check, Doer
from functions.desk.cases.handling_models import ResolveIn
from functions.desk.hand_over.handing import Handing
from synpunkt import clock
from synpunkt.http.problem import not_found
from synpunkt.identity import TokenMaker, normalise_reference
from synpunkt.letters import hand_over_errand
from synpunkt.lifecycle import Actor, Case, EventType, HandOver, Outcome, Returned, Status
from synpunkt.stores.cases import CaseFile, CaseStore

# Whoever took the case works with it for longer than there was to answer.
_KEPT = timedelta(days=400)
# Closed like this, the case is somebody else's, or nobody's.
_ELSEWHERE = frozenset({Outcome.NOT_RESPONSIBLE, Outcome.DUPLICATE, Outcome.WITHDRAWN})
_NOT_BEGUN = frozenset({Status.ROUTED, Status.DELIVERED})
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_HANDED = (EventType.CASE_ROUTED, EventType.CASE_HANDED_OVER, EventType.HAND_OVER_RETURNED)


class LinkState(StrEnum):
    """What a link that was once right is worth now."""

    OPEN = "open"
    EXPIRED = "expired"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Errand:
    """A case, and the sending of it (by its entry's sequence) that the link was made for.

    `version`: the case's, as whoever answers read it; `None` when they do not say.
    """

    file: CaseFile
    round: int
    state: LinkState
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Errands:
    """What the holder of such a link may do."""

    cases: CaseStore
    tokens: TokenMaker
    handing: Handing
    acting: Acting

    def find(self, reference: str, token: str | None) -> Errand | None:
        """The errand the token is for; `None` alike for a forged one, another case's, and a case that is not."""
        normal = normalise_reference(reference)
        case_id = self.cases.case_id_of(normal) if normal and token else None
        file = self.cases.load(case_id) if case_id else None
        if file is None or not token:
            return None
        rounds = [entry.sequence for entry in reversed(file.entries) if entry.type in _HANDED]
        for each in rounds:
            if self._opens(token, file.case, each, _LONG_AGO):
                return Errand(file, each, self._state(token, file.case, each))
        return None

    def open(self, reference: str, token: str | None) -> Errand:
        """The errand while something can be done with it. Raises `Problem` (404) otherwise."""
        errand = self.find(reference, token)
        if errand is None or errand.state is not LinkState.OPEN:
            raise not_found()
        return errand

    def accept(self, errand: Errand) -> None:
        """They take care of it."""
        self.handing.accept(errand.file.case.case_id, doer_of(errand), _still(errand))

    def give_back(self, errand: Errand, reason: str) -> None:
        """It is not theirs."""
        self.handing.give_back(errand.file.case.case_id, Returned.NOT_OURS, reason, doer_of(errand), _still(errand))

    def pass_on(self, errand: Errand, municipality: str, reason: str) -> None:
        """It is another municipality's."""
        self.handing.hand_over(errand.file.case.case_id, municipality, reason, doer_of(errand), _still(errand))

    def start(self, errand: Errand) -> None:
        """The work has begun."""
        self.acting.start_work(errand.file.case.case_id, doer_of(errand), _still(errand))

    def reply(self, errand: Errand, words: str) -> None:
        """An answer to the reporter."""
        self.acting.reply(errand.file.case.case_id, words, doer_of(errand), _still(errand))

    def ask(self, errand: Errand, words: str) -> None:
        """A question to the reporter."""
        self.acting.ask(errand.file.case.case_id, words, doer_of(errand), _still(errand))

    def done(self, errand: Errand, words: str | None) -> None:
        """It is done."""
        asked = ResolveIn(outcome="fixed", reply=words) if words else ResolveIn(outcome="fixed")
        self.acting.resolve(errand.file.case.case_id, asked, doer_of(errand), _still(errand))

    def reopen(self, errand: Errand) -> None:
        """It was not done after all."""
        self.acting.reopen(errand.file.case.case_id, None, doer_of(errand), _still(errand))

    def give_to_unit(self, errand: Errand, unit: str, words: str | None) -> None:
        """It is another unit's of the same municipality, which gets a mail; `words`: for colleagues alone."""
        case_id, doer = errand.file.case.case_id, doer_of(errand)
        self.acting.assign(case_id, unit, None, doer, _still(errand))
        if words:
            self.acting.add_note(case_id, words, doer, _still(replace(errand, version=None)))

    def _opens(self, token: str, case: Case, round_: int, now: datetime) -> bool:
        return self.tokens.opens_errand(token, case.case_id, case.token_version, hand_over_errand(round_), now)

    def _state(self, token: str, case: Case, round_: int) -> LinkState:
        offered = case.hand_over is HandOver.OFFERED
        if round_ != case.round or (case.status is Status.RESOLVED and (offered or case.outcome in _ELSEWHERE)):
            return LinkState.OUTDATED
        taken = case.hand_over is HandOver.ACCEPTED or (case.hand_over is None and case.status not in _NOT_BEGUN)
        longer = _KEPT if taken else timedelta(0)
        return LinkState.OPEN if self._opens(token, case, round_, clock.now() - longer) else LinkState.EXPIRED


def doer_of(errand: Errand) -> Doer:
    """Whoever holds the link: a body, or somebody at the municipality that has the case."""
    actor = Actor.BODY if errand.file.case.body else Actor.HANDLER
    return Doer(actor, f"link:{hand_over_errand(errand.round)}")


def _still(errand: Errand) -> Check:
    def check(file: CaseFile) -> None:
        if file.case.round != errand.round:
            raise Moved
        if errand.version is not None and file.case.version != errand.version:
            raise Changed(file, errand.version)

    return check


class Moved(Exception):
    """The case went on between the click and the writing: nothing was changed."""
