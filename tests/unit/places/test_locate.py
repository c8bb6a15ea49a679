"""Positions whose municipality is known, positions that have none, and borders seen from both sides."""

import csv
import math
import subprocess
import sys
from pathlib import Path

import pytest

from synpunkt.places import Place, locate, looks_swapped, municipalities, municipality_at

TRUTH = Path(__file__).with_name("truth.csv")

KNOWN = {
    "Stockholm central station": (59.3307, 18.0593, "0180"),
    "Sundbyberg, the smallest": (59.361, 17.972, "0183"),
    "Visby, over water": (57.638, 18.296, "0980"),
    "Bergsjö": (61.98, 17.06, "2132"),
    "Sandhamn, an island": (59.288, 18.92, "0120"),
    "Svenska Högarna, far out at sea": (59.444, 19.505, "0188"),
    "Landsort": (58.75, 17.87, "0192"),
    "Treriksröset, where three countries meet": (69.05, 20.5, "2584"),
    "Smygehuk, the south": (55.34, 13.36, "1287"),
    "Haparanda, on the river": (65.835, 24.13, "2583"),
}
OUTSIDE = {
    "Oslo": (59.91, 10.75),
    "Copenhagen": (55.676, 12.568),
    "Mariehamn, Åland": (60.097, 19.935),
    "Tornio, across the river": (65.848, 24.147),
    "the Baltic, international waters": (58.5, 20.3),
    "Gulf of Guinea": (0.0, 0.0),
    "north pole": (90.0, 0.0),
    "south pole": (-90.0, 180.0),
}


@pytest.mark.parametrize(("lat", "lon", "code"), KNOWN.values(), ids=KNOWN.keys())
def test_known_positions_are_in_their_municipality(lat: float, lon: float, code: str) -> None:
    place = locate(lat, lon)
    assert place is not None
    assert place.municipality == municipality_at(lat, lon) == code


@pytest.mark.parametrize(("lat", "lon"), OUTSIDE.values(), ids=OUTSIDE.keys())
def test_positions_abroad_have_no_municipality(lat: float, lon: float) -> None:
    assert locate(lat, lon) is None
    assert municipality_at(lat, lon) is None


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(math.nan, 18.0), (59.0, math.inf), (-math.inf, 18.0), (90.1, 18.0), (59.0, 180.1), (59.0, -200.0)],
)
def test_what_is_no_position_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="lat/lon"):
        locate(lat, lon)
    with pytest.raises(ValueError, match="lat/lon"):
        municipality_at(lat, lon)
    assert looks_swapped(lat, lon) is False


def test_a_border_is_seen_from_both_sides() -> None:
    stockholm, solna = locate(59.3492, 18.035), locate(59.3494, 18.035)
    assert stockholm is not None
    assert solna is not None
    assert (stockholm.municipality, stockholm.neighbour, stockholm.uncertain) == ("0180", "0184", True)
    assert (solna.municipality, solna.neighbour, solna.uncertain) == ("0184", "0180", True)
    # 0.0002° of latitude apart, so the two distances cannot sum to more than these 22.3 m
    assert stockholm.border_m + solna.border_m <= 22.4


@pytest.mark.parametrize(
    ("accuracy_m", "neighbour", "uncertain"),
    [
        (None, None, False),
        (5.0, None, False),
        (130.0, "0184", True),
        (500.0, "0184", True),
        (501.0, "0184", True),
    ],
)
def test_a_worse_position_reaches_further(accuracy_m: float | None, neighbour: str | None, uncertain: bool) -> None:
    place = locate(59.361, 17.972, accuracy_m)  # 124 m from the border to Solna
    assert place is not None
    assert 100 < place.border_m < 130
    assert (place.neighbour, place.uncertain) == (neighbour, uncertain)


def test_a_very_poor_position_is_uncertain_anywhere() -> None:
    assert (_in_visby(500.0).uncertain, _in_visby(500.0).poor) == (False, False)
    for accuracy_m in (501.0, 5_000.0, math.inf, math.nan):
        place = _in_visby(accuracy_m)
        assert (place.uncertain, place.poor, place.neighbour) == (True, True, None)
    assert _in_visby(-1.0).uncertain is False


def _in_visby(accuracy_m: float) -> Place:
    place = locate(57.638, 18.296, accuracy_m)
    assert place is not None
    return place


def test_the_national_border_is_uncertain_without_a_neighbour() -> None:
    place = locate(65.835, 24.13, 500.0)
    assert place is not None
    assert place.neighbour is None
    step = 0.0001
    lon = 24.13
    while (nearer := locate(65.835, lon + step)) is not None:
        place, lon = nearer, lon + step
    assert (place.municipality, place.neighbour, place.uncertain) == ("2583", None, True)


def test_a_neighbour_is_named_also_where_the_national_border_is_nearer() -> None:
    place = locate(68.15463, 23.2859)  # Kiruna; Finland 12 m away, Pajala 30 m
    assert place is not None
    assert (place.municipality, place.neighbour, place.uncertain) == ("2584", "2521", True)
    assert place.border_m == pytest.approx(12.3, abs=0.5)
    assert place.neighbour_m == pytest.approx(29.8, abs=0.5)


def test_a_neighbour_beyond_the_border_is_as_near_as_the_border() -> None:
    place = locate(59.3492, 18.035)
    assert place is not None
    assert place.neighbour_m == place.border_m


@pytest.mark.parametrize(("lat", "lon", "code"), KNOWN.values(), ids=KNOWN.keys())
def test_swapped_coordinates_are_noticed(lat: float, lon: float, code: str) -> None:
    assert looks_swapped(lon, lat)
    assert not looks_swapped(lat, lon)


def test_every_municipality_answers_at_its_own_position() -> None:
    assert [municipality_at(m.lat, m.lon) for m in municipalities()] == [m.code for m in municipalities()]


def test_the_truth_sample_is_matched() -> None:
    rows = list(csv.DictReader(TRUTH.read_text(encoding="utf-8").splitlines()))
    assert len(rows) >= 300
    assert sum(float(row["border_m"]) <= 500 for row in rows) >= len(rows) // 4
    for row in rows:
        place = locate(float(row["lat"]), float(row["lon"]))
        metres = float(row["border_m"])
        if metres > 0.1:  # nearer, the rounding of the index may decide
            assert (place.municipality if place else "") == row["municipality"], row
        if place:
            assert place.border_m == pytest.approx(metres, rel=0.01, abs=0.2), row


def test_neither_shapely_nor_numpy_is_imported() -> None:
    script = (
        "import sys; from synpunkt.places import locate, municipality\n"
        "assert locate(57.638, 18.296).neighbour is None and locate(59.3492, 18.035).neighbour == '0184'\n"
        "assert municipality('0180').name == 'Stockholm'\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('shapely', 'numpy')])"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
