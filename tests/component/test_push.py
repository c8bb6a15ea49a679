"""Events pushed to subscribers: in order, signed, to each by itself, through whatever an endpoint may do."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from standardwebhooks import Webhook

from functions.deliver import on_push
from functions.deliver.web import Poster
from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.lifecycle import EventType
from synpunkt.push import SENT_TYPES
from synpunkt.stores.pushes import PushStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.subscriptions import SubscriptionStore
from tests.component.receiver import (
    Receiver,
    dripping,
    endless,
    failing,
    good,
    lying,
    receiver,
    redirecting,
)
from tests.component.test_feed import MOTALA, STOCKHOLM, everything
from tests.component.world import ENVIRONMENT, World, forget_caches
from tests.tokens import bearer

ADMIN = bearer("admin@0583.example")
ALL = "/api/v1/desk/subscriptions"
QUICK = 0.6


@pytest.fixture(autouse=True)
def _local(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in stage local, where 127.0.0.1 may be sent to. The clock stands still: a slow machine is not a retry."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setenv("STAGE", "local")
    forget_caches()
    world.claim("0583")


@pytest.fixture
def endpoint() -> Iterator[Receiver]:
    """One that does as it should."""
    with receiver() as found:
        yield found


def desk(world: World, method: str, path: str, body: Any = None, **query: str) -> Any:
    """What the admin of 0583 asks."""
    return world.call("desk.staff_api", method, path, body=body, headers=ADMIN, query=query or None)


def subscribed(world: World, endpoint: Receiver, **more: Any) -> str:
    """A subscription that its endpoint was asked about; its id."""
    body = {"name": "Mottagare", "kind": "webhook", "target": endpoint.url, **more}
    answer = desk(world, "POST", ALL, body)
    assert answer.status == 201, answer.text
    if endpoint.behaviour is good:
        endpoint.secret = answer.json()["secret"]
    assert world.look_at_pushes() == []
    found: str = answer.json()["subscription_id"]
    return found


def state(world: World, subscription_id: str) -> str:
    """How it is."""
    found: str = desk(world, "GET", f"{ALL}/{subscription_id}").json()["state"]
    return found


def deliveries(world: World, subscription_id: str) -> list[dict[str, Any]]:
    """The log, oldest first."""
    rows: list[dict[str, Any]] = desk(world, "GET", f"{ALL}/{subscription_id}/deliveries", limit="100").json()[
        "deliveries"
    ]
    return rows[::-1]


def reported(world: World, place: Any = MOTALA) -> str:
    """A case, sent on and pushed as far as it goes."""
    receipt = world.report(location=place).json()
    world.settle()
    assert world.look_at_pushes() == []
    case_id: str = receipt["case_id"]
    # What a push said about the case is news, too.
    world.settle()
    assert world.look_at_pushes() == []
    return case_id


def unsigned(endpoint: Receiver) -> Any:
    """Takes everything from now on: by the clock of the standard's library our messages come from the future."""
    endpoint.secret = None
    return good


def send(world: World, subscription_id: str) -> None:
    """Looks at what waits for a subscriber, as its queue or the due-index would have it."""
    message = {"do": "send", "municipality": "0583", "subscription_id": subscription_id}
    assert world.invoke("deliver.on_push", message) == []
    world.settle()
    assert world.look_at_pushes() == []


def sweep(world: World) -> None:
    """What is due is looked at."""
    assert world.invoke("upkeep.on_schedule", {}) == []
    world.settle()
    assert world.look_at_pushes() == []


def told(world: World, case_id: str) -> list[dict[str, Any]]:
    """The events of a case that 0583 fetches."""
    return [each for each in everything(world, limit=50)[0] if each["case_id"] == case_id]


def done(world: World, case_id: str, act: str, **body: Any) -> None:
    """Something a handler does."""
    answer = world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/{act}", body=body, headers=ADMIN)
    assert answer.status == 200, answer.text
    world.settle()
    assert world.look_at_pushes() == []


# ---- the ordinary way ------------------------------------------------------------------------------------------------


