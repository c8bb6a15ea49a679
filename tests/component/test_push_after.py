"""What is sent after a time without sending: nothing is missing, and nothing is in anybody's way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.deliver import replaying
from functions.desk.subscriptions import subscribing
from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.push import Filter
from synpunkt.stores.pushes import Attempt, PushStore
from synpunkt.stores.subscriptions import SubscriptionStore
from tests.component.receiver import Receiver, failing, lying, receiver
from tests.component.test_feed import KEY, MOTALA, STOCKHOLM, everything
from tests.component.test_push import (
    ALL,
    _local,
    caught_up,
    deliveries,
    desk,
    done,
    endpoint,
    reported,
    send,
    state,
    subscribed,
    told,
)
from tests.component.test_sandbox import SANDBOX, made_up, tried, with_key
from tests.component.world import ENVIRONMENT, World, forget_caches

__all__ = ["_local", "endpoint"]


# ---- from when it was made -------------------------------------------------------------------------------------------


def test_what_happens_before_the_challenge_is_answered_is_sent_after_it(world: World, endpoint: Receiver) -> None:
    before = world.report(location=MOTALA).json()["case_id"]
    world.settle()
    with world.later(seconds=1):
        made = desk(world, "POST", ALL, {"name": "X", "kind": "webhook", "target": endpoint.url}).json()
        between = world.report(location=MOTALA).json()["case_id"]
        world.settle()
        assert world.look_at_pushes() == []
        assert (state(world, made["subscription_id"]), endpoint.events()) == ("active", [])
        caught_up(world)
    assert endpoint.sequences(between) == [each["sequence"] for each in told(world, between)]
    assert endpoint.sequences(before) == []


@pytest.mark.parametrize("behind", [3, 300])
def test_what_reaches_the_feed_late_is_sent_too(
    world: World, endpoint: Receiver, monkeypatch: pytest.MonkeyPatch, behind: int
) -> None:
    """Whoever notes what waits and whoever keeps the feed read queues of their own, and either may be behind."""
    subscription = subscribed(world, endpoint)
    endpoint.secret = None
    desk(world, "PATCH", f"{ALL}/{subscription}", {"paused": True})
    invoke, late = World.invoke, list[Any]()

    def but_for_the_feed(self: World, handler: str, *bodies: Any) -> list[str]:
        if handler == "deliver.on_feed":
            late.extend(bodies)
            return []
        return invoke(self, handler, *bodies)

    with monkeypatch.context() as patch:
        patch.setattr(World, "invoke", but_for_the_feed)
        case_id = reported(world)
    assert desk(world, "PATCH", f"{ALL}/{subscription}", {"paused": False}).json()["state"] == "active"
    if behind > 5:
        with world.later(seconds=6):
            caught_up(world)
    with world.later(seconds=behind):
        assert world.invoke("deliver.on_feed", *late) == []
    with world.later(minutes=16):
        caught_up(world)
        sequences = [each["sequence"] for each in told(world, case_id)]
        assert endpoint.sequences(case_id)[: len(sequences)] == sequences
        # It is looked twice, and no more.
        caught_up(world)
        caught_up(world)
        assert world.bring_forward() == 0


def test_after_a_long_pause_what_the_feed_still_has_is_sent(world: World, endpoint: Receiver) -> None:
    """30 days, as docs/events.md says."""
    subscription = subscribed(world, endpoint)
    endpoint.secret = None
    desk(world, "PATCH", f"{ALL}/{subscription}", {"paused": True})
    forgotten = reported(world)
    with world.later(days=2):
        kept = reported(world)
    with world.later(days=31):
        assert desk(world, "PATCH", f"{ALL}/{subscription}", {"paused": False}).json()["state"] == "active"
        caught_up(world)
        assert endpoint.sequences(forgotten) == []
        assert endpoint.sequences(kept) == [each["sequence"] for each in told(world, kept)]


def test_a_case_of_many_pages_is_sent_again_once(
    world: World, endpoint: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is sent between the steps of a replay, a case does not go back a second time."""
    subscription = subscribed(world, endpoint)
    began = clock.now()
    case_id = reported(world)
    for _ in range(4):
        done(world, case_id, "note", text="Ring först.")
    sequences = endpoint.sequences(case_id)
    monkeypatch.setattr(replaying, "_ENTRIES_A_STEP", 2)
    endpoint.got.clear()
    for _ in range(2):
        assert desk(world, "POST", f"{ALL}/{subscription}/replay", {"from": to_iso(began)}).status == 202
        assert world.look_at_pushes() == []
    # Asked for twice, sent twice.
    assert endpoint.sequences(case_id) == sequences * 2


