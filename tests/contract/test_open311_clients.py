"""The clients of Open311 that there are complete here: FixMyStreet's own, two from PyPI and one from npm."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from synpunkt import clock
from synpunkt.http.open311 import to_utc
from tests.component.pictures import phone_photo
from tests.component.world import World
from tests.contract.open311 import BASE, KEY, FixMyStreet, description_of, reported, served

FORMATS = ("json", "xml")
NODE = Path(__file__).parent / "node"


@pytest.fixture
def address(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the clients find it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with served(world) as found:
        yield found


def test_fixmystreet_completes(world: World, address: str) -> None:
    fms = FixMyStreet(address, "stockholm.se", KEY)
    begun = to_utc(clock.now() - timedelta(minutes=1))
    assert {"pothole", "street_light"} <= {each["service_code"] for each in fms.services()}
    assert fms.meta("pothole") == []
    reference = fms.send("pothole", media_url="http://fms.example/photo/1.jpeg", **{"attribute[fixmystreet_id]": "1"})
    # A time-out, and it sends the same once more.
    again = fms.send("pothole", media_url="http://fms.example/photo/1.jpeg", **{"attribute[fixmystreet_id]": "1"})
    assert again == reference
    world.settle()
    assert description_of(world, reference) == (
        "title: Hål\n\ndetail: Ett hål, större än öret.\n\nurl: http://fms.example/report/1"
        "\n\nBild: http://fms.example/photo/1.jpeg"
    )
    [told] = fms.requests(service_request_id=reference)
    assert (told["service_request_id"], told["status"], told["service_code"]) == (reference, "open", "pothole")
    now = {"updated_datetime": to_utc(clock.now())}
    first = fms.update(reference, update_id="17", status="IN_PROGRESS", description="Vi är på väg.", **now)
    assert fms.update(reference, update_id="17", status="IN_PROGRESS", description="Vi är på väg.", **now) == first
    last = fms.update(reference, update_id="18", status="CLOSED", description="Lagat.", **now)
    world.settle()
    updates = fms.updates(begun, to_utc(clock.now() + timedelta(minutes=1)))
    mine = [(each["update_id"], each["status"], each["description"]) for each in updates]
    assert mine == [(first, "in_progress", "Vi är på väg."), (last, "fixed", "Lagat.")]
    assert {each["service_request_id"] for each in updates} == {reference}
    assert [each["status"] for each in fms.requests(service_request_id=reference)] == ["closed"]
    assert any("Lagat." in mail.text for mail in world.mails if mail.to == "anna@example.org")


@pytest.mark.parametrize("output_format", FORMATS)
def test_georeport_completes(world: World, address: str, output_format: str) -> None:
    from georeport import GeoReport

    client = GeoReport(address, jurisdiction="0180", output_format=output_format)
    assert "pothole" in {each["service_code"] for each in client.get_service_list()}
    assert client.get_service_definition("pothole")["service_code"] == "pothole"
    # It can only read.
    made = [reported(world), reported(world, service_code="graffiti", description="Klotter på muren.")]
    world.settle()
    assert client.get_service_request(made[0])["description"] == "Ett djupt hål."
    found = client.get_service_requests(service_request_id=",".join(made))
    assert [each["service_request_id"] for each in found] == made
    lately = client.get_service_requests(
        start_date=to_utc(clock.now() - timedelta(days=1)), end_date=to_utc(clock.now()), status="open"
    )
    assert [each["service_request_id"] for each in lately] == made[::-1]


def test_three_completes(world: World, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # It was written for Python 2, and misses one name since.
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    import three

    client = three.Three(address, jurisdiction="0180", api_key=KEY)
    assert client.discovery()["endpoints"][0]["url"].endswith(BASE)
    assert "pothole" in {each["service_code"] for each in client.services()}
    assert client.services("pothole")["service_code"] == "pothole"
    [posted] = client.post(
        "pothole",
        name="Anna Öberg",
        email="anna@example.org",
        description="Ett hål, större än öret.",
        media=("hål.jpg", phone_photo()),
        lat="59.3307",
        long="18.0593",
    )
    reference = posted["service_request_id"]
    world.settle()
    world.judge_all()
    world.settle()
    [told] = client.request(reference)
    assert told["description"] == "Ett hål, större än öret."
    assert world.case(reference).json()["photos"] or world.case(reference).json()["photos_held"]
    assert client.token(reference) == [{"token": reference, "service_request_id": reference}]
    assert [each["service_request_id"] for each in client.requests("pothole", count=1)] == [reference]
    assert client.requests("graffiti") == []
    today = clock.now().date()
    between = [today - timedelta(days=1), today + timedelta(days=1)]
    assert [each["service_request_id"] for each in client.requests(between=between)] == [reference]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where npm has put its client. It names two packages that are nowhere to be had, for XML; we give it another."""
    here = tmp_path_factory.mktemp("node")
    for each in ("package.json", "package-lock.json", ".npmrc", "complete.cjs"):
        (here / each).write_bytes((NODE / each).read_bytes())
    subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=here, check=True, capture_output=True, timeout=300)
    return here


def test_the_client_from_npm_completes(world: World, address: str, installed: Path) -> None:
    def said(step: str, *arguments: str) -> Any:
        """What a step of the script prints."""
        command = ["node", "complete.cjs", address, KEY, step, *arguments]
        done = subprocess.run(command, cwd=installed, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert said("discovery")["endpoints"][0]["url"].endswith(BASE)
    assert "pothole" in {each["service_code"] for each in said("services")}
    assert said("definition", "pothole")["service_code"] == "pothole"
    [posted] = said("post", "pothole", "Ett hål, större än öret.", "http://fms.example/photo/1.jpeg")
    reference = posted["service_request_id"]
    world.settle()
    assert description_of(world, reference).endswith("Bild: http://fms.example/photo/1.jpeg")
    [told] = said("request", reference)
    assert (told["service_request_id"], told["status"]) == (reference, "open")
    assert said("token", reference) == [{"token": reference, "service_request_id": reference}]
    other = reported(world, service_code="graffiti", description="Klotter på muren.")
    world.settle()
    assert [each["service_request_id"] for each in said("requests", "graffiti")] == [other]
    assert {each["service_request_id"] for each in said("several", reference, other)} == {reference, other}
