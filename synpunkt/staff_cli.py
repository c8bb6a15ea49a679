"""`synpunkt staff` and `synpunkt sso`: the first to be let in, and municipalities' own logins."""

from __future__ import annotations

import getpass
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from synpunkt.accounts import ProviderKind
    from synpunkt.stores.staff import By, StaffStore

# What is not needed for `--help` is imported where it is used, so that the command answers at once.

staff = typer.Typer(no_args_is_help=True, help="Our own operators, and a municipality's first admin.")
sso = typer.Typer(no_args_is_help=True, help="Municipalities' own logins (OIDC, SAML).")

Code = Annotated[str, typer.Argument(help="SCB code, four digits")]
Domains = Annotated[list[str], typer.Option("--domain", help="an e-mail domain the login speaks for; may be repeated")]
Name = Annotated[str, typer.Option(help="the login's name in the user pool; k and the code when left out")]
SECRET = "SSO_CLIENT_SECRET"
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{2,31}")
_SAML_EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"


@staff.command("add")
def add(
    email: str,
    name: str,
    municipality: Annotated[str, typer.Option(help="SCB code: their first admin; left out: our own operator")] = "",
) -> None:
    """Let somebody in as an operator of ours, or as a municipality's admin, who lets in the others."""
    from synpunkt import clock
    from synpunkt.accounts import make_account
    from synpunkt.identity import Member, Role, domain_of
    from synpunkt.stores.staff import AlreadyStaff

    store = _store()
    if municipality:
        _known(municipality)
    federated = store.federation(domain_of(email))
    member = Member(
        staff_id=clock.new_id(),
        email=email,
        name=name,
        municipality=municipality or None,
        roles=frozenset({Role.ADMIN if municipality else Role.OPERATOR}),
        subject=None if federated else make_account(os.environ["USER_POOL_ID"], email),
    )
    try:
        store.add(member, by=_me(), now=clock.now())
    except AlreadyStaff as error:
        raise typer.BadParameter("the address is somebody's already") from error
    typer.echo(f"{email} is {'admin of ' + municipality if municipality else 'operator'}; tell them the desk's address")


@sso.command("oidc")
def oidc(
    code: Code,
    issuer: Annotated[str, typer.Option(help="https://…, as the provider's own tokens say it")],
    client_id: Annotated[str, typer.Option(help="our id at the provider")],
    domain: Domains,
    name: Name = "",
    email_claim: Annotated[str, typer.Option(help="a claim people cannot change themselves")] = "email",
) -> None:
    """Let a municipality's people log in by OpenID Connect. The client secret is read from SSO_CLIENT_SECRET."""
    if SECRET not in os.environ:
        raise typer.BadParameter(f"put the client secret into {SECRET}: on the command line others could read it")
    details = {
        "client_id": client_id,
        "client_secret": os.environ[SECRET],
        "oidc_issuer": issuer,
        "authorize_scopes": "openid email",
        "attributes_request_method": "GET",
    }
    _set(code, name, "OIDC", details, email_claim, domain)


@sso.command("saml")
def saml(
    code: Code,
    metadata: Annotated[str, typer.Option(help="an https address, or a file")],
    domain: Domains,
    name: Name = "",
    email_claim: Annotated[str, typer.Option(help="an attribute people cannot change themselves")] = _SAML_EMAIL,
) -> None:
    """Let a municipality's people log in by SAML 2.0."""
    if metadata.startswith("https://"):
        details = {"MetadataURL": metadata}
    else:
        try:
            details = {"MetadataFile": Path(metadata).read_text("utf-8")}
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(f"{metadata} cannot be read") from error
    _set(code, name, "SAML", details, email_claim, domain)


@sso.command("list")
def list_logins() -> None:
    """List municipalities' own logins and the domains they speak for."""
    for each in _store().federations():
        typer.echo(f"{each.municipality}  {each.provider}  {each.kind}  {' '.join(sorted(each.domains))}")


@sso.command("remove")
def remove(name: Annotated[str, typer.Argument(help="the login's name")]) -> None:
    """Take a login away. Its people get in again by accounts with us, once invited."""
    from synpunkt import clock
    from synpunkt.accounts import remove_provider

    store = _store()
    found = next((each for each in store.federations() if each.provider == name), None)
    if found is None:
        raise typer.BadParameter(f"there is no login {name}")
    # The registry first: from here on nobody comes in by it, whatever happens next.
    store.remove_federation(found, by=_me(), now=clock.now())
    _offer(store)
    remove_provider(os.environ["USER_POOL_ID"], name)
    typer.echo(f"{name} is gone")


@sso.command("sync")
def sync() -> None:
    """Offer exactly the logins in the registry; needed after a deployment that changed the desk's client."""
    typer.echo(f"{_offer(_store())} logins are offered")


def _set(
    code: str, name: str, kind: ProviderKind, details: dict[str, str], email_claim: str, domains: list[str]
) -> None:
    from synpunkt import clock
    from synpunkt.accounts import put_provider
    from synpunkt.stores.staff import AlreadyStaff, Federation

    _known(code)
    name = name or f"k{code}"
    lowered = frozenset(each.lower() for each in domains)
    if not _NAME.fullmatch(name):
        raise typer.BadParameter("a name has 3 to 32 of a-z, 0-9 and -")
    for each in lowered:
        _check_domain(each)
    store = _store()
    if any(each.provider == name and each.municipality != code for each in store.federations()):
        raise typer.BadParameter(f"{name} is another municipality's")
    put_provider(os.environ["USER_POOL_ID"], name, kind, details, email_claim, lowered)
    try:
        store.put_federation(Federation(name, code, kind, lowered), by=_me(), now=clock.now())
    except AlreadyStaff as error:
        raise typer.BadParameter("one of the domains belongs to another login") from error
    _offer(store)
    typer.echo(f"{name}: people of {code} with an address in {' '.join(sorted(lowered))} log in there, and only there")


def _check_domain(domain: str) -> None:
    from synpunkt.responsibility.free_mail import is_free_mail

    if not _DOMAIN.fullmatch(domain):
        raise typer.BadParameter(f"{domain} is not a domain")
    if is_free_mail(domain):
        raise typer.BadParameter(f"anybody can have an address in {domain}")


def _offer(store: StaffStore) -> int:
    from synpunkt.accounts import offer_providers

    names = [each.provider for each in store.federations()]
    offer_providers(os.environ["USER_POOL_ID"], os.environ["DESK_CLIENT_ID"], names)
    return len(names)


def _known(code: str) -> None:
    from synpunkt.places import municipality

    if municipality(code) is None:
        raise typer.BadParameter(f"there is no municipality {code}")


def _me() -> By:
    from synpunkt.stores.staff import By

    return By("operator-command", getpass.getuser())


def _store() -> StaffStore:
    from synpunkt.stores.staff import StaffStore

    # Against a cloud stage: REGISTRY_TABLE, USER_POOL_ID, DESK_CLIENT_ID and AWS credentials.
    if table := os.environ.get("REGISTRY_TABLE"):
        return StaffStore(table)
    from synpunkt.local_stack import use_local_stack

    return StaffStore(use_local_stack("registry"))
