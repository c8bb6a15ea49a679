"""Sub-areas that a municipality draws: from an uploaded file to who takes a report, in the real rooms."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from bench.rules import INSIDE, area_file, many_rules, put_areas
from synpunkt.cli import app
from synpunkt.deciding import decided, decision_for
from synpunkt.lifecycle import Location
from synpunkt.places.area_upload import CODES, Area, AreaError
from synpunkt.places.sweref import to_sweref
from synpunkt.responsibility import Circumstances, Responsible
from synpunkt.responsibility.yaml_file import dump
from synpunkt.stores.areas import AreaStore
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.dynamo import batch_put
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.versions import Overtaken, Refused, VersionStore
from tests.component.world import ENVIRONMENT, World, aws_calls
from tests.registries import document

TABLE = ENVIRONMENT["REGISTRY_TABLE"]
CENTRAL = {"lat": 59.3307, "lon": 18.0593}
NORTH = {"lat": 59.3390, "lon": 18.0593}
STATION = [[18.055, 59.328], [18.064, 59.328], [18.064, 59.333], [18.055, 59.333], [18.055, 59.328]]
FURTHER_NORTH = [[x, y + 0.008] for x, y in STATION]

AREAS = [{"id": "station", "name": {"sv": "stationskvarteren", "en": "the station blocks"}}]
RULES = [{"id": "blocks", "when": {"areas": ["station"], "categories": ["pothole"]}, "to": {"department": "park"}}]


def _file(*rings: list[list[float]]) -> bytes:
    return json.dumps({"type": "Polygon", "coordinates": list(rings)}).encode()


def _put(area: str = "station", ring: list[list[float]] = STATION, code: str = "0180") -> None:
    AreaStore(TABLE).put(code, area, _file(ring), file="blocks.geojson", author="anna")


def _publish(**parts: Any) -> int:
    given = {"areas": AREAS, "rules": RULES, "based_on": VersionStore(TABLE).current("0180"), **parts}
    return VersionStore(TABLE).publish(document(**given), author="anna", note="a test").version


def _located(world: World, point: dict[str, float]) -> dict[str, Any]:
    asked = {"lat": str(point["lat"]), "lon": str(point["lon"]), "category": "pothole"}
    found: dict[str, Any] = world.call("route", "GET", "/api/v1/locate", query=asked).json()
    return found


def _items() -> list[str]:
    found = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
    return sorted(json.dumps(each, sort_keys=True, default=repr) for each in found)


# ---- deciding ------------------------------------------------------------------------------------------------------


def test_inside_the_polygon_its_department_takes_it_and_outside_it_does_not(world: World) -> None:
    _put()
    _publish()
    case = world.routed(location=CENTRAL)
    assert case["department"]["id"] == "park"
    assert (case["routing"]["rule"], case["routing"]["areas"]) == ("rule:blocks", ["station"])
    assert "stationskvarteren" in case["routing"]["sentence"]
    assert "the station blocks" in case["routing"]["sentences"]["en"]
    assert [mail.to for mail in world.mails] == ["park@0180.example"]

    outside = world.routed(location=NORTH)
    assert outside["department"]["id"] == "street"
    assert (outside["routing"]["rule"], outside["routing"]["areas"]) == ("category:pothole", [])
    assert "stationskvarteren" not in outside["routing"]["sentence"]


def test_locate_tells_the_same(world: World) -> None:
    _put()
    _publish()
    for point, department in ((CENTRAL, "park"), (NORTH, "street")):
        told, case = _located(world, point), world.routed(location=point)
        assert told["department"]["id"] == case["department"]["id"] == department
        for name in ("rule", "areas", "rejected", "sentences", "registry_version"):
            assert told["routing"][name] == case["routing"][name]


def test_a_point_is_in_every_area_that_holds_it(world: World) -> None:
    _put()
    _put("city", [[18.04, 59.32], [18.07, 59.32], [18.07, 59.345], [18.04, 59.345], [18.04, 59.32]])
    both = [*AREAS, {"id": "city", "name": {"sv": "city", "en": "the city centre"}}]
    city = {"id": "in-city", "priority": 1, "when": {"areas": ["city"], "categories": ["pothole"]}}
    _publish(areas=both, rules=[*RULES, city | {"to": {"department": "culture"}}])
    found = _located(world, CENTRAL)
    assert found["routing"]["areas"] == ["city", "station"]
    assert found["routing"]["rule"] == "rule:in-city"
    assert found["routing"]["rejected"] == ["blocks:lower_priority"]
    assert "city centre" in found["routing"]["sentences"]["en"]
    assert _located(world, NORTH)["routing"]["areas"] == ["city"]


def test_a_report_about_no_place_is_in_no_area(world: World) -> None:
    _put()
    _publish()
    receipt = world.report({"municipality": "0180", "category": "pothole", "description": "Hål."}).json()
    world.settle()
    case = world.case(receipt["reference"], receipt["token"]).json()
    assert (case["department"]["id"], case["routing"]["areas"]) == ("street", [])


def test_at_a_hand_over_the_areas_are_those_of_the_one_that_takes_it(world: World) -> None:
    """Both have an area of the same id, and the point is in the first one's only."""
    _put()
    _publish()
    _put(ring=[[17.970, 59.361], [17.972, 59.361], [17.972, 59.362], [17.970, 59.362], [17.970, 59.361]], code="0183")
    VersionStore(TABLE).publish(document("0183", areas=AREAS, rules=RULES), author="bo", note="n")
    case = world.routed(location=CENTRAL)
    file = CaseStore(ENVIRONMENT["CASES_TABLE"]).load(case["case_id"])
    assert file is not None
    assert file.case.routing is not None
    assert file.case.routing["areas"] == ["station"]
    handed_over = decision_for(RegistryStore(TABLE), file, "0183")
    assert (handed_over.routing["areas"], handed_over.department) == ([], "street")


