"""Open311 GeoReport v2: what is read and posted, and what is wrong is told in its own shape."""

from __future__ import annotations

import itertools
import json
import uuid
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.cases import open311_requests
from synpunkt import clock
from synpunkt.http.open311 import to_utc
from synpunkt.identity import Scope
from synpunkt.stores import feed
from synpunkt.stores.dynamo import transact
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.versions import VersionStore
from tests.component.pictures import phone_photo
from tests.component.world import ENVIRONMENT, Reply, World
from tests.contract.open311 import (
    BASE,
    KEY,
    POINT,
    REPORT,
    description_of,
    get,
    multipart,
    post,
    reported,
)
from tests.registries import TRAFIKVERKET, document

MOTALA = {"lat": 58.5371, "lon": 15.0365}
FORMATS = ("json", "xml")


def error(answer: Reply) -> tuple[int, str]:
    """Code and description of an error, which is told in the format of the address."""
    if answer.headers["content-type"].startswith("text/xml"):
        root = ET.fromstring(answer.content)
        assert root.tag == "errors"
        code, description = root.findtext("error/code"), root.findtext("error/description")
    else:
        [told] = answer.json()
        assert set(told) == {"code", "description"}
        code, description = told["code"], told["description"]
    assert int(code or 0) == answer.status
    assert description
    return answer.status, description


def publish(code: str) -> None:
    """A registry with a category that asks for everything, and a body to hand cases over to."""
    kinds = {"where": "text", "parts": "several", "wet": "yes_no", "height": "number", "colour": "choice"}
    options = [{"id": each, "name": {"sv": each, "en": each}} for each in ("red", "green")]
    bench = {
        "id": "bench",
        "group": "roads",
        "department": "street",
        "name": {"sv": "Trasig bänk", "en": "Broken bench"},
        "questions": [
            {"id": name, "text": {"sv": name, "en": name}, "type": kind}
            | ({"options": options} if kind in ("several", "choice") else {})
            for name, kind in kinds.items()
        ],
    }
    made = document(code, own_categories=[bench], bodies=[TRAFIKVERKET])
    VersionStore(ENVIRONMENT["REGISTRY_TABLE"]).publish(made, author="test", note="Test")


# ---- reading ------------------------------------------------------------------------------------------------------


def test_discovery(world: World) -> None:
    for path in ("v2/discovery.json", "discovery.json", "v2/discovery", "discovery", "v2", "v2/"):
        told = world.call("cases", "GET", f"/open311/{path}").json()
        assert {"changeset", "contact", "key_service", "endpoints"} == set(told)
        assert told["changeset"] < to_utc(clock.now())
        [endpoint] = told["endpoints"]
        assert endpoint["formats"] == ["text/xml", "application/json"]
        assert endpoint["url"] == f"https://synpunkt.example{BASE}"
    accepts = {"Accept": "text/xml"}
    root = ET.fromstring(world.call("cases", "GET", f"{BASE}/discovery", headers=accepts).content)
    assert (root.tag, root.findtext("endpoints/endpoint/formats/format")) == ("discovery", "text/xml")


def test_services_are_those_of_the_place(world: World) -> None:
    national = get(world, "services.json").json()
    for asked in ({"jurisdiction_id": "0180"}, {"jurisdiction_id": "www.Stockholm.se"}, POINT):
        assert get(world, "services.json", **asked).json() == national
    [pothole] = [each for each in national if each["service_code"] == "pothole"]
    assert pothole["metadata"] is False
    assert pothole["type"] == "realtime"
    assert "grop" in pothole["keywords"] or "hål" in pothole["keywords"]
    english = get(world, "services.json", lang="en").json()
    assert {each["service_code"] for each in english} == {each["service_code"] for each in national}
    assert pothole["service_name"] not in {each["service_name"] for each in english}
    root = ET.fromstring(get(world, "services.xml").content)
    assert root.tag == "services"
    assert [each.findtext("service_code") for each in root] == [each["service_code"] for each in national]
    assert {each.findtext("metadata") for each in root} == {"false"}


