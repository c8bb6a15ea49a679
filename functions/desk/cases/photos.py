"""Photos that are taken for a case at the desk, and sent with what is said about it."""

from __future__ import annotations

from collections.abc import Sequence

from synpunkt.http.enclosing import Enclosed
from synpunkt.lifecycle import Actor

MOST_A_WEEK = 50
"""So many uploads may begin for one case, those given up among them."""


def draft_of(case_id: str) -> str:
    """What the uploads are granted to: those who have the case, for what they say about it."""
    return f"desk:{case_id}"


def enclosed(photos: Sequence[str], case_id: str, actor: Actor) -> Enclosed:
    """Photos to go with what one of them says."""
    return Enclosed(photos, draft_of(case_id), actor)
