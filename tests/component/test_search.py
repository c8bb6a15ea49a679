"""Finding a case at the desk: by its words and numbers, by those who have it, as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from functions.insight.indexing import Indexing
from synpunkt.finding import stems
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.dynamo import Busy
from synpunkt.stores.insight import Indexed, InsightStore
from tests.component.test_handling import ADMIN, do
from tests.component.world import ENVIRONMENT, Reply, World
from tests.tokens import bearer

HANDLER_0180 = bearer("handler@0180.example")
HANDLER_0583 = bearer("handler@0583.example")
MARKER = "zebraskylten"


def search(world: World, q: str, *, code: str = "0180", headers: dict[str, str] = ADMIN, **query: str) -> Reply:
    asked = {"municipality": code, "q": q, **query}
    return world.call("desk", "GET", "/api/v1/desk/search", headers=headers, query=asked)


def found(world: World, q: str, **more: Any) -> list[str]:
    answer = search(world, q, **more)
    assert answer.status == 200, answer.text
    return [each["reference"] for each in answer.json()["cases"]]


def arrived(world: World, description: str, **report: Any) -> dict[str, Any]:
    receipt: dict[str, Any] = world.report(description=description, **report).json()
    world.settle()
    return receipt


def test_a_case_is_found_by_any_form_of_its_words(world: World) -> None:
    lamp = arrived(world, "Lampan på gatan är trasig.")
    both = arrived(world, "Trasiga lampor och ett hål.", location={"lat": 59.3307, "lon": 18.0593, "text": "vid Klara"})
    reference, other = lamp["reference"], both["reference"]
    assert found(world, "lampor") == [other, reference], "the newest first"
    assert found(world, "HÅLET lampa") == [other]
    assert found(world, "klara") == [other], "where it is, in words"
    assert found(world, "hal") == []
    assert found(world, "lampa giraff") == []
    [row] = search(world, "hål").json()["cases"]
    assert (row["place"], row["photo"], row["overdue"], row["attention"]) == ("vid Klara", None, False, "new")


def test_what_is_said_later_finds_it_and_what_is_not_said_any_more_does_not(world: World) -> None:
    receipt = arrived(world, "Hålet är djupt.")
    case_id, reference = receipt["case_id"], receipt["reference"]
    do(world, case_id, "reply", text="Vi kommer med asfalten på torsdag.")
    do(world, case_id, "note", text="Anmälaren verkar bekant, giraffen.")
    world.settle()
    assert found(world, "asfalt") == [reference]
    assert found(world, "giraff") == [], "notes are not for the index"
    do(world, case_id, "hide", text="Namn i texten.")
    world.settle()
    assert found(world, "asfalt") == []
    assert found(world, reference) == [reference]
    do(world, case_id, "show")
    world.settle()
    assert found(world, "asfalt") == [reference]


def test_a_number_finds_its_case_first(world: World) -> None:
    numbered = arrived(world, "Hålet är djupt.")
    arrived(world, "Se KS 2026 17 om hålet.")
    do(world, numbered["case_id"], "number", foreign_number="KS 2026/17")
    world.settle()
    for written in ("KS 2026/17", "ks2026/17"):
        assert found(world, written)[0] == numbered["reference"]
    for written in (numbered["reference"], numbered["reference"].lower().replace("-", " ")):
        assert found(world, written) == [numbered["reference"]]
    do(world, numbered["case_id"], "number", foreign_number="KS 2026/18")
    world.settle()
    assert numbered["reference"] not in found(world, "KS2026/17")
    assert len(found(world, "KS 2026/17 hålet")) == 1


def test_another_municipality_finds_nothing(world: World) -> None:
    receipt = arrived(world, f"Det är {MARKER} som saknas.", publish=False)
    do(world, receipt["case_id"], "number", foreign_number="HEMLIGT 1")
    world.settle()
    assert found(world, MARKER, headers=HANDLER_0180) == [receipt["reference"]], "private, and theirs"
    for asked in (MARKER, receipt["reference"], "HEMLIGT 1"):
        assert found(world, asked, code="0583", headers=HANDLER_0583) == []
        assert search(world, asked, headers=HANDLER_0583).status == 403
    mine = search(world, MARKER).json()
    stolen = search(world, MARKER, code="0583", headers=HANDLER_0583, after=receipt["case_id"])
    assert (stolen.json()["cases"], mine["next"]) == ([], None)


def test_a_municipalitys_own_number_stays_with_it_and_is_there_again_when_the_case_comes_back(world: World) -> None:
    world.claim("0583")
    receipt = arrived(world, "Hålet är djupt.")
    case_id, reference, token = receipt["case_id"], receipt["reference"], receipt["token"]

    def told(headers: dict[str, str]) -> Any:
        path = f"/api/v1/desk/cases/{case_id}"
        return world.call("desk", "GET", path, headers=headers).json()["foreign_number"]

    do(world, case_id, "number", foreign_number="KS 2026/17")
    do(world, case_id, "hand-over", municipality="0583", reason="Deras.")
    world.settle()
    assert (told(HANDLER_0180), told(HANDLER_0583)) == ("KS 2026/17", None)
    assert found(world, "KS 2026/17", code="0583", headers=HANDLER_0583) == []
    assert found(world, "KS 2026/17", headers=HANDLER_0180) == []
    assert world.case(reference, token).json()["foreign_number"] is None
    theirs = bearer("lead@0583.example")
    number = {"foreign_number": "MOT-1"}
    assert world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/number", body=number, headers=theirs).status == 200
    world.settle()
    assert (told(HANDLER_0180), told(HANDLER_0583)) == ("KS 2026/17", "MOT-1")
    assert found(world, "MOT-1", code="0583", headers=HANDLER_0583) == [reference]
    assert world.case(reference, token).json()["foreign_number"] == "MOT-1"
    back = {"reason": "Inte vårt."}
    assert world.call("desk", "POST", f"/api/v1/desk/cases/{case_id}/return", body=back, headers=theirs).status == 200
    world.settle()
    assert told(HANDLER_0180) == "KS 2026/17"
    assert found(world, "KS 2026/17") == [reference]
    assert found(world, "MOT-1", code="0583", headers=HANDLER_0583) == []


def test_a_case_handed_over_is_found_by_words_where_it_is_and_by_number_where_it_was(world: World) -> None:
    world.claim("0184")
    receipt = arrived(world, f"Det är {MARKER} som saknas.", location={"lat": 59.3600, "lon": 18.0009})
    case_id, reference = receipt["case_id"], receipt["reference"]
    assert found(world, MARKER, code="0184") == [reference]
    do(world, case_id, "assign", team="street", assignee="local-admin")
    do(world, case_id, "hand-over", municipality="0180", reason="Den står i Stockholm.")
    world.settle()
    assert found(world, MARKER) == [reference]
    assert found(world, MARKER, code="0184") == []
    [row] = search(world, reference, code="0184").json()["cases"]
    assert (row["attention"], row["assignee"], row["team"]) == ("elsewhere", None, None)
    do(world, case_id, "return", reason="Det gör den inte.")
    world.settle()
    assert found(world, MARKER, code="0184") == [reference]
    assert found(world, MARKER) == []


def test_pages_follow_each_other_without_gap_or_repeat(world: World) -> None:
    made = [arrived(world, f"Hålet nummer {number} vid zonen.")["reference"] for number in range(5)]
    for asked in ("hål", "hål zon"):
        seen, after = [], ""
        for _ in range(4):
            page = search(world, asked, limit="2", after=after).json()
            seen += [each["reference"] for each in page["cases"]]
            after = page["next"]
            if after is None:
                break
        assert seen == made[::-1], asked
        assert after is None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"q": ""}, "invalid_request"),
        ({"q": "å" * 10_000}, "invalid_request"),
        ({"q": "det är en"}, "nothing_to_search_for"),
        ({"q": "<>?!"}, "nothing_to_search_for"),
        ({"q": "hål", "after": "ZZZZZZZZZZZZZZZZZZZZZZZZZZ"}, "invalid_request"),
        ({"q": "hål", "after": "a#01M80ZNZ1GTWYP1FSQMVWMHA9C"}, "invalid_request"),
        ({"q": "hål", "limit": "5000"}, "invalid_request"),
        ({"q": "hål", "municipality": "9999"}, "unknown_municipality"),
    ],
)
def test_what_cannot_be_searched_for_is_refused(world: World, query: dict[str, str], code: str) -> None:
    answer = world.call("desk", "GET", "/api/v1/desk/search", headers=ADMIN, query={"municipality": "0180", **query})
    assert (answer.status, answer.json()["code"]) == (422, code)
    assert "hål" not in answer.text


def test_script_and_operators_are_words_like_others(world: World) -> None:
    receipt = arrived(world, "<script>alert(1)</script> skylten #W#0583 begins_with")
    assert found(world, "<script>alert") == [receipt["reference"]]
    assert found(world, "#W#0583") == [receipt["reference"]]
    assert found(world, "123456789012") == [], "a long number is no word, and no case's"


# ---- the index itself ------------------------------------------------------------------------------------------------


def postings() -> dict[str, set[str]]:
    """Every posting there is, by its case."""
    found: dict[str, set[str]] = {}
    for item in boto3.client("dynamodb").scan(TableName=ENVIRONMENT["INSIGHT_TABLE"])["Items"]:
        if item["pk"]["S"][0] in "WN":
            found.setdefault(item["sk"]["S"], set()).add(item["pk"]["S"])
    return found


@pytest.fixture
def index(world: World) -> InsightStore:
    """The index of a world."""
    return InsightStore(ENVIRONMENT["INSIGHT_TABLE"])


def agrees(index: InsightStore, case_id: str) -> bool:
    """Whether the case's row says exactly which postings there are."""
    row = index.indexed(case_id)
    assert row is not None
    return set(row.postings) == postings().get(case_id, set())