def test_a_definition_asks_what_the_municipality_asks(world: World) -> None:
    publish("0180")
    assert get(world, "services.json", jurisdiction_id="0180").json() != get(world, "services.json").json()
    told = get(world, "services/bench.json", jurisdiction_id="0180").json()
    assert told["service_code"] == "bench"
    kinds = {each["code"]: each["datatype"] for each in told["attributes"]}
    assert kinds == {
        "where": "text",
        "parts": "multivaluelist",
        "wet": "singlevaluelist",
        "height": "number",
        "colour": "singlevaluelist",
    }
    assert {each["required"] for each in told["attributes"]} == {False}
    assert [each["order"] for each in told["attributes"]] == [1, 2, 3, 4, 5]
    [wet] = [each for each in told["attributes"] if each["code"] == "wet"]
    assert wet["values"] == [{"key": "true", "name": "Ja"}, {"key": "false", "name": "Nej"}]
    root = ET.fromstring(get(world, "services/bench.xml", jurisdiction_id="0180").content)
    assert root.tag == "service_definition"
    assert [each.findtext("code") for each in root.iter("attribute")] == list(kinds)
    assert [each.findtext("key") for each in root.findall("attributes/attribute/values/value")][-1] == "green"
    # Elsewhere nobody has it.
    assert error(get(world, "services/bench.xml"))[0] == 404


def test_a_request_is_told_as_everyone_may_read_it(world: World) -> None:
    reference = reported(world, email="anna@example.org", address_string="Vasagatan 1", phone="0701234567")
    world.settle()
    [told] = get(world, f"requests/{reference.lower()}.json").json()
    assert told["service_request_id"] == reference
    assert (told["status"], told["service_code"], told["lat"], told["long"]) == ("open", "pothole", 59.3307, 18.0593)
    assert told["agency_responsible"].endswith("Stockholms stad")
    assert told["address"] == "Vasagatan 1"
    assert told["requested_datetime"].endswith("Z")
    assert told["status_notes"] == world.case(reference).json()["status_text"]
    assert told["extended_attributes"]["jurisdiction_id"] == "0180"
    # A list tells the same.
    assert get(world, "requests.json", jurisdiction_id="0180").json() == [told]
    assert get(world, "requests.json", service_request_id=reference).json() == [told]
    answer = get(world, f"requests/{reference}.xml")
    assert "anna@example.org" not in answer.text
    assert "701234567" not in answer.text
    root = ET.fromstring(answer.content)
    assert (root.tag, root.findtext("request/status")) == ("service_requests", "open")
    assert root.findtext("request/zipcode") == ""
    tokens = ET.fromstring(get(world, f"tokens/{reference}.xml").content)
    assert tokens.findtext("request/service_request_id") == reference


def test_what_is_not_public_is_nowhere(world: World) -> None:
    private, public = world.routed(publish=False)["reference"], world.routed()["reference"]
    case_id = world.routed(publish=False)["case_id"]
    assert case_id
    for path in (f"requests/{private}.json", f"tokens/{private}.json"):
        assert error(get(world, path)) == error(get(world, path.replace(private, "222-2222")))
    both = f"{private},{public}"
    for what in ("requests.json", "servicerequestupdates.json"):
        for asked in ({"service_request_id": both}, {"jurisdiction_id": "0180"}):
            assert private not in get(world, what, **asked).text
    assert [each["service_request_id"] for each in get(world, "requests.json", service_request_id=both).json()] == [
        public
    ]


def test_lists_are_filtered_paged_and_sorted(world: World) -> None:
    world.claim("0583")
    made = [world.routed(category=each)["reference"] for each in ("pothole", "graffiti", "litter")]
    elsewhere = world.routed(location=MOTALA)["reference"]
    west = world.routed(location={"lat": 59.32, "lon": 17.95})["reference"]
    closed = post(
        world, "servicerequestupdates.json", {"api_key": KEY, "service_request_id": made[0], "status": "closed"}
    )
    assert closed.status == 200, closed.text

    def found(**query: Any) -> list[str]:
        answer = get(world, "requests.json", **{"jurisdiction_id": "0180", **query})
        assert answer.status == 200, answer.text
        return [each["service_request_id"] for each in answer.json()]

    assert found() == [west, *made[::-1]]
    assert found(jurisdiction_id="motala.se") == [elsewhere]
    assert found(jurisdiction_id="", lat=58.5371, long=15.0365) == [elsewhere]
    assert found(service_code="graffiti,litter") == [made[2], made[1]]
    assert found(status="closed") == [made[0]]
    assert found(status="closed,open") == found(status="") == found()
    assert found(bbox="18.0,59.3,18.1,59.4") == made[::-1]
    assert found(sort="requested_datetime") == [*made, west]
    assert found(sort="-updated_datetime")[0] == made[0]
    assert found(page=2, page_size=3) == [made[0]]
    assert found(page=2, page_size=1, sort="requested_datetime") == [made[1]]
    assert found(page=99) == []
    now = clock.now()
    assert found(start_date=to_utc(now - timedelta(hours=1)), end_date=to_utc(now + timedelta(hours=1))) == found()
    assert found(end_date="2020-01-01") == found(start_date="2020-01-01T00:00:00+02:00") == []
    assert found(start_date=to_utc(now + timedelta(hours=1))) == []
    # What nobody knows is no reason to refuse.
    assert found(colour="green", api_key="") == found()


