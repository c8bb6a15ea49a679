"""A municipality's own end on the emulator: a report becomes a case in its back office, and its end there one here."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from infra.bridge.deploy import deploy, stack_name
from infra.bridge.template import package
from infra.local.harness import PrivateStack
from infra.local.layout import ACCOUNT, EMULATOR_PYTHON
from infra.package import local
from tests.component.back_office import BackOffice, running
from tests.system.citizen import Citizen, eventually
from tests.system.test_push import Admin

pytestmark = pytest.mark.system

STAGE = "test"
SIGNED_WITH = "whsec_" + base64.b64encode(b"a back office's own secret").decode()
TICK = {
    "version": "0",
    "id": "89d1a02d-5ec7-412e-82f5-13505f849b41",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": ACCOUNT,
    "time": "2026-11-22T10:00:00Z",
    "region": "eu-north-1",
    "resources": ["arn:aws:events:eu-north-1:000000000000:rule/five-minutes"],
    "detail": {},
}
MAPPING = {
    "statuses": {
        "open": {},
        "working": {"status": "in_progress"},
        "closed": {"status": "resolved", "outcome": "fixed"},
    }
}


@dataclass
class Deployed:
    """A bridge of 0583 that runs."""

    stack: PrivateStack
    back_office: BackOffice
    outputs: dict[str, str]

    def looks(self) -> None:
        """The schedule's function, now."""
        payload = json.dumps(TICK).encode()
        answer = self.stack.client("lambda").invoke(FunctionName=self.outputs["ScheduleName"], Payload=payload)
        assert "FunctionError" not in answer, answer["Payload"].read()

    def posts(self, path: str, text: str, message_id: str, secret: str = SIGNED_WITH) -> httpx.Response:
        """A signed message to one of its two addresses."""
        at = datetime.now(UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, at, text),
        }
        url = f"{self.stack.about['endpoint']}/_aws/execute-api/{self.outputs['RestAPIId']}/v1{path}"
        return httpx.post(url, content=text, headers=headers, timeout=60)

    def says(self, body: Any, message_id: str, secret: str = SIGNED_WITH) -> int:
        """What the back office pushes, and how it is answered."""
        return self.posts("/status", json.dumps(body), message_id, secret).status_code

    def dead(self) -> list[str]:
        """What it gave up on."""
        found = self.stack.client("sqs").receive_message(QueueUrl=self.outputs["DeadUrl"], WaitTimeSeconds=1)
        return [each["Body"] for each in found.get("Messages", [])]


@contextmanager
def _deployed(stack: PrivateStack, queue: str, folder: Path) -> Iterator[Deployed]:
    back_office = BackOffice(key="theirs")
    secret = {"api_key": "local-test-key", "status_secret": SIGNED_WITH, "back_office_key": "theirs"}
    name = f"{stack_name(STAGE)}-{uuid.uuid4().hex[:8]}"
    stack.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
    made = package(folder / "bridge", local(EMULATOR_PYTHON))
    with running(back_office):
        settings = {
            "SynpunktUrl": stack.url,
            "Municipalities": "0583",
            "SecretName": name,
            "Adapter": "open311",
            "AdapterConfig": {"url": back_office.url},
            "Mapping": MAPPING,
            "HostedQueueArn": f"arn:aws:sqs:{stack.about['region']}:{ACCOUNT}:{queue}",
        }
        outputs = deploy(stack.client, STAGE, made, settings)
        # The same command again finds nothing to do.
        assert deploy(stack.client, STAGE, made, settings) == outputs
        yield Deployed(stack, back_office, outputs)


def test_a_report_goes_to_the_back_office_and_its_end_comes_back(
    stack: PrivateStack, http: httpx.Client, tmp_path: Path
) -> None:
    admin, citizen = Admin(stack, http), Citizen(stack.url)
    queue = admin.asks("POST", body={"name": "Brygga", "kind": "sqs", "target": ACCOUNT})
    admin.active(queue["subscription_id"])
    with _deployed(stack, queue["queue"], tmp_path) as bridge:
        polled, pushed = citizen.report(municipality="0583"), citizen.report(municipality="0583")
        numbers = {each: _number_of(http, each.case_id) for each in (polled, pushed)}
        assert set(numbers.values()) == set(bridge.back_office.requests) == {"BO-1", "BO-2"}
        # Their number stands on the citizen's own page of the case.
        assert numbers[polled] in json.dumps(citizen.case(polled).json())

        bridge.back_office.say(numbers[polled], "working")
        bridge.looks()
        citizen.when(polled, lambda case: case["status"] == "in_progress")
        bridge.back_office.say(numbers[polled], "closed")
        bridge.looks()
        closed = citizen.when(polled, lambda case: case["status"] == "resolved")
        assert closed["outcome"] == "fixed"

        word = {"number": numbers[pushed], "status": "closed"}
        forged = "whsec_" + base64.b64encode(b"somebody else's own secret").decode()
        assert bridge.says(word, "m0", forged) == 401
        assert bridge.says({**word, "number": "BO-99"}, "m0") == 404
        assert bridge.says(word, "m1") == 200
        assert bridge.says(word, "m1") == 409
        assert citizen.when(pushed, lambda case: case["status"] == "resolved")["outcome"] == "fixed"
        assert len(bridge.back_office.requests) == 2

        challenge = {"type": "Challenge", "challenge": "c" * 40}
        assert bridge.posts("/events", json.dumps(challenge), "m2").json() == {"challenge": "c" * 40}
        stack.client("sqs").send_message(QueueUrl=bridge.outputs["InboxUrl"], MessageBody="nonsense")
        eventually(lambda: bridge.dead() == ["nonsense"] or None, "what cannot be read never got to the dead letters")
    stack.client("cloudformation").delete_stack(StackName=stack_name(STAGE))
    admin.asks("DELETE", f"/{queue['subscription_id']}")
    assert SIGNED_WITH not in stack.log()


def _number_of(http: httpx.Client, case_id: str) -> str:
    def look() -> str | None:
        key = {"Authorization": "Bearer local-test-key"}
        found: str | None = http.get(f"/api/v1/municipality/cases/{case_id}", headers=key).json().get("foreign_number")
        return found

    return eventually(look, "the back office's number never came back")
