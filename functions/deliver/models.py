"""What deliver answers."""

from __future__ import annotations

from pydantic import BaseModel

from events import Envelope


class EventPage(BaseModel):
    """Events as they are pushed, too. `next`: the cursor for `after`."""

    events: list[Envelope]
    next: str
