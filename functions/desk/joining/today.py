"""What may be asked for so many times a day and no more."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from synpunkt.http import Problem


def too_many_today(now: datetime) -> Problem:
    """The answer to one too many; the next day, which is one of UTC as the count is, it may be asked for again."""
    tomorrow = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    wait = math.ceil((tomorrow - now).total_seconds())
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many_today", headers={"Retry-After": str(wait)})