def test_what_is_pushed_is_what_is_fetched_signed_as_the_standard_says(world: World, endpoint: Receiver) -> None:
    subscription = subscribed(world, endpoint)
    assert state(world, subscription) == "active"
    case_id = reported(world)
    done(world, case_id, "start")
    assert [each for each in endpoint.events() if each["case_id"] == case_id] == told(world, case_id)
    assert {"CaseRouted", "CaseDelivered", "WorkStarted"} <= {each["type"] for each in endpoint.events()}
    for headers, body in endpoint.got[1:]:
        assert headers["webhook-id"] == body["event_id"]
    # Nobody else's.
    reported(world, STOCKHOLM)
    assert {code for each in endpoint.events() for code in each["audience"]} == {"0583"}
    lines = deliveries(world, subscription)
    assert {(each["outcome"], each["status"]) for each in lines} == {("delivered", 200)}
    assert [each["event_id"] for each in lines[1:]] == [each["event_id"] for each in endpoint.events()]


def test_an_endpoint_that_does_not_echo_the_challenge_is_sent_nothing(world: World) -> None:
    with receiver(lying) as endpoint:
        subscription = subscribed(world, endpoint)
        assert state(world, subscription) == "unverified"
        [line] = deliveries(world, subscription)
        assert (line["type"], line["outcome"], line["status"], line["error"]) == (
            "Challenge",
            "failed",
            200,
            "wrong_answer",
        )
        case_id = reported(world)
        assert desk(world, "POST", f"{ALL}/{subscription}/test").json()["code"] == "not_verified"
        # It mends its ways.
        endpoint.behaviour = good
        assert desk(world, "POST", f"{ALL}/{subscription}/verify").status == 202
        world.look_at_pushes()
        assert state(world, subscription) == "active"
        assert endpoint.events() == []
        # And is sent what it would have had, had it done so at once.
        caught_up(world)
        assert endpoint.events() == told(world, case_id)


def test_only_what_is_asked_for(world: World, endpoint: Receiver) -> None:
    subscribed(world, endpoint, filter={"types": ["CaseRouted"], "categories": ["litter"]})
    reported(world)
    assert endpoint.events() == []
    case_id = world.report(location=MOTALA, category="litter").json()["case_id"]
    world.settle()
    world.look_at_pushes()
    assert [(each["case_id"], each["type"]) for each in endpoint.events()] == [(case_id, "CaseRouted")]


def test_a_broader_filter_does_not_bring_the_past(world: World, endpoint: Receiver) -> None:
    subscription = subscribed(world, endpoint, filter={"types": ["CaseRouted"]})
    case_id = reported(world)
    assert [each["type"] for each in endpoint.events()] == ["CaseRouted"]
    assert desk(world, "PATCH", f"{ALL}/{subscription}", {"filter": {}}).status == 200
    done(world, case_id, "start")
    types = [each["type"] for each in endpoint.events()]
    assert types[0] == "CaseRouted"
    assert types.count("CaseDelivered") <= 1
    assert types[-1] == "WorkStarted"


def test_events_that_come_twice_and_in_the_wrong_order_are_sent_once_and_in_order(
    world: World, endpoint: Receiver
) -> None:
    subscribed(world, endpoint)
    case_id = world.report(location=MOTALA).json()["case_id"]
    heard: list[dict[str, Any]] = []
    for _ in range(5):
        world.stream(world.unpublished())
        for event in world.take_events():
            heard.append(event)
            world.react(event, only={"route", "deliver"})
    for event in [*reversed(heard), *heard]:
        assert world.invoke("deliver.on_wake", event) == []
    world.look_at_pushes()
    sequences = endpoint.sequences(case_id)
    assert sequences == sorted(set(sequences))
    assert len(sequences) >= 2


def test_a_case_is_delivered_by_what_a_subscriber_answers(world: World, endpoint: Receiver) -> None:
    """No mail, no topic: the webhook alone has it, and until it answers nobody says otherwise."""
    _without_mails(world)
    subscription = subscribed(world, endpoint)
    case_id = reported(world)
    types = [each["type"] for each in told(world, case_id)]
    assert types[:2] == ["CaseRouted", "CaseDelivered"]
    [accepted] = next(each for each in told(world, case_id) if each["type"] == "CaseDelivered")["data"]["accepted"]
    assert (accepted["channel"], accepted["recipient"]) == ("push", f"push:{subscription}")


