"""`synpunkt open-data`: fills open data with cases from before there was any, or after a loss; at the tables."""

from __future__ import annotations

import os
from typing import Annotated

import typer

# What is not needed for `--help` is imported where it is used, so that the command answers at once.

open_data = typer.Typer(no_args_is_help=True)


@open_data.callback()
def group() -> None:
    """Open data. Against a cloud stage: set CASES_TABLE, INSIGHT_TABLE and credentials."""


@open_data.command("fill")
def fill(
    code: Annotated[list[str] | None, typer.Argument(help="SCB codes, four digits; without any, all 290")] = None,
) -> None:
    """Look at every public case and make open data say what it is now. Safe to repeat; files follow within hours."""
    from synpunkt.opening import Opening
    from synpunkt.places import municipalities, municipality
    from synpunkt.stores.cases import CaseStore
    from synpunkt.stores.open_data import OpenStore

    unknown = [each for each in code or () if municipality(each) is None]
    if unknown:
        raise typer.BadParameter(f"there is no municipality {', '.join(unknown)}")
    opening = Opening(CaseStore(_table("cases")), OpenStore(_table("insight")))
    total = 0
    for each in code or [place.code for place in municipalities()]:
        filled = sum(1 for _ in opening.fill(each))
        total += filled
        if filled:
            typer.echo(f"{each}: {filled}")
    typer.echo(f"{total} public cases looked at")


def _table(name: str) -> str:
    if table := os.environ.get(f"{name.upper()}_TABLE"):
        return table
    from synpunkt.local_stack import use_local_stack

    return use_local_stack(name)
