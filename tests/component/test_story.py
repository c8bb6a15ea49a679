"""How a case's story is told when the same thing happened in many ways."""

from __future__ import annotations

from tests.component.receiver import receiver
from tests.component.test_push import _local as _local
from tests.component.test_push import reported, subscribed, told
from tests.component.world import World


def test_that_a_case_arrived_is_told_once_however_many_systems_took_it(world: World) -> None:
    with receiver() as first, receiver() as second:
        subscribed(world, first)
        subscribed(world, second)
        case_id = reported(world)
    assert [each["type"] for each in told(world, case_id)].count("CaseDelivered") > 1
    reference = world.topic_messages[0]["event"]["reference"]
    labels = [each["label"] for each in world.case(reference).json()["timeline"]]
    assert labels == ["Mottagen av Synpunkt", "Skickad till Motala kommun, Gata och trafik", "Framme hos Motala kommun"]
