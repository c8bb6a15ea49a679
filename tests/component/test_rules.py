"""A municipality's own registry, published, in the real rooms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from geodata import nvdb
from synpunkt.cli import app
from synpunkt.responsibility.document import Document
from synpunkt.responsibility.yaml_file import dump, load
from synpunkt.stores.dynamo import batch_put
from synpunkt.stores.versions import Overtaken, Refused, UnknownVersion, VersionStore
from tests.component.world import ENVIRONMENT, Message, World
from tests.registries import TRAFIKVERKET, document

LIGHTS = {"id": "lights", "when": {"categories": ["street_light"]}, "to": {"department": "park"}}
STATE = {"id": "state", "when": {"categories": ["pothole"]}, "to": {"body": "trafikverket"}}
JETTY = {
    "id": "jetty",
    "group": "shore",
    "name": {"sv": "Brygga", "en": "Jetty"},
    "kind": "suggestion",
    "visibility": "held",
    "department": "harbour",
    "questions": [{"id": "broken", "text": {"sv": "Trasig?", "en": "Broken?"}, "type": "yes_no"}],
    "ring_instead": {"text": {"sv": "Ring hamnen.", "en": "Call the harbour."}, "phone": "08-123 45 67"},
}
SHORE: dict[str, Any] = {
    "groups": [{"id": "shore", "name": {"sv": "Stranden", "en": "The shore"}}],
    "own_categories": [JETTY],
}


def _versions() -> VersionStore:
    return VersionStore(ENVIRONMENT["REGISTRY_TABLE"])


def _publish(based_on: int | None = None, **parts: Any) -> int:
    base = _versions().current("0180") if based_on is None else based_on
    return _versions().publish(document(based_on=base, **parts), author="anna", note="a test").version


def _with_harbour(**parts: Any) -> Document:
    start = document(**parts)
    harbour = {
        "id": "harbour",
        "name": {"sv": "Hamnen", "en": "The harbour"},
        "mail": "hamn@x.example",
        "mail_verified": True,
    }
    departments = [*start.as_data()["departments"], harbour]
    return Document.model_validate({**start.as_data(), "departments": departments})


def test_a_published_rule_decides_and_is_explained(world: World) -> None:
    assert _publish(rules=[LIGHTS]) == 1
    case = world.routed(category="street_light")
    assert case["department"] == {"id": "park", "name": "Park och natur"}
    assert case["routing"]["rule"] == "rule:lights"
    assert case["routing"]["registry_version"] == 1
    assert "I den här kommunen tar Park och natur hand om ämnet." in case["routing"]["sentence"]
    assert [mail.to for mail in world.mails] == ["park@0180.example"]
    routed = next(each["event"] for each in world.topic_messages if each["event"]["type"] == "CaseRouted")
    assert routed["department"] == "park"
    assert routed["data"]["routing"]["registry_version"] == 1

    other = world.routed(category="pothole")
    assert other["department"]["id"] == "street"
    assert other["routing"]["rule"] == "category:pothole"


def test_a_body_and_a_copy_get_the_mail(world: World) -> None:
    _publish(bodies=[TRAFIKVERKET], rules=[STATE | {"copies": [{"department": "park"}]}])
    case = world.routed(reporter={"email": "anna@example.org"})
    assert case["routing"]["body"] == "trafikverket"
    assert case["department"]["id"] == "street"
    assert (case["body"]["name"], case["hand_over"], case["status_text"]) == (
        "Trafikverket",
        "offered",
        "Skickad till Trafikverket",
    )
    labels = [each["label"] for each in case["timeline"]]
    assert labels == ["Mottagen av Synpunkt", "Skickad till Trafikverket", "Framme hos Trafikverket"]
    [receipt] = [mail for mail in world.mails if mail.to == "anna@example.org"]
    assert "Vi skickar det till: Trafikverket." in receipt.text
    world.mails.remove(receipt)
    assert {mail.to for mail in world.mails} == {"vag@trafikverket.example", "park@0180.example"}
    [work] = [mail for mail in world.mails if mail.to == "vag@trafikverket.example"]
    assert "Enligt reglerna för Stockholms stad går det direkt till er." in work.text
    assert "/work/" in work.text
    [copy] = [mail for mail in world.mails if mail.to == "park@0180.example"]
    assert copy.subject.startswith("Kopia för kännedom: [")
    assert "Kopia för kännedom: Trafikverket har ärendet." in copy.text
    assert "/work/" not in copy.text
    where = {"lat": "59.3307", "lon": "18.0593", "category": "pothole"}
    found = world.call("route", "GET", "/api/v1/locate", query=where).json()
    assert found["body"] == {"id": "trafikverket", "name": "Trafikverket"}
    before = len(world.mails)
    for event in [*world.topic_messages]:
        if event["event"]["type"] == "CaseRouted":
            world.react({"detail-type": "CaseDelivered", "detail": event["event"], "source": "synpunkt"})
    assert len(world.mails) == before


def test_a_body_that_cannot_be_reached_gives_the_case_to_the_municipality_for_good(world: World) -> None:
    _publish(bodies=[TRAFIKVERKET], rules=[STATE])

    def refuse(message: Message) -> None:
        if message.to == "vag@trafikverket.example":
            raise ClientError({"Error": {"Code": "MessageRejected", "Message": ""}}, "SendEmail")

    world.mail_hook = refuse
    case = world.routed()
    assert (case["body"], case["hand_over"], case["status_text"]) == (None, None, "Framme hos Stockholms stad")
    assert [mail.to for mail in world.mails] == ["street@0180.example"]
    assert case["routing"]["sentence"].startswith("Ärendet är tillbaka hos Stockholms stad. Ämnet hör normalt till")
    moved = [each["type"] for each in case["timeline"] if each["type"] in ("CaseRouted", "HandOverReturned")]
    assert moved == ["CaseRouted", "HandOverReturned"]


def test_own_categories_are_listed_accepted_and_named(world: World) -> None:
    _versions().publish(
        _with_harbour(**SHORE, national_categories=[{"id": "graffiti", "enabled": False}]), author="a", note="n"
    )
    listed = world.call("route", "GET", "/api/v1/categories", query={"municipality": "0180"}).json()
    shore = next(group for group in listed["groups"] if group["id"] == "shore")
    assert shore["name"] == "Stranden"
    [jetty] = shore["categories"]
    assert (jetty["category"], jetty["kind"], jetty["visibility"]) == ("jetty", "suggestion", "held")
    assert jetty["questions"][0] | {"ask_when": None} == {
        "id": "broken",
        "text": "Trasig?",
        "type": "yes_no",
        "options": [],
        "ask_when": None,
    }
    assert jetty["ring_instead"] == {"text": "Ring hamnen.", "phone": "08-123 45 67", "hours": []}
    names = [each["category"] for group in listed["groups"] for each in group["categories"]]
    assert "graffiti" not in names
    assert "pothole" in names
    elsewhere = world.call("route", "GET", "/api/v1/categories", query={"municipality": "0183"}).json()
    assert "graffiti" in [each["category"] for group in elsewhere["groups"] for each in group["categories"]]

    answer = world.report(category="jetty", answers={"broken": True})
    assert answer.status == 201, answer.text
    receipt = answer.json()
    assert ("ring_instead", "08-123 45 67") in [(each["code"], each.get("phone")) for each in receipt["notices"]]
    world.settle()
    case = world.case(receipt["reference"], receipt["token"]).json()
    assert (case["kind"], case["visibility"], case["category_name"]) == ("suggestion", "held", "Brygga")
    assert case["department"] == {"id": "harbour", "name": "Hamnen"}
    assert any("Hamnen" in entry["label"] for entry in case["timeline"])
    [work] = world.mails
    assert work.to == "hamn@x.example"
    assert "Hamnen" in work.text
    assert "brygga" in work.subject
    routed = next(each["event"] for each in world.topic_messages if each["event"]["type"] == "CaseRouted")
    assert routed["data"]["routing"]["names"] is None

    # What a form knew before it was switched off is still accepted; what only another municipality has is not.
    assert world.report(category="graffiti").status == 201
    refused = world.report(category="jetty", location={"lat": 59.3612, "lon": 17.9717})
    assert (refused.status, refused.json()["code"]) == (422, "unknown_category")


def test_locate_says_what_would_be_decided(world: World) -> None:
    _versions().publish(_with_harbour(**SHORE), author="a", note="n")
    asked = {"lat": "59.3307", "lon": "18.0593", "category": "jetty"}
    found = world.call("route", "GET", "/api/v1/locate", query=asked).json()
    assert found["department"] == {"id": "harbour", "name": "Hamnen"}
    assert found["routing"]["registry_version"] == 1


def test_answers_kind_and_season_decide(world: World) -> None:
    rules = [
        {
            "id": "broken",
            "when": {"categories": ["jetty"], "answers": {"broken": [True]}},
            "to": {"department": "street"},
            "priority": 2,
        },
        {
            "id": "praise",
            "when": {"categories": ["jetty"], "kinds": ["praise"]},
            "to": {"department": "culture"},
            "priority": 1,
        },
    ]
    _versions().publish(_with_harbour(**SHORE, rules=rules), author="a", note="n")
    assert world.routed(category="jetty", answers={"broken": True})["department"]["id"] == "street"
    assert world.routed(category="jetty", answers={"broken": False})["department"]["id"] == "harbour"
    case = world.routed(category="jetty", kind="praise")
    assert case["department"]["id"] == "culture"
    assert case["routing"]["rejected"] == ["broken:answers"]


def test_rolling_back_restores_every_decision_exactly(world: World) -> None:
    def decided() -> list[Any]:
        asked = [
            {"lat": "59.3307", "lon": "18.0593", "category": each} for each in ("street_light", "pothole", "litter")
        ]
        return [world.call("route", "GET", "/api/v1/locate", query=each).json() for each in asked]

    none = decided()
    _publish(rules=[LIGHTS])
    first = decided()
    _publish(rules=[LIGHTS | {"to": {"department": "street"}}, STATE], bodies=[TRAFIKVERKET])
    assert decided() != first
    _versions().rollback("0180", 1, author="bo", note="wrong")
    assert decided() == first
    _versions().rollback("0180", 0, author="bo", note="wrong from the start")
    assert decided() == none
    # A number is never given twice.
    assert _publish(rules=[LIGHTS]) == 3
    assert [each.version for each in _versions().history("0180")] == [1, 2, 3]
    with pytest.raises(UnknownVersion):
        _versions().rollback("0180", 9, author="bo", note="?")


def test_the_second_of_two_publishers_is_told_what_the_first_changed(world: World) -> None:
    _publish(rules=[LIGHTS])
    _publish(based_on=1, rules=[LIGHTS | {"priority": 3}, STATE], bodies=[TRAFIKVERKET])
    with pytest.raises(Overtaken) as told:
        _publish(based_on=1, rules=[])
    assert told.value.current == 2
    assert told.value.by == "anna"
    assert set(told.value.changes) == {"rule lights changed: priority", "rule state added", "body trafikverket added"}
    assert _versions().current("0180") == 2
    assert world.routed()["routing"]["rule"] == "rule:state"


@pytest.mark.parametrize("base", [0, 1])
def test_two_at_the_very_same_time_give_one_version(world: World, monkeypatch: pytest.MonkeyPatch, base: int) -> None:
    """The first publishes after the second has looked: only the pointer's condition can tell."""
    from synpunkt.stores import versions

    if base:
        _publish(rules=[])
    original = batch_put
    busy: list[bool] = []

    def meanwhile(table: str, items: Any) -> None:
        if not busy:
            busy.append(True)
            _publish(based_on=base, rules=[LIGHTS])
        original(table, items)

    monkeypatch.setattr(versions, "batch_put", meanwhile)
    with pytest.raises(Overtaken) as told:
        _publish(based_on=base, rules=[STATE], bodies=[TRAFIKVERKET])
    assert "rule lights added" in told.value.changes
    assert _versions().current("0180") == base + 1
    assert world.routed()["department"]["id"] == "street"
    assert world.routed(category="street_light")["department"]["id"] == "park"


