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
    Actor,
    Attention,
    Because,
    By,
    Case,
    Change,
    EventType,
    IllegalTransition,
    Kind,
    Location,
    Outcome,
    Returned,
    Status,
    Text,
    Visibility,
    accept_hand_over,
    acknowledge,
    add_note,
    answer,
    ask,
    assign,
    attention,
    fail_delivery,
    give_feedback,
    hand_over,
    hand_over_to_body,
    hide,
    link,
    number,
    plan,
    refer,
    reopen,
    reply,
    resolve,
    return_hand_over,
    route,
    route_again,
    send_to_triage,
    show,
    start_work,
    submit,
    unlink,
)
from synpunkt.stores.items import history_item, replayed

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


FACTS: dict[str, Any] = {"event_id": ID, "now": NOW}
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
    "number": lambda case: number(case, by(), foreign_number="KS 2026/17"),
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
    "refer": lambda case: refer(
        case, body=None, names=None, texts=(text("turn_to"),), actor=Actor.HANDLER, by="key-1", **FACTS
    ),
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
