"""Open data: what anybody may have of public cases, as it is now, without a word that somebody wrote."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import boto3
import duckdb
import pytest
from typer.testing import CliRunner

from functions.insight import making
from synpunkt import clock
from synpunkt.cli import app
from synpunkt.open_data import COLUMNS, OpenCase
from synpunkt.opening import Opening
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.open_data import OpenStore
from tests.component.world import ENVIRONMENT, Reply, World, aws_calls

RUNNER = CliRunner()
ADMIN = {"Authorization": "Bearer local-admin-key"}
OPEN = "/api/v1/open"
WORDS = {"description": "zqxwordsxqz", "reporter": {"name": "zqxnamexqz", "email": "zqxmailxqz@example.org"}}
STOCKHOLM = {"lat": 59.33071234, "lon": 18.05931234, "text": "zqxplacexqz", "accuracy_m": 12.0, "method": "gps"}


def month() -> str:
    return clock.now().astimezone(UTC).strftime("%Y-%m")


def day() -> str:
    return clock.now().astimezone(UTC).date().isoformat()


def ask(world: World, path: str, known: str | None = None, **query: Any) -> Reply:
    headers = {"If-None-Match": known} if known else {}
    return world.call("insight", "GET", f"{OPEN}/{path}", headers=headers, query={k: str(v) for k, v in query.items()})


def of_stockholm(world: World, form: str = "geojson", **query: Any) -> Reply:
    return ask(world, f"cases.{form}", **{"municipality": "0180", "month": month(), **query})


def features(world: World) -> dict[str, dict[str, Any]]:
    return {each["id"]: each["properties"] for each in of_stockholm(world).json()["features"]}


def changes(world: World, after: str = "", limit: int = 400) -> tuple[list[dict[str, Any]], str]:
    answer = ask(world, "changes", after=after, limit=limit)
    assert answer.status == 200, answer.text
    told = answer.json()
    return told["changes"], told["next"]


def act(world: World, case: dict[str, Any], what: str, **said: Any) -> None:
    path = f"/api/v1/desk/cases/{case['case_id']}/{what}"
    answer = world.call("desk", "POST", path, body=said, headers=ADMIN)
    assert answer.status == 200, answer.text
    world.settle()


def rows_of(content: bytes, folder: Path) -> list[dict[str, Any]]:
    """What another program reads in a Parquet file."""
    path = folder / "day.parquet"
    path.write_bytes(content)
    times = ", ".join(f"epoch_ms({each}) as {each}" for each in COLUMNS if each.endswith("_at"))
    found = duckdb.execute(f"select * replace ({times}) from '{path}' order by id")
    names = [each[0] for each in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def make_files(world: World, *, days: int = 1) -> None:
    with world.later(days=days):
        assert world.invoke("insight.on_schedule", {}) == []


def test_a_public_case_is_a_row_of_facts(world: World) -> None:
    case = world.routed(location=STOCKHOLM, **WORDS)
    [told], _ = changes(world)
    assert (told["change"], told["id"]) == ("put", case["reference"])
    row = told["case"]
    assert row == {
        "id": case["reference"],
        "kind": "fault",
        "category": "pothole",
        "category_name": "Hål i vägen",
        "status": case["status"],
        "outcome": None,
        "municipality": "0180",
        "municipality_name": "Stockholm",
        "department": case["department"]["id"],
        "responsible": "municipality",
        "body": None,
        "routed_by": "department",
        "claimed": True,
        "submitted_at": f"{case['created_at'][:19]}Z",
        "routed_at": row["routed_at"],
        "answered_at": None,
        "resolved_at": None,
        "lat": 59.3307,
        "lon": 18.0593,
        "photos": 0,
    }
    answer = of_stockholm(world)
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    assert collection["next"] is None
    [feature] = collection["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [18.0593, 59.3307]}
    assert feature["properties"]["status"] == row["status"]
    table = list(csv.DictReader(io.StringIO(of_stockholm(world, "csv").text)))
    assert tuple(table[0]) == COLUMNS
    assert table[0]["id"] == case["reference"]
    assert (table[0]["outcome"], table[0]["claimed"], table[0]["lat"]) == ("", "true", "59.3307")


def test_what_happens_to_a_case_is_told_once_and_behind_what_was_fetched(world: World) -> None:
    first, second = world.routed(), world.routed(category="litter")
    told, after = changes(world)
    assert {each["id"] for each in told} == {first["reference"], second["reference"]}
    assert changes(world, after) == ([], after)
    act(world, first, "start")
    act(world, first, "resolve", outcome="fixed", reply="zqxreplyxqz")
    [told_again], after = changes(world, after)
    assert told_again["case"]["status"] == "resolved"
    assert told_again["case"]["outcome"] == "fixed"
    assert told_again["case"]["resolved_at"] >= told_again["case"]["routed_at"]
    assert changes(world, after) == ([], after)
    # Whoever begins anew is told each case once, as it is.
    everything, _ = changes(world)
    assert sorted(each["id"] for each in everything) == sorted([first["reference"], second["reference"]])
    assert "zqx" not in json.dumps(everything)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("hide", {"text": "zqxreasonxqz"}),
        ("publish", {"visibility": "private"}),
        ("protect", {"protected": True, "reason": "zqxreasonxqz"}),
    ],
)
def test_a_case_that_is_public_no_more_leaves_everything(
    world: World, tmp_path: Path, what: str, said: dict[str, Any]
) -> None:
    stays, case = world.routed(), world.routed(location=STOCKHOLM, **WORDS)
    make_files(world)
    before = rows_of(ask(world, f"days/{day()}.parquet").content, tmp_path)
    assert {each["id"] for each in before} == {stays["reference"], case["reference"]}
    _, after = changes(world)
    act(world, case, what, **said)
    told, _ = changes(world, after)
    assert [(each["change"], each["id"], each["case"]) for each in told] == [("removed", case["reference"], None)]
    assert set(features(world)) == {stays["reference"]}
    assert case["reference"] not in of_stockholm(world, "csv").text
    make_files(world)
    left = rows_of(ask(world, f"days/{day()}.parquet").content, tmp_path)
    assert {each["id"] for each in left} == {stays["reference"]}
    # Nothing of it is kept where the rows are, but that it has left.
    found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["INSIGHT_TABLE"])["Items"]
    rows = [each for each in found if "row" in each]
    assert rows
    assert not [each for each in rows if case["reference"] in json.dumps(each)]


def test_what_is_shown_again_comes_back(world: World) -> None:
    case = world.routed()
    act(world, case, "hide", text="Fel.")
    [gone], after = changes(world)
    assert gone["change"] == "removed"
    act(world, case, "show")
    [back], _ = changes(world, after)
    assert (back["change"], back["id"]) == ("put", case["reference"])
    assert set(features(world)) == {case["reference"]}


def test_private_and_held_cases_never_were(world: World, tmp_path: Path) -> None:
    world.routed(location=STOCKHOLM, publish=False, **WORDS)
    world.routed(location=STOCKHOLM, kind="complaint", **WORDS)
    make_files(world)
    assert changes(world)[0] == []
    assert features(world) == {}
    assert len(of_stockholm(world, "csv").text.splitlines()) == 1
    assert ask(world, "days").json()["days"] == []
    assert ask(world, f"days/{day()}.parquet").status == 404
    found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["INSIGHT_TABLE"])["Items"]
    opened = [each for each in found if each["pk"]["S"].startswith("O")]
    assert len(opened) == 2
    # That somebody has looked at it, lest an older reading be written after; and nothing else.
    assert all(set(each) == {"pk", "sk", "version", "lock"} for each in opened)


def test_no_word_that_somebody_wrote_is_in_any_answer(world: World, tmp_path: Path) -> None:
    case = world.routed(location=STOCKHOLM, **WORDS)
    act(world, case, "reply", text="zqxreplyxqz")
    act(world, case, "note", text="zqxnotexqz")
    act(world, case, "number", foreign_number="zqxnumberxqz")
    make_files(world)
    answers = [of_stockholm(world).text, of_stockholm(world, "csv").text, ask(world, "changes").text]
    answers.append(str(rows_of(ask(world, f"days/{day()}.parquet").content, tmp_path)))
    for answer in answers:
        assert case["reference"] in answer
        assert "zqx" not in answer
        assert case["case_id"] not in answer, "what is not an address leads nowhere"


def test_events_again_and_out_of_order_change_nothing(world: World) -> None:
    case = world.routed()
    world.call("desk", "POST", f"/api/v1/desk/cases/{case['case_id']}/start", headers=ADMIN)
    world.stream(world.unpublished())
    started = [each for each in world.take_events() if each["detail-type"] == "WorkStarted"]
    world.call("desk", "POST", f"/api/v1/desk/cases/{case['case_id']}/hide", body={"text": "Fel."}, headers=ADMIN)
    world.stream(world.unpublished())
    hidden = [each for each in world.take_events() if each["detail-type"] == "CaseHidden"]
    assert world.invoke("insight.on_event", *hidden) == []
    told = changes(world)
    assert [each["change"] for each in told[0]] == ["removed"]
    assert world.invoke("insight.on_event", *started, *hidden, *started) == []
    assert changes(world) == told


def opening() -> Opening:
    return Opening(CaseStore(ENVIRONMENT["CASES_TABLE"]), OpenStore(ENVIRONMENT["INSIGHT_TABLE"]))


def test_an_older_reading_never_overwrites_a_newer_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker reads the public case and is slow; another has told meanwhile that it is hidden."""
    receipt = world.report().json()
    world.settle(only={"route"})
    slow, case_id, load = opening(), receipt["case_id"], CaseStore.load

    def slowly(self: CaseStore, asked: str) -> Any:
        file = load(self, asked)
        if self is slow.cases and file is not None and not file.case.hidden:
            path = f"/api/v1/desk/cases/{case_id}/hide"
            world.call("desk", "POST", path, body={"text": "Fel."}, headers=ADMIN)
            opening().look_at(case_id)
        return file

    monkeypatch.setattr(CaseStore, "load", slowly)
    slow.look_at(case_id)
    assert features(world) == {}
    assert changes(world)[0] == []


