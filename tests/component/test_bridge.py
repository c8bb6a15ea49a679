"""What the bridge does with events: each case becomes one in the back office, and its number comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.component.bridge_world import Bridge, bridge, event


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bridge]:
    """A bridge into an Open311 endpoint."""
    with bridge(monkeypatch) as found:
        yield found


def test_a_routed_case_gets_its_number_in_the_back_office(world: Bridge) -> None:
    world.gets(event())
    [request] = world.back_office.requests.values()
    assert (request["service_code"], request["lat"], request["long"]) == ("pothole", "58.5371", "15.0365")
    assert request["description"].startswith("Ett djupt hål.\n\nSynpunkt 7KQ-4M2X: ")
    assert (request["first_name"], request["last_name"]) == ("Test", "Testsson")
    assert world.national.told() == [{"foreign_number": "BO-1", "status": "acknowledged"}]
    assert (world.held().state, world.held().number_told) == ("sent", True)
