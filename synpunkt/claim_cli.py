"""`synpunkt claim` and `synpunkt key`: what an operator types when a municipality joins.

Claims go through the API, with the operator's own key, so that every decision has a name. Keys are made in the table
itself: the first one must come from somewhere.
"""

from __future__ import annotations

import getpass
import json
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from synpunkt.stores.keys import KeyStore

claim = typer.Typer(no_args_is_help=True, help="Municipalities that want to join.")
key = typer.Typer(no_args_is_help=True, help="Keys of systems and people that call the API.")

Url = Annotated[
    str, typer.Option(envvar="SYNPUNKT_URL", help="where the service is; else the local stack", show_default=False)
]
Key = Annotated[str, typer.Option(envvar="SYNPUNKT_KEY", help="an operator's key")]
Code = Annotated[str, typer.Argument(help="SCB code, four digits")]
ClaimId = Annotated[str, typer.Argument(help="as `claim list` shows it")]
Source = Annotated[str, typer.Option(help="how we know: a web address, or who said so and when")]
Reason = Annotated[str, typer.Option(help="why, for the record")]

_LOCAL_KEY = "local-operator-key"


@claim.command("list")
def list_claims(url: Url = "", key: Key = _LOCAL_KEY) -> None:
    """List the newest claims and what each is waiting for."""
    for each in _call("GET", url, "/api/v1/desk/claims", key)["claims"]:
        left = ", ".join(each["left"]) or (
            "" if each["followed_up"] or each["state"] != "approved" else "approve again"
        )
        typer.echo(
            f"{each['claim_id']}  {each['municipality']} {each['municipality_name']}  {each['state']:<8}  "
            f"{each['email']} ({each['name']}, {each['role']})  {left}"
        )
        if each["proof"]:
            typer.echo(f"    proof: {each['proof']['how']} {each['proof']['value']}, from {each['proof']['source']}")
        if each["agreement"]:
            typer.echo(f"    agreed: {each['agreement']['name']}, {each['agreement']['title']}")


@claim.command("evidence")
def evidence(
    code: Code,
    mail: Annotated[str, typer.Argument(help="the address")],
    source: Source,
    unit: Annotated[str, typer.Option(help="a department's id, or body:<id>; else the municipality itself")] = "",
    url: Url = "",
    key: Key = _LOCAL_KEY,
) -> None:
    """Write down that an address is the municipality's; links that waited for it go out."""
    body = {"mail": mail, "source": source, **({"unit": unit} if unit else {})}
    told = _call("POST", url, f"/api/v1/desk/municipalities/{code}/evidence", key, body)
    links = "1 link" if told["links_sent"] == 1 else f"{told['links_sent']} links"
    typer.echo(f"{told['value']} is written down; {links} sent")


@claim.command("domain")
def domain(
    code: Code,
    name: Annotated[str, typer.Argument(help="the municipality's official domain")],
    source: Source,
    url: Url = "",
    key: Key = _LOCAL_KEY,
) -> None:
    """Write down which domain is the municipality's official one."""
    body = {"domain": name, "source": source}
    told = _call("POST", url, f"/api/v1/desk/municipalities/{code}/evidence", key, body)
    typer.echo(f"{told['value']} is written down")


@claim.command("approve")
def approve(claim_id: ClaimId, reason: Reason, url: Url = "", key: Key = _LOCAL_KEY) -> None:
    """Let the municipality join. Safe to repeat: what was left undone is done then."""
    told = _call("POST", url, f"/api/v1/desk/claims/{claim_id}/approve", key, {"reason": reason})
    typer.echo(f"{told['municipality_name']} has joined; its waiting cases are on their way")


@claim.command("refuse")
def refuse(claim_id: ClaimId, reason: Reason, url: Url = "", key: Key = _LOCAL_KEY) -> None:
    """Refuse a claim; whoever began it is shown the reason."""
    _call("POST", url, f"/api/v1/desk/claims/{claim_id}/refuse", key, {"reason": reason})
    typer.echo("refused")


@key.command("create")
def create(
    name: Annotated[str, typer.Argument(help="whom it stands for, as histories show them")],
    scope: Annotated[list[str], typer.Option(help="read, write, contact, registry, operator; may be repeated")],
    municipality: Annotated[list[str] | None, typer.Option(help="SCB code; may be repeated")] = None,
) -> None:
    """Make a key and print it this once. Against a cloud stage: set REGISTRY_TABLE and AWS credentials."""
    from synpunkt.clock import now
    from synpunkt.identity import Scope
    from synpunkt.places import municipality as known

    codes = municipality or []
    try:
        scopes = [Scope(each) for each in scope]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if unknown := [each for each in codes if known(each) is None]:
        raise typer.BadParameter(f"there is no municipality {unknown[0]}")
    if not codes and any(each is not Scope.OPERATOR for each in scopes):
        raise typer.BadParameter("all but operator need --municipality")
    try:
        made, caller = _keys().create(name, codes, scopes, now=now(), by=getpass.getuser())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(made)
    typer.echo(f"{caller.caller_id}  {name}; it is not shown again", err=True)


@key.command("quota")
def quota(
    caller_id: Annotated[str, typer.Argument(help="as `key create` told it, and as histories show it")],
    per_minute: Annotated[int, typer.Option(min=1)],
    per_day: Annotated[int, typer.Option(min=1)],
) -> None:
    """Say how many requests may be made with a key."""
    from synpunkt.identity import Quota

    try:
        _keys().limit(caller_id, Quota(per_minute, per_day))
    except KeyError as error:
        raise typer.BadParameter(f"there is no caller {caller_id}") from error
    typer.echo("done")


@key.command("revoke")
def revoke(caller_id: Annotated[str, typer.Argument(help="as `key create` told it, and as histories show it")]) -> None:
    """Make a key worth nothing, at once."""
    from synpunkt.clock import now

    try:
        _keys().revoke(caller_id, now=now(), by=getpass.getuser())
    except KeyError as error:
        raise typer.BadParameter(f"there is no caller {caller_id}") from error
    typer.echo("revoked")


def _call(method: str, url: str, path: str, key: str, body: dict[str, str] | None = None) -> Any:
    from synpunkt.local_stack import local_url

    status, text = send(method, (url or local_url()).rstrip("/") + path, key, body)
    told = json.loads(text)
    if status >= 400:
        typer.echo(f"not done: {told['title']}. {told.get('detail', '')}", err=True)
        for each in told.get("errors", []):
            typer.echo(f"  {each['field']}: {each['message']}", err=True)
        raise typer.Exit(1)
    return told


def send(method: str, address: str, key: str, body: dict[str, str] | None) -> tuple[int, str]:
    """One call to the API: status and text. Raises `typer.BadParameter` when nobody answers."""
    import httpx

    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
    try:
        answer = httpx.request(method, address, json=body, headers=headers, timeout=60)
    except httpx.HTTPError as error:
        raise typer.BadParameter(f"{address} does not answer") from error
    return answer.status_code, answer.text


def _keys() -> KeyStore:
    from synpunkt.stores.keys import KeyStore

    if table := os.environ.get("REGISTRY_TABLE"):
        return KeyStore(table)
    from synpunkt.local_stack import use_local_stack

    return KeyStore(use_local_stack("registry"))
