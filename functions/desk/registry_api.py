"""A municipality's registry under /api/v1/desk/municipalities, and how a municipality joins: API and pages."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.desk.hand_over.bodies import document_answer, posted_document, posted_fields, posted_shape
from functions.desk.joining import claim_pages as pages
from functions.desk.joining.claiming import Claiming
from functions.desk.joining.dns_proof import TxtResolver
from functions.desk.joining.joining import Joining
from functions.desk.joining.operating import Operating
from functions.desk.registry.registry import RegistryDesk, author
from functions.desk.registry.registry_models import (
    AgreementIn,
    AreaList,
    AreaOut,
    ClaimIn,
    ClaimList,
    ClaimRow,
    ClaimStarted,
    ClaimStatus,
    DryRunOut,
    EvidenceIn,
    EvidenceList,
    EvidenceRecorded,
    History,
    InvitationIn,
    InvitationOut,
    KeyOut,
    LintOut,
    MailTold,
    PublishedOut,
    ReasonIn,
    RollBackIn,
    SandboxIn,
    SandboxOut,
    TokenIn,
)
from functions.desk.settings import RegistryApiSettings
from synpunkt.http import Problem, make_api
from synpunkt.http.app import lambda_handler
from synpunkt.http.callers import caller_of, require_operator
from synpunkt.http.problem import not_found
from synpunkt.identity import Caller, Scope
from synpunkt.mail import mailer_of
from synpunkt.places import municipality
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.claims import ClaimStore
from synpunkt.stores.evidence import EvidenceStore
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.versions import VersionStore
from synpunkt.waiting import WaitingQueue

api = make_api()

Code = Annotated[str, Path(pattern=r"^\d{4}$", description="SCB code, four digits")]
ClaimId = Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
AreaId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,63}$", description="as the document names it")]
_REGISTRY = "/api/v1/desk/municipalities/<code>/registry"
_AREAS = "/api/v1/desk/municipalities/<code>/areas"


@cache
def settings() -> RegistryApiSettings:
    """The settings of this process."""
    return RegistryApiSettings.from_env()


@cache
def keys() -> KeyStore:
    """The keys people and systems call with."""
    return KeyStore(settings().registry_table)


@cache
def claims() -> ClaimStore:
    """Claims and invitations."""
    return ClaimStore(settings().registry_table)


@cache
def evidence() -> EvidenceStore:
    """What operators found out."""
    return EvidenceStore(settings().registry_table)


@cache
def desk() -> RegistryDesk:
    """The registry's editor with its stores."""
    config = settings()
    return RegistryDesk(VersionStore(config.registry_table), evidence(), CaseStore(config.cases_table))


@cache
def resolver() -> TxtResolver:
    """Asks the name servers of the machine."""
    # Imported here: only one request in a claim's life asks, and the library is the largest of the room.
    from functions.desk.joining.dns_resolver import DnsResolver

    return DnsResolver()


@cache
def claiming() -> Claiming:
    """Claims up to the agreement, with their stores."""
    config = settings()
    tokens = token_maker(config.token_secret_id)
    return Claiming(claims(), evidence(), tokens, mailer_of(config, tokens), resolver, config.public_url)


@cache
def joining() -> Joining:
    """What an approval brings along, with its stores."""
    config = settings()
    tokens = token_maker(config.token_secret_id)
    return Joining(
        store=claims(),
        evidence=evidence(),
        keys=keys(),
        cases=CaseStore(config.cases_table),
        tokens=tokens,
        mailer=mailer_of(config, tokens),
        public_url=config.public_url,
        stage=config.stage,
        waiting=WaitingQueue(config.waiting_queue_url),
    )


@cache
def operating() -> Operating:
    """What operators find out and write down."""
    return Operating(evidence(), claiming())


def _editor(code: str) -> Caller:
    """Whoever may edit that registry: the municipality's own, and an operator as long as nobody has joined."""
    caller = caller_of(api, keys())
    if municipality(code) is None:
        raise not_found()
    if caller.may(Scope.REGISTRY, code):
        return caller
    if Scope.OPERATOR not in caller.scopes or claims().is_claimed(code):
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    return caller


