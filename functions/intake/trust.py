"""Whether a mail may be acted on: not written by a machine, not forged, and from somebody who has the case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.message import EmailMessage

from functions.intake.mail_words import AUTOMATIC_SUBJECT
from functions.intake.received import header
from synpunkt.lifecycle import Case
from synpunkt.responsibility import MunicipalityProfile

# Domains where anybody may have an address: there, only the exact address is one's own.
_OPEN_TO_ALL = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "live.se", "hotmail.se", "outlook.se",
    "msn.com", "yahoo.com", "yahoo.se", "icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "telia.com",
    "bredband.net", "comhem.se", "tele2.se", "spray.se", "home.se", "gmx.com", "aol.com", "passagen.se", "bahnhof.se",
})  # fmt: skip
_MACHINES = ("mailer-daemon", "postmaster", "noreply", "no-reply", "bounce", "bounces")
_LISTED = ("List-Id", "List-Unsubscribe", "List-Post", "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Loop")


def is_automatic(message: EmailMessage, sender: str | None) -> bool:
    """Whether a machine wrote the mail: an out-of-office, a bounce, a list, a ticket system's receipt."""
    submitted = header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if header(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if any(header(message, name) for name in _LISTED):
        return True
    if message.get_content_type() == "multipart/report" or header(message, "Return-Path") == "<>":
        return True
    local = (sender or "").partition("@")[0]
    return local in _MACHINES or AUTOMATIC_SUBJECT.match(header(message, "Subject")) is not None


def forged(message: EmailMessage, sender: str, *, checked: bool) -> str | None:
    """Why the mail must not be believed, as a code; `None` when nothing speaks against it.

    `checked`: whether SES has looked at it. What SES found stands first: a header of the same name further down is
    the sender's own.
    """
    for verdict, code in (("X-SES-Virus-Verdict", "virus"), ("X-SES-Spam-Verdict", "spam")):
        found = header(message, verdict).upper()
        if found == "FAIL" or (checked and not found):
            return code if found else "unchecked"
    results = header(message, "Authentication-Results").lower()
    if not results.startswith("amazonses.com"):
        return "unchecked" if checked else None
    verdicts = dict(re.findall(r"\b(spf|dkim|dmarc)=(\w+)", results))
    if verdicts.get("dmarc") == "pass":
        return None
    if verdicts.get("dmarc") == "fail":
        return "forged"
    return "forged" if "fail" in (verdicts.get("spf"), verdicts.get("dkim")) and not _signed(results, sender) else None


def _signed(results: str, sender: str) -> bool:
    """Whether the sender's own domain has signed the mail."""
    domain = sender.partition("@")[2]
    signed_by = re.findall(r"dkim=pass [^;]*?header\.[id]=@?([\w.-]+)", results)
    return any(domain == each or domain.endswith(f".{each}") for each in signed_by)


def mailboxes(case: Case, profile: MunicipalityProfile | None) -> frozenset[str]:
    """The verified addresses of those who have the case now, and of those that it was sent to."""
    if profile is None:
        return frozenset()
    mine = f"body:{case.body}" if case.body else None
    sent_to = {recipient.partition(":")[2] for recipient in (*case.recipients, *case.accepted_by)}
    return frozenset(
        address.lower()
        for unit, address in profile.mails.items()
        if (unit == mine if mine else not unit.startswith("body:") or unit in sent_to)
    )


def may_write(sender: str, addresses: Iterable[str]) -> bool:
    """Whether the sender is one of the addresses, or a colleague: somebody at the same organisation's domain."""
    domain = sender.partition("@")[2]
    known = {address.partition("@")[2] for address in addresses} - _OPEN_TO_ALL
    return sender in set(addresses) or domain in known