def test_a_list_that_was_not_looked_through_says_where_to_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [world.routed()["reference"] for _ in range(3)]
    monkeypatch.setattr(open311_requests, "MOST_REQUESTS", 2)
    monkeypatch.setattr(open311_requests, "_CHUNK", 1)
    with world.later(seconds=2):
        answer = get(world, "requests.json", jurisdiction_id="0180")
    assert [each["service_request_id"] for each in answer.json()] == [made[2], made[1]]
    ends = answer.headers["x-next-end-date"]
    assert ends == get(world, f"requests/{made[1]}.json").json()[0]["requested_datetime"]


@pytest.mark.parametrize("sort", ["-requested_datetime", "requested_datetime", "-updated_datetime"])
def test_long_words_make_a_list_shorter_and_it_says_where_to_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    made = []
    for seconds in range(0, 10, 2):
        with world.later(seconds=seconds):
            made.append(reported(world, description=f"{seconds} {'å'}" + '"&\n' * 6000))
            world.settle()
    monkeypatch.setattr(open311_requests, "MOST_BYTES", 200_000)
    pages, asked = [], {"jurisdiction_id": "0180", "sort": sort, "end_date": to_utc(clock.now() + timedelta(minutes=5))}
    for wanted in itertools.cycle(FORMATS):
        answer = get(world, f"requests.{wanted}", **asked)
        pages.append([each for each in made if each in answer.text])
        # As Lambda hands it on.
        assert len(json.dumps(answer.text, ensure_ascii=False).encode()) < 210_000
        if "x-next-end-date" not in answer.headers:
            break
        assert answer.headers["x-next-end-date"] < asked["end_date"]
        asked["end_date"] = answer.headers["x-next-end-date"]
    assert len(pages) > 1
    assert sorted({each for page in pages for each in page}) == sorted(made)