def test_the_same_event_again_and_an_old_one_late_change_nothing(world: World, index: InsightStore) -> None:
    receipt = arrived(world, "Hålet är djupt.")
    case_id = receipt["case_id"]
    do(world, case_id, "hide", text="Namn i texten.")
    world.stream(world.unpublished())
    [hidden] = world.take_events()
    world.react(hidden)
    do(world, case_id, "show")
    world.settle()
    row = index.indexed(case_id)
    for _ in range(2):
        assert world.invoke("insight.on_event", hidden) == []
    assert index.indexed(case_id) == row
    assert found(world, "hål") == [receipt["reference"]]
    assert agrees(index, case_id)


def test_an_older_reading_never_overwrites_a_newer_one(world: World, index: InsightStore) -> None:
    receipt = arrived(world, "Hålet är djupt.")
    case_id, cases = receipt["case_id"], CaseStore(ENVIRONMENT["CASES_TABLE"])
    old = cases.load(case_id)
    assert old is not None
    do(world, case_id, "reply", text="Asfalten kommer.")
    world.settle()

    class Slow(CaseStore):
        """Reads what was."""

        def load(self, case_id: str) -> Any:
            return old

    Indexing(Slow(cases.table), index).look_at(case_id)
    assert found(world, "asfalt") == [receipt["reference"]]


