"""A claim from its beginning to the agreement: what anybody may start, and what only the municipality can finish."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from functions.desk.joining.agreements import Text, agreement_text
from functions.desk.joining.dns_proof import NoAnswer, TxtResolver
from functions.desk.joining.today import too_many_today
from functions.desk.registry.registry_models import AgreementIn, ClaimIn, ClaimStarted, ClaimStatus
from synpunkt import clock
from synpunkt.claims import (
    Agreement,
    Claim,
    ClaimRefusal,
    ClaimState,
    Evidence,
    agree,
    begin,
    dns_record,
    new_link,
    prove_by_dns,
    prove_by_mail,
    state_at,
)
from synpunkt.clock import to_iso
from synpunkt.errors import what_and_where
from synpunkt.http import Problem
from synpunkt.http.problem import not_found
from synpunkt.identity import TokenMaker
from synpunkt.mail import Mail, Mailer
from synpunkt.names import municipality_name
from synpunkt.places import municipality
from synpunkt.stores.claims import Changed, ClaimStore, LimitReached
from synpunkt.stores.deliveries import ClaimState as Sending
from synpunkt.stores.deliveries import InFlight
from synpunkt.stores.evidence import EvidenceStore
from synpunkt.templates import render_text
from synpunkt.texts import text

logger = Logger()

TEMPLATES = Path(__file__).parents[1] / "templates"
MAILS_A_DAY = 3
CLAIMS_A_DAY = 20
SENT, WAITING, NOT_SENT = "sent", "waiting", "not_sent"

# Whoever begins a claim holds this for as long as the claim is open; whoever reads the mailbox gets the other.
_HOLDER, _LINK = "claim", "claim_link"

_LINK_LASTS = timedelta(days=3)
_GONE = frozenset({"claim_expired", "link_not_valid"})


def allowed(step: Callable[[], Claim], status: HTTPStatus | None = None) -> Claim:
    """The claim after a step. Raises `Problem` when the step is refused; `status`: instead of the usual one."""
    try:
        return step()
    except ClaimRefusal as refusal:
        usual = HTTPStatus.GONE if refusal.code in _GONE else HTTPStatus.CONFLICT
        raise Problem(status or usual, refusal.code) from refusal


@dataclass(frozen=True, slots=True)
class Claiming:
    """Claims with their stores. `dns`: gives a resolver when one is needed."""

    store: ClaimStore
    evidence: EvidenceStore
    tokens: TokenMaker
    mailer: Mailer
    dns: Callable[[], TxtResolver]
    public_url: str

    # ---- for whoever began it ------------------------------------------------------------------------------------

    def begin(self, asked: ClaimIn, language: str) -> ClaimStarted:
        """A new claim. A mail goes out only where an operator knows the address to be the municipality's."""
        if municipality(asked.municipality) is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")
        if self.store.is_claimed(asked.municipality):
            raise Problem(HTTPStatus.CONFLICT, "already_claimed")
        now = clock.now()
        claim = allowed(
            lambda: begin(
                claim_id=clock.new_id(),
                municipality=asked.municipality,
                name=asked.name,
                email=asked.email,
                role=asked.role,
                language=language,
                dns_token=secrets.token_urlsafe(24),
                now=now,
            ),
            HTTPStatus.UNPROCESSABLE_ENTITY,
        )
        self._count(f"claims:{asked.municipality}", at_most=CLAIMS_A_DAY)
        self.store.put(claim)
        mail = self._try_link(claim)
        return ClaimStarted(
            **self.status(self._claim(claim.claim_id), language).model_dump(),
            token=self.holder_token(claim),
            status_url=f"{self.public_url}/claim/{claim.claim_id}",
            mail=mail,
        )

    def held(self, claim_id: str, token: str | None) -> Claim:
        """The claim, for somebody who holds its token. Raises `Problem` (404), which of the two is not told."""
        claim = self.store.claim(claim_id)
        if claim is None or not token:
            raise not_found()
        if not self.tokens.opens_errand(token, claim_id, 1, _HOLDER, claim.begun_at):
            raise not_found()
        return claim

    def holder_token(self, claim: Claim) -> str:
        """What opens the claim's page."""
        return self.tokens.errand_token(claim.claim_id, 1, _HOLDER, claim.open_until)

    def status(self, claim: Claim, language: str) -> ClaimStatus:
        """How far it has come and what is left to do."""
        state = state_at(claim, clock.now())
        domain = self._domain(claim)
        shown = domain is not None and state is ClaimState.BEGUN
        return ClaimStatus(
            claim_id=claim.claim_id,
            municipality=claim.municipality,
            municipality_name=municipality_name(claim.municipality, language),
            state=state.value,
            left=left_to_do(state),
            mail_has_evidence=self._address(claim) is not None,
            domain=domain.value if domain and shown else None,
            dns_record=dns_record(claim) if shown else None,
            agreement_version=claim.agreement.version if claim.agreement else agreement_text().version,
            reason=claim.verdict.reason if claim.verdict and state is ClaimState.REFUSED else None,
            open_until=to_iso(claim.open_until),
        )

    def mail_again(self, claim: Claim) -> str:
        """Another link to the claim's address; the ones before are worth nothing then."""
        if self._address(claim) is None:
            raise Problem(HTTPStatus.CONFLICT, "no_evidence")
        return self.send_link(claim)

    def check_dns(self, claim: Claim) -> Claim:
        """Looks for the record at the municipality's official domain."""
        evidence = self._domain(claim)
        if evidence is None:
            raise Problem(HTTPStatus.CONFLICT, "no_evidence")
        # Said before a name server is asked: an address elsewhere and a claim that is past this need no question.
        allowed(lambda: prove_by_dns(claim, evidence, {dns_record(claim)}, clock.now()))
        try:
            texts = self.dns().texts(evidence.value)
        except NoAnswer as error:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "no_dns_answer") from error
        return self._saved(claim, allowed(lambda: prove_by_dns(claim, evidence, texts, clock.now())))

    def agree(self, claim: Claim, asked: AgreementIn) -> Claim:
        """The agreement is accepted: the text as it stands now, not another."""
        current: Text = agreement_text()
        if asked.version != current.version:
            raise Problem(HTTPStatus.CONFLICT, "other_agreement")
        signed = Agreement(current.version, current.digest, asked.name, asked.title, clock.now())
        return self._saved(claim, allowed(lambda: agree(claim, signed)))

    # ---- for whoever reads the mailbox ---------------------------------------------------------------------------

    def open_claim(self, claim_id: str) -> Claim:
        """The claim a link in a mail is about. Raises `Problem` (404)."""
        return self._claim(claim_id)

    def confirm(self, claim_id: str, token: str) -> Claim:
        """The link of the newest mail is used: whoever reads the mailbox says that the municipality wants to join."""
        claim = self.store.claim(claim_id)
        if claim is None or not self.tokens.opens_errand(token, claim_id, claim.link, _LINK, clock.now()):
            raise Problem(HTTPStatus.GONE, "link_not_valid")
        return self._saved(claim, allowed(lambda: prove_by_mail(claim, self._address(claim), clock.now())))

    # ---- for operators -------------------------------------------------------------------------------------------

    def record(self, evidence: Evidence) -> int:
        """Keeps what an operator found out, and sends the links that waited for it; answers how many."""
        self.evidence.record(evidence)
        if not evidence.is_address or evidence.unit is not None:
            return 0
        waiting = [
            each
            for each in self.store.claims(at_most=200)
            if (each.municipality, each.email) == (evidence.municipality, evidence.value)
            and state_at(each, clock.now()) is ClaimState.BEGUN
            and each.link == 0
        ]
        return sum(self._try_link(each) == SENT for each in waiting)

    def send_link(self, claim: Claim) -> str:
        """Sends a link of its own to the claim's address. Raises `Problem` when it cannot be, or not today."""
        now = clock.now()
        after = allowed(lambda: new_link(claim, now))
        person = self.tokens.recipient_hash(claim.email)
        self._count(f"mail:{person}", f"mail:{claim.municipality}", at_most=MAILS_A_DAY)
        self._saved(claim, after)
        expires = min(now + _LINK_LASTS, claim.open_until)
        token = self.tokens.errand_token(claim.claim_id, after.link, _LINK, expires)
        body = render_text(
            TEMPLATES,
            "claim_link",
            claim.language,
            claim=claim,
            municipality=municipality_name(claim.municipality, claim.language),
            link=f"{self.public_url}/claim/{claim.claim_id}/confirm?lang={claim.language}#t={token}",
        )
        subject = text(
            "mail.claim_link.subject",
            claim.language,
            municipality=municipality_name(claim.municipality, claim.language),
        )
        fact = f"claim:{claim.claim_id}:{after.link}"
        sent = self.mailer.send_once(Mail(claim.email, subject, body, claim.claim_id, fact, "claim", None))
        return SENT if sent.state is Sending.SENT else NOT_SENT

    def _try_link(self, claim: Claim) -> str:
        """As `send_link`, where the claim itself is what was asked for: the mail can be asked for again."""
        if self._address(claim) is None:
            return WAITING
        try:
            return self.send_link(claim)
        except (Problem, ClientError, BotoCoreError, InFlight) as error:
            logger.warning("link not sent", claim_id=claim.claim_id, extra=what_and_where(error))
            return NOT_SENT

    def _claim(self, claim_id: str) -> Claim:
        claim = self.store.claim(claim_id)
        if claim is None:
            raise not_found()
        return claim

    def _address(self, claim: Claim) -> Evidence | None:
        return self.evidence.of_address(claim.municipality, claim.email)

    def _domain(self, claim: Claim) -> Evidence | None:
        """The official domain that the claim's address is at, or else the first one that is known."""
        if found := self.evidence.of_domain(claim.municipality, claim.email):
            return found
        return next((each for each in self.evidence.of(claim.municipality) if not each.is_address), None)

    def _saved(self, before: Claim, after: Claim) -> Claim:
        try:
            self.store.save(before, after)
        except Changed as error:
            raise Problem(HTTPStatus.CONFLICT, "changed_meanwhile") from error
        return after

    def _count(self, *what: str, at_most: int) -> None:
        now = clock.now()
        try:
            self.store.count(*what, at_most=at_most, now=now)
        except LimitReached as error:
            raise too_many_today(now) from error


def left_to_do(state: ClaimState) -> list[str]:
    """What is missing before the municipality has joined: proof, agreement, approval."""
    missing = {
        ClaimState.BEGUN: ["proof", "agreement", "approval"],
        ClaimState.PROVEN: ["agreement", "approval"],
        ClaimState.AGREED: ["approval"],
    }
    return missing.get(state, [])
