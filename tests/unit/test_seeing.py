"""Who may see a case, its photos, and who reported it: what each command does, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synpunkt.identity import Caller, CallerKind, Role, Scope
from synpunkt.identity.roles import rights_of
from synpunkt.lifecycle import (
    Actor,
    Box,
    Case,
    Change,
    Facts,
    IllegalTransition,
    Photo,
    Visibility,
    answer,
    ask_for_mask,
    correct,
    corrected_visibility,
    hand_over,
    hide_photo,
    lift_protection,
    mask_photo,
    photo_visibility,
    protect,
    review,
    show_photo,
)
from synpunkt.stores.items import photo_item, photo_of
from tests.unit.test_handling import ASKED, BOX, FACTS, ID, PHOTO, by, routed, text, to

HELD, PUBLIC, PRIVATE = Visibility.HELD, Visibility.PUBLIC, Visibility.PRIVATE


def done(change: Change | None) -> Case:
    assert change is not None
    return change.case


@pytest.mark.parametrize("before", list(Visibility))
def test_protection_makes_private_at_once_and_lifting_it_gives_back_what_was(before: Visibility) -> None:
    case = replace(routed(), visibility=before)
    change = protect(case, by(), reason=text("protection"))
    assert change is not None
    assert (change.case.visibility, change.case.protected_by) == (PRIVATE, "0180")
    [entry] = change.entries
    # The same event as a review's: who hears it does not hear that somebody is protected.
    assert (entry.type, dict(entry.data)) == ("CaseReviewed", {"visibility": "private", "location": None})
    assert (entry.internal, entry.audience) == (True, ("0180",))
    assert protect(change.case, by(), reason=text("protection")) is None
    lifted = done(lift_protection(change.case, by(), reason=text("protection")))
    assert (lifted.visibility, lifted.protected) == (before, False)
    assert lift_protection(lifted, by(), reason=text("protection")) is None


def test_what_is_protected_is_not_published_and_only_who_protects_lifts() -> None:
    case = done(protect(routed(), by(), reason=text("protection")))
    with pytest.raises(IllegalTransition) as refused:
        review(case, by(), visibility=PUBLIC)
    assert refused.value.reason == "protected"
    there = hand_over(case, to("0184"), reason=None, actor=Actor.HANDLER, by="key-1", **FACTS).case
    with pytest.raises(IllegalTransition) as refused:
        lift_protection(there, by(), reason=text("protection"))
    assert refused.value.reason == "protected_elsewhere"
    assert there.visibility is PRIVATE
    # Protected once is enough, also where somebody else did it.
    assert protect(there, by(), reason=text("protection")) is None


def test_a_held_case_is_published_with_its_held_texts_and_taken_back_again() -> None:
    held = replace(routed(), visibility=HELD)
    words = replace(text("description"), visibility=HELD)
    change = review(held, by(), visibility=PUBLIC, texts=(words,))
    assert change is not None
    assert change.altered == (replace(words, visibility=PUBLIC),)
    assert dict(change.entries[0].data) == {"visibility": "public", "location": {"lat": 59.3, "lon": 18.0}}
    assert review(change.case, by(), visibility=PUBLIC) is None
    back = done(review(change.case, by(), visibility=PRIVATE))
    assert done(review(back, by(), visibility=PUBLIC)).visibility is PUBLIC


def test_what_was_private_from_the_first_stays_so() -> None:
    with pytest.raises(IllegalTransition) as refused:
        review(replace(routed(), visibility=PRIVATE), by(), visibility=PUBLIC)
    assert refused.value.reason == "private"


def corrected(case: Case, category: str, asks: Visibility | None) -> Case:
    """The case corrected to a category that asks for that, as the desk does it."""
    now, later = case.visibility, case.before_protection
    seen = corrected_visibility(now, case.kind, asks)
    then = corrected_visibility(later, case.kind, asks) if later else None
    facts = Facts(case.kind, category, case.location, seen, then, always_private=asks is PRIVATE)
    return done(correct(case, by(), facts, stays=None, text=None))


def refused_to_publish(case: Case) -> str:
    with pytest.raises(IllegalTransition) as refused:
        review(case, by(), visibility=PUBLIC)
    return refused.value.reason


@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize("before", [PUBLIC, HELD])
def test_what_turned_out_always_private_is_not_published_until_that_is_put_right(
    before: Visibility, looked_at: bool
) -> None:
    case = replace(routed(), visibility=before)
    case = done(review(done(review(case, by(), visibility=PRIVATE)), by(), visibility=PUBLIC)) if looked_at else case
    school = corrected(case, "school", PRIVATE)
    assert (school.visibility, school.reviewed) == (PRIVATE, False)
    assert refused_to_publish(school) == "private"
    # From one such category to another it stays so, and what was a mistake is remembered.
    care = corrected(school, "care", PRIVATE)
    assert refused_to_publish(care) == "private"
    back = corrected(care, "pothole", None)
    assert back.visibility is PRIVATE, "no correction makes a case more visible by itself"
    assert done(review(back, by(), visibility=PUBLIC)).visibility is PUBLIC


def test_what_a_handler_made_private_can_still_be_shown_after_a_correction() -> None:
    case = done(review(routed(), by(), visibility=PRIVATE))
    assert done(review(corrected(case, "tree", None), by(), visibility=PUBLIC)).visibility is PUBLIC
    assert refused_to_publish(corrected(case, "school", PRIVATE)) == "private"
    assert done(review(corrected(corrected(case, "school", PRIVATE), "tree", None), by(), visibility=PUBLIC))


def test_what_was_private_from_the_first_is_not_shown_after_any_corrections() -> None:
    case = replace(routed(), visibility=PRIVATE)
    for category, asks in (("tree", None), ("school", PRIVATE), ("tree", HELD), ("pothole", None)):
        case = corrected(case, category, asks)
        assert refused_to_publish(case) == "private"


def test_a_correction_while_somebody_is_protected_counts_when_the_protection_ends() -> None:
    protected = done(protect(routed(), by(), reason=text("protection")))
    school = corrected(protected, "school", PRIVATE)
    lifted = done(lift_protection(school, by(), reason=text("protection")))
    assert (lifted.visibility, refused_to_publish(lifted)) == (PRIVATE, "private")
    back = corrected(lifted, "pothole", None)
    assert done(review(back, by(), visibility=PUBLIC)).visibility is PUBLIC


def test_what_is_held_by_its_new_category_waits_for_another_look() -> None:
    shown = done(review(replace(routed(), visibility=HELD), by(), visibility=PUBLIC))
    held = corrected(shown, "other", HELD)
    assert held.visibility is HELD
    assert done(review(held, by(), visibility=PUBLIC)).visibility is PUBLIC


def test_what_the_reporter_wrote_still_has_to_be_read_after_somebody_decided_who_sees_it() -> None:
    told = answer(routed(), by(Actor.CITIZEN), text=text("answer")).case
    assert done(protect(told, by(), reason=text("protection"))).citizen_answered
    assert done(hide_photo(told, by(), photo=PHOTO, reason=text("reason"))).citizen_answered


@pytest.mark.parametrize(
    ("case_is", "claimed", "photo", "seen"),
    [
        (PUBLIC, True, PHOTO, PUBLIC),
        (PUBLIC, False, PHOTO, HELD),
        (PUBLIC, False, replace(PHOTO, shown=True), PUBLIC),
        (HELD, True, PHOTO, HELD),
        (HELD, True, replace(PHOTO, shown=True), HELD),
        (PRIVATE, True, replace(PHOTO, shown=True), PRIVATE),
        (PUBLIC, True, replace(PHOTO, shown=False), PRIVATE),
        (PUBLIC, True, ASKED, HELD),
        (PUBLIC, True, replace(ASKED, shown=True), HELD),
        (PRIVATE, True, ASKED, PRIVATE),
        (PUBLIC, True, replace(ASKED, revision=1), PUBLIC),
    ],
)
def test_the_strictest_decides_who_sees_a_photo(
    case_is: Visibility, claimed: bool, photo: Photo, seen: Visibility
) -> None:
    assert photo_visibility(replace(routed(), visibility=case_is, claimed=claimed), photo) is seen


def test_a_mask_is_asked_for_once_more_before_it_is_drawn_and_nothing_of_it_is_lost() -> None:
    other = Box(0.5, 0.5, 0.1, 0.1)
    first = ask_for_mask(routed(), by(), photo=PHOTO, boxes=(BOX,))
    [asked] = first.altered
    assert isinstance(asked, Photo)
    assert (asked.being_masked, asked.wanted, asked.boxes) == (True, 1, (BOX,))
    second = ask_for_mask(first.case, by(), photo=asked, boxes=(other,))
    [again] = second.altered
    assert isinstance(again, Photo)
    assert (again.wanted, again.boxes) == (2, (BOX, other))
    # The first drawing is done only now: it covers too little.
    assert mask_photo(second.case, by(Actor.SYSTEM), photo=again, drawn=asked) is None
    drawn = mask_photo(second.case, by(Actor.SYSTEM), photo=again, drawn=again)
    assert drawn is not None
    assert drawn.altered == (replace(again, revision=2, boxes=()),)
    assert mask_photo(drawn.case, by(Actor.SYSTEM), photo=replace(again, revision=2, boxes=()), drawn=again) is None


def test_a_photo_is_not_drawn_on_without_end_while_nothing_is_drawn() -> None:
    full = replace(PHOTO, wanted=10, boxes=(BOX,) * 300)
    with pytest.raises(IllegalTransition) as refused:
        ask_for_mask(routed(), by(), photo=full, boxes=(BOX,))
    assert refused.value.reason == "too_many_boxes"


def test_a_photo_is_taken_away_and_put_back_once() -> None:
    hidden = hide_photo(routed(), by(), photo=PHOTO, reason=text("reason"))
    assert hidden is not None
    [photo] = hidden.altered
    assert isinstance(photo, Photo)
    assert photo.shown is False
    assert hide_photo(hidden.case, by(), photo=photo, reason=text("reason")) is None
    shown = show_photo(hidden.case, by(), photo=photo)
    assert shown is not None
    assert show_photo(shown.case, by(), photo=replace(photo, shown=True)) is None


@pytest.mark.parametrize("photo", [PHOTO, ASKED, replace(ASKED, shown=False, revision=3, wanted=4)])
def test_a_photo_is_read_as_it_was_written(photo: Photo) -> None:
    stored = {name: value for name, value in photo_item(ID, photo).items() if value is not None}
    assert photo_of(stored) == photo


def test_the_named_role_is_a_registrar_or_an_admin_and_never_a_key() -> None:
    assert {role for role in Role if Scope.PROTECTED in rights_of([role])} == {Role.REGISTRAR, Role.ADMIN}
    everything = Caller("k", "Nyckel", frozenset({"0180"}), frozenset(Scope), CallerKind.KEY)
    assert not everything.may(Scope.PROTECTED, "0180")
    assert replace(everything, kind=CallerKind.STAFF).may(Scope.PROTECTED, "0180")
