"""What the staff are told by mail: each fact once, to those who want it, and nothing of the citizen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.notify.on_digest import digests
from functions.upkeep.on_schedule import time_limits
from synpunkt import clock
from synpunkt.identity import Member, Role
from synpunkt.lifecycle import Promised
from synpunkt.promise_clock import look_at
from synpunkt.promises import SWEDEN, is_working_day, next_morning
from synpunkt.stores.due import DueStore
from synpunkt.stores.dynamo import transact
from synpunkt.stores.preferences import Notices, PreferenceStore
from tests.component.test_handling import do
from tests.component.test_promises import Watch, _cases, _publish
from tests.component.world import ENVIRONMENT, Message, World
from tests.tokens import bearer

HANDLER = bearer("handler@0180.example")
LEAD = "lead-0180"
SECRETS = ("anna", "markör", "markor", "070-174", "giraff")


def told(world: World) -> list[Message]:
    """Mails to the staff since last asked."""
    mails = [each for each in world.mails if each.to.endswith("@0180.example") and "/desk/" in each.text]
    world.mails.clear()
    return mails


def choose(staff_id: str, **chosen: Any) -> None:
    """What somebody wants to be told."""
    transact([PreferenceStore(ENVIRONMENT["REGISTRY_TABLE"]).choosing(staff_id, Notices(**chosen))])


@pytest.fixture
def receipt(world: World) -> dict[str, Any]:
    """A case of Stockholm's, of somebody with a name and an address, and a lead who gives it away."""
    world.employ(Member(LEAD, "lead@0180.example", "Lokal arbetsledare", "0180", frozenset({Role.LEAD})))
    made: dict[str, Any] = world.report(
        description="Hålet vid giraffen. Ring 070-174 06 05.",
        location={"lat": 59.3307, "lon": 18.0593, "text": "vid kiosken"},
        reporter={"name": "Anna Markör", "email": "anna.markor@example.org"},
    ).json()
    world.settle()
    world.mails.clear()
    return made


def answer(world: World, receipt: dict[str, Any], words: str = "Det är vid giraffen.") -> None:
    """The reporter says something."""
    said = world.call(
        "cases",
        "POST",
        f"/api/v1/cases/{receipt['reference']}/answer",
        body={"text": words},
        headers={"Authorization": f"Bearer {receipt['token']}"},
    )
    assert said.status == 200, said.text
    world.settle()


def test_whoever_is_given_a_case_is_told_once(world: World, receipt: dict[str, Any]) -> None:
    do(world, receipt["case_id"], "assign", key=bearer("lead@0180.example"), assignee="handler-0180")
    world.stream(world.unpublished())
    [event] = world.take_events()
    for _ in range(2):
        world.react(event)
    [mail] = told(world)
    assert mail.to == "handler@0180.example"
    assert mail.subject == f"[{receipt['reference']}] Ett ärende är ditt nu"
    assert "Hål i vägen, vid kiosken" in mail.text
    assert f"/desk/#/case/{receipt['case_id']}" in mail.text
    for secret in SECRETS:
        assert secret not in (mail.subject + mail.text).lower()


def test_nobody_is_told_of_what_they_did_themselves_or_do_not_want_to_hear(
    world: World, receipt: dict[str, Any]
) -> None:
    case_id = receipt["case_id"]
    do(world, case_id, "assign", key=HANDLER, assignee="handler-0180")
    world.settle()
    assert told(world) == []
    do(world, case_id, "assign", team="street")
    choose("handler-0180", assigned=False, answered=False)
    do(world, case_id, "assign", key=bearer("lead@0180.example"), assignee="handler-0180")
    world.settle()
    answer(world, receipt)
    assert told(world) == []
    do(world, case_id, "assign", assignee="local-admin")
    world.settle()
    answer(world, receipt, "Och en sak till.")
    assert told(world) == [], "a system reads events"


def test_only_the_one_who_has_it_last_is_told(world: World, receipt: dict[str, Any]) -> None:
    do(world, receipt["case_id"], "assign", assignee="handler-0180")
    do(world, receipt["case_id"], "assign", assignee=LEAD)
    world.settle()
    assert [each.to for each in told(world)] == ["lead@0180.example"]


