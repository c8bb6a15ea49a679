"""What of a case is for some of its readers only: contact data, protection, and photos that are not public."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from functions.desk.cases.departments import within
from functions.desk.cases.models import DeskPhoto
from functions.desk.cases.photo_links import PhotoLinks
from synpunkt.identity import Caller, Scope
from synpunkt.letters import photo_link
from synpunkt.lifecycle import Case, Photo, Priority, Visibility, photo_visibility
from synpunkt.stores.cases import CaseFile


def has_case(caller: Caller, case: Case) -> bool:
    """Whether the case is at the caller's municipality, where they work; those who handed it on have it no more."""
    return case.municipality is not None and caller.may(Scope.READ, case.municipality) and within(caller, case)


def for_everyone(file: CaseFile) -> CaseFile:
    """The case with no more of its words than everybody reads, masked: for colleagues at other departments."""
    seen = (each for each in file.texts if each.visibility is Visibility.PUBLIC)
    return replace(file, texts=tuple(replace(each, full=each.public) for each in seen))


def sees_protected(caller: Caller, case: Case) -> bool:
    """Whether the caller is of the role that sees what is protected, where the protection was set and still counts."""
    return case.protected_by == case.municipality is not None and caller.may(Scope.PROTECTED, case.municipality)


def private_part(file: CaseFile, caller: Caller, links: PhotoLinks, *, works: bool) -> dict[str, Any]:
    """The fields of `DeskCase` that depend on who reads. `works`: an operator of ours who looks after it in triage.

    Whoever had the case before reads nothing here that changes when somebody becomes protected, nor who works on it
    there, and how soon.
    """
    case, has = file.case, has_case(caller, file.case)
    others: dict[str, Any] = {} if has or works else {"team": None, "assignee": None, "priority": Priority.NORMAL.value}
    given = bool(file.entries[0].data.get("has_contact"))
    return {
        **others,
        "protected": has and case.protected,
        "contact": "none" if not (has and given) else ("protected" if case.protected else "given"),
        "photos": [each for photo in file.photos if (each := _photo(case, photo, links, at_desk=has or works))],
    }


def _photo(case: Case, photo: Photo, links: PhotoLinks, *, at_desk: bool) -> DeskPhoto | None:
    visibility = photo_visibility(case, photo)
    if at_desk and case.municipality is not None:
        url, thumbnail = (
            links.url(case.case_id, case.municipality, photo.upload_id, rendition, photo.revision)
            for rendition in ("1600", "320")
        )
    elif visibility is Visibility.PUBLIC and not case.hidden:
        url, thumbnail = (photo_link("", case.reference, photo, rendition) for rendition in ("1600", "320"))
    else:
        return None
    return DeskPhoto(
        photo_id=photo.upload_id,
        url=url,
        thumbnail_url=thumbnail,
        width=photo.width,
        height=photo.height,
        visibility=visibility.value,
        masked=photo.revision > 0,
        being_masked=photo.being_masked,
        by=photo.by,
        said_with=photo.said_with,
    )
