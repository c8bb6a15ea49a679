"""Finding service requests and updates: by id, or in one municipality within a window; never through the whole land."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from operator import itemgetter
from typing import Any

from ulid import ULID

from functions.cases.open311_view import is_public
from synpunkt import clock
from synpunkt.clock import from_iso, to_iso
from synpunkt.http import Problem
from synpunkt.http.open311 import decimal, moment, size_of
from synpunkt.identity import normalise_reference
from synpunkt.lifecycle import Status
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.feed import FeedStore
from synpunkt.story import is_referred

WINDOW = timedelta(days=90)
MOST_REQUESTS = 1000
"""How many of a window are looked at, the newest first."""
MOST_BYTES = 4 * 1024 * 1024
"""How much of them is told: with what it is wrapped in, an answer may have six."""
MOST_IDS = 50
MOST_EVENTS = 1000
"""In how many of a municipality's events updates are looked for, the latest first; its feed keeps 30 days."""
MOST_CHANGED = 200
"""After so many cases, or events, the rest of the second is looked at, so that an end is never asked for twice."""
KEPT = timedelta(days=30)
"""As far back as updates are found without naming cases."""
EVER = timedelta(days=36_500)
"""As long as a window may be where cases are named."""
Told = Mapping[str, Any]
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
# An event stands in the feed some moments after it happened.
_ON_ITS_WAY = timedelta(minutes=1)
_CHUNK = 250
_STATUSES = frozenset({"open", "closed"})
_SORTS = {"requested_datetime": "created_at", "updated_datetime": "updated_at"}


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when is looked, both included, and where that is less than was asked.

    `later`: what was asked goes on there; `cut`: it would have begun before `first`, of which nothing is kept.
    """

    first: datetime
    last: datetime
    later: datetime | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for. `bbox`: west, south, east, north; `sort`: our field, and whether it descends."""

    window: Window
    services: frozenset[str]
    statuses: frozenset[str]
    bbox: tuple[float, float, float, float] | None
    sort: tuple[str, bool]
    page: int
    page_size: int

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """What stands in the query. Raises `Problem` (400) for what cannot be meant."""
        return cls(
            window(query, WINDOW),
            frozenset(listed(query.get("service_code"))),
            _statuses(query.get("status")),
            _bbox(query.get("bbox")),
            _sort(query.get("sort")),
            _number(query, "page", 1, 10_000),
            _number(query, "page_size", MOST_REQUESTS, MOST_REQUESTS),
        )

    def meets(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of the public list is asked for, within the window."""
        status = "closed" if row["status"] == Status.RESOLVED else "open"
        return (
            to_iso(self.window.first)[:19] <= row["created_at"][:19] <= to_iso(self.window.last)[:19]
            and (not self.services or row.get("category") in self.services)
            and status in self.statuses
            and (self.bbox is None or _inside(self.bbox, row))
        )


@dataclass(frozen=True, slots=True)
class Requests:
    """Reads what everyone may read."""

    cases: CaseStore
    feed: FeedStore

    def by_ids(self, written: str) -> list[CaseFile]:
        """The public ones of a comma-separated list. Raises `Problem` (400) for too many."""
        references = listed(written)
        if len(references) > MOST_IDS:
            raise Problem(HTTPStatus.BAD_REQUEST, "too_many_ids")
        normal = list(dict.fromkeys(filter(None, map(normalise_reference, references))))
        known = self.cases.case_ids_of(normal)
        return self._whole([known[each] for each in normal if each in known])

    def one(self, written: str) -> CaseFile:
        """The case with that reference, with its timeline. Raises `Problem` (404) alike for none and not public."""
        normal = normalise_reference(written)
        case_id = self.cases.case_id_of(normal) if normal else None
        file = self.cases.load(case_id) if case_id else None
        if file is None or not is_public(file.case):
            raise Problem(HTTPStatus.NOT_FOUND, "case_not_found")
        return file

    def of_municipality(
        self, code: str, asked: Asked, tell: Callable[[CaseFile], Told]
    ) -> tuple[list[Told], str | None]:
        """A page of a municipality's cases; and where the window should end to see what was not looked at."""
        rows, more = self._rows(code, asked)
        field, descending = asked.sort
        told: list[tuple[str, Told]] = []
        size = 0
        for row, file in self._begun(rows):
            each = tell(file)
            size += size_of(each)
            if size > MOST_BYTES:
                more = str(row["created_at"])
                break
            told.append((str(row[field]), each))
        told.sort(key=itemgetter(0), reverse=descending)
        begin = (asked.page - 1) * asked.page_size
        # Never the same end again, however much came in within one second.
        on = to_iso(min(from_iso(more), asked.window.last - _SECOND)) if more else None
        return [each for _, each in told[begin : begin + asked.page_size]], on

    def changed(self, code: str, first: datetime, last: datetime) -> tuple[list[CaseFile], str | None]:
        """The public cases of a municipality in which something happened within the window, the latest first; and
        where the window should end to see what was not looked at."""
        first, last = first.replace(microsecond=0), last.replace(microsecond=0)
        second, events = last, 0
        found: dict[str, None] = {}
        for each in self.feed.back_from(code, last + _ON_ITS_WAY):
            if each.came_in < first:
                break
            if each.came_in < second:
                if events >= MOST_EVENTS or len(found) >= MOST_CHANGED:
                    return self._whole(list(found)), to_iso(second - _SECOND)
                second = each.came_in
            if first <= from_iso(each.event["occurred_at"]).replace(microsecond=0) <= last:
                events += 1
                found.setdefault(each.event["case_id"])
        return self._whole(list(found)), None

    def _rows(self, code: str, asked: Asked) -> tuple[list[Mapping[str, Any]], str | None]:
        """What is asked for among the newest, newest first; and when the last was reported, if there may be more."""
        rows: list[Mapping[str, Any]] = []
        enough = asked.page * asked.page_size if asked.sort == ("created_at", True) else MOST_REQUESTS
        for looked_at, row in enumerate(self._newest(code, asked), start=1):
            rows += [row] if asked.meets(row) else []
            if looked_at >= MOST_REQUESTS:
                return rows, str(row["created_at"])
            if len(rows) >= enough:
                break
        return rows, None

    def _newest(self, code: str, asked: Asked) -> Iterator[Mapping[str, Any]]:
        """Rows of the public list from the window's end to its beginning."""
        # An id is made a moment after the time that the case says.
        before: str | None = _before(asked.window.last + timedelta(minutes=1))
        begin = to_iso(asked.window.first - timedelta(minutes=1))
        while before is not None:
            page = self.cases.list_public(code, before=before, limit=_CHUNK)
            for row in page.rows:
                if row["created_at"] < begin:
                    return
                yield row
            before = page.next

    def _begun(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], CaseFile]]:
        for begin in range(0, len(rows), _CHUNK):
            row_of = {str(each["case_id"]): each for each in rows[begin : begin + _CHUNK]}
            for file in self.cases.beginnings(list(row_of)):
                if is_public(case := file.case):
                    # Who else has a case is told by its timeline.
                    whole = self._with_story(file) if case.body or is_referred(case) else file
                    yield row_of[case.case_id], whole

    def _whole(self, case_ids: Sequence[str]) -> list[CaseFile]:
        public = {each.case_id for each in self.cases.heads(case_ids) if is_public(each)}
        loaded = (self.cases.load(each) for each in case_ids if each in public)
        return [each for each in loaded if each is not None and is_public(each.case)]

    def _with_story(self, file: CaseFile) -> CaseFile:
        return self.cases.load(file.case.case_id) or file


