"""A service request of Open311 as a report: the same report, told in other words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sized
from datetime import datetime
from http import HTTPStatus
from typing import Any

from functions.intake.models import MAX_ANSWER, MAX_ANSWERS, MAX_CHOICE, MAX_CHOSEN
from synpunkt.http import Problem
from synpunkt.http.forms import PHOTOS, Form
from synpunkt.http.open311 import SAME_WITHIN_SECONDS, decimal, with_links
from synpunkt.http.uploads import MAX_PHOTOS
from synpunkt.identity import TokenMaker, canonical_fingerprint

MAX_MEDIA_BYTES = 4 * 1024 * 1024
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,64})\](\[\])?")


def report_of(form: Form, municipality: str | None, language: str) -> dict[str, Any]:
    """The report as the API takes it; what was left blank, and what nobody knows, is absent.

    `municipality`: the code of its jurisdiction. Raises `Problem` (400) where the service, the place or half of a point
    is missing, and for more answers, or longer ones, than a report has.
    """
    location = _location(form)
    if form.get("service_code") is None:
        raise _invalid("category", "missing")
    if "lat" not in location and (municipality is None or not location):
        raise Problem(HTTPStatus.BAD_REQUEST, "point_or_address_needed")
    reporter = {name: value for name in ("email", "phone") if (value := form.get(name))}
    name = " ".join(filter(None, (form.get("first_name"), form.get("last_name"))))
    return {
        "category": form.get("service_code"),
        "description": _description(form, language),
        "location": location,
        "channel": "api",
        **({"municipality": municipality} if municipality else {}),
        **({"reporter": reporter | ({"name": name} if name else {})} if reporter or name else {}),
        **({"answers": answers} if (answers := _answers(form)) else {}),
    }


def media_of(form: Form) -> list[bytes]:
    """The photos that came along. Raises `Problem`: 413 for one that is too large, 400 for more than a report has."""
    photos = form.files.get(PHOTOS, [])
    if any(len(each) > MAX_MEDIA_BYTES for each in photos):
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "media_too_large")
    if len(photos) > MAX_PHOTOS:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_request", [("media", "too_many", {"limit": MAX_PHOTOS})])
    return photos


def raw_of(report: Mapping[str, Any], photos: list[bytes]) -> dict[str, Any]:
    """What makes two requests the same: all that was told, and the photos by their content."""
    return {**report, "photos": [hashlib.sha256(each).hexdigest() for each in photos]}


def keys_without_header(tokens: TokenMaker, raw: Mapping[str, Any], sender: str, now: datetime) -> tuple[str, str]:
    """What stands for an Idempotency-Key where a client sends none: the key of these minutes, and of those before.

    Nobody else can work it out from what they know of a report.
    """
    fingerprint, window = canonical_fingerprint(raw), int(now.timestamp()) // SAME_WITHIN_SECONDS
    first, second = (tokens.recipient_hash(f"open311:{sender}:{fingerprint}:{each}") for each in (window, window - 1))
    return f"open311-{first}", f"open311-{second}"


def _description(form: Form, language: str) -> str:
    words = form.get("description")
    if words is None:
        raise _invalid("description", "missing")
    return with_links(words, form.fields.get("media_url", []), language)


def _location(form: Form) -> dict[str, Any]:
    location: dict[str, Any] = {}
    for name, ours in (("lat", "lat"), ("long", "lon")):
        written = form.get(name)
        if written is not None:
            try:
                location[ours] = decimal(written)
            except ValueError as error:
                raise _invalid(f"location.{ours}", "number") from error
    if len(location) == 1:
        raise _invalid("location.lon" if "lat" in location else "location.lat", "missing")
    if address := form.get("address_string"):
        location["text"] = address
    if location:
        location |= {} if "lat" in location else {"method": "text"}
    return location


def _answers(form: Form) -> dict[str, str | list[str]]:
    answers = dict(_attributes(form))
    _within(answers, "too_many", MAX_ANSWERS)
    for each in answers.values():
        if isinstance(each, list):
            _within(each, "too_many", MAX_CHOSEN)
            for choice in each:
                _within(choice, "too_long", MAX_CHOICE)
        else:
            _within(each, "too_long", MAX_ANSWER)
    return answers


def _within(given: Sized, code: str, limit: int) -> None:
    if len(given) > limit:
        raise _invalid("answers", code, limit=limit)


def _attributes(form: Form) -> Iterator[tuple[str, str | list[str]]]:
    for name, values in form.fields.items():
        found = _ATTRIBUTE.fullmatch(name)
        given = [each.strip() for each in values if each.strip()]
        if found and given:
            yield found[1], given if found[2] or len(given) > 1 else given[0]


def _invalid(field: str, code: str, **values: int) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "invalid_request", [(field, code, values)])
