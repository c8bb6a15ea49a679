"""What every request body shares: nothing unknown, no null, and text as it was meant."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

# What no keyboard types on purpose, and what turns the reading direction of the text after it.
_UNSEEN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]")


def clean(value: Any) -> Any:
    """Text as it was meant: line breaks as one character (browsers send two), nothing invisible that misleads."""
    if not isinstance(value, str):
        return value
    return _UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(value: Any) -> Any:
    """Text as it was meant, on one line."""
    return " ".join(clean(value).split()) if isinstance(value, str) else value


def something_to_read(value: str) -> str:
    """The text, unless there is nothing in it that anybody could read."""
    if not any(unicodedata.category(character)[0] not in "ZC" for character in value):
        raise PydanticCustomError("string_too_short", "nothing to read")
    return value


def short(limit: int) -> Any:
    """At most so many characters, without blanks around them."""
    return StringConstraints(strip_whitespace=True, max_length=limit)


MAX_REASON = 2000
# What stands first looks last and at text, so that its codes are those of text; `BeforeValidator`s come after it.
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_REASON),
    BeforeValidator(clean),
    AfterValidator(something_to_read),
]


class Strict(BaseModel):
    """A body, or a part of one, that is refused rather than half understood."""

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


def _email(address: str) -> str:
    try:
        # Mail goes to ASCII addresses; a domain with å, ä or ö is written in its ASCII form.
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False)
        return found.ascii_email or found.normalized
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "not an e-mail address") from error


EmailAddress = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)]
