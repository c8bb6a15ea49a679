"""Who does something to a case, and that it still is as they saw it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from functions.desk.cases.models import ChangedModel
from functions.desk.cases.views import desk_entries
from synpunkt.http import Problem
from synpunkt.lifecycle import Actor, Case, Status
from synpunkt.stores.cases import CaseFile

# Raises `Problem` when it may not be done to the case as it stands.
Check = Callable[[CaseFile], None]


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it. `by`: the id of a key, or what the link was for."""

    actor: Actor
    by: str


class Changed(Problem):
    """The case is not as it was read: what has happened since stands in the answer."""

    def __init__(self, file: CaseFile, since: int) -> None:
        super().__init__(HTTPStatus.CONFLICT, "case_changed")
        self._file = file
        self._since = since

    def model(self, language: str) -> ChangedModel:
        """The problem in words, with the entries that came after."""
        return ChangedModel(
            **super().model(language).model_dump(),
            version=self._file.case.version,
            changes=desk_entries(self._file, language, after=self._since),
        )


def not_changed(seen: Case, asked: int | None) -> Check:
    """Refuses what was decided on a case that has gone on: `asked` is the version the caller read, when they say.

    Without it, the case must still be with the same people as when the request came in.
    """

    def check(file: CaseFile) -> None:
        case = file.case
        if asked is not None and case.version != asked:
            raise Changed(file, asked)
        if (case.round, case.status is Status.RESOLVED) != (seen.round, seen.status is Status.RESOLVED):
            raise Changed(file, seen.version)

    return check