# ---- who hears what --------------------------------------------------------------------------------------------------


def test_who_listens_for_a_department_hears_its_own_cases_and_not_those_of_a_namesake(world: World) -> None:
    heard = {department: _listening(world, department) for department in ("park", "street")}
    case_id = world.routed(location=MOTALA, category="tree")["case_id"]
    done(world, case_id, "hand-over", municipality="0180", reason="Deras.")
    stockholm = {"Authorization": f"Bearer {KEY}"}
    for act, body in (("correct", {"category": "pothole"}), ("start", {})):
        answer = world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/{act}", body=body, headers=stockholm)
        assert answer.status == 200, answer.text
        world.settle()
    # There it is for the streets now; here it was the parks'.
    assert _heard(heard["street"]) == []
    assert {"CaseRouted", "CaseHandedOver", "CaseCorrected", "WorkStarted"} <= set(_heard(heard["park"]))


def _listening(world: World, department: str) -> str:
    """A queue that listens to what concerns a department of 0583; its address."""
    url: str = boto3.client("sqs").create_queue(QueueName=f"theirs-{department}")["QueueUrl"]
    target = f"arn:aws:sqs:eu-north-1:123456789012:theirs-{department}"
    body = {"name": department, "kind": "sns", "target": target, "filter": {"departments": [department]}}
    made = desk(world, "POST", ALL, body)
    assert made.status == 201, made.text
    assert world.look_at_pushes() == []
    return url


def _heard(url: str) -> list[str]:
    messages: list[str] = []
    while found := boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        messages += [json.loads(each["Body"])["type"] for each in found]
    return messages


# ---- sandboxes -------------------------------------------------------------------------------------------------------


def test_an_endpoint_of_a_sandbox_wakes_nobody(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Who tries something out is expected to fail; a municipality's system is not."""
    key = tried(world)
    with receiver() as ours, receiver() as made:
        body = {"name": "Prov", "kind": "webhook", "target": made.url}
        answer = world.call("desk.staff_api", "POST", ALL, body=body, headers=with_key(key))
        in_sandbox, real = answer.json()["subscription_id"], subscribed(world, ours)
        ours.behaviour = made.behaviour = failing(500)
        made_up(world, key)
        reported(world)
        capsys.readouterr()
        with world.later(hours=25):
            message = {"do": "send", "municipality": SANDBOX, "subscription_id": in_sandbox}
            assert world.invoke("deliver.on_push", message) == []
            log = PushStore(ENVIRONMENT["DELIVERIES_TABLE"]).attempts(in_sandbox, before=None, limit=50)
            assert "given_up" in {each.outcome for each in log}
            assert "PushGivenUp" not in capsys.readouterr().out
            send(world, real)
            assert "PushGivenUp" in capsys.readouterr().out


def test_what_a_sandbox_is_sent_is_in_no_municipalitys_way(world: World) -> None:
    """Its pushes have a queue of their own, of which few are done at once (tests/infra/test_queues.py)."""
    key = tried(world)
    with receiver() as endpoint:
        body = {"name": "Prov", "kind": "webhook", "target": endpoint.url}
        assert world.call("desk.staff_api", "POST", ALL, body=body, headers=with_key(key)).status == 201
        assert (_waiting("PUSH_QUEUE_URL"), _waiting("SANDBOX_PUSH_QUEUE_URL")) == (0, 1)
        assert world.look_at_pushes() == []
        made_up(world, key)
        assert _waiting("PUSH_QUEUE_URL") == 0
        assert _waiting("SANDBOX_PUSH_QUEUE_URL") > 0
        assert world.look_at_pushes() == []
        assert endpoint.events()


def _waiting(queue: str) -> int:
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=ENVIRONMENT[queue], AttributeNames=["All"])["Attributes"]
    return int(found["ApproximateNumberOfMessages"])


# ---- one thing at a time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["test", "conformance"])
def test_an_endpoint_is_tried_out_once_at_a_time(world: World, endpoint: Receiver, first: str) -> None:
    subscription = subscribed(world, endpoint)
    assert desk(world, "POST", f"{ALL}/{subscription}/{first}").status == 202
    for what in ("test", "conformance"):
        refused = desk(world, "POST", f"{ALL}/{subscription}/{what}")
        assert (refused.status, refused.json()["code"]) == (409, "being_tried")
        assert 1 <= int(refused.headers["retry-after"]) <= 120
    # Another one of theirs is none of its business.
    with receiver() as other:
        assert desk(world, "POST", f"{ALL}/{subscribed(world, other)}/test").status == 202
    assert world.look_at_pushes() == []
    assert desk(world, "POST", f"{ALL}/{subscription}/test").status == 202
    # Nobody waits for one that got lost.
    with world.later(seconds=121):
        assert desk(world, "POST", f"{ALL}/{subscription}/test").status == 202


