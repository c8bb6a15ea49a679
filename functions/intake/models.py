"""What a report looks like when it comes in, and what its sender gets back."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal, Self

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from synpunkt.lifecycle import Kind

MAX_DESCRIPTION = 20_000
MAX_PHOTOS = 5

# Seven decimals are a centimetre; a number so small that no store can hold it is nothing.
Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False), AfterValidator(lambda value: round(value, 7))]


def _email(address: str) -> str:
    try:
        # Mail goes to ASCII addresses; a domain with å, ä or ö is written in its ASCII form.
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False)
        return found.ascii_email or found.normalized
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "not an e-mail address") from error


def _phone(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, "SE")
    except phonenumbers.NumberParseException as error:
        raise PydanticCustomError("phone", "not a phone number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise PydanticCustomError("phone", "not a phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


# What no keyboard types on purpose, and what turns the reading direction of the text after it.
_UNSEEN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]")


def clean(value: Any) -> Any:
    """Text as it was meant: line breaks as one character (browsers send two), nothing invisible that misleads."""
    if not isinstance(value, str):
        return value
    return _UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def _one_line(value: Any) -> Any:
    return " ".join(clean(value).split()) if isinstance(value, str) else value


def _something_to_read(value: str) -> str:
    if not any(unicodedata.category(character)[0] not in "ZC" for character in value):
        raise PydanticCustomError("string_too_short", "nothing to read")
    return value


def _short(limit: int) -> Any:
    return StringConstraints(strip_whitespace=True, max_length=limit)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _no_nulls(cls, value: Any) -> Any:
        # A client that sends null usually lost a value on the way; being told beats being misunderstood.
        nulls = [name for name, each in value.items() if each is None] if isinstance(value, dict) else []
        if nulls:
            known = next((name for name in nulls if name in cls.model_fields), "?")
            raise PydanticCustomError("null", "leave the field out instead of null", {"field": known})
        return value


class LocationIn(_Strict):
    """A place: a point (degrees, WGS84; `accuracy_m` in metres), words, or both."""

    lat: Annotated[Degrees, Field(ge=-90, le=90)] | None = None
    lon: Annotated[Degrees, Field(ge=-180, le=180)] | None = None
    accuracy_m: Annotated[Degrees, Field(ge=0, le=1_000_000)] | None = None
    method: Literal["gps", "map", "search", "photo", "text"] | None = None
    text: Annotated[str, BeforeValidator(_one_line), _short(500)] | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise PydanticCustomError("both_coordinates", "give both lat and lon, or neither")
        return self


class ReporterIn(_Strict):
    """Who reports; all of it optional. `phone` is stored as E.164."""

    name: Annotated[str, BeforeValidator(_one_line), _short(200)] | None = None
    email: Annotated[str, _short(254), AfterValidator(_email)] | None = None
    phone: Annotated[str, _short(40), AfterValidator(_phone)] | None = None
    language: Literal["sv", "en"] | None = None
    contact_by: Literal["email", "sms", "none"] | None = None


class ReportIn(_Strict):
    """A report. Absent `category` means "I don't know"; absent `kind` is the category's, else a fault."""

    kind: Kind | None = None
    category: Annotated[str, _short(64)] | None = None
    description: Annotated[
        str,
        BeforeValidator(clean),
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_DESCRIPTION),
        AfterValidator(_something_to_read),
    ]
    location: LocationIn | None = None
    municipality: Annotated[str, _short(10)] | None = None
    reporter: ReporterIn | None = None
    photos: Annotated[list[Annotated[str, _short(64)]], Field(max_length=MAX_PHOTOS)] = []
    answers: Annotated[
        dict[
            Annotated[str, _short(64)],
            Annotated[str, _short(2000)]
            | bool
            | int
            | float
            | Annotated[list[Annotated[str, _short(200)]], Field(max_length=50)],
        ],
        Field(max_length=50),
    ] = {}
    publish: bool | None = None
    channel: Literal["web", "app", "phone", "visit", "email", "letter", "social", "api"] = "api"
    proof: Annotated[str, _short(4000)] | None = None


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


class UploadIn(_Strict):
    """A photo that is about to be sent. `size` in bytes."""

    filename: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
    content_type: Annotated[str, _short(100)]
    size: Annotated[int, Field(strict=True, ge=1)]


class UploadGrant(BaseModel):
    """Where to send the photo: a multipart POST to `url` with all `fields`, then `file` last."""

    upload_id: str
    url: str
    fields: dict[str, str]


class UploadStatus(BaseModel):
    """What became of an upload. `reason`: why it was rejected, as a code; `detail`: the same in words."""

    upload_id: str
    state: Literal["granted", "ready", "rejected"]
    reason: str | None = None
    detail: str | None = None
