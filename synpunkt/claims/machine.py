"""The states of a claim and what leads from one to the next. Deterministic: ids, secrets and time come in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from synpunkt.responsibility.free_mail import is_free_mail

# Long enough for an agreement to find its signer, short enough that nobody comes back to a forgotten one.
OPEN_FOR = timedelta(days=60)


class ClaimState(StrEnum):
    """How far a claim has come."""

    BEGUN = "begun"
    PROVEN = "proven"
    AGREED = "agreed"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


_OPEN = frozenset({ClaimState.BEGUN, ClaimState.PROVEN, ClaimState.AGREED})


class ClaimRefusal(Exception):
    """It cannot be done. `code`: stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an operator found out and where: that an address or a domain is a municipality's own.

    `unit`: the unit of its registry an address belongs to; `None` for the municipality itself. `source`: a web address,
    or how it was found out. `note`: why whoever wrote it down was sure.
    """

    municipality: str
    value: str
    source: str
    by: str
    at: datetime
    unit: str | None = None
    note: str | None = None

    @property
    def is_address(self) -> bool:
        """Whether it is about a mail address, and not a domain."""
        return "@" in self.value


@dataclass(frozen=True, slots=True)
class Proof:
    """How it was proven that somebody speaks for the municipality. `value`: the address or domain; `source`: of it."""

    how: str
    value: str
    source: str
    recorded_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who accepted which text on processing personal data. `digest`: SHA-256 of the text, in hex."""

    version: str
    digest: str
    name: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an operator decided, and why. `by`: the caller's id and name."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says that a municipality joins. `version`: one more at every change; `link`: of the newest mail's link.

    `dns_token`: what the municipality's own domain shall say. `followed_up`: whether everything an approval brings
    along has been done.
    """

    claim_id: str
    municipality: str
    name: str
    email: str
    role: str
    language: str
    dns_token: str
    begun_at: datetime
    open_until: datetime
    state: ClaimState = ClaimState.BEGUN
    version: int = 1
    link: int = 0
    proof: Proof | None = None
    agreement: Agreement | None = None
    verdict: Verdict | None = None
    followed_up: bool = False


def begin(
    *,
    claim_id: str,
    municipality: str,
    name: str,
    email: str,
    role: str,
    language: str,
    dns_token: str,
    now: datetime,
) -> Claim:
    """A new claim. Raises `ClaimRefusal` for an address that anybody can have."""
    if is_free_mail(email):
        raise ClaimRefusal("free_mail")
    return Claim(claim_id, municipality, name, email, role, language, dns_token, now, now + OPEN_FOR)


def state_at(claim: Claim, now: datetime) -> ClaimState:
    """The state, and `expired` for one that nobody brought to an end in time."""
    return ClaimState.EXPIRED if claim.state in _OPEN and now >= claim.open_until else claim.state


def new_link(claim: Claim, now: datetime) -> Claim:
    """The claim with a link of its own for the next mail; links sent before are worth nothing from now on."""
    _expect(claim, ClaimState.BEGUN, now, "already_proven")
    return _next(claim, link=claim.link + 1)


def prove_by_mail(claim: Claim, evidence: Evidence | None, now: datetime) -> Claim:
    """The link sent to the address was used; `evidence` says that the address is the municipality's."""
    _expect(claim, ClaimState.BEGUN, now, "link_not_valid")
    if evidence is None or (evidence.municipality, evidence.value) != (claim.municipality, claim.email):
        raise ClaimRefusal("no_evidence")
    return _next(claim, state=ClaimState.PROVEN, proof=_proof("mail", evidence, now))


def dns_record(claim: Claim) -> str:
    """The TXT record that proves the claim."""
    return f"synpunkt-claim={claim.dns_token}"


def prove_by_dns(claim: Claim, evidence: Evidence | None, texts: Collection[str], now: datetime) -> Claim:
    """The municipality's own domain says `texts`; `evidence` says that the domain is the municipality's.

    The claim's address must be at that domain: it is where invitations and cases go.
    """
    _expect(claim, ClaimState.BEGUN, now, "already_proven")
    if evidence is None or evidence.is_address or evidence.municipality != claim.municipality:
        raise ClaimRefusal("no_evidence")
    domain = claim.email.rpartition("@")[2]
    if domain != evidence.value and not domain.endswith(f".{evidence.value}"):
        raise ClaimRefusal("address_elsewhere")
    if dns_record(claim) not in texts:
        raise ClaimRefusal("record_not_found")
    return _next(claim, state=ClaimState.PROVEN, proof=_proof("dns", evidence, now))


def agree(claim: Claim, agreement: Agreement) -> Claim:
    """The agreement was accepted for the municipality, once it is proven who speaks for it."""
    if claim.state is ClaimState.BEGUN:
        raise ClaimRefusal("not_proven")
    _expect(claim, ClaimState.PROVEN, agreement.at, "already_agreed")
    return _next(claim, state=ClaimState.AGREED, agreement=agreement)


def approve(claim: Claim, verdict: Verdict) -> Claim:
    """An operator has looked at it and says yes: the last of the three that it takes."""
    if claim.state is ClaimState.BEGUN:
        raise ClaimRefusal("not_proven")
    if claim.state is ClaimState.PROVEN:
        raise ClaimRefusal("not_agreed")
    _expect(claim, ClaimState.AGREED, verdict.at, "already_decided")
    return _next(claim, state=ClaimState.APPROVED, verdict=verdict)


def refuse(claim: Claim, verdict: Verdict) -> Claim:
    """An operator says no, at any time before a yes."""
    if claim.state not in _OPEN:
        raise ClaimRefusal("already_decided")
    return _next(claim, state=ClaimState.REFUSED, verdict=verdict)


def followed_up(claim: Claim) -> Claim:
    """Everything an approval brings along has been done."""
    if claim.state is not ClaimState.APPROVED:
        raise ClaimRefusal("not_approved")
    return _next(claim, followed_up=True)


def _expect(claim: Claim, state: ClaimState, now: datetime, otherwise: str) -> None:
    if state_at(claim, now) is ClaimState.EXPIRED:
        raise ClaimRefusal("claim_expired")
    if claim.state is not state:
        raise ClaimRefusal("already_decided" if claim.state not in _OPEN else otherwise)


def _proof(how: str, evidence: Evidence, now: datetime) -> Proof:
    return Proof(how, evidence.value, evidence.source, evidence.by, now)


def _next(claim: Claim, **fields: object) -> Claim:
    return replace(claim, version=claim.version + 1, **fields)  # type: ignore[arg-type]
