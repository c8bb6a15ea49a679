"""What each role of a municipality's staff, and our own operators, may do: one table, read by code and by tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from synpunkt.identity.callers import Scope


class Role(StrEnum):
    """A role somebody has been given. Each of a municipality's roles may do what the ones before it may."""

    HANDLER = "handler"
    LEAD = "lead"
    REGISTRAR = "registrar"
    ADMIN = "admin"
    OPERATOR = "operator"


MUNICIPAL_ROLES = (Role.HANDLER, Role.LEAD, Role.REGISTRAR, Role.ADMIN)
"""The roles a municipality's admin gives; `operator` is given by us alone."""

_HANDLER = frozenset({Scope.READ, Scope.WRITE, Scope.CONTACT})
_LEAD = _HANDLER | {Scope.ASSIGN, Scope.BULK}
_REGISTRAR = _LEAD | {Scope.HAND_OVER, Scope.REFER, Scope.CORRECT, Scope.PROTECTED}
_ADMIN = _REGISTRAR | {Scope.REGISTRY, Scope.STAFF, Scope.KEYS}

RIGHTS: Mapping[Role, frozenset[Scope]] = {
    Role.HANDLER: _HANDLER,
    Role.LEAD: _LEAD,
    Role.REGISTRAR: _REGISTRAR,
    Role.ADMIN: _ADMIN,
    # Triage and approvals for the whole country; nothing of a municipality's own.
    Role.OPERATOR: frozenset({Scope.OPERATOR}),
}


def rights_of(roles: Collection[Role]) -> frozenset[Scope]:
    """All that the roles together may do."""
    return frozenset().union(*(RIGHTS[role] for role in roles))
