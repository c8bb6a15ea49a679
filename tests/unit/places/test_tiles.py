"""Quadkeys and the scale of the map against values known from elsewhere."""

import math

import pytest

from synpunkt.places import quadkey
from synpunkt.places.tiles import metres_per_tile, tile_position, tile_quadkey


def test_known_quadkeys() -> None:
    assert quadkey(0.0, 0.0, 0) == ""
    assert [quadkey(lat, lon, 1) for lat, lon in ((60, -90), (60, 90), (-60, -90), (-60, 90))] == list("0123")
    assert quadkey(90.0, 180.0, 3) == "111"
    assert quadkey(-90.0, -180.0, 3) == "222"
    assert tile_quadkey(3, 5, 3) == "213"  # the example in the Bing Maps tile system's documentation


@pytest.mark.parametrize(("lat", "lon", "zoom"), [(math.nan, 0, 3), (0, 181, 3), (0, 0, -1), (0, 0, 31)])
def test_what_has_no_quadkey_is_refused(lat: float, lon: float, zoom: int) -> None:
    with pytest.raises(ValueError, match=r"lat/lon|zoom"):
        quadkey(lat, lon, zoom)


def test_a_degree_on_the_ellipsoid() -> None:
    # at 60° N a degree of longitude is 55,800 m and one of latitude 111,412 m on WGS84
    x, y = tile_position(60.0, 18.0, 14)
    east, north = metres_per_tile(y, 14)
    assert (tile_position(60.0, 18.5, 14)[0] - tile_position(60.0, 17.5, 14)[0]) * east == pytest.approx(
        55_800, rel=1e-4
    )
    assert (tile_position(59.5, x, 14)[1] - tile_position(60.5, x, 14)[1]) * north == pytest.approx(111_412, rel=1e-4)
