"""The one spatial key: web-mercator tiles and the quadkeys that name them.

A position is first turned into *tile coordinates*: at zoom z the world is 2**z by 2**z tiles, x grows
eastwards from the antimeridian and y southwards from 85.05° N; the whole part is the tile, the fraction is
the place inside it. Distances on the ground come from the WGS84 ellipsoid, not from the map's scale.
"""

from __future__ import annotations

from math import asin, atan, atanh, cosh, degrees, isfinite, pi, radians, sin, sinh, sqrt, tanh

MAX_LATITUDE = degrees(atan(sinh(pi)))  # where the square web-mercator world ends, 85.0511…
MAX_ZOOM = 30
EQUATOR_M = 2 * pi * 6_378_137.0
_E2 = 0.006_694_379_990_14  # WGS84, first eccentricity squared


def check_position(lat: float, lon: float) -> None:
    """Raise ValueError unless lat and lon (degrees, WGS84) are finite and on the globe."""
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        kind = "out of range" if isfinite(lat) and isfinite(lon) else "not finite"
        raise ValueError(f"lat/lon {kind}")


def tile_position(lat: float, lon: float, zoom: int) -> tuple[float, float]:
    """Give the tile coordinates (x, y) of a WGS84 position; beyond the map, those of the map's edge."""
    n = 1 << zoom
    s = sin(radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, lat))))
    # atanh(sin φ) equals asinh(tan φ) and stays finite arithmetic at the poles of the clamp
    psi = atanh(s)
    return (lon + 180.0) / 360.0 * n, (1.0 - psi / pi) / 2.0 * n


def latitude(y: float, zoom: int) -> float:
    """Give the WGS84 latitude in degrees of tile coordinate y."""
    return degrees(asin(tanh(pi * (1.0 - 2.0 * y / (1 << zoom)))))


def longitude(x: float, zoom: int) -> float:
    """Give the WGS84 longitude in degrees of tile coordinate x."""
    return x / (1 << zoom) * 360.0 - 180.0


def metres_per_tile(y: float, zoom: int) -> tuple[float, float]:
    """Give the metres (east-west, north-south) that one tile spans on the ellipsoid at tile coordinate y."""
    n = 1 << zoom
    psi = pi * (1.0 - 2.0 * y / n)
    s = tanh(psi)
    w2 = 1.0 - _E2 * s * s
    east = EQUATOR_M / n / cosh(psi) / sqrt(w2)
    return east, east * (1.0 - _E2) / w2


def quadkey(lat: float, lon: float, zoom: int) -> str:
    """Give the quadkey, `zoom` digits 0–3, of the tile that holds a WGS84 position.

    A shorter key is a prefix of every longer key of the same position. ValueError for a position that is not
    finite or not on the globe, and for a zoom outside 0–30.
    """
    check_position(lat, lon)
    if not 0 <= zoom <= MAX_ZOOM:
        raise ValueError(f"zoom outside 0-{MAX_ZOOM}")
    # always cut the key of the finest level: rounding can then never break the nesting
    x, y = tile_position(lat, lon, MAX_ZOOM)
    top = (1 << MAX_ZOOM) - 1
    return tile_quadkey(max(0, min(top, int(x))), max(0, min(top, int(y))), MAX_ZOOM)[:zoom]


def tile_quadkey(x: int, y: int, zoom: int) -> str:
    """Give the quadkey of tile x, y at a zoom level."""
    return "".join("0123"[(x >> i & 1) + 2 * (y >> i & 1)] for i in range(zoom - 1, -1, -1))