def test_an_endpoint_is_asked_anew_once_at_a_time(world: World) -> None:
    with receiver(lying) as endpoint:
        subscription = subscribed(world, endpoint)
        assert desk(world, "POST", f"{ALL}/{subscription}/verify").status == 202
        assert desk(world, "POST", f"{ALL}/{subscription}/verify").json()["code"] == "being_tried"
        assert world.look_at_pushes() == []
        assert desk(world, "POST", f"{ALL}/{subscription}/verify").status == 202


# ---- when it has ended -----------------------------------------------------------------------------------------------


def test_an_end_waits_for_whoever_is_sending(world: World) -> None:
    """A run on its way still writes what became of it; nothing of that is left for nobody."""
    pushes = PushStore(ENVIRONMENT["DELIVERIES_TABLE"])
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)
        case_id = reported(world)
        hold = pushes.take(subscription, clock.now())
        assert hold is not None
        assert desk(world, "DELETE", f"{ALL}/{subscription}").status == 204
        assert world.look_at_pushes() == []
        pushes.wake(subscription, case_id, clock.now())
        [waiting] = pushes.waiting(subscription, until=None, limit=5)
        later = clock.now() + timedelta(minutes=5)
        pushes.failed(hold, waiting, Attempt("failed", "E", "WorkStarted", case_id=case_id), hold.health, later)
        pushes.let_go(hold)
        world.bring_forward()
        assert world.look_at_pushes() == []
    assert pushes.waiting(subscription, until=None, limit=5) == []
    # What is kept of it, ends by itself.
    items = boto3.client("dynamodb").scan(TableName=pushes.table)["Items"]
    mine = [item for item in items if item["pk"]["S"] == f"PUSH#{subscription}"]
    assert [item["sk"]["S"] for item in mine if "expires_at" not in item] == []


def test_what_ends_while_it_is_sent_to_is_sent_no_more(world: World) -> None:
    with receiver() as endpoint:
        subscription = subscribed(world, endpoint)

        def gone_after_another_asked(found: Receiver, handler: Any, body: bytes) -> None:
            found.got.append(({}, json.loads(body)))
            assert pushes.take(subscription, clock.now()) is None
            failing(410)(found, handler, body)

        pushes = PushStore(ENVIRONMENT["DELIVERIES_TABLE"])
        cases = [world.report(location=MOTALA).json()["case_id"] for _ in range(2)]
        endpoint.behaviour = gone_after_another_asked
        world.settle()
        assert world.look_at_pushes() == []
        assert state(world, subscription) == "disabled"
        assert [each["case_id"] in cases for each in endpoint.events()] == [True]


def test_what_waits_ends_by_itself(world: World, endpoint: Receiver) -> None:
    """Also of a subscription that was taken away while somebody noted what waits for it."""
    subscription = subscribed(world, endpoint)
    pushes = PushStore(ENVIRONMENT["DELIVERIES_TABLE"])
    pushes.wake(subscription, clock.new_id(), clock.now())
    items = boto3.client("dynamodb").scan(TableName=pushes.table)["Items"]
    waiting = [item for item in items if item["sk"]["S"].startswith("P#") and item["pk"]["S"] == f"PUSH#{subscription}"]
    assert [int(item["expires_at"]["N"]) > clock.now().timestamp() for item in waiting] == [True]


# ---- the log ---------------------------------------------------------------------------------------------------------


def test_the_log_calls_a_trial_as_its_message_does(world: World, endpoint: Receiver) -> None:
    """Who looks for what they got finds it by the id in its header."""
    subscription = subscribed(world, endpoint)
    assert desk(world, "POST", f"{ALL}/{subscription}/test").status == 202
    assert world.look_at_pushes() == []
    got = [(body["type"], headers["webhook-id"]) for headers, body in endpoint.got]
    assert [(each["type"], each["event_id"]) for each in deliveries(world, subscription)] == got
    assert [type_ for type_, _ in got] == ["Challenge", "TestEvent"]


