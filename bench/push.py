"""From POST to a municipality's endpoint on the local stack, with and without a neighbour that stands still.

`python -m bench.push` starts a stack of its own. Each round sends a report while the healthy endpoint is alone, and one
while another endpoint of the same municipality drips for as long as it is let. Beside them two floors: a bare request
to the endpoint, and the same report in the municipality's queue behind its topic. Prints medians and ratios.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from bench.timing import seconds
from infra.local.harness import PrivateStack
from tests.component.receiver import Receiver, dripping, receiver
from tests.system.citizen import Citizen
from tests.system.test_push import Admin

CODE = "0583"
WARM_UPS = 2
ROUNDS = 12
PATIENCE_S = 120.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        stack = PrivateStack(Path(folder))
        stack.start()
        try:
            with httpx.Client(base_url=stack.url, timeout=60) as http, receiver() as healthy, receiver() as still:
                measure(stack, http, healthy, still)
        finally:
            stack.stop()


def measure(stack: PrivateStack, http: httpx.Client, healthy: Receiver, still: Receiver) -> None:
    """Reports in turn, so that both kinds meet the same machine."""
    admin, citizen = Admin(stack, http), Citizen(stack.url)
    made = [
        admin.asks("POST", body={"name": name, "kind": "webhook", "target": each.url})
        for name, each in (("Healthy", healthy), ("Still", still))
    ]
    for subscription, each in zip(made, (healthy, still), strict=True):
        each.secret = subscription["secret"]
        admin.active(subscription["subscription_id"])
    still.behaviour = dripping
    beside = made[1]["subscription_id"]
    times: dict[str, list[float]] = {
        "bare request": [],
        "alone": [],
        "alone, topic's queue": [],
        "beside one still": [],
    }
    for number in range(WARM_UPS + ROUNDS):
        admin.asks("PATCH", f"/{beside}", {"paused": True})
        alone, queued = _report(stack, citizen, healthy)
        admin.asks("PATCH", f"/{beside}", {"paused": False})
        beside_it, _ = _report(stack, citizen, healthy)
        if number >= WARM_UPS:
            for name, value in zip(times, (_bare(healthy), alone, queued, beside_it), strict=True):
                times[name].append(value)
    for name, values in times.items():
        print(f"{name:24} median {seconds(statistics.median(values))}  max {seconds(max(values))}")
    for name, other in (("beside one still", "alone"), ("alone", "alone, topic's queue"), ("alone", "bare request")):
        ratios = [one / floor for one, floor in zip(times[name], times[other], strict=True)]
        print(f"{name} / {other}, pair by pair: median {statistics.median(ratios):.2f}")


def _report(stack: PrivateStack, citizen: Citizen, endpoint: Receiver) -> tuple[float, float]:
    """Seconds from the report until its `CaseRouted` is at the endpoint, and in the queue."""
    began = time.perf_counter()
    case_id = citizen.report(municipality=CODE).case_id

    def routed(event: dict[str, Any]) -> bool:
        return event.get("case_id") == case_id and event.get("type") == "CaseRouted"

    found: dict[str, float] = {}
    _until(lambda: _look(found, stack, endpoint, routed, began))
    return found["endpoint"], found["queue"]


def _look(
    found: dict[str, float],
    stack: PrivateStack,
    endpoint: Receiver,
    routed: Callable[[dict[str, Any]], bool],
    began: float,
) -> bool:
    if "endpoint" not in found and any(map(routed, endpoint.events())):
        found["endpoint"] = time.perf_counter() - began
    if "queue" not in found and any(routed(json.loads(each)) for each in stack.received(CODE, wait_seconds=0)):
        found["queue"] = time.perf_counter() - began
    return len(found) == 2


def _bare(endpoint: Receiver) -> float:
    secret, endpoint.secret = endpoint.secret, None
    began = time.perf_counter()
    httpx.post(endpoint.url, json={"type": "Bare"}).raise_for_status()
    took = time.perf_counter() - began
    endpoint.secret = secret
    return took


def _until(done: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + PATIENCE_S
    while not done():
        if time.perf_counter() > deadline:
            raise RuntimeError("it never arrived")
        time.sleep(0.005)


if __name__ == "__main__":
    main()
