"""Who calls with a key, and what the key lets them do."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a caller may do in the municipalities it acts for; `operator` acts for the whole country."""

    READ = "read"
    WRITE = "write"
    CONTACT = "contact"
    REGISTRY = "registry"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who showed a key. `caller_id` stands in histories; `name` is what people there are shown."""

    caller_id: str
    name: str
    municipalities: frozenset[str]
    scopes: frozenset[Scope]

    def may(self, scope: Scope, municipality: str) -> bool:
        """Whether the caller may do that in a municipality; an operator's own right is not a municipality's."""
        return scope in self.scopes and municipality in self.municipalities


def new_key() -> str:
    """A new key: 256 random bits, so its plain hash is enough to keep."""
    return f"synpunkt_{secrets.token_urlsafe(32)}"


def hash_api_key(key: str) -> str:
    """The key as stored."""
    return hashlib.sha256(key.encode()).hexdigest()
