"""Words on their way: drafts, previews, and texts that are used again."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from functions.desk.cases.acts import fits
from functions.desk.cases.handling_models import Words
from synpunkt.http.incoming import Strict, clean, one_line, short
from synpunkt.reply_templates import unknown_variables

SaidAct = Literal["reply", "question", "plan", "resolve", "reopen", "note"]
Language = Literal["sv", "en"]
# What is being written need not be right yet, nor short enough.
_Unfinished = Annotated[str, StringConstraints(max_length=10_000), BeforeValidator(clean)]


class DraftIn(Strict):
    """What you are writing. `act`: what it is meant for; `fields`: what else you filled in."""

    act: SaidAct
    text: _Unfinished = ""
    fields: Annotated[dict[Annotated[str, short(40)], Annotated[str, short(2000)]], Field(max_length=10)] = {}


class DraftOut(BaseModel):
    """Your draft about the case; nothing in it when there is none."""

    act: str | None = None
    text: str = ""
    fields: dict[str, str] = {}
    saved_at: str | None = None


class PreviewIn(Strict):
    """What you are about to say; the fields are those of the act."""

    act: SaidAct
    text: Words | None = None
    planned_for: date | None = None
    outcome: Literal["fixed", "answered", "no_action", "not_responsible", "duplicate"] | None = None
    reply: Words | None = None
    reason: Words | None = None
    turn_to: Words | None = None
    duplicate_of: Annotated[str, short(20)] | None = None

    @model_validator(mode="after")
    def _fits_the_act(self) -> Self:
        fits(self.act, self.model_fields_set - {"act"})
        return self


class PreviewedMail(BaseModel):
    """The mail as the reporter would get it, but for what is theirs alone: their name, and what opens their link."""

    subject: str
    text: str


class PreviewOut(BaseModel):
    """Who reads it, in words, and what they read. `public_text`: what everybody sees, personal data masked."""

    mail: PreviewedMail | None = None
    readers: list[str]
    public_text: str | None = None


def _known_variables(value: str) -> str:
    if unknown_variables(value):
        raise PydanticCustomError("variable", "unknown variable")
    return value


_Name = Annotated[str, BeforeValidator(one_line), short(80), StringConstraints(min_length=1)]
_Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]


class TemplateIn(Strict):
    """A text to begin from. In it `{reference}`, `{category}`, `{place}`, `{municipality}`, `{department}`, `{date}`.

    Without categories, or statuses, it is for all of them.
    """

    name: _Name
    text: Annotated[Words, AfterValidator(_known_variables)]
    language: Language
    categories: Annotated[list[_Id], Field(max_length=50)] = []
    statuses: Annotated[
        list[
            Literal[
                "routed",
                "delivered",
                "acknowledged",
                "in_progress",
                "waiting_for_citizen",
                "planned",
                "resolved",
                "reopened",
            ]
        ],
        Field(max_length=8),
    ] = []


class TemplateOut(BaseModel):
    """A text to begin from. `fits`: whether it is meant for what was asked; `rendered`: filled in for the case."""

    template_id: str
    name: str
    text: str
    language: Language
    categories: list[str]
    statuses: list[str]
    fits: bool
    rendered: str | None = None
    updated_at: str


class Templates(BaseModel):
    """The texts of a municipality, those that fit best first."""

    templates: list[TemplateOut]
