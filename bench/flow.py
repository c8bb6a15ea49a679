"""From POST to the municipality's queue on the local stack, beside the floor: one message through the same topic.

`python -m bench.flow` starts a stack of its own. Prints medians and their ratio.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx

from bench.timing import seconds
from infra.local.harness import PrivateStack

CODE = "0180"
WARM_UPS = 3
ROUNDS = 15


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        stack = PrivateStack(Path(folder))
        print(f"stack ready after {stack.start():.1f} s (everything built)")
        try:
            measure(stack)
        finally:
            print(f"stack stopped in {stack.stop():.1f} s")


def measure(stack: PrivateStack) -> None:
    """Time reports and bare messages in turn, so that both meet the same machine."""
    reports, answers, floors = [], [], []
    for number in range(WARM_UPS + ROUNDS):
        answered, arrived = _report(stack)
        floor = _bare_message(stack)
        if number >= WARM_UPS:
            answers.append(answered)
            reports.append(arrived)
            floors.append(floor)
    for name, values in (
        ("POST answered", answers),
        ("POST to queue, routed", reports),
        ("floor: topic to queue", floors),
    ):
        middle = statistics.median(values)
        print(f"{name:24} median {seconds(middle)}  min {seconds(min(values))}  max {seconds(max(values))}")
    ratios = [report / floor for report, floor in zip(reports, floors, strict=True)]
    print(f"routed report / floor, pair by pair: median {statistics.median(ratios):.1f}")


def _report(stack: PrivateStack) -> tuple[float, float]:
    began = time.perf_counter()
    answer = httpx.post(
        f"{stack.url}/api/v1/reports",
        headers={"Idempotency-Key": str(uuid.uuid4())},
        json={
            "description": "Hål i vägen.",
            "category": "pothole",
            "location": {"lat": 59.3307, "lon": 18.0593},
        },
        timeout=60,
    )
    answer.raise_for_status()
    answered = time.perf_counter() - began
    case_id = answer.json()["case_id"]
    return answered, _wait(stack, lambda event: event.get("case_id") == case_id, began)


def _bare_message(stack: PrivateStack) -> float:
    mark = str(uuid.uuid4())
    topics = stack.client("sns").list_topics()["Topics"]
    topic = next(each["TopicArn"] for each in topics if each["TopicArn"].endswith(f"municipality-{CODE}"))
    began = time.perf_counter()
    stack.client("sns").publish(TopicArn=topic, Message=json.dumps({"mark": mark}))
    return _wait(stack, lambda event: event.get("mark") == mark, began)


def _wait(stack: PrivateStack, mine: Callable[[dict[str, str]], bool], began: float) -> float:
    while time.perf_counter() - began < 120:
        for body in stack.received(CODE, wait_seconds=1):
            if mine(json.loads(body)):
                return time.perf_counter() - began
    raise RuntimeError("it never arrived")


if __name__ == "__main__":
    main()