def test_too_much_for_one_answer_within_a_second_never_leads_in_a_circle(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    for _ in range(2):
        world.routed()
    monkeypatch.setattr(open311_requests, "MOST_REQUESTS", 1)
    ends = get(world, "requests.json", jurisdiction_id="0180", end_date=to_utc(now)).headers["x-next-end-date"]
    assert ends == to_utc(now - timedelta(seconds=1))
    assert get(world, "requests.json", jurisdiction_id="0180", end_date=ends).json() == []


def test_a_body_that_has_a_case_is_named(world: World) -> None:
    publish("0180")
    case = world.routed()
    headers = {"Authorization": f"Bearer {KEY}"}
    body = {"body": "trafikverket", "reason": "Deras väg."}
    path = f"/api/v1/desk/cases/{case['case_id']}/hand-over"
    answer = world.call("desk", "POST", path, body=body, headers=headers)
    assert answer.status == 200, answer.text
    [told] = get(world, "requests.json", jurisdiction_id="0180").json()
    assert told["agency_responsible"] == "Trafikverket"
    assert [told] == get(world, f"requests/{case['reference']}.json").json()


# ---- reporting ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", FORMATS)
def test_a_report_needs_no_key_and_is_a_report_like_others(world: World, wanted: str) -> None:
    fields = {**REPORT, "email": "anna@example.org", "first_name": "Anna", "last_name": "Öberg", "lang": "en"}
    answer = post(world, f"requests.{wanted}", fields | {"colour": "green", "device_id": "1", "phone": ""})
    assert answer.status == 200, answer.text
    if wanted == "json":
        [told] = answer.json()
        assert set(told) == {"service_request_id", "service_notice", "account_id"}
        reference = told["service_request_id"]
    else:
        reference = ET.fromstring(answer.content).findtext("request/service_request_id")
    world.settle()
    case = world.case(reference).json()
    assert (case["category"], case["status"], case["municipality"]["code"]) == ("pothole", "delivered", "0180")
    assert any(reference in mail.subject for mail in world.mails if mail.to == "anna@example.org")


def test_what_is_dangerous_is_told_in_the_notice(world: World) -> None:
    answer = post(world, "requests.json", {**REPORT, "description": "Det brinner i huset!"})
    assert "112" in answer.json()[0]["service_notice"]


def test_a_place_in_words_with_its_jurisdiction(world: World) -> None:
    world.claim("0583")
    place = {"lat": "", "long": "", "address_string": "Storgatan 1"}
    for jurisdiction_id in ("0583", "motala.se"):
        reference = reported(world, **place, jurisdiction_id=jurisdiction_id, description=f"I {jurisdiction_id}.")
        world.settle()
        assert world.case(reference).json()["municipality"]["code"] == "0583"
    # Where they do not agree, the point decides, and that is said.
    answer = post(world, "requests.json", {**REPORT, "jurisdiction_id": "0583"}).json()
    assert "Stockholm" in answer[0]["service_notice"] or answer[0]["service_notice"]
    world.settle()
    assert world.case(answer[0]["service_request_id"]).json()["municipality"]["code"] == "0180"


def test_a_jurisdiction_in_the_address_counts_as_one_in_the_form(world: World) -> None:
    def sent(address: str, **fields: str) -> Reply:
        return post(world, "requests.json", {**REPORT, **fields}, query={"jurisdiction_id": address})

    trying = "test-key-that-only-tries"
    items, _ = KeyStore(ENVIRONMENT["REGISTRY_TABLE"]).keeping(
        trying, "Prov", ["5180"], [Scope.WRITE], now=clock.now(), by="test"
    )
    transact(items)
    # Whoever tries things out never makes a real case.
    for key in ("", trying):
        reference = sent("5180", api_key=key).json()[0]["service_request_id"]
        world.settle()
        assert world.case(reference).json()["municipality"]["code"] == "5180"
    refused = [
        error(sent(code, api_key=key)) for code, key in (("5180", KEY), ("0180", trying), ("", trying), ("0180", "x"))
    ]
    assert [(code, "testnyckel" in why, "återkallad" in why) for code, why in refused] == [
        *[(403, True, False)] * 3,
        (403, False, True),
    ]
    assert error(sent("9999"))[0] == 404
    in_words = {"lat": "", "long": "", "address_string": "Vasagatan 1"}
    assert sent("0180", **in_words).status == 200
    # What the form says is nearer to the report.
    assert error(sent("0180", **in_words, jurisdiction_id="9999"))[0] == 404


def test_attributes_are_answers(world: World) -> None:
    publish("0180")
    told = [
        *REPORT.items(),
        ("attribute[where]", "Vid dörren\r\ntill höger"),
        ("attribute[parts][]", "red"),
        ("attribute[parts][]", "green"),
        ("attribute[wet]", "true"),
        ("attribute[nobody_knows]", "kept"),
        ("attribute[empty]", ""),
        ("attribute[a][b]", "no name"),
    ]
    reference = post(world, "requests.json", [*told, ("service_code", "bench")]).json()[0]["service_request_id"]
    found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["CASES_TABLE"])["Items"]
    answers = {each["name"]["S"]: each["full"]["S"] for each in found if "answer:" in each["sk"]["S"]}
    assert answers == {
        "answer:where": "Vid dörren\r\ntill höger",
        "answer:parts": "red\ngreen",
        "answer:wet": "true",
        "answer:nobody_knows": "kept",
    }
    world.settle()
    for path in (f"requests/{reference}.json", "requests.json?"):
        assert "kept" not in get(world, path.rstrip("?"), jurisdiction_id="0180").text


def test_photos_come_along_and_a_broken_one_refuses_nothing(world: World) -> None:
    answer = post(world, "requests.xml", REPORT, files=[phone_photo(), b"not a photo"])
    assert answer.status == 200, answer.text
    reference = ET.fromstring(answer.content).findtext("request/service_request_id") or ""
    # The same again, with the same photos.
    assert post(world, "requests.xml", REPORT, files=[phone_photo(), b"not a photo"]).content == answer.content
    world.settle()
    world.judge_all()
    world.settle()
    case = world.case(reference).json()
    assert len(case["photos"]) + case["photos_held"] == 1
    assert [each["reason"] for each in case["rejected_photos"]] == ["not_an_image"]
    assert "PhotoRejected" in {each["type"] for each in case["timeline"]}


def test_a_photo_too_large_is_sent_elsewhere(world: World) -> None:
    status, told = error(post(world, "requests.json", REPORT, files=[b"x" * (4 * 1024 * 1024 + 1)]))
    assert status == 413
    assert "/api/v1/uploads" in told
    assert post(world, "requests.json", REPORT, files=[b"x" * (4 * 1024 * 1024)]).status == 200
    assert error(post(world, "requests.json", REPORT, files=[b"x"] * 6))[0] == 400


def test_the_same_within_minutes_is_one_report(world: World) -> None:
    first = reported(world)
    assert reported(world) == first
    with world.later(minutes=9):
        assert reported(world) == first
    assert reported(world, description="Ett annat hål.") != first
    assert reported(world, api_key=KEY) != first
    with world.later(minutes=25):
        assert reported(world) != first
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with_key = post(world, "requests.json", REPORT, headers=key).json()
    assert post(world, "requests.json", REPORT, headers=key).json() == with_key
    assert with_key[0]["service_request_id"] != first
    assert error(post(world, "requests.json", {**REPORT, "description": "x"}, headers=key))[0] == 409
    assert error(post(world, "requests.json", REPORT, headers={"Idempotency-Key": "short"}))[0] == 400


