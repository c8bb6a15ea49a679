"""The stack itself: it keeps what it holds, ends in time, and one sentence says why when it cannot run."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import httpx
import pytest

from infra.local.harness import PrivateStack
from infra.local.layout import ROOT

pytestmark = pytest.mark.system


def start_badly(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_unknown_api_path_is_a_problem_whatever_the_verb(http: httpx.Client) -> None:
    for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = http.request(verb, "/api/v1/nowhere/at/all")
        assert answer.status_code == 404, verb
        assert answer.headers["content-type"].startswith("application/problem+json"), verb
        assert answer.json()["code"], verb


def test_a_known_path_with_the_wrong_verb_is_a_problem_too(http: httpx.Client) -> None:
    answer = http.get("/api/v1/reports")
    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_answers_carry_the_edges_headers(http: httpx.Client) -> None:
    answer = http.get("/")
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_outbox_answers_as_page_and_as_json(http: httpx.Client) -> None:
    assert http.get("/_dev/outbox").headers["content-type"].startswith("text/html")
    assert isinstance(http.get("/_dev/outbox.json").json()["messages"], list)


def test_tables_got_what_the_emulator_drops_from_templates(stack: PrivateStack) -> None:
    dynamodb = stack.client("dynamodb")
    for table in ("cases", "people", "deliveries"):
        told = dynamodb.describe_time_to_live(TableName=stack.about["tables"][table])["TimeToLiveDescription"]
        assert told["TimeToLiveStatus"] == "ENABLED"
        assert told["AttributeName"] == "expires_at"
    for table in stack.about["tables"].values():
        told = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        assert told["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_functions_may_do_only_what_their_role_says(stack: PrivateStack) -> None:
    """The emulator enforces roles in every run: the operator's key works, a made-up one does not."""
    about = stack.about
    answer = httpx.post(
        f"{about['endpoint']}/",
        headers={"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"},
        content=b"{}",
    )
    assert answer.status_code in (400, 403)


def test_a_second_start_on_the_same_state_says_so(stack: PrivateStack) -> None:
    done = start_badly("--port", "0", "--state", str(stack.state))
    assert done.returncode == 1
    assert "already runs" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = start_badly("--port", str(taken.getsockname()[1]), "--state", str(tmp_path))
    assert done.returncode == 1
    assert "is taken" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_restart_keeps_what_was_there_and_ends_in_time(stack: PrivateStack) -> None:
    table = stack.about["tables"]["registry"]
    item = {"pk": {"S": "M#9999"}, "sk": {"S": "PROFILE"}, "code": {"S": "9999"}, "claimed": {"BOOL": False}}
    stack.client("dynamodb").put_item(TableName=table, Item=item)
    url = stack.url
    assert stack.stop() < 20
    print(f"restarted in {stack.start():.1f} s")
    assert stack.url == url
    found = stack.client("dynamodb").get_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    assert found["Item"] == item


def test_a_crash_of_the_front_blocks_nothing(stack: PrivateStack) -> None:
    """What the crash left behind is recognised and ended cleanly, and nothing it held is lost."""
    orphan = json.loads((stack.state / "emulator.json").read_text())["pid"]
    table = stack.about["tables"]["registry"]
    key = {"pk": {"S": "M#9998"}, "sk": {"S": "PROFILE"}}
    stack.client("dynamodb").put_item(TableName=table, Item=key)
    stack.kill()
    os.kill(orphan, 0)
    stack.start()
    with pytest.raises(ProcessLookupError):
        os.kill(orphan, 0)
    assert "Item" in stack.client("dynamodb").get_item(TableName=table, Key=key)


def test_a_second_signal_does_not_interrupt_the_way_down(stack: PrivateStack) -> None:
    table = stack.about["tables"]["registry"]
    key = {"pk": {"S": "M#9997"}, "sk": {"S": "PROFILE"}}
    stack.client("dynamodb").put_item(TableName=table, Item=key)
    process = stack._process
    assert process is not None
    process.send_signal(signal.SIGINT)
    for _ in range(5):
        time.sleep(0.1)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    stack.start()
    assert "Item" in stack.client("dynamodb").get_item(TableName=table, Key=key)


def test_a_report_accepted_just_before_the_stop_arrives_after_the_start(
    stack: PrivateStack, http: httpx.Client
) -> None:
    """The stream's records do not survive; the timeline's mark does, and the sweep finds it."""
    accepted = http.post(
        "/api/v1/reports",
        headers={"Idempotency-Key": str(uuid.uuid4())},
        json={"description": "Lampan är trasig.", "category": "street_light", "municipality": "0583"},
    )
    assert accepted.status_code == 201, accepted.text
    stack.stop()
    stack.start()
    case_id = accepted.json()["case_id"]
    received: list[str] = []
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and not any(case_id in body for body in received):
        received += stack.received("0583")
    assert any(case_id in body for body in received)
