"""`synpunkt mail`: incoming mail on the local stack, where no mail server brings any."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from synpunkt.identity import Purpose, normalise_reference
from synpunkt.local_stack import local_stack

mail = typer.Typer(no_args_is_help=True, help="Incoming mail, on the local stack.")


@mail.command()
def address(
    reference: Annotated[str, typer.Argument(help="as on the receipt: 7KQ-4M2X")],
    purpose: Annotated[Purpose, typer.Option("--as", help="who answers")] = Purpose.WORK,
) -> None:
    """Print where a mail about the case is answered to: its Reply-To, which the outbox does not show."""
    about = local_stack()
    from synpunkt.reply_address import ReplyAddresses
    from synpunkt.secret import token_maker
    from synpunkt.stores.cases import CaseStore

    cases = CaseStore(about["tables"]["cases"])
    case_id = cases.case_id_of(normalise_reference(reference) or "-")
    file = cases.load(case_id) if case_id else None
    if file is None:
        raise typer.BadParameter(f"there is no case {reference}")
    addresses = ReplyAddresses(token_maker(about["token_secret_id"]), about["reply_to"])
    typer.echo(addresses.of(file.case, purpose))


@mail.command()
def deliver(
    file: Annotated[str, typer.Argument(help="a raw mail (.eml); - reads it from standard input")] = "-",
) -> None:
    """Let a mail come in, as if a mail server had brought it."""
    about = local_stack()
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from error
    import boto3

    from synpunkt import clock

    key = clock.new_id()
    boto3.client("s3").put_object(Bucket=about["buckets"]["mail"], Key=key, Body=raw)
    typer.echo(f"{len(raw)} bytes delivered")
