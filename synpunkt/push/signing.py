"""Signatures as Standard Webhooks has them (https://www.standardwebhooks.com), with a secret that can be changed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from synpunkt.identity import TokenMaker
from synpunkt.push.subscription import Subscription

OVERLAP = timedelta(hours=24)
"""For so long after a new secret was made, messages are signed with the one before, too."""


def signatures(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one `v1,…` for each secret (`whsec_…`). `timestamp`: seconds since 1970."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_hmac(secret, signed)}" for secret in secrets)


def secrets_in_force(tokens: TokenMaker, subscription: Subscription, now: datetime) -> list[str]:
    """The secrets to sign with: the newest, and for a day after it was made the one before."""
    version, rotated = subscription.secret_version, subscription.rotated_at
    versions = [version]
    if rotated is not None and now - rotated < OVERLAP:
        versions.append(version - 1)
    return [tokens.webhook_secret(subscription.subscription_id, each) for each in versions]


def _hmac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