def _without_mails(world: World) -> None:
    table = ENVIRONMENT["REGISTRY_TABLE"]
    dynamodb = boto3.client("dynamodb")
    for item in dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "M#0583"}},
    )["Items"]:
        if item["sk"]["S"].startswith("D#"):
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    world_profile = {"registrar_mail_verified": {"BOOL": False}, "topic_subscribers": {"BOOL": False}}
    for name, value in world_profile.items():
        dynamodb.update_item(
            TableName=table,
            Key={"pk": {"S": "M#0583"}, "sk": {"S": "PROFILE"}},
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": value},
        )


# ---- what may go wrong -----------------------------------------------------------------------------------------------


def test_one_that_is_down_for_an_hour_gets_everything_in_order_and_the_others_do_not_wait(world: World) -> None:
    with receiver() as up, receiver() as down:
        well, ill = subscribed(world, up), subscribed(world, down)
        down.behaviour = failing(503)
        cases = [reported(world) for _ in range(4)]
        for case_id in cases:
            done(world, case_id, "start")
        assert down.events() == []
        for case_id in cases:
            assert [each["event_id"] for each in up.events() if each["case_id"] == case_id] == [
                each["event_id"] for each in told(world, case_id)
            ]
        tries = [each for each in deliveries(world, ill) if each["outcome"] == "failed"]
        # Left alone after the third case, whatever happened since.
        assert len(tries) == 3
        assert {(each["status"], each["error"]) for each in tries} == {(503, "server_error")}
        down.behaviour, up.behaviour = unsigned(down), unsigned(up)
        with world.later(hours=1, minutes=2):
            sweep(world)
            # The queue would bring the rest by itself; its clock is the real one.
            send(world, ill)
            assert desk(world, "GET", f"{ALL}/{ill}").json()["failing_since"] is None
            for case_id in cases:
                assert down.sequences(case_id) == [each["sequence"] for each in told(world, case_id)]
        assert {each["outcome"] for each in deliveries(world, well)} == {"delivered"}


@pytest.mark.parametrize(
    ("behaviour", "outcome", "error"),
    [
        (redirecting, "failed", "redirect"),
        (dripping, "failed", "timeout"),
        (failing(404), "failed", "refused"),
        (failing(400), "failed", "not_accepted"),
        # Whatever it says beside its 200, it has the event; no more of it is read.
        (endless, "delivered", "answer_too_long"),
        (lying, "delivered", None),
    ],
)
def test_whatever_one_answers_the_log_tells_it_and_the_others_get_theirs(
    world: World, monkeypatch: pytest.MonkeyPatch, behaviour: Any, outcome: str, error: str | None
) -> None:
    monkeypatch.setattr(on_push, "Poster", lambda local: Poster(local=local, deadline=QUICK))
    with receiver() as strange, receiver() as fine:
        first, second = subscribed(world, strange), subscribed(world, fine)
        strange.behaviour = behaviour
        case_id = reported(world)
        line = next(each for each in deliveries(world, first) if each["type"] == "CaseRouted")
        assert (line["outcome"], line["error"]) == (outcome, error)
        assert fine.sequences(case_id) == [each["sequence"] for each in told(world, case_id)]
        assert {each["outcome"] for each in deliveries(world, second)} == {"delivered"}
        if behaviour is endless:
            assert all(int(headers["sent"]) < 64 << 20 for headers, body in strange.got if body["type"] == "cut")


