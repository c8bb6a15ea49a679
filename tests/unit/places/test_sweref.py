"""SWEREF 99 TM against positions that pyproj computed (`geodata/control.py`)."""

import csv
import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from synpunkt.places.sweref import from_sweref, to_sweref

CONTROL = [
    [float(value) for value in row]
    for row in list(csv.reader(Path(__file__).with_name("sweref.csv").read_text("utf-8").splitlines()))[1:]
]
METRES_PER_DEGREE = 111_320.0


def test_positions_are_within_a_millimetre_of_pyproj() -> None:
    assert len(CONTROL) == 200
    for easting, northing, lat, lon in CONTROL:
        found_lat, found_lon = from_sweref(easting, northing)
        off = math.hypot(found_lat - lat, (found_lon - lon) * math.cos(math.radians(lat))) * METRES_PER_DEGREE
        assert off <= 0.001
        found_east, found_north = to_sweref(lat, lon)
        assert math.hypot(found_east - easting, found_north - northing) <= 0.001


def test_the_central_meridian_is_the_false_easting() -> None:
    assert abs(to_sweref(60.0, 15.0)[0] - 500_000.0) < 1e-6
    assert abs(from_sweref(500_000.0, 6_600_000.0)[1] - 15.0) < 1e-12


@given(easting=st.floats(170_000, 1_020_000), northing=st.floats(6_030_000, 7_780_000))
def test_there_and_back(easting: float, northing: float) -> None:
    back = to_sweref(*from_sweref(easting, northing))
    assert math.dist(back, (easting, northing)) < 0.001
