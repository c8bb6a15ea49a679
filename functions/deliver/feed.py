"""The pull feed: the events of every municipality a key acts for, as one list that goes on from a cursor."""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.identity import Caller, Scope
from synpunkt.stores.feed import FeedEntry, FeedPage, FeedStore

MUNICIPALITIES_A_PAGE = 25
"""One read each, and one more where nothing is new; who acts for more names one."""
_CURSOR = re.compile(r"(?:[0-9]{4}-[0-9]{1,12})(?:_[0-9]{4}-[0-9]{1,12})*")
_MAX_CURSOR = 290 * len("0180-000000000000_")

Page = tuple[list[Mapping[str, Any]], str]


def feed_page(feed: FeedStore, caller: Caller, municipality: str | None, after: str, limit: int) -> Page:
    """Events, and the cursor that goes on behind them. Raises `Problem` for what the caller may not read."""
    codes = _codes(caller, municipality)
    begun = _positions(after, caller)
    now = clock.now()
    pages = {code: feed.read(code, after=begun.get(code, 0), limit=limit, now=now) for code in codes}
    if any(_is_beyond(feed, code, begun.get(code, 0), page) for code, page in pages.items()):
        raise _no_cursor()
    taken = list(itertools.islice(_merged(pages), limit))
    # Positions of municipalities that were not asked for now are kept: the next request may ask for all again.
    on = {**begun, **{code: _reached(code, page, taken) for code, page in pages.items()}}
    events = [entry.event for code, entry in taken if _told_here(code, entry, caller, codes)]
    return events, "_".join(f"{code}-{position}" for code, position in sorted(on.items()))


def _codes(caller: Caller, municipality: str | None) -> list[str]:
    if municipality is not None:
        if not caller.may(Scope.READ, municipality):
            raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
        return [municipality]
    codes = sorted(code for code in caller.municipalities if caller.may(Scope.READ, code))
    if not codes:
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    if len(codes) > MUNICIPALITIES_A_PAGE:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "name_municipality")
    return codes


def _positions(cursor: str, caller: Caller) -> dict[str, int]:
    if not cursor:
        return {}
    if len(cursor) > _MAX_CURSOR or not _CURSOR.fullmatch(cursor):
        raise _no_cursor()
    parts = [part.split("-") for part in cursor.split("_")]
    found = {code: int(position) for code, position in parts}
    if len(found) < len(parts) or not all(caller.may(Scope.READ, code) for code in found):
        raise _no_cursor()
    return found


def _is_beyond(feed: FeedStore, code: str, position: int, page: FeedPage) -> bool:
    """Whether the feed never came so far: whoever went on from there would be told nothing until it does."""
    nothing_new = page.through == position and not page.entries
    return nothing_new and position > 0 and position > feed.end(code)


def _no_cursor() -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_cursor")


def _merged(pages: Mapping[str, FeedPage]) -> Iterator[tuple[str, FeedEntry]]:
    """The oldest first, as far as each feed's own order allows."""
    feeds = ([(code, entry) for entry in page.entries] for code, page in pages.items())
    return heapq.merge(*feeds, key=lambda each: str(each[1].event["event_id"]))


def _reached(code: str, page: FeedPage, taken: Sequence[tuple[str, FeedEntry]]) -> int:
    mine = sum(1 for each, _ in taken if each == code)
    return page.through if mine == len(page.entries) else page.entries[mine].position - 1


def _told_here(code: str, entry: FeedEntry, caller: Caller, codes: Collection[str]) -> bool:
    """Whether this feed tells it: an event that concerns two of the caller's municipalities is told in the first.

    It concerns who is limited to departments where one of theirs has the case, or had it last in that municipality.
    """
    concerned = [each for each in entry.event["audience"] if each in codes]
    if caller.departments:
        concerned = [each for each in concerned if entry.departments.get(each) in caller.departments]
    return bool(concerned) and min(concerned) == code
