"""A case in words that somebody else can read: the text a citizen can send to a municipality themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synpunkt.lifecycle import Case, Photo
from synpunkt.names import municipality_name
from synpunkt.photos import file_name
from synpunkt.responsibility import category
from synpunkt.texts import text


def category_name(category_id: str | None, language: str, routing: Mapping[str, Any] | None = None) -> str:
    """What the case is about, in words; `routing`: the decision, which knows a municipality's own names."""
    decided: Mapping[str, str] = ((routing or {}).get("names") or {}).get("category", {})
    if language in decided:
        return decided[language]
    about = category(category_id)
    if about:
        return about.name[language]
    # Lists and fresh cases know the id of a municipality's own category, but not yet its name.
    return text("category.own" if category_id else "category.none", language)


def ready_text(
    case: Case, *, description: str, place: str | None, public_url: str, language: str, to: str | None = None
) -> str:
    """A letter with everything the reporter wrote, ready to be sent by mail; to the municipality, or `to` another."""
    if place:
        where = text("ready.place", language, place=place)
    elif case.location:
        lat, lon = f"{case.location.lat:.5f}", f"{case.location.lon:.5f}"
        where = text("ready.coordinates", language, lat=lat, lon=lon)
    else:
        where = text("ready.no_place", language)
    return text(
        "ready.text",
        language,
        municipality=to or municipality_name(case.municipality, language),
        kind=text(f"kind.{case.kind}", language),
        category=category_name(case.category, language, case.routing),
        place=where,
        description=description,
        reference=case.reference,
        url=f"{public_url}/c/{case.reference}",
    )


def desk_link(public_url: str, case_id: str) -> str:
    """The link to a case at the desk, for those who log in."""
    return f"{public_url}/desk/#/case/{case_id}"


def errand_link(public_url: str, reference: str, token: str) -> str:
    """The link to the page where whoever got a case answers; the token is in the fragment, too."""
    return f"{public_url}/work/{reference}#t={token}"


def hand_over_errand(round_: int) -> str:
    """The errand of a link in the mail about one hand-over; when the case moves on, it opens nothing more."""
    return f"hand_over:{round_}"


def photo_link(public_url: str, reference: str, photo: Photo, rendition: str) -> str:
    """Where a photo is seen by those who may see it; a photo that was drawn anew has another address."""
    return f"{public_url}/c/{reference}/photos/{photo.upload_id}/{file_name(rendition, photo.revision)}"


def private_link(public_url: str, reference: str, token: str) -> str:
    """The link that opens a case; the token is in the fragment, which no server and no referrer sees."""
    return f"{public_url}/c/{reference}#t={token}"
