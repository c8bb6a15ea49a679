"""The `synpunkt` command: try a point, and what an operator needs until the desk exists."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from synpunkt.claim_cli import claim, key
from synpunkt.local_stack import use_local_stack
from synpunkt.mail_cli import mail
from synpunkt.open_cli import open_data
from synpunkt.routing_cli import routing
from synpunkt.staff_cli import sso, staff
from synpunkt.triage_cli import triage

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="""Synpunkt, from the command line.

    Commands find the stack that make run started in .local of this folder; SYNPUNKT_STATE names another folder
    (the same as STATE= of make run). claim speaks to the API: by default the local stack's with its local-operator-key,
    else SYNPUNKT_URL with SYNPUNKT_KEY. The others speak to the tables: CASES_TABLE, REGISTRY_TABLE and AWS credentials
    for a cloud stage.
    """,
)
app.add_typer(triage, name="triage")
app.add_typer(routing, name="routing")
app.add_typer(claim, name="claim")
app.add_typer(key, name="key")
app.add_typer(mail, name="mail")
app.add_typer(open_data, name="open-data")
app.add_typer(staff, name="staff")
app.add_typer(sso, name="sso")


@app.command(context_settings={"ignore_unknown_options": True})
def locate(
    lon: Annotated[float | None, typer.Argument(help="degrees, WGS84", show_default=False)] = None,
    lat: Annotated[float | None, typer.Argument(help="degrees, WGS84", show_default=False)] = None,
    csv: Annotated[Path | None, typer.Option(help="columns lon,lat in; lon,lat,municipality,border_m out")] = None,
) -> None:
    """Say which municipality a point is in, and how far its border is. Needs no stack."""
    if csv is not None:
        _locate_csv(csv)
        return
    if lon is None or lat is None:
        raise typer.BadParameter("give LON and LAT, or --csv FILE")
    # Imported here: the CSV path should not pay for what it does not use.
    from synpunkt import places

    try:
        place = places.locate(lat, lon)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if place is None:
        swapped = places.looks_swapped(lat, lon)
        typer.echo("outside Sweden" + ("; inside if you swap LON and LAT" if swapped else ""), err=True)
        raise typer.Exit(1)
    found = places.municipality(place.municipality)
    typer.echo(f"{place.municipality} {found.name if found else ''}, {place.border_m:.1f} m to the border")
    if place.neighbour:
        other = places.municipality(place.neighbour)
        typer.echo(f"near {place.neighbour} {other.name if other else ''}: may be theirs")


@app.command()
def redrive(
    queue: Annotated[str, typer.Argument(help="the queue's short name, such as deliver")],
    stage: Annotated[str, typer.Option(help="the stage")] = "local",
) -> None:
    """Send a queue's dead letters back to it, once what stopped them is mended."""
    from synpunkt.stores.dead_letters import redrive as send_back

    if stage == "local":
        use_local_stack()
    try:
        sent = send_back(f"synpunkt-{stage}-{queue}")
    except KeyError as error:
        raise typer.BadParameter(f"{stage} has no queue {queue} with dead letters") from error
    typer.echo(f"{sent} sent back to {queue}")


def main() -> None:
    """Run the command."""
    app()


def _locate_csv(path: Path) -> None:
    from synpunkt.places.csv_locate import locate_csv

    try:
        with path.open(encoding="utf-8-sig", newline="") as rows:
            locate_csv(rows, sys.stdout)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise typer.BadParameter(f"{path}: {error}") from error
