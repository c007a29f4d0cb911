"""What a plan owes, and when: pure reckoning with days of Asia/Shanghai, which has no daylight saving.

A period is a day, an ISO week, a month, a quarter, a year or a span of its own; one that a stretch of time cuts
belongs to the rule under which it opened. A night shift belongs to the date it began.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from app.duties.terms import Days
from app.foundation.calendar import SHANGHAI, add_days, end_of_day, is_work_day, local_date, start_of_day
from app.inspections.terms import Cadence

FIRST_SHIFT: Final = time(8)
REMEMBERED_DAYS: Final = 32
NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
ALWAYS: Final = datetime(1, 1, 1, tzinfo=UTC)
LONGEST_REST: Final = 15  # days: the longest holidays are nine


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of a day; one that ends no later than it starts goes on past midnight."""

    name: str
    starts: time
    ends: time

    def window(self, day: date) -> tuple[datetime, datetime]:
        last = add_days(day, 1) if self.ends <= self.starts else day
        return _instant(day, self.starts), _instant(last, self.ends)


@dataclass(frozen=True, slots=True)
class Pattern:
    """On which days an enterprise produces, from a day on: some days of the week (0 is Monday), with exceptions.

    Without days of the week, those on which people work in China, with the holidays and 调休 of the year. What opened
    before it was made is owed as it was.
    """

    from_on: date
    weekdays: frozenset[int] | None = None
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    first_shift: time = FIRST_SHIFT
    made_at: datetime = ALWAYS

    def produces(self, day: date) -> bool:
        if day in self.worked or day in self.off:
            return day in self.worked
        return is_work_day(day) if self.weekdays is None else day.weekday() in self.weekdays


Calendar = tuple[Pattern, ...]  # the later ones prevail from their day on


def pattern_on(calendar: Calendar, day: date) -> Pattern:
    return next((pattern for pattern in reversed(calendar) if pattern.from_on <= day), Pattern(date.min))


def known_at(calendar: Calendar, at: datetime) -> Calendar:
    """The calendar as far as it was made by then."""
    return tuple(pattern for pattern in calendar if pattern.made_at <= at)


def first_shift(calendar: Calendar, day: date, after: datetime) -> tuple[date, time]:
    """When work begins for the first time on a day or later, and after an instant.

    An enterprise that rests longer than any holidays has said that it works again, and so works on the next day.
    """
    first = max(day, local_date(after))
    shifts = [(each, pattern_on(calendar, each)) for each in days_between(first, add_days(first, LONGEST_REST))]
    later = [(each, pattern) for each, pattern in shifts if _instant(each, pattern.first_shift) > after]
    found = next(((each, pattern) for each, pattern in later if pattern.produces(each)), later[0])
    return found[0], found[1].first_shift


@dataclass(frozen=True, slots=True)
class Rule:
    """What a version of a plan says of time. `closes`: by when on the last day; its end, if it does not say."""

    cadence: Cadence
    days: Days
    from_on: date
    to_on: date | None = None
    shifts: tuple[Shift, ...] = ()
    closes: time | None = None

    def counts(self, day: date, calendar: Calendar) -> bool:
        """Whether the plan owes something on a day."""
        match self.days:
            case Days.EVERY:
                return True
            case Days.WORK:
                return is_work_day(day)
        return pattern_on(calendar, day).produces(day)


@dataclass(frozen=True, slots=True)
class Period:
    """What is owed once. `owed` is false of the first period of a plan that began in its midst."""

    name: str
    first: date
    last: date
    opens_at: datetime
    closes_at: datetime
    shift: str | None = None
    owed: bool = True


@dataclass(frozen=True, slots=True)
class Reign:
    """From when until when a rule holds; `fresh`: nothing of the plan held before it."""

    since: datetime
    until: datetime = NEVER
    fresh: bool = True


def periods(rule: Rule, reign: Reign, calendar: Calendar, first: date, last: date) -> tuple[Period, ...]:
    """What is owed under a rule while it reigns, as far as it touches the days from `first` to `last`."""
    few = (last - first).days < REMEMBERED_DAYS
    return (_remembered if few else _reckoned)(rule, reign, calendar, first, last)


def _reckoned(rule: Rule, reign: Reign, calendar: Calendar, first: date, last: date) -> tuple[Period, ...]:
    begins = max(reign.since, start_of_day(rule.from_on))
    if rule.cadence is Cadence.ONE_OFF:
        found = _once(rule, reign, begins)
    else:
        found = _again_and_again(rule, calendar, first, last)
    return tuple(
        replace(each, owed=each.opens_at >= begins)
        for each in found
        if each.first <= last and first <= each.last and _holds(each, begins, reign)
    )


# A month of a plan is some 10 kB: years of all plans are not kept in memory.
_remembered = lru_cache(2048)(_reckoned)


def _holds(period: Period, begins: datetime, reign: Reign) -> bool:
    if period.opens_at >= begins:
        return period.opens_at < reign.until
    return reign.fresh and period.closes_at > begins and begins < reign.until


def _once(rule: Rule, reign: Reign, begins: datetime) -> Iterator[Period]:
    """A span of its own: also one that was thought of late is owed, from then on. A later version does not owe again
    what is under way."""
    last = max(rule.to_on or rule.from_on, rule.from_on)
    closes_at = _instant(last, rule.closes) if rule.closes else end_of_day(last)
    on_time = reign.since <= start_of_day(rule.from_on)
    if begins < closes_at and (on_time or reign.fresh):
        yield Period(str(rule.from_on), rule.from_on, last, begins, closes_at)


def _again_and_again(rule: Rule, calendar: Calendar, first: date, last: date) -> Iterator[Period]:
    day = first
    while day <= last and (rule.to_on is None or day <= rule.to_on):
        name, begins, ends = span(rule.cadence, day)
        clipped = min(ends, rule.to_on) if rule.to_on else ends
        known = known_at(calendar, start_of_day(begins)) if calendar else calendar
        if any(rule.counts(each, known) for each in days_between(begins, clipped)):
            yield from _shifts(rule, Period(name, begins, clipped, start_of_day(begins), end_of_day(clipped)))
        day = add_days(ends, 1)


def _shifts(rule: Rule, day: Period) -> Iterator[Period]:
    if not rule.shifts:
        yield day
    for shift in rule.shifts:
        opens_at, closes_at = shift.window(day.first)
        yield replace(day, shift=shift.name, opens_at=opens_at, closes_at=closes_at)


def span(cadence: Cadence, day: date) -> tuple[str, date, date]:
    """The period of a cadence that a day lies in: its name, its first and its last day.

    Raises: ValueError, for a cadence that has none.
    """
    match cadence:
        case Cadence.DAILY:
            return str(day), day, day
        case Cadence.WEEKLY:
            year, week, weekday = day.isocalendar()
            monday = add_days(day, 1 - weekday)
            return f"{year:04}-W{week:02}", monday, add_days(monday, 6)
        case Cadence.MONTHLY:
            return f"{day.year:04}-{day.month:02}", *_months(day.year, day.month, 1)
        case Cadence.QUARTERLY:
            quarter = (day.month + 2) // 3
            return f"{day.year:04}-Q{quarter}", *_months(day.year, quarter * 3 - 2, 3)
        case Cadence.YEARLY:
            return f"{day.year:04}", date(day.year, 1, 1), date(day.year, 12, 31)
    raise ValueError(f"{cadence} has no periods")


def days_between(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _months(year: int, month: int, many: int) -> tuple[date, date]:
    last = month + many - 1
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
