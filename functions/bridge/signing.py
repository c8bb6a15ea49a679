"""Checks signatures as Standard Webhooks makes them (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

TOLERANCE_SECONDS = 300
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_TIME = re.compile(r"[0-9]{1,12}")


class NotSigned(Exception):
    """It is not to be believed; the message is a code."""

    is_code = True


def checked_id(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The message's id, once one of the secrets (`whsec_…`) is seen to have signed it within five minutes of now.

    Raises `NotSigned`: `unsigned`, `stale`, `forged`.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(message_id) or not _TIME.fullmatch(timestamp):
        raise NotSigned("unsigned")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise NotSigned("stale")
    given = [each.encode() for each in headers.get("webhook-signature", "").split()[:10]]
    made = [b"v1," + _made(secret, f"{message_id}.{timestamp}.".encode() + body) for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in given for other in made):
        raise NotSigned("forged")
    return message_id


def is_secret(text: str) -> bool:
    """Whether it can be signed with: `whsec_` and at least 24 bytes in base64."""
    try:
        return text.startswith("whsec_") and len(_key(text)) >= 24
    except binascii.Error:
        return False


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def _made(secret: str, signed: bytes) -> bytes:
    return base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest())
