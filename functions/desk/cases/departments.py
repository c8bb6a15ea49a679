"""Whose cases somebody works with who is limited to some departments of their municipality."""

from __future__ import annotations

from synpunkt.identity import Caller
from synpunkt.lifecycle import Case, Visibility


def within(caller: Caller, case: Case) -> bool:
    """Whether the case lies where the caller works: everywhere, unless they are limited to departments.

    Then it is one of theirs by department or team, is assigned to them or to somebody they stand in for, or is nobody's
    in particular. What is at another municipality lies at none of their departments, whatever those there are called.
    """
    if not caller.departments:
        return True
    if case.municipality not in caller.municipalities:
        return False
    unassigned = case.department is None and case.team is None
    return (
        unassigned
        or case.assignee in {caller.caller_id, *caller.stands_in_for}
        or not caller.departments.isdisjoint({case.department, case.team})
    )


def knows(caller: Caller, case: Case) -> bool:
    """Whether somebody of the municipality may know of the case: it lies where they work, or everyone may read it."""
    return within(caller, case) or is_open(case)


def is_open(case: Case) -> bool:
    """Whether everyone may read the case, so that colleagues at other departments may, too."""
    return case.visibility is Visibility.PUBLIC and not case.hidden
