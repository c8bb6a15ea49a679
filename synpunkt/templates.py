"""Mails as Jinja2 templates, in the room that sends them: `<name>.<language>.txt`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def render_text(folder: Path, name: str, language: str, **context: object) -> str:
    """The text of a mail. Nothing is escaped: it is plain text. Raises on a name the context lacks."""
    return _environment(folder).get_template(f"{name}.{language}.txt").render(context)


@cache
def _environment(folder: Path) -> Environment:
    # Plain text: there is no markup to escape into.
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
