"""Days as the contract counts them: Asia/Shanghai, inclusive until 24:00, work days by the State Council's table.

China has kept +08:00 without daylight saving since 1991, so the offset is fixed and no time-zone database is needed.
Every function that takes a day also takes an instant, which stands for the day it falls on there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Final, Self

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
DATA: Final = Path(__file__).parent / "data"
_DAY: Final = timedelta(days=1)


def local_date(day: date | datetime) -> date:
    """The date in Asia/Shanghai at an instant; a date is itself.

    Raises: ValueError, for an instant that does not say its offset.
    """
    if not isinstance(day, datetime):
        return day
    if day.tzinfo is None:
        raise ValueError("naive datetime")
    return day.astimezone(SHANGHAI).date()


def start_of_day(day: date | datetime) -> datetime:
    """The instant, in UTC, at which a day begins."""
    return datetime.combine(local_date(day), time(), SHANGHAI).astimezone(UTC)


def end_of_day(day: date | datetime) -> datetime:
    """The instant, in UTC, at which a day is over (24:00): the first that no longer belongs to it."""
    return start_of_day(add_days(day, 1))


def add_days(day: date | datetime, days: int) -> date:
    """The date that many calendar days on."""
    return local_date(day) + days * _DAY


def add_work_days(day: date | datetime, days: int) -> date:
    """The last day of a period of work days that begins on the next day (行政处罚法 art. 85); before it for a negative.

    Where `is_estimated` holds for a day in between, the true one may be later: its year has no table yet.
    """
    reached, step = local_date(day), _DAY if days > 0 else -_DAY
    for _ in range(abs(days)):
        reached += step
        while not is_work_day(reached):
            reached += step
    return reached


def is_work_day(day: date | datetime) -> bool:
    """Whether people work: by the table of its year, else Monday to Friday."""
    day = local_date(day)
    table = _tables().get(day.year)
    return day.weekday() < 5 if table is None else table.is_work_day(day)


def is_estimated(day: date | datetime) -> bool:
    """Whether no table says which days of its year are work days: the next year's is published each November."""
    return local_date(day).year not in _tables()


@dataclass(frozen=True, slots=True)
class WorkDays:
    """The holidays (放假) of one year, and the weekend days that are worked for them (调休)."""

    year: int
    source: str
    off: frozenset[date]
    worked: frozenset[date]

    def is_work_day(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The table of one data file.

        Raises: ValueError, for days of another year, holidays that are worked, or weekdays worked for a holiday.
        """
        said = json.loads(path.read_text("utf-8"))
        off = frozenset(day for first, last in said["off_ranges"] for day in _days(first, last))
        worked = frozenset(map(date.fromisoformat, said["work_on_weekend"]))
        if strangers := sorted(str(day) for day in off | worked if day.year != said["year"]):
            raise ValueError(f"{path.name}: {', '.join(strangers)} of another year")
        if both := sorted(map(str, off & worked)):
            raise ValueError(f"{path.name}: {', '.join(both)} both off and worked")
        if weekdays := sorted(str(day) for day in worked if day.weekday() < 5):
            raise ValueError(f"{path.name}: {', '.join(weekdays)} no weekend")
        return cls(said["year"], said["source"], off, worked)


def _days(first: str, last: str) -> Iterator[date]:
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield day
        day += _DAY


@cache
def _tables() -> Mapping[int, WorkDays]:
    return {table.year: table for table in map(WorkDays.read, sorted(DATA.glob("workdays_*.json")))}
