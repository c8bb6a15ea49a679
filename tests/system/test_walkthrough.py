"""What the docs tell a municipality's developer to type, typed, on the deployed stack."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.harness import PrivateStack
from infra.local.layout import ROOT
from tests.system.citizen import Citizen, eventually

pytestmark = pytest.mark.system
KEY = "local-test-key"


def typed(stack: PrivateStack, commands: str, **environment: str) -> str:
    """What the commands print, as typed by somebody with nothing but a shell; they fail when one of them does."""
    here = commands.replace("http://127.0.0.1:8000", stack.url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def blocks(document: str, heading: str) -> list[str]:
    """The commands below a heading."""
    text = (ROOT / "docs" / document).read_text("utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found, heading
    return found


def test_the_first_event_and_an_update_with_curl(stack: PrivateStack) -> None:
    citizen = Citizen(stack.url)
    receipt = citizen.report(municipality="0583")
    citizen.when(receipt, lambda case: case["status"] == "delivered")
    post, fetch = blocks("events.md", "Fetch them")
    assert json.loads(typed(stack, post))["case_id"]
    assert fetch.strip().count("\n") < 3, "at most three commands to the first event"

    def told() -> bool | None:
        # The list starts 30 days ago, and other tests have told of their cases here: read on as the page says.
        page = json.loads(typed(stack, fetch))
        while page["events"]:
            if any(each["case_id"] == receipt.case_id and each["type"] == "CaseRouted" for each in page["events"]):
                return True
            page = json.loads(typed(stack, f"{fetch.rstrip()}?after={page['next']}"))
        return None

    eventually(told, "the event never came")
    choose, read_and_say, explain = blocks("events.md", "Read the case, and say what is new")
    # On a stack of one's own the last event is of the case just reported; here others have reported, too.
    assert len(typed(stack, f"{choose}echo $CASE_ID").strip()) == len(receipt.case_id)
    printed = typed(stack, read_and_say, CASE_ID=receipt.case_id)
    assert receipt.reference in printed
    case = citizen.when(receipt, lambda case: case["status"] == "in_progress")
    assert case["foreign_number"] == "TK-17"
    assert json.loads(typed(stack, explain))["means"]["outcome"] == "fixed"


def test_the_example_client_takes_each_case_once(stack: PrivateStack, tmp_path: Path) -> None:
    citizen = Citizen(stack.url)
    receipt = citizen.report(municipality="0583")
    citizen.when(receipt, lambda case: case["status"] == "delivered")
    cursor = tmp_path / "cursor"
    client = [sys.executable, "docs/examples/follow_cases.py", stack.url, KEY, str(cursor)]

    def ran() -> str | None:
        done = subprocess.run(client, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout if receipt.reference in done.stdout else None

    eventually(ran, "the client never got the case")
    case = citizen.when(receipt, lambda case: case["status"] == "acknowledged")
    assert case["foreign_number"] == f"BO-{receipt.reference}"
    # All over again, from the oldest event: nothing is said twice.
    cursor.unlink()
    before = citizen.case(receipt).json()["timeline"]
    assert ran()
    assert citizen.case(receipt).json()["timeline"] == before


def test_an_answer_that_has_not_changed_is_not_sent_again(stack: PrivateStack) -> None:
    first = Citizen(stack.url).http.get("/api/v1/categories")
    again = Citizen(stack.url).http.get("/api/v1/categories", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["access-control-allow-origin"] == "*"