def test_rolling_back_restores_every_decision_with_the_shapes_of_then(world: World) -> None:
    def told() -> list[Any]:
        return [_located(world, point) for point in (CENTRAL, NORTH)]

    none = told()
    _put()
    _publish()
    first = told()
    _put(ring=FURTHER_NORTH)
    assert told() == first  # an upload decides nothing before it is published
    _publish()
    assert [each["department"]["id"] for each in told()] == ["street", "park"]
    assert list(VersionStore(TABLE).history("0180"))[1].changes == ("area station has another shape",)
    second = told()
    AreaStore(TABLE).remove("0180", "station")
    VersionStore(TABLE).rollback("0180", 1, author="bo", note="wrong")
    assert told() == first
    VersionStore(TABLE).rollback("0180", 2, author="bo", note="right after all")
    assert told() == second
    VersionStore(TABLE).rollback("0180", 0, author="bo", note="none at all")
    assert told() == none


# ---- uploads -------------------------------------------------------------------------------------------------------


def _bad_files() -> dict[str, bytes]:
    many = b",".join([b"[1,2]"] * 200_000)
    return {
        "self_intersecting": _file([STATION[0], STATION[2], STATION[1], STATION[3], STATION[0]]),
        "unclosed": _file(STATION[:-1]),
        "empty": b'{"type": "FeatureCollection", "features": []}',
        "three_dimensional": _file([[*point, 12.0] for point in STATION]),
        "too_many_points": b'{"type":"Polygon","coordinates":[[' + many + b"]]}",
        "wrong_crs": _file([[x * 1e4, y * 1e5] for x, y in STATION]),
        "axes_swapped": _file([[y, x] for x, y in STATION]),
        "too_large": b" " * 2_000_001,
        "outside_municipality": _file([[x, y + 1] for x, y in STATION]),
        "not_json": b"{",
    }


@pytest.mark.parametrize("code", _bad_files())
def test_a_bad_polygon_is_told_of_and_nothing_is_kept(world: World, tmp_path: Path, code: str) -> None:
    _put()
    before = _items()
    file = tmp_path / "bad.geojson"
    file.write_bytes(_bad_files()[code])
    with pytest.raises(AreaError) as told:
        AreaStore(TABLE).put("0180", "station", file.read_bytes(), file=file.name, author="anna")
    assert told.value.code == code
    status, said = _run("area", "put", "0180", "station", str(file))
    assert status == 1
    assert f"[{code}]" in said
    assert told.value.sentence("en") in said
    assert _items() == before
    _publish()
    assert _located(world, CENTRAL)["department"]["id"] == "park"


def test_every_code_has_a_sentence_in_both_languages() -> None:
    for code in CODES:
        swedish, english = AreaError(code).sentence("sv"), AreaError(code).sentence("en")
        assert swedish.endswith(".")
        assert english.endswith(".")
        assert swedish != english
    assert AreaError("unclosed", (18.06, 59.33)).sentence("sv").endswith("Felet finns vid 18.06, 59.33.")