# ---- what is wrong ------------------------------------------------------------------------------------------------


NO_REPORT: list[tuple[dict[str, str], int, str]] = [
    ({"service_code": ""}, 400, "service_code"),
    ({"service_code": "unheard_of"}, 404, ""),
    ({"description": "  "}, 400, "description"),
    ({"description": "x" * 20_001}, 400, "description"),
    ({"lat": "north"}, 400, "lat"),
    ({"lat": "nan"}, 400, "lat"),
    ({"lat": "٥٩.٣"}, 400, "lat"),
    ({"long": "1_8.0593"}, 400, "long"),
    ({"long": "1e999"}, 400, "long"),
    ({"long": ""}, 400, "long: "),
    ({"lat": "", "long": ""}, 400, "jurisdiction_id"),
    ({"lat": "", "long": "", "address_string": "Storgatan 1"}, 400, "jurisdiction_id"),
    ({"lat": "", "long": "", "jurisdiction_id": "0180"}, 400, "address_string"),
    ({"lat": "48.85", "long": "2.35"}, 400, ""),
    ({"lat": "18.0593", "long": "59.3307"}, 400, ""),
    ({"jurisdiction_id": "9999"}, 404, ""),
    ({"jurisdiction_id": "habo.se"}, 404, ""),
    ({"jurisdiction_id": "oslo.kommune.no"}, 404, ""),
    ({"email": "anna"}, 400, "email"),
    ({"phone": "12"}, 400, "phone"),
    ({"attribute[x]": "y" * 2001}, 400, "2000"),
    ({f"attribute[x{each}]": "y" for each in range(60)}, 400, "50"),
]


def test_what_cannot_be_a_report(world: World) -> None:
    for (fields, status, named), wanted in itertools.product(NO_REPORT, FORMATS):
        found, told = error(post(world, f"requests.{wanted}", {**REPORT, **fields}))
        assert (found, named in told) == (status, True), (fields, told)
    for _ in range(7):
        assert error(post(world, "requests.json", {**REPORT, "service_code": "unheard_of"}, files=[b"x"]))[0] == 404
    assert boto3.client("dynamodb").scan(TableName=ENVIRONMENT["CASES_TABLE"])["Count"] == 0
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="quarantine")


def test_the_key_is_looked_at_before_the_fields(world: World) -> None:
    reader, _ = world.key("Läser", ["0180"], [Scope.READ])
    gone, key_id = world.key("Borta", ["0180"], [Scope.WRITE])
    world.revoke(key_id)
    trying = "test-key-that-only-tries"
    keys = KeyStore(ENVIRONMENT["REGISTRY_TABLE"])
    items, _ = keys.keeping(trying, "Prov", ["5180"], [Scope.WRITE], now=clock.now(), by="test")
    transact(items)
    for key in ("wrong", reader, gone, trying):
        for wanted in FORMATS:
            assert error(post(world, f"requests.{wanted}", {"api_key": key}))[0] == 403
        assert error(post(world, "requests.json", {}, headers={"Authorization": f"Bearer {key}"}))[0] == 403
        told = {"api_key": key, "service_request_id": "?", "updated_datetime": "yesterday"}
        assert error(post(world, "servicerequestupdates.xml", told))[0] in (403, 404)
    assert reported(world, api_key=KEY)
    assert error(post(world, "servicerequestupdates.json", {"service_request_id": "?"}))[0] == 403


def test_an_update_without_its_request_names_the_field(world: World) -> None:
    for fields in ({}, {"service_request_id": " "}):
        status, why = error(post(world, "servicerequestupdates.json", {"api_key": KEY, "status": "open", **fields}))
        assert (status, "service_request_id" in why) == (400, True)


NO_FORM: list[tuple[Any, str, int]] = [
    ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', "text/xml", 415),
    ("{}", "application/json", 415),
    (b"description=\xe5", "application/x-www-form-urlencoded", 400),
    ("&".join(f"f{each}=1" for each in range(300)), "application/x-www-form-urlencoded", 400),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\ny\r\n--x--", "multipart/form-data; boundary=x", 400),
    (b"--x\r\nno end", "multipart/form-data; boundary=x", 400),
    (b"nothing", "multipart/form-data", 400),
    (b"nothing", "multipart/form-data; boundary=\xc3\xa5", 400),
    ("", "", 400),
]


