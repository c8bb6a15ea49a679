"""`synpunkt routing`: check, try, publish and take back a municipality's registry."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from synpunkt.responsibility.lint import Finding
    from synpunkt.responsibility.yaml_file import Loaded
    from synpunkt.stores.areas import AreaStore
    from synpunkt.stores.versions import Checked, Overtaken, VersionStore

# What is not needed for `--help` is imported where it is used, so that the command answers at once.

routing = typer.Typer(no_args_is_help=True, help="A municipality's departments, categories, bodies and rules.")
area = typer.Typer(no_args_is_help=True, help="The shapes of its sub-areas, which the next publication takes.")
routing.add_typer(area, name="area")


def _said(note: str) -> str:
    if not note.strip():
        raise typer.BadParameter("say why, for those who read the history")
    return note.strip()


ShapeFile = Annotated[Path, typer.Argument(help="GeoJSON, WGS 84 or SWEREF 99 TM, at most 2 MB")]
File = Annotated[Path, typer.Argument(help="a registry document (YAML; schema: docs/registry.schema.json)")]
Code = Annotated[str, typer.Argument(help="SCB code, four digits")]
AreaId = Annotated[str, typer.Argument(help="the sub-area's id, as in the document")]
Author = Annotated[str, typer.Option(help="who did it, for the history")]
Note = Annotated[str, typer.Option(help="why, for the history", callback=_said)]


@routing.command("lint")
def lint_file(
    file: File, shapes: Annotated[bool, typer.Option(help="hold sub-areas against what was uploaded")] = True
) -> None:
    """Check a document. Fails when there are errors; warnings are for you to judge.

    Needs no stack for a document without sub-areas, or with --no-shapes.
    """
    from synpunkt.responsibility.lint import lint

    loaded = _load(file)
    if shapes and loaded.document.areas:
        _checked(loaded)
        typer.echo(f"{file}: can be published")
        return
    if not _told(loaded, lint(loaded.document)):
        raise typer.Exit(1)
    known = f", if {len(loaded.document.areas)} sub-areas have shapes" if loaded.document.areas else ""
    typer.echo(f"{file}: can be published{known}")


@routing.command("export")
def export(code: Code, version: Annotated[int | None, typer.Option(help="an earlier version")] = None) -> None:
    """Print the document in force, to edit and publish; before the first version, one to begin with."""
    from synpunkt.responsibility.lint import starting_document
    from synpunkt.responsibility.yaml_file import dump
    from synpunkt.stores.versions import UnknownVersion

    store = _versions()
    try:
        current = store.current(_known(code))
        document = store.document(code, current if version is None else version) or starting_document(code)
    except UnknownVersion as error:
        raise typer.BadParameter(str(error)) from error
    # Based on what is in force, also when an earlier version is taken up again.
    typer.echo(dump(document.model_copy(update={"based_on": current})), nl=False)


@routing.command("dry-run")
def dry_run_file(
    file: File, cases: Annotated[int, typer.Option(min=1, max=500, help="how many of the newest")] = 200
) -> None:
    """Say where the newest public cases would go by this document and the uploaded shapes. Changes nothing.

    Each case's place is looked up twice: in the sub-areas in force, and in those that would be.
    """
    from synpunkt.clock import now
    from synpunkt.replay import newest
    from synpunkt.responsibility.dry_run import dry_run
    from synpunkt.stores.cases import CaseStore

    checked = _checked(_load(file))
    code = checked.document.municipality
    past = newest(CaseStore(_table("cases")), code, cases)
    result = dry_run(code, _versions().in_force(code), checked.ready, past, today=now().date())
    for move in result.moves:
        examples = " ".join(move.references[:5]) + (" …" if len(move.references) > 5 else "")
        typer.echo(f"{len(move.references):5}  {move.before} → {move.after}  by {move.rule}  {examples}")
    typer.echo(f"{result.moved} of {result.tried} cases would move")


@routing.command("publish")
def publish(file: File, note: Note, author: Author = "") -> None:
    """Put a document in force as a new version. Refused when it has errors or somebody published meanwhile."""
    from synpunkt.stores.versions import Overtaken

    checked = _checked(_load(file))
    try:
        version = _versions().put_in_force(checked, author=author or getpass.getuser(), note=note)
    except Overtaken as error:
        _tell(error)
        raise typer.Exit(1) from error
    typer.echo(f"version {version.version} of {checked.document.municipality} is in force")
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
    from synpunkt.stores.versions import AlreadyInForce, Overtaken, UnknownVersion

    try:
        _versions().rollback(code, to, author=author or getpass.getuser(), note=note)
    except (UnknownVersion, AlreadyInForce) as error:
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


@area.command("put")
def put_area(code: Code, area_id: AreaId, file: ShapeFile, author: Author = "") -> None:
    """Check a GeoJSON file and keep it as a sub-area's shape. Nothing decides by it before you publish."""
    from synpunkt.places.area_upload import MAX_BYTES, AreaError

    try:
        with file.open("rb") as stream:
            # One byte more than allowed, so that a file too large is refused and never read whole.
            raw = stream.read(MAX_BYTES + 1)
        kept = _areas().put(_known(code), area_id, raw, file=file.name, author=author or getpass.getuser())
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read") from error
    except AreaError as error:
        typer.echo(f"{file}: {error.sentence('en')} [{error.code}]", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{area_id} of {code}: {kept.vertices} points, {kept.crs}; in force when you publish")


@area.command("list")
def list_areas(code: Code) -> None:
    """List the shapes that the next publication takes; a star marks those that are in force."""
    in_force = {each.area: each.sha256 for each in _versions().uploads(_known(code))}
    for each in _areas().draft(code):
        star = "*" if in_force.get(each.area) == each.sha256 else " "
        typer.echo(f"{star} {each.area:24} {each.vertices:6} points  {each.at}  {each.author}  {each.file}")


@area.command("take")
def take_areas(code: Code, version: Annotated[int, typer.Argument(help="a version that was published")]) -> None:
    """Take the shapes of an earlier version up again, for the next publication; a roll back needs no such thing."""
    from synpunkt.stores.versions import UnknownVersion

    try:
        uploads = _versions().uploads(_known(code), version)
    except UnknownVersion as error:
        raise typer.BadParameter(str(error)) from error
    _areas().take(code, uploads)
    typer.echo(f"{len(uploads)} shapes as in version {version}; in force when you publish")


@area.command("remove")
def remove_area(code: Code, area_id: AreaId) -> None:
    """Leave a shape out of the next publication. What is in force keeps it."""
    if not _areas().remove(_known(code), area_id):
        raise typer.BadParameter(f"{code} has no shape of {area_id}")
    typer.echo(f"{area_id} of {code} is left out when you publish")


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


def _checked(loaded: Loaded) -> Checked:
    """The document with the uploaded shapes, all findings told; ends the command when there are errors."""
    checked = _versions().check(loaded.document)
    if not _told(loaded, checked.findings):
        raise typer.Exit(1)
    return checked


def _told(loaded: Loaded, found: Sequence[Finding]) -> bool:
    """Prints findings by line; `False` when the document cannot be published."""
    from synpunkt.responsibility.yaml_file import MAX_BYTES, Fault, dump, path_text

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


def _known(code: str) -> str:
    from synpunkt.places import municipality

    if municipality(code) is None:
        raise typer.BadParameter(f"there is no municipality {code}")
    return code


def _areas() -> AreaStore:
    from synpunkt.stores.areas import AreaStore

    return AreaStore(_table("registry"))


def _versions() -> VersionStore:
    from synpunkt.stores.versions import VersionStore

    return VersionStore(_table("registry"))


def _table(name: str) -> str:
    if table := os.environ.get(f"{name.upper()}_TABLE"):
        return table
    from synpunkt.local_stack import use_local_stack

    return use_local_stack(name)
