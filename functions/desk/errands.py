"""The link of a hand-over's mail: whom it lets in, to which case, and for how long: longer for who took the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from functions.desk.handing import Check, Doer, Handing
from synpunkt import clock
from synpunkt.http.problem import not_found
from synpunkt.identity import TokenMaker, normalise_reference
from synpunkt.letters import hand_over_errand
from synpunkt.lifecycle import Actor, Case, EventType, HandOver, Returned, Status
from synpunkt.stores.cases import CaseFile, CaseStore

# Whoever took the case works with it for longer than there was to answer.
_KEPT = timedelta(days=400)
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_HANDED = (EventType.CASE_ROUTED, EventType.CASE_HANDED_OVER, EventType.HAND_OVER_RETURNED)


class LinkState(StrEnum):
    """What a link that was once right is worth now."""

    OPEN = "open"
    EXPIRED = "expired"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Errand:
    """A case, and the hand-over (by its entry's sequence) that the link was made for."""

    file: CaseFile
    round: int
    state: LinkState


@dataclass(frozen=True, slots=True)
class Errands:
    """What the holder of such a link may do."""

    cases: CaseStore
    tokens: TokenMaker
    handing: Handing

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

    def _opens(self, token: str, case: Case, round_: int, now: datetime) -> bool:
        return self.tokens.opens_errand(token, case.case_id, case.token_version, hand_over_errand(round_), now)

    def _state(self, token: str, case: Case, round_: int) -> LinkState:
        if round_ != case.round or case.status is Status.RESOLVED:
            return LinkState.OUTDATED
        longer = _KEPT if case.hand_over is HandOver.ACCEPTED else timedelta(0)
        return LinkState.OPEN if self._opens(token, case, round_, clock.now() - longer) else LinkState.EXPIRED


def doer_of(errand: Errand) -> Doer:
    """Whoever holds the link: a body, or somebody at the municipality that has the case."""
    actor = Actor.BODY if errand.file.case.body else Actor.HANDLER
    return Doer(actor, f"link:{hand_over_errand(errand.round)}")


def _still(errand: Errand) -> Check:
    def check(file: CaseFile) -> None:
        if file.case.round != errand.round:
            raise Moved

    return check


class Moved(Exception):
    """The case went on between the click and the writing: nothing was changed."""
