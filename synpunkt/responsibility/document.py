"""A municipality's registry as a document people read and edit: its departments, categories, bodies and rules.

Only the shape is said here; whether the parts agree with each other is `lint`'s. Imported only where documents are
handled: a decision reads what `compiled` made of one.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator
from pydantic_core import PydanticCustomError

MAX_RULES = 10_000
MAX_CATEGORIES = 300
MAX_UNITS = 100

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$", description="lower case letters, digits, _ and -")]
# Names stand in the subjects of mails, where a line break would begin another header.
Line = Annotated[
    str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$", min_length=1, max_length=200, description="one line")
]
Paragraph = Annotated[str, Field(min_length=1, max_length=1000)]
Mail = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{2,20}$")]
Url = Annotated[str, Field(pattern=r"^https://[^\s]+$", max_length=500)]
Day = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", description="MM-DD")]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="HH:MM, Swedish time")]
Visible = Literal["public", "held", "private"]
KindName = Literal["fault", "question", "suggestion", "complaint", "praise"]
Answer = StrictBool | StrictInt | Annotated[StrictStr, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Words(_Part):
    """The same in both languages."""

    sv: Line
    en: Line


class Prose(_Part):
    """A few sentences in both languages."""

    sv: Paragraph
    en: Paragraph


class Keywords(_Part):
    """Words people search with."""

    sv: Annotated[list[Line], Field(max_length=50)] = []
    en: Annotated[list[Line], Field(max_length=50)] = []


class DepartmentPart(_Part):
    """A unit of the municipality. Mail goes only to a verified address.

    `second_mail`: tried when the first does not take the mail, and instead of it to and with `out_of_office_until`.
    """

    id: Id
    name: Words
    mail: Mail | None = None
    mail_verified: bool = False
    second_mail: Mail | None = None
    second_mail_verified: bool = False
    out_of_office_until: date | None = None


class Hours(_Part):
    """When somebody is there: a phone is answered, or a municipality works."""

    days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Field(min_length=1, max_length=7)]
    opens: Clock
    closes: Clock


class RingInstead(_Part):
    """What is better told by phone. It is said before sending and never a reason to refuse."""

    text: Prose
    phone: Phone
    hours: Annotated[list[Hours], Field(max_length=14)] = []


class WorkingHours(_Part):
    """When the municipality works, public holidays apart; the clock of what it promises runs then only.

    `closes_before_holiday`: when it goes home on the day before a public holiday, if earlier than usual.
    """

    week: Annotated[list[Hours], Field(min_length=1, max_length=14)]
    closes_before_holiday: Clock | None = None


class TimeTargets(_Part):
    """Within how many working hours a report is answered, and a fault repaired; the reporter is told so."""

    answer_hours: Annotated[int, Field(ge=1, le=2000)] | None = None
    repair_hours: Annotated[int, Field(ge=1, le=2000)] | None = None


class Option(_Part):
    """One of the answers to choose from."""

    id: Id
    name: Words


class AskWhen(_Part):
    """Asked only when an earlier question was answered in one of these ways."""

    question: Id
    answers: Annotated[list[Answer], Field(min_length=1, max_length=50)]


class Question(_Part):
    """Something more to ask about. Never required: a report without answers is a report."""

    id: Id
    text: Words
    type: Literal["text", "number", "yes_no", "choice", "several"]
    options: Annotated[list[Option], Field(max_length=50)] = []
    ask_when: AskWhen | None = None

    @model_validator(mode="after")
    def _options_belong_to_choices(self) -> Self:
        if (self.type in ("choice", "several")) != bool(self.options):
            raise PydanticCustomError("options", "options are for the types choice and several, which need them")
        return self


class NationalCategory(_Part):
    """What the municipality changes about a category of the national set; what is left out stays as it is."""

    id: Id
    enabled: bool = True
    name: Words | None = None
    department: Id | None = None
    keywords: Keywords | None = None
    visibility: Visible | None = None
    questions: Annotated[list[Question], Field(max_length=20)] = []
    ring_instead: RingInstead | None = None
    targets: TimeTargets | None = None


class OwnCategory(_Part):
    """A category that only this municipality has. `group`: a national one, or one of its own."""

    id: Id
    group: Id
    name: Words
    kind: KindName = "fault"
    department: Id | None = None
    keywords: Keywords = Keywords()
    visibility: Visible = "public"
    questions: Annotated[list[Question], Field(max_length=20)] = []
    ring_instead: RingInstead | None = None
    targets: TimeTargets | None = None


class GroupPart(_Part):
    """Categories that belong together on a page."""

    id: Id
    name: Words


class AreaPart(_Part):
    """A sub-area that rules may name. Its shape is uploaded apart, under the same id."""

    id: Id
    name: Words


class BodyPart(_Part):
    """Somebody outside the municipality who can be responsible. `turn_to`: what a citizen is told who is referred."""

    id: Id
    name: Words
    kind: Literal["state_road_agency", "road_association", "energy", "water", "municipality", "other"] = "other"
    mail: Mail | None = None
    mail_verified: bool = False
    phone: Phone | None = None
    url: Url | None = None
    turn_to: Prose | None = None


class TargetPart(_Part):
    """A department of the municipality, or a body outside it."""

    department: Id | None = None
    body: Id | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.department is None) == (self.body is None):
            raise PydanticCustomError("target", "give either department or body")
        return self


class SeasonPart(_Part):
    """A part of every year, both days included; over New Year when the first day is after the last."""

    first: Day
    last: Day


class When(_Part):
    """Conditions. Inside a list any one is enough; everything that is given must hold."""

    categories: Annotated[list[Id], Field(min_length=1, max_length=100)] = []
    groups: Annotated[list[Id], Field(min_length=1, max_length=50)] = []
    kinds: Annotated[list[KindName], Field(min_length=1)] = []
    areas: Annotated[list[Id], Field(min_length=1, max_length=100)] = []
    road_owners: Annotated[list[Literal["state", "municipal", "private", "unknown"]], Field(min_length=1)] = []
    answers: Annotated[
        dict[Id, Annotated[list[Answer], Field(min_length=1, max_length=50)]], Field(min_length=1, max_length=10)
    ] = {}
    season: SeasonPart | None = None


class RulePart(_Part):
    """A responsibility. `why`: a sentence of the municipality's own for those who ask why it went there."""

    id: Id
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    when: When = When()
    to: TargetPart
    copies: Annotated[list[TargetPart], Field(max_length=5)] = []
    why: Words | None = None


