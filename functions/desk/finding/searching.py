"""Finding a case by its number or by words: from the rarest word, newest first, so much at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from functions.desk.cases.departments import knows, within
from functions.desk.cases.handling_models import Inbox
from functions.desk.cases.inbox import row_elsewhere, rows_of
from functions.desk.cases.photo_links import PhotoLinks
from synpunkt.finding import number_key, stems
from synpunkt.http import Problem
from synpunkt.identity import Caller, normalise_reference
from synpunkt.lifecycle import Attention, Case, Priority, attention
from synpunkt.stores import items
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.incidents import IncidentStore
from synpunkt.stores.insight import InsightStore, first_id, month_of

# The words of a question that count: the first ones. Whoever writes more has pasted something.
_WORDS = 8
# What one page may cost, however common or rare the words are; `next` goes on from where it stopped.
_READS_A_PAGE = 36
_CASES_A_READ = 100
_SAME_NUMBER = 20


@dataclass(frozen=True, slots=True)
class Page:
    """Newer cases with the rarest of some words. `all_told`: the month has no more of them."""

    cases: Sequence[str]
    rarest: str
    all_told: bool


@dataclass(frozen=True, slots=True)
class Searching:
    """Searches in what one municipality may see."""

    cases: CaseStore
    insight: InsightStore
    incidents: IncidentStore
    links: PhotoLinks

    def page(
        self, caller: Caller, municipality: str, asked: str, *, after: str | None, limit: int, language: str
    ) -> Inbox:
        """A page of cases: first what has that number, then what has all the words, newest first.

        A page may be short, or empty, with more to come after it. Raises `Problem` (422) when there is nothing in the
        question to search for.
        """
        numbered = self._numbered(municipality, asked)
        words = stems([asked], at_most=_WORDS)
        if not words and not any(each.isdecimal() for each in asked):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "nothing_to_search_for")
        found, following = self._with_words(municipality, words, after, limit) if words else ([], None)
        known = {case.case_id for case in numbered}
        # The index follows the cases at a distance: whose a case is now, the case itself knows.
        worded = [
            case for case in self._heads(found) if case.case_id not in known and case.municipality == municipality
        ]
        shown = worded if after else [*numbered, *worded]
        heads = [_head(caller, municipality, case) for case in shown if knows(caller, case)]
        return Inbox(cases=rows_of(self.cases, self.incidents, heads, "found", language, self.links), next=following)

    def _numbered(self, municipality: str, asked: str) -> list[Case]:
        reference = normalise_reference(asked)
        by_reference = self.cases.case_id_of(reference) if reference else None
        by_number = self.insight.with_number(municipality, number_key(asked), at_most=_SAME_NUMBER)
        found = self._heads([*([by_reference] if by_reference else []), *by_number])
        return [case for case in found if _may_read(municipality, case)]

    def _with_words(
        self, municipality: str, words: Sequence[str], after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """So many case ids at most, newest first, and the `after` of the next page."""
        found: list[str] = []
        reads, done_to = _READS_A_PAGE, after
        months = self.insight.months(municipality, until=month_of(after) if after else None, at_most=_READS_A_PAGE)
        for month in months:
            asked, all_told = words, False
            while not all_told:
                # One for each word, and one for the other words of what was found.
                reads -= len(asked) + 1
                if reads < 0:
                    return found, done_to
                page = self._page(municipality, month, asked, done_to, limit + 1 if len(words) == 1 else _CASES_A_READ)
                for each in self._having_all(municipality, page.cases, words):
                    if len(found) == limit:
                        return found, found[-1]
                    found.append(each)
                asked, all_told = [page.rarest], page.all_told
                done_to = first_id(month) if all_told else page.cases[-1]
        return found, done_to if len(months) == _READS_A_PAGE else None

    def _page(self, municipality: str, month: str, words: Sequence[str], before: str | None, at_most: int) -> Page:
        """The first page of each word says how rare it is: it holds all there are, or reaches further back."""
        pages = {}
        for word in words:
            pages[word] = self.insight.with_word(municipality, month, word, before=before, at_most=at_most)
            if not pages[word]:
                return Page((), word, all_told=True)
        rarest = min(words, key=lambda word: (len(pages[word]), pages[word][-1]))
        return Page(pages[rarest], rarest, all_told=len(pages[rarest]) < at_most)

    def _having_all(self, municipality: str, candidates: Sequence[str], words: Sequence[str]) -> Iterator[str]:
        if len(words) == 1 or not candidates:
            yield from candidates
            return
        rows = self.insight.rows(candidates)
        for each in candidates:
            row = rows.get(each)
            if row is not None and row.municipality == municipality and set(words) <= set(row.stems):
                yield each

    def _heads(self, case_ids: Sequence[str]) -> list[Case]:
        """Those cases, each once, in that order."""
        ids = list(dict.fromkeys(case_ids))
        heads = {case.case_id: case for case in self.cases.heads(ids)} if ids else {}
        return [heads[each] for each in ids if each in heads]


def _may_read(municipality: str, case: Case) -> bool:
    """Whether they have it, or have handed it over: they may still read it, so its number still finds it."""
    return municipality in {case.municipality, *(each.municipality for each in case.came_from)}


def _head(caller: Caller, municipality: str, case: Case) -> Mapping[str, Any]:
    """The case as a row of the list; of somebody else's, without who works on it there, and how soon."""
    theirs = case.municipality == municipality
    if theirs and not within(caller, case):
        return row_elsewhere(case, "found")
    asks = attention(case) if theirs else Attention.ELSEWHERE
    others = {} if theirs else {"team": None, "assignee": None, "department": None, "desk": None}
    order = items.order_of(asks, case if theirs else replace(case, priority=Priority.NORMAL))
    return {**items.head_item(case), **others, "found_sk": f"{order}#{case.case_id}"}