def test_two_writers_of_one_list_get_a_place_each(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one has read where the list ends, another writes there."""
    monkeypatch.setattr("synpunkt.stores.open_data.shard_of", lambda *_: 0)
    first, second = (world.report().json() for _ in range(2))
    world.settle(only={"route"})
    last, asked = OpenStore.end, []

    def then_another(self: OpenStore, shard: int) -> int:
        found = last(self, shard)
        asked.append(found)
        if len(asked) == 1:
            opening().look_at(second["case_id"])
        return found

    monkeypatch.setattr(OpenStore, "end", then_another)
    opening().look_at(first["case_id"])
    assert [each["id"] for each in changes(world)[0]] == [second["reference"], first["reference"]]
    assert asked == [0, 0, 1], "the first had to look again"


def test_a_case_that_is_there_no_more_leaves(world: World) -> None:
    case = world.routed()
    key = {"pk": {"S": f"C#{case['case_id']}"}, "sk": {"S": "HEAD"}}
    boto3.client("dynamodb").delete_item(TableName=ENVIRONMENT["CASES_TABLE"], Key=key)
    for _ in range(2):
        opening().look_at(case["case_id"])
    assert [(each["change"], each["id"]) for each in changes(world)[0]] == [("removed", case["reference"])]
    assert features(world) == {}


def test_small_steps_miss_nothing(world: World) -> None:
    made = [world.routed(category="litter") for _ in range(12)]
    told, after = [], ""
    while True:
        some, on = changes(world, after, limit=8)
        assert on != after or not some
        told += some
        if not some:
            break
        after = on
    assert sorted(each["id"] for each in told) == sorted(each["reference"] for each in made)
    assert len({each["id"] for each in told}) == len(told)


def test_a_case_handed_over_is_in_the_municipality_that_has_it(world: World) -> None:
    case = world.routed()
    act(world, case, "hand-over", municipality="0183", reason="Er gata.")
    assert features(world) == {}
    there = ask(world, "cases.geojson", municipality="0183", month=month()).json()["features"]
    assert [each["id"] for each in there] == [case["reference"]]
    everything, _ = changes(world)
    assert [each["case"]["municipality"] for each in everything] == ["0183"]


@pytest.mark.parametrize("form", ["geojson", "csv"])
def test_pages_follow_one_another(world: World, form: str) -> None:
    made = [world.routed()["reference"] for _ in range(5)]
    found: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    for _ in range(3):
        answer = of_stockholm(world, form, **query)
        page = (
            [each["id"] for each in answer.json()["features"]]
            if form == "geojson"
            else [each["id"] for each in csv.DictReader(io.StringIO(answer.text))]
        )
        found += page
        if "link" not in answer.headers:
            break
        address = answer.headers["link"].removeprefix("<").partition(">")[0]
        query = {"limit": 2, "after": address.rpartition("after=")[2]}
    assert found == made


def test_a_page_costs_the_same_however_many_there_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        world.routed()
    here = {"municipality": "0180", "month": month()}
    asked: list[tuple[str, dict[str, str], int]] = [("cases.csv", here, 1), ("changes", {}, 8), ("days", {}, 1)]
    for path, query, reads in asked:
        with aws_calls(monkeypatch) as calls:
            assert ask(world, path, **query).status == 200
        assert calls == ["Query"] * reads


def test_who_has_it_is_told_so_and_scripts_of_other_sites_may_read(world: World) -> None:
    world.routed()
    make_files(world)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("cases.geojson", {"municipality": "0180", "month": month()}),
        ("cases.csv", {"municipality": "0180", "month": month()}),
        ("changes", {}),
        ("days", {}),
        (f"days/{day()}.parquet", {}),
    ]
    for path, query in asked:
        answer = ask(world, path, **query)
        assert answer.status == 200, path
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"] == "public, max-age=60"
        again = ask(world, path, known=answer.headers["etag"], **query)
        assert (again.status, again.content) == (304, b""), path
    act(world, world.routed(), "start")
    assert ask(world, "changes", known=answer.headers["etag"]).status == 200


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("cases.geojson", {"municipality": "0180", "month": "2026-13"}, 422, "invalid_request"),
        ("cases.geojson", {"municipality": "0180"}, 422, "invalid_request"),
        ("cases.csv", {"municipality": "9999", "month": "2026-11"}, 422, "unknown_municipality"),
        ("cases.csv", {"municipality": "0180", "month": "2026-11", "after": "zqx"}, 422, "invalid_request"),
        ("cases.csv", {"municipality": "0180", "month": "2026-11", "limit": "2001"}, 422, "invalid_request"),
        ("changes", {"after": "zqx"}, 422, "invalid_cursor"),
        ("changes", {"after": "1_2_3"}, 422, "invalid_cursor"),
        ("changes", {"after": "_".join(["9" * 13] * 8)}, 422, "invalid_cursor"),
        ("changes", {"after": "_".join(["\u0661"] * 8)}, 422, "invalid_cursor"),
        ("days", {"after": "zqx"}, 422, "invalid_request"),
        ("days/2020-01-01.parquet", {}, 404, "no_such_day"),
        ("days/zqx.parquet", {}, 404, "no_such_day"),
        ("days/2020-01-01.csv", {}, 404, "no_such_day"),
    ],
)
def test_what_cannot_be_meant_is_said_in_words(
    world: World, path: str, query: dict[str, str], status: int, code: str
) -> None:
    titles = set()
    for language in ("sv", "en"):
        answer = ask(world, path, **query, lang=language)
        assert (answer.status, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert "zqx" not in answer.text
        titles.add(answer.json()["title"])
    assert len(titles) == 2


def test_a_cursor_beyond_the_end_is_refused(world: World) -> None:
    """Whoever went on from there would be told nothing for years, and everything would look well."""
    world.routed()
    _, end = changes(world)
    assert changes(world, end) == ([], end)
    for shard, position in enumerate(end.split("_")):
        parts = end.split("_")
        parts[shard] = str(int(position) + 1)
        answer = ask(world, "changes", after="_".join(parts))
        assert (answer.status, answer.json()["code"]) == (422, "invalid_cursor")


# ---- files of days -----------------------------------------------------------------------------------------------


def test_a_day_is_made_when_it_is_over_and_another_program_reads_it(world: World, tmp_path: Path) -> None:
    case = world.routed(location=STOCKHOLM)
    make_files(world, days=0)
    assert ask(world, "days").json() == {"days": [], "next": None}
    make_files(world)
    [told] = ask(world, "days").json()["days"]
    assert (told["day"], told["cases"]) == (day(), 1)
    answer = world.call("insight", "GET", told["url"])
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert len(answer.content) == told["bytes"]
    stored = boto3.client("s3").list_objects_v2(Bucket="open")["Contents"]
    assert [each["Key"] for each in stored] == [f"cases/day={day()}/cases.parquet"]
    [row] = rows_of(answer.content, tmp_path)
    assert tuple(row) == COLUMNS
    assert (row["id"], row["municipality_name"], row["lat"]) == (case["reference"], "Stockholm", 59.3307)
    assert (row["claimed"], row["photos"], row["outcome"]) == (True, 0, None)
    assert row["submitted_at"] == int(clock.from_iso(f"{case['created_at'][:19]}+00:00").timestamp()) * 1000


def test_a_file_is_made_again_when_something_changed_and_only_then(world: World, tmp_path: Path) -> None:
    case = world.routed()
    make_files(world)
    first = ask(world, "days").json()
    make_files(world, days=2)
    assert ask(world, "days").json() == first, "nothing changed"
    act(world, case, "start")
    make_files(world, days=2)
    [row] = rows_of(ask(world, f"days/{day()}.parquet").content, tmp_path)
    assert row["status"] == "in_progress"


def test_the_last_case_of_a_day_takes_the_file_along(world: World) -> None:
    case = world.routed()
    make_files(world)
    act(world, case, "hide", text="Fel.")
    make_files(world)
    assert ask(world, "days").json()["days"] == []
    assert ask(world, f"days/{day()}.parquet").status == 404
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="open")


def test_a_file_that_goes_while_it_is_asked_for_is_not_there(world: World) -> None:
    world.routed()
    make_files(world)
    [stored] = boto3.client("s3").list_objects_v2(Bucket="open")["Contents"]
    boto3.client("s3").delete_object(Bucket="open", Key=stored["Key"])
    answer = ask(world, f"days/{day()}.parquet")
    assert (answer.status, answer.json()["code"]) == (404, "no_such_day")


def test_what_changes_while_a_file_is_made_is_in_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case, read = world.routed(), OpenStore.of_day
    seen: list[int] = []

    def then_hidden(self: OpenStore, asked: str) -> list[OpenCase]:
        rows = read(self, asked)
        seen.append(len(rows))
        if len(seen) == 1:
            act(world, case, "hide", text="Fel.")
        return rows

    monkeypatch.setattr(OpenStore, "of_day", then_hidden)
    make_files(world)
    assert seen[:2] == [1, 0]
    assert ask(world, f"days/{day()}.parquet").status == 404


def test_a_round_ends_and_the_next_goes_on_with_those_that_left_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = OpenStore(ENVIRONMENT["INSIGHT_TABLE"])
    case = world.routed()
    table = boto3.client("dynamodb")
    for number in range(1, 5):
        item = {
            "pk": {"S": "OPEN-DUE"},
            "sk": {"S": f"2026-01-0{number}#0"},
            "position": {"N": "1"},
            "since": {"S": f"2026-02-0{number}T00:00:00.000Z"},
        }
        table.put_item(TableName=store.table, Item=item)
    act(world, case, "hide", text="Fel.")
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    assert store.due_days(before=tomorrow)[0].day == day()
    monkeypatch.setattr(making, "DAYS_A_ROUND", 2)
    make_files(world)
    assert [each.day for each in store.due_days(before=tomorrow)] == ["2026-01-02", "2026-01-03", "2026-01-04"]
    make_files(world)
    make_files(world)
    assert store.due_days(before=tomorrow) == []


# ---- cases from before -------------------------------------------------------------------------------------------


def test_cases_from_before_are_filled_in(world: World) -> None:
    first, second = world.routed(), world.routed(publish=False)
    table = boto3.client("dynamodb")
    for item in table.scan(TableName=ENVIRONMENT["INSIGHT_TABLE"])["Items"]:
        key = {"pk": item["pk"], "sk": item["sk"]}
        table.delete_item(TableName=ENVIRONMENT["INSIGHT_TABLE"], Key=key)
    assert changes(world)[0] == []
    filled = RUNNER.invoke(app, ["open-data", "fill", "0180", "0183"])
    assert (filled.exit_code, filled.output) == (0, "0180: 1\n1 public cases looked at\n")
    assert set(features(world)) == {first["reference"]}
    told = changes(world)
    assert list(opening().fill("0180")) == [first["case_id"]]
    assert changes(world) == told, "again is nothing new"
    assert second["reference"] not in json.dumps(told)
    wrong = RUNNER.invoke(app, ["open-data", "fill", "9999"])
    assert wrong.exit_code == 2
    assert "there is no municipality 9999" in wrong.output


# ---- what is written about it ------------------------------------------------------------------------------------


def test_what_is_to_be_typed_works_and_every_field_is_explained(world: World) -> None:
    world.routed()
    document = (Path(__file__).parents[2] / "docs/open-data.md").read_text("utf-8")
    typed = re.findall(r'curl -s "http://127\.0\.0\.1:8000/api/v1/open/([^"]+)"', document)
    assert len(typed) == 2
    for each in typed:
        path, _, query = each.replace("$(date -u +%Y-%m)", month()).partition("?")
        assert ask(world, path, **dict(parse_qsl(query))).status == 200, each
    table = document.partition("## The fields")[2].partition("\n## ")[0]
    named = [
        name for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    ]
    assert tuple(named) == COLUMNS
