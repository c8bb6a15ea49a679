"""Who would receive a report from a point, with every doubt there is, and in words what is no point."""

from __future__ import annotations

from typing import Any

import pytest

from tests.component.world import World

BESIDE_SOLNA = {"lat": "59.3492", "lon": "18.035"}  # in Stockholm, some metres from the border
KIRUNA = {"lat": "68.15463", "lon": "23.2859"}  # Finland 12 m away, Pajala 30 m
VISBY = {"lat": "57.638", "lon": "18.296"}


def _locate(world: World, **query: str) -> Any:
    answer = world.call("route", "GET", "/api/v1/locate", query=query)
    assert answer.status == 200, answer.text
    return answer.json()


def test_near_a_border_the_neighbour_is_named(world: World) -> None:
    found = _locate(world, **BESIDE_SOLNA)
    assert (found["municipality"]["code"], found["neighbour"]["code"]) == ("0180", "0184")
    assert found["neighbour_m"] == found["border_m"] < 20
    assert found["routing"]["uncertain"] is True


def test_who_chooses_the_neighbour_is_told_of_the_neighbour(world: World) -> None:
    found = _locate(world, **BESIDE_SOLNA, municipality="0184")
    assert (found["municipality"]["code"], found["neighbour"]["code"]) == ("0184", "0180")
    assert found["claimed"] is False
    assert found["routing"]["municipality_method"] == "chosen_near_border"
    assert found["routing"]["sentence"].startswith("Du valde Solna stad.")


@pytest.mark.parametrize(("place", "chosen"), [(BESIDE_SOLNA, "0180"), (BESIDE_SOLNA, "0183"), (VISBY, "0184")])
def test_any_other_choice_changes_nothing(world: World, place: dict[str, str], chosen: str) -> None:
    assert _locate(world, **place, municipality=chosen) == _locate(world, **place)


def test_the_neighbour_is_named_though_another_country_is_nearer(world: World) -> None:
    found = _locate(world, **KIRUNA)
    assert (found["municipality"]["code"], found["neighbour"]["code"]) == ("2584", "2521")
    assert found["border_m"] < 15 < 25 < found["neighbour_m"]
    assert "30 meter till gränsen mot Pajala" in found["routing"]["sentence"]


def test_a_position_known_to_5_km_is_uncertain_and_says_so(world: World) -> None:
    found = _locate(world, **VISBY, accuracy_m="5000")
    assert found["neighbour"] is None
    assert found["neighbour_m"] is None
    assert found["routing"]["uncertain"] is True
    assert "positionen är ungefärlig" in found["routing"]["sentence"]
    assert "positionen är ungefärlig" not in _locate(world, **VISBY, accuracy_m="500")["routing"]["sentence"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"lat": "18.0593", "lon": "59.3307"}, "swapped_coordinates"),
        ({"lat": "59.91", "lon": "10.75"}, "outside_sweden"),
        ({"lat": "57.0", "lon": "19.9"}, "outside_sweden"),
        ({"lat": "0", "lon": "0"}, "outside_sweden"),
        ({"lat": "NaN", "lon": "18"}, "invalid_request"),
        ({"lat": "59", "lon": "inf"}, "invalid_request"),
        ({"lat": "91", "lon": "18"}, "invalid_request"),
        ({"lat": "59,3", "lon": "18"}, "invalid_request"),
        ({"lat": "59.3"}, "invalid_request"),
        ({**VISBY, "accuracy_m": "NaN"}, "invalid_request"),
        ({**VISBY, "accuracy_m": "-5"}, "invalid_request"),
        ({**VISBY, "municipality": "9999"}, "unknown_municipality"),
        ({**VISBY, "municipality": "Gotland"}, "unknown_municipality"),
        ({**VISBY, "municipality": "0980" * 9}, "invalid_request"),
        ({**VISBY, "category": "dragons"}, "unknown_category"),
    ],
)
def test_what_is_no_point_or_unknown_is_refused_in_words(world: World, query: dict[str, str], code: str) -> None:
    answer = world.call("route", "GET", "/api/v1/locate", query=query)
    assert (answer.status, answer.json()["code"]) == (422, code), answer.text
    assert answer.json()["detail"]
