"""What is said about who may see a case and its photos, and contact data as it is answered."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from functions.desk.cases.handling_models import Words
from functions.desk.cases.models import Version
from synpunkt.http.incoming import Strict
from synpunkt.lifecycle import Box

# Room for what a sum of two decimal fractions is off by.
_ROUNDING = 1e-9
_Corner = Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False)]
_Side = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]


class BoxIn(Strict):
    """A part of a photo, in fractions of its width and height, from its upper left corner."""

    x: _Corner
    y: _Corner
    width: _Side
    height: _Side

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.x + self.width > 1 + _ROUNDING or self.y + self.height > 1 + _ROUNDING:
            raise PydanticCustomError("outside", "reaches outside the photo")
        return self

    def box(self) -> Box:
        """The same, as the life of a case knows it."""
        return Box(self.x, self.y, self.width, self.height)


class MaskIn(Strict):
    """What to cover."""

    boxes: Annotated[list[BoxIn], Field(min_length=1, max_length=30)]
    version: Version | None = None


class PhotoHideIn(Strict):
    """Why the photo is taken away, which nobody outside reads."""

    reason: Words
    version: Version | None = None


class PhotoShowIn(Strict):
    """The photo may be seen; `reason`: if there is anything to say, which nobody outside reads."""

    reason: Words | None = None
    version: Version | None = None


class PublishIn(Strict):
    """Who may see the case, now that somebody has looked at it."""

    visibility: Literal["public", "private"] = "public"
    reason: Words | None = None
    version: Version | None = None


class ProtectIn(Strict):
    """Whether who reported it is protected, and why: read by those alone who may know whom."""

    protected: Annotated[bool, Field(strict=True)]
    reason: Words
    version: Version | None = None


class Contact(BaseModel):
    """Who reported, and how to reach them."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    language: str


class ContactRead(BaseModel):
    """Somebody saw the contact data. `by`: the id of a person or key; `name`: who that is today; `how`: which way."""

    at: str
    by: str
    name: str | None = None
    how: Literal["desk", "link"]


class ContactReads(BaseModel):
    """Who of yours saw the contact data, newest first; the newest hundred."""

    reads: list[ContactRead]
