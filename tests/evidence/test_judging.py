"""What is noticed of one photo, by itself: every rule at its edge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.evidence.judging import LEEWAY, Told, Use, Window, flags
from app.photos.flags import FLAG_TITLES, WEIGHT_TITLES, EvidenceFlag, EvidenceWeight
from app.photos.models import Purpose

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HONEST = Use(
    id=UUID(int=1), sha256="a" * 64, record=UUID(int=10), kind="hazard", subject_id=UUID(int=10),
    enterprise_id=UUID(int=100), purpose=Purpose.RECTIFICATION, declared_by=UUID(int=1000), declared_at=NOON,
)  # fmt: skip
EARLIER = replace(HONEST, id=UUID(int=2), record=UUID(int=20), subject_id=UUID(int=20), declared_at=NOON - MINUTE)
MAP = {"lon": 106.05, "lat": 29.84, "datum": "wgs84", "accuracy_m": None}


def codes(told: Told | None = None, use: Use = HONEST, **others: float) -> list[str]:
    return [flag["code"] for flag in flags(use, told or Told(), {})]


def said(use: Use, other: Use, likeness: float = 1.0) -> list[str]:
    return [flag["code"] for flag in flags(use, Told(), {other: likeness})]


def test_nothing_known_nothing_noticed() -> None:
    assert codes() == []


def test_the_later_use_is_noticed_and_not_the_earlier() -> None:
    assert said(HONEST, EARLIER) == ["reused"]
    assert said(EARLIER, HONEST) == []
    there = replace(EARLIER, enterprise_id=UUID(int=101))
    assert said(HONEST, there) == ["reused_elsewhere"]
    assert said(there, HONEST) == []


def test_of_two_at_one_instant_exactly_one_is_noticed() -> None:
    other = replace(EARLIER, declared_at=NOON, declared_by=UUID(int=1001))
    assert sorted([said(HONEST, other), said(other, HONEST)]) == [[], ["reused"]]


def test_what_is_named_in_one_breath_shows_several_things() -> None:
    assert said(HONEST, replace(EARLIER, declared_at=NOON)) == []


@pytest.mark.parametrize("purpose", [Purpose.FINDING, Purpose.SEEN_AGAIN, Purpose.BEFORE])
@pytest.mark.parametrize("later", [False, True])
def test_before_and_after_are_compared_in_whatever_order(purpose: Purpose, later: bool) -> None:
    other = replace(EARLIER, record=HONEST.record, purpose=purpose, declared_at=NOON + (MINUTE if later else -MINUTE))
    assert said(HONEST, other, 0.98) == ["before_is_after"]
    assert said(other, HONEST, 0.98) == []


def test_a_second_rectification_may_show_what_the_first_one_showed() -> None:
    assert said(HONEST, replace(EARLIER, record=HONEST.record)) == []


def test_a_review_shows_more_than_the_rectification_did() -> None:
    review = replace(HONEST, purpose=Purpose.REVIEW)
    assert said(review, replace(EARLIER, record=HONEST.record)) == ["reused"]


def test_a_flag_names_few_records_and_none_of_others() -> None:
    many = {replace(EARLIER, id=UUID(int=n), record=UUID(int=n), subject_id=UUID(int=n)): 1.0 for n in range(20, 40)}
    (flag,) = flags(HONEST, Told(), many)
    assert len(flag["details"]["records"]) == 5
    assert "20 条" in flag["message"]
    there = {replace(use, enterprise_id=UUID(int=101)): 0.97 for use in many}
    (flag,) = flags(HONEST, Told(), there)
    assert flag["details"] == {"same_bytes": False, "likeness": 0.97}


@pytest.mark.parametrize(
    ("taken_at", "noticed"),
    [(NOON - LEEWAY, False), (NOON - LEEWAY - MINUTE, True), (NOON + 60 * MINUTE + LEEWAY, False),
     (NOON + 61 * MINUTE + LEEWAY, True)],
)  # fmt: skip
def test_the_window_ends_after_some_leeway(taken_at: datetime, noticed: bool) -> None:
    window = Window(NOON, NOON + 60 * MINUTE)
    assert (codes(Told(taken_at=taken_at, window=window)) == ["outside_window"]) is noticed
    behind = Window(window.since, window.until, correction=timedelta(days=400))
    assert (codes(Told(taken_at=taken_at - timedelta(days=400), window=behind)) == ["outside_window"]) is noticed


def test_the_files_word_counts_before_the_phones() -> None:
    told = Told({"taken_at": "2020-01-01T00:00:00.000Z"}, taken_at=NOON, window=Window(NOON, NOON))
    assert codes(told) == ["outside_window"]


@pytest.mark.parametrize(
    ("position", "noticed"),
    [
        ({"lat": 29.8444}, False), ({"lat": 29.8455}, True), ({"lat": 29.8455, "accuracy_m": 200}, False),
        ({"lon": 106.0537, "lat": 29.8373, "datum": "gcj02"}, False), ({"lon": 106.05, "datum": "gcj02"}, False),
        ({"lon": 106.05, "datum": "bd09"}, True),
    ],
)  # fmt: skip
def test_far_is_measured_in_one_datum_and_with_its_accuracy(position: dict[str, Any], noticed: bool) -> None:
    """500 m are 0.0045° of latitude. What is the same figure in GCJ-02 lies 400 m away, in BD-09 1.4 km."""
    assert (codes(Told(position=MAP | position, sites=[MAP])) == ["far_from_site"]) is noticed


def test_the_nearest_site_counts() -> None:
    far = MAP | {"lat": 31.0}
    assert codes(Told(position=far, sites=[MAP])) == ["far_from_site"]
    assert codes(Told(position=far, sites=[MAP, far])) == []


@pytest.mark.parametrize(
    ("software", "noticed"),
    [("Adobe Photoshop 27.0 (Windows)", True), ("GIMP 3.0", True), ("美图秀秀 11", True), ("17.6.1", False),
     ("ALN-AL00 4.2.0.130", False), ("Gimpel 1", False), ("HDR+ 1.0.5", False), ("今日水印相机", False)],
)  # fmt: skip
def test_editors_are_known_and_cameras_are_not_taken_for_one(software: str, noticed: bool) -> None:
    assert (codes(Told({"software": software})) == ["edited"]) is noticed


@pytest.mark.parametrize(
    ("content_type", "size", "device", "noticed"),
    [("image/png", (1080, 2400), None, True), ("image/png", (2400, 1080), None, True),
     ("image/jpeg", (1080, 2400), None, False), ("image/png", (1080, 1440), None, False),
     ("image/png", (1080, 2400), "Xiaomi 15", False), ("image/png", (1000, 750), None, False)],
)  # fmt: skip
def test_a_screenshot_is_a_png_as_large_as_a_screen(
    content_type: str, size: tuple[int, int], device: str | None, noticed: bool
) -> None:
    told = Told({"device": device} if device else None, content_type=content_type, size=size)
    assert (codes(told) == ["screenshot"]) is noticed


def test_every_flag_and_weight_has_a_title() -> None:
    assert set(FLAG_TITLES) == set(EvidenceFlag)
    assert set(WEIGHT_TITLES) == set(EvidenceWeight)
