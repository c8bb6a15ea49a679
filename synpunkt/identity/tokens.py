"""Private links: a keyed hash that can be recomputed, so nothing secret is stored with a case."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime
from enum import StrEnum

# Seconds in hexadecimal, to the year 2106 at the most.
_UNTIL = re.compile(r"[0-9a-f]{1,8}")


class Purpose(StrEnum):
    """What a link lets its holder do."""

    REPORTER = "reporter"
    WORK = "work"


class TokenMaker:
    """Makes and checks tokens with one secret key.

    A token is 32 characters of URL-safe base64 (192 bits of HMAC-SHA256). Raising a case's token version
    revokes all tokens made before.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the token key must have at least 32 bytes")
        self._key = key

    def case_token(self, case_id: str, version: int) -> str:
        """The token that opens one case for whoever reported it."""
        return self._hash(f"case:{Purpose.REPORTER}:{case_id}:{version}")

    def work_token(self, case_id: str, version: int, round_: int) -> str:
        """The token that opens one case for those it was sent to in that round, until it is somebody else's."""
        return self._hash(f"case:{Purpose.WORK}:{case_id}:{version}:{round_}")

    def opens_case(self, token: str, case_id: str, version: int, round_: int) -> Purpose | None:
        """What `token` lets its holder do with the case, which is in that round; `None` when nothing.

        Constant time for a purpose.
        """
        made = {
            Purpose.REPORTER: self.case_token(case_id, version),
            Purpose.WORK: self.work_token(case_id, version, round_),
        }
        for purpose, expected in made.items():
            if hmac.compare_digest(token.encode(), expected.encode()):
                return purpose
        return None

    def errand_token(self, case_id: str, version: int, errand: str, expires: datetime) -> str:
        """The token of a link in a mail that lets its holder do one thing, such as `hand_over:7`, until it expires."""
        until = int(expires.timestamp())
        return f"{until:x}.{self._hash(f'errand:{errand}:{case_id}:{version}:{until}')}"

    def opens_errand(self, token: str, case_id: str, version: int, errand: str, now: datetime) -> bool:
        """Whether `token` is for that errand, whole, and has not expired."""
        until, _, _ = token.partition(".")
        if not _UNTIL.fullmatch(until) or int(until, 16) <= now.timestamp():
            return False
        expected = self.errand_token(case_id, version, errand, datetime.fromtimestamp(int(until, 16), UTC))
        return hmac.compare_digest(token.encode(), expected.encode())

    def photo_token(self, case_id: str, holder: str, photo_id: str, name: str, expires: datetime) -> str:
        """The token in the address of one file of one photo, for those who have the case, until it expires.

        `holder`: who has the case; when somebody else has, the token opens nothing. `name`: as `1600.jpg`.
        """
        until = int(expires.timestamp())
        return f"{until:x}.{self._hash(f'photo:{case_id}:{holder}:{photo_id}:{name}:{until}')}"

    def opens_photo(self, token: str, case_id: str, holder: str, photo_id: str, name: str, now: datetime) -> bool:
        """Whether `token` is for that file, whole, and has not expired."""
        until, _, _ = token.partition(".")
        if not _UNTIL.fullmatch(until) or int(until, 16) <= now.timestamp():
            return False
        expected = self.photo_token(case_id, holder, photo_id, name, datetime.fromtimestamp(int(until, 16), UTC))
        return hmac.compare_digest(token.encode(), expected.encode())

    def reply_token(self, case_id: str, version: int, purpose: Purpose) -> str:
        """The token in the address that a mail about a case is answered to: 24 characters (120 bits) of base32,
        in lower case, as mail systems may change the case of an address. It opens no page."""
        digest = hmac.new(self._key, f"reply:{purpose}:{case_id}:{version}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest[:15]).decode().lower()

    def opens_reply(self, token: str, case_id: str, version: int) -> Purpose | None:
        """For whom the address of an incoming mail was made; `None` when it was made for nobody."""
        for purpose in Purpose:
            if hmac.compare_digest(token.lower().encode(), self.reply_token(case_id, version, purpose).encode()):
                return purpose
        return None

    def webhook_secret(self, subscription_id: str, version: int) -> str:
        """The secret that messages to a subscriber are signed with, as Standard Webhooks writes it: `whsec_…`."""
        digest = hmac.new(self._key, f"webhook:{subscription_id}:{version}".encode(), hashlib.sha256).digest()
        return f"whsec_{base64.b64encode(digest).decode()}"

    def recipient_hash(self, address: str) -> str:
        """The name of a recipient where the address itself must not stand: a keyed hash of e-mail or phone."""
        return self._hash(f"recipient:{address.strip().lower()}")

    def _hash(self, message: str) -> str:
        digest = hmac.new(self._key, message.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode()
