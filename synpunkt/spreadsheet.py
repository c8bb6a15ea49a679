"""Cells that a spreadsheet takes for what they are, never for a formula."""

from __future__ import annotations

# What a spreadsheet takes for the beginning of a formula, and what it leaves out before it looks.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(value: str) -> str:
    """The text of a cell; with an apostrophe before it where a spreadsheet would run it otherwise."""
    return f"'{value}" if value.startswith(_FORMULA) or value.lstrip().startswith(_FORMULA) else value
