"""Open311's pure parts: forms, dates, XML, and which municipality a domain is."""

from __future__ import annotations

import contextlib
import json
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.cases.open311_requests import EVER, KEPT, WINDOW, Window, window, window_of_updates
from functions.intake.models import ReportIn
from functions.intake.open311 import report_of
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.http.forms import Form, read_form
from synpunkt.http.open311 import decimal, moment, size_of, split_format, to_utc, to_xml, with_links
from synpunkt.places import municipalities
from synpunkt.places.domains import municipalities_called

TEXT = st.text(max_size=50)
URLENCODED = "application/x-www-form-urlencoded"


@given(st.recursive(TEXT | st.none() | st.booleans() | st.integers(), lambda each: st.lists(each, max_size=3)))
def test_whatever_is_told_is_xml(content: Any) -> None:
    root = ET.fromstring(to_xml("services", {"service": content, "values": [content, content]}))
    assert [each.tag for each in root] == ["service", "values"]


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text('"&<å🚧\\\n') | st.none()), max_size=5))
def test_a_list_takes_no_more_than_its_members(content: Any) -> None:
    sizes = sum(map(size_of, content))
    for written in (to_xml("service_requests", content), json.dumps(content, ensure_ascii=False)):
        assert len(json.dumps(written, ensure_ascii=False).encode()) <= sizes + 150


def test_xml_names_what_is_in_lists() -> None:
    told = to_xml("service_requests", [{"lat": 59.5, "zipcode": None, "photos": ["a&b"]}, {}])
    assert told.splitlines()[1] == (
        "<service_requests><request><lat>59.5</lat><zipcode/><photos><photo>a&amp;b</photo></photos></request>"
        "<request/></service_requests>"
    )


@given(st.dictionaries(TEXT, st.lists(st.binary(max_size=200), min_size=1, max_size=3), max_size=4))
def test_files_come_whole(files: dict[str, list[bytes]]) -> None:
    named = {f"f{number}": contents for number, contents in enumerate(files.values())}
    body = b"".join(
        f'--gr\r\nContent-Disposition: form-data; name="{name}"; filename="x"\r\n\r\n'.encode() + content + b"\r\n"
        for name, contents in named.items()
        for content in contents
        if b"\r\n--gr" not in b"\r\n" + content
    )
    form = read_form(b"before\r\n" + body + b"--gr--\r\nafter", "multipart/form-data; boundary=gr")
    assert form.files == {
        name: kept for name, contents in named.items() if (kept := [each for each in contents if each])
    }


@given(st.binary(max_size=300), st.sampled_from([URLENCODED, "multipart/form-data; boundary=a", "multipart/form-data"]))
def test_what_cannot_be_read_is_told(raw: bytes, content_type: str) -> None:
    with contextlib.suppress(ValueError):
        read_form(raw, content_type)


def test_fields_keep_their_values_in_order() -> None:
    form = read_form(b"a=1&b=&a=%C3%A5+%0D%0A&c[]=x&c[]=y", f"{URLENCODED}; charset=utf-8")
    assert form.fields == {"a": ["1", "å \r\n"], "b": [""], "c[]": ["x", "y"]}
    assert (form.get("a"), form.get("b"), form.get("d")) == ("å", None, None)
    with pytest.raises(Problem):
        read_form(b"{}", "application/json")


@pytest.mark.parametrize(
    ("name", "kind", "content", "is_file"),
    [
        ("media", "", b"\xff\xd8\xff\xe0", True),
        ("media", "Content-Type: image/jpeg\r\n", b"not a photo", True),
        ("photo", "Content-Type: image/png\r\n", b"\x89PNG", True),
        ("media", "", b"words", False),
        ("description", "Content-Type: text/plain; charset=utf-8\r\n", b"words", False),
    ],
)
def test_a_photo_without_a_files_name_is_a_file(name: str, kind: str, content: bytes, is_file: bool) -> None:
    head = f'--a\r\nContent-Disposition: form-data; name="{name}"\r\n{kind}\r\n'
    form = read_form(head.encode() + content + b"\r\n--a--", "multipart/form-data; boundary=a")
    assert (form.files, form.fields) == (({name: [content]}, {}) if is_file else ({}, {name: [content.decode()]}))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-22", "2026-11-22T00:00:00Z"),
        ("2026-11-22T10:00Z", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00.5+01:00", "2026-11-22T09:00:00Z"),
        ("2026-11-22T10:00:00 01:00", "2026-11-22T09:00:00Z"),
    ],
)
def test_dates_as_w3c_writes_them(written: str, meant: str) -> None:
    assert to_utc(moment(written, "start_date")) == meant


@given(st.text(max_size=30))
def test_no_other_date_is_understood(written: str) -> None:
    with pytest.raises(Problem, match="invalid_date"):
        moment(f"{written}?", "start_date")
    with contextlib.suppress(Problem):
        assert len(to_utc(moment(written, "start_date"))) == 20


NOW = moment("2026-11-22T10:00:00Z", "now")


def looked_at(found: Window) -> tuple[str, str, str | None, bool]:
    """A window as it is told."""
    return (
        to_utc(found.first)[:10],
        to_utc(found.last)[:10],
        to_utc(found.later)[:10] if found.later else None,
        found.cut,
    )


