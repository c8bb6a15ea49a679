"""Sandboxes: as a municipality in everything, apart from whatever is real, and nothing of theirs reaches a person."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import boto3
import pytest

from synpunkt import clock
from synpunkt.identity import Scope
from synpunkt.places import locate
from synpunkt.stores.claims import ClaimStore
from synpunkt.stores.keys import KeyStore
from tests.component.pictures import phone_photo
from tests.component.receiver import good, receiver
from tests.component.test_feed import MOTALA, STOCKHOLM, everything
from tests.component.world import ENVIRONMENT, Reply, World, forget_caches
from tests.tokens import bearer

ADMIN = bearer("admin@0583.example")
# Nyköping has not joined; Motala has, as soon as a test says so.
UNCLAIMED, SANDBOX = "0480", "5480"
MADE_UP, OUTBOX = "/api/v1/municipality/sandbox/cases", "/api/v1/municipality/sandbox/outbox"
EVER = {"from": "2020-01-01", "to": "2099-01-01"}
NYKOPING = {"lat": 58.753, "lon": 17.0079}


def with_key(key: str) -> dict[str, str]:
    """The header that shows it."""
    return {"Authorization": f"Bearer {key}"}


def asked(world: World, municipality: str = UNCLAIMED, email: str = "utvecklare@example.org") -> Reply:
    """Asks for a key to try a municipality with."""
    body = {"municipality": municipality, "email": email}
    return world.call("desk.registry_api", "POST", "/api/v1/sandboxes", body=body)


def tried(world: World) -> str:
    """A test key to Nyköping's sandbox, as anybody gets it: from the mail."""
    answer = asked(world)
    assert (answer.status, answer.json()["sandbox"], answer.json()["mail"]) == (202, SANDBOX, "sent"), answer.text
    found = re.search(r"#t=(\S+)", world.mails.pop().text)
    assert found
    made = world.call("desk.registry_api", "POST", "/api/v1/invitations/key", body={"token": found[1]})
    assert made.status == 201, made.text
    key: str = made.json()["key"]
    return key


def made_up(world: World, key: str, **body: Any) -> list[dict[str, Any]]:
    """Made-up cases, as far as they go."""
    answer = world.call("intake", "POST", MADE_UP, body=body, headers=with_key(key))
    assert answer.status == 201, answer.text
    world.settle()
    cases: list[dict[str, Any]] = answer.json()["cases"]
    return cases


def outbox(world: World, key: str) -> list[dict[str, Any]]:
    """What nobody got."""
    answer = world.call("deliver", "GET", OUTBOX, headers=with_key(key))
    assert answer.status == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


# ---- a key -----------------------------------------------------------------------------------------------------------


def test_anybody_gets_a_key_to_try_a_municipality_that_has_not_joined(world: World) -> None:
    key = tried(world)
    assert key.startswith("synpunkt_test_")
    told = world.call("desk.staff_api", "GET", "/api/v1/desk/me", headers=with_key(key)).json()
    assert (told["municipalities"], told["municipality_names"]) == ([SANDBOX], ["Nyköpings kommun (test)"])
    assert (told["test"], told["scopes"]) == (True, ["contact", "read", "write"])
    with world.later(days=30, minutes=1):
        assert world.call("deliver", "GET", OUTBOX, headers=with_key(key)).status == 401


def test_who_asks_is_limited_and_must_name_a_municipality_that_has_not_joined(world: World) -> None:
    assert (asked(world, "0180").status, asked(world, "0180").json()["code"]) == (409, "sandbox_by_admin")
    for code in (SANDBOX, "9999", "0000"):
        assert asked(world, code).json()["code"] == "unknown_municipality"
    for _ in range(3):
        assert asked(world).status == 202
    refused = asked(world)
    assert (refused.status, refused.json()["code"]) == (429, "too_many_today")
    wait = timedelta(seconds=int(refused.headers["retry-after"]))
    # A day is one of UTC, and the next begins within one.
    assert (clock.now() + wait).date() == clock.now().date() + timedelta(days=1)
    assert wait <= timedelta(days=1)
    store, now = ClaimStore(ENVIRONMENT["REGISTRY_TABLE"]), clock.now()
    for _ in range(17):
        store.count(f"test-invitations:{SANDBOX}", at_most=20, now=now)
    assert asked(world, email="annan@example.org").status == 429
    assert asked(world, "0481", email="annan@example.org").status == 202