def test_the_log_calls_what_a_queue_was_opened_with_as_the_message_does(world: World) -> None:
    made = desk(world, "POST", ALL, {"name": "Kön", "kind": "sqs", "target": "123456789012"}).json()
    assert world.look_at_pushes() == []
    url = boto3.client("sqs").get_queue_url(QueueName=made["queue"])["QueueUrl"]
    [message] = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"]
    [line] = deliveries(world, made["subscription_id"])
    body = json.loads(message["Body"])
    assert (line["type"], line["event_id"]) == (body["type"], body["event_id"])


def test_each_call_of_a_check_stands_in_the_log(world: World, endpoint: Receiver) -> None:
    subscription = subscribed(world, endpoint)
    before = len(deliveries(world, subscription))
    assert desk(world, "POST", f"{ALL}/{subscription}/conformance").status == 202
    assert world.look_at_pushes() == []
    lines = deliveries(world, subscription)[before:]
    findings = desk(world, "GET", f"{ALL}/{subscription}/conformance").json()["findings"]
    assert [(each["status"], each["duration_ms"]) for each in lines] == [
        (each["status"], each["duration_ms"]) for each in findings
    ]
    # It refuses the last two, as it should; the first seven it has taken.
    assert [each["outcome"] for each in lines] == ["delivered"] * 7 + ["failed"] * 2
    taken = [body["event_id"] for _, body in endpoint.got[-7:]]
    assert [each["event_id"] for each in lines[:7]] == taken
    # What it is about is nobody's case.
    assert {each["case_id"] for each in lines} == {None}


# ---- what can be asked for -------------------------------------------------------------------------------------------


def test_a_filter_names_what_there_is(world: World, endpoint: Receiver) -> None:
    """One with a slip of the pen would take nothing for ever, and look well."""
    subscription = subscribed(world, endpoint)
    body = {"name": "X", "kind": "webhook", "target": endpoint.url}
    for filter_, field in (
        ({"categories": ["pothole", "potholle"]}, "filter.categories"),
        ({"departments": ["gatann"]}, "filter.departments"),
    ):
        for answer in (
            desk(world, "POST", ALL, {**body, "filter": filter_}),
            desk(world, "PATCH", f"{ALL}/{subscription}", {"filter": filter_}),
        ):
            assert answer.status == 422, answer.text
            assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, "choice")]
    known = {"categories": ["pothole", "litter"], "departments": ["street", "registrar"]}
    assert desk(world, "PATCH", f"{ALL}/{subscription}", {"filter": known}).status == 200


def test_what_a_filter_names_already_it_may_go_on_naming(world: World, endpoint: Receiver) -> None:
    """Departments and categories end; what they had is told to the last."""
    subscription = subscribed(world, endpoint)
    store = SubscriptionStore(ENVIRONMENT["REGISTRY_TABLE"])
    found = store.get("0583", subscription)
    assert found is not None
    ended = Filter(categories=frozenset({"ended"}), departments=frozenset({"roads"}))
    assert store.change(found, filter=ended) is not None
    both = {"categories": ["ended", "pothole"], "departments": ["roads", "street"]}
    assert desk(world, "PATCH", f"{ALL}/{subscription}", {"filter": both}).status == 200


def test_a_sandbox_has_its_municipalitys_departments(world: World) -> None:
    key = tried(world)
    for department, status in (("street", 201), ("gatann", 422)):
        filter_ = {"departments": [department]}
        body = {"name": "X", "kind": "webhook", "target": "https://system.example/x", "filter": filter_}
        assert world.call("desk.staff_api", "POST", ALL, body=body, headers=with_key(key)).status == status


def test_a_case_that_is_not_theirs_is_not_there_to_be_replayed(world: World, endpoint: Receiver) -> None:
    """Another municipality's and one that never was are told alike."""
    subscription = subscribed(world, endpoint, filter={"categories": ["pothole"]})
    before = len(endpoint.got)
    theirs, other = reported(world, STOCKHOLM), world.report(location=MOTALA, category="litter").json()["case_id"]
    world.settle()
    for case_id in (theirs, clock.new_id(), other):
        answer = desk(world, "POST", f"{ALL}/{subscription}/replay", {"case_id": case_id})
        assert (answer.status, answer.json()["code"]) == (404, "not_found")
    assert len(endpoint.got) == before
    # What it is sent of, whenever that began.
    mine = reported(world)
    assert desk(world, "POST", f"{ALL}/{subscription}/replay", {"case_id": mine}).status == 202