@pytest.mark.parametrize("area", ["", "Station", "a b", "a#b", "å", "a" * 65, "1a", "a\n"])
def test_an_id_that_no_document_could_name_is_refused(world: World, area: str) -> None:
    before = _items()
    with pytest.raises(AreaError) as told:
        _put(area)
    assert told.value.code == "bad_id"
    assert _items() == before


def test_what_is_kept_of_an_upload(world: World) -> None:
    square = [list(to_sweref(y, x)) for x, y in STATION]
    store = AreaStore(TABLE)
    kept = store.put("0180", "station", _file(square), file=r"C:\kartor\kvarter.geojson", author="anna")
    assert (kept.file, kept.author, kept.crs, kept.vertices) == ("kvarter.geojson", "anna", "EPSG:3006", 5)
    assert len(kept.sha256) == 64
    assert store.draft("0180") == (kept,)
    assert store.draft("0183") == ()
    shape = store.shapes("0180", [kept])["station"]
    assert Area.unpacked(shape.packed()) == shape
    _publish()
    _put(ring=FURTHER_NORTH)
    # The version says for ever whose upload it was made of, and that upload is still there.
    assert VersionStore(TABLE).uploads("0180", 1) == (kept,)
    assert store.shapes("0180", [kept])["station"] == shape
    with pytest.raises(KeyError):
        _put(code="9999")


