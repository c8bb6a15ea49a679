"""Workers that die and stacks that stop between intake and delivery: the case still arrives, and nobody hears twice."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


@contextmanager
def _killing(stack: PrivateStack, *functions: str, at_most: int = 3) -> Iterator[list[int]]:
    """Kills whatever worker of the functions starts, up to `at_most` of each, while the block runs."""
    killed: list[int] = []
    stop = threading.Event()

    def kill(function: str) -> None:
        mine: list[int] = []
        while not stop.is_set() and len(mine) < at_most:
            for worker in stack.workers(function):
                if worker not in mine:
                    with suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)
                        mine.append(worker)
            time.sleep(0.02)
        killed.extend(mine)

    killers = [threading.Thread(target=kill, args=(function,)) for function in functions]
    for killer in killers:
        killer.start()
    try:
        yield killed
    finally:
        stop.set()
        for killer in killers:
            killer.join()


@pytest.mark.parametrize("function", ["route-on-event", "publish-on-stream"])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(stack: PrivateStack, function: str) -> None:
    citizen = Citizen(stack.url)
    with _killing(stack, function) as killed:
        receipts = [
            citizen.report(municipality="0583", reporter={"email": f"fault{number}@example.org"}) for number in range(3)
        ]
        time.sleep(3)
    assert killed, "no worker was there to kill"
    for receipt in receipts:
        eventually(partial(_settled, citizen, receipt), f"{receipt.reference} delivered", LONG)
        _once_each(citizen, receipt)


def test_a_killed_sender_never_sends_twice_and_the_case_still_arrives(stack: PrivateStack) -> None:
    """Killed between claim and outcome, a mail's fate is unknown: it is not sent again, and the case goes on."""
    citizen = Citizen(stack.url)
    with _killing(stack, "deliver-on-event", "notify-on-event", at_most=2) as killed:
        receipts = [
            citizen.report(municipality="0583", reporter={"email": f"sender{number}@example.org"})
            for number in range(3)
        ]
        time.sleep(4)
    assert killed, "no worker was there to kill"
    for receipt in receipts:
        eventually(partial(_delivered, citizen, receipt), f"{receipt.reference} delivered", LONG)
        mails = [each["to"] for each in citizen.messages(receipt, "email")]
        assert len(mails) == len(set(mails)), mails


def _delivered(citizen: Citizen, receipt: Receipt) -> bool | None:
    return citizen.case(receipt).json().get("status") == "delivered" or None


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
