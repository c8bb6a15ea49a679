"""A table of positions in, a table of municipalities out."""

import csv
import io

import pytest

from synpunkt.places.csv_locate import locate_csv


def answer(text: str) -> list[str]:
    out = io.StringIO()
    locate_csv(io.StringIO(text), out)
    return out.getvalue().splitlines()


def test_rows_come_back_in_order_with_their_coordinates_as_given() -> None:
    lines = answer("lon,lat\n18.05930,59.3307\n 10.75,+59.91\n17.0600,61.98e0\n")
    assert lines[0] == "lon,lat,municipality,border_m"
    assert lines[1].startswith("18.05930,59.3307,0180,2189.")
    assert lines[2] == " 10.75,+59.91,,"
    assert lines[3].startswith("17.0600,61.98e0,2132,")
    assert len(lines[3].rpartition(".")[2]) == 1


def test_columns_are_found_by_name() -> None:
    lines = answer('\ufeffid,LAT,note, Lon\n7,59.361,"a, b",17.972\n')
    assert lines[1].startswith("17.972,59.361,0183,124.")


@pytest.mark.parametrize(
    "row", ["x,59.3", "18.0,", "18.0", "nan,59.3", "18.0,inf", "999,59", ",", "59.3307,18.0593", "19.9,57.0"]
)
def test_a_row_that_cannot_be_read_or_is_nowhere_in_sweden_is_still_a_row(row: str) -> None:
    lines = answer(f"lon,lat\n{row}\n")
    assert len(lines) == 2
    assert lines[1].endswith(",,")


def test_a_field_beyond_the_parsers_limit_is_still_a_row() -> None:
    lines = answer("lon,lat\n" + "1" * (csv.field_size_limit() + 1) + ",59\n18.0593,59.3307\n")
    assert lines[1] == ",,,"
    assert lines[2].startswith("18.0593,59.3307,0180,")


def test_blank_lines_keep_the_numbering_but_not_at_the_end() -> None:
    lines = answer("lon,lat\n18.0593,59.3307\n\n17.972,59.361\n\n\n")
    assert [line.split(",")[2] for line in lines[1:]] == ["0180", "", "0183"]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "18.05,59.33\n"])
def test_a_table_without_the_columns_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="lon and lat"):
        answer(text)
