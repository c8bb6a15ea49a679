"""The edge of a function: what is logged, and what leaves it when it fails. Neither tells a word of a case."""

from __future__ import annotations

import functools
import json
import os
import time
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Failed(Exception):
    """Something went wrong, and was told in the log; the message is the name of the place where."""


def log(what: str, **facts: str | int | None) -> None:
    """One line of JSON. `facts`: ids, codes and counts; never what somebody wrote."""
    print(json.dumps({"what": what, **{name: each for name, each in facts.items() if each is not None}}), flush=True)


def metrics(what: str, **counts: int) -> None:
    """One line of JSON that CloudWatch makes metrics of, in `SynpunktBridge`, for the function it runs in."""
    names = {name.capitalize(): count for name, count in counts.items()}
    described = {
        "Namespace": "SynpunktBridge",
        "Dimensions": [["Function"]],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in names],
    }
    function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
    about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [described]}
    print(json.dumps({"what": what, "_aws": about, "Function": function, **names}), flush=True)


def log_failure(where: str, error: BaseException) -> None:
    """Tells the kind of an error, its code if it is one of ours, and the lines it came through: not its message,
    which may repeat what somebody wrote."""
    lines = [f"{each.filename.rpartition('/')[2]}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)]
    code = str(error) if getattr(error, "is_code", False) else None
    log("failed", where=where, error=type(error).__name__, code=code, at=" ".join(lines[-6:]))


def told(where: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Has a function's failures logged without their words, and raised as `Failed`: Lambda logs what leaves it."""

    def around(function: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(function)
        def inner(*arguments: Any) -> T:
            try:
                return function(*arguments)
            except Exception as error:
                log_failure(where, error)
            raise Failed(where)

        return inner

    return around
