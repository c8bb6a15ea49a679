"""Texts to begin from, in the order in which they fit, and filled in for a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from functions.desk.words.words_models import Language, TemplateOut
from synpunkt import clock
from synpunkt.clock import localdate, to_iso
from synpunkt.letters import category_name
from synpunkt.names import alphabetical, municipality_name
from synpunkt.reply_templates import filled_in
from synpunkt.responsibility import decided_department
from synpunkt.stores.cases import CaseFile
from synpunkt.stores.reply_templates import ReplyTemplate
from synpunkt.texts import text


def best_first(
    found: Iterable[ReplyTemplate], category: str | None, status: str | None, language: str | None
) -> list[tuple[ReplyTemplate, bool]]:
    """Each with whether it fits: those made for exactly this first, then those for anything, the others last."""

    def fits(each: ReplyTemplate) -> bool:
        asked = ((each.categories, category), (each.statuses, status), ((each.language,), language))
        return all(not made_for or wanted is None or wanted in made_for for made_for, wanted in asked)

    def order(each: ReplyTemplate) -> tuple[bool, int, list[int]]:
        exactly = 2 * (category in each.categories) + (status in each.statuses)
        return not fits(each), -exactly, alphabetical(each.name)

    return [(each, fits(each)) for each in sorted(found, key=order)]


def template_out(template: ReplyTemplate, *, fits: bool, values: Mapping[str, str] | None) -> TemplateOut:
    """A text, filled in where there is something to fill in."""
    return TemplateOut(
        template_id=template.template_id,
        name=template.name,
        text=template.text,
        language=cast(Language, template.language),
        categories=list(template.categories),
        statuses=list(template.statuses),
        fits=fits,
        rendered=filled_in(template.text, values) if values is not None else None,
        updated_at=to_iso(template.updated_at),
    )


def values_of(file: CaseFile, language: str) -> Mapping[str, str]:
    """What is known of a case, in the text's language. Nothing of who reported it."""
    case, place = file.case, file.text("place")
    names = (case.routing or {}).get("names")
    if place is not None:
        # How to reach the reporter may stand in it; what is begun from it is for everybody.
        where = place.public if case.protected else place.full
    elif case.location is not None:
        where = f"{case.location.lat:.5f}, {case.location.lon:.5f}"
    else:
        where = text("template.no_place", language)
    return {
        "reference": case.reference,
        "category": category_name(case.category, language, case.routing),
        "place": where,
        "municipality": municipality_name(case.municipality, language),
        "department": decided_department(case.department, names, language) if case.department else "",
        "date": localdate(clock.now()),
    }
