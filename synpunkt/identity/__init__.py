"""Names and keys of a case: its reference, its private link, and the idempotency of a post."""

from synpunkt.identity.callers import Caller, Scope, hash_api_key, new_key
from synpunkt.identity.idempotency import canonical_fingerprint, hash_key, is_valid_key
from synpunkt.identity.reference import new_reference, normalise_reference
from synpunkt.identity.tokens import Purpose, TokenMaker

__all__ = [
    "Caller",
    "Purpose",
    "Scope",
    "TokenMaker",
    "canonical_fingerprint",
    "hash_api_key",
    "hash_key",
    "is_valid_key",
    "new_key",
    "new_reference",
    "normalise_reference",
]