@pytest.mark.parametrize(
    ("start", "end", "meant"),
    [
        ("", "", ("2026-08-24", "2026-11-22", None, False)),
        ("", "2020-06-01", ("2020-03-03", "2020-06-01", None, False)),
        ("2026-11-01", "", ("2026-11-01", "2026-11-22", None, False)),
        ("2026-08-24", "", ("2026-08-24", "2026-11-22", None, False)),
        ("2026-01-01", "", ("2026-01-01", "2026-04-01", "2026-04-01", False)),
        ("2026-12-24", "", ("2026-12-24", "2026-12-24", None, False)),
    ],
)
def test_a_window_that_goes_on_says_so(
    monkeypatch: pytest.MonkeyPatch, start: str, end: str, meant: tuple[str, str, str | None, bool]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert looked_at(window({"start_date": start, "end_date": end}, WINDOW)) == meant


def test_whoever_follows_a_window_comes_to_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    found = window({"start_date": "2020-01-01"}, WINDOW)
    asked = 1
    while found.later:
        found, before = window({"start_date": to_utc(found.later)}, WINDOW), found
        asked += 1
        assert found.first == before.last
    assert (found.last, asked) == (NOW, 28)
    # Cases that are named have all that was ever done to them.
    assert window({"start_date": "2020-01-01"}, EVER).last == NOW


@pytest.mark.parametrize(
    ("start", "end", "meant"),
    [
        ("2026-11-22T08:00:00Z", "", ("2026-11-22", "2026-11-22", None, False)),
        ("2026-10-23", "", ("2026-10-23", "2026-11-22", None, False)),
        ("2020-01-01", "", ("2026-10-23", "2026-11-22", None, True)),
        ("2026-10-10", "2026-11-05", ("2026-10-23", "2026-11-05", None, True)),
        ("", "2026-11-05", ("2026-10-23", "2026-11-05", None, True)),
        # Where somebody who follows the header comes to the end of what is kept.
        ("", "2026-10-23", ("2026-10-23", "2026-10-23", None, True)),
    ],
)
def test_updates_are_looked_for_as_far_back_as_they_are_kept(
    monkeypatch: pytest.MonkeyPatch, start: str, end: str, meant: tuple[str, str, str | None, bool]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert looked_at(window_of_updates({"start_date": start, "end_date": end})) == meant


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2020-01-01", "2020-01-15", "updates_not_kept"),
        ("", to_utc(NOW - KEPT - timedelta(days=2)), "updates_not_kept"),
        ("2026-09-01", "2026-11-01", "invalid_window"),
        ("2026-11-02", "2026-11-01", "invalid_window"),
    ],
)
def test_updates_that_are_not_kept_are_not_told_as_none(
    monkeypatch: pytest.MonkeyPatch, start: str, end: str, code: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with pytest.raises(Problem, match=code):
        window_of_updates({"start_date": start, "end_date": end})


@given(st.floats(-180, 180).map(lambda each: f"{each:.8f}"))
def test_numbers_as_everybody_writes_them(written: str) -> None:
    assert decimal(written) == decimal(f" {written} ") == float(written)


@pytest.mark.parametrize("written", ["", ".", "٥٩.٣", "1_0", "nan", "inf", "1e1", "0x1", "59,3", "1 0", "--1", "५"])
def test_no_other_number_is_understood(written: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        decimal(written)


REPORT = {"service_code": ["pothole"], "description": ["Hål."], "lat": ["59.3"], "long": ["18.06"]}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"long": [""]}, ("location.lon", "missing", {})),
        ({"lat": []}, ("location.lat", "missing", {})),
        ({"long": [" "], "address_string": ["Storgatan 1"]}, ("location.lon", "missing", {})),
        ({"attribute[x]": ["y" * 2001]}, ("answers", "too_long", {"limit": 2000})),
        ({"attribute[x][]": ["y" * 201]}, ("answers", "too_long", {"limit": 200})),
        ({"attribute[x][]": ["y"] * 51}, ("answers", "too_many", {"limit": 50})),
        ({f"attribute[{each}]": ["y"] for each in range(51)}, ("answers", "too_many", {"limit": 50})),
    ],
)
def test_what_is_wrong_with_a_report_is_said_closely(fields: dict[str, list[str]], wrong: Any) -> None:
    with pytest.raises(Problem) as refused:
        report_of(Form({**REPORT, **fields}), "0180", "sv")
    assert (refused.value.status, list(refused.value.fields)) == (400, [wrong])


def test_as_much_as_a_report_may_answer_is_a_report() -> None:
    most = {f"attribute[{each}]": ["y" * 2000] for each in range(49)} | {"attribute[x][]": ["y" * 200] * 50}
    made = ReportIn.model_validate(report_of(Form({**REPORT, **most}), "0180", "sv"))
    assert len(made.answers) == 50


def test_formats_are_the_two() -> None:
    assert split_format("7KQ-4M2X.xml") == ("7KQ-4M2X", "xml")
    for name in ("7KQ-4M2X", "x.csv", ".json", "x.JSON"):
        with pytest.raises(Problem):
            split_format(name)


def test_links_stand_under_the_words() -> None:
    told = with_links("Hål.", ["https://x.example/1.jpg", "javascript:alert(1)", "http://a b", ""], "sv")
    assert told == "Hål.\n\nBild: https://x.example/1.jpg"


def test_a_domain_reads_as_a_municipality() -> None:
    named = {"motala.se": "0583", "www.Umea.se": "2480", "upplands-bro.se": "0139", "habokommun.se": None}
    for domain, code in named.items():
        assert code is None or municipalities_called(domain) == (code,)
    assert len(municipalities_called("habo.se")) == 2
    for nobodys in ("motala.com", "se", "", ".se", "oslo.se", "kommun.se"):
        assert municipalities_called(nobodys) == ()
    plain = [each for each in municipalities() if each.name.isascii() and each.name.isalpha() and each.name != "Habo"]
    assert all(municipalities_called(f"{each.name.lower()}.se") == (each.code,) for each in plain)
