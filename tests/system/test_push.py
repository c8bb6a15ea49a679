"""One event on the deployed stack, with its own permissions: fetched, put into a queue, on a bus, posted and mailed."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from infra.local.harness import PrivateStack
from tests.component.receiver import good, receiver
from tests.system.citizen import Citizen, eventually
from tests.system.test_logins import log_in

pytestmark = pytest.mark.system

ALL = "/api/v1/desk/subscriptions"
REGION, ACCOUNT = "eu-north-1", "000000000000"


class Admin:
    """The admin of 0583."""

    def __init__(self, stack: PrivateStack, http: httpx.Client) -> None:
        token = log_in(stack, http, "admin@0583.example").json()["AuthenticationResult"]["IdToken"]
        self.http = http
        self.headers = {"Authorization": f"Bearer {token}"}

    def asks(self, method: str, path: str = "", body: Any = None, **query: str) -> Any:
        """The answer to a request about subscriptions."""
        answer = self.http.request(method, f"{ALL}{path}", json=body, headers=self.headers, params=query)
        assert answer.status_code in {200, 201, 202, 204}, answer.text
        return answer.json() if answer.content else None

    def active(self, subscription_id: str) -> None:
        """Waits until it goes."""

        def look() -> bool | None:
            return self.asks("GET", f"/{subscription_id}")["state"] == "active" or None

        eventually(look, f"{subscription_id} never went")


def _bus(stack: PrivateStack) -> tuple[str, str]:
    """A bus of somebody's, and the queue in which they see what is put there."""
    events, sqs = stack.client("events"), stack.client("sqs")
    bus = events.create_event_bus(Name="theirs")["EventBusArn"]
    url = sqs.create_queue(QueueName="theirs-from-the-bus")["QueueUrl"]
    rule = events.put_rule(Name="all", EventBusName="theirs", EventPattern='{"source": ["synpunkt"]}')["RuleArn"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:theirs-from-the-bus"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_targets(Rule="all", EventBusName="theirs", Targets=[{"Id": "queue", "Arn": arn}])
    return bus, url


def _taken(stack: PrivateStack, url: str) -> list[dict[str, Any]]:
    sqs = stack.client("sqs")
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    for each in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [json.loads(each["Body"]) for each in found]


def test_one_event_reaches_everybody_who_asked_for_it(stack: PrivateStack, http: httpx.Client) -> None:
    admin, citizen = Admin(stack, http), Citizen(stack.url)
    bus, from_bus = _bus(stack)
    with receiver() as endpoint:
        webhook = admin.asks("POST", body={"name": "Webhook", "kind": "webhook", "target": endpoint.url})
        endpoint.secret = webhook["secret"]
        queue = admin.asks("POST", body={"name": "Kö", "kind": "sqs", "target": ACCOUNT})
        other = admin.asks("POST", body={"name": "Buss", "kind": "eventbridge", "target": bus})
        for each in (webhook, queue, other):
            admin.active(each["subscription_id"])
        receipt = citizen.report(municipality="0583")
        citizen.when(receipt, lambda case: case["status"] == "delivered")

        def fetched() -> dict[str, Any] | None:
            key = {"Authorization": "Bearer local-test-key"}
            after = ""
            while True:
                page = http.get("/api/v1/events", params={"after": after, "municipality": "0583"}, headers=key).json()
                for event in page["events"]:
                    if event["case_id"] == receipt.case_id and event["type"] == "CaseRouted":
                        return dict(event)
                if page["next"] == after:
                    return None
                after = page["next"]

        routed = eventually(fetched, "the event in the feed")
        seen: dict[str, list[dict[str, Any]]] = {"queue": [], "bus": []}
        url = stack.client("sqs").get_queue_url(QueueName=queue["queue"])["QueueUrl"]

        def everywhere() -> bool | None:
            seen["queue"] += _taken(stack, url)
            seen["bus"] += [each["detail"] for each in _taken(stack, from_bus)]
            return all(routed in each for each in (endpoint.events(), *seen.values())) or None

        # The endpoint checks each signature with the library of the standard, and answers 401 to any other.
        eventually(everywhere, "the event at the webhook, in the queue and on the bus")
        assert endpoint.behaviour is good
        assert endpoint.sequences(receipt.case_id) == sorted(set(endpoint.sequences(receipt.case_id)))
        assert "street@0583.example" in [each["to"] for each in citizen.messages(receipt, "email")]
        posted = [(each["to"], each["subject"]) for each in citizen.messages(receipt, "webhook")]
        assert (endpoint.url, "CaseRouted") in posted
        _again_and_tried_out(admin, webhook["subscription_id"], endpoint, routed)
        for each in (webhook, queue, other):
            admin.asks("DELETE", f"/{each['subscription_id']}")
    log = stack.log()
    assert routed["event_id"] in log
    assert endpoint.url not in log
    assert endpoint.secret not in log


def _again_and_tried_out(admin: Admin, subscription: str, endpoint: Any, routed: dict[str, Any]) -> None:
    endpoint.got.clear()
    admin.asks("POST", f"/{subscription}/replay", {"event_id": routed["event_id"]})
    eventually(lambda: routed in endpoint.events() or None, "the event once more")
    admin.asks("POST", f"/{subscription}/conformance")

    def report() -> dict[str, Any] | None:
        answer = admin.http.get(f"{ALL}/{subscription}/conformance", headers=admin.headers)
        return answer.json() if answer.status_code == 200 else None

    assert eventually(report, "the report")["passed"] is True
    lines = admin.asks("GET", f"/{subscription}/deliveries")["deliveries"]
    assert {each["outcome"] for each in lines if each["case_id"]} == {"delivered"}
    # Among what the check sends is what an endpoint has to refuse.
    assert {each["outcome"] for each in lines} == {"delivered", "failed"}
    assert routed["event_id"] in [each["event_id"] for each in lines]