def test_an_admin_makes_and_ends_test_keys_for_their_municipalitys_sandbox(world: World) -> None:
    world.claim("0583")
    body = {"name": "Prov", "scopes": ["read", "write"], "test": True}
    made = world.call("desk.staff_api", "POST", "/api/v1/desk/keys", body=body, headers=ADMIN).json()
    assert (made["municipalities"], made["test"], made["key"][:14]) == (["5583"], True, "synpunkt_test_")
    assert made_up(world, made["key"])
    listed = world.call("desk.staff_api", "GET", "/api/v1/desk/keys", headers=ADMIN).json()["keys"]
    assert made["key_id"] in [each["key_id"] for each in listed]
    path = f"/api/v1/desk/keys/{made['key_id']}"
    assert world.call("desk.staff_api", "DELETE", path, headers=ADMIN).status == 204
    assert world.call("deliver", "GET", OUTBOX, headers=with_key(made["key"])).status == 401
    refused = world.call(
        "desk.staff_api", "POST", "/api/v1/desk/keys", body={**body, "scopes": ["registry"]}, headers=ADMIN
    )
    assert refused.status == 422


def test_no_key_acts_both_in_a_sandbox_and_elsewhere(world: World) -> None:
    with pytest.raises(ValueError, match="sandboxes"):
        world.key("Båda", ["0180", "5180"], [Scope.READ])


# ---- as a municipality -----------------------------------------------------------------------------------------------


def test_made_up_cases_lie_inside_the_border_and_go_the_way_of_all(world: World) -> None:
    key = tried(world)
    cases = made_up(world, key, count=5)
    assert len({each["reference"] for each in cases}) == 5
    for each in cases:
        case = world.case(each["reference"], each["token"]).json()
        place = locate(case["location"]["lat"], case["location"]["lon"])
        assert (place.municipality if place else None) == UNCLAIMED
        assert (case["municipality"]["code"], case["municipality"]["name"]) == (SANDBOX, "Nyköpings kommun (test)")
        assert (case["status"], case["claimed"], case["test"]) == ("delivered", True, True)
        assert each["notices"][0]["code"] == "test_case"
    [graffiti] = made_up(world, key, category="graffiti")
    assert world.case(graffiti["reference"], graffiti["token"]).json()["category"] == "graffiti"
    body = {"category": "no_such"}
    assert world.call("intake", "POST", MADE_UP, body=body, headers=with_key(key)).json()["code"] == "unknown_category"
    for count in (0, 21):
        assert world.call("intake", "POST", MADE_UP, body={"count": count}, headers=with_key(key)).status == 422


