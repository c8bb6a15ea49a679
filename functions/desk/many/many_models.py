"""Many cases at once: the same done to each, and several as one happening."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from functions.desk.cases.acts import fits
from functions.desk.cases.handling_models import InboxRow, Words
from functions.desk.cases.models import Version
from synpunkt.http.incoming import Strict, one_line, short
from synpunkt.lifecycle import Priority

_CaseId = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
_Reference = Annotated[str, short(20), StringConstraints(min_length=1)]
_Id = Annotated[str, short(64), StringConstraints(min_length=1)]


class BulkIn(Strict):
    """One act for many cases, with the fields of that act."""

    case_ids: Annotated[list[_CaseId], Field(min_length=1, max_length=50)]
    act: Literal["acknowledge", "start", "assign", "priority", "note", "reply", "question", "plan", "resolve"]
    text: Words | None = None
    team: _Id | None = None
    assignee: _Id | None = None
    priority: Priority | None = None
    planned_for: date | None = None
    outcome: Literal["fixed", "answered", "no_action", "not_responsible", "duplicate"] | None = None
    reply: Words | None = None
    reason: Words | None = None
    turn_to: Words | None = None
    duplicate_of: _Reference | None = None
    link: bool | None = None

    @model_validator(mode="after")
    def _fits_the_act(self) -> Self:
        given = self.model_fields_set - {"case_ids", "act"}
        if self.act != "priority":
            fits(self.act, given)
        elif self.priority is None:
            raise PydanticCustomError("missing", "the act needs it", {"field": "priority"})
        elif others := given - {"priority"}:
            raise PydanticCustomError("not_of_this_act", "the act does not take it", {"field": min(others)})
        return self


class Refused(BaseModel):
    """A case to which it does not happen, or which stays as it is, and why."""

    case_id: str
    code: str
    detail: str


class BulkOut(BaseModel):
    """What happens to each of them. `waiting`: those in `done` will be done at `send_at`, and can be undone before."""

    bulk_id: str
    act: str
    waiting: bool
    send_at: str | None = None
    done: list[str]
    refused: list[Refused]


class BulkUndone(BaseModel):
    """What was taken back, and what stays as it is."""

    bulk_id: str
    undone: list[str]
    kept: list[Refused]


class LinkIn(Strict):
    """The numbers of the other cases, and what you call it among yourselves."""

    references: Annotated[list[_Reference], Field(min_length=1, max_length=50)]
    title: Annotated[str, BeforeValidator(one_line), short(120), StringConstraints(min_length=1)] | None = None
    version: Version | None = None


class IncidentOut(BaseModel):
    """A happening and a page of its cases, those that everybody may read first. `next`: for `after`."""

    incident_id: str
    title: str
    municipality: str
    count: int
    followers: int
    cases: list[InboxRow]
    next: str | None = None


class IncidentReplyIn(Strict):
    """One answer to all; with an outcome it closes those that are open. `with_private`: also those not public."""

    text: Words
    outcome: Literal["fixed", "answered", "no_action", "not_responsible"] | None = None
    with_private: bool = False


class IncidentReplyOut(BaseModel):
    """How many get it. `left_out`: not public, and not asked for; `elsewhere`: with another municipality now.

    It can be undone as a whole until `send_at`, by `bulk_id`.
    """

    bulk_id: str
    send_at: str
    cases: int
    followers: int
    left_out: int
    elsewhere: int
    sentence: str
