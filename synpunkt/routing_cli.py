"""`synpunkt routing`: check, try, publish and take back a municipality's registry."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from synpunkt.responsibility.yaml_file import Loaded
    from synpunkt.stores.versions import Overtaken, VersionStore

# What is not needed for `--help` is imported where it is used, so that the command answers at once.

routing = typer.Typer(no_args_is_help=True, help="A municipality's departments, categories, bodies and rules.")

File = Annotated[Path, typer.Argument(help="a registry document (YAML; schema: docs/registry.schema.json)")]
Code = Annotated[str, typer.Argument(help="SCB code, four digits")]
Author = Annotated[str, typer.Option(help="who did it, for the history")]
Note = Annotated[str, typer.Option(help="why, for the history")]


@routing.command("lint")
def lint_file(file: File) -> None:
    """Check a document. Needs no stack. Fails when there are errors; warnings are for you to judge."""
    loaded = _load(file)
    if not _lint(loaded):
        raise typer.Exit(1)
    typer.echo(f"{file}: can be published")


@routing.command("export")
def export(code: Code, version: Annotated[int | None, typer.Option(help="an earlier version")] = None) -> None:
    """Print the document in force, to edit and publish; before the first version, one to begin with."""
    from synpunkt.places import municipality
    from synpunkt.responsibility.lint import starting_document
    from synpunkt.responsibility.yaml_file import dump
    from synpunkt.stores.versions import UnknownVersion

    if municipality(code) is None:
        raise typer.BadParameter(f"there is no municipality {code}")
    store = _versions()
    try:
        current = store.current(code)
        document = store.document(code, current if version is None else version) or starting_document(code)
    except UnknownVersion as error:
        raise typer.BadParameter(str(error)) from error
    # Based on what is in force, also when an earlier version is taken up again.
    typer.echo(dump(document.model_copy(update={"based_on": current})), nl=False)


@routing.command("dry-run")
def dry_run_file(
    file: File, cases: Annotated[int, typer.Option(min=1, max=500, help="how many of the newest")] = 200
) -> None:
    """Say where the newest public cases would go by this document that went elsewhere. Changes nothing."""
    from synpunkt.clock import now
    from synpunkt.replay import newest
    from synpunkt.responsibility.compiled import compiled
    from synpunkt.responsibility.dry_run import dry_run
    from synpunkt.stores.cases import CaseStore

    loaded = _load(file)
    if not _lint(loaded):
        raise typer.Exit(1)
    code = loaded.document.municipality
    current = _versions().document(code)
    past = newest(CaseStore(_table("cases")), code, cases)
    result = dry_run(code, compiled(current) if current else None, compiled(loaded.document), past, today=now().date())
    for move in result.moves:
        examples = " ".join(move.references[:5]) + (" …" if len(move.references) > 5 else "")
        typer.echo(f"{len(move.references):5}  {move.before} → {move.after}  by {move.rule}  {examples}")
    typer.echo(f"{result.moved} of {result.tried} cases would move")


@routing.command("publish")
def publish(file: File, note: Note, author: Author = "") -> None:
    """Put a document in force as a new version. Refused when it has errors or somebody published meanwhile."""
    from synpunkt.stores.versions import Overtaken

    loaded = _load(file)
    if not _lint(loaded):
        raise typer.Exit(1)
    try:
        version = _versions().publish(loaded.document, author=author or getpass.getuser(), note=note)
    except Overtaken as error:
        _tell(error)
        raise typer.Exit(1) from error
    typer.echo(f"version {version.version} of {loaded.document.municipality} is in force")
    for change in version.changes:
        typer.echo(f"  {change}")


@routing.command("rollback")
def rollback(
    code: Code,
    to: Annotated[int, typer.Argument(help="a version that was published; 0: before the first")],
    note: Note,
    author: Author = "",
) -> None:
    """Put an earlier version in force again, exactly as it was."""
    from synpunkt.stores.versions import Overtaken, UnknownVersion

    try:
        _versions().rollback(code, to, author=author or getpass.getuser(), note=note)
    except UnknownVersion as error:
        raise typer.BadParameter(str(error)) from error
    except Overtaken as error:
        _tell(error)
        raise typer.Exit(1) from error
    typer.echo(f"version {to} of {code} is in force")


@routing.command("history")
def history(code: Code) -> None:
    """List what was published and rolled back, oldest first; a star marks the version in force."""
    store = _versions()
    current = store.current(code)
    lines = [
        (each.at, f"{'*' if each.version == current else ' '} {each.version:4}", each.author, each.note)
        for each in store.history(code)
    ]
    lines += [(each.at, f"  {each.version:4} → {each.to}", each.author, each.note) for each in store.roll_backs(code)]
    for at, what, author, note in sorted(lines):
        typer.echo(f"{what:12} {at}  {author}  {note}")


@routing.command("schema")
def schema() -> None:
    """Print the JSON Schema of a document, for editors that complete and check while you write."""
    from synpunkt.responsibility.document import schema_text

    typer.echo(schema_text(), nl=False)


def _load(file: Path) -> Loaded:
    from synpunkt.responsibility.yaml_file import MAX_BYTES, BadDocument, load

    try:
        with file.open("rb") as stream:
            # One byte more than allowed, so that a file too large is refused and never read whole.
            return load(stream.read(MAX_BYTES + 1))
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read") from error
    except BadDocument as error:
        for fault in error.faults:
            typer.echo(f"{file}: {fault}", err=True)
        raise typer.Exit(1) from error


def _lint(loaded: Loaded) -> bool:
    from synpunkt.responsibility.lint import lint
    from synpunkt.responsibility.yaml_file import MAX_BYTES, Fault, dump, path_text

    found = lint(loaded.document)
    for each in found:
        fault = Fault(path_text(each.path), each.message, loaded.line_of(each.path))
        typer.echo(f"{each.level}: {fault} [{each.code}]", err=True)
    if len(dump(loaded.document).encode()) > MAX_BYTES:
        # Short ways of writing can hold more than an export can; what cannot be exported cannot be edited again.
        typer.echo(f"error: written out, the document is larger than {MAX_BYTES} bytes [too_large]", err=True)
        return False
    return not any(each.level == "error" for each in found)


def _tell(error: Overtaken) -> None:
    typer.echo(f"not done: {error}. What they changed:", err=True)
    for change in error.changes or ("nothing that can be seen",):
        typer.echo(f"  {change}", err=True)
    typer.echo("export again, repeat your changes, and publish that", err=True)


def _versions() -> VersionStore:
    from synpunkt.stores.versions import VersionStore

    return VersionStore(_table("registry"))


def _table(name: str) -> str:
    if table := os.environ.get(f"{name.upper()}_TABLE"):
        return table
    from synpunkt.local_stack import use_local_stack

    return use_local_stack(name)
