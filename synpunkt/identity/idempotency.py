"""What makes two posts the same post."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

_KEY = re.compile(r"[A-Za-z0-9_-]{22,128}")


def is_valid_key(key: str) -> bool:
    """Whether `key` may be an Idempotency-Key: 22 to 128 of `A-Z a-z 0-9 _ -`; a UUID is fine."""
    return _KEY.fullmatch(key) is not None


def hash_key(key: str) -> str:
    """The key as stored: its SHA-256 in hex, since the key itself lets its holder read the receipt again."""
    return hashlib.sha256(key.encode()).hexdigest()


def canonical_fingerprint(body: Any) -> str:
    """A SHA-256 of the JSON value that does not depend on key order, white space or how numbers are written."""
    canonical = json.dumps(_same_numbers(body), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _same_numbers(value: Any) -> Any:
    # JSON knows one kind of number: 59.0 and 59 are the same (RFC 8785).
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _same_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_same_numbers(each) for each in value]
    return value
