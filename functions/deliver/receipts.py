"""What a push says about a case: who took the event by which a case is given has it; who never did has not."""

from __future__ import annotations

from dataclasses import dataclass

from events import Envelope
from synpunkt import clock
from synpunkt.lifecycle import Accepted, Change, Status, fail_delivery, succeed_delivery
from synpunkt.push import SENT_TYPES, recipient
from synpunkt.stores.cases import CaseFile, CaseStore

_CHANNEL = "push"


@dataclass(frozen=True, slots=True)
class Receipts:
    """Writes it to the case. Safe to repeat: the case knows who has it, and of which sending an event tells."""

    cases: CaseStore

    def arrived(self, subscription_id: str, event: Envelope) -> None:
        """The subscriber answered that it has the event."""
        if event.type not in SENT_TYPES:
            return
        accepted = [Accepted(_CHANNEL, recipient(subscription_id), event.event_id)]

        def change(file: CaseFile) -> Change | None:
            if not _current(file, event):
                return None
            return succeed_delivery(file.case, accepted=accepted, event_id=clock.new_id(), now=clock.now())

        self.cases.apply(event.case_id, change)

    def not_reached(self, subscription_id: str, event: Envelope) -> None:
        """The subscriber could not be reached for a day, or is none any more: the next in the chain is tried."""
        if event.type in SENT_TYPES:
            self.cases.apply(event.case_id, lambda file: _not_reached(file, subscription_id, event))

    def given_back(self, subscription_id: str, case_id: str) -> None:
        """The subscription has ended while the case waited for it: the next in the chain is tried."""
        self.cases.apply(case_id, lambda file: _not_reached(file, subscription_id, None))


def _not_reached(file: CaseFile, subscription_id: str, event: Envelope | None) -> Change | None:
    to = recipient(subscription_id)
    if to in file.case.accepted_by or not _current(file, event):
        return None
    return fail_delivery(
        file.case,
        recipient=to,
        channel=_CHANNEL,
        reason="unreachable",
        event_id=clock.new_id(),
        now=clock.now(),
    )


def _current(file: CaseFile, event: Envelope | None) -> bool:
    """Whether it is about the case as it was last sent, and the case is open."""
    return file.case.status is not Status.RESOLVED and (event is None or event.sequence == file.case.round)
