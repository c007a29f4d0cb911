"""Positions and their datums. Converted only forward (WGS-84 → GCJ-02 → BD-09); what was received is what is kept.

China's maps are drawn in GCJ-02, shifted from WGS-84 by some hundred metres in a way that was never published but is
known exactly; Baidu shifts it again (BD-09). Outside China nothing is shifted to GCJ-02.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from math import asin, atan2, cos, hypot, pi, radians, sin, sqrt
from typing import Final, NamedTuple


class Datum(StrEnum):
    """What a longitude and latitude are measured against, in the order of conversion."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


DATUM_TITLES: Final[Mapping[Datum, str]] = {
    Datum.WGS84: "WGS-84（卫星定位原始坐标）",
    Datum.GCJ02: "GCJ-02（微信、高德、腾讯）",
    Datum.BD09: "BD-09（百度）",
}


class Point(NamedTuple):
    """Degrees east and north."""

    lon: float
    lat: float


class Box(NamedTuple):
    """Degrees: western, southern, eastern and northern edge."""

    west: float
    south: float
    east: float
    north: float


CHINA: Final = Box(72.004, 0.8293, 137.8347, 55.8271)

# Krasovsky 1940: the ellipsoid that the shift is computed on.
_SEMI_MAJOR_AXIS: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_STEPS_PER_EDGE: Final = 8
_EARTH: Final = 6371008.8  # metres: its mean radius (IUGG)


def forward(point: Point, datum: Datum, to: Datum) -> Point:
    """The same place in a later datum.

    Raises: ValueError, backwards.
    """
    order = list(Datum)
    if order.index(to) < order.index(datum):
        raise ValueError(f"{datum} is not converted back to {to}")
    for step in order[order.index(datum) : order.index(to)]:
        point = _STEPS[step](point)
    return point


def distance(one: Point, other: Point) -> float:
    """Metres between two places in the same datum, over a round earth: right to half a percent."""
    (west, south), (east, north) = (map(radians, place) for place in (one, other))
    chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * _EARTH * asin(sqrt(chord))


def box_in(datum: Datum, box: Box) -> Box:
    """The box in a datum around what a box in WGS-84 becomes there.

    The shift bends straight edges by some metres, so points along the edges count, not only the corners.
    """
    shifted = [forward(point, Datum.WGS84, datum) for point in _outline(box)]
    lons, lats = [point.lon for point in shifted], [point.lat for point in shifted]
    return Box(min(lons), min(lats), max(lons), max(lats))


def _outline(box: Box) -> Iterator[Point]:
    for step in range(_STEPS_PER_EDGE + 1):
        lon = box.west + (box.east - box.west) * step / _STEPS_PER_EDGE
        lat = box.south + (box.north - box.south) * step / _STEPS_PER_EDGE
        yield from (Point(lon, box.south), Point(lon, box.north), Point(box.west, lat), Point(box.east, lat))


def _gcj02(point: Point) -> Point:
    lon, lat = point
    if not (CHINA.west <= lon <= CHINA.east and CHINA.south <= lat <= CHINA.north):
        return point
    x, y = lon - 105.0, lat - 35.0
    both = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + both
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + both
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    slant = lat / 180 * pi
    curve = 1 - _ECCENTRICITY_SQUARED * sin(slant) ** 2
    meridian = _SEMI_MAJOR_AXIS * (1 - _ECCENTRICITY_SQUARED) / (curve * sqrt(curve))
    parallel = _SEMI_MAJOR_AXIS / sqrt(curve) * cos(slant)
    return Point(lon + east * 180 / (parallel * pi), lat + north * 180 / (meridian * pi))


def _bd09(point: Point) -> Point:
    lon, lat = point
    turn = pi * 3000 / 180
    distance = hypot(lon, lat) + 0.00002 * sin(lat * turn)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * turn)
    return Point(distance * cos(angle) + 0.0065, distance * sin(angle) + 0.006)


_STEPS: Final = {Datum.WGS84: _gcj02, Datum.GCJ02: _bd09}
