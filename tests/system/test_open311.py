"""Open311 through the gateway, with the rights and the files that each function really has."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import httpx
import pytest

from infra.local.harness import PrivateStack
from synpunkt import clock
from synpunkt.http.open311 import to_utc
from tests.component.pictures import phone_photo
from tests.contract.open311 import BASE, KEY, FixMyStreet
from tests.system.citizen import eventually

pytestmark = pytest.mark.system


def case(http: httpx.Client, reference: str) -> dict[str, Any]:
    """The case as everyone reads it over our own API."""
    found: dict[str, Any] = http.get(f"/api/v1/cases/{reference}").json()
    return found


def test_fixmystreet_completes(stack: PrivateStack, http: httpx.Client) -> None:
    fms = FixMyStreet(f"{stack.url}{BASE}", "0180", KEY)
    begun = to_utc(clock.now() - timedelta(minutes=1))
    assert "pothole" in {each["service_code"] for each in fms.services()}
    reference = fms.send("pothole")
    assert fms.send("pothole") == reference
    eventually(lambda: case(http, reference)["status"] == "delivered" or None, "not delivered")
    update = fms.update(reference, update_id="1", status="CLOSED", description="Lagat.")

    def told() -> tuple[str, str] | None:
        updates = fms.updates(begun, to_utc(clock.now() + timedelta(minutes=1)))
        return next(((each["status"], each["description"]) for each in updates if each["update_id"] == update), None)

    assert eventually(told, "no update to read") == ("fixed", "Lagat.")


def test_a_point_a_photo_and_what_is_not_there(http: httpx.Client) -> None:
    point = {"lat": "58.5371", "long": "15.0365"}
    assert http.get(f"{BASE}/services.json", params=point).json()
    fields = {**point, "service_code": "graffiti", "description": "Klotter på muren."}
    posted = http.post(f"{BASE}/requests.json", data=fields, files={"media": phone_photo()})
    assert posted.status_code == 200, posted.text
    reference = posted.json()[0]["service_request_id"]

    def listed() -> dict[str, Any] | None:
        found = http.get(f"{BASE}/requests.json", params={**point, "service_code": "graffiti"}).json()
        return next((each for each in found if each["service_request_id"] == reference), None)

    assert eventually(listed, "not in the list")["agency_responsible"]
    eventually(lambda: case(http, reference)["photos"] or case(http, reference)["photos_held"] or None, "no photo")
    for method, path in (("POST", "nothing.xml"), ("PUT", "requests.xml"), ("DELETE", "requests/x.xml")):
        answer = http.request(method, f"{BASE}/{path}")
        assert (answer.status_code, ET.fromstring(answer.content).tag) == (404, "errors")
