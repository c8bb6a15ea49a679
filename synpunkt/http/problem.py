"""RFC 9457 problem details: a stable code, a sentence in the caller's language, and never the input echoed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field

from synpunkt.texts import text

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One field that must be corrected. `field`: its path in the body, such as `location.lat`; `line`: in a file."""

    field: str
    code: str
    message: str
    line: int | None = None


class ProblemModel(BaseModel):
    """A problem as it is sent (RFC 9457). `code` is stable; `detail` is a sentence for people."""

    type: str = Field(examples=["/problems/outside_sweden"])
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] = []


class Problem(Exception):
    """Something the caller can do something about. Its texts are `problem.<code>.title` and `.detail`.

    `headers`: what the answer carries besides.
    """

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        fields: Sequence[tuple[str, str, Mapping[str, Any]]] = (),
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.fields = fields
        self.headers = headers or {}

    def model(self, language: str) -> ProblemModel:
        """The problem in words. `fields` become sentences, too; the caller's input is in none of them."""
        return ProblemModel(
            type=f"/problems/{self.code}",
            title=text(f"problem.{self.code}.title", language),
            status=self.status,
            detail=text(f"problem.{self.code}.detail", language),
            code=self.code,
            errors=[
                FieldError(field=path, code=code, message=text(f"field.{code}", language, **values))
                for path, code, values in self.fields
            ],
        )


def not_found() -> Problem:
    """Nothing is at this address, or nothing the caller may see."""
    return Problem(HTTPStatus.NOT_FOUND, "not_found")
