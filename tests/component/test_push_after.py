"""What is sent after a time without sending: nothing is missing, and nothing is in anybody's way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.component.receiver import Receiver
from tests.component.test_feed import MOTALA
from tests.component.test_push import (
    ALL,
    _local,
    caught_up,
    desk,
    endpoint,
    reported,
    state,
    subscribed,
    told,
)
from tests.component.world import World

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