def test_one_event_that_is_never_taken_holds_up_its_own_case_alone(world: World) -> None:
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        poison: list[str] = []

        def picky(found: Receiver, handler: Any, body: bytes) -> None:
            behaviour = failing(500) if json.loads(body).get("case_id") in poison else good
            behaviour(found, handler, body)

        endpoint.secret, endpoint.behaviour = None, picky
        poison.append(world.report(location=MOTALA).json()["case_id"])
        world.settle()
        world.look_at_pushes()
        for minutes in (1, 3, 6, 30, 90):
            with world.later(minutes=minutes):
                send(world, subscription)
        fine = reported(world)
        assert endpoint.sequences(fine) == [each["sequence"] for each in told(world, fine)]
        assert endpoint.sequences(poison[0]) == []
        # A day later it is given up, and what follows is sent.
        poison_id = poison.pop()
        poison_first = told(world, poison_id)[0]

        def past_it(found: Receiver, handler: Any, body: bytes) -> None:
            first = json.loads(body).get("event_id") == poison_first["event_id"]
            (failing(500) if first else good)(found, handler, body)

        endpoint.behaviour = past_it
        with world.later(hours=25):
            send(world, subscription)
        assert endpoint.sequences(poison_id) == [each["sequence"] for each in told(world, poison_id)][1:]
        given_up = [each for each in deliveries(world, subscription) if each["outcome"] == "given_up"]
        assert [each["event_id"] for each in given_up] == [poison_first["event_id"]]


def test_what_nobody_takes_goes_to_triage_and_comes_back_when_somebody_does(world: World) -> None:
    _without_mails(world)
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        endpoint.behaviour = failing(500)
        case_id = reported(world)
        assert [each["type"] for each in told(world, case_id)] == ["CaseRouted"]
        with world.later(hours=3):
            sweep(world)
        assert [each["type"] for each in told(world, case_id)][-1] == "CaseTriaged"
        endpoint.behaviour = unsigned(endpoint)
        with world.later(hours=4):
            send(world, subscription)
        assert [each["type"] for each in told(world, case_id)][-1] == "CaseDelivered"


def test_what_was_given_up_is_a_delivery_that_failed(world: World) -> None:
    _without_mails(world)
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        endpoint.behaviour = failing(500)
        case_id = reported(world)
        with world.later(hours=25):
            send(world, subscription)
        failed = next(each for each in told(world, case_id) if each["type"] == "DeliveryFailed")
        assert failed["data"] == {"recipient": f"push:{subscription}", "channel": "push", "reason": "unreachable"}
        assert "CaseTriaged" in [each["type"] for each in told(world, case_id)]


def test_one_that_has_failed_for_five_days_is_ended_and_its_admin_told(world: World) -> None:
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        endpoint.behaviour = failing(500)
        reported(world)
        for hours in range(1, 122, 10):
            with world.later(hours=hours):
                if hours in (21, 41, 61, 81, 101):
                    reported(world)
                send(world, subscription)
        assert state(world, subscription) == "disabled"
        [mail] = [each for each in world.mails if each.to == "admin@0583.example" and "Mottagare" in each.subject]
        assert "5 dygn" in mail.text
        assert SubscriptionStore(ENVIRONMENT["REGISTRY_TABLE"]).get("0583", subscription)
        assert PushStore(ENVIRONMENT["DELIVERIES_TABLE"]).waiting(subscription, until=None, limit=5) == []
        # It is back, and what happened meanwhile is sent.
        endpoint.behaviour = unsigned(endpoint)
        with world.later(hours=124):
            missed = reported(world)
            assert desk(world, "POST", f"{ALL}/{subscription}/verify").status == 202
            world.look_at_pushes()
            assert state(world, subscription) == "active"
            caught_up(world)
        assert endpoint.sequences(missed) == [each["sequence"] for each in told(world, missed)]


def caught_up(world: World) -> None:
    """Has what happened meanwhile looked at, without the moment's wait."""
    world.bring_forward()
    assert world.look_at_pushes() == []


def test_gone_is_gone(world: World) -> None:
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        endpoint.behaviour = failing(410)
        reported(world)
        assert state(world, subscription) == "disabled"


def test_whoever_mended_something_does_not_wait_for_the_next_try(world: World) -> None:
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        endpoint.behaviour = failing(500)
        cases = [reported(world) for _ in range(4)]
        endpoint.behaviour = good
        # Left alone after the third; a test that arrives says that it need not be.
        send(world, subscription)
        assert endpoint.events() == []
        assert desk(world, "POST", f"{ALL}/{subscription}/test").status == 202
        world.look_at_pushes()
        world.settle()
        world.look_at_pushes()
        assert desk(world, "GET", f"{ALL}/{subscription}").json()["failing_since"] is None
        assert endpoint.sequences(cases[3]) == [each["sequence"] for each in told(world, cases[3])]
        # A case that was tried waits for its own next try, unless somebody asks for it.
        assert endpoint.sequences(cases[2]) == []
        desk(world, "POST", f"{ALL}/{subscription}/replay", {"case_id": cases[2]})
        world.look_at_pushes()
        world.settle()
        world.look_at_pushes()
        assert endpoint.sequences(cases[2]) == [each["sequence"] for each in told(world, cases[2])]


