"""An address that was found, and where: what counts as one, over the API and at the command line alike."""

from __future__ import annotations

import re
from datetime import date as day
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from synpunkt.http.incoming import EmailAddress, Strict, one_line

_PAGE = re.compile(r"https://[^\s/]+\.[^\s/]+(/\S*)?")


def _told(value: str) -> str:
    if re.match(r"(?i)(https?:|www\.)", value) and not _PAGE.fullmatch(value):
        raise PydanticCustomError("web_source", "the page's address", {"field": "source"})
    return value


# Compared with what operators recorded, so always in one form.
Email = Annotated[EmailAddress, AfterValidator(str.lower)]
# The https address of a page, or who said so and when.
Source = Annotated[
    str, BeforeValidator(one_line), StringConstraints(min_length=5, max_length=500), AfterValidator(_told)
]


class SourceIn(Strict):
    """Where an address was found: a page (`web`, with `url`), or a `letter` or `phone` call, with date and content."""

    kind: Literal["web", "letter", "phone"]
    url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    date: day | None = None
    description: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] | None = None

    @model_validator(mode="after")
    def _enough_to_check(self) -> Self:
        if self.kind == "web":
            if self.url is None or not _PAGE.fullmatch(self.url):
                raise PydanticCustomError("web_source", "the page's address", {"field": "url"})
        elif self.date is None or self.description is None:
            raise PydanticCustomError("told_source", "date and content", {"field": "description"})
        return self

    @property
    def told(self) -> str:
        """The source in one line, as it is kept."""
        return self.url if self.kind == "web" and self.url else f"{self.kind} {self.date}: {one_line(self.description)}"
