"""What the statuses of a municipality's own systems mean here."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from synpunkt.http.incoming import Reason, Strict, one_line, short

ForeignStatus = Annotated[str, BeforeValidator(one_line), short(100), StringConstraints(min_length=1)]


class MeansIn(Strict):
    """What is done to a case that gets the status; without anything, nothing is.

    An update's own `reply`, `reason` and `planned_for` count before the words here.
    """

    status: Literal["acknowledged", "in_progress", "waiting_for_citizen", "planned", "resolved", "reopened"] | None = (
        None
    )
    outcome: Literal["fixed", "answered", "no_action", "not_responsible"] | None = None
    reason: Reason | None = None
    reply: Reason | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if (self.status == "resolved") != (self.outcome is not None):
            raise _wrong("missing" if self.outcome is None else "choice", "outcome")
        if self.reason is not None and self.outcome is None and self.status != "reopened":
            raise _wrong("choice", "reason")
        if self.reply is not None and self.status is None:
            raise _wrong("choice", "reply")
        return self


class StatusIn(Strict):
    """A status as the system writes it (letter case and blanks do not matter), and what it means."""

    foreign_status: ForeignStatus
    means: MeansIn


class MeansOut(BaseModel):
    """What is done to a case that gets the status."""

    status: str | None = None
    outcome: str | None = None
    reason: str | None = None
    reply: str | None = None


class StatusOut(BaseModel):
    """A status of a system that somebody has explained."""

    foreign_status: str
    means: MeansOut
    updated_at: str


class WaitingCase(BaseModel):
    """A case whose system gave it a status nobody has explained. `since`: when it did."""

    case_id: str
    reference: str
    since: str


class UnexplainedOut(BaseModel):
    """A status nobody has explained, and the cases that have it, those that have waited longest first."""

    foreign_status: str
    cases: list[WaitingCase]


class Statuses(BaseModel):
    """What is explained, and what waits for it. `more`: there are more cases than are shown."""

    statuses: list[StatusOut]
    unexplained: list[UnexplainedOut]
    more: bool


class Explained(StatusOut):
    """What came of it for the cases that waited.

    `applied`: so many are now as it says. `refused`: so many it does not fit; they wait on. `next`: there may be more;
    the same sent with it as `after` goes on with them.
    """

    applied: int
    refused: int
    next: str | None


def _wrong(code: str, field: str) -> PydanticCustomError:
    return PydanticCustomError(code, "does not fit the rest", {"field": field})
