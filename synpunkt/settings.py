"""Settings from the environment, as one model per handler; a test compares them with the template."""

from __future__ import annotations

import os
from typing import Self

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """The base of every handler's settings: a field `cases_table` is read from `CASES_TABLE`."""

    model_config = ConfigDict(frozen=True)

    stage: str

    @classmethod
    def from_env(cls) -> Self:
        """The settings of this process. Raises `pydantic.ValidationError` when one is missing."""
        values = {name: os.environ[name.upper()] for name in cls.model_fields if name.upper() in os.environ}
        return cls.model_validate(values)
