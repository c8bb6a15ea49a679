"""A registry document to begin with, for tests and measurements."""

from __future__ import annotations

from typing import Any

from synpunkt.responsibility import default_departments
from synpunkt.responsibility.document import Document


def document(code: str = "0180", **parts: Any) -> Document:
    """A municipality with the national departments, and whatever is given."""
    departments = [{"id": each.department, "name": dict(each.name)} for each in default_departments()]
    return Document.model_validate({"municipality": code, "departments": departments, **parts})


TRAFIKVERKET = {
    "id": "trafikverket",
    "name": {"sv": "Trafikverket", "en": "the Swedish Transport Administration"},
    "kind": "state_road_agency",
    "mail": "vag@trafikverket.example",
    "mail_verified": True,
}
