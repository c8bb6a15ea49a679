"""What may be seen by everyone: decided on the first day of a case, and by those who have looked at it since."""

from __future__ import annotations

from synpunkt.lifecycle.model import Actor, Case, Entry, EventType, Kind, Photo, Visibility


def default_visibility(kind: Kind, category: Visibility | None, *, publish: bool | None) -> Visibility:
    """The visibility a new case starts with; the strictest of all that has a say wins.

    `category`: what the category asks for, `None` when the reporter did not choose one.
    `publish`: the reporter's own wish; it can only make a case less visible.
    """
    if publish is False or category is Visibility.PRIVATE:
        return Visibility.PRIVATE
    if category is Visibility.HELD:
        return Visibility.HELD
    if kind is Kind.COMPLAINT:
        # A complaint is often about somebody: a person looks at it before everyone does.
        return Visibility.HELD
    if category is None and kind in (Kind.QUESTION, Kind.PRAISE):
        # Without a category nobody knows yet what it is about, and these are often about people, too.
        return Visibility.HELD
    return Visibility.PUBLIC


_STRICTER = (Visibility.PUBLIC, Visibility.HELD, Visibility.PRIVATE)


def corrected_visibility(now: Visibility, kind: Kind, category: Visibility | None) -> Visibility:
    """The visibility of a case that turned out to be about something else: never more visible than it was."""
    return max(now, default_visibility(kind, category, publish=None), key=_STRICTER.index)


def photos_are_public(visibility: Visibility, *, claimed: bool) -> bool:
    """Whether photos may be shown: only where somebody at a municipality can take them down again."""
    return visibility is Visibility.PUBLIC and claimed


def photo_visibility(case: Case, photo: Photo) -> Visibility:
    """Who may see a photo; the strictest of all that has a say wins, but what was looked at need not wait."""
    if photo.shown is False:
        return Visibility.PRIVATE
    if photo.being_masked:
        return Visibility.PRIVATE if case.visibility is Visibility.PRIVATE else Visibility.HELD
    if case.visibility is not Visibility.PUBLIC:
        return case.visibility
    if photos_are_public(case.visibility, claimed=case.claimed) and not in_confidence(photo):
        return Visibility.PUBLIC
    return Visibility.PUBLIC if photo.shown else Visibility.HELD


def in_confidence(photo: Photo) -> bool:
    """Whether its reporter added it in an answer: said to those who have the case, until one of them shows it."""
    return photo.by is Actor.CITIZEN and photo.said_with is not None


def comes_with_words(entry: Entry) -> bool:
    """Whether the entry is of a photo that came with words: it is shown with them, to whoever reads them."""
    of_photo = entry.type in (EventType.PHOTO_ATTACHED, EventType.PHOTO_REJECTED)
    return of_photo and entry.data.get("said_with") is not None


def goes_along(photo: Photo) -> bool:
    """Whether a photo goes with the case to those who have it by mail: not one taken away, or still to be covered."""
    return photo.shown is not False and not photo.being_masked
