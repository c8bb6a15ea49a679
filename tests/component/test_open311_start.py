"""The address that clients of Open311 are given says where everything is."""

from __future__ import annotations

import pytest

from tests.component.world import World


@pytest.mark.parametrize("path", ["/open311/v2", "/open311/v2/"])
def test_the_bare_address_is_the_discovery(world: World, path: str) -> None:
    told = world.call("cases", "GET", path)
    assert told.status == 200
    assert told.json() == world.call("cases", "GET", "/open311/v2/discovery.json").json()
    assert world.call("cases", "GET", path, headers={"Accept": "text/xml"}).text.startswith("<?xml")