def test_a_publication_that_breaks_off_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from synpunkt.stores import versions

    _publish(rules=[LIGHTS])

    def breaking(table: str, items: Any) -> None:
        original(table, list(items)[:3])
        raise ConnectionError

    original = batch_put
    with monkeypatch.context() as patch:
        patch.setattr(versions, "batch_put", breaking)
        with pytest.raises(ConnectionError):
            _publish(rules=[])
    assert _versions().current("0180") == 1
    assert world.routed(category="street_light")["department"]["id"] == "park"
    assert _publish(rules=[]) == 2


def test_nothing_with_errors_is_published_by_any_way(world: World) -> None:
    with pytest.raises(Refused) as told:
        _publish(
            own_categories=[{name: value for name, value in JETTY.items() if name != "department"} | {"group": "roads"}]
        )
    assert [each.code for each in told.value.findings] == ["nobody_owns"]
    assert _versions().current("0180") == 0


def test_a_bounce_goes_to_the_second_address(world: World) -> None:
    start = document().as_data()
    street = next(each for each in start["departments"] if each["id"] == "street")
    street |= {"mail": "first@x.example", "mail_verified": True}
    street |= {"second_mail": "second@x.example", "second_mail_verified": True}
    _versions().publish(Document.model_validate(start), author="a", note="n")

    def refuse(message: Message) -> None:
        if message.to == "first@x.example":
            raise ClientError({"Error": {"Code": "MessageRejected", "Message": ""}}, "SendEmail")

    world.mail_hook = refuse
    case = world.routed()
    assert [mail.to for mail in world.mails] == ["second@x.example"]
    assert [entry["type"] for entry in case["timeline"]][-1] == "CaseDelivered"


