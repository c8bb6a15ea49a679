"""What each act takes and needs: one table for what is done to many and for what is shown before."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic_core import PydanticCustomError

# What an act takes, and what of that it cannot do without. An act more is a row more, and a command of that name.
FIELDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "acknowledge": (frozenset(), frozenset()),
    "start": (frozenset(), frozenset()),
    "assign": (frozenset({"team", "assignee"}), frozenset()),
    "note": (frozenset({"text"}), frozenset({"text"})),
    "reply": (frozenset({"text"}), frozenset({"text"})),
    "question": (frozenset({"text"}), frozenset({"text"})),
    "plan": (frozenset({"planned_for", "text"}), frozenset({"planned_for"})),
    "resolve": (
        frozenset({"outcome", "reply", "reason", "turn_to", "duplicate_of", "link"}),
        frozenset({"outcome"}),
    ),
    "reopen": (frozenset({"text"}), frozenset()),
}


def fits(act: str, given: Collection[str]) -> None:
    """Raises `PydanticCustomError` for a field that the act lacks, or does not take."""
    takes, needs = FIELDS[act]
    for name in sorted(needs - set(given)):
        raise PydanticCustomError("missing", "the act needs it", {"field": name})
    for name in sorted(set(given) - takes):
        raise PydanticCustomError("not_of_this_act", "the act does not take it", {"field": name})
