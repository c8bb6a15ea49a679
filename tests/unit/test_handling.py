"""Working on a case: what each step needs, who may take it, and that nothing of the story is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synpunkt.lifecycle import (
    Accepted,
    Actor,
    Attention,
    Because,
    Box,
    By,
    Case,
    Change,
    EventType,
    Facts,
    IllegalTransition,
    Kind,
    Location,
    Outcome,
    Photo,
    Priority,
    Returned,
    Status,
    Text,
    Visibility,
    accept_hand_over,
    acknowledge,
    add_note,
    answer,
    ask,
    ask_for_mask,
    assign,
    attach_photo,
    attention,
    correct,
    corrected_visibility,
    fail_delivery,
    give_feedback,
    hand_over,
    hand_over_to_body,
    hide,
    hide_photo,
    lift_protection,
    link,
    mask_photo,
    number,
    plan,
    prioritise,
    protect,
    refer,
    register,
    reopen,
    reply,
    resolve,
    return_hand_over,
    review,
    route,
    route_again,
    send_to_triage,
    show,
    show_photo,
    start_work,
    submit,
    succeed_delivery,
    unlink,
)
from synpunkt.stores.items import head_item, history_item, register_item, replayed

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ID = "01KAK2Z3Q8VJ5N7W9X4T6R1B0M"
ROUTING = {"rule": "category:pothole", "sentences": {"sv": "x", "en": "y"}}


@dataclass(frozen=True)
class To:
    """A decision, as the lifecycle sees it."""

    municipality: str
    department: str = "street"
    claimed: bool = True
    recipients: tuple[str, ...] = ("topic:0180", "mail:street", "triage")
    routing: Mapping[str, Any] | Any = None


def to(code: str) -> Any:
    return To(code, routing=ROUTING)


def by(actor: Actor = Actor.HANDLER) -> By:
    return By(actor, None if actor is Actor.CITIZEN else "key-1", ID, NOW)


def text(name: str) -> Text:
    return Text(0, name, "ord", "ord", Visibility.PUBLIC)


def submitted() -> Change:
    return submit(
        case_id=ID,
        reference="7KQ-4M2X",
        event_id=ID,
        now=NOW,
        kind=Kind.FAULT,
        category="pothole",
        visibility=Visibility.PUBLIC,
        language="sv",
        channel="web",
        location=Location(59.3, 18.0, 12.5, "gps"),
        municipality_given=None,
        texts=(),
        has_contact=False,
        photos_expected=0,
    )


def routed() -> Case:
    return route(submitted().case, to("0180"), event_id=ID, now=NOW).case


def facts(category: str, *, visibility: Visibility) -> Facts:
    place = Location(59.3, 18.0, 12.5, "gps")
    return Facts(Kind.FAULT, category, place, visibility, always_private=category == "school")


FACTS: dict[str, Any] = {"event_id": ID, "now": NOW}
PHOTO, BOX = Photo(ID, 1600, 1200), Box(0.1, 0.2, 0.3, 0.4)
ASKED = Photo(ID, 1600, 1200, wanted=1, boxes=(BOX,))
STEPS: dict[str, Callable[[Case], Change | None]] = {
    "acknowledge": lambda case: acknowledge(case, by()),
    "assign": lambda case: assign(case, by(), team="street", assignee="staff-1"),
    "unassign": lambda case: assign(case, by(), team="street", assignee=None),
    "start_work": lambda case: start_work(case, by()),
    "reply": lambda case: reply(case, by(), text=text("reply")),
    "note": lambda case: add_note(case, by(), text=text("note")),
    "ask": lambda case: ask(case, by(), text=text("question")),
    "answer": lambda case: answer(case, by(Actor.CITIZEN), text=text("answer")),
    "plan": lambda case: plan(case, by(), until=date(2026, 12, 1), text=None),
    "fix": lambda case: resolve(case, by(), outcome=Outcome.FIXED),
    "duplicate": lambda case: resolve(case, by(), outcome=Outcome.DUPLICATE, duplicate_of="ABC-DEFG"),
    "withdraw": lambda case: resolve(case, by(Actor.CITIZEN), outcome=Outcome.WITHDRAWN),
    "reopen": lambda case: reopen(case, by(Actor.CITIZEN)),
    "feedback": lambda case: give_feedback(case, by(Actor.CITIZEN), fixed=True),
    "hide": lambda case: hide(case, by(), reason=text("reason")),
    "show": lambda case: show(case, by()),
    "number": lambda case: number(case, by(), foreign_number=f"KS 2026/{case.municipality}"),
    "link": lambda case: link(case, by(), incident=ID),
    "link_elsewhere": lambda case: link(case, by(), incident="01KAK2Z3Q8VJ5N7W9X4T6R1B0N"),
    "unlink": lambda case: unlink(case, by()),
    "reply_to_many": lambda case: reply(case, by(), text=text("reply"), to_many=True),
    "triage": lambda case: send_to_triage(case, reason="exhausted", **FACTS),
    "fail": lambda case: fail_delivery(
        case, recipient=case.recipients[0] if case.recipients else "", channel="mail", reason="bounced", **FACTS
    ),
    "route_again": lambda case: route_again(case, to("0180"), because=Because.RESENT, **FACTS),
    "hand_over": lambda case: hand_over(case, to("0184"), reason=None, actor=Actor.HANDLER, by="key-1", **FACTS),
    "to_body": lambda case: hand_over_to_body(
        case, "trafikverket", {"sv": "T", "en": "T"}, reason=None, actor=Actor.HANDLER, by="key-1", **FACTS
    ),
    "accept": lambda case: accept_hand_over(case, actor=Actor.BODY, by="link", **FACTS),
    "give_back": lambda case: return_hand_over(
        case,
        to(case.came_from[-1].municipality if case.came_from else "0180"),
        code=Returned.NOT_OURS,
        names=None,
        reason=None,
        actor=Actor.HANDLER,
        by="key-1",
        **FACTS,
    ),
    "high": lambda case: prioritise(case, by(), Priority.HIGH),
    "normal": lambda case: prioritise(case, by(), Priority.NORMAL),
    "register": lambda case: register(case, by(), diary_number="KS 2026/1", received_on=None),
    "register_day": lambda case: register(case, by(), diary_number=None, received_on=date(2026, 11, 20)),
    "deliver": lambda case: succeed_delivery(
        case, accepted=[Accepted("topic", each, "1") for each in case.recipients[:1]], **FACTS
    ),
    "correct": lambda case: correct(
        case, by(), facts("litter", visibility=case.visibility), stays=to(case.municipality or "0180"), text=None
    ),
    "correct_back": lambda case: correct(
        case, by(), facts("pothole", visibility=case.visibility), stays=to(case.municipality or "0180"), text=None
    ),
    "correct_to_private": lambda case: correct(
        case, by(), facts("school", visibility=Visibility.PRIVATE), stays=to(case.municipality or "0180"), text=None
    ),
    "move": lambda case: correct(
        case,
        by(),
        Facts(case.kind, case.category, Location(59.4, 18.1, method="map"), case.visibility),
        stays=None,
        text=text("reason"),
    ),
    "route_corrected": lambda case: route_again(
        case,
        to(case.municipality or "0180"),
        because=Because.FACTS_CORRECTED,
        actor=Actor.HANDLER,
        by="key-1",
        **FACTS,
    ),
    "refer": lambda case: refer(
        case, body=None, names=None, texts=(text("turn_to"),), actor=Actor.HANDLER, by="key-1", **FACTS
    ),
    "photo": lambda case: attach_photo(case, photo=PHOTO, **FACTS),
    "mask_photo": lambda case: ask_for_mask(case, by(), photo=PHOTO, boxes=(BOX,)),
    "photo_masked": lambda case: mask_photo(case, by(Actor.SYSTEM), photo=ASKED, drawn=ASKED),
    "hide_photo": lambda case: hide_photo(case, by(), photo=PHOTO, reason=text("reason")),
    "show_photo": lambda case: show_photo(case, by(), photo=PHOTO),
    "publish": lambda case: review(case, by(), visibility=Visibility.PUBLIC),
    "make_private": lambda case: review(case, by(), visibility=Visibility.PRIVATE),
    "protect": lambda case: protect(case, by(), reason=text("protection")),
    "lift": lambda case: lift_protection(case, by(), reason=text("protection")),
}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=40))
def test_any_steps_in_any_order_keep_the_story_whole(names: list[str]) -> None:
    changes = [submitted()]
    changes.append(route(changes[-1].case, to("0180"), event_id=ID, now=NOW))
    for name in names:
        case = changes[-1].case
        try:
            change = STEPS[name](case)
        except IllegalTransition:
            continue
        if change is not None:
            changes.append(change)
    entries = [entry for change in changes for entry in change.entries]
    assert all(len(change.entries) == 1 for change in changes), "exactly one event per change"
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    head = changes[-1].case
    assert head.version == len(entries)
    assert replayed(map(history_item, changes)) == head
    assert (head.status is Status.RESOLVED) == (head.outcome is not None)
    assert (head.status is Status.WAITING_FOR_CITIZEN) == (head.waiting_since is not None)
    assert head.municipality is not None
    assert not head.protected or head.visibility is Visibility.PRIVATE
    assert head.protected == (head.before_protection is not None)
    assert not (head.reviewed and head.closed_by_category)
    listed = head_item(head)["list_pk"] is not None
    assert listed == (head.visibility is Visibility.PUBLIC and not head.hidden)
    assert len({each.municipality for each in head.registrations}) == len(head.registrations)
    kept: dict[str | None, dict[str, str | None]] = {}
    for change in changes:
        # What a municipality keeps of its own stays with it, and nobody else changes it.
        [entry] = change.entries
        own = kept.setdefault(entry.municipality, {"incident": None, "foreign_number": None})
        if entry.type in (EventType.CASES_LINKED, EventType.CASE_UNLINKED):
            own["incident"] = entry.data["incident_id"] if entry.type is EventType.CASES_LINKED else None
        if entry.type is EventType.CASE_NUMBERED:
            own["foreign_number"] = f"KS 2026/{entry.municipality}"
        assert (change.case.incident, change.case.foreign_number) == (own["incident"], own["foreign_number"])
    for change in changes[1:]:
        # Nobody who handed the case over loses sight of it because those who have it put its facts right, and nothing
        # that was not public becomes so by it.
        if change.entries[0].type is EventType.CASE_CORRECTED and change.before:
            assert change.case.came_from == change.before.came_from
            order = list(Visibility).index
            assert order(change.case.visibility) >= order(change.before.visibility)
    for entry in entries[1:]:
        assert set(entry.audience) <= {"0180", "0184"}
        if entry.internal:
            assert len(entry.audience) == 1


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_whatever_happens_a_case_asks_for_exactly_one_thing(names: list[str]) -> None:
    case = routed()
    for name in names:
        try:
            change = STEPS[name](case)
        except IllegalTransition:
            continue
        case = change.case if change else case
        if name == "answer":
            assert attention(case) is Attention.CITIZEN_ANSWERED
        if attention(case) is Attention.CLOSED:
            assert case.status is Status.RESOLVED


def test_what_the_reporter_says_stays_first_until_somebody_acts_on_it() -> None:
    closed = resolve(routed(), by(), outcome=Outcome.FIXED).case
    assert attention(closed) is Attention.CLOSED
    told = answer(closed, by(Actor.CITIZEN), text=text("answer")).case
    assert attention(told) is Attention.CITIZEN_ANSWERED
    assert attention(reply(told, by(), text=text("reply")).case) is Attention.CLOSED


@pytest.mark.parametrize("step", ["link", "unlink", "reply_to_many"])
def test_what_is_done_to_many_leaves_what_one_reporter_said_to_be_read(step: str) -> None:
    linked = link(routed(), by(), incident="01KAK2Z3Q8VJ5N7W9X4T6R1B0N")
    assert linked is not None
    said = answer(linked.case, by(Actor.CITIZEN), text=text("answer")).case
    change = STEPS[step](said)
    assert change is not None
    assert attention(change.case) is Attention.CITIZEN_ANSWERED


def test_linking_says_which_incident_and_names_no_other_case() -> None:
    linked = link(routed(), by(), incident=ID)
    assert linked is not None
    [entry] = linked.entries
    assert (entry.type, entry.data, linked.case.incident) == (EventType.CASES_LINKED, {"incident_id": ID}, ID)
    assert link(linked.case, by(), incident=ID) is None
    apart = unlink(linked.case, by())
    assert apart is not None
    assert apart.case.incident is None
    assert unlink(apart.case, by()) is None


def test_any_earlier_head_can_be_had_again() -> None:
    changes = [submitted()]
    changes.append(route(changes[-1].case, to("0180"), event_id=ID, now=NOW))
    for name in ("ask", "answer", "fix", "reopen"):
        change = STEPS[name](changes[-1].case)
        assert change is not None
        changes.append(change)
    history = [history_item(each) for each in changes]
    for length in range(1, len(history) + 1):
        assert replayed(history[:length]) == changes[length - 1].case


@pytest.mark.parametrize(
    ("step", "missing"),
    [
        (lambda case: resolve(case, by(), outcome=Outcome.NO_ACTION), "says_no_reason"),
        (lambda case: resolve(case, by(), outcome=Outcome.ANSWERED), "says_no_reply"),
        (lambda case: resolve(case, by(), outcome=Outcome.NOT_RESPONSIBLE), "says_no_turn_to"),
        (lambda case: resolve(case, by(), outcome=Outcome.DUPLICATE), "says_no_duplicate_of"),
        (lambda case: resolve(case, by(), outcome=Outcome.DUPLICATE, duplicate_of="7KQ-4M2X"), "says_no_duplicate_of"),
        (lambda case: resolve(case, by(), outcome=Outcome.WITHDRAWN), "actor"),
        (lambda case: resolve(case, by(Actor.CITIZEN), outcome=Outcome.FIXED), "actor"),
        (lambda case: ask(case, by(), text=text("reply")), "says_no_question"),
        (lambda case: ask(case, by(Actor.CITIZEN), text=text("question")), "actor"),
        (lambda case: hide(case, by(), reason=text("note")), "says_no_reason"),
        (lambda case: give_feedback(case, by(Actor.CITIZEN), fixed=True), "status"),
        (lambda case: reopen(case, by()), "status"),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(step: Callable[[Case], Change], missing: str) -> None:
    with pytest.raises(IllegalTransition) as refused:
        step(routed())
    assert refused.value.reason == missing


def test_an_earlier_answer_counts_when_the_case_is_closed_as_answered() -> None:
    answered = reply(routed(), by(), text=text("reply")).case
    assert resolve(answered, by(), outcome=Outcome.ANSWERED).case.outcome is Outcome.ANSWERED


def test_the_clock_stands_still_from_the_first_question_to_the_answer() -> None:
    asked = ask(routed(), by(), text=text("question")).case
    again = ask(asked, By(Actor.HANDLER, "key-1", ID, NOW + timedelta(days=1)), text=text("question")).case
    assert again.waiting_since == NOW
    assert answer(again, by(Actor.CITIZEN), text=text("answer")).case.waiting_since is None


def test_what_is_internal_is_told_to_nobody_who_handed_it_over() -> None:
    there = hand_over(routed(), to("0184"), reason=None, actor=Actor.HANDLER, by="key-1", **FACTS).case
    assert add_note(there, by(), text=text("note")).entries[0].audience == ("0184",)
    assert start_work(there, by()).entries[0].audience == ("0180", "0184")  # type: ignore[union-attr]


def test_working_on_a_case_takes_it_over() -> None:
    there = hand_over(routed(), to("0184"), reason=None, actor=Actor.HANDLER, by="key-1", **FACTS).case
    started = start_work(there, by())
    assert started is not None
    assert started.case.hand_over == "accepted"
    assert started.entries[0].type is EventType.WORK_STARTED


@pytest.mark.parametrize("step", ["high", "register", "correct", "assign", "number"])
def test_what_the_reporter_said_is_still_to_be_read_after_what_says_nothing_to_it(step: str) -> None:
    told = answer(routed(), by(Actor.CITIZEN), text=text("answer")).case
    change = STEPS[step](told)
    assert change is not None
    assert attention(change.case) is Attention.CITIZEN_ANSWERED


def test_among_what_asks_for_the_same_the_high_ones_come_first() -> None:
    def order(case: Case) -> str:
        return str(head_item(case)["inbox_sk"])

    normal = routed()
    high, low = (prioritise(normal, by(), each).case for each in (Priority.HIGH, Priority.LOW))  # type: ignore[union-attr]
    assert order(high) < order(normal) < order(low)
    assert order(low) < order(start_work(high, by()).case)  # type: ignore[union-attr]
    assert prioritise(high, by(), Priority.HIGH) is None


def test_how_urgent_and_how_registered_is_told_to_those_who_have_the_case_alone() -> None:
    there = hand_over(routed(), to("0184"), reason=None, actor=Actor.HANDLER, by="key-1", **FACTS).case
    for change in (
        prioritise(there, by(), Priority.HIGH),
        register(there, by(), diary_number="KS 2026/17", received_on=date(2026, 11, 19)),
    ):
        assert change is not None
        assert change.entries[0].audience == ("0184",)
        assert change.entries[0].internal
        assert "KS 2026/17" not in str(change.entries)


def test_each_municipality_has_its_own_line_in_the_register() -> None:
    here = succeed_delivery(routed(), accepted=[Accepted("topic", "topic:0180", "1")], **FACTS)
    assert here is not None
    numbered = register(here.case, by(), diary_number="GN 2026/1", received_on=None)
    assert numbered is not None
    there = hand_over(numbered.case, to("0184"), reason=None, actor=Actor.HANDLER, by="key-1", **FACTS).case
    assert there.registration("0180").diary_number == "GN 2026/1"
    assert there.registration("0184").diary_number is None
    keys = [register_item(each) for each in (numbered.case, there)]
    assert [each["sk"] for each in keys if each] == ["REG#0180", "REG#0184"]


def test_the_day_it_came_in_is_the_first_delivery_unless_somebody_says_otherwise() -> None:
    midnight = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    taken = [Accepted("topic", "topic:0180", "1")]
    case = routed()
    assert register_item(case)["register_sk"] == f"2026-11-21#{ID}"  # type: ignore[index]
    arrived = succeed_delivery(case, accepted=taken, event_id=ID, now=midnight)
    assert arrived is not None
    # Swedish time: half past midnight.
    assert register_item(arrived.case)["register_sk"] == f"2026-11-22#{ID}"  # type: ignore[index]
    again = route_again(arrived.case, to("0180"), because=Because.RESENT, **FACTS).case
    later = succeed_delivery(again, accepted=taken, event_id=ID, now=midnight + timedelta(days=3))
    assert later is not None
    assert register_item(later.case)["register_sk"] == f"2026-11-22#{ID}"  # type: ignore[index]
    said = register(later.case, by(), diary_number=None, received_on=date(2026, 11, 1))
    assert said is not None
    assert register_item(said.case)["register_sk"] == f"2026-11-01#{ID}"  # type: ignore[index]


@pytest.mark.parametrize("before", list(Visibility))
@pytest.mark.parametrize("asks", [None, *Visibility])
@pytest.mark.parametrize("kind", list(Kind))
def test_no_correction_makes_a_case_more_visible(before: Visibility, asks: Visibility | None, kind: Kind) -> None:
    strictness = list(Visibility).index
    after = corrected_visibility(before, kind, asks)
    assert strictness(after) >= strictness(before)
    assert asks is not Visibility.PRIVATE or after is Visibility.PRIVATE


def test_a_case_that_turned_out_private_says_no_more_where_it_is() -> None:
    moved = Facts(Kind.FAULT, "school", Location(59.4, 18.1), Visibility.PRIVATE)
    change = correct(routed(), by(), moved, stays=None, text=None)
    assert change is not None
    assert change.entries[0].data["location"] is None
    assert head_item(change.case)["list_pk"] is None


def test_what_is_closed_is_measured_only_when_somebody_did_something() -> None:
    fixed, withdrawn = (STEPS[each](routed()) for each in ("fix", "withdraw"))
    assert fixed is not None
    assert withdrawn is not None
    assert [each.what for each in fixed.due] == ["measure"]
    assert fixed.due[0].at > NOW
    assert withdrawn.due == ()
    assert head_item(fixed.case)["closed_pk"] == "0180#pothole"
    assert "closed_pk" not in head_item(withdrawn.case)
    assert "closed_pk" not in head_item(STEPS["reopen"](fixed.case).case)  # type: ignore[union-attr]
