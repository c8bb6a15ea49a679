"""Names and keys: a case's reference and private link, the idempotency of a post, and who calls."""

from synpunkt.identity.callers import (
    KEY_SCOPES,
    LIVE_QUOTA,
    TEST_QUOTA,
    Caller,
    CallerKind,
    Quota,
    Scope,
    hash_api_key,
    new_key,
)
from synpunkt.identity.idempotency import canonical_fingerprint, hash_key, is_valid_key
from synpunkt.identity.reference import new_reference, normalise_reference
from synpunkt.identity.roles import MUNICIPAL_ROLES, RIGHTS, Role, rights_of
from synpunkt.identity.staff import Cover, Member, State, domain_of, hash_email
from synpunkt.identity.tokens import Purpose, TokenMaker

__all__ = [
    "KEY_SCOPES",
    "LIVE_QUOTA",
    "MUNICIPAL_ROLES",
    "RIGHTS",
    "TEST_QUOTA",
    "Caller",
    "CallerKind",
    "Cover",
    "Member",
    "Purpose",
    "Quota",
    "Role",
    "Scope",
    "State",
    "TokenMaker",
    "canonical_fingerprint",
    "domain_of",
    "hash_api_key",
    "hash_email",
    "hash_key",
    "is_valid_key",
    "new_key",
    "new_reference",
    "normalise_reference",
    "rights_of",
]
