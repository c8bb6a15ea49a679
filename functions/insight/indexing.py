"""What a case is found by: the words of its masked texts and its numbers, in the municipality that has it."""

from __future__ import annotations

from dataclasses import dataclass

from synpunkt.finding import number_key, stems
from synpunkt.lifecycle import Case
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.dynamo import Busy
from synpunkt.stores.insight import Indexed, InsightStore, Overtaken

# What everybody concerned may read. Notes and reasons of hiding have no masked text, so they are never among them.
_SAID = ("place", "description", "answer", "reply", "question", "plan", "turn_to")
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Indexing:
    """Keeps the index as the cases are. Safe to repeat, and in any order: the case as it stands decides."""

    cases: CaseStore
    insight: InsightStore

    def look_at(self, case_id: str) -> None:
        """Makes the case found by what it says now. Raises `KeyError` when there is none, `Busy` after five tries."""
        for _ in range(_TRIES):
            before = self.insight.indexed(case_id)
            file = self.cases.load(case_id)
            if file is None:
                raise KeyError(case_id)
            if before is not None and before.version > file.case.version:
                return
            wanted = found_by(file)
            if before is not None and _same(before, wanted):
                return
            try:
                self.insight.write(before, wanted)
            except Overtaken:
                continue
            return
        raise Busy


def found_by(file: CaseFile) -> Indexed:
    """What the case is to be found by as it stands: nothing before it is with a municipality that works here."""
    case = file.case
    if case.municipality is None or not case.claimed:
        return Indexed(case.case_id, None, case.version)
    ordered = sorted(file.texts, key=lambda text: (_SAID.index(text.name) if text.name in _SAID else 0, text.sequence))
    said = [text.public for text in ordered if text.name in _SAID] if _by_words(case) else []
    numbers = tuple(number_key(each) for each in _numbers(case))
    return Indexed(case.case_id, case.municipality, case.version, stems(said), numbers)


def _by_words(case: Case) -> bool:
    """Whether the case is found by its words; one that is hidden, or protected, is found by its numbers alone."""
    return not case.hidden and not case.protected


def _numbers(case: Case) -> tuple[str, ...]:
    registered = case.registration(case.municipality).diary_number if case.municipality else None
    return tuple(each for each in (case.foreign_number, registered) if each)


def _same(before: Indexed, wanted: Indexed) -> bool:
    return before.version == wanted.version and before.postings == wanted.postings