# ---- the command ---------------------------------------------------------------------------------------------------


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["routing", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_command_from_export_to_rollback(world: World, tmp_path: Path) -> None:
    code, text = _run("export", "0180")
    assert code == 0
    assert load(text).document.municipality == "0180"
    for category in ("street_light", "pothole", "street_light"):
        world.routed(category=category)
    file = tmp_path / "0180.yaml"
    file.write_text(
        text + "rules:\n- id: lights\n  when: {categories: [street_light]}\n  to: {department: park}\n", "utf-8"
    )
    assert _run("lint", str(file))[0] == 0
    code, told = _run("dry-run", str(file))
    assert code == 0
    assert "2  department street → department park  by rule:lights" in told
    assert "2 of 3 cases would move" in told
    code, told = _run("publish", str(file), "--note", "lights", "--author", "anna")
    assert (code, "version 1 of 0180 is in force" in told, "rule lights added" in told) == (0, True, True)
    assert world.routed(category="street_light")["department"]["id"] == "park"

    code, told = _run("publish", str(file), "--note", "again", "--author", "bo")
    assert code == 1
    assert "based on version 0, but anna has put version 1 in force" in told
    code, text = _run("export", "0180")
    assert load(text).document.based_on == 1
    assert dump(load(text).document) == text
    file.write_text(text, "utf-8")
    assert _run("publish", str(file), "--note", "the same", "--author", "bo")[0] == 0
    assert _run("rollback", "0180", "1", "--note", "back")[0] == 0
    code, told = _run("history", "0180")
    assert [line[:13].split() for line in told.splitlines()] == [["*", "1"], ["2"], ["2", "→", "1"]]
    assert _run("rollback", "0180", "7", "--note", "?")[0] == 2
    assert "in force already" in _run("rollback", "0180", "1", "--note", "?")[1]
    assert _run("publish", str(file), "--note", " ")[0] == 2
    assert _run("history", "0180")[1] == told


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("rules:\n- {id: r, to: {department: nope}}\n", "rules[0].to.department: there is no department nope"),
        (
            "own_categories:\n- {id: x, group: roads, name: {sv: X, en: X}}\n",
            "own_categories[0]: nobody owns category x",
        ),
        ("rules: &a [*a]\n", "anchors (&) and aliases (*) are not allowed"),
    ],
)
def test_what_has_errors_is_not_published(world: World, tmp_path: Path, addition: str, message: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(_run("export", "0180")[1] + addition, "utf-8")
    for command in (["lint", str(file)], ["publish", str(file), "--note", "n"], ["dry-run", str(file)]):
        code, told = _run(*command)
        assert code == 1
        assert message in told
        assert "line " in told
    assert _versions().current("0180") == 0


def test_files_that_are_not_there_or_empty_are_told_of(world: World, tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("", "utf-8")
    assert _run("lint", str(empty))[0] == 1
    assert "the file is empty" in _run("publish", str(empty), "--note", "n")[1]
    assert _run("lint", str(tmp_path / "none.yaml"))[0] == 2
    assert _run("export", "9999")[0] == 2


def _roads(folder: Path, *lines: tuple[int, float]) -> None:
    """Builds a road index of straight roads from west to east: (owner's code, latitude)."""
    features = [
        {
            "type": "Feature",
            "properties": {"Vaghallartyp": code},
            "geometry": {"type": "LineString", "coordinates": [[18.05, lat], [18.07, lat]]},
        }
        for code, lat in lines
    ]
    source = folder / "roads.geojson"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    nvdb.main([str(source), "--out", str(folder / "index"), "--version", "made for a test"])


def test_who_keeps_the_road_decides(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _roads(tmp_path, (1, 59.3307), (2, 59.3390))
    monkeypatch.setenv("SYNPUNKT_ROADS", str(tmp_path / "index"))
    _publish(bodies=[TRAFIKVERKET], rules=[STATE | {"when": {"road_owners": ["state"]}}])
    state = world.routed(location={"lat": 59.3307, "lon": 18.0593})
    assert (state["routing"]["road_owner"], state["routing"].get("body")) == ("state", "trafikverket")
    assert "Vägen sköts av staten" in state["routing"]["sentence"]
    municipal = world.routed(location={"lat": 59.3390, "lon": 18.0593})
    assert (municipal["routing"]["road_owner"], municipal["routing"].get("body")) == ("municipal", None)


def test_a_rule_about_roads_that_nobody_knows_of_is_told_of(world: World) -> None:
    _publish(
        bodies=[TRAFIKVERKET],
        rules=[STATE | {"when": {"road_owners": ["state"], "categories": ["pothole"]}}, LIGHTS],
    )
    assumed = "Vi vet inte vem som sköter vägen här, så vi utgår från kommunen."
    case = world.routed()
    assert (case["body"], assumed in case["routing"]["sentence"]) == (None, True)
    assert case["routing"]["rejected"] == ["state:road_owner"]
    assert assumed not in world.routed(category="street_light")["routing"]["sentence"]


def test_two_roads_as_near_are_said_to_be(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _roads(tmp_path, (1, 59.33070), (3, 59.33080))
    monkeypatch.setenv("SYNPUNKT_ROADS", str(tmp_path / "index"))
    case = world.routed(location={"lat": 59.33074, "lon": 18.0593})
    assert case["routing"]["road_ambiguous"] is True
    assert "osäkert vem som ansvarar" in case["routing"]["sentence"]


def test_without_road_data_the_owner_is_unknown_and_said_to_be(world: World) -> None:
    assert world.routed()["routing"]["road_owner"] == "unknown"
