"""What a back office's words for status mean here: a document, never a guess. Pure."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Words = Annotated[str, Field(min_length=1, max_length=2000)]


class Meaning(BaseModel):
    """What is told to Synpunkt; nothing at all where all is left out. As `POST …/updates` takes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: Literal["acknowledged", "in_progress", "resolved", "reopened"] | None = None
    outcome: Literal["fixed", "answered", "no_action", "not_responsible"] | None = None
    reason: Words | None = None
    reply: Words | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if (self.status == "resolved") != (self.outcome is not None):
            raise ValueError("`resolved` needs an `outcome`, and nothing else has one")
        if self.outcome in ("no_action", "not_responsible") and self.reason is None:
            raise ValueError(f"`{self.outcome}` needs a `reason`, which the reporter reads")
        if self.reason is not None and self.outcome is None and self.status != "reopened":
            raise ValueError("a `reason` stands with an `outcome` or with `reopened`")
        return self

    @property
    def closes(self) -> bool:
        """Whether the case is closed by it."""
        return self.status == "resolved"

    def update(self) -> dict[str, str]:
        """The body of the update; empty when there is nothing to tell."""
        return self.model_dump(exclude_none=True)


class Mapping(BaseModel):
    """The whole document. `sent`: told together with the number; `statuses`: by the back office's word."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sent: Meaning = Meaning(status="acknowledged")
    statuses: dict[str, Meaning] = {}

    @field_validator("statuses")
    @classmethod
    def _folded(cls, statuses: dict[str, Meaning]) -> dict[str, Meaning]:
        folded = {_fold(word): meaning for word, meaning in statuses.items()}
        if len(folded) != len(statuses) or "" in folded:
            raise ValueError("each status once, upper and lower case being the same, and none empty")
        return folded

    def of(self, word: str) -> Meaning | None:
        """What the word means; nothing when the document does not say."""
        return self.statuses.get(_fold(word))


def _fold(word: str) -> str:
    return " ".join(word.split()).casefold()
