"""A municipality's sandbox: a municipality of its own, whose code is the real one plus 5000. Pure.

What keeps municipalities apart keeps it apart, too; so nothing else has to know which cases are made up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synpunkt.lifecycle import Case

LASTS = timedelta(days=30)
"""A made-up case, and a key that anybody may ask for."""

# SCB's codes end at 2584, so these are nobody's, and four digits as all others.
_APART = 5000
_FIRST, _LAST = "5114", "7584"


def is_sandbox(code: str | None) -> bool:
    """Whether the code is that of a sandbox; whether there is such a municipality is not asked."""
    return code is not None and len(code) == len(_FIRST) and _FIRST <= code <= _LAST and code.isdecimal()


def sandbox_of(code: str) -> str:
    """The sandbox of a municipality; of a sandbox, itself."""
    return code if is_sandbox(code) else f"{int(code) + _APART:04}"


def real_of(code: str) -> str:
    """The municipality that a sandbox belongs to; of any other code, itself."""
    return f"{int(code) - _APART:04}" if is_sandbox(code) else code


def alike(code: str, other: str | None) -> str:
    """The municipality with that code, in the world that the other is in: nothing goes from one into the other."""
    return sandbox_of(code) if is_sandbox(other) else real_of(code)


def is_test(case: Case) -> bool:
    """Whether the case is made up: it began in a sandbox, and stays in one."""
    return is_sandbox(case.municipality or case.municipality_given)