def test_retry_after_is_heeded(world: World) -> None:
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        endpoint.behaviour = failing(429, Retry_After="1200")
        reported(world)
        endpoint.behaviour = unsigned(endpoint)
        with world.later(minutes=15):
            send(world, subscription)
            assert endpoint.events() == []
        with world.later(minutes=21):
            send(world, subscription)
            assert endpoint.events()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_each_case_comes_in_order_and_nothing_is_missing(world: World, seed: int) -> None:
    """Up and down, heard twice, asked for again, two at once: what is new of a case always follows what was."""
    chance = random.Random(seed)
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        endpoint.secret = None
        cases = [reported(world) for _ in range(2)]
        for step in range(14):
            with world.later(minutes=3 * step):
                endpoint.behaviour = chance.choice([good, good, failing(503), failing(400)])
                case_id = chance.choice(cases)
                match chance.randrange(4):
                    case 0:
                        done(world, case_id, "note", text="Ring först.")
                    case 1:
                        done(world, case_id, "reply", text="Vi är på väg.")
                    case 2:
                        desk(world, "POST", f"{ALL}/{subscription}/replay", {"case_id": case_id})
                        assert world.look_at_pushes() == []
                    case _:
                        PushStore(ENVIRONMENT["DELIVERIES_TABLE"]).wake(subscription, case_id, clock.now())
                send(world, subscription)
        endpoint.behaviour = good
        with world.later(hours=3):
            send(world, subscription)
            send(world, subscription)
        for case_id in cases:
            first = list(dict.fromkeys(endpoint.sequences(case_id)))
            assert first == [each["sequence"] for each in told(world, case_id)]


# ---- again, and other ways -------------------------------------------------------------------------------------------


def test_replay_fills_the_gap_with_the_same_ids(world: World) -> None:
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        began = clock.now()
        cases = [reported(world) for _ in range(3)]
        whole = endpoint.events()
        endpoint.got.clear()
        answer = desk(world, "POST", f"{ALL}/{subscription}/replay", {"from": to_iso(began)})
        assert answer.status == 202, answer.text
        world.look_at_pushes()
        by_id = {each["event_id"]: each for each in whole}
        assert {each["event_id"]: each for each in endpoint.events()} == by_id
        for case_id in cases:
            assert endpoint.sequences(case_id) == sorted(endpoint.sequences(case_id))
        # One case, and one event with what followed.
        endpoint.got.clear()
        desk(world, "POST", f"{ALL}/{subscription}/replay", {"case_id": cases[0]})
        world.look_at_pushes()
        assert endpoint.events() == told(world, cases[0])
        endpoint.got.clear()
        desk(world, "POST", f"{ALL}/{subscription}/replay", {"event_id": told(world, cases[1])[-1]["event_id"]})
        world.look_at_pushes()
        assert endpoint.events() == told(world, cases[1])[-1:]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"from": "2020-01-01T00:00:00Z"},
        {"from": "2099-01-01T00:00:00Z"},
        {"from": "yesterday"},
        {"case_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "event_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"},
        {"case_id": None},
    ],
)
def test_what_cannot_be_replayed(world: World, endpoint: Receiver, body: Any) -> None:
    subscription = subscribed(world, endpoint)
    assert desk(world, "POST", f"{ALL}/{subscription}/replay", body).status == 422


def test_an_event_of_others_is_nobodys_to_replay(world: World, endpoint: Receiver) -> None:
    subscription = subscribed(world, endpoint)
    theirs = reported(world, STOCKHOLM)
    event = next(each for each in everything(world, limit=50)[0] if each["case_id"] == theirs)
    asked = desk(world, "POST", f"{ALL}/{subscription}/replay", {"event_id": event["event_id"]})
    assert asked.status == 404
    desk(world, "POST", f"{ALL}/{subscription}/replay", {"case_id": theirs})
    world.look_at_pushes()
    assert endpoint.events() == []


