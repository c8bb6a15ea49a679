"""What open data is asked for, and what it says beside the rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from synpunkt.http import Problem
from synpunkt.open_data import OpenCase
from synpunkt.places import municipality
from synpunkt.stores.open_data import LOG_SHARDS, OpenChange, OpenStore

# What is hidden is to be gone soon from wherever a copy is kept.
KEPT_A_MINUTE = {"Cache-Control": "public, max-age=60"}
_CURSOR = re.compile(rf"\d{{1,12}}(?:_\d{{1,12}}){{{LOG_SHARDS - 1}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a municipality and month."""

    municipality: str
    month: str
    after: str | None
    limit: int

    def page(self, opened: OpenStore) -> tuple[list[OpenCase], str | None]:
        """The cases, and `after` of the next page. Raises `Problem` (422) when there is no such municipality."""
        if municipality(self.municipality) is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")
        return opened.of_month(self.municipality, self.month, after=self.after, limit=self.limit)


def link_to_next(path: str, asked: Asked, more: str | None) -> dict[str, str]:
    """The header that leads to the next page, when there is one (RFC 8288)."""
    if more is None:
        return {}
    query = {"municipality": asked.municipality, "month": asked.month, "limit": asked.limit, "after": more}
    return {"Link": f'<{path}?{urlencode(query)}>; rel="next"'}


def changes_behind(opened: OpenStore, cursor: str, limit: int) -> tuple[list[OpenChange], str]:
    """Changes, and the cursor that goes on behind them. Raises `Problem` (422) for a cursor that is none of ours."""
    begun = positions(cursor)
    found, reached = opened.changes(begun, limit=limit)
    still = [shard for shard, position in enumerate(begun) if 0 < position == reached[shard]]
    if any(begun[shard] > opened.end(shard) for shard in still):
        # No log ever came so far: whoever went on from there would be told nothing until it does.
        raise _no_cursor()
    return found, position_text(reached)


def positions(cursor: str) -> tuple[int, ...]:
    """Where a cursor stands in each log; an empty one stands before all. Raises `Problem` (422) for none in form."""
    if not cursor:
        return (0,) * LOG_SHARDS
    if not _CURSOR.fullmatch(cursor):
        raise _no_cursor()
    return tuple(map(int, cursor.split("_")))


def _no_cursor() -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_cursor")


def position_text(reached: Sequence[int]) -> str:
    """The cursor: positions in plain sight, since it gives no right."""
    return "_".join(map(str, reached))
