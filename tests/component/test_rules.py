"""A municipality's own registry, published, in the real rooms."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from synpunkt.stores.versions import Overtaken, UnknownVersion, VersionStore
from tests.component.world import ENVIRONMENT, World
from tests.registries import TRAFIKVERKET, document

LIGHTS = {"id": "lights", "when": {"categories": ["street_light"]}, "to": {"department": "park"}}


def _versions() -> VersionStore:
    return VersionStore(ENVIRONMENT["REGISTRY_TABLE"])


def _publish(**parts: Any) -> int:
    based_on = _versions().current("0180")
    return _versions().publish(document(based_on=based_on, **parts), author="anna", note="a test").version


def _routed(world: World, **report: Any) -> dict[str, Any]:
    receipt = world.report(**report).json()
    world.settle()
    case: dict[str, Any] = world.case(receipt["reference"], receipt["token"]).json()
    return case


def test_a_published_rule_decides_and_is_explained(world: World) -> None:
    assert _publish(rules=[LIGHTS]) == 1
    case = _routed(world, category="street_light")
    assert case["department"] == {"id": "park", "name": "Park och natur"}
    assert case["routing"]["rule"] == "rule:lights"
    assert case["routing"]["registry_version"] == 1
    assert "I den här kommunen tar Park och natur hand om ämnet." in case["routing"]["sentence"]
    assert [mail.to for mail in world.mails] == ["park@0180.example"]
    routed = next(each["event"] for each in world.topic_messages if each["event"]["type"] == "CaseRouted")
    assert routed["department"] == "park"
    assert routed["data"]["routing"]["registry_version"] == 1

    other = _routed(world, category="pothole")
    assert other["department"]["id"] == "street"
    assert other["routing"]["rule"] == "category:pothole"
