"""Days and work days in Asia/Shanghai."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from app.foundation import calendar
from app.foundation.calendar import (
    WorkDays,
    add_days,
    add_work_days,
    end_of_day,
    is_estimated,
    is_work_day,
    local_date,
    start_of_day,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-11-23T15:59:59.999Z", date(2026, 11, 23)),
        ("2026-11-23T16:00:00Z", date(2026, 11, 24)),
        ("2026-11-23T00:00:00+08:00", date(2026, 11, 23)),
        ("2026-12-31T20:00:00-05:00", date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(instant: str, day: date) -> None:
    assert local_date(at(instant)) == day
    assert start_of_day(day) <= at(instant) < end_of_day(day)


def test_a_day_is_over_at_24_00() -> None:
    assert end_of_day(date(2026, 11, 23)) == at("2026-11-23T16:00:00Z")
    assert end_of_day(at("2026-11-23T01:10:00Z")) == at("2026-11-23T16:00:00Z")
    assert end_of_day(date(2026, 11, 23)) == start_of_day(date(2026, 11, 24))
    assert end_of_day(date(2026, 11, 23)).tzinfo is UTC


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        local_date(datetime(2026, 11, 23))  # noqa: DTZ001 (naive is what is tested)


def test_days_are_counted_from_the_day_in_shanghai() -> None:
    assert add_days(date(2026, 12, 30), 3) == date(2027, 1, 2)
    assert add_days(datetime(2026, 11, 23, 20, tzinfo=UTC), 1) == date(2026, 11, 25)
    assert add_days(datetime(2026, 11, 23, 20, tzinfo=timezone(timedelta(hours=8))), 1) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "days", "reached"),
    [
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 1, date(2026, 11, 24)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # from a Saturday
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # National Day
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a Sunday that is worked
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # Spring Festival, with the Saturday before it
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),  # no table yet: a Friday
    ],
)
def test_work_days_follow_the_table(day: date, days: int, reached: date) -> None:
    assert add_work_days(day, days) == reached


def test_work_days_from_an_instant_begin_on_the_next_day() -> None:
    assert add_work_days(at("2026-11-20T17:00:00Z"), 3) == date(2026, 11, 25)


def test_2026_has_as_many_work_days_as_were_announced() -> None:
    table = json.loads((calendar.DATA / "workdays_2026.json").read_text("utf-8"))
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert sum(map(is_work_day, year)) == table["workdays_total_computed"] == 248


def test_a_year_without_a_table_is_estimated() -> None:
    assert not is_estimated(date(2026, 12, 31))
    assert is_estimated(date(2027, 1, 1))
    assert is_estimated(at("2026-12-31T16:00:00Z"))
    assert is_work_day(date(2027, 10, 1))
    assert not is_work_day(date(2027, 10, 2))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"off_ranges": [["2025-12-31", "2026-01-01"]]}, "2025-12-31 of another year"),
        ({"work_on_weekend": ["2026-01-03"]}, "2026-01-03 both off and worked"),
        ({"work_on_weekend": ["2026-01-05"]}, "2026-01-05 no weekend"),
    ],
)
def test_a_table_that_cannot_be_true_does_not_load(tmp_path: Path, change: dict[str, object], complaint: str) -> None:
    table = {"year": 2026, "source": "", "off_ranges": [["2026-01-01", "2026-01-03"]], "work_on_weekend": []}
    (tmp_path / "workdays_2026.json").write_text(json.dumps(table | change), "utf-8")
    with pytest.raises(ValueError, match=complaint):
        WorkDays.read(tmp_path / "workdays_2026.json")
