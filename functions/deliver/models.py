"""What deliver answers."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel

from events import Envelope
from synpunkt.clock import to_iso
from synpunkt.stores.unsent import Unsent


class EventPage(BaseModel):
    """Events as they are pushed, too. `next`: the cursor for `after`."""

    events: list[Envelope]
    next: str


class UnsentOut(BaseModel):
    """A message that a sandbox would have sent. `case_id`: of which case it tells, if of one."""

    at: str
    channel: str
    to: str
    subject: str
    text: str
    case_id: str | None

    @classmethod
    def of(cls, unsent: Unsent) -> Self:
        """The message as it is told."""
        words = {name: getattr(unsent, name) for name in ("channel", "to", "subject", "text")}
        return cls(at=to_iso(unsent.at), case_id=unsent.case_id or None, **words)


class Outbox(BaseModel):
    """What nobody got, the newest first."""

    messages: list[UnsentOut]