def _operator() -> Caller:
    caller = caller_of(api, keys())
    require_operator(caller)
    return caller


def _token() -> str | None:
    scheme, _, token = (api.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


# ---- the registry ----------------------------------------------------------------------------------------------------


@api.get(_REGISTRY, tags=["Registry"], summary="The registry document in force")
def get_registry(code: Code, version: Annotated[int | None, Query(ge=0, le=99_999_999)] = None) -> Response[str]:
    """The document as JSON, or as YAML where `Accept` asks for `application/yaml`; before the first one, a start."""
    _editor(code)
    document, tag = desk().document(code, version)
    return document_answer(api, document, tag)


@api.put(_REGISTRY, tags=["Registry"], summary="Put a document in force as a new version")
def put_registry(code: Code) -> PublishedOut:
    """Publishes. Refused when it has errors, or when somebody else published since the version it is based on."""
    caller = _editor(code)
    loaded, note = posted_document(api, with_note=True)
    return desk().publish(code, loaded, caller=caller, note=note)


@api.post(f"{_REGISTRY}/lint", tags=["Registry"], summary="Check a document; changes nothing")
def post_lint(code: Code) -> LintOut:
    """What is wrong with the document, and what is doubtful."""
    _editor(code)
    return desk().lint(code, posted_document(api)[0])


@api.post(f"{_REGISTRY}/dry-run", tags=["Registry"], summary="Try a document on the newest cases; changes nothing")
def post_dry_run(code: Code, cases: Annotated[int, Query(ge=1, le=200)] = 100) -> DryRunOut:
    """Which of the newest public cases would have gone elsewhere."""
    _editor(code)
    return desk().dry_run(code, posted_document(api)[0], cases)


@api.post(f"{_REGISTRY}/rollback", tags=["Registry"], summary="Put an earlier version in force again")
def post_rollback(code: Code, asked: Annotated[RollBackIn, Body()]) -> PublishedOut:
    """The earlier version exactly as it was; 0 is the time before the first."""
    caller = _editor(code)
    return desk().roll_back(code, asked.to, caller=caller, note=asked.note)


@api.get(f"{_REGISTRY}/history", tags=["Registry"], summary="Who published what, when and why")
def get_history(code: Code) -> History:
    """Every version and every roll back, the first one first."""
    _editor(code)
    return desk().history(code)


@api.get(_AREAS, tags=["Registry"], summary="The sub-areas that have a shape")
def get_areas(code: Code) -> AreaList:
    """The shapes that the next publication takes."""
    _editor(code)
    return desk().areas(code)


@api.put(f"{_AREAS}/<area>", tags=["Registry"], summary="Upload the shape of a sub-area")
def put_area(code: Code, area: AreaId) -> AreaOut:
    """A GeoJSON file, WGS 84 or SWEREF 99 TM, at most 2 MB; in force with the next publication that names the area."""
    caller = _editor(code)
    return desk().put_area(code, area, posted_shape(api), caller=caller, language=api.language)


@api.delete(f"{_AREAS}/<area>", status_code=204, tags=["Registry"], summary="Leave a shape out from now on")
def delete_area(code: Code, area: AreaId) -> Response[str]:
    """Versions that have the shape keep it; the next publication does not take it."""
    _editor(code)
    desk().remove_area(code, area)
    return Response(HTTPStatus.NO_CONTENT, "application/json", "")


# ---- joining: whoever begins it --------------------------------------------------------------------------------------


@api.post("/api/v1/claims", status_code=201, tags=["Joining"], summary="Begin to let a municipality join")
def post_claim(asked: Annotated[ClaimIn, Body()]) -> ClaimStarted:
    """Begins a claim. A mail goes out only to an address that is known to be the municipality's."""
    return claiming().begin(asked, api.language)


@api.get("/api/v1/claims/<claim_id>", tags=["Joining"], summary="How far a claim has come")
def get_claim(claim_id: ClaimId) -> ClaimStatus:
    """The state and what is left to do, for whoever holds the claim's token."""
    return claiming().status(claiming().held(claim_id, _token()), api.language)


@api.post("/api/v1/claims/<claim_id>/mail", tags=["Joining"], summary="Send the link again")
def post_mail(claim_id: ClaimId) -> MailTold:
    """Another link to the claim's address, at most three a day; the links before are worth nothing then."""
    return MailTold(mail=claiming().mail_again(claiming().held(claim_id, _token())))


@api.post("/api/v1/claims/<claim_id>/confirm", tags=["Joining"], summary="Use the link of the mail")
def post_confirm(claim_id: ClaimId, asked: Annotated[TokenIn, Body()]) -> ClaimStatus:
    """Whoever reads the municipality's mailbox confirms."""
    return claiming().status(claiming().confirm(claim_id, asked.token), api.language)


@api.post("/api/v1/claims/<claim_id>/dns", tags=["Joining"], summary="Look for the record in DNS")
def post_dns(claim_id: ClaimId) -> ClaimStatus:
    """Looks for `dns_record` among the TXT records of the municipality's official domain."""
    return claiming().status(claiming().check_dns(claiming().held(claim_id, _token())), api.language)


@api.post("/api/v1/claims/<claim_id>/agreement", tags=["Joining"], summary="Accept the agreement on personal data")
def post_agreement(claim_id: ClaimId, asked: Annotated[AgreementIn, Body()]) -> ClaimStatus:
    """Accepts the text of that version, once it is proven who speaks for the municipality."""
    return claiming().status(claiming().agree(claiming().held(claim_id, _token()), asked), api.language)


@api.post("/api/v1/sandboxes", status_code=202, tags=["Joining"], summary="Ask for a key to try a municipality with")
def post_sandbox(asked: Annotated[SandboxIn, Body()]) -> tuple[SandboxOut, int]:
    """Mails a link to fetch a test key with, for a municipality that has not joined; who tries it shares it."""
    return joining().try_out(asked, api.language), HTTPStatus.ACCEPTED


@api.post("/api/v1/invitations/key", status_code=201, tags=["Joining"], summary="Fetch the key of an invitation")
def post_key(asked: Annotated[TokenIn, Body()]) -> KeyOut:
    """The key, told this once; the invitation is used up."""
    return joining().fetch_key(asked.token)


# ---- joining: operators ----------------------------------------------------------------------------------------------


@api.get("/api/v1/desk/claims", tags=["Joining"], summary="The newest claims")
def get_claims(limit: Annotated[int, Query(ge=1, le=200)] = 50) -> ClaimList:
    """The newest claims, for operators."""
    _operator()
    return ClaimList(claims=joining().rows(api.language, limit))


@api.post("/api/v1/desk/claims/<claim_id>/approve", tags=["Joining"], summary="Approve a claim")
def post_approve(claim_id: ClaimId, asked: Annotated[ReasonIn, Body()]) -> ClaimRow:
    """The municipality has joined. Safe to repeat: what was left undone is done then."""
    caller = _operator()
    return joining().row(joining().approve(claim_id, asked.reason, author(caller)), api.language)


@api.post("/api/v1/desk/claims/<claim_id>/refuse", tags=["Joining"], summary="Refuse a claim")
def post_refuse(claim_id: ClaimId, asked: Annotated[ReasonIn, Body()]) -> ClaimRow:
    """The claim has come to its end; whoever began it is shown the reason."""
    caller = _operator()
    return joining().row(joining().refuse(claim_id, asked.reason, author(caller)), api.language)


@api.get("/api/v1/desk/municipalities/<code>/evidence", tags=["Joining"], summary="What is known of addresses")
def get_evidence(code: Code) -> EvidenceList:
    """The addresses and domains that operators found to be the municipality's."""
    _operator()
    return operating().known(code)


@api.post("/api/v1/desk/municipalities/<code>/evidence", tags=["Joining"], summary="Write down what was found out")
def post_evidence(code: Code, asked: Annotated[EvidenceIn, Body()]) -> EvidenceRecorded:
    """An address or the official domain, with its source. Links that waited for the address go out."""
    caller = _operator()
    return operating().record(code, asked, author(caller))


@api.post(
    "/api/v1/desk/municipalities/<code>/invitations",
    status_code=201,
    tags=["Joining"],
    summary="Invite somebody to administrate a municipality",
)
def post_invitation(code: Code, asked: Annotated[InvitationIn, Body()]) -> InvitationOut:
    """Mails a link to fetch a key with; one before to the same address stops working."""
    caller = caller_of(api, keys())
    # It ends in a key, and no key makes another: one that leaked would outlive its own revocation. That key is for the
    # whole municipality, so it is not for those to give who are limited to departments.
    if caller.departments or not caller.may(Scope.KEYS, code):
        require_operator(caller)
    return joining().invite(code, asked, caller, api.language)


# ---- pages -----------------------------------------------------------------------------------------------------------


@api.get("/claim", include_in_schema=False)
def get_start() -> Response[str]:
    """How a municipality joins, and the form to begin with."""
    chosen = api.current_event.get_query_string_value("municipality", "")
    return pages.start_page(settings(), api.language, {"municipality": chosen})


@api.post("/claim", include_in_schema=False)
def post_start() -> Response[str]:
    """Begins a claim from the form; what a machine filled in is answered and forgotten."""
    fields = posted_fields(api)
    if fields.get("website"):
        return pages.forgotten_page(settings(), api.language)
    try:
        started = claiming().begin(pages.claim_of(fields), api.language)
    except Problem as problem:
        return pages.start_page(settings(), api.language, fields, problem.model(api.language))
    return pages.started_page(settings(), api.language, started)


@api.get("/claim/<claim_id>", include_in_schema=False)
def get_status(claim_id: str) -> Response[str]:
    """How far a claim has come, for whoever holds its token."""
    try:
        claim = claiming().held(claim_id, pages.cookie_token(api, claim_id))
    except Problem:
        return pages.locked_page(settings(), api.language, claim_id)
    return pages.status_page(settings(), api.language, claiming().status(claim, api.language))


@api.post("/claim/<claim_id>", include_in_schema=False)
def post_status(claim_id: str) -> Response[str]:
    """One step from the page's forms, or the token of the page's own link."""
    fields = posted_fields(api)
    if "token" in fields:
        return pages.unlocked(settings(), api.language, claiming(), claim_id, fields["token"])
    try:
        claim = claiming().held(claim_id, pages.cookie_token(api, claim_id))
    except Problem:
        return pages.locked_page(settings(), api.language, claim_id)
    try:
        pages.step(claiming(), claim, fields)
    except Problem as problem:
        status = claiming().status(claiming().open_claim(claim_id), api.language)
        return pages.status_page(settings(), api.language, status, problem.model(api.language))
    return pages.back(claim_id, api.language, fields.get("do", ""))


@api.get("/claim/<claim_id>/confirm", include_in_schema=False)
def get_confirm(claim_id: str) -> Response[str]:
    """Where the link of the mail leads. Changes nothing."""
    return pages.confirm_page(settings(), api.language, claiming().open_claim(claim_id))


@api.post("/claim/<claim_id>/confirm", include_in_schema=False)
def post_confirm_page(claim_id: str) -> Response[str]:
    """Whoever reads the mailbox confirms."""
    try:
        claim = claiming().confirm(claim_id, pages.link_token(posted_fields(api)))
    except Problem as problem:
        return pages.refused_page(settings(), api.language, problem)
    return pages.confirmed_page(settings(), api.language, claim)


@api.get("/desk/invite", include_in_schema=False)
def get_invite() -> Response[str]:
    """Where an invitation leads. Changes nothing."""
    return pages.invite_page(settings(), api.language)


@api.post("/desk/invite", include_in_schema=False)
def post_invite() -> Response[str]:
    """The key, shown this once, and what to do with it."""
    try:
        key = joining().fetch_key(pages.link_token(posted_fields(api)))
    except Problem as problem:
        return pages.refused_page(settings(), api.language, problem)
    return pages.key_page(settings(), api.language, key)


handler = lambda_handler(api)