def test_a_case_that_came_late_is_theirs_to_replay(world: World, endpoint: Receiver, monkeypatch: Any) -> None:
    monkeypatch.setattr(subscribing, "_ENTRIES_A_READ", 2)
    subscription = subscribed(world, endpoint)
    case_id = reported(world, STOCKHOLM)
    moved = {"municipality": "0583", "reason": "Deras."}
    shown = {"Authorization": f"Bearer {KEY}"}
    path = f"/api/v1/desk/cases/{case_id}/hand-over"
    assert world.call("desk", "POST", path, body=moved, headers=shown).status == 200
    assert desk(world, "POST", f"{ALL}/{subscription}/replay", {"case_id": case_id}).status == 202


def test_what_is_wrong_with_a_time_to_replay_is_said(world: World, endpoint: Receiver) -> None:
    subscription = subscribed(world, endpoint)
    now = clock.now()
    event_id = reported(world) and everything(world)[0][0]["event_id"]
    day, month = to_iso(now - timedelta(days=1)), to_iso(now - timedelta(days=31))
    for body, field, code in (
        ({"from": month}, "from", "last_30_days"),
        ({"from": "2099-01-01T00:00:00Z"}, "from", "last_30_days"),
        ({"from": day, "to": "2099-01-01T00:00:00Z"}, "to", "after_from"),
        ({"from": day, "to": to_iso(now - timedelta(days=2))}, "to", "after_from"),
        ({"from": day[:-1]}, "from", "time_zone"),
        ({"from": day, "to": to_iso(now)[:-1]}, "to", "time_zone"),
        ({"event_id": event_id, "to": to_iso(now)}, "to", "not_of_this_act"),
        ({"case_id": event_id, "to": to_iso(now)}, "to", "not_of_this_act"),
    ):
        answer = desk(world, "POST", f"{ALL}/{subscription}/replay", body, lang="sv")
        assert answer.status == 422, body
        assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)], body
        assert answer.json()["errors"][0]["message"]
    assert "30 dagarna" in desk(world, "POST", f"{ALL}/{subscription}/replay", {"from": month}, lang="sv").text


@pytest.mark.parametrize(
    ("target", "code", "says"),
    [
        ("https://exämple.se/", "target_ascii", "xn--"),
        ("https://system.example/x#frag", "target_fragment", "#"),
        ("https://user:pw@system.example/", "target_login", "lösenord"),
        ("https://system.example/" + "x" * 500, "too_long", "500"),
    ],
)
def test_why_a_webhook_may_not_lead_there_is_said(world: World, target: str, code: str, says: str) -> None:
    answer = desk(world, "POST", ALL, {"name": "X", "kind": "webhook", "target": target}, lang="sv")
    [error] = answer.json()["errors"]
    assert (answer.status, error["field"], error["code"]) == (422, "target", code)
    assert says in error["message"]
    assert target not in answer.text


def test_a_bus_of_ours_is_nobodys_to_be_told_by(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ENVIRONMENT["PUSH_QUEUE_URL"].split("/")[-2]
    monkeypatch.setenv("STAGE", "prod")
    forget_caches()
    bus = f"arn:aws:events:eu-north-1:{ours}:event-bus/finnsinte"
    answer = desk(world, "POST", ALL, {"name": "X", "kind": "eventbridge", "target": bus})
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "target_ours")


def test_a_queue_is_told_of_a_check_in_words_of_its_own(world: World) -> None:
    made = desk(world, "POST", ALL, {"name": "Kön", "kind": "sqs", "target": "123456789012"}).json()
    assert world.look_at_pushes() == []
    path = f"{ALL}/{made['subscription_id']}/conformance"
    for passed in (True, False):
        assert desk(world, "POST", path).status == 202
        assert world.look_at_pushes() == []
        report = desk(world, "GET", path, lang="sv").json()
        assert report["passed"] is passed
        assert len({each["text"] for each in report["findings"]}) == 1
        assert not any("2xx" in each["text"] or "sekunder" in each["text"] for each in report["findings"])
        if passed:
            sqs = boto3.client("sqs")
            sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=made["queue"])["QueueUrl"])


@pytest.mark.parametrize("what", ["test", "conformance", "verify", "secret"])
def test_what_takes_no_body_takes_none(world: World, endpoint: Receiver, what: str) -> None:
    subscription = subscribed(world, endpoint)
    for body, status, code in (({"foo": 1}, 422, "invalid_request"), ("{", 400, "malformed_json")):
        answer = desk(world, "POST", f"{ALL}/{subscription}/{what}", body)
        assert (answer.status, answer.json()["code"]) == (status, code)
    assert desk(world, "POST", f"{ALL}/{subscription}/{what}", {}).status in {201, 202, 409}
