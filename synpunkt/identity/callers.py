"""Who calls, with a key or logged in, and what that lets them do."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from synpunkt.sandbox import is_sandbox


class Scope(StrEnum):
    """What a caller may do in the municipalities it acts for; `operator` acts for the whole country."""

    READ = "read"
    WRITE = "write"
    CONTACT = "contact"
    PROTECTED = "protected"
    ASSIGN = "assign"
    BULK = "bulk"
    HAND_OVER = "hand_over"
    REFER = "refer"
    CORRECT = "correct"
    REGISTRY = "registry"
    STAFF = "staff"
    KEYS = "keys"
    OPERATOR = "operator"


class CallerKind(StrEnum):
    """A system (or script) with a key, or a person who logged in."""

    KEY = "key"
    STAFF = "staff"


KEY_SCOPES = frozenset({Scope.READ, Scope.WRITE, Scope.CONTACT, Scope.REGISTRY})
"""What a municipality's key may be given: a key never lets others in, nor makes keys."""
# A system that writes does what its people decided; who among them may decide it is that system's to know.
_WITHIN_WRITE = frozenset({Scope.ASSIGN, Scope.BULK, Scope.HAND_OVER, Scope.REFER, Scope.CORRECT})


@dataclass(frozen=True, slots=True)
class Quota:
    """How many requests a key may make."""

    per_minute: int
    per_day: int


LIVE_QUOTA, TEST_QUOTA = Quota(600, 100_000), Quota(60, 5_000)
"""What a key may that nothing else was said of."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who showed a key or logged in. `caller_id` stands in histories; `name` is what people there are shown.

    `roles` are a person's, and empty for a key; without departments somebody works for all of their municipality, and
    a key for all of its municipalities. `stands_in_for`: the ids of colleagues whose cases they take today, where that
    matters, as the desk looks it up. `test`: somebody who only tries things out, and acts in sandboxes alone, where
    nobody else does. `quota`: what was said of this key's; `None` for people, and where nothing was.
    """

    caller_id: str
    name: str
    municipalities: frozenset[str]
    scopes: frozenset[Scope]
    kind: CallerKind = CallerKind.KEY
    roles: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    stands_in_for: frozenset[str] = frozenset()
    test: bool = False
    quota: Quota | None = None

    def may(self, scope: Scope, municipality: str) -> bool:
        """Whether the caller may do that in a municipality; an operator's own right is not a municipality's."""
        if scope is Scope.PROTECTED and self.kind is CallerKind.KEY:
            # Whatever a key was given: what a system reads, nobody in particular has read.
            return False
        if self.test is not is_sandbox(municipality):
            return False
        return municipality in self.municipalities and (scope in self.scopes or self._writes_so(scope))

    def covers(self, departments: Collection[str]) -> bool:
        """Whether they work wherever somebody with those departments does; without any that is everywhere."""
        return not self.departments or (bool(departments) and self.departments.issuperset(departments))

    def _writes_so(self, scope: Scope) -> bool:
        return self.kind is CallerKind.KEY and scope in _WITHIN_WRITE and Scope.WRITE in self.scopes


def new_key(*, test: bool = False) -> str:
    """A new key: 256 random bits, so its plain hash is enough to keep. One that only tries things out looks so."""
    return f"synpunkt_{'test_' if test else ''}{secrets.token_urlsafe(32)}"


def hash_api_key(key: str) -> str:
    """The key as stored."""
    return hashlib.sha256(key.encode()).hexdigest()