def test_what_is_no_form(world: World) -> None:
    rooms = (("intake", "requests"), ("desk", "servicerequestupdates"))
    for (body, content_type, status), (room, what), wanted in itertools.product(NO_FORM, rooms, FORMATS):
        headers = {"Content-Type": content_type}
        answer = world.call(room, "POST", f"{BASE}/{what}.{wanted}", body=body, headers=headers)
        # An empty form shows no key, which an update needs.
        assert error(answer)[0] == (status if room == "intake" or body else 403), (body, answer.text)


NO_QUERY = [
    {"start_date": "yesterday"},
    {"start_date": "2026-13-01"},
    {"start_date": "2026-W47-1"},
    {"start_date": "20261122T100000Z"},
    {"start_date": "2026-11-22T25:00:00Z"},
    {"end_date": "1700000000"},
    {"start_date": "9999-12-31", "end_date": ""},
    {"start_date": "0001-01-01"},
    {"end_date": "0001-01-01"},
    {"start_date": "0001-01-01T00:00:00+23:00"},
    {"start_date": "2026-11-22", "end_date": "2026-11-21"},
    {"start_date": "2026-01-01", "end_date": "2026-11-21"},
    {"status": "sleeping"},
    {"page": "0"},
    {"page": "-1"},
    {"page": "two"},
    {"page_size": "1001"},
    {"page_size": "٣"},
    {"bbox": "1,2,3"},
    {"bbox": "a,b,c,d"},
    {"bbox": "18,59,17,60"},
    {"bbox": "nan,59,18,60"},
    {"bbox": "1_7,59,18,60"},
    {"sort": "mood"},
    {"service_request_id": ",".join(["222-2222"] * 51)},
    {"service_request_id": ",".join(["222-2222"] * 10_000)},
    {"jurisdiction_id": ""},
    {"jurisdiction_id": "", "lat": "59.3307"},
    {"jurisdiction_id": "", "lat": "north", "long": "18"},
    {"jurisdiction_id": "", "lat": "nan", "long": "nan"},
    {"jurisdiction_id": "", "lat": "٥٩.٣٣٠٧", "long": "18.0593"},
    {"jurisdiction_id": "", "lat": "48.85", "long": "2.35"},
]


def test_what_cannot_be_asked(world: World) -> None:
    for query, wanted in itertools.product(NO_QUERY, FORMATS):
        status, told = error(get(world, f"requests.{wanted}", **{"jurisdiction_id": "0180", **query}))
        assert status == 400, (query, told)


def test_what_is_not_there(world: World) -> None:
    for path in (
        "services.csv",
        "services",
        "requests/.json",
        "requests/222-2222.json",
        "requests/222-2222",
        "tokens/x.json",
        "services/unheard_of.json",
        "servicerequests.json",
        "services/pothole/more.json",
        "../v2/nothing",
    ):
        assert error(get(world, path))[0] == 404, path
        assert error(get(world, path, headers={"Accept": "text/xml"}))[0] == 404, path
    for method in ("PUT", "DELETE", "PATCH", "POST", "OPTIONS"):
        assert error(world.call("cases", method, f"{BASE}/services.xml"))[0] == 404
    assert error(get(world, "services.json", jurisdiction_id="oslo.no"))[0] == 404
    unknown = get(world, "requests.json", service_request_id="222-2222,not-a-number")
    assert (unknown.status, unknown.json()) == (200, [])
    assert get(world, "requests.xml", service_request_id="222-2222").text.endswith("<service_requests/>")


def test_what_people_write_stays_words(world: World) -> None:
    words = "<b>&amp;\x0b\x1b]]> \ufffe <!ENTITY x> å 🚧"
    reference = reported(world, description=words)
    world.settle()
    root = ET.fromstring(get(world, f"requests/{reference}.xml").content)
    told = root.findtext("request/description") or ""
    assert told == get(world, f"requests/{reference}.json").json()[0]["description"].replace("\ufffe", "")
    assert "<b>&amp;]]>" in told


# ---- updates ------------------------------------------------------------------------------------------------------


def said(world: World, reference: str, key: str = KEY, **fields: str) -> Reply:
    """One update."""
    return post(world, "servicerequestupdates.json", {"api_key": key, "service_request_id": reference, **fields})


STATUSES: list[tuple[str, dict[str, str], str, str | None, str]] = [
    ("OPEN", {}, "acknowledged", None, "open"),
    ("in progress", {}, "in_progress", None, "in_progress"),
    ("investigating", {}, "in_progress", None, "in_progress"),
    ("action_scheduled", {}, "in_progress", None, "in_progress"),
    ("planned", {"planned_for": "2099-05-01"}, "planned", None, "action_scheduled"),
    ("closed", {}, "resolved", "fixed", "fixed"),
    ("fixed", {}, "resolved", "fixed", "fixed"),
    ("no_further_action", {}, "resolved", "no_action", "no_further_action"),
    ("not_councils_responsibility", {}, "resolved", "not_responsible", "not_councils_responsibility"),
]


