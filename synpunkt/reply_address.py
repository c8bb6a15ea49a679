"""Addresses that mails about a case are answered to: `svar+7kq-4m2x.<token>@…`, one for each case and purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from synpunkt.identity import Purpose, TokenMaker, normalise_reference
from synpunkt.lifecycle import Case
from synpunkt.texts import text

_DETAIL = re.compile(r"([0-9a-z]{3}-?[0-9a-z]{4})\.([a-z2-7]{24})", re.IGNORECASE)
_TOKENS = re.compile(r"#t=[\w.%~=-]+")


@dataclass(frozen=True, slots=True)
class ReplyAddresses:
    """Makes and reads them. `base`: the address all of them extend, such as `svar@…`; empty where no mail is read."""

    tokens: TokenMaker
    base: str

    def of(self, case: Case, purpose: Purpose) -> str | None:
        """Where those that a mail is for answer to; `None` where no mail is read."""
        if not self.base:
            return None
        local, _, domain = self.base.partition("@")
        token = self.tokens.reply_token(case.case_id, case.token_version, purpose)
        return f"{local}+{case.reference.lower()}.{token}@{domain}"

    def thread(self, case: Case) -> str | None:
        """The id by which mail programs keep all mails about a case together; no mail has it itself."""
        return f"<{case.reference.lower()}@{self.base.partition('@')[2]}>" if self.base else None

    def parts(self, address: str) -> tuple[str, str] | None:
        """Reference and token of an address that looks like one of ours; whether it is one, the token says."""
        local, _, domain = address.strip().lower().partition("@")
        ours, _, our_domain = self.base.lower().partition("@")
        name, _, detail = local.partition("+")
        found = _DETAIL.fullmatch(detail)
        if not self.base or (name, domain) != (ours, our_domain) or found is None:
            return None
        reference = normalise_reference(found[1])
        return (reference, found[2]) if reference else None

    def is_ours(self, address: str) -> bool:
        """Whether mail to that address comes to us."""
        local, _, domain = address.strip().lower().partition("@")
        ours, _, our_domain = self.base.lower().partition("@")
        return bool(self.base) and domain == our_domain and local.partition("+")[0] == ours

    def scrubbed(self, written: str) -> str:
        """What somebody wrote, without what opens a case: the tokens of private links, and addresses of ours."""
        local, _, domain = self.base.partition("@")
        address = re.compile(rf"{re.escape(local)}\+[\w.-]+@{re.escape(domain)}", re.IGNORECASE)
        written = _TOKENS.sub("", written)
        return address.sub("…", written) if self.base else written


def answerable(body: str, language: str, reply_to: str | None) -> str:
    """The body of a mail that may be answered: with the line that answers are written above."""
    return f"{text('mail.above_this_line', language)}\n\n{body}" if reply_to else body
