"""What a report looks like when it comes in, and what its sender gets back."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import phonenumbers
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from synpunkt.http.incoming import EmailAddress, Strict, clean, one_line, short, something_to_read
from synpunkt.http.uploads import UploadIds
from synpunkt.lifecycle import Kind

MAX_DESCRIPTION = 20_000
MAX_ANSWERS = 50
MAX_ANSWER = 2000
MAX_CHOSEN = 50
MAX_CHOICE = 200

# Seven decimals are a centimetre; a number so small that no store can hold it is nothing.
Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False), AfterValidator(lambda value: round(value, 7))]


def _phone(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, "SE")
    except phonenumbers.NumberParseException as error:
        raise PydanticCustomError("phone", "not a phone number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise PydanticCustomError("phone", "not a phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


class LocationIn(Strict):
    """A place: a point (degrees, WGS84; `accuracy_m` in metres), words, or both."""

    lat: Annotated[Degrees, Field(ge=-90, le=90)] | None = None
    lon: Annotated[Degrees, Field(ge=-180, le=180)] | None = None
    accuracy_m: Annotated[Degrees, Field(ge=0, le=1_000_000)] | None = None
    method: Literal["gps", "map", "search", "photo", "text"] | None = None
    text: Annotated[str, BeforeValidator(one_line), short(500)] | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise PydanticCustomError("both_coordinates", "give both lat and lon, or neither")
        return self


class ReporterIn(Strict):
    """Who reports; all of it optional. `phone` is stored as E.164.

    `share_contact`: whether those to whom the case is handed over may see who reported and how to reach them.
    """

    name: Annotated[str, short(200), BeforeValidator(one_line)] | None = None
    email: EmailAddress | None = None
    phone: Annotated[str, short(40), AfterValidator(_phone)] | None = None
    language: Literal["sv", "en"] | None = None
    contact_by: Literal["email", "sms", "none"] | None = None
    share_contact: Annotated[bool, Field(strict=True)] = False


class ReportIn(Strict):
    """A report. Absent `category` means "I don't know"; absent `kind` is the category's, else a fault."""

    kind: Kind | None = None
    category: Annotated[str, short(64)] | None = None
    description: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_DESCRIPTION),
        BeforeValidator(clean),
        AfterValidator(something_to_read),
    ]
    location: LocationIn | None = None
    municipality: Annotated[str, short(10)] | None = None
    reporter: ReporterIn | None = None
    photos: UploadIds = []
    answers: Annotated[
        dict[
            Annotated[str, short(64)],
            Annotated[str, short(MAX_ANSWER)]
            | bool
            | int
            | float
            | Annotated[list[Annotated[str, short(MAX_CHOICE)]], Field(max_length=MAX_CHOSEN)],
        ],
        Field(max_length=MAX_ANSWERS),
    ] = {}
    publish: bool | None = None
    channel: Literal["web", "app", "phone", "visit", "email", "letter", "social", "api"] = "api"
    proof: Annotated[str, short(4000)] | None = None


class Notice(BaseModel):
    """Something the reporter should know; never a reason to refuse. `phone`: a number to call, where one exists."""

    code: str
    text: str
    phone: str | None = None


class Receipt(BaseModel):
    """What a report's sender gets. `token` opens the case; `status_url` is without it."""

    case_id: str
    reference: str
    status_url: str
    token: str
    notices: list[Notice]