def twice(world: World, reference: str, **fields: str) -> Reply:
    """An update that is sent again, because nobody heard the answer."""
    first, again = (said(world, reference, **fields) for _ in range(2))
    assert first.status == 200, first.text
    assert (again.status, again.text) == (200, first.text), fields
    return first


def test_each_status_of_the_extension(world: World) -> None:
    ways = itertools.cycle(({"update_id": "17"}, {"updated_datetime": "2026-11-22T10:00:00Z"}, {}))
    for status, more, ours, outcome, outward in STATUSES:
        reference = world.routed()["reference"]
        answer = twice(world, reference, status=status, description="Så är det.", **more, **next(ways))
        case = world.case(reference).json()
        assert (case["status"], case["outcome"]) == (ours, outcome)
        [told] = get(world, "servicerequestupdates.json", service_request_id=reference).json()
        assert (told["update_id"], told["status"]) == (answer.json()[0]["update_id"], outward)
        assert told["description"] == "Så är det."
        if ours == "resolved":
            # Said once more in other words, it is so already, and the words are an answer.
            twice(world, reference, status=status, description="Som sagt.", **more)
            assert world.case(reference).json()["status"] == "resolved"
            twice(world, reference, status="open", description="Nej, öppet.", **next(ways) | {"update_id": "18"})
            assert world.case(reference).json()["status"] == "reopened"


def test_a_duplicate_names_the_other(world: World) -> None:
    first, second = (world.routed()["reference"] for _ in range(2))
    assert error(said(world, second, status="duplicate"))[0] == 400
    twice(world, second, status="duplicate", duplicate_of=first)
    assert world.case(second).json()["outcome"] == "duplicate"
    [told] = get(world, "servicerequestupdates.json", service_request_id=second).json()
    assert (told["status"], first in told["description"]) == ("duplicate", True)


def test_nothing_new_changes_nothing(world: World) -> None:
    reference = world.routed()["reference"]
    first = said(world, reference, status="in_progress").json()
    assert said(world, reference, status="open", update_id="17").json() == first
    assert said(world, reference, status="open").json() == first
    assert said(world, reference, status="in_progress").json() == first
    assert len(get(world, "servicerequestupdates.json", service_request_id=reference).json()) == 1
    # What changed nothing was taken all the same: it is no news when it comes once more, and its number is used.
    assert said(world, reference, status="closed").status == 200
    assert said(world, reference, status="open", update_id="17").status == 200
    assert world.case(reference).json()["status"] == "resolved"
    assert error(said(world, reference, status="open", update_id="17", description="Ny."))[0] == 409


def test_words_without_a_status_are_an_answer(world: World) -> None:
    reference = world.routed()["reference"]
    answer = post(
        world,
        "servicerequestupdates.xml",
        {
            "api_key": KEY,
            "service_request_id": reference,
            "description": "Tack.",
            "media_url": "https://x.example/1.jpg",
        },
    )
    root = ET.fromstring(answer.content)
    assert root.tag == "service_request_updates"
    [told] = get(world, "servicerequestupdates.json", jurisdiction_id="0180", service_request_id=reference).json()
    assert root.findtext("request_update/update_id") == told["update_id"]
    assert told["description"] == "Tack.\n\nBild: https://x.example/1.jpg"
    assert told["status"] == "open"


def test_who_may_update(world: World) -> None:
    reference, private = world.routed()["reference"], world.routed(publish=False)["reference"]
    reader, _ = world.key("Läser", ["0180"], [Scope.READ])
    other, _ = world.key("Solna", ["0184"], [Scope.READ, Scope.WRITE])
    elsewhere, _ = world.key("Skolan", ["0180"], [Scope.READ, Scope.WRITE], departments=["schools"])
    assert error(said(world, reference, elsewhere, description="x"))[0] == 403
    assert error(said(world, private, elsewhere, description="x"))[0] == 404
    assert error(said(world, reference, "wrong", description="x"))[0] == 403
    assert error(said(world, reference, reader, description="x"))[0] == 403
    assert error(said(world, reference, other, description="x"))[0] == 403
    # What is not public does not exist for others, and is theirs who have it.
    assert error(said(world, private, other, description="x")) == error(said(world, "222-2222", other, description="x"))
    assert said(world, private, description="x").status == 200
    assert get(world, "servicerequestupdates.json", service_request_id=private).json() == []


