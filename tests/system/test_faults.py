"""Workers that die and stacks that stop between intake and delivery: the case still arrives, and nobody hears twice."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from functools import partial

import pytest

from infra.local.harness import PrivateStack
from tests.system.citizen import Citizen, Receipt, eventually

pytestmark = pytest.mark.system

# A worker that died holds its message until the queue's visibility timeout has passed, so patience is long.
LONG = 400.0


def _settled(citizen: Citizen, receipt: Receipt) -> bool | None:
    case = citizen.case(receipt).json()
    return (case.get("status") == "delivered" and len(citizen.messages(receipt, "email")) >= 2) or None


def _once_each(citizen: Citizen, receipt: Receipt) -> None:
    mails = [each["to"] for each in citizen.messages(receipt, "email")]
    assert len(mails) == len(set(mails)), mails
    case = citizen.case(receipt).json()
    types = [entry["type"] for entry in case["timeline"]]
    assert types.count("ReportSubmitted") == types.count("CaseRouted") == types.count("CaseDelivered") == 1


@pytest.mark.parametrize("function", ["route-on-event", "publish-on-stream"])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(stack: PrivateStack, function: str) -> None:
    citizen = Citizen(stack.url)
    killed: list[int] = []
    stop = threading.Event()

    def kill_whatever_starts() -> None:
        while not stop.is_set() and len(killed) < 3:
            for worker in stack.workers(function):
                if worker not in killed:
                    with suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)
                        killed.append(worker)
            time.sleep(0.02)

    killer = threading.Thread(target=kill_whatever_starts)
    killer.start()
    receipts = [
        citizen.report(municipality="0583", reporter={"email": f"fault{number}@example.org"}) for number in range(3)
    ]
    time.sleep(3)
    stop.set()
    killer.join()
    assert killed, "no worker was there to kill"
    for receipt in receipts:
        eventually(partial(_settled, citizen, receipt), f"{receipt.reference} delivered", LONG)
        _once_each(citizen, receipt)


def test_a_restart_between_intake_and_delivery_loses_nothing_and_doubles_nothing(stack: PrivateStack) -> None:
    citizen = Citizen(stack.url)
    receipts = [
        citizen.report(municipality="0583", reporter={"email": f"restart{number}@example.org"}) for number in range(5)
    ]
    stack.stop()
    stack.start()
    for receipt in receipts:
        eventually(partial(_settled, citizen, receipt), f"{receipt.reference} delivered", LONG)
        _once_each(citizen, receipt)