def test_two_at_once_leave_what_is_true(world: World, index: InsightStore, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = arrived(world, "Hålet är djupt.")
    case_id, cases = receipt["case_id"], CaseStore(ENVIRONMENT["CASES_TABLE"])
    do(world, case_id, "reply", text="Asfalten kommer.")
    other, write = Indexing(cases, InsightStore(index.table)), index.write
    raced: list[str] = []

    def first_the_other(self: InsightStore, before: Indexed | None, wanted: Indexed) -> None:
        if not raced:
            raced.append("once")
            other.look_at(case_id)
        write(before, wanted)

    monkeypatch.setattr(InsightStore, "write", first_the_other)
    Indexing(cases, index).look_at(case_id)
    assert agrees(index, case_id)
    assert found(world, "asfalt") == [receipt["reference"]]

    def always_overtaken(self: InsightStore, before: Indexed | None, wanted: Indexed) -> None:
        write(before and before.__class__(before.case_id, None, 0, lock=before.lock + 7), wanted)

    monkeypatch.setattr(InsightStore, "write", always_overtaken)
    do(world, case_id, "note", text="Något händer.")
    with pytest.raises(Busy):
        Indexing(cases, index).look_at(case_id)


def words(prefix: str, count: int) -> Iterator[str]:
    return (f"{prefix}{number}q" for number in range(count))


@pytest.mark.parametrize("stop_after", [1, 2, 3])
def test_a_long_text_cut_off_anywhere_is_made_whole_by_the_next_try(
    world: World, index: InsightStore, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    """200 words go, 200 others come, in another municipality: five transactions, after each of which both agree."""
    case_id = arrived(world, "Hålet är djupt.")["case_id"]
    before = index.indexed(case_id)
    index.write(before, Indexed(case_id, "0180", 50, stems(words("a", 200)), ("ks1",)))
    first, wanted = index.indexed(case_id), Indexed(case_id, "0583", 51, stems(words("b", 200)), ("ks1",))
    assert agrees(index, case_id)
    original = BaseClient._make_api_call  # type: ignore[attr-defined]
    made: list[str] = []

    def dying(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems":
            made.append(operation)
            if len(made) > stop_after:
                raise ConnectionError
        return original(self, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", dying)
        with pytest.raises(ConnectionError):
            index.write(first, wanted)
    assert agrees(index, case_id)
    index.write(index.indexed(case_id), wanted)
    row = index.indexed(case_id)
    assert row is not None
    assert (row.municipality, row.version, row.numbers, len(row.stems)) == ("0583", 51, ("ks1",), 200)
    assert agrees(index, case_id)


def test_a_text_that_is_erased_is_found_no_more(world: World, index: InsightStore) -> None:
    receipt = arrived(world, "Hålet är djupt.")
    key = {"pk": {"S": f"C#{receipt['case_id']}"}, "sk": {"S": "T#000001#description"}}
    boto3.client("dynamodb").delete_item(TableName=ENVIRONMENT["CASES_TABLE"], Key=key)
    Indexing(CaseStore(ENVIRONMENT["CASES_TABLE"]), index).look_at(receipt["case_id"])
    assert postings().get(receipt["case_id"], set()) == set()
    assert found(world, "hål") == []


def test_what_masking_took_out_is_not_in_the_index(world: World) -> None:
    receipt = arrived(world, "Ring mig på 070-174 06 05 eller anna.markor@example.org om hålet.")
    stood = " ".join(postings()[receipt["case_id"]])
    assert "hål" in stood
    for secret in ("070", "0605", "anna", "markor", "example"):
        assert secret not in stood, secret
