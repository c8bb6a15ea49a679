"""What is sent after a time without sending: nothing is missing, and nothing is in anybody's way."""

from __future__ import annotations

from tests.component.receiver import Receiver
from tests.component.test_feed import MOTALA
from tests.component.test_push import (
    ALL,
    _local,
    caught_up,
    desk,
    endpoint,
    state,
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
