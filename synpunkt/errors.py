"""Telling of an error without telling what somebody wrote."""

from __future__ import annotations

import traceback


def what_and_where(error: BaseException) -> dict[str, object]:
    """The error's type and the function and line it came from, for a log; never its message."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
    return {"error_type": type(error).__name__, "at": at}