class Document(_Part):
    """A municipality's whole registry. `based_on`: the version it was exported from, 0 before the first.

    `targets`: for every category that has none of its own; a category with `targets: {}` promises nothing.
    """

    municipality: Annotated[str, Field(pattern=r"^\d{4}$", description="SCB code, in quotes")]
    based_on: Annotated[int, Field(ge=0)] = 0
    departments: Annotated[list[DepartmentPart], Field(min_length=1, max_length=MAX_UNITS)]
    groups: Annotated[list[GroupPart], Field(max_length=MAX_UNITS)] = []
    national_categories: Annotated[list[NationalCategory], Field(max_length=MAX_CATEGORIES)] = []
    own_categories: Annotated[list[OwnCategory], Field(max_length=MAX_CATEGORIES)] = []
    areas: Annotated[list[AreaPart], Field(max_length=2000)] = []
    bodies: Annotated[list[BodyPart], Field(max_length=MAX_UNITS)] = []
    rules: Annotated[list[RulePart], Field(max_length=MAX_RULES)] = []
    targets: TimeTargets | None = None
    working_hours: WorkingHours | None = None

    def as_data(self) -> dict[str, Any]:
        """The document as plain data, without what was left at its default."""
        return self.model_dump(exclude_defaults=True)

    def as_json(self) -> str:
        """The document as it is stored; the same document is always the same text."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def from_json(cls, text: str) -> Document:
        """The reverse of `as_json`."""
        return cls.model_validate_json(text)


def schema_text() -> str:
    """The JSON Schema of a document, as it is committed in `docs/`."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Document.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
