"""`synpunkt triage`: what nobody could be given, and how it gets further; straight at the tables, without the API."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from synpunkt.http.sources import SourceIn
    from synpunkt.lifecycle import Case
    from synpunkt.triage import Triage

# What is not needed for `--help` is imported where it is used, so that the command answers at once.

triage = typer.Typer(
    no_args_is_help=True,
    help="Cases that nobody could be given. Against a cloud stage: set CASES_TABLE, REGISTRY_TABLE and credentials.",
)

Reference = Annotated[str, typer.Argument(help="the case's number, such as 7KQ-4M2X")]
Code = Annotated[str, typer.Argument(help="SCB code, four digits")]
Author = Annotated[str, typer.Option(help="who did it, for the history")]

_WHY_NOT = {
    "not_in_triage": "it is not in triage: somebody has it already, or it is on its way",
    "nobody_found": "still nobody to send it to: no confirmed address there. Nothing was sent. Find one, then: "
    "synpunkt triage address",
    "handed_over": "it was handed over and waits for an answer; without one it goes back by itself",
    "already_there": "it is with that municipality already; to try again: synpunkt triage resend",
}


@triage.command("list")
def list_cases(
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
    owner: Annotated[str | None, typer.Option(help="only theirs; `nobody`: only those nobody looks after")] = None,
    overdue: Annotated[bool | None, typer.Option("--overdue/--in-time", help="only those past their limit")] = None,
    after: Annotated[str | None, typer.Option(help="where the page before ended")] = None,
) -> None:
    """List the cases in triage, the one reported first at the top."""
    from synpunkt import clock

    now = clock.now()
    page = _triage().page(after=after, limit=limit, now=now, owner=owner, overdue=overdue)
    for row in page.rows:
        _show(row, late=row["triage_due"] <= clock.to_iso(now))
    typer.echo(f"{len(page.rows)} in triage" + (f", and more: --after {page.next}" if page.next else ""))
    if page.rows:
        typer.echo("next: synpunkt triage take | resend | correct NUMBER, or synpunkt triage address CODE")


@triage.command("take")
def take(reference: Reference, author: Author = "") -> None:
    """Look after a case from now on, so that others see that somebody does."""
    case = _done(reference, lambda desk, case_id: desk.take(case_id, by=_by(author)))
    typer.echo(f"{case.reference} is looked after by {case.triage_owner}")


@triage.command("resend")
def resend(reference: Reference, author: Author = "") -> None:
    """Decide anew by the registry as it stands, and send the case to whoever is found."""
    case = _done(reference, lambda desk, case_id: desk.resend(case_id, by=_by(author)))
    _on_its_way(case)


@triage.command("correct")
def correct(reference: Reference, code: Code, author: Author = "") -> None:
    """Put a case into the municipality where it belongs, and send it there."""
    name = _known(code)
    case = _done(reference, lambda desk, case_id: desk.correct(case_id, code, by=_by(author)))
    typer.echo(f"{case.reference} belongs to {code} {name} from now on")
    _on_its_way(case)


@triage.command("address")
def address(
    code: Code,
    mail: Annotated[str, typer.Argument(help="the registrar's address, at the municipality's own domain")],
    note: Annotated[str, typer.Option(help="why you are sure")],
    url: Annotated[str | None, typer.Option(help="the https page it stands on")] = None,
    letter: Annotated[str | None, typer.Option(help="date of the letter it stands in, YYYY-MM-DD")] = None,
    phone: Annotated[str | None, typer.Option(help="date of the call it was told in, YYYY-MM-DD")] = None,
    about: Annotated[str | None, typer.Option(help="what was written or said, with --letter or --phone")] = None,
    stage: Annotated[str, typer.Option(help="the stage")] = "local",
    author: Author = "",
) -> None:
    """Keep an address that was found, with the evidence for it; what waits for it in triage is sent on."""
    from synpunkt import clock
    from synpunkt.claims import Evidence
    from synpunkt.lifecycle import Because
    from synpunkt.stores.evidence import EvidenceStore, HasJoined
    from synpunkt.waiting import WaitingQueue

    name = _known(code)
    source = _source(url, letter, phone, about)
    found = Evidence(code, _address(mail), source.told, _by(author), clock.now(), note=note)
    try:
        EvidenceStore(_table("registry")).put_in_force(found)
    except HasJoined as error:
        typer.echo(f"not done: {code} {name} has joined and sets its own addresses; ask them", err=True)
        raise typer.Exit(1) from error
    WaitingQueue(_queue_url(stage)).start(code, Because.ADDRESS_FOUND)
    typer.echo(f"{code} {name} is reached at {found.value} from now on; what waited in triage is being sent there")


@triage.command("evidence")
def evidence(code: Code) -> None:
    """List every address and domain that was found for a municipality, and how."""
    from synpunkt import clock
    from synpunkt.stores.evidence import EvidenceStore

    _known(code)
    for each in EvidenceStore(_table("registry")).of(code):
        whose = f" ({each.unit})" if each.unit else ""
        typer.echo(f"{clock.to_iso(each.at)}  {each.value}{whose}  by {each.by}\n    {each.source}")
        if each.note:
            typer.echo(f"    {each.note}")


def _show(row: Mapping[str, Any], *, late: bool) -> None:
    from synpunkt.names import municipality_name
    from synpunkt.texts import text

    code, reason = str(row["municipality"]), str(row["triage_reason"])
    owner = row.get("triage_owner")
    limit = ("OVERDUE since " if late else "time until ") + _minute(row["triage_due"])
    typer.echo(
        f"{row['reference']}  {row['kind']}/{row.get('category', '-')}  reported {_minute(row['created_at'])}  {limit}"
        f"  {f'looked after by {owner}' if owner else 'NOBODY looks after it'}"
    )
    why = text(f"triage.{reason}", "en", municipality=municipality_name(code, "en"))
    typer.echo(f"    {code} {reason}: {why}")


def _minute(iso: str) -> str:
    return iso[:16].replace("T", " ") + "Z"


def _on_its_way(case: Case) -> None:
    if case.recipients == ("triage",):
        typer.echo("  nobody can be reached there yet, so it stays in triage; find an address: synpunkt triage address")
    else:
        typer.echo(f"{case.reference} is on its way to {case.municipality}: {', '.join(case.recipients)}")


def _done(reference: str, act: Callable[[Triage, str], Case]) -> Case:
    from synpunkt.identity import normalise_reference
    from synpunkt.triage import NotPossible

    desk = _triage()
    normal = normalise_reference(reference)
    case_id = desk.cases.case_id_of(normal) if normal else None
    if case_id is None:
        raise typer.BadParameter(f"there is no case {reference}")
    try:
        return act(desk, case_id)
    except NotPossible as error:
        typer.echo(f"not done: {_WHY_NOT[error.code]}", err=True)
        raise typer.Exit(1) from error


def _source(url: str | None, letter: str | None, phone: str | None, about: str | None) -> SourceIn:
    from pydantic import ValidationError

    from synpunkt.http.sources import SourceIn

    if sum(each is not None for each in (url, letter, phone)) != 1:
        raise typer.BadParameter("say where you found it: --url PAGE, or --letter DATE or --phone DATE with --about")
    if url is not None:
        given, wrong = {"kind": "web", "url": url}, "--url takes the whole address of a page, beginning with https://"
    else:
        kind, told = ("letter", letter) if letter is not None else ("phone", phone)
        wrong = f"--{kind} takes a date, YYYY-MM-DD, and needs --about: what was written or said"
        given = {"kind": kind, "date": told or "", **({"description": about} if about else {})}
    try:
        return SourceIn.model_validate(given)
    except ValidationError as error:
        raise typer.BadParameter(wrong) from error


def _address(mail: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from synpunkt.http.sources import Email
    from synpunkt.responsibility.free_mail import is_free_mail

    wrong = typer.BadParameter(f"{mail} is not an address at a domain of the municipality's own")
    try:
        found: str = TypeAdapter(Email).validate_python(mail)
    except ValidationError as error:
        raise wrong from error
    if is_free_mail(found):
        raise wrong
    return found


def _known(code: str) -> str:
    from synpunkt.places import municipality

    found = municipality(code)
    if found is None:
        raise typer.BadParameter(f"there is no municipality {code}")
    return found.name


def _by(author: str) -> str:
    return author or getpass.getuser()


def _triage() -> Triage:
    from synpunkt.stores.cases import CaseStore
    from synpunkt.stores.registry import RegistryStore
    from synpunkt.triage import Triage

    return Triage(CaseStore(_table("cases")), RegistryStore(_table("registry")))


def _queue_url(stage: str) -> str:
    import boto3

    url: str = boto3.client("sqs").get_queue_url(QueueName=f"synpunkt-{stage}-waiting")["QueueUrl"]
    return url


def _table(name: str) -> str:
    if table := os.environ.get(f"{name.upper()}_TABLE"):
        return table
    from synpunkt.local_stack import use_local_stack

    return use_local_stack(name)