def test_what_the_citizen_answers_is_told_to_whoever_works_on_it(world: World, receipt: dict[str, Any]) -> None:
    answer(world, receipt, "Ingen har det än.")
    assert told(world) == [], "nobody works on it"
    do(world, receipt["case_id"], "assign", assignee="handler-0180")
    world.settle()
    choose("handler-0180", language="en")
    world.mails.clear()
    answer(world, receipt)
    [mail] = told(world)
    assert mail.subject == f"[{receipt['reference']}] Whoever reported it has been in touch"
    for secret in SECRETS:
        assert secret not in (mail.subject + mail.text).lower()
    do(world, receipt["case_id"], "resolve", outcome="fixed")
    world.settle()
    path = f"/api/v1/cases/{receipt['reference']}/feedback"
    headers = {"Authorization": f"Bearer {receipt['token']}"}
    assert world.call("cases", "POST", path, body={"fixed": False}, headers=headers).status == 200
    world.settle()
    assert [each.to for each in told(world)] == ["handler@0180.example"]
    do(world, receipt["case_id"], "resolve", outcome="fixed")
    do(world, receipt["case_id"], "reopen")
    world.settle()
    assert told(world) == [], "opened again by a colleague, not by the citizen"


def test_a_private_case_is_a_reference_and_a_link(world: World, receipt: dict[str, Any]) -> None:
    made = world.report(publish=False, location={"lat": 59.3307, "lon": 18.0593, "text": "vid giraffen"}).json()
    world.settle()
    world.mails.clear()
    do(world, made["case_id"], "assign", assignee="handler-0180")
    do(world, receipt["case_id"], "hide", text="Namn i texten.")
    do(world, receipt["case_id"], "assign", assignee="handler-0180")
    world.settle()
    mails = told(world)
    assert len(mails) == 2
    for mail in mails:
        assert "Det gäller" not in mail.text
        assert "giraff" not in mail.text


def test_while_somebody_is_away_whoever_stands_in_is_told(world: World, receipt: dict[str, Any]) -> None:
    world.employ(Member("a", "admin@0180.example", "Admin", "0180", frozenset({Role.ADMIN})))
    until = (clock.now().date() + timedelta(days=2)).isoformat()
    world.call(
        "desk.staff_api",
        "PATCH",
        "/api/v1/desk/staff/handler-0180",
        body={"cover": {"by": LEAD, "until": until}},
        headers=bearer("admin@0180.example"),
    )
    do(world, receipt["case_id"], "assign", assignee="handler-0180")
    world.settle()
    assert [each.to for each in told(world)] == ["lead@0180.example"]


# ---- the morning mail ------------------------------------------------------------------------------------------------


def sweep(world: World) -> None:
    """A round of the clock, and what it asks for."""
    time_limits().sweep()
    sqs, url = boto3.client("sqs"), ENVIRONMENT["DIGEST_QUEUE_URL"]
    while received := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in received:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            assert world.invoke("notify.on_digest", json.loads(message["Body"])) == []


def subscribe(at: str) -> None:
    """The handler wants a digest, first at that time, Swedish time."""
    choose("handler-0180", digest=True)
    first = datetime.fromisoformat(at).replace(tzinfo=SWEDEN)
    transact([DueStore(ENVIRONMENT["CASES_TABLE"]).digest("0180", "handler-0180", first)])