NO_UPDATE: list[dict[str, str]] = [
    {},
    {"status": "s" * 101},
    {"description": "x" * 2001},
    {"status": "no_further_action"},
    {"status": "planned", "planned_for": "soon"},
    {"status": "planned", "planned_for": "2001-01-01"},
    {"description": "x", "updated_datetime": "yesterday"},
]


def test_what_cannot_be_an_update(world: World) -> None:
    reference = world.routed()["reference"]
    for fields in NO_UPDATE:
        assert error(said(world, reference, **fields))[0] == 400, fields
    assert get(world, "servicerequestupdates.json", service_request_id=reference).json() == []


def test_updates_of_a_municipality_within_a_window(world: World) -> None:
    reference = world.routed()["reference"]
    said(world, reference, status="in_progress")
    world.settle()
    found = get(world, "servicerequestupdates.json", jurisdiction_id="0180").json()
    assert [each["service_request_id"] for each in found] == [reference]
    later = to_utc(clock.now() + timedelta(minutes=5))
    assert get(world, "servicerequestupdates.json", jurisdiction_id="0180", start_date=later).json() == []
    assert get(world, "servicerequestupdates.json", jurisdiction_id="0183").json() == []
    for query in ({}, {"jurisdiction_id": "0180", "start_date": "2026-01-01", "end_date": "2026-06-01"}):
        assert error(get(world, "servicerequestupdates.xml", **query))[0] == 400


def test_what_a_window_leaves_out_is_told(world: World) -> None:
    reference = world.routed()["reference"]
    said(world, reference, status="in_progress")
    world.settle()
    told = {"x-next-start-date", "x-start-date"}
    for query in ({}, {"start_date": to_utc(clock.now() - timedelta(hours=2))}):
        for what in ("requests.json", "servicerequestupdates.json"):
            assert not told & set(get(world, what, jurisdiction_id="0180", **query).headers)
    old = {"jurisdiction_id": "0180", "start_date": "2020-01-01"}
    answer = get(world, "requests.json", **old)
    assert (answer.json(), answer.headers["x-next-start-date"]) == ([], "2020-03-31T00:00:00Z")
    answer = get(world, "servicerequestupdates.json", **old)
    assert [each["service_request_id"] for each in answer.json()] == [reference]
    assert answer.headers["x-start-date"] < to_utc(clock.now() - timedelta(days=29))
    status, why = error(get(world, "servicerequestupdates.json", **old, end_date="2020-01-15"))
    assert (status, "30 dagar" in why) == (400, True)
    named = get(world, "servicerequestupdates.json", service_request_id=reference, start_date="2020-01-01")
    assert (named.json(), told & set(named.headers)) == (answer.json(), set())


@pytest.mark.parametrize("most", ["MOST_EVENTS", "MOST_CHANGED"])
def test_the_updates_of_a_busy_municipality_are_all_read_in_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    done: dict[str, str] = {}
    begun = clock.now()
    for seconds in (0, 10, 20, 20, 20):
        at = begun + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        answer = said(world, world.routed()["reference"], status="in_progress")
        world.settle()
        done[answer.json()[0]["update_id"]] = to_utc(at)
    monkeypatch.setattr(open311_requests, most, 2)
    monkeypatch.setattr(feed, "_BACK_A_READ", 3)
    asked = {"jurisdiction_id": "0180", "end_date": to_utc(clock.now() + timedelta(minutes=5))}
    pages: list[set[str]] = []
    while "end_date" in asked:
        assert len(pages) < 5, "asked for the same again and again"
        answer = get(world, "servicerequestupdates.json", **asked)
        pages.append({each["update_id"] for each in answer.json()})
        asked.pop("end_date")
        if "x-next-end-date" in answer.headers:
            asked["end_date"] = answer.headers["x-next-end-date"]
    assert len(pages) > 1
    assert set().union(*pages) == set(done)
    # However much has happened since.
    first, at_first = next(iter(done.items()))
    found = get(world, "servicerequestupdates.json", jurisdiction_id="0180", end_date=at_first).json()
    assert [each["update_id"] for each in found] == [first]


def test_forms_come_whole_however_they_are_sent(world: World) -> None:
    body, content_type = multipart({**REPORT, "description": "Rad ett\r\nrad två --grans-7KQ4M2X"}, [phone_photo()])
    headers = {"Content-Type": content_type}
    answer = world.call("intake", "POST", f"{BASE}/requests.json", body=body, headers=headers)
    world.settle()
    assert description_of(world, answer.json()[0]["service_request_id"]) == "Rad ett\nrad två --grans-7KQ4M2X"
