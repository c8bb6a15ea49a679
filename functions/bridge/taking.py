"""Takes what came in: reads the case, claims it, sends it, remembers its number, and tells Synpunkt."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from functions.bridge.adapters import Adapter, Case, NotSent, Receipt, Refused, Uncertain
from functions.bridge.claims import Claims, Held
from functions.bridge.edge import log, log_failure
from functions.bridge.following import Following
from functions.bridge.incoming import Asks, asked
from functions.bridge.synpunkt_api import Gone, Synpunkt

CLAIM_SECONDS = 180
"""Longer than a function lives: a claim that is older belongs to one that ended without a word."""


class Busy(Exception):
    """The same case is being sent right now; the message is a code."""

    is_code = True


@dataclass(frozen=True, slots=True)
class Taking:
    """`mine`: the municipalities whose cases are taken."""

    mine: Collection[str]
    claims: Claims
    adapter: Adapter
    synpunkt: Synpunkt
    following: Following
    now: Callable[[], float] = time.time

    def take(self, event: Mapping[str, Any]) -> None:
        """Does what the event asks. Raises when it has to come again."""
        found = asked(event, self.mine)
        if found.case_id is None or found.asks is Asks.NOTHING:
            return
        log("event", type=found.type, event_id=found.event_id, case_id=found.case_id, asks=found.asks.value)
        if found.asks is Asks.TAKE:
            self._take(found.case_id, found.again)
        else:
            self._follow(found.case_id, found.asks)

    def send_claimed(self, case: Case) -> None:
        """Sends a case that is claimed by us, and remembers what became of it.

        Raises `NotSent`, with the claim given back: it may be tried again.
        """
        try:
            receipt = self.adapter.send(case)
        except NotSent:
            self.claims.release(case.case_id)
            raise
        except Refused as error:
            self._failed(case, "refused", str(error), error.said)
        except Uncertain as error:
            self._failed(case, "unknown", str(error), error.said)
        except Exception as error:
            # What an adapter did not foresee: whether anything was made, nobody can say.
            log_failure("adapter", error)
            self._failed(case, "unknown", type(error).__name__, "")
        else:
            self._sent(case, receipt)

    def _take(self, case_id: str, again: int | None) -> None:
        if again is not None:
            self.claims.give_up(case_id, again)
        held = self.claims.find(case_id)
        if held is None:
            try:
                case = self.synpunkt.case(case_id)
            except Gone:
                log("case_gone", case_id=case_id)
                return
            if not self.claims.claim(case_id, case.reference, int(self.now())):
                raise Busy("claimed_by_another")
            self.send_claimed(case)
            held = self.claims.find(case_id)
        elif held.state == "claimed":
            self._left_behind(held)
        elif held.state == "sent" and held.open is None:
            self.claims.follow(case_id, on=True)
        if held is not None and held.state == "sent":
            self.following.tell(held)

    def _left_behind(self, held: Held) -> None:
        """Somebody claimed it and has not said what came of it: still at it, or ended in the middle."""
        if self.now() - held.claimed_at <= CLAIM_SECONDS:
            raise Busy("being_sent")
        self.claims.failed(held.case_id, "unknown", "unknown", "")
        log("outcome_unknown", case_id=held.case_id, code="no_outcome")

    def _follow(self, case_id: str, asks: Asks) -> None:
        held = self.claims.find(case_id)
        if held is None:
            return
        self.claims.follow(case_id, on=asks is Asks.FOLLOW_AGAIN or held.untold)
        if asks is Asks.FOLLOW_AGAIN and held.state == "sent":
            # Open311 has no way to open a request again, so somebody does it there.
            self.claims.attention(case_id, "reopened")
            log("reopened", case_id=case_id)

    def _failed(self, case: Case, state: str, code: str, said: str) -> None:
        self.claims.failed(case.case_id, state, state, said or code)
        log(f"outcome_{state}", case_id=case.case_id, code=code)

    def _sent(self, case: Case, receipt: Receipt) -> None:
        self.claims.sent(case.case_id, receipt.number, receipt.token)
        log("sent", case_id=case.case_id, numbered=int(receipt.number is not None))
