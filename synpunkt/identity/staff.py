"""One who works with cases: whose staff, in which roles, and who stands in for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from synpunkt.identity.callers import Caller, CallerKind
from synpunkt.identity.roles import Role, rights_of
from synpunkt.sandbox import is_sandbox


class State(StrEnum):
    """Whether somebody is let in."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Cover:
    """Who takes somebody's cases while they are away. `until`: the last day, Swedish time."""

    by: str
    until: date

    def holds(self, today: date) -> bool:
        """Whether it still does."""
        return today <= self.until


@dataclass(frozen=True, slots=True)
class Member:
    """A person as the registry knows them. `municipality`: `None` for our own operators.

    `subject`: who they are to the user pool, known from their first login on. `version` counts changes.
    """

    staff_id: str
    email: str
    name: str
    municipality: str | None
    roles: frozenset[Role]
    departments: frozenset[str] = frozenset()
    state: State = State.ACTIVE
    subject: str | None = None
    cover: Cover | None = None
    version: int = 1

    @property
    def is_active_admin(self) -> bool:
        """Whether the municipality can count on them to let others in."""
        return self.state is State.ACTIVE and Role.ADMIN in self.roles

    def caller(self) -> Caller:
        """What they are to a route."""
        return Caller(
            caller_id=self.staff_id,
            name=self.name,
            municipalities=frozenset({self.municipality} if self.municipality else ()),
            scopes=rights_of(self.roles),
            kind=CallerKind.STAFF,
            roles=frozenset(role.value for role in self.roles),
            departments=self.departments,
            test=is_sandbox(self.municipality),
        )


def hash_email(email: str) -> str:
    """The name a person is found by: addresses that differ in case or outer blanks are one person's."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def domain_of(email: str) -> str:
    """What stands after the last `@`, in lower case."""
    return email.strip().lower().rpartition("@")[2]
