"""SWEREF 99 TM, the coordinates Swedish map data comes in, to and from latitude and longitude.

Krüger's series for the Gauss conformal projection to the fourth order, as Lantmäteriet publishes them ("Gauss
Conformal Projection (Transverse Mercator): Krüger's Formulas"), with the projection's own constants: ellipsoid
GRS 80, central meridian 15° E, scale 0.9996, false easting 500 km (EPSG:3006). Within a millimetre of pyproj, see
`tests/unit/places/sweref.csv`. A library for this alone would be 20 MB in a function's zip.

SWEREF 99 and WGS84 are taken as the same, as pyproj and every web map do. Since 1999 the continent has moved by some
decimetres relative to WGS84, which is less than a phone can tell.
"""

from __future__ import annotations

from math import asin, atan, atan2, atanh, cos, cosh, degrees, radians, sin, sinh, tan

_F = 1 / 298.257222101  # GRS 80
_A = 6_378_137.0
_K0, _FALSE_EAST, _MERIDIAN = 0.9996, 500_000.0, radians(15.0)

_N = _F / (2 - _F)
_E2 = _F * (2 - _F)
_RADIUS = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_FORWARD = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16 + 41 * _N**4 / 180,
    13 * _N**2 / 48 - 3 * _N**3 / 5 + 557 * _N**4 / 1440,
    61 * _N**3 / 240 - 103 * _N**4 / 140,
    49561 * _N**4 / 161280,
)
_INVERSE = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)
_CONFORMAL = (  # from geodetic to conformal latitude
    _E2,
    (5 * _E2**2 - _E2**3) / 6,
    (104 * _E2**3 - 45 * _E2**4) / 120,
    1237 * _E2**4 / 1260,
)
_GEODETIC = (  # and back
    _E2 + _E2**2 + _E2**3 + _E2**4,
    -(7 * _E2**2 + 17 * _E2**3 + 30 * _E2**4) / 6,
    (224 * _E2**3 + 889 * _E2**4) / 120,
    -(4279 * _E2**4) / 1260,
)

# where SWEREF 99 TM coordinates of anything near Sweden lie; the zones' (EPSG:3007–3018) eastings are all smaller
EASTINGS = (255_000.0, 930_000.0)
NORTHINGS = (6_100_000.0, 7_700_000.0)


def from_sweref(easting: float, northing: float) -> tuple[float, float]:
    """Give (lat, lon) in degrees of a SWEREF 99 TM position in metres; right to 1 mm in and around Sweden."""
    xi = northing / (_K0 * _RADIUS)
    eta = (easting - _FALSE_EAST) / (_K0 * _RADIUS)
    x, y = xi, eta
    for i, factor in enumerate(_INVERSE, 1):
        x -= factor * sin(2 * i * xi) * cosh(2 * i * eta)
        y -= factor * cos(2 * i * xi) * sinh(2 * i * eta)
    conformal = asin(sin(x) / cosh(y))
    east = atan2(sinh(y), cos(x))
    s, s2 = sin(conformal), sin(conformal) ** 2
    a, b, c, d = _GEODETIC
    lat = conformal + s * cos(conformal) * (a + b * s2 + c * s2**2 + d * s2**3)
    return degrees(lat), degrees(_MERIDIAN + east)


def to_sweref(lat: float, lon: float) -> tuple[float, float]:
    """Give the SWEREF 99 TM (easting, northing) in metres of a position in degrees; right to 1 mm around Sweden."""
    phi, east = radians(lat), radians(lon) - _MERIDIAN
    s2 = sin(phi) ** 2
    a, b, c, d = _CONFORMAL
    conformal = phi - sin(phi) * cos(phi) * (a + b * s2 + c * s2**2 + d * s2**3)
    xi = atan(tan(conformal) / cos(east))
    eta = atanh(cos(conformal) * sin(east))
    x, y = xi, eta
    for i, factor in enumerate(_FORWARD, 1):
        x += factor * sin(2 * i * xi) * cosh(2 * i * eta)
        y += factor * cos(2 * i * xi) * sinh(2 * i * eta)
    return _K0 * _RADIUS * y + _FALSE_EAST, _K0 * _RADIUS * x
