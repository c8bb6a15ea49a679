"""A registry edited over the API: both ways, refused in words, and no key ever verifies an address by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from synpunkt.responsibility.document import Document
from synpunkt.responsibility.yaml_file import MAX_BYTES, dump, load
from synpunkt.stores.versions import VersionStore
from tests.component.world import ENVIRONMENT, Reply, World
from tests.registries import document

ROOM = "desk.registry_api"
CODE = "0180"
PATH = f"/api/v1/desk/municipalities/{CODE}/registry"
ADMIN = {"Authorization": "Bearer local-admin-key"}
OPERATOR = {"Authorization": "Bearer local-operator-key"}
YAML = {"Content-Type": "application/yaml"}


def call(world: World, method: str, path: str = PATH, body: Any = None, **more: Any) -> Reply:
    headers = {**ADMIN, **more.pop("headers", {})}
    return world.call(ROOM, method, path, body=body, headers=headers, **more)


def publish(world: World, made: Document, **headers: str) -> Reply:
    posted = {"document": made.model_dump(mode="json", exclude_defaults=True), "note": "Sommarschema"}
    return call(world, "PUT", body=posted, headers=headers)


def street(**fields: Any) -> list[dict[str, Any]]:
    """The departments, with something about the street's."""
    departments: list[dict[str, Any]] = document().model_dump(exclude_defaults=True)["departments"]
    return [{**each, **fields} if each["id"] == "street" else each for each in departments]


def code_of(answer: Reply) -> tuple[int, str]:
    return answer.status, answer.json()["code"]


def test_read_change_and_read_again_as_json(world: World) -> None:
    start = call(world, "GET")
    assert (start.status, start.headers["content-type"]) == (200, "application/json")
    assert start.json()["municipality"] == CODE
    made = document(departments=street(), areas=[])
    answer = publish(world, made)
    assert (answer.status, answer.json()["version"]) == (200, 1)
    assert "department street added" in answer.json()["changes"]
    again = call(world, "GET")
    assert again.json()["based_on"] == 1
    assert again.headers["etag"] != start.headers["etag"]
    [version] = call(world, "GET", f"{PATH}/history").json()["versions"]
    assert (version["author"], version["note"]) == ("Lokal administratör (local-admin)", "Sommarschema")


def test_read_change_and_read_again_as_yaml(world: World) -> None:
    first = call(world, "GET", headers={"Accept": "application/yaml"})
    assert first.headers["content-type"] == "application/yaml"
    text = first.text + "rules:\n- {id: all, to: {department: street}}\n"
    answer = world.call(ROOM, "PUT", PATH, body=text, headers={**ADMIN, **YAML}, query={"note": "Allt dit"})
    assert answer.status == 200
    again = call(world, "GET", headers={"Accept": "application/yaml"})
    assert load(again.text).document.rules[0].id == "all"
    assert load(again.text).document.based_on == 1


def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    tag = call(world, "GET").headers["etag"]
    unchanged = call(world, "GET", headers={"If-None-Match": f'"x", {tag}'})
    assert (unchanged.status, unchanged.text) == (304, "")
    assert call(world, "GET", headers={"If-None-Match": tag, "Accept": "application/yaml"}).status == 200
    publish(world, document())
    assert call(world, "GET", headers={"If-None-Match": tag}).status == 200


def test_dates_come_through_json(world: World) -> None:
    made = document(departments=street(out_of_office_until=date(2026, 12, 24)))
    assert publish(world, made).status == 200
    departments = {each["id"]: each for each in call(world, "GET").json()["departments"]}
    assert departments["street"]["out_of_office_until"] == "2026-12-24"


