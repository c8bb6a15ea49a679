"""Now, and ids that sort by time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ulid import ULID

SWEDEN = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    """The current time, UTC, in whole milliseconds (what a ULID and our timestamps carry)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id() -> str:
    """A new ULID: 26 characters, unique, and sorting by the time it was made."""
    return str(ULID())


def to_iso(moment: datetime) -> str:
    """`2026-11-21T23:24:48.123Z`, always UTC with milliseconds, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """The reverse of `to_iso`."""
    return datetime.fromisoformat(text)


def localdate(moment: datetime) -> str:
    """`2026-11-21`, the day in Sweden."""
    return moment.astimezone(SWEDEN).date().isoformat()