def test_a_large_shape_fills_several_items_and_comes_back_exactly(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synpunkt.stores.areas._CHUNK", 1_000)
    ring = [[18.03 + 0.06 * i / 3_000, 59.32 + 0.001 * math.sin(i)] for i in range(3_000)]
    ring = [*ring, [18.09, 59.33], [18.03, 59.33], ring[0]]
    kept = AreaStore(TABLE).put("0180", "station", _file(ring), file="f", author="a")
    assert kept.parts > 10
    [polygon] = AreaStore(TABLE).shapes("0180", [kept])["station"].polygons
    assert [list(point) for point in polygon[0]] == ring
    _publish()
    assert _located(world, {"lat": 59.325, "lon": 18.06})["department"]["id"] == "park"
    boto3.resource("dynamodb").Table(TABLE).delete_item(Key={"pk": f"S#0180#{kept.upload}", "sk": "PART#001"})
    with pytest.raises(LookupError, match="incomplete"):
        AreaStore(TABLE).shapes("0180", [kept])


# ---- what is not published -----------------------------------------------------------------------------------------


def _refused(**parts: Any) -> list[str]:
    with pytest.raises(Refused) as told:
        _publish(**parts)
    return [each.code for each in told.value.findings]


def test_an_area_without_a_shape_and_one_that_nobody_knows_are_refused(world: World) -> None:
    before = _items()
    assert _refused() == ["area_without_shape"]
    assert _items() == before
    _put()
    nowhere = [{"id": "r", "when": {"areas": ["nowhere"]}, "to": {"department": "park"}}]
    assert _refused(rules=[*RULES, *nowhere]) == ["unknown_area"]
    AreaStore(TABLE).remove("0180", "station")
    assert _refused() == ["area_without_shape"]
    assert AreaStore(TABLE).remove("0180", "station") is False
    assert VersionStore(TABLE).current("0180") == 0
    _put()
    assert _publish(rules=[]) == 1


def test_a_shape_that_new_boundaries_leave_outside_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as then:
        then.setattr("synpunkt.stores.areas.DATA_VERSION", "of an earlier year")
        then.setattr("synpunkt.places.area_upload._check_place", lambda *_: None)
        _put(ring=[[x - 0.09, y + 0.031] for x, y in STATION])
    with pytest.raises(Refused) as told:
        _publish()
    [finding] = told.value.findings
    assert finding.code == "bad_area"
    assert "100 metres outside the municipality" in finding.message
    with monkeypatch.context() as then:
        then.setattr("synpunkt.stores.areas.DATA_VERSION", "of an earlier year")
        _put()
    assert _publish() == 1


def test_too_many_areas_over_each_other_are_refused(world: World) -> None:
    many = [{"id": f"a{n}", "name": {"sv": "x", "en": "x"}} for n in range(16)]
    for each in many:
        _put(str(each["id"]))
    assert _refused(areas=many, rules=[]) == ["areas_too_dense"]
    assert _publish(areas=many[:15], rules=[]) == 1
    assert len(_located(world, CENTRAL)["routing"]["areas"]) == 15


def test_a_publication_with_shapes_that_breaks_off_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synpunkt.stores import versions

    _put()
    _publish()
    _put(ring=FURTHER_NORTH)

    def breaking(table: str, items: Any) -> None:
        batch_put(table, list(items)[:3])
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(versions, "batch_put", breaking)
        with pytest.raises(ConnectionError):
            _publish()
    assert [_located(world, point)["department"]["id"] for point in (CENTRAL, NORTH)] == ["park", "street"]


def test_the_second_of_two_publishers_is_told_of_the_shape_too(world: World) -> None:
    _put()
    _publish()
    _put(ring=FURTHER_NORTH)
    _publish(rules=[*RULES, {"id": "more", "to": {"department": "street"}}])
    with pytest.raises(Overtaken) as told:
        _publish(based_on=1)
    assert told.value.changes == ("rule more added", "area station has another shape")


def test_what_is_uploaded_after_the_check_is_not_published(world: World) -> None:
    _put()
    store = VersionStore(TABLE)
    checked = store.check(document(areas=AREAS, rules=RULES))
    _put(ring=FURTHER_NORTH)
    store.put_in_force(checked, author="anna", note="as checked")
    assert [_located(world, point)["department"]["id"] for point in (CENTRAL, NORTH)] == ["park", "street"]


# ---- what it costs -------------------------------------------------------------------------------------------------

THEN = ["Query", "GetItem", "BatchGetItem"]
FIRST = ["Query", "GetItem", "GetItem", "BatchGetItem"]


def _calls(monkeypatch: pytest.MonkeyPatch, registry: RegistryStore, at: Location, rule: str) -> list[str]:
    with aws_calls(monkeypatch) as made:
        responsible = Responsible("0180", "municipality_given")
        _, decision = decided(registry, responsible, "pothole", Circumstances(kind="fault"), at)
    assert decision.routing["rule"] == rule
    return made


def test_ten_rules_and_ten_thousand_cost_the_same_calls(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one sub-area and with a thousand."""
    made = []
    for count in (10, 10_000):
        draft = many_rules(count).model_copy(update={"based_on": VersionStore(TABLE).current("0180")})
        put_areas(TABLE, draft)
        VersionStore(TABLE).publish(draft, author="a", note="n")
        registry = RegistryStore(TABLE)
        made += [_calls(monkeypatch, registry, INSIDE, "rule:r0") for _ in range(2)]
    assert made == [FIRST, THEN, FIRST, THEN]


def test_areas_cost_nothing_where_there_are_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at = Location(CENTRAL["lat"], CENTRAL["lon"])
    _publish(areas=[], rules=[])
    assert _calls(monkeypatch, RegistryStore(TABLE), at, "category:pothole") == THEN


def test_in_as_many_areas_as_may_be_it_is_one_read_still(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [{"id": f"a{n:02}", "name": {"sv": "x", "en": "x"}} for n in range(15)]
    for each in many:
        _put(str(each["id"]))
    rule = {"id": "last", "when": {"areas": ["a14"]}, "to": {"department": "park"}}
    _publish(areas=many, rules=[rule])
    at = Location(CENTRAL["lat"], CENTRAL["lon"])
    assert _calls(monkeypatch, RegistryStore(TABLE), at, "rule:last") == FIRST


def test_of_an_index_in_parts_one_is_read_and_only_so_many_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synpunkt.places.area_index.PART_BYTES", 8_000)
    monkeypatch.setattr("synpunkt.stores.registry._PARTS_KEPT", 1)
    draft = many_rules(2_000)
    put_areas(TABLE, draft)
    VersionStore(TABLE).publish(draft, author="a", note="n")
    registry = RegistryStore(TABLE)
    profile = registry.profile("0180")
    assert profile is not None
    assert profile.published is not None
    assert len(profile.published.area_prefixes) > 2
    [east, north] = json.loads(area_file(199))["coordinates"][0][0]
    far = Location(north + 0.0003, east + 0.0003)
    assert _calls(monkeypatch, registry, INSIDE, "rule:r0") == FIRST
    assert _calls(monkeypatch, registry, INSIDE, "rule:r0") == THEN
    assert _calls(monkeypatch, registry, far, "rule:r1990") == FIRST
    assert _calls(monkeypatch, registry, INSIDE, "rule:r0") == FIRST
    # Far from every part nothing is read.
    assert _calls(monkeypatch, registry, Location(59.25, 18.09), "category:pothole") == THEN


# ---- the command ---------------------------------------------------------------------------------------------------


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["routing", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_command_from_upload_to_roll_back(world: World, tmp_path: Path) -> None:
    for point in (CENTRAL, CENTRAL, NORTH):
        world.routed(location=point)
    shape, file = tmp_path / "blocks.geojson", tmp_path / "0180.yaml"
    shape.write_bytes(_file(STATION))
    file.write_text(dump(document(areas=AREAS, rules=RULES)), "utf-8")
    assert "no shape is uploaded for area station" in _run("lint", str(file))[1]
    assert _run("lint", str(file), "--no-shapes") == (0, f"{file}: can be published, if 1 sub-areas have shapes\n")
    assert _run("publish", str(file), "--note", "n")[0] == 1

    code, told = _run("area", "put", "0180", "station", str(shape), "--author", "anna")
    assert (code, told) == (0, "station of 0180: 5 points, EPSG:4326; in force when you publish\n")
    code, told = _run("area", "list", "0180")
    assert told.split() == ["station", "5", "points", told.split()[3], "anna", "blocks.geojson"]
    assert _run("lint", str(file))[0] == 0
    code, told = _run("dry-run", str(file))
    assert "2  department street → department park  by rule:blocks" in told
    assert "2 of 3 cases would move" in told
    assert _run("publish", str(file), "--note", "n", "--author", "anna")[0] == 0
    assert _run("area", "list", "0180")[1].startswith("* station")

    # Only the shape differs now: the document is what is in force, and a dry run shows what the shape would move.
    file.write_text(_run("export", "0180")[1], "utf-8")
    assert "0 of 3 cases would move" in _run("dry-run", str(file))[1]
    shape.write_bytes(_file(FURTHER_NORTH))
    assert _run("area", "put", "0180", "station", str(shape))[0] == 0
    code, told = _run("dry-run", str(file))
    assert "2  department park → department street  by category:pothole" in told
    assert "1  department street → department park  by rule:blocks" in told
    assert "3 of 3 cases would move" in told
    assert _located(world, NORTH)["department"]["id"] == "street"
    assert "area station has another shape" in _run("publish", str(file), "--note", "n")[1]
    assert _located(world, NORTH)["department"]["id"] == "park"

    # Back to the first version; a change published on top of it takes that version's shapes, once they are taken.
    assert _run("rollback", "0180", "1", "--note", "wrong")[0] == 0
    assert _run("area", "take", "0180", "1") == (0, "1 shapes as in version 1; in force when you publish\n")
    file.write_text(_run("export", "0180")[1], "utf-8")
    assert "has another shape" not in _run("publish", str(file), "--note", "n")[1]
    assert _located(world, CENTRAL)["department"]["id"] == "park"

    assert _run("area", "remove", "0180", "station")[0] == 0
    assert _run("area", "remove", "0180", "station")[0] == 2
    assert _run("area", "list", "9999")[0] == 2
    assert _run("area", "put", "0180", "station", str(tmp_path / "none"))[0] == 2
    assert _run("area", "take", "0180", "99")[0] == 2
    assert _located(world, CENTRAL)["department"]["id"] == "park"


def test_the_worked_example_in_the_documentation_works(world: World, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "registry.md").read_text("utf-8").partition("## Sub-areas")[2]
    shape, file = tmp_path / "old-town.geojson", tmp_path / "0180.yaml"
    shape.write_text(page.partition("```json\n")[2].partition("```")[0], "utf-8")
    assert _run("area", "put", "0180", "old-town", str(shape))[1] in page.replace("    old-town", "old-town")
    file.write_text(_run("export", "0180")[1] + page.partition("```yaml\n")[2].partition("```")[0], "utf-8")
    told = _run("publish", str(file), "--note", "the park department does the old town")[1]
    assert told.splitlines()[-2:] == ["  area old-town added", "  rule old-town-holes added"]
    case = world.routed(location={"lat": 59.325, "lon": 18.0707})
    assert "Park och natur tar hand om det här i Gamla stan" in case["routing"]["sentence"]
