"""Parts of what comes in over HTTP that more than one room reads."""

from __future__ import annotations

from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError


class Strict(BaseModel):
    """What comes in: no unknown fields, and none that is null."""

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
