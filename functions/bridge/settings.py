"""How this bridge is set up. Secrets are read by the name of where they are kept, never from here."""

from __future__ import annotations

import os
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Json, StringConstraints, ValidationError, field_validator

from functions.bridge.mapping import Mapping


class BadSettings(Exception):
    """The bridge cannot work with its settings; the message names them."""

    is_code = True


class Settings(BaseModel):
    """The environment of the functions, in capitals there.

    `municipalities`: SCB codes, with commas; `adapter_config`, `mapping`: JSON (docs/bridge.md); `secret_id`: the name
    in Secrets Manager.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    synpunkt_url: Annotated[str, StringConstraints(pattern=r"^https://[^/\s]+$|^http://127\.0\.0\.1(:\d+)?$")]
    municipalities: frozenset[Annotated[str, StringConstraints(pattern=r"^\d{4}$")]]
    table: str
    inbox_url: str
    dead_url: str
    secret_id: str
    adapter: str
    adapter_config: Json[dict[str, Any]]
    mapping: Json[Mapping]
    poll_at_most: Annotated[int, Field(ge=1, le=500)] = 100

    @field_validator("municipalities", mode="before")
    @classmethod
    def _split(cls, value: str) -> list[str]:
        return [each.strip() for each in value.split(",")]

    @classmethod
    def from_environment(cls) -> Settings:
        """Raises `BadSettings` for what is missing or cannot be meant."""
        found = {name: os.environ[name.upper()] for name in cls.model_fields if name.upper() in os.environ}
        try:
            return cls.model_validate(found)
        except ValidationError as error:
            names = sorted({str(each["loc"][0]) for each in error.errors(include_input=False)})
        raise BadSettings(" ".join(names))
