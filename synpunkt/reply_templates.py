"""Texts that are used again, with what is known of a case filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

VARIABLES = ("reference", "category", "place", "municipality", "department", "date")
_VARIABLE = re.compile(r"\{([^{}\s]*)\}")


def unknown_variables(written: str) -> list[str]:
    """What stands in braces and is no variable; braces around words with blanks are just braces."""
    return [name for name in _VARIABLE.findall(written) if name not in VARIABLES]


def filled_in(written: str, values: Mapping[str, str]) -> str:
    """The text with the variables' values, as plain text: what a value says is not looked at again."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), written)
