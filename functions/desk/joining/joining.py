"""A claim is approved: the municipality's topic, its profile, its administrators' keys, and the cases that waited."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from functions.desk.joining import topics
from functions.desk.joining.claiming import NOT_SENT, SENT, TEMPLATES, allowed, left_to_do
from functions.desk.joining.today import too_many_today
from functions.desk.registry.registry import author
from functions.desk.registry.registry_models import (
    ClaimRow,
    InvitationIn,
    InvitationOut,
    KeyOut,
    ProofOut,
    SandboxIn,
    SandboxOut,
    SignedOut,
    VerdictOut,
)
from synpunkt import clock
from synpunkt.claims import Claim, ClaimRefusal, ClaimState, Verdict, approve, followed_up, refuse, state_at
from synpunkt.clock import to_iso
from synpunkt.http import Problem
from synpunkt.http.pages import localtime
from synpunkt.http.problem import not_found
from synpunkt.identity import Caller, Scope, TokenMaker, new_key
from synpunkt.letters import category_name
from synpunkt.lifecycle import Because
from synpunkt.mail import Mail, Mailer
from synpunkt.names import municipality_name
from synpunkt.places import municipality
from synpunkt.responsibility.free_mail import is_free_mail
from synpunkt.sandbox import LASTS, is_sandbox, sandbox_of
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.claims import Changed, ClaimStore, Invitation, LimitReached
from synpunkt.stores.deliveries import ClaimState as Sending
from synpunkt.stores.deliveries import InFlight
from synpunkt.stores.evidence import EvidenceStore
from synpunkt.stores.keys import KeyStore
from synpunkt.templates import render_text
from synpunkt.texts import text
from synpunkt.triage import waits
from synpunkt.waiting import WaitingQueue

INVITATIONS_A_DAY = 3
INVITATIONS_A_DAY_FOR_ALL = 20
COUNTED = 10_000
_INVITATION_LASTS = timedelta(days=14)
_INVITATION = "invitation"
_PAGE = 100
_TRYING_BEGINS = timedelta(days=3)
_TRYING = (Scope.READ, Scope.WRITE, Scope.CONTACT)
_ADMINISTRATORS: tuple[Scope, ...] = (Scope.READ, Scope.WRITE, Scope.CONTACT, Scope.REGISTRY)


@dataclass(frozen=True, slots=True)
class Summary:
    """The cases that wait for a municipality. `more`: there are more than were counted."""

    waiting: int
    more: bool
    oldest: datetime | None
    categories: tuple[tuple[str | None, int], ...]


@dataclass(frozen=True, slots=True)
class Joining:
    """Approves claims and brings along what follows. Everything may be repeated: done once, it is done."""

    store: ClaimStore
    evidence: EvidenceStore
    keys: KeyStore
    cases: CaseStore
    tokens: TokenMaker
    mailer: Mailer
    public_url: str
    stage: str
    waiting: WaitingQueue

    # ---- the decision --------------------------------------------------------------------------------------------

    def approve(self, claim_id: str, reason: str, by: str) -> Claim:
        """The municipality has joined, and everything that follows is done; what was not, is done at a repeat."""
        claim = self._claim(claim_id)
        if claim.state is not ClaimState.APPROVED:
            now = clock.now()
            after = allowed(lambda: approve(claim, Verdict(by, reason, now)))
            if self.store.is_claimed(claim.municipality):
                raise Problem(HTTPStatus.CONFLICT, "already_claimed")
            topic = topics.create(self.stage, claim.municipality)
            self._join(claim, after, topic, now)
            claim = after
        return claim if claim.followed_up else self._follow_up(claim)

    def refuse(self, claim_id: str, reason: str, by: str) -> Claim:
        """The claim has come to its end, and nothing is connected."""
        claim = self._claim(claim_id)
        return self._saved(claim, allowed(lambda: refuse(claim, Verdict(by, reason, clock.now()))))

    def rows(self, language: str, at_most: int) -> list[ClaimRow]:
        """The newest claims for operators."""
        return [self.row(each, language) for each in self.store.claims(at_most=at_most)]

    def row(self, claim: Claim, language: str) -> ClaimRow:
        """A claim for operators: who began it, what proves it, who signed."""
        proof, signed, verdict = claim.proof, claim.agreement, claim.verdict
        state = state_at(claim, clock.now())
        return ClaimRow(
            claim_id=claim.claim_id,
            municipality=claim.municipality,
            municipality_name=municipality_name(claim.municipality, language),
            state=state.value,
            left=left_to_do(state),
            name=claim.name,
            email=claim.email,
            role=claim.role,
            begun_at=to_iso(claim.begun_at),
            open_until=to_iso(claim.open_until),
            proof=ProofOut(**{**asdict(proof), "at": to_iso(proof.at)}) if proof else None,
            agreement=SignedOut(**{**asdict(signed), "at": to_iso(signed.at)}) if signed else None,
            verdict=VerdictOut(**{**asdict(verdict), "at": to_iso(verdict.at)}) if verdict else None,
            followed_up=claim.followed_up,
        )

    def _join(self, claim: Claim, after: Claim, topic: str, now: datetime) -> None:
        try:
            self.store.join(claim, after, topic_arn=topic, now=now)
        except ClaimRefusal as error:
            raise Problem(HTTPStatus.CONFLICT, error.code) from error
        except Changed as error:
            raise Problem(HTTPStatus.CONFLICT, "changed_meanwhile") from error

    def _follow_up(self, claim: Claim) -> Claim:
        """Each step is safe to repeat; the last one writes down that all are done."""
        try:
            self._tell_of_waiting(claim)
            self._invite_first(claim)
        except InFlight as error:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too_busy") from error
        # After the summary, so that nobody gets a hundred mails without having been told why.
        self.waiting.start(claim.municipality, Because.CLAIMED)
        return self._saved(claim, followed_up(claim))

    # ---- what waited ---------------------------------------------------------------------------------------------

    def summary(self, code: str) -> Summary:
        """How many cases wait, since when, and about what; counts the oldest ten thousand."""
        ids: list[str] = []
        while page := self.cases.list_waiting(code, after=ids[-1] if ids else None, limit=_PAGE):
            ids += page
            if len(ids) >= COUNTED:
                break
        heads = [each for start in range(0, len(ids), _PAGE) for each in self.cases.heads(ids[start : start + _PAGE])]
        heads = [each for each in heads if waits(each, code, Because.CLAIMED)]
        oldest = min((each.created_at for each in heads), default=None)
        found = Counter(each.category for each in heads)
        return Summary(len(heads), len(ids) >= COUNTED, oldest, tuple(found.most_common()))

    def _tell_of_waiting(self, claim: Claim) -> None:
        language, summary = claim.language, self.summary(claim.municipality)
        self._mail(
            claim.email,
            "joined",
            language,
            claim.municipality,
            claim.claim_id,
            f"joined:{claim.claim_id}",
            summary=summary,
            oldest=localtime(to_iso(summary.oldest), language) if summary.oldest else "",
            categories=[(category_name(each, language), number) for each, number in summary.categories],
            registrar=claim.email,
        )

    # ---- administrators ------------------------------------------------------------------------------------------

    def invite(self, code: str, asked: InvitationIn, caller: Caller, language: str) -> InvitationOut:
        """Invites somebody to administrate the municipality; an invitation before to the same address is revoked.

        Only an address that is known to be the municipality's gets any rights.
        """
        if municipality(code) is None:
            raise not_found()
        if not self.store.is_claimed(code):
            raise Problem(HTTPStatus.CONFLICT, "not_claimed")
        if is_free_mail(asked.email):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "free_mail")
        if not (self.evidence.of_address(code, asked.email) or self.evidence.of_domain(code, asked.email)):
            raise Problem(HTTPStatus.CONFLICT, "address_unknown")
        now = clock.now()
        self._count_mails("invitation", code, asked.email, now)
        fresh = Invitation(
            clock.new_id(), code, asked.email, asked.name, author(caller), now + _INVITATION_LASTS, _ADMINISTRATORS
        )
        return self._invite(fresh, language)

    def try_out(self, asked: SandboxIn, language: str) -> SandboxOut:
        """Mails a link to fetch a test key with to whoever wants to try a municipality that has not joined.

        Raises `Problem`: 409 for one that has, whose admins make such keys themselves.
        """
        code = asked.municipality
        if municipality(code) is None or is_sandbox(code):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")
        if self.store.is_claimed(code):
            raise Problem(HTTPStatus.CONFLICT, "sandbox_by_admin")
        now = clock.now()
        self._count_mails("test-invitation", sandbox_of(code), asked.email, now)
        expires = now + _TRYING_BEGINS
        invitation_id = clock.new_id()
        name = text("sandbox.key", language, municipality=municipality_name(sandbox_of(code), language))
        fresh = Invitation(invitation_id, sandbox_of(code), asked.email, name, invitation_id, expires, _TRYING)
        made = self._invite(fresh, language, "sandbox")
        return SandboxOut(sandbox=made.municipality, expires=made.expires, mail=made.mail)

    def fetch_key(self, token: str) -> KeyOut:
        """The key an invitation stands for, told this once. Raises `Problem` (410) when the link is worth nothing."""
        invitation_id, _, link = token.strip().partition(".")
        invitation = self.store.invitation(invitation_id) if invitation_id else None
        now = clock.now()
        if invitation is None or not self.tokens.opens_errand(link, invitation_id, 1, _INVITATION, now):
            raise Problem(HTTPStatus.GONE, "link_not_valid")
        trying = is_sandbox(invitation.municipality)
        key, expires = new_key(test=trying), now + LASTS if trying else None
        items, caller = self.keys.keeping(
            key,
            invitation.name,
            [invitation.municipality],
            invitation.scopes,
            now=now,
            by=invitation.invitation_id,
            expires=expires,
        )
        try:
            self.store.use(invitation, *items, now=now)
        except Changed as error:
            raise Problem(HTTPStatus.GONE, "link_not_valid") from error
        return KeyOut(
            key=key,
            caller_id=caller.caller_id,
            name=caller.name,
            municipality=invitation.municipality,
            scopes=[each.value for each in invitation.scopes],
            expires=to_iso(expires) if expires else None,
        )

    def _count_mails(self, what: str, code: str, email: str, now: datetime) -> None:
        try:
            self.store.count(f"{what}:{self.tokens.recipient_hash(email)}", at_most=INVITATIONS_A_DAY, now=now)
            self.store.count(f"{what}s:{code}", at_most=INVITATIONS_A_DAY_FOR_ALL, now=now)
        except LimitReached as error:
            raise too_many_today(now) from error

    def _invite_first(self, claim: Claim) -> None:
        by = claim.verdict.by if claim.verdict else ""
        # The claim's own id: a repeat finds the invitation that is there.
        expires = clock.now() + _INVITATION_LASTS
        first = Invitation(claim.claim_id, claim.municipality, claim.email, claim.name, by, expires, _ADMINISTRATORS)
        self._invite(first, claim.language)

    def _invite(self, fresh: Invitation, language: str, template: str = "invite") -> InvitationOut:
        invitation_id, code, email = fresh.invitation_id, fresh.municipality, fresh.email
        try:
            invitation = self.store.invite(fresh, now=clock.now())
        except Changed as error:
            raise Problem(HTTPStatus.CONFLICT, "changed_meanwhile") from error
        link = self.tokens.errand_token(invitation_id, 1, _INVITATION, invitation.expires)
        mail = self._mail(
            email,
            template,
            language,
            code,
            invitation_id,
            f"invite:{invitation_id}",
            invitation=invitation,
            expires=localtime(to_iso(invitation.expires), language),
            link=f"{self.public_url}/desk/invite?lang={language}#t={invitation_id}.{link}",
        )
        return InvitationOut(
            invitation_id=invitation_id,
            municipality=code,
            email=email,
            expires=to_iso(invitation.expires),
            mail=mail,
        )

    def _mail(self, to: str, template: str, language: str, code: str, about: str, fact: str, **context: object) -> str:
        name = municipality_name(code, language)
        body = render_text(TEMPLATES, template, language, municipality=name, **context)
        subject = text(f"mail.{template}.subject", language, municipality=name)
        sent = self.mailer.send_once(Mail(to, subject, body, about, fact, template, None))
        return SENT if sent.state is Sending.SENT else NOT_SENT

    def _claim(self, claim_id: str) -> Claim:
        claim = self.store.claim(claim_id)
        if claim is None:
            raise not_found()
        return claim

    def _saved(self, before: Claim, after: Claim) -> Claim:
        try:
            self.store.save(before, after)
        except Changed as error:
            raise Problem(HTTPStatus.CONFLICT, "changed_meanwhile") from error
        return after
