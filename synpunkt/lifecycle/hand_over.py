"""A case in other hands: handed over with a receipt and one number all the way, or referred elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from synpunkt.lifecycle.limits import DELIVERY_LIMIT, HAND_OVER_LIMIT, TRIAGE_LIMIT
from synpunkt.lifecycle.model import (
    Actor,
    Because,
    Case,
    Change,
    Destination,
    Due,
    EventType,
    HandOver,
    Holder,
    IllegalTransition,
    Outcome,
    Returned,
    Status,
    Text,
)
from synpunkt.lifecycle.steps import (
    ON_ITS_WAY,
    OUT_OF_TRIAGE,
    clocks,
    place_for_everyone,
    reasons_for_everyone,
    sent_to,
    step,
)

# What a body is called, by language.
Names = Mapping[str, str]


def hand_over(
    case: Case,
    to: Destination,
    *,
    reason: Text | None,
    actor: Actor,
    by: str,
    event_id: str,
    now: datetime,
) -> Change:
    """The case is another municipality's from now on, with its number, its history and its clock.

    Raises `IllegalTransition` to whoever has it already.
    """
    holder = _holder(case, EventType.CASE_HANDED_OVER)
    if holder == Holder(to.municipality):
        raise IllegalTransition(EventType.CASE_HANDED_OVER, case.status, "has_it_already")
    sent = sent_to(case, to, now)
    return step(
        case,
        EventType.CASE_HANDED_OVER,
        event_id,
        now,
        actor=actor,
        by=by,
        status=Status.ROUTED,
        data=_offered(case, Holder(to.municipality), None) | _there(case, to),
        texts=(reason,) if reason else (),
        due=(*offered_until(now), *clocks(sent["promises"], now, over=case.overdue)),
        **sent,
        body=None,
        came_from=(*case.came_from, holder),
        hand_over=HandOver.OFFERED,
    )


def hand_over_to_body(
    case: Case,
    body: str,
    names: Names,
    *,
    reason: Text | None,
    actor: Actor,
    by: str,
    event_id: str,
    now: datetime,
) -> Change:
    """A body that the municipality's registry names has the case from now on, by mail with a receipt.

    Raises `IllegalTransition` to the body that has it already.
    """
    holder = _holder(case, EventType.CASE_HANDED_OVER)
    to = Holder(holder.municipality, body)
    if holder == to:
        raise IllegalTransition(EventType.CASE_HANDED_OVER, case.status, "has_it_already")
    return step(
        case,
        EventType.CASE_HANDED_OVER,
        event_id,
        now,
        actor=actor,
        by=by,
        status=Status.WITH_OTHER_BODY,
        data=_offered(case, to, names),
        texts=(reason,) if reason else (),
        due=offered_until(now),
        **at_body(case, body),
        came_from=(*case.came_from, holder),
        hand_over=HandOver.OFFERED,
    )


def accept_hand_over(case: Case, *, actor: Actor, by: str, event_id: str, now: datetime) -> Change | None:
    """Whoever it was handed over to takes it; `None` when they have said so already."""
    if case.hand_over is HandOver.ACCEPTED:
        return None
    if case.hand_over is None:
        raise IllegalTransition(EventType.HAND_OVER_ACCEPTED, case.status, "not_handed_over")
    return step(
        case,
        EventType.HAND_OVER_ACCEPTED,
        event_id,
        now,
        actor=actor,
        by=by,
        status=Status.WITH_OTHER_BODY if case.body else Status.ACKNOWLEDGED,
        data={"by": str(case.holder)},
        hand_over=HandOver.ACCEPTED,
        **OUT_OF_TRIAGE,
    )


def return_hand_over(
    case: Case,
    back_to: Destination,
    *,
    code: Returned,
    names: Names | None,
    reason: Text | None,
    actor: Actor,
    by: str | None,
    event_id: str,
    now: datetime,
) -> Change:
    """The case goes back to whoever handed it over.

    `back_to`: the decision of the municipality it goes back to, or in whose registry the body stands; `names`: what
    that body is called. Raises `IllegalTransition` for a case that nobody handed over.
    """
    if not case.came_from:
        raise IllegalTransition(EventType.HAND_OVER_RETURNED, case.status, "not_handed_over")
    to = case.came_from[-1]
    left = case.came_from[:-1]
    data: dict[str, Any] = {"from": str(case.holder), "to": str(to), "code": code.value, "names": names}
    fields = sent_to(case, back_to, now)
    if to.body:
        fields |= at_body(case, to.body)
    else:
        data |= _there(case, back_to)
    return step(
        case,
        EventType.HAND_OVER_RETURNED,
        event_id,
        now,
        actor=actor,
        by=by,
        status=Status.WITH_OTHER_BODY if to.body else Status.ROUTED,
        data=data,
        texts=(reason,) if reason else (),
        due=(
            *(offered_until(now) if to.body else (Due("delivery", now + DELIVERY_LIMIT),)),
            *clocks(fields["promises"], now, over=case.overdue),
        ),
        **fields | {"body": to.body},
        came_from=left,
        hand_over=_after_return(to, left),
    )


def _after_return(to: Holder, left: tuple[Holder, ...]) -> HandOver | None:
    # A body thought that it was done with the case: it is asked again, and may stay silent as before.
    if to.body:
        return HandOver.OFFERED
    # A municipality that gets it back had accepted it, or it would not have gone further.
    return HandOver.ACCEPTED if left else None


def sent_by_triage(case: Case) -> bool:
    """Whether our triage sent the case to whoever has it, so that it is to triage that it goes back."""
    method = (case.routing or {}).get("municipality_method")
    return not case.came_from and method == Because.CORRECTED.value


def returnable(case: Case) -> bool:
    """Whether those who have the case may say that it is not theirs: somebody gave it to them, and may get it back."""
    has_it = case.holder is not None and case.status is not Status.RESOLVED and case.triage_reason is None
    return has_it and (bool(case.came_from) or sent_by_triage(case))


def return_to_triage(case: Case, *, reason: Text | None, actor: Actor, by: str, event_id: str, now: datetime) -> Change:
    """Those to whom our triage sent the case say that it is not theirs: triage has it again.

    Raises `IllegalTransition` for one that is there already.
    """
    if case.triage_reason is not None:
        raise IllegalTransition(EventType.CASE_TRIAGED, case.status, "not_handed_over")
    return step(
        case,
        EventType.CASE_TRIAGED,
        event_id,
        now,
        actor=actor,
        by=by,
        status=Status.ROUTED,
        data={"reason": "returned"},
        texts=(reason,) if reason else (),
        due=(Due("triage", now + TRIAGE_LIMIT),),
        # Nobody has it: a late bounce of the mail, or a second receipt, changes nothing about that.
        recipients=(),
        accepted_by=(),
        round=case.version + 1,
        triage_reason="returned",
        triage_owner=None,
        triage_due=now + TRIAGE_LIMIT,
    )


def refer(
    case: Case,
    *,
    body: str | None,
    names: Names | None,
    texts: tuple[Text, ...],
    actor: Actor,
    by: str,
    event_id: str,
    now: datetime,
) -> Change:
    """Somebody who is not connected is responsible: the reporter is told where to turn, and nobody's clock runs.

    `texts`: where to turn, and what it is called when no registry names it.
    """
    return step(
        case,
        EventType.CASE_REFERRED,
        event_id,
        now,
        actor=actor,
        by=by,
        status=Status.RESOLVED,
        data={"body": body, "names": names, "outcome": Outcome.NOT_RESPONSIBLE.value},
        texts=texts,
        outcome=Outcome.NOT_RESPONSIBLE,
        hand_over=None,
        **OUT_OF_TRIAGE,
    )


def _holder(case: Case, event: EventType) -> Holder:
    if case.holder is None:
        raise IllegalTransition(event, case.status, "nobody_has_it")
    return case.holder


def offered_until(now: datetime) -> tuple[Due, ...]:
    """When to look whether it arrived, and whether they answered."""
    return Due("delivery", now + DELIVERY_LIMIT), Due("hand_over", now + HAND_OVER_LIMIT)


def _offered(case: Case, to: Holder, names: Names | None) -> dict[str, Any]:
    return {"from": str(case.holder), "to": str(to), "names": names, "location": place_for_everyone(case)}


def _there(case: Case, to: Destination) -> dict[str, Any]:
    return {
        "department": to.department,
        "claimed": to.claimed,
        "routing": reasons_for_everyone(case, to.routing),
    }


def at_body(case: Case, body: str) -> dict[str, Any]:
    """The fields of a head that is on its way to a body."""
    return {
        "body": body,
        "recipients": (f"mail:body:{body}",),
        "accepted_by": (),
        "round": case.version + 1,
        **ON_ITS_WAY,
    }