def test_a_new_secret_overlaps_with_the_one_before(world: World, endpoint: Receiver) -> None:
    subscription = subscribed(world, endpoint)
    before = endpoint.secret
    assert before is not None
    made = desk(world, "POST", f"{ALL}/{subscription}/secret").json()
    assert made["secret"] != before
    reported(world)
    headers = endpoint.got[-1][0]
    assert len(headers["webhook-signature"].split()) == 2
    endpoint.secret = made["secret"]
    reported(world)
    assert len(endpoint.events()) > 2
    with world.later(hours=25):
        endpoint.secret = None
        reported(world)
    assert len(endpoint.got[-1][0]["webhook-signature"].split()) == 1


def test_paused_nothing_is_sent_and_resumed_everything(world: World, endpoint: Receiver) -> None:
    subscription = subscribed(world, endpoint)
    assert desk(world, "PATCH", f"{ALL}/{subscription}", {"paused": True}).json()["state"] == "paused"
    case_id = reported(world)
    assert endpoint.events() == []
    assert desk(world, "PATCH", f"{ALL}/{subscription}", {"paused": False}).json()["state"] == "active"
    caught_up(world)
    assert endpoint.sequences(case_id) == [each["sequence"] for each in told(world, case_id)]


def test_another_address_is_asked_first(world: World, endpoint: Receiver) -> None:
    subscription = subscribed(world, endpoint)
    with receiver() as other:
        changed = desk(world, "PATCH", f"{ALL}/{subscription}", {"target": other.url})
        assert changed.json()["state"] == "unverified"
        world.look_at_pushes()
        assert state(world, subscription) == "active"
        reported(world)
        assert other.events()
    assert endpoint.events() == []


def test_a_test_event(world: World, endpoint: Receiver) -> None:
    subscription = subscribed(world, endpoint)
    assert desk(world, "POST", f"{ALL}/{subscription}/test").status == 202
    world.look_at_pushes()
    assert endpoint.got[-1][1]["type"] == "TestEvent"
    assert endpoint.got[-1][1]["test"] is True
    assert deliveries(world, subscription)[-1]["outcome"] == "delivered"


def test_removed_it_is_sent_nothing_and_its_cases_go_on(world: World) -> None:
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        endpoint.behaviour = failing(500)
        reported(world)
        assert desk(world, "DELETE", f"{ALL}/{subscription}").status == 204
        world.look_at_pushes()
        assert PushStore(ENVIRONMENT["DELIVERIES_TABLE"]).waiting(subscription, until=None, limit=5) == []
        assert desk(world, "GET", f"{ALL}/{subscription}").status == 404
        profile = boto3.client("dynamodb").get_item(
            TableName=ENVIRONMENT["REGISTRY_TABLE"], Key={"pk": {"S": "M#0583"}, "sk": {"S": "PROFILE"}}
        )["Item"]
        assert "push_subscribers" not in profile


@pytest.mark.parametrize(
    "target",
    [
        "http://synpunkt.example/x",
        "https://localhost/x",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "ftp://synpunkt.example/x",
        "https://",
        "http://127.0.0.2/x",
    ],
)
def test_where_a_webhook_may_not_lead(world: World, target: str) -> None:
    answer = desk(world, "POST", ALL, {"name": "X", "kind": "webhook", "target": target})
    assert answer.status == 422
    assert answer.json()["errors"][0]["code"] == "target"
    assert target not in answer.text


def test_ten_are_enough(world: World) -> None:
    body = {"name": "X", "kind": "webhook", "target": "https://system.example/x"}
    assert [desk(world, "POST", ALL, body).status for _ in range(11)] == [201] * 10 + [409]


