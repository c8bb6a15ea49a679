"""Open data: what of a case leaves the house is named field by field, and no cell of a table does anything."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from functions.insight.open_formats import as_csv, as_geojson
from functions.insight.open_models import OpenCaseOut
from functions.insight.opened import position_text, positions
from synpunkt.http import Problem
from synpunkt.lifecycle import Case, Location, Photo, Registration, Status, Text, Visibility
from synpunkt.open_data import COLUMNS, OpenCase, open_case
from synpunkt.stores.cases import CaseFile
from synpunkt.stores.dynamo import from_wire, to_wire
from synpunkt.stores.open_data import LOG_SHARDS, Opened
from tests.unit.test_handling import routed

MARK = "zqx"


def marked() -> CaseFile:
    """A public case with a mark in everything that somebody wrote, or that is of one person."""
    case = replace(
        routed(),
        visibility=Visibility.PUBLIC,
        language=f"{MARK}language",
        channel=f"{MARK}channel",
        team=f"{MARK}team",
        assignee=f"{MARK}assignee",
        triage_owner=f"{MARK}owner",
        triage_reason=f"{MARK}reason",
        duplicate_of=f"{MARK}duplicate",
        planned_for=date(2026, 12, 1),
        municipality_given=f"{MARK}given",
        location=Location(59.330712345, 18.059312345, 12.0, f"{MARK}method"),
        registrations=(Registration("0180", diary_number=f"{MARK}diary", foreign_number=f"{MARK}number"),),
    )
    texts = tuple(
        Text(number, name, f"{MARK}full", f"{MARK}public", Visibility.PUBLIC)
        for number, name in enumerate(("description", "place", "answer:depth", "reply", "note"), 1)
    )
    photos = (Photo("01M81RXGPVAADMYSH5EXJJ7QD8", 100, 100), Photo(f"{MARK}photo", 100, 100, shown=False))
    return CaseFile(case, (), texts, photos)


def test_nothing_leaves_that_is_not_named() -> None:
    row = open_case(marked())
    assert row is not None
    assert MARK not in json.dumps(asdict(row))
    assert (row.lat, row.lon) == (59.3307, 18.0593), "some ten metres, and no more is known"
    assert row.photos == 1
    assert row.submitted_at.endswith("Z")
    assert "." not in row.submitted_at
    # Whoever adds a field says here that everybody may have it.
    for_everybody = (
        *("id", "kind", "category", "category_name", "status", "outcome", "municipality", "municipality_name"),
        *("department", "responsible", "body", "routed_by", "claimed"),
        *("submitted_at", "routed_at", "answered_at", "resolved_at", "lat", "lon", "photos"),
    )
    assert for_everybody == COLUMNS
    assert tuple(OpenCaseOut.model_fields) == COLUMNS
    assert {each.name for each in fields(Case)} & set(COLUMNS) <= {
        *("kind", "category", "status", "outcome", "municipality", "department", "body", "claimed"),
        *("answered_at", "resolved_at"),
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"visibility": Visibility.PRIVATE},
        {"visibility": Visibility.HELD},
        {"hidden": True},
        {"protected_by": "0180"},
        {"municipality": None},
    ],
    ids=lambda changed: ",".join(changed),
)
def test_what_not_everybody_may_read_is_no_row(changed: dict[str, Any]) -> None:
    file = marked()
    assert open_case(replace(file, case=replace(file.case, **changed))) is None


def test_a_row_is_kept_and_read_again_as_it_was() -> None:
    row = open_case(marked())
    assert row is not None
    for each in (row, replace(row, lat=59.0, lon=None, category=None, status=Status.RESOLVED.value)):
        again = OpenCase.of(from_wire(to_wire(each.kept())))
        assert again == each
        assert again.lat is None or isinstance(again.lat, float)


def rows() -> list[OpenCase]:
    """A row as it is, and one whose names a municipality wrote to do harm."""
    row = open_case(marked())
    assert row is not None
    harm = '=HYPERLINK("https://example.org","klicka")'
    return [row, replace(row, category_name=harm, department="@SUM(1)", body="-1+1", lat=None, lon=None)]


def test_no_cell_is_a_formula_and_every_cell_survives() -> None:
    text = as_csv(rows())
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    told = list(csv.DictReader(io.StringIO(text, newline="")))
    assert not [cell for each in told for cell in each.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert told[1]["category_name"] == '\'=HYPERLINK("https://example.org","klicka")'
    assert (told[1]["lat"], told[1]["claimed"]) == ("", str(rows()[1].claimed).lower())


@given(st.text())
def test_whatever_a_name_is_it_comes_back_from_its_cell(name: str) -> None:
    [told] = csv.DictReader(io.StringIO(as_csv([replace(rows()[0], category_name=name)]), newline=""))
    assert told["category_name"] in (name, f"'{name}")
    assert not told["category_name"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_case_without_a_place_is_a_feature_without_geometry() -> None:
    told = json.loads(as_geojson(rows(), {"next": None}))
    assert [each["geometry"] for each in told["features"]] == [
        {"type": "Point", "coordinates": [18.0593, 59.3307]},
        None,
    ]
    assert "lat" not in told["features"][0]["properties"]


@given(st.tuples(*[st.integers(0, 10**12 - 1)] * LOG_SHARDS))
def test_a_cursor_is_where_it_was_made(reached: tuple[int, ...]) -> None:
    assert positions(position_text(reached)) == reached


@given(st.text(alphabet="0123456789_-. \n٣", min_size=1, max_size=40))
def test_any_other_cursor_is_refused(cursor: str) -> None:
    parts = cursor.split("_")
    assume(len(parts) != LOG_SHARDS or not all(each.isascii() and each.isdigit() for each in parts))
    with pytest.raises(Problem, match="invalid_cursor"):
        positions(cursor)


def test_of_two_readings_the_later_version_wins() -> None:
    row = open_case(marked())
    early, late = Opened("case", 4, row), Opened("case", 5, None)
    gone = Opened("case", None, None)
    assert early.is_older_than(late)
    assert not late.is_older_than(early)
    assert early.is_older_than(gone)
    assert not gone.is_older_than(late)
    assert early.says_as(replace(early, lock=7, position=3))
    assert not early.says_as(replace(early, version=5))


def test_times_are_those_of_the_case() -> None:
    file = marked()
    at = file.case.created_at
    closed = replace(file, case=replace(file.case, resolved_at=at + timedelta(hours=2), answered_at=at))
    row = open_case(closed)
    assert row is not None
    assert row.resolved_at is not None
    assert row.resolved_at > row.submitted_at == row.answered_at
