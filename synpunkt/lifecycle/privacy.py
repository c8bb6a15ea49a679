"""What may be seen of a case and of its photos, and the protection of whoever reported it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from synpunkt.lifecycle.handling import By
from synpunkt.lifecycle.model import (
    Box,
    Case,
    Change,
    EventType,
    IllegalTransition,
    Photo,
    Text,
    Visibility,
)
from synpunkt.lifecycle.steps import place_for_everyone, step

# What may wait to be covered on one photo; many requests of 30 while nothing is drawn are not somebody drawing.
_MOST_BOXES = 300


def review(case: Case, by: By, *, visibility: Visibility, texts: tuple[Text, ...] = ()) -> Change | None:
    """Somebody has looked at the case and says who may see it; `None` when it is so already.

    `texts`: those that were held until somebody looked, which everyone may read from now on, masked. Raises
    `IllegalTransition` for a case whose reporter is protected, and for making public what was private from the first,
    or is by what it is about: that was the reporter's wish, or is their municipality's rule.
    """
    if case.protected:
        raise IllegalTransition(EventType.CASE_REVIEWED, case.status, "protected")
    if visibility is case.visibility and not texts:
        return None
    if visibility is Visibility.PUBLIC and case.visibility is Visibility.PRIVATE and not case.reviewed:
        raise IllegalTransition(EventType.CASE_REVIEWED, case.status, "private")
    return _step(
        case,
        EventType.CASE_REVIEWED,
        by,
        _seen(case, visibility),
        visibility=visibility,
        reviewed=True,
        altered=tuple(replace(each, visibility=Visibility.PUBLIC) for each in texts),
    )


def protect(case: Case, by: By, *, reason: Text) -> Change | None:
    """Who reported it is protected from now on, and the case private; `None` when they are already.

    The event is that of a review: what leaves the house does not tell that somebody is protected.
    """
    if case.protected:
        return None
    if case.municipality is None:
        raise IllegalTransition(EventType.CASE_REVIEWED, case.status, "nobody_has_it")
    return _step(
        case,
        EventType.CASE_REVIEWED,
        by,
        _seen(case, Visibility.PRIVATE),
        visibility=Visibility.PRIVATE,
        protected_by=case.municipality,
        before_protection=case.visibility,
        texts=(reason,),
    )


def lift_protection(case: Case, by: By, *, reason: Text) -> Change | None:
    """The protection ends, and the case is seen as before; `None` when nobody is protected.

    Raises `IllegalTransition` where somebody else protects them: who that is from is theirs to know.
    """
    if not case.protected:
        return None
    if case.protected_by != case.municipality:
        raise IllegalTransition(EventType.CASE_REVIEWED, case.status, "protected_elsewhere")
    before = case.before_protection or Visibility.PRIVATE
    return _step(
        case,
        EventType.CASE_REVIEWED,
        by,
        _seen(case, before),
        visibility=before,
        protected_by=None,
        before_protection=None,
        texts=(reason,),
    )


def ask_for_mask(case: Case, by: By, *, photo: Photo, boxes: tuple[Box, ...]) -> Change:
    """The photo is to be drawn anew with those parts covered; until it is, nobody outside sees it."""
    if len(photo.boxes) + len(boxes) > _MOST_BOXES:
        raise IllegalTransition(EventType.PHOTO_MASK_ASKED, case.status, "too_many_boxes")
    wanted = replace(photo, wanted=photo.wanted + 1, boxes=photo.boxes + boxes)
    return _step(case, EventType.PHOTO_MASK_ASKED, by, _which(wanted, wanted.wanted), altered=(wanted,))


def mask_photo(case: Case, by: By, *, photo: Photo, drawn: Photo) -> Change | None:
    """The photo was drawn anew as `drawn` wanted it; `None` when that is known, or something newer is wanted."""
    if not photo.being_masked or photo.wanted != drawn.wanted:
        return None
    masked = replace(photo, revision=photo.wanted, boxes=())
    return _step(case, EventType.PHOTO_MASKED, by, _which(masked, masked.revision), altered=(masked,))


def hide_photo(case: Case, by: By, *, photo: Photo, reason: Text) -> Change | None:
    """Nobody outside sees the photo any more; `None` when it was taken away before."""
    if photo.shown is False:
        return None
    hidden, data = replace(photo, shown=False), {"upload_id": photo.upload_id}
    first = None if case.first_photo == photo.upload_id else case.first_photo
    return _step(case, EventType.PHOTO_HIDDEN, by, data, texts=(reason,), altered=(hidden,), first_photo=first)


def show_photo(case: Case, by: By, *, photo: Photo) -> Change | None:
    """Whoever may see the case may see the photo; `None` when somebody has said so."""
    if photo.shown:
        return None
    shown, data = replace(photo, shown=True), {"upload_id": photo.upload_id}
    return _step(
        case, EventType.PHOTO_SHOWN, by, data, altered=(shown,), first_photo=case.first_photo or photo.upload_id
    )


def _seen(case: Case, visibility: Visibility) -> dict[str, Any]:
    return {"visibility": visibility.value, "location": place_for_everyone(replace(case, visibility=visibility))}


def _which(photo: Photo, revision: int) -> dict[str, Any]:
    return {"upload_id": photo.upload_id, "revision": revision}


def _step(case: Case, event: EventType, by: By, data: dict[str, Any], **more: Any) -> Change:
    # Who sees it says nothing to what the reporter wrote: that still has to be read.
    more = {"citizen_answered": case.citizen_answered, **more}
    return step(case, event, by.event_id, by.now, data=data, actor=by.actor, by=by.who, **more)
