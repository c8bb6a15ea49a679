"""Handing a case over and back: a stack of those who gave it away, and always somebody who has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from synpunkt.lifecycle import (
    HAND_OVER_LIMIT,
    Accepted,
    Actor,
    Because,
    Case,
    Change,
    EventType,
    HandOver,
    Holder,
    IllegalTransition,
    Kind,
    Location,
    Outcome,
    Returned,
    Status,
    Text,
    Visibility,
    accept_hand_over,
    fail_delivery,
    hand_over,
    hand_over_to_body,
    refer,
    return_hand_over,
    route,
    route_again,
    submit,
    succeed_delivery,
)
from synpunkt.stores.items import case_of, head_item

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ID = "01KAK2Z3Q8VJ5N7W9X4T6R1B0M"
ROUTING = {"rule": "category:pothole", "sentences": {"sv": "x", "en": "y"}, "border_m": 12.0}
ROAD = {"sv": "Trafikverket", "en": "the Swedish Transport Administration"}
MUNICIPALITIES = ("0180", "0183", "0184")
BODIES = ("trafikverket", "vagforeningen")


@dataclass(frozen=True)
class To:
    """A decision, as the lifecycle sees it."""

    municipality: str
    department: str = "street"
    claimed: bool = True
    routing: Mapping[str, Any] = None  # type: ignore[assignment]

    @property
    def recipients(self) -> tuple[str, ...]:
        return (f"topic:{self.municipality}", "mail:street", "triage")


def to(municipality: str) -> To:
    return To(municipality, routing=ROUTING)


def who(actor: Actor = Actor.HANDLER) -> dict[str, Any]:
    return {"actor": actor, "by": "somebody", "event_id": ID, "now": NOW}


def because(case: Case) -> Text:
    return Text(case.version + 1, "reason", "Inte vår väg.", "Inte vår väg.", Visibility.PUBLIC)


def routed(visibility: Visibility = Visibility.PUBLIC) -> Case:
    case = submit(
        case_id=ID,
        reference="7KQ-4M2X",
        event_id=ID,
        now=NOW,
        kind=Kind.FAULT,
        category="pothole",
        visibility=visibility,
        language="sv",
        channel="web",
        location=Location(59.3, 18.0),
        municipality_given=None,
        texts=(),
        has_contact=False,
        photos_expected=0,
    ).case
    return route(case, to("0180"), event_id=ID, now=NOW).case


def with_body(case: Case) -> Change:
    return hand_over_to_body(case, "trafikverket", ROAD, reason=because(case), **who())


def back(case: Case, code: Returned = Returned.NOT_OURS) -> Change:
    giver = case.came_from[-1]
    return return_hand_over(
        case, to(giver.municipality), code=code, names=None, reason=because(case), **who(Actor.BODY)
    )


class Handing(RuleBasedStateMachine):
    """Hand-overs in any order, held against a plain list of those who gave the case away."""

    def __init__(self) -> None:
        super().__init__()
        self.case = routed()
        self.givers: list[Holder] = []
        self.sequences = [1, 2]

    def take(self, change: Change | None) -> None:
        """Writes the change down, as the store would: what is read is what was written."""
        if change is None:
            return
        before = {str(each.municipality) for each in self.case.came_from} | {str(self.case.municipality)}
        after = {str(each.municipality) for each in change.case.came_from} | {str(change.case.municipality)}
        for entry in change.entries:
            assert set(entry.audience) == before | after
            self.sequences.append(entry.sequence)
        self.case = case_of({name: value for name, value in head_item(change.case).items() if value is not None})

    @property
    def holder(self) -> Holder:
        assert self.case.holder is not None
        return self.case.holder

    @rule(code=st.sampled_from(MUNICIPALITIES))
    def to_municipality(self, code: str) -> None:
        if self.holder == Holder(code):
            with pytest.raises(IllegalTransition):
                hand_over(self.case, to(code), reason=None, **who())
            return
        giver = self.holder
        self.take(hand_over(self.case, to(code), reason=because(self.case), **who()))
        self.givers.append(giver)
        assert self.holder == Holder(code)
        assert self.case.hand_over is HandOver.OFFERED

    @rule(body=st.sampled_from(BODIES))
    def to_body(self, body: str) -> None:
        if self.holder.body == body:
            with pytest.raises(IllegalTransition):
                hand_over_to_body(self.case, body, ROAD, reason=None, **who())
            return
        giver = self.holder
        self.take(hand_over_to_body(self.case, body, ROAD, reason=None, **who()))
        self.givers.append(giver)
        assert self.holder == Holder(giver.municipality, body)

    @precondition(lambda self: self.case.hand_over is not None)
    @rule()
    def accept(self) -> None:
        said = self.case.hand_over is HandOver.ACCEPTED
        change = accept_hand_over(self.case, **who())
        assert (change is None) == said
        self.take(change)
        assert self.case.hand_over is HandOver.ACCEPTED

    @rule(code=st.sampled_from(Returned))
    def comes_back(self, code: Returned) -> None:
        if not self.givers:
            with pytest.raises(IllegalTransition):
                return_hand_over(self.case, to("0180"), code=code, names=None, reason=None, **who())
            return
        giver = self.givers.pop()
        self.take(
            return_hand_over(self.case, to(giver.municipality), code=code, names=ROAD, reason=None, **who(Actor.SYSTEM))
        )
        assert self.holder == giver
        # Whoever gets it back may still return it further, when somebody had given it to them. A body is asked anew.
        again = HandOver.OFFERED if giver.body else HandOver.ACCEPTED
        assert self.case.hand_over is (again if self.givers else None)

    @rule(arrives=st.booleans())
    def mail(self, arrives: bool) -> None:
        recipient = next((each for each in self.case.recipients if each.startswith("mail:")), None)
        if recipient is None:
            return
        if arrives:
            taken = [Accepted("mail", recipient, "1")]
            self.take(succeed_delivery(self.case, accepted=taken, event_id=ID, now=NOW))
        else:
            failed = {"recipient": recipient, "channel": "mail", "reason": "bounced"}
            self.take(fail_delivery(self.case, event_id=ID, now=NOW, **failed))

    @invariant()
    def sequences_have_no_gaps(self) -> None:
        assert self.sequences == list(range(1, self.case.version + 1))

    @invariant()
    def who_gave_it_away_is_a_stack(self) -> None:
        assert list(self.case.came_from) == self.givers

    @invariant()
    def somebody_has_it(self) -> None:
        assert self.case.holder is not None
        assert (self.case.status is Status.WITH_OTHER_BODY) == (self.case.body is not None)
        assert (self.case.hand_over is None) == (not self.givers)

    @invariant()
    def a_round_is_the_sequence_that_began_it(self) -> None:
        assert self.case.round in self.sequences


TestHanding = Handing.TestCase
TestHanding.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def test_the_number_and_the_clock_go_along() -> None:
    case = with_body(routed()).case
    there = hand_over(case, to("0184"), reason=None, **who(Actor.BODY)).case
    assert (there.reference, there.created_at, there.case_id) == ("7KQ-4M2X", NOW, ID)
    assert [str(each) for each in there.came_from] == ["0180", "0180/trafikverket"]
    assert there.body is None


def test_a_hand_over_is_looked_at_again_in_a_week_and_a_return_is_not() -> None:
    change = with_body(routed())
    assert {each.what: each.at - NOW for each in change.due}["hand_over"] == HAND_OVER_LIMIT
    assert [each.what for each in back(change.case).due] == ["delivery"]


def test_a_body_that_gets_it_back_is_asked_anew_and_has_a_week() -> None:
    accepted = accept_hand_over(with_body(routed()).case, **who(Actor.BODY))
    assert accepted is not None
    change = back(hand_over(accepted.case, to("0184"), reason=None, **who(Actor.BODY)).case)
    assert (change.case.body, change.case.hand_over) == ("trafikverket", HandOver.OFFERED)
    assert {each.what: each.at - NOW for each in change.due}["hand_over"] == HAND_OVER_LIMIT


def test_a_body_that_the_decision_reaches_has_the_case_at_once() -> None:
    @dataclass(frozen=True)
    class ToBody(To):
        @property
        def recipients(self) -> tuple[str, ...]:
            return ("mail:body:trafikverket", "mail:street", "triage")

    decision = ToBody("0184", routing={**ROUTING, "body": "trafikverket", "names": {"body": ROAD}})
    change = route_again(routed(), decision, because=Because.RESENT, event_id=ID, now=NOW)
    case = change.case
    assert (str(case.holder), case.came_from, case.hand_over, case.status) == (
        "0184/trafikverket",
        (Holder("0184"),),
        HandOver.OFFERED,
        Status.WITH_OTHER_BODY,
    )
    assert case.recipients == ("mail:body:trafikverket",)
    assert {each.what for each in change.due} == {"delivery", "hand_over"}
    assert (change.entries[0].data["to"], change.entries[0].data["names"]) == ("0184/trafikverket", ROAD)


def test_an_accepted_case_is_somebodys_and_says_so() -> None:
    with_municipality = hand_over(routed(), to("0184"), reason=None, **who()).case
    accepted = accept_hand_over(with_municipality, **who())
    assert accepted is not None
    assert accepted.case.status is Status.ACKNOWLEDGED
    assert accepted.entries[0].data == {"by": "0184"}
    at_body = accept_hand_over(with_body(routed()).case, **who(Actor.BODY))
    assert at_body is not None
    assert at_body.case.status is Status.WITH_OTHER_BODY


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.HELD])
def test_a_hand_over_of_a_case_that_is_not_public_hints_at_no_place(visibility: Visibility) -> None:
    for change in (with_body(routed(visibility)), hand_over(routed(visibility), to("0184"), reason=None, **who())):
        [entry] = change.entries
        assert entry.data["location"] is None
        assert "border_m" not in str(entry.data)


def test_reasons_are_texts_beside_the_timeline_and_never_in_the_entry() -> None:
    for change in (with_body(routed()), back(with_body(routed()).case)):
        [text] = change.texts
        [entry] = change.entries
        assert (text.sequence, text.name) == (entry.sequence, "reason")
        assert text.full not in str(entry.data)


def test_referring_closes_the_case_as_not_ours() -> None:
    case = routed()
    turn_to = replace(because(case), name="turn_to")
    change = refer(case, body=None, names=None, texts=(turn_to,), **who())
    assert (change.case.status, change.case.outcome) == (Status.RESOLVED, Outcome.NOT_RESPONSIBLE)
    assert change.due == ()
    with pytest.raises(IllegalTransition):
        with_body(change.case)


@pytest.mark.parametrize(
    ("event", "actor"),
    [
        (EventType.CASE_HANDED_OVER, Actor.CITIZEN),
        (EventType.CASE_HANDED_OVER, Actor.SYSTEM),
        (EventType.HAND_OVER_ACCEPTED, Actor.SYSTEM),
        (EventType.CASE_REFERRED, Actor.BODY),
    ],
)
def test_not_everybody_may_do_everything(event: EventType, actor: Actor) -> None:
    case = with_body(routed()).case
    commands: dict[EventType, Any] = {
        EventType.CASE_HANDED_OVER: lambda: hand_over(case, to("0184"), reason=None, **who(actor)),
        EventType.HAND_OVER_ACCEPTED: lambda: accept_hand_over(case, **who(actor)),
        EventType.CASE_REFERRED: lambda: refer(case, body=None, names=None, texts=(), **who(actor)),
    }
    with pytest.raises(IllegalTransition, match="actor"):
        commands[event]()


def test_what_nobody_handed_over_can_neither_be_accepted_nor_returned() -> None:
    with pytest.raises(IllegalTransition, match="not_handed_over"):
        accept_hand_over(routed(), **who())
    with pytest.raises(IllegalTransition, match="not_handed_over"):
        return_hand_over(routed(), to("0180"), code=Returned.NOT_OURS, names=None, reason=None, **who())


def test_a_case_that_is_decided_anew_is_with_nobody_it_was_handed_over_to() -> None:
    case = route_again(with_body(routed()).case, to("0183"), because=Because.CORRECTED, event_id=ID, now=NOW).case
    assert (case.holder, case.came_from, case.hand_over) == (Holder("0183"), (), None)
