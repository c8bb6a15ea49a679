"""What waited is sent when its time has come: one by one, and step by step for many."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from aws_lambda_powertools import Logger

from functions.desk.many.bulks import Bulks
from functions.desk.many.incidents import Incidents
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.lifecycle import Case
from synpunkt.stores.sendings import Sending, SendingState

logger = Logger()


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends. Safe to repeat: what was sent, undone or stopped is left alone."""

    bulks: Bulks
    incidents: Incidents

    def one(self, case_id: str, sending_id: str) -> None:
        """One that somebody wrote about one case. Too early, it is asked for again."""
        sendings = self.bulks.sendings
        sending = sendings.store.get(case_id, sending_id)
        if sending is None:
            # Asked for, and never kept: whoever wrote it was told so.
            logger.info("nothing to send", case_id=case_id)
            return
        if sending.state is SendingState.WAITING and clock.now() < sending.send_at:
            sendings.queue.one(case_id, sending_id, at=sending.send_at)
            return
        self._send(sending)

    def step(self, bulk_id: str, after: str | None) -> None:
        """The next cases of many."""
        self.bulks.step(bulk_id, after, self._send)

    def one_of_many(self, bulk_id: str, case_id: str) -> None:
        """One case of many, again and alone."""
        self.bulks.one(bulk_id, case_id, self._send)

    def _send(self, sending: Sending) -> None:
        state = self.bulks.sendings.send(sending)
        logger.info("sent" if state is SendingState.SENT else "not sent", case_id=sending.case_id, state=state.value)
        if state is SendingState.SENT and sending.act == "resolve" and sending.fields.get("link"):
            self._link(sending)

    def _link(self, sending: Sending) -> None:
        """A duplicate joins the other's incident."""

        may = self.bulks.sendings.writers.may(sending)

        def allowed(case: Case) -> None:
            if not may(case):
                raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
            if case.body is not None:
                raise Problem(HTTPStatus.CONFLICT, "not_in_this_state")

        self.incidents.join_original(sending.case_id, sending.fields["duplicate_of"], sending.by, allowed)
