"""The life of a case: sequences without gaps, legal steps only, and a head that equals its timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synpunkt.lifecycle import (
    TRIAGE_LIMIT,
    Accepted,
    Because,
    Case,
    Change,
    Due,
    EventType,
    IllegalTransition,
    Kind,
    Location,
    Photo,
    Status,
    Visibility,
    assign_triage,
    attach_photo,
    default_visibility,
    fail_delivery,
    photos_are_public,
    reject_photo,
    route,
    route_again,
    send_to_triage,
    submit,
    succeed_delivery,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ID = "01KAK2Z3Q8VJ5N7W9X4T6R1B0M"
ROUTING = {
    "rule": "category:pothole",
    "border_m": 12.0,
    "neighbour": "0183",
    "neighbour_m": 12.0,
    "sentences": {"sv": "x", "en": "y"},
}


@dataclass(frozen=True)
class To:
    """A decision, as the lifecycle sees it."""

    municipality: str
    department: str
    claimed: bool
    recipients: tuple[str, ...]
    routing: Mapping[str, Any]


TO_STREET = To("0180", "street", True, ("topic:0180", "mail:street", "mail:registrar", "triage"), ROUTING)


def submitted(visibility: Visibility = Visibility.PUBLIC) -> Case:
    return submit(
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


def routed(visibility: Visibility = Visibility.PUBLIC) -> Change:
    return route(
        submitted(visibility),
        TO_STREET,
        event_id=ID,
        now=NOW,
    )


def test_routing_sets_municipality_department_and_reasons_together() -> None:
    change = routed()
    assert (change.case.municipality, change.case.department) == ("0180", "street")
    assert change.case.routing == ROUTING
    assert change.entries[0].audience == ("0180",)
    assert change.entries[0].data["location"] == {"lat": 59.3, "lon": 18.0}


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.HELD])
def test_events_of_a_case_that_is_not_public_hint_at_no_place(visibility: Visibility) -> None:
    data = routed(visibility).entries[0].data
    assert data["location"] is None
    assert data["routing"] == {"rule": "category:pothole"}


def test_a_case_is_routed_once() -> None:
    case = routed().case
    with pytest.raises(IllegalTransition):
        route(
            case,
            TO_STREET,
            event_id=ID,
            now=NOW,
        )


@pytest.mark.parametrize("command", [succeed_delivery, fail_delivery, send_to_triage])
def test_nothing_is_delivered_before_it_is_routed(command: Any) -> None:
    every: dict[Any, dict[str, Any]] = {
        succeed_delivery: {"accepted": [Accepted("mail", "mail:street", "1")]},
        fail_delivery: {"recipient": "mail:street", "channel": "mail", "reason": "bounced"},
        send_to_triage: {"reason": "unclaimed"},
    }
    facts = every[command]
    case = replace(submitted(), recipients=("mail:street",))
    with pytest.raises(IllegalTransition):
        command(case, event_id=ID, now=NOW, **facts)


def test_a_bounce_takes_the_arrival_back_only_when_nobody_else_has_it() -> None:
    both = [Accepted("topic", "topic:0180", "1"), Accepted("mail", "mail:street", "2")]
    delivered = succeed_delivery(routed().case, accepted=both, event_id=ID, now=NOW)
    assert delivered is not None
    bounced = fail_delivery(
        delivered.case, recipient="mail:street", channel="mail", reason="bounced", event_id=ID, now=NOW
    )
    assert bounced is not None
    assert bounced.case.status is Status.DELIVERED
    lost = fail_delivery(bounced.case, recipient="topic:0180", channel="topic", reason="refused", event_id=ID, now=NOW)
    assert lost is not None
    assert lost.case.status is Status.ROUTED
    assert lost.case.accepted_by == ()


def test_a_recipient_that_was_taken_back_is_not_counted_again() -> None:
    bounced = fail_delivery(
        routed().case, recipient="mail:street", channel="mail", reason="bounced", event_id=ID, now=NOW
    )
    assert bounced is not None
    late = [Accepted("mail", "mail:street", "1")]
    assert succeed_delivery(bounced.case, accepted=late, event_id=ID, now=NOW) is None


def test_what_is_known_already_changes_nothing() -> None:
    accepted = [Accepted("mail", "mail:street", "1")]
    case = routed().case
    delivered = succeed_delivery(case, accepted=accepted, event_id=ID, now=NOW)
    assert delivered is not None
    assert succeed_delivery(delivered.case, accepted=accepted, event_id=ID, now=NOW) is None
    assert fail_delivery(case, recipient="mail:x", channel="mail", reason="bounced", event_id=ID, now=NOW) is None
    triaged = send_to_triage(case, reason="unclaimed", event_id=ID, now=NOW)
    assert triaged is not None
    assert send_to_triage(triaged.case, reason="unclaimed", event_id=ID, now=NOW) is None


@given(steps=st.lists(st.sampled_from(["photo", "reject", "deliver", "fail", "triage"]), max_size=15))
def test_sequences_have_no_gaps_whatever_happens(steps: list[str]) -> None:
    case, seen = routed().case, [1, 2]
    for number, step in enumerate(steps):
        change = _step(case, step, number)
        if change is None:
            continue
        seen += [entry.sequence for entry in change.entries]
        case = change.case
        assert case.version == seen[-1]
        assert case.status is not Status.SUBMITTED
        assert (case.status is Status.DELIVERED) == bool(case.accepted_by)
    assert seen == list(range(1, len(seen) + 1))


def _step(case: Case, step: str, number: int) -> Change | None:
    common: dict[str, Any] = {"event_id": ID, "now": NOW}
    match step:
        case "photo":
            return attach_photo(case, photo=Photo(str(number), 1, 1), **common)
        case "reject":
            return reject_photo(case, upload_id=str(number), reason="damaged", **common)
        case "deliver":
            known = replace(case, recipients=(*case.recipients, f"mail:{number}"))
            return succeed_delivery(known, accepted=[Accepted("mail", f"mail:{number}", "1")], **common)
        case "fail":
            recipient = case.accepted_by[0] if case.accepted_by else "mail:street"
            known = replace(case, recipients=(*case.recipients, recipient))
            return fail_delivery(known, recipient=recipient, channel="mail", reason="bounced", **common)
        case _:
            return send_to_triage(case, reason="exhausted", **common)


def test_every_event_type_has_a_row_in_the_transition_table() -> None:
    from synpunkt.lifecycle.steps import TRANSITIONS

    assert set(TRANSITIONS) == set(EventType)


@pytest.mark.parametrize("category", [None, *Visibility])
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("publish", [None, True, False])
def test_a_wish_can_hide_but_never_show(category: Visibility | None, kind: Kind, publish: bool | None) -> None:
    strictness = [Visibility.PUBLIC, Visibility.HELD, Visibility.PRIVATE]
    found = default_visibility(kind, category, publish=publish)
    assert strictness.index(found) >= strictness.index(category or Visibility.PUBLIC)
    if publish is False:
        assert found is Visibility.PRIVATE
    if kind is Kind.COMPLAINT:
        assert found is not Visibility.PUBLIC


def test_photos_are_public_only_where_somebody_can_take_them_down() -> None:
    assert photos_are_public(Visibility.PUBLIC, claimed=True)
    assert not photos_are_public(Visibility.PUBLIC, claimed=False)
    assert not photos_are_public(Visibility.HELD, claimed=True)
    assert not photos_are_public(Visibility.PRIVATE, claimed=True)


def test_triage_remembers_whose_it_is_and_since_when_until_somebody_has_it() -> None:
    due = NOW + TRIAGE_LIMIT
    lost = send_to_triage(routed().case, reason="no_address", event_id=ID, now=NOW)
    assert lost is not None
    taken = assign_triage(lost.case, owner="somebody", event_id=ID, now=NOW)
    assert taken is not None
    for because in (Because.RESENT, Because.CORRECTED):
        sent = route_again(taken.case, TO_STREET, because=because, event_id=ID, now=NOW + timedelta(hours=40))
        assert (sent.case.triage_reason, sent.case.triage_owner, sent.case.triage_due) == (None, "somebody", due)
        again = send_to_triage(sent.case, reason="exhausted", event_id=ID, now=NOW + timedelta(hours=40))
        assert again is not None
        assert (again.case.triage_owner, again.case.triage_due, again.due) == ("somebody", due, (Due("triage", due),))
        street = [Accepted("mail", "mail:street", "2")]
        arrived = succeed_delivery(sent.case, accepted=street, event_id=ID, now=NOW)
        assert arrived is not None
        assert (arrived.case.triage_owner, arrived.case.triage_due) == (None, None)