def test_a_systems_day_in_a_sandbox(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setenv("STAGE", "local")
    forget_caches()
    key = tried(world)
    with receiver() as endpoint:
        body = {"name": "Prov", "kind": "webhook", "target": endpoint.url}
        made = world.call("desk.staff_api", "POST", "/api/v1/desk/subscriptions", body=body, headers=with_key(key))
        assert made.status == 201, made.text
        endpoint.secret, endpoint.behaviour = made.json()["secret"], good
        assert world.look_at_pushes() == []
        [case] = made_up(world, key)
        assert world.look_at_pushes() == []
        assert {each["type"] for each in endpoint.events()} >= {"CaseRouted"}
        assert {each["municipality"] for each in endpoint.events()} == {SANDBOX}
    assert case["case_id"] in {each["case_id"] for each in everything(world, key)[0]}
    full = world.call("desk.contact_api", "GET", f"/api/v1/municipality/cases/{case['case_id']}", headers=with_key(key))
    assert full.json()["reporter"]["email"].endswith("@example.com")
    path = f"/api/v1/municipality/cases/{case['case_id']}/updates"
    said = {"status": "resolved", "outcome": "answered", "reply": "Lampan är bytt."}
    headers = {**with_key(key), "Idempotency-Key": "0123456789abcdef01234567"}
    assert world.call("desk", "POST", path, body=said, headers=headers).status == 200
    world.settle()
    assert any("Lampan är bytt." in each["text"] for each in outbox(world, key))
    assert world.mails == []


def test_a_sandbox_has_the_registry_of_its_municipality(world: World) -> None:
    world.claim("0583", acute_phone={"S": "0141-22 50 00"})
    sandbox, real = (
        world.call("route", "GET", "/api/v1/categories", query={"municipality": code}).json()
        for code in ("5583", "0583")
    )
    assert sandbox == real
    admin = "/api/v1/desk/municipalities/5583/registry"
    for who in (ADMIN, with_key("local-operator-key")):
        assert world.call("desk.registry_api", "GET", admin, headers=who).status == 403
    assert world.call("route", "GET", "/api/v1/locate", query={"lat": "58.5371", "lon": "15.0365"}).json()[
        "municipality"
    ]["code"] == "0583"  # fmt: skip
    assert "(test)" not in world.call("route", "GET", "/api/v1/municipalities").text


# ---- apart from all that is real -------------------------------------------------------------------------------------


def test_nothing_leaves_and_what_would_have_is_kept(world: World) -> None:
    key = tried(world)
    [case] = made_up(world, key)
    told = outbox(world, key)
    assert {each["to"].rpartition("@")[2] for each in told} == {"example.com", f"{SANDBOX}.invalid"}
    assert {each["case_id"] for each in told} == {case["case_id"]}
    assert any(case["reference"] in each["text"] for each in told)
    assert world.mails == []
    assert world.topic_messages == []
    # A real address, given by somebody who tries things out, gets nothing either.
    world.routed(municipality=SANDBOX, location=NYKOPING, reporter={"email": "verklig@example.se"})
    assert [each["to"] for each in outbox(world, key)].count("verklig@example.se") == 1
    assert world.mails == []
    with world.later(days=7, minutes=1):
        assert outbox(world, key) == []


def test_a_report_ends_in_a_sandbox_when_it_names_one_and_never_else(world: World) -> None:
    world.claim("0583")
    places: list[tuple[dict[str, Any], str]] = [
        ({"municipality": "5583", "location": None}, "5583"),
        ({"municipality": "5583", "location": MOTALA}, "5583"),
        # The point decides, as it always does; and who tries things out is never taken at their word.
        ({"municipality": "5583", "location": STOCKHOLM}, "5180"),
        ({"location": MOTALA}, "0583"),
        ({"municipality": "0583", "location": STOCKHOLM}, "0180"),
        ({"municipality": "0583", "location": None}, "0583"),
    ]
    for fields, code in places:
        told = {name: value for name, value in fields.items() if value is not None}
        body = {"description": "Ett hål.", **told}
        receipt = world.report(body).json()
        world.settle()
        case = world.case(receipt["reference"], receipt["token"]).json()
        assert case["municipality"]["code"] == code, fields


def answers(world: World, keys: Mapping[str, str], codes: list[str]) -> Iterator[tuple[str, str, str]]:
    """Everything that each key and nobody in particular is told of some municipalities: who, what, the answer."""
    for who, code in itertools.product((*keys, ""), codes):
        headers = with_key(keys[who]) if who else {}
        asking = [
            ("cases", "/api/v1/cases", {"municipality": code}),
            ("cases", "/open311/v2/requests.json", {"jurisdiction_id": code}),
            ("cases", "/open311/v2/servicerequestupdates.json", {"jurisdiction_id": code}),
            ("deliver", "/api/v1/events", {"municipality": code}),
            ("deliver", "/api/v1/events", {}),
            ("deliver", OUTBOX, {"municipality": code}),
            ("insight", "/api/v1/open/changes", {}),
            ("desk", "/api/v1/desk/inbox", {"municipality": code}),
            ("desk", "/api/v1/desk/search", {"municipality": code, "q": "hål"}),
            ("desk", "/api/v1/desk/triage", {}),
            ("desk.contact_api", "/api/v1/desk/register", {"municipality": code, **EVER}),
        ]
        for room, path, query in asking:
            yield who, f"{path} {query}", world.call(room, "GET", path, headers=headers, query=query or None).text


def test_neither_world_hears_of_the_other(world: World) -> None:
    world.claim("0583")
    test_key, _ = world.key("Prov", ["5583"], [Scope.READ, Scope.WRITE, Scope.CONTACT])
    live_key, _ = world.key("Riktig", ["0583"], [Scope.READ, Scope.WRITE, Scope.CONTACT])
    keys = {"test": test_key, "live": live_key, "operator": "local-operator-key"}
    marks: dict[str, list[str]] = {}
    for code, mark in (("0583", "live"), ("5583", "test")):
        case = world.routed(municipality=code, location=MOTALA, description=f"Ett hål, zqx-{mark}.")
        marks[mark] = [case["case_id"], case["reference"], f"zqx-{mark}"]
    heard = set()
    for who, what, text in answers(world, keys, ["0583", "5583"]):
        for mark, found in marks.items():
            if any(each in text for each in found):
                # What is public is told to everybody who asks for it by the code of its own municipality.
                public = any(each in what for each in ("/api/v1/cases", "/open311/", "/open/"))
                assert who == mark or (public and ("5583" in what) == (mark == "test")), (who, what, mark)
                assert (mark, "/open/" in what) != ("test", True), (who, what)
                heard.add((mark, what.partition(" ")[0]))
    assert ("live", "/api/v1/open/changes") in heard
    assert len({what for mark, what in heard if mark == "test"}) >= 6, heard
    assert len({what for mark, what in heard if mark == "live"}) >= 6, heard


def test_each_key_is_refused_in_the_other_world(world: World) -> None:
    world.claim("0583")
    test_key, _ = world.key("Prov", ["5583"], [Scope.READ, Scope.WRITE, Scope.CONTACT])
    live_key, _ = world.key("Riktig", ["0583"], [Scope.READ, Scope.WRITE, Scope.CONTACT])
    for key, code in ((test_key, "0583"), (live_key, "5583")):
        case_id = world.routed(municipality=code, location=MOTALA, publish=False)["case_id"]
        headers = {**with_key(key), "Idempotency-Key": "0123456789abcdef01234567"}
        for room, path in (
            ("desk.contact_api", f"/api/v1/municipality/cases/{case_id}"),
            ("desk", f"/api/v1/desk/cases/{case_id}"),
        ):
            answer = world.call(room, "GET", path, headers=headers)
            assert (answer.status, answer.json()["code"]) == (404, "case_not_found")
        path = f"/api/v1/municipality/cases/{case_id}/updates"
        answer = world.call("desk", "POST", path, body={"reply": "Hej"}, headers=headers)
        assert (answer.status, answer.json()["code"]) == (404, "case_not_found")
        for room, path in (("deliver", "/api/v1/events"), ("desk.staff_api", "/api/v1/desk/subscriptions")):
            answer = world.call(room, "GET", path, headers=headers, query={"municipality": code})
            assert (answer.status, answer.json()["code"]) == (403, "not_allowed")
        form = f"jurisdiction_id={code}&service_code=pothole&description=Hej&lat=58.5371&long=15.0365&api_key={key}"
        wanted = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = world.call("intake", "POST", "/open311/v2/requests.json", body=form, headers=wanted)
        assert answer.status == 403
    for room, method, path in (("intake", "POST", MADE_UP), ("deliver", "GET", OUTBOX)):
        answer = world.call(room, method, path, body={} if method == "POST" else None, headers=with_key(live_key))
        assert (answer.status, answer.json()["code"]) == (403, "only_for_tests")
        assert world.call(room, method, path, body={} if method == "POST" else None).status == 401
        other = world.call(room, method, path, body={} if method == "POST" else None, headers=with_key(test_key),
                           query={"municipality": "5180"})  # fmt: skip
        assert (other.status, other.json()["code"]) == (403, "not_allowed")


def test_a_made_up_case_is_handed_over_among_sandboxes_alone(world: World) -> None:
    key, _ = world.key("Prov", ["5180", "5183"], [Scope.READ, Scope.WRITE])
    case = world.routed(municipality="5180", location=STOCKHOLM)
    path = f"/api/v1/desk/cases/{case['case_id']}/hand-over"
    body = {"municipality": "0183", "reason": "Ligger i Sundbyberg."}
    answer = world.call("desk", "POST", path, body=body, headers=with_key(key))
    assert answer.status == 200, answer.text
    assert answer.json()["municipality"]["code"] == "5183"
    world.settle()
    assert (world.mails, world.topic_messages) == ([], [])


def test_nobody_of_ours_is_bothered_and_in_the_end_all_is_gone(world: World) -> None:
    key = "0123456789abcdef01234567"
    upload = world.upload(phone_photo(), key=key)
    reporter = {"email": "anna@example.org"}
    receipt = world.report(municipality=SANDBOX, location=NYKOPING, photos=[upload], key=key, reporter=reporter).json()
    world.judge_all()
    world.settle()
    dynamodb = boto3.client("dynamodb")
    tables = ("CASES_TABLE", "PEOPLE_TABLE", "INSIGHT_TABLE", "DELIVERIES_TABLE")
    rows = [row for table in tables for row in dynamodb.scan(TableName=ENVIRONMENT[table])["Items"]]
    mine = [row for row in rows if receipt["case_id"] in str(row) or receipt["reference"] in str(row)]
    gone = clock.now() + timedelta(days=31)
    assert {row["pk"]["S"].split("#")[0] for row in mine} >= {"C", "R", "U", "I"}
    ends = {(row["pk"]["S"], row["sk"]["S"]): float(row.get("expires_at", {"N": "inf"})["N"]) for row in mine}
    # That something was sent is remembered for longer, so that it is never done again; not what.
    remembered = {each for each in ends if each[1] in ("KEY", "CLAIM")}
    assert [each for each, end in ends.items() if end > gone.timestamp() and each not in remembered] == []
    assert max(ends.values()) < (gone + timedelta(days=400)).timestamp()
    assert not [row for row in mine if row["sk"]["S"].startswith("DUE#")]
    assert not [row for row in mine if "triage_pk" in row or "waiting_pk" in row]
    keys = KeyStore(ENVIRONMENT["REGISTRY_TABLE"])
    assert keys.of_municipality(UNCLAIMED) == []


# ---- what people see -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_page_says_plainly_that_it_is_a_test(world: World, language: str) -> None:
    mark = {"sv": "Testärende – inte en riktig synpunkt", "en": "Test case – not a real report"}[language]
    test, live = (
        world.routed(municipality=code, location=NYKOPING, category="pothole")["reference"]
        for code in (SANDBOX, UNCLAIMED)
    )
    query = {"lang": language}
    page = world.call("cases", "GET", f"/c/{test}", query=query).text
    assert f"<h2>{mark}</h2>" in page
    assert '<meta name="robots" content="noindex">' in page
    page = world.call("cases", "GET", f"/c/{live}", query=query).text
    assert mark not in page
    assert "noindex" not in page
    form = f"description=Hej&municipality={SANDBOX}&idempotency_key=0123456789abcdef01234567"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert mark in world.call("intake", "POST", "/report", body=form, headers=headers, query=query).text
    rows = world.call("cases", "GET", "/api/v1/cases", query={"municipality": SANDBOX}).json()["cases"]
    assert [each["test"] for each in rows] == [True]
    requests = world.call("cases", "GET", "/open311/v2/requests.json", query={"jurisdiction_id": SANDBOX, **query})
    assert {each["service_notice"] for each in requests.json()} == {mark}