def window(query: Mapping[str, str], longest: timedelta) -> Window:
    """From when to when is asked; where an end is not named, as long as may be.

    Raises `Problem` (400) for one that ends before it begins, or is longer.
    """
    later = None
    first, last = (moment(query[each], each) if query.get(each) else None for each in ("start_date", "end_date"))
    now = clock.now()
    if first is None:
        last = last or now
        first = last - longest
    if last is None:
        last = max(first, now)
        if last - first > longest + _DAY:
            last = later = first + longest
    if not timedelta() <= last - first <= longest + _DAY:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_window")
    return Window(first, last, later)


def window_of_updates(query: Mapping[str, str]) -> Window:
    """From when to when a municipality's updates are asked for, as far as they are kept.

    Raises `Problem` (400) as `window` does, and for one that ended before anything that is kept.
    """
    asked, now = window(query, KEPT), clock.now()
    if asked.first >= now - KEPT - _DAY:
        return asked
    last = now if asked.later else asked.last
    if last < now - KEPT - _DAY:
        raise Problem(HTTPStatus.BAD_REQUEST, "updates_not_kept")
    return Window(min(now - KEPT, last), last, cut=True)


def listed(written: str | None) -> list[str]:
    """The members of a comma-separated list."""
    return [each.strip() for each in (written or "").split(",") if each.strip()]


def _before(at: datetime) -> str:
    """An id greater than every one made before that time."""
    return f"{str(ULID.from_timestamp(max(at.timestamp(), 0.0)))[:10]}{'0' * 16}"


def _statuses(written: str | None) -> frozenset[str]:
    wanted = frozenset(each.lower() for each in listed(written))
    if wanted - _STATUSES:
        raise _wrong("status", "choice")
    return wanted or _STATUSES


def _bbox(written: str | None) -> tuple[float, float, float, float] | None:
    if not written:
        return None
    try:
        west, south, east, north = map(decimal, written.split(","))
    except ValueError as error:
        raise _wrong("bbox", "invalid") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _wrong("bbox", "range")
    return west, south, east, north


def _inside(bbox: tuple[float, float, float, float], row: Mapping[str, Any]) -> bool:
    west, south, east, north = bbox
    return "lat" in row and west <= row["lon"] <= east and south <= row["lat"] <= north


def _sort(written: str | None) -> tuple[str, bool]:
    name = written or "-requested_datetime"
    if name.removeprefix("-") not in _SORTS:
        raise _wrong("sort", "choice")
    return _SORTS[name.removeprefix("-")], name.startswith("-")


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    written = query.get(name) or str(default)
    if not (written.isascii() and written.isdigit() and len(written) <= 6):
        raise _wrong(name, "number")
    if not 1 <= int(written) <= most:
        raise _wrong(name, "range")
    return int(written)


def _wrong(field: str, code: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "invalid_query", [(field, code, {})])