def test_the_list_of_the_day_comes_at_seven_on_working_days_once(
    world: World, receipt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(monkeypatch)
    _publish(targets={"answer_hours": 16, "repair_hours": 80})
    late, today, asked = (world.report().json() for _ in range(3))
    world.settle()
    for each in (receipt, late, today, asked):
        do(world, each["case_id"], "assign", assignee="handler-0180")
    do(world, asked["case_id"], "question", text="Var?")
    world.settle()
    watch.set("2026-11-24 17:30")
    look_at(_cases(), late["case_id"], Promised.ANSWER)
    do(world, today["case_id"], "reply", text="Snart.")
    world.settle()
    world.mails.clear()
    subscribe("2026-11-26 07:00")
    watch.set("2026-11-26 06:59")
    sweep(world)
    assert told(world) == []
    watch.set("2026-11-26 07:01")
    for _ in range(3):
        sweep(world)
    [mail] = told(world)
    assert mail.subject == "Din lista i dag: 2 att titta på"
    assert f"Försenat (1)\n  {late['reference']}  Hål i vägen\n" in mail.text
    assert f"Nytt (1)\n  {receipt['reference']}  Hål i vägen, vid kiosken\n" in mail.text
    for not_named in (asked["reference"], today["reference"], *SECRETS):
        assert not_named not in mail.text
    watch.set("2026-11-27 07:00:30")
    assert (
        world.invoke("notify.on_digest", {"municipality": "0180", "staff_id": "handler-0180", "day": "2026-11-26"})
        == []
    )
    assert told(world) == [], "of yesterday"
    sweep(world)
    assert len(told(world)) == 1
    watch.set("2026-11-29 12:00")
    sweep(world)
    assert told(world) == [], "Sunday"
    watch.set("2026-11-30 07:01")
    choose("handler-0180", digest=False)
    sweep(world)
    assert told(world) == []


def test_a_round_that_fails_after_asking_sends_no_second_mail(
    world: World, receipt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(monkeypatch)
    do(world, receipt["case_id"], "assign", assignee="handler-0180")
    world.settle()
    world.mails.clear()
    subscribe("2026-11-26 07:00")
    watch.set("2026-11-26 07:01")
    with monkeypatch.context() as patch:
        patch.setattr(DueStore, "put_off", lambda self, item, until: None)
        sweep(world)
    sweep(world)
    assert len(told(world)) == 1


def test_nothing_to_do_is_no_mail_and_the_list_of_who_is_away_is_another_s(
    world: World, receipt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose("handler-0180", digest=True)
    choose(LEAD, digest=True)
    day = clock.localdate(clock.now())
    digests().send("0180", "handler-0180", day)
    assert told(world) == []
    do(world, receipt["case_id"], "assign", assignee=LEAD)
    world.settle()
    world.mails.clear()
    world.employ(Member("a", "admin@0180.example", "Admin", "0180", frozenset({Role.ADMIN})))
    patch = {"cover": {"by": "handler-0180", "until": (clock.now().date() + timedelta(days=2)).isoformat()}}
    path = f"/api/v1/desk/staff/{LEAD}"
    world.call("desk.staff_api", "PATCH", path, body=patch, headers=bearer("admin@0180.example"))
    for person in (LEAD, "handler-0180", "nobody"):
        digests().send("0180", person, day)
    assert [each.to for each in told(world)] == ["handler@0180.example"]


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2029, 12, 1)))
def test_mornings_are_at_seven_in_sweden_summer_and_winter(moment: datetime) -> None:
    after = moment.replace(tzinfo=UTC)
    morning = next_morning(after)
    local = morning.astimezone(SWEDEN)
    assert morning > after
    assert (local.hour, local.minute, local.second) == (7, 0, 0)
    assert is_working_day(local.date())
    assert morning - after < timedelta(days=8)


@pytest.mark.parametrize(
    ("after", "morning"),
    [
        ("2026-03-27 07:00", "2026-03-30 07:00"),  # the clocks go forward that Sunday
        ("2026-10-23 12:00", "2026-10-26 07:00"),  # and back
        ("2026-12-23 07:00", "2026-12-28 07:00"),
        ("2026-12-31 06:59", "2027-01-04 07:00"),
        ("2026-11-26 06:59", "2026-11-26 07:00"),
    ],
)
def test_mornings_of_holidays_are_left_out(after: str, morning: str) -> None:
    found = next_morning(datetime.fromisoformat(after).replace(tzinfo=SWEDEN))
    assert found.astimezone(SWEDEN).strftime("%Y-%m-%d %H:%M") == morning
