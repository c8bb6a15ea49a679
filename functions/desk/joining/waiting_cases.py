"""Working through the cases that wait for a municipality, some at a time: each step asks for the next."""

from __future__ import annotations

from dataclasses import dataclass

from aws_lambda_powertools import Logger

from synpunkt.errors import what_and_where
from synpunkt.lifecycle import Because
from synpunkt.triage import Triage
from synpunkt.waiting import WaitingQueue

logger = Logger()

# So many are done well within one run of the function.
AT_A_TIME = 25


@dataclass(frozen=True, slots=True)
class WaitingCases:
    """Sends waiting cases on. Safe to repeat: what no longer waits is left alone."""

    triage: Triage
    queue: WaitingQueue

    def step(self, municipality: str, because: Because, after: str | None) -> None:
        """The next cases, the oldest first, and a message for those that follow.

        A case that cannot be sent on now gets a message of its own: it is tried again, kept in the end, and holds up
        nobody else.
        """
        found = self.triage.cases.list_waiting(municipality, after=after, limit=AT_A_TIME)
        for case_id in found:
            try:
                self.one(case_id, municipality, because)
            except Exception as error:
                logger.error("not sent on, tried again alone", case_id=case_id, extra=what_and_where(error))
                self.queue.send(municipality, because, case_id=case_id)
        if len(found) == AT_A_TIME:
            self.queue.send(municipality, because, after=found[-1])

    def one(self, case_id: str, municipality: str, because: Because) -> None:
        """One case. Raises whatever stopped it."""
        case = self.triage.send_waiting(case_id, municipality, because)
        logger.info("waiting case looked at", case_id=case_id, round=case.round, because=because.value)
