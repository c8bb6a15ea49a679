"""Who may do what in a sandbox, and in which."""

from __future__ import annotations

from http import HTTPStatus

from synpunkt.http.problem import Problem
from synpunkt.identity import Caller, Scope


def in_sandbox(caller: Caller, scope: Scope, asked: str | None) -> tuple[Caller, str]:
    """The caller and the sandbox that is meant: the one asked for, or their only one.

    Raises `Problem` (403) for a key that is not a test key, and for another's sandbox.
    """
    if not caller.test:
        raise Problem(HTTPStatus.FORBIDDEN, "only_for_tests")
    code = asked or (min(caller.municipalities) if len(caller.municipalities) == 1 else None)
    if code is None or not caller.may(scope, code):
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    return caller, code
