"""What is said and decided about a case, as it comes in, and the list of what there is to do."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, StringConstraints

from functions.desk.cases.models import Version
from synpunkt.http.incoming import Reason, Strict, one_line, short
from synpunkt.http.models import MunicipalityOut
from synpunkt.http.uploads import UploadIds

Words = Reason
AttentionName = Literal[
    "citizen_answered",
    "overdue",
    "due_soon",
    "offered",
    "undelivered",
    "new",
    "open",
    "elsewhere",
    "planned",
    "waiting",
    "closed",
]
_Line = Annotated[str, BeforeValidator(one_line), short(200), StringConstraints(min_length=1)]


class NothingIn(Strict):
    """Nothing more to say."""

    version: Version | None = None


class WordsIn(Strict):
    """What is said."""

    text: Words
    version: Version | None = None


class SpokenIn(WordsIn):
    """What is said to the reporter. `photos`: ids of uploads granted for this case."""

    photos: UploadIds = []


class MaybeWordsIn(Strict):
    """What is said, if anything."""

    text: Words | None = None
    version: Version | None = None


class AssignIn(Strict):
    """Who works on the case. `assignee`: the id of a person; left out, the team as a whole."""

    team: Annotated[str, short(64), StringConstraints(min_length=1)] | None = None
    assignee: Annotated[str, short(64), StringConstraints(min_length=1)] | None = None
    version: Version | None = None


class PlanIn(Strict):
    """By which day it will be done, Swedish time, and what there is to say about it."""

    planned_for: date
    text: Words | None = None
    photos: UploadIds = []
    version: Version | None = None


class ResolveIn(Strict):
    """How the case ended. `no_action` needs a reason, `not_responsible` where to turn, `duplicate` the other's number.

    `answered` needs a reply, unless one was given before. `link`: a duplicate joins the other case's incident.
    """

    outcome: Literal["fixed", "answered", "no_action", "not_responsible", "duplicate"]
    reply: Words | None = None
    reason: Words | None = None
    turn_to: Words | None = None
    duplicate_of: Annotated[str, short(20)] | None = None
    link: bool = False
    photos: UploadIds = []
    version: Version | None = None


class NumberIn(Strict):
    """The case's number in your own system."""

    foreign_number: _Line
    version: Version | None = None


class RowPhoto(BaseModel):
    """A photo beside a row."""

    thumbnail_url: str


class InboxRow(BaseModel):
    """A case on the list. `attention`: what it asks for now; `place`: in words; `due_at`: by when what was promised.

    `affected`: how many cases are about the same.
    """

    case_id: str
    reference: str
    version: int
    attention: AttentionName
    attention_text: str
    priority: Literal["low", "normal", "high"]
    kind: str
    kind_name: str
    category: str | None = None
    category_name: str
    status: str
    outcome: str | None = None
    visibility: Literal["public", "held", "private"]
    municipality: MunicipalityOut
    department: str | None = None
    team: str | None = None
    assignee: str | None = None
    planned_for: str | None = None
    lat: float | None = None
    lon: float | None = None
    place: str | None = None
    photo: RowPhoto | None = None
    photo_count: int
    incident_id: str | None = None
    affected: int = 1
    due_at: str | None = None
    overdue: bool
    created_at: str
    updated_at: str


class Inbox(BaseModel):
    """A page of what there is to do, the most pressing first, then by priority and age. `next`: for `after`."""

    cases: list[InboxRow]
    next: str | None = None