def test_errors_are_named_with_their_place_and_line(world: World) -> None:
    text = dump(document()) + "rules:\n- id: a\n  to: {department: nowhere}\n"
    answer = world.call(ROOM, "PUT", PATH, body=text, headers={**ADMIN, **YAML}, query={"note": "x"})
    assert code_of(answer) == (422, "document_has_errors")
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("rules[0].to.department", "unknown_department")
    assert error["line"] == len(text.splitlines())
    checked = world.call(ROOM, "POST", f"{PATH}/lint", body=text, headers={**ADMIN, **YAML})
    assert (checked.status, checked.json()["publishable"]) == (200, False)
    assert call(world, "GET").json().get("based_on", 0) == 0


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: [*a, *a]",
        "!!python/object/apply:os.system ['true']",
        "municipality: '0180'\nmunicipality: '0183'",
        "[" * 100,
        "",
        "\x00",
        "municipality: 0180",
        "- 1",
        b"\xff\xfe\x00",
    ],
)
def test_hostile_yaml_is_refused(world: World, text: str | bytes) -> None:
    for method, path in (("PUT", PATH), ("POST", f"{PATH}/lint"), ("POST", f"{PATH}/dry-run")):
        answer = world.call(ROOM, method, path, body=text, headers={**ADMIN, **YAML}, query={"note": "x"})
        assert code_of(answer) == (422, "document_not_readable")


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", "{", "[]", '{"note": "x"}', "null", '{"document": ' + "[" * 20_000])
def test_broken_json_is_refused(world: World, text: str | bytes) -> None:
    assert call(world, "PUT", body=text).status in (400, 422)


def test_too_large_is_refused_unread(world: World) -> None:
    large = "# " + "x" * (MAX_BYTES + 20_000)
    for headers in (YAML, {}):
        answer = call(world, "PUT", body=large, headers=headers, query={"note": "x"})
        assert code_of(answer) == (413, "document_too_large")
    assert code_of(call(world, "PUT", body="x", headers={"Content-Type": "text/plain"})) == (
        415,
        "unsupported_document_type",
    )


def test_whoever_was_overtaken_is_told_what_changed(world: World) -> None:
    publish(world, document())
    answer = publish(world, document(areas=[], own_categories=[]))
    assert code_of(answer) == (409, "overtaken")
    assert {each["message"] for each in answer.json()["errors"]} >= {"department street added"}


def test_an_earlier_version_is_put_in_force_again(world: World) -> None:
    publish(world, document())
    publish(world, document(departments=street(mail="gata@sthlm.example"), based_on=1))
    back = call(world, "POST", f"{PATH}/rollback", {"to": 1, "note": "Fel adress"})
    assert back.json()["version"] == 1
    assert "mail" not in {name for each in call(world, "GET").json()["departments"] for name in each}
    second = call(world, "GET", query={"version": "2"}).json()
    assert "gata@sthlm.example" in {each.get("mail") for each in second["departments"]}
    assert code_of(call(world, "POST", f"{PATH}/rollback", {"to": 9, "note": "x"})) == (404, "unknown_version")
    assert code_of(call(world, "POST", f"{PATH}/rollback", {"to": 1, "note": "x"})) == (409, "already_in_force")
    for to in (True, "2", 2.0):
        assert code_of(call(world, "POST", f"{PATH}/rollback", {"to": to, "note": "x"})) == (422, "invalid_request")
    [moved] = call(world, "GET", f"{PATH}/history").json()["roll_backs"]
    assert (moved["version"], moved["to"], moved["author"]) == (2, 1, "Lokal administratör (local-admin)")


def test_a_dry_run_says_what_would_move_and_changes_nothing(world: World) -> None:
    receipt = world.report().json()
    world.settle()
    text = dump(document()) + "rules:\n- {id: all, to: {department: park}}\n"
    answer = world.call(ROOM, "POST", f"{PATH}/dry-run", body=text, headers={**ADMIN, **YAML}).json()
    assert (answer["tried"], answer["moved"]) == (1, 1)
    [move] = answer["moves"]
    assert (move["after"], move["references"]) == ("department park", [receipt["reference"]])
    assert call(world, "GET").json().get("based_on", 0) == 0


def test_another_municipalitys_document_is_refused(world: World) -> None:
    answer = publish(world, document("0183"))
    assert code_of(answer) == (422, "document_has_errors")
    assert answer.json()["errors"][0]["code"] == "other_municipality"


# ---- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", ""), ("PUT", ""), ("POST", "/lint"), ("POST", "/dry-run"), ("POST", "/rollback"), ("GET", "/history")],
)
def test_every_door_asks_for_the_right_key(world: World, method: str, rest: str) -> None:
    body = {"document": {}, "note": "x", "to": 0} if rest != "/rollback" else {"to": 0, "note": "x"}
    posted = body if method != "GET" else None
    nobody = world.call(ROOM, method, PATH + rest, body=posted)
    assert code_of(nobody) == (401, "key_needed")
    foreign = f"/api/v1/desk/municipalities/1496/registry{rest}"
    assert code_of(call(world, method, foreign, posted)) == (403, "not_allowed")
    # A key that reads and writes cases edits no registry; an operator leaves those that have joined alone.
    for key in ("local-test-key", "local-operator-key"):
        answer = world.call(ROOM, method, PATH + rest, body=posted, headers={"Authorization": f"Bearer {key}"})
        assert code_of(answer) == (403, "not_allowed")


def test_an_operator_prepares_a_municipality_that_has_not_joined(world: World) -> None:
    path = "/api/v1/desk/municipalities/1496/registry"
    departments = [{**each, "mail": "k@skovde.example", "mail_verified": True} for each in street()]
    made = document("1496", departments=departments).model_dump(mode="json", exclude_defaults=True)
    posted = {"document": made, "note": "Från webben"}
    # Like everybody else: what is verified must be on record, with its source.
    assert code_of(world.call(ROOM, "PUT", path, body=posted, headers=OPERATOR)) == (422, "address_not_verified")
    for unit in (each["id"] for each in departments):
        evidence = {"mail": "k@skovde.example", "unit": unit, "source": "https://skovde.example"}
        recorded = "/api/v1/desk/municipalities/1496/evidence"
        assert world.call(ROOM, "POST", recorded, body=evidence, headers=OPERATOR).status == 200
    assert world.call(ROOM, "PUT", path, body=posted, headers=OPERATOR).status == 200


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", "registry"), ("POST", "registry/rollback"), ("GET", "registry/history"), ("GET", "areas")],
)
def test_a_municipality_that_does_not_exist_has_no_registry(world: World, method: str, rest: str) -> None:
    body = {"to": 0, "note": "x"} if method == "POST" else None
    path = f"/api/v1/desk/municipalities/9999/{rest}"
    assert code_of(world.call(ROOM, method, path, body=body, headers=OPERATOR)) == (404, "not_found")
    assert not [*VersionStore(ENVIRONMENT["REGISTRY_TABLE"]).roll_backs("9999")]


