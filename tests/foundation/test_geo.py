"""Datums, against points that published implementations agree on."""

import pytest

from app.foundation.geo import Box, Datum, Point, box_in, forward

WGS84, GCJ02, BD09 = Datum

# The example of coordtransform's README, repeated by its ports (Tian'anmen); wgs84 → bd09 from its Python port.
TIANANMEN = Point(116.404, 39.915)
TONGLIANG = Point(106.05331, 29.84007)


@pytest.mark.parametrize(
    ("datum", "to", "expected"),
    [
        (WGS84, GCJ02, Point(116.41024449916938, 39.91640428150164)),
        (GCJ02, BD09, Point(116.41036949371029, 39.92133699351021)),
        (WGS84, BD09, Point(116.41662724378733, 39.922699552216216)),
        (WGS84, WGS84, TIANANMEN),
        (BD09, BD09, TIANANMEN),
    ],
)
def test_a_published_point_comes_out(datum: Datum, to: Datum, expected: Point) -> None:
    assert forward(TIANANMEN, datum, to) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("datum", "to"), [(GCJ02, WGS84), (BD09, GCJ02), (BD09, WGS84)])
def test_nothing_is_converted_back(datum: Datum, to: Datum) -> None:
    with pytest.raises(ValueError, match="not converted back"):
        forward(TIANANMEN, datum, to)


def test_tongliang_comes_out_as_with_another_implementation() -> None:
    """Computed with prcoords 1.0.2."""
    assert forward(TONGLIANG, WGS84, GCJ02) == pytest.approx((106.05720957546308, 29.83754750480116), abs=1e-12)
    assert forward(TONGLIANG, WGS84, BD09) == pytest.approx((106.06366127866275, 29.843660474537504), abs=1e-12)


@pytest.mark.parametrize("place", [Point(139.767, 35.681), Point(-0.1278, 51.5074), Point(105.0, 0.5)])
def test_outside_china_nothing_is_shifted(place: Point) -> None:
    assert forward(place, WGS84, GCJ02) == place


def test_a_box_stays_itself_in_its_own_datum() -> None:
    box = Box(105.9, 29.7, 106.2, 30.0)
    assert box_in(WGS84, box) == box


@pytest.mark.parametrize("datum", [GCJ02, BD09])
def test_what_lies_in_a_box_lies_in_it_after_the_shift(datum: Datum) -> None:
    box = Box(105.9, 29.7, 106.2, 30.0)
    shifted = box_in(datum, box)
    for east in range(1, 30):
        for north in range(1, 30):
            lon, lat = forward(Point(box.west + east * 0.01, box.south + north * 0.01), WGS84, datum)
            assert shifted.west <= lon <= shifted.east
            assert shifted.south <= lat <= shifted.north


@pytest.mark.parametrize(("datum", "metres"), [(GCJ02, 600), (BD09, 1600)])
def test_a_shifted_box_is_hardly_larger(datum: Datum, metres: int) -> None:
    box = Box(TONGLIANG.lon - 0.05, TONGLIANG.lat - 0.05, TONGLIANG.lon + 0.05, TONGLIANG.lat + 0.05)
    shifted = box_in(datum, box)
    assert shifted.east - shifted.west == pytest.approx(0.1, abs=1e-3)
    assert shifted.north - shifted.south == pytest.approx(0.1, abs=1e-3)
    assert 0 < (shifted.west - box.west) * 96_500 < metres
