"""What the desk answers, and what it takes."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from synpunkt.http.incoming import (
    MAX_REASON,
    EmailAddress,
    Reason,
    Strict,
    clean,
    one_line,
    short,
    something_to_read,
)
from synpunkt.http.models import AnswerOut, DepartmentOut, MunicipalityOut
from synpunkt.http.problem import ProblemModel
from synpunkt.lifecycle import Actor

Version = Annotated[
    int, Field(strict=True, ge=1, description="`version` of the case as it was read; refused if it has changed")
]


class HandOverIn(Strict):
    """Who gets the case, either a municipality (SCB code) or a body of your registry, and why."""

    municipality: Annotated[str, short(10)] | None = None
    body: Annotated[str, short(64)] | None = None
    reason: Reason
    version: Version | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.municipality is None) == (self.body is None):
            raise PydanticCustomError("one_of", "give either municipality or body", {"field": "municipality"})
        return self


class AcceptIn(Strict):
    """You take care of the case."""

    version: Version | None = None


class ReturnIn(Strict):
    """The case is not yours, and why."""

    reason: Reason
    version: Version | None = None


class RecallIn(Strict):
    """You take the case back."""

    reason: Reason | None = None
    version: Version | None = None


# Brackets as in `(0)8` are how some write a number; nothing else than a number can be read into it.
_PHONE = re.compile(r"(?=(?:.*[0-9]){3})\+?[0-9(][0-9 ()/-]{2,40}")


def _web_address(value: str) -> str:
    """A web address that leads where it seems to lead: it stands in a mail to a citizen, in our name."""
    seen = all(unicodedata.category(character)[0] not in "ZC" for character in value)
    try:
        parts = urlsplit(value if seen else "")
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    # Other alphabets have letters that look like ours, and what stands before an @ looks like a host.
    named = re.fullmatch(
        r"(?:[a-z0-9\u00e0-\u00ff](?:[a-z0-9\u00e0-\u00ff-]*[a-z0-9\u00e0-\u00ff])?\.)+[a-z]{2,}", host
    )
    if not named or parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise PydanticCustomError("invalid", "not a web address")
    return value


def _phone(value: str) -> str:
    if not _PHONE.fullmatch(value):
        raise PydanticCustomError("invalid", "not a phone number")
    return value


class ReferIn(Strict):
    """Who is responsible: a body of your registry, or somebody else by name; and where the reporter may turn."""

    body: Annotated[str, short(64)] | None = None
    name: Annotated[str, short(200), BeforeValidator(one_line), AfterValidator(something_to_read)] | None = None
    url: Annotated[str, short(500), AfterValidator(_web_address)] | None = None
    phone: Annotated[str, short(60), BeforeValidator(one_line), AfterValidator(_phone)] | None = None
    mail: EmailAddress | None = None
    text: Annotated[str, short(MAX_REASON), BeforeValidator(clean)] | None = None
    version: Version | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.body is None) == (self.name is None):
            raise PydanticCustomError("one_of", "give either body or name", {"field": "body"})
        return self


class HolderOut(BaseModel):
    """Who has a case, or had it. `id`: `0180`, or `0180/trafikverket` for a body of that municipality's registry."""

    id: str
    name: str
    municipality: str
    body: str | None = None


class DeskLocation(BaseModel):
    """A place: degrees, WGS84; `accuracy_m` in metres; `text`: the place in words."""

    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    text: str | None = None


class DeskEntry(BaseModel):
    """Something that happened, in words. `reason`: what those who did it wrote."""

    sequence: int
    at: str
    type: str
    actor: str
    label: str
    reason: str | None = None
    data: dict[str, Any]


class IncidentBrief(BaseModel):
    """The happening that a case is about with others. `cases`: how many, this one too; `references`: of the first ones.

    `followers`: how many follow it who have reported nothing.
    """

    incident_id: str
    title: str
    cases: int
    followers: int
    references: list[str]


class SendingOut(BaseModel):
    """What is to be said in a moment, or was stopped. `mine`: the reader's own; others see no words of a stopped one.

    `why`, `why_text`: why it was stopped; its words lie as a draft with whoever wrote them.
    """

    sending_id: str
    case_id: str
    act: str
    state: Literal["waiting", "sent", "stopped", "undone"]
    send_at: str
    mine: bool
    fields: dict[str, Any] | None = None
    why: str | None = None
    why_text: str | None = None
    bulk_id: str | None = None


class DeskPhoto(BaseModel):
    """A photo. `url`, `thumbnail_url`: relative, for a few minutes, for those who have the case. Sizes in pixels.

    `visibility`: who else may see it. `masked`: parts of it are covered; `being_masked`: they will be in a moment.
    `by`: whose it is; `said_with`: the sequence of the entry it came with, absent for a photo of the report.
    """

    photo_id: str
    url: str
    thumbnail_url: str
    width: int
    height: int
    visibility: Literal["public", "held", "private"]
    masked: bool
    being_masked: bool
    by: Actor
    said_with: int | None = None


class WhyHere(BaseModel):
    """Why the case is where it is, as its reporter reads it."""

    sentences: list[str]


class DeskCase(BaseModel):
    """A case as those see it who have it, or handed it over. Contact data is not here: `contact` says if there is any.

    `protected`: so is who reported it; their words are masked then for everybody but those who see contact data.
    `description_public`: what everybody reads of the description, or would. `answers`: to what was asked beside it.

    `received_on`: the day it reached the reader's municipality, Swedish time; `diary_number`: its number in the diary
    there, `foreign_number` in a system of its own: no other municipality's to know. `holder`: who has it. `came_from`:
    those it was handed over by, the first one first; the last one gets it back when it is returned. `returnable`: it
    came from somebody, or from our triage, and may go back there. `version`: send it back with what you do.
    """

    case_id: str
    reference: str
    version: int
    kind: str
    category: str | None = None
    category_name: str
    status: str
    status_text: str
    outcome: str | None = None
    visibility: Literal["public", "held", "private"]
    municipality: MunicipalityOut | None = None
    department: DepartmentOut | None = None
    holder: HolderOut | None = None
    came_from: list[HolderOut]
    hand_over: Literal["offered", "accepted"] | None = None
    answer_by: str | None = None
    returnable: bool = False
    in_triage: bool
    location: DeskLocation | None = None
    description: str | None = None
    turn_to: str | None = None
    team: str | None = None
    assignee: str | None = None
    planned_for: str | None = None
    foreign_number: str | None = None
    hidden: bool
    photo_count: int
    priority: Literal["low", "normal", "high"]
    received_on: str | None = None
    diary_number: str | None = None
    routing: WhyHere | None = None
    incident: IncidentBrief | None = None
    sendings: list[SendingOut] = []
    timeline: list[DeskEntry]
    created_at: str
    updated_at: str
    protected: bool = False
    contact: Literal["none", "given", "protected"] = "none"
    photos: list[DeskPhoto] = []
    description_public: str | None = None
    answers: list[AnswerOut] = []


class ChangedModel(ProblemModel):
    """A problem that says what happened to the case since it was read. `version`: as it stands now."""

    version: int | None = None
    changes: list[DeskEntry] = []