# ---- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"mail": "min@egen.example", "mail_verified": True},
        {"second_mail": "min@egen.example", "second_mail_verified": True},
        # Verified, but another unit's.
        {"mail": "park@0180.example", "mail_verified": True},
    ],
)
def test_a_key_verifies_no_address(world: World, fields: dict[str, Any]) -> None:
    answer = publish(world, document(departments=street(**fields)))
    assert code_of(answer) == (422, "address_not_verified")
    assert "egen.example" not in answer.text
    bodies = [{"id": "x", "name": {"sv": "X", "en": "X"}, "mail": "min@egen.example", "mail_verified": True}]
    assert code_of(publish(world, document(bodies=bodies))) == (422, "address_not_verified")
    assert call(world, "GET").json().get("based_on", 0) == 0


def test_an_address_is_verified_once_an_operator_has_said_so_for_that_unit(world: World) -> None:
    made = document(departments=street(mail="gata@sthlm.example", mail_verified=True))
    assert publish(world, made).status == 422
    evidence = {"mail": "gata@sthlm.example", "unit": "park", "source": "https://sthlm.example"}
    path = f"/api/v1/desk/municipalities/{CODE}/evidence"
    assert world.call(ROOM, "POST", path, body=evidence, headers=OPERATOR).status == 200
    assert publish(world, made).status == 422
    evidence["unit"] = "street"
    assert world.call(ROOM, "POST", path, body=evidence, headers=OPERATOR).status == 200
    assert publish(world, made).status == 200
    # From then on it may move within the unit, and nowhere else.
    moved = street(second_mail="gata@sthlm.example", second_mail_verified=True)
    assert publish(world, document(departments=moved, based_on=1)).status == 200
    other = [
        {**each, "mail": "gata@sthlm.example", "mail_verified": True} for each in street() if each["id"] != "street"
    ]
    assert publish(world, document(departments=[*other, *moved[:1]], based_on=2)).status == 422


