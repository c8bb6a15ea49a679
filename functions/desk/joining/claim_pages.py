"""The pages of a municipality that joins: the start, how far it has come, and where the links in mails lead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from functions.desk.joining.agreements import agreement_text
from functions.desk.joining.claiming import Claiming
from functions.desk.registry.registry_models import AgreementIn, ClaimIn, ClaimStarted, ClaimStatus, KeyOut
from functions.desk.settings import RegistryApiSettings
from synpunkt.claims import Claim
from synpunkt.http import Api, Problem
from synpunkt.http.pages import page, problem_page
from synpunkt.http.problem import ProblemModel
from synpunkt.http.validation import validated
from synpunkt.names import in_alphabetical_order, municipality_name

_COOKIE = "claim_"
_COOKIE_SECONDS = 3600
_DONE = frozenset({"mail", "dns", "agree"})


def start_page(
    settings: RegistryApiSettings, language: str, values: Mapping[str, str], problem: ProblemModel | None = None
) -> Response[str]:
    """How a municipality joins, and the form; with what was filled in and what is to be corrected."""
    return _page(
        settings,
        "claim.html",
        language,
        "/claim",
        status=problem.status if problem else HTTPStatus.OK,
        municipalities=[{"code": each.code, "name": each.name} for each in in_alphabetical_order()],
        values=defaultdict(str, values),
        problem=problem.model_dump() if problem else None,
    )


def started_page(settings: RegistryApiSettings, language: str, started: ClaimStarted) -> Response[str]:
    """The claim's own link, shown this once."""
    return _page(settings, "claim_started.html", language, None, status=HTTPStatus.CREATED, claim=started.model_dump())


def forgotten_page(settings: RegistryApiSettings, language: str) -> Response[str]:
    """What a machine is shown that filled in what no person sees."""
    return _page(settings, "claim_forgotten.html", language, None)


def locked_page(settings: RegistryApiSettings, language: str, claim_id: str, *, tried: bool = False) -> Response[str]:
    """Not here, or not yours: which of the two is not told."""
    return _page(
        settings,
        "claim_locked.html",
        language,
        None,
        status=HTTPStatus.NOT_FOUND,
        claim_id=claim_id[:26],
        tried=tried,
    )


def status_page(
    settings: RegistryApiSettings, language: str, status: ClaimStatus, problem: ProblemModel | None = None
) -> Response[str]:
    """How far the claim has come and what is left to do."""
    return _page(
        settings,
        "claim_status.html",
        language,
        f"/claim/{status.claim_id}",
        status=problem.status if problem else HTTPStatus.OK,
        claim=status.model_dump(),
        agreement=list(agreement_text().blocks()),
        problem=problem.model_dump() if problem else None,
    )


def confirm_page(settings: RegistryApiSettings, language: str, claim: Claim) -> Response[str]:
    """Asks whoever reads the mailbox. Nothing of whoever began the claim is shown: the mail says it."""
    return _page(
        settings,
        "claim_confirm.html",
        language,
        f"/claim/{claim.claim_id}/confirm",
        claim_id=claim.claim_id,
        municipality=municipality_name(claim.municipality, language),
        confirmed=False,
    )


def confirmed_page(settings: RegistryApiSettings, language: str, claim: Claim) -> Response[str]:
    """Thanks, and what happens now."""
    return _page(
        settings,
        "claim_confirm.html",
        language,
        None,
        claim_id=claim.claim_id,
        municipality=municipality_name(claim.municipality, language),
        confirmed=True,
    )


def invite_page(settings: RegistryApiSettings, language: str) -> Response[str]:
    """Asks whether to fetch the key now."""
    return _page(settings, "invite.html", language, "/desk/invite", key=None)


def key_page(settings: RegistryApiSettings, language: str, key: KeyOut) -> Response[str]:
    """The key, this once, and what to do with it."""
    name = municipality_name(key.municipality, language)
    return _page(settings, "invite.html", language, None, key=key.model_dump(), municipality=name)


def refused_page(settings: RegistryApiSettings, language: str, problem: Problem) -> Response[str]:
    """Why a link did not work."""
    return problem_page(problem.model(language), language)


def claim_of(fields: Mapping[str, str]) -> ClaimIn:
    """The claim in a form. Raises `Problem` naming what is to be corrected."""
    return validated(ClaimIn, {name: fields.get(name, "") for name in ClaimIn.model_fields})


def step(claiming: Claiming, claim: Claim, fields: Mapping[str, str]) -> None:
    """What the form on the claim's page asks for. Raises `Problem`."""
    match fields.get("do"):
        case "mail":
            claiming.mail_again(claim)
        case "dns":
            claiming.check_dns(claim)
        case "agree":
            if fields.get("accepted") != "yes":
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not_accepted")
            given = {name: fields.get(name, "") for name in AgreementIn.model_fields}
            claiming.agree(claim, validated(AgreementIn, given))
        case _:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request")


def unlocked(
    settings: RegistryApiSettings, language: str, claiming: Claiming, claim_id: str, pasted: str
) -> Response[str]:
    """Back to the page, with the token in a cookie that only this page sends and no script reads."""
    token = pasted.rpartition("#t=")[2]
    try:
        claim = claiming.held(claim_id, token)
    except Problem:
        return locked_page(settings, language, claim_id, tried=True)
    cookie = Cookie(
        name=_COOKIE + claim.claim_id,
        value=token,
        path=f"/claim/{claim.claim_id}",
        max_age=_COOKIE_SECONDS,
        http_only=True,
        secure=settings.public_url.startswith("https:"),
        same_site=SameSite.STRICT_MODE,
    )
    return _see(f"/claim/{claim.claim_id}?lang={language}", cookie)


def back(claim_id: str, language: str, done: str) -> Response[str]:
    """To the claim's page after a step, so that a reload does not repeat it."""
    return _see(f"/claim/{claim_id}?lang={language}" + (f"#{done}" if done in _DONE else ""))


def cookie_token(api: Api, claim_id: str) -> str | None:
    """The token that the page of this claim has kept."""
    try:
        cookies = SimpleCookie(api.header("cookie") or "")
    except CookieError:
        return None
    found = cookies.get(_COOKIE + claim_id)
    return found.value if found else None


def link_token(fields: Mapping[str, str]) -> str:
    """The token from a page's form; whole links are understood, too."""
    return fields.get("token", "").rpartition("#t=")[2]


def _see(address: str, *cookies: Cookie) -> Response[str]:
    return Response(
        status_code=HTTPStatus.SEE_OTHER,
        content_type="text/plain",
        body="",
        headers={"Location": address, "Cache-Control": "no-store"},
        cookies=list(cookies),
    )


def _page(
    settings: RegistryApiSettings, template: str, language: str, address: str | None, **context: Any
) -> Response[str]:
    other = "en" if language == "sv" else "sv"
    return page(
        template,
        language,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url=f"{address}?lang={other}" if address else None,
        **context,
    )
