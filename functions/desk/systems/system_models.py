"""What a municipality's own system says of a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from functions.desk.cases.models import DeskCase, Version
from functions.desk.privacy.privacy_models import Contact
from functions.desk.systems.status_models import ForeignStatus
from synpunkt.http.incoming import Reason, Strict, one_line, short


class MunicipalityCase(DeskCase):
    """A case in full, for a system of those who have it. `reporter`: for keys with contact data, each reading noted."""

    reporter: Contact | None = None


class UpdateIn(Strict):
    """What is new about a case: all of it is done, or nothing.

    `waiting_for_citizen` asks the reporter what stands in `reply`; `planned` needs `planned_for`; `resolved` needs an
    `outcome`, and an outcome alone closes the case: `no_action` with a `reason`, `not_responsible` with a `reason` that
    says who is, `answered` with a `reply` unless one was given, `duplicate` with the other's reference.
    `foreign_status`: the status in your system's own words; what it means is looked up, unless `status` or `outcome`
    says it. One that nobody has explained changes nothing by itself, and the case is shown to those who can.
    """

    status: Literal["acknowledged", "in_progress", "waiting_for_citizen", "planned", "resolved", "reopened"] | None = (
        None
    )
    outcome: Literal["fixed", "answered", "no_action", "not_responsible", "duplicate"] | None = None
    reason: Reason | None = None
    reply: Reason | None = None
    foreign_number: Annotated[str, BeforeValidator(one_line), short(200), StringConstraints(min_length=1)] | None = None
    foreign_status: ForeignStatus | None = None
    planned_for: date | None = None
    duplicate_of: Annotated[str, short(20)] | None = None
    version: Version | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        resolves = self.status == "resolved"
        says = (self.status, self.outcome, self.reply, self.foreign_number, self.foreign_status)
        if not any(each is not None for each in says):
            raise _wrong("missing", "status")
        if resolves and self.outcome is None:
            raise _wrong("missing", "outcome")
        if self.outcome is not None and self.status not in (None, "resolved"):
            raise _wrong("choice", "outcome")
        if self.status == "planned" and self.planned_for is None:
            raise _wrong("missing", "planned_for")
        if self.status != "planned" and self.planned_for is not None and not self.looked_up:
            raise _wrong("choice", "planned_for")
        if self.status == "waiting_for_citizen" and self.reply is None:
            raise _wrong("missing", "reply")
        if self.reason is not None and self.outcome is None and self.status != "reopened" and not self.looked_up:
            raise _wrong("choice", "reason")
        if self.duplicate_of is not None and self.outcome != "duplicate":
            raise _wrong("choice", "duplicate_of")
        return self

    @property
    def looked_up(self) -> bool:
        """Whether what it means for the case is told by the system's own status alone."""
        return self.foreign_status is not None and self.status is None and self.outcome is None


class UpdatedCase(DeskCase):
    """The case as it is now. `unexplained_status`: as sent; it changed nothing, since nobody has said what it means."""

    unexplained_status: str | None = None


def _wrong(code: str, field: str) -> PydanticCustomError:
    return PydanticCustomError(code, "does not fit the rest", {"field": field})