def test_what_was_verified_when_it_joined_stays_so(world: World) -> None:
    made = document(departments=street(mail="street@0180.example", mail_verified=True))
    assert publish(world, made).status == 200


def test_the_answer_is_what_the_schema_promises(world: World) -> None:
    text = call(world, "GET", headers={"Accept": "application/yaml"}).text
    assert yaml.safe_load(text) == call(world, "GET").json()


AREAS = f"/api/v1/desk/municipalities/{CODE}/areas"
GEOJSON = {"Content-Type": "application/geo+json"}
RING = [[18.050, 59.325], [18.070, 59.325], [18.070, 59.335], [18.050, 59.335], [18.050, 59.325]]


def shape(world: World, ring: list[list[float]] = RING, **more: Any) -> Reply:
    body = {"type": "Polygon", "coordinates": [ring]}
    return call(world, "PUT", f"{AREAS}/station", body=body, headers={**GEOJSON, **more.pop("headers", {})}, **more)


def with_station() -> Document:
    """A registry whose street department has a rule for one sub-area."""
    return document(
        areas=[{"id": "station", "name": {"sv": "Centralen", "en": "the station"}}],
        rules=[{"id": "at-the-station", "when": {"areas": ["station"]}, "to": {"department": "park"}}],
    )


def test_a_sub_area_is_drawn_published_and_decides(world: World) -> None:
    assert shape(world, query={"file": "station.geojson"}).json()["file"] == "station.geojson"
    [listed] = call(world, "GET", AREAS).json()["areas"]
    assert (listed["area"], listed["vertices"], listed["crs"]) == ("station", 5, "EPSG:4326")
    assert publish(world, with_station()).status == 200
    receipt = world.report().json()
    world.settle()
    case = world.case(receipt["reference"], receipt["token"]).json()
    assert (case["department"]["id"], case["routing"]["rule"]) == ("park", "rule:at-the-station")


def test_a_document_with_a_sub_area_nobody_drew_is_refused(world: World) -> None:
    answer = publish(world, with_station())
    assert code_of(answer) == (422, "document_has_errors")
    assert call(world, "GET", f"{PATH}/history").json()["current"] == 0
    linted = call(world, "POST", f"{PATH}/lint", body={"document": with_station().as_data()})
    assert linted.json()["publishable"] is False


def test_a_dry_run_looks_the_cases_up_in_the_drawn_shape(world: World) -> None:
    receipt = world.report().json()
    world.settle()
    shape(world)
    tried = call(world, "POST", f"{PATH}/dry-run", body={"document": with_station().as_data()}).json()
    assert (tried["moved"], tried["moves"][0]["references"]) == (1, [receipt["reference"]])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "Point", "coordinates": [18, 59]}, 422),
        ("not json", 422),
        ({"type": "Polygon", "coordinates": []}, 422),
    ],
)
def test_a_shape_that_is_none_is_refused_in_words_and_nothing_is_kept(world: World, body: Any, status: int) -> None:
    answer = call(world, "PUT", f"{AREAS}/station", body=body, headers=GEOJSON)
    assert answer.status == status
    assert answer.json()["errors"][0]["message"]
    assert call(world, "GET", AREAS).json() == {"areas": []}


def test_a_shape_is_left_out_and_only_by_whoever_edits_the_registry(world: World) -> None:
    shape(world)
    for other in ({"Authorization": "Bearer local-test-key"}, {"Authorization": "Bearer local-operator-key"}):
        assert shape(world, headers=other).status == 403
        assert call(world, "DELETE", f"{AREAS}/station", headers=other).status == 403
    assert shape(world, headers={"Content-Type": "text/plain"}).status == 415
    assert call(world, "DELETE", f"{AREAS}/station").status == 204
    assert call(world, "DELETE", f"{AREAS}/station").status == 404