def test_a_queue_that_we_keep(world: World) -> None:
    answer = desk(world, "POST", ALL, {"name": "Kön", "kind": "sqs", "target": "123456789012"})
    assert answer.status == 201, answer.text
    assert answer.json()["secret"] is None
    world.look_at_pushes()
    subscription = answer.json()["subscription_id"]
    assert state(world, subscription) == "active"
    case_id = reported(world)
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=answer.json()["queue"])["QueueUrl"]
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for each in messages:
            bodies.append(json.loads(each["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    assert bodies[0]["type"] == "TestEvent"
    assert bodies[1:] == told(world, case_id)
    assert desk(world, "DELETE", f"{ALL}/{subscription}").status == 204
    world.look_at_pushes()
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName=answer.json()["queue"])


def test_a_bus_in_another_account(world: World) -> None:
    bus = "arn:aws:events:eu-north-1:210987654321:event-bus/theirs"
    asked = {"name": "Bussen", "kind": "eventbridge", "target": bus}
    answer = desk(world, "POST", ALL, asked)
    subscription = answer.json()["subscription_id"]
    boto3.client("events").create_event_bus(Name="theirs")
    world.look_at_pushes()
    assert state(world, subscription) == "active"
    world.take_events()
    case_id = world.report(location=MOTALA).json()["case_id"]
    world.settle()
    world.look_at_pushes()
    put = [each["detail"] for each in world.take_events() if each["detail"].get("case_id") == case_id]
    assert put[0]["type"] == "CaseRouted"
    assert {each["outcome"] for each in deliveries(world, subscription)} == {"delivered"}


def test_what_listens_to_the_topic_counts_as_a_recipient_as_long_as_it_does(world: World) -> None:
    world.claim("0583", topic_subscribers={"BOOL": False})
    sqs, target = boto3.client("sqs"), "arn:aws:sqs:eu-north-1:123456789012:theirs"
    url = sqs.create_queue(QueueName="theirs")["QueueUrl"]
    body = {"name": "Lyssnare", "kind": "sns", "target": target, "filter": {"types": sorted(SENT_TYPES)}}
    made = desk(world, "POST", ALL, body)
    assert made.status == 201, made.text
    world.look_at_pushes()
    subscription = made.json()["subscription_id"]
    assert state(world, subscription) == "active"
    assert _topic_subscribers() is True
    case_id = reported(world)
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [(json.loads(each["Body"])["type"], json.loads(each["Body"])["case_id"]) for each in messages] == [
        ("CaseRouted", case_id)
    ]
    [delivered] = [each for each in told(world, case_id) if each["type"] == "CaseDelivered"]
    assert "topic:0583" in [each["recipient"] for each in delivered["data"]["accepted"]]
    for act, asked in (("test", None), ("replay", {"case_id": case_id}), ("conformance", None)):
        assert desk(world, "POST", f"{ALL}/{subscription}/{act}", asked).json()["code"] == "topic_cannot"
    assert desk(world, "PATCH", f"{ALL}/{subscription}", {"paused": True}).json()["code"] == "topic_cannot"
    # Another filter is told to SNS.
    desk(world, "PATCH", f"{ALL}/{subscription}", {"filter": {"kinds": ["praise"]}})
    world.look_at_pushes()
    # Who is told of some cases alone is no way to reach anybody: nobody knows which were left out.
    assert (state(world, subscription), _topic_subscribers()) == ("active", False)
    [listening] = boto3.client("sns").list_subscriptions()["Subscriptions"]
    attributes = boto3.client("sns").get_subscription_attributes(SubscriptionArn=listening["SubscriptionArn"])
    assert json.loads(attributes["Attributes"]["FilterPolicy"]) == {"kind": ["praise"]}
    assert desk(world, "DELETE", f"{ALL}/{subscription}").status == 204
    world.look_at_pushes()
    assert boto3.client("sns").list_subscriptions()["Subscriptions"] == []


def _topic_subscribers() -> bool:
    profile = RegistryStore(ENVIRONMENT["REGISTRY_TABLE"]).profile("0583")
    assert profile is not None
    return profile.topic_subscribers


def test_a_filter_that_sns_would_not_take(world: World) -> None:
    types = [each.value for each in EventType][:38]
    filter_ = {"types": types, "kinds": ["fault", "praise"], "categories": ["litter", "pothole"]}
    body = {
        "name": "X",
        "kind": "sns",
        "target": "arn:aws:lambda:eu-north-1:123456789012:function:x",
        "filter": filter_,
    }
    assert desk(world, "POST", ALL, body).json()["errors"][0]["code"] == "too_many"


def test_what_an_endpoint_does_right_and_wrong_in_words(world: World) -> None:
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        assert desk(world, "GET", f"{ALL}/{subscription}/conformance").status == 404
        desk(world, "POST", f"{ALL}/{subscription}/conformance")
        world.look_at_pushes()
        report = desk(world, "GET", f"{ALL}/{subscription}/conformance", lang="sv").json()
        assert report["passed"], report
        assert len(report["findings"]) == 9
        assert all(body["test"] is True for _, body in endpoint.got[1:])
        # One that believes everybody.
        endpoint.secret = None
        desk(world, "POST", f"{ALL}/{subscription}/conformance")
        world.look_at_pushes()
        report = desk(world, "GET", f"{ALL}/{subscription}/conformance", lang="en").json()
        wrong = {each["check"]: each["text"] for each in report["findings"] if not each["ok"]}
        assert set(wrong) == {"wrong_signature", "old_timestamp"}
        assert "check the signature" in wrong["wrong_signature"]


def test_the_endpoint_of_the_documentation_does_everything_right(world: World, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    example = Path(__file__).parents[2] / "docs/examples/webhook_receiver.py"
    process = subprocess.Popen(
        [sys.executable, str(example), str(port), str(secret)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        _listens(port)
        body = {"name": "Test", "kind": "webhook", "target": f"http://127.0.0.1:{port}/events"}
        made = desk(world, "POST", ALL, body).json()
        secret.write_text(made["secret"])
        world.look_at_pushes()
        assert state(world, made["subscription_id"]) == "active"
        desk(world, "POST", f"{ALL}/{made['subscription_id']}/conformance")
        world.look_at_pushes()
        report = desk(world, "GET", f"{ALL}/{made['subscription_id']}/conformance").json()
        assert report["passed"], report
        case_id = reported(world)
    finally:
        process.terminate()
    assert process.stdout is not None
    printed = [json.loads(line) for line in process.stdout]
    assert [each for each in printed if each["case_id"] == case_id] == told(world, case_id)


def _listens(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the example never listened")


def test_nothing_personal_is_logged(world: World, endpoint: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    subscription = subscribed(world, endpoint)
    world.report(location=MOTALA, reporter={"name": "Någon Hemlig", "email": "hemlig@example.org"})
    world.settle()
    world.look_at_pushes()
    rows = boto3.client("dynamodb").query(
        TableName=ENVIRONMENT["DELIVERIES_TABLE"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"PUSHLOG#{subscription}"}},
    )["Items"]
    assert rows
    written = json.dumps(rows) + capsys.readouterr().out
    for secret in ("hemlig", "Hemlig", endpoint.secret or "", endpoint.url):
        assert secret not in written
    assert all(int(row["expires_at"]["N"]) - clock.now().timestamp() < 31 * 24 * 3600 for row in rows)


def test_two_at_once_are_one(world: World, endpoint: Receiver) -> None:
    """Whoever comes second leaves it to the first, who then looks once more."""
    subscription = subscribed(world, endpoint)
    pushes = PushStore(ENVIRONMENT["DELIVERIES_TABLE"])
    hold = pushes.take(subscription, clock.now())
    assert hold is not None
    reported(world)
    assert endpoint.events() == []
    assert pushes.release(hold) is False
    assert pushes.release(hold) is True
    send(world, subscription)
    assert endpoint.events()
    # One that died is not waited for.
    assert pushes.take(subscription, clock.now()) is not None
    with world.later(minutes=2):
        again = pushes.take(subscription, clock.now())
        assert again is not None
        pushes.let_go(again)


def test_the_signature_is_the_standards(world: World, endpoint: Receiver) -> None:
    """The receiver checks each; here a changed body, to see that it does."""
    subscribed(world, endpoint)
    headers, body = endpoint.got[0]
    assert endpoint.secret is not None
    with pytest.raises(Exception, match="signature"):
        Webhook(endpoint.secret).verify(json.dumps({**body, "type": "Other"}).encode(), headers)
