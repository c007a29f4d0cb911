"""What a plan owes, reckoned without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.duties.periods import NEVER, Pattern, Period, Reign, Rule, Shift, _remembered, days_between, periods, span
from app.duties.terms import Days
from app.foundation.calendar import add_days, end_of_day, start_of_day
from app.inspections.terms import Cadence, first_day
from tests.duties.stories import instant

REPEATED = [c for c in Cadence if c not in {Cadence.ONE_OFF, Cadence.SPOT}]
DAY = st.dates(date(2020, 1, 1), date(2035, 12, 31))
CADENCE = st.sampled_from(REPEATED)


def owed(rule: Rule, reign: Reign, first: date, last: date) -> tuple[Period, ...]:
    return periods(rule, reign, (), first, last)


@pytest.mark.parametrize(
    ("cadence", "day", "named", "first", "last"),
    [
        ("daily", "2026-11-23", "2026-11-23", "2026-11-23", "2026-11-23"),
        ("weekly", "2026-12-31", "2026-W53", "2026-12-28", "2027-01-03"),
        ("weekly", "2027-01-03", "2026-W53", "2026-12-28", "2027-01-03"),
        ("weekly", "2027-01-04", "2027-W01", "2027-01-04", "2027-01-10"),
        ("weekly", "2024-12-30", "2025-W01", "2024-12-30", "2025-01-05"),
        ("monthly", "2028-02-29", "2028-02", "2028-02-01", "2028-02-29"),
        ("monthly", "2026-12-05", "2026-12", "2026-12-01", "2026-12-31"),
        ("quarterly", "2026-12-31", "2026-Q4", "2026-10-01", "2026-12-31"),
        ("quarterly", "2026-01-01", "2026-Q1", "2026-01-01", "2026-03-31"),
        ("yearly", "2026-06-30", "2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_periods_have_their_names(cadence: str, day: str, named: str, first: str, last: str) -> None:
    found = span(Cadence(cadence), date.fromisoformat(day))
    assert found == (named, date.fromisoformat(first), date.fromisoformat(last))


@given(CADENCE, DAY)
def test_every_day_lies_in_the_period_that_its_name_begins(cadence: Cadence, day: date) -> None:
    name, first, last = span(cadence, day)
    assert first <= day <= last
    assert first_day(name) == first
    assert {span(cadence, each) for each in (first, last)} == {(name, first, last)}
    assert span(cadence, add_days(last, 1))[1] == add_days(last, 1)


@given(CADENCE, DAY, st.integers(0, 900), st.integers(0, 900))
def test_nothing_is_owed_before_the_plan(cadence: Cadence, made: date, before: int, after: int) -> None:
    reign = Reign(start_of_day(made) + timedelta(hours=9))
    found = owed(
        Rule(cadence, Days.EVERY, add_days(made, -1000)), reign, add_days(made, -before), add_days(made, after)
    )
    assert all(period.closes_at > reign.since for period in found)
    assert [period.owed for period in found[:1]] in ([], [False], [True])
    for period in found:
        assert period.owed is (period.opens_at >= reign.since)
    assert sum(not period.owed for period in found) == 1  # the one that it was made in


@given(CADENCE, DAY, st.integers(1, 600), st.data())
def test_one_range_owes_what_its_parts_owe(cadence: Cadence, first: date, many: int, data: st.DataObject) -> None:
    """Counted by their last day, duties fall into one part each."""
    last = add_days(first, many)
    middle = add_days(first, data.draw(st.integers(0, many - 1)))
    rule, reign = Rule(cadence, Days.WORK, date(2020, 1, 1)), Reign(instant("2019-01-01 00:00"))

    def ending(start: date, end: date) -> list[Period]:
        return [period for period in owed(rule, reign, start, end) if start <= period.last <= end]

    assert ending(first, middle) + ending(add_days(middle, 1), last) == ending(first, last)


@given(CADENCE, DAY, st.lists(st.integers(0, 5000), max_size=4, unique=True))
def test_a_plan_that_changes_to_the_same_owes_the_same(cadence: Cadence, made: date, hours: list[int]) -> None:
    since = start_of_day(made)
    changes = sorted(since + timedelta(hours=hour) for hour in hours if hour)
    rule, last = Rule(cadence, Days.EVERY, made), add_days(made, 400)
    reigns = [
        Reign(begin, end, fresh=n == 0)
        for n, (begin, end) in enumerate(zip([since, *changes], [*changes, NEVER], strict=True))
    ]
    pieces = [period for reign in reigns for period in owed(rule, reign, made, last)]
    assert sorted(pieces, key=lambda period: period.opens_at) == list(owed(rule, Reign(since), made, last))


@given(DAY)
def test_a_day_has_twenty_four_hours_all_year(day: date) -> None:
    [period] = owed(Rule(Cadence.DAILY, Days.EVERY, day), Reign(start_of_day(add_days(day, -1))), day, day)
    assert period.closes_at - period.opens_at == timedelta(hours=24)


def test_an_end_cuts_the_last_period() -> None:
    rule = Rule(Cadence.WEEKLY, Days.EVERY, date(2026, 11, 2), date(2026, 11, 18))
    found = owed(rule, Reign(instant("2026-11-01 08:00")), date(2026, 11, 1), date(2026, 12, 31))
    assert [period.name for period in found] == ["2026-W45", "2026-W46", "2026-W47"]
    assert (found[-1].last, found[-1].closes_at) == (date(2026, 11, 18), end_of_day(date(2026, 11, 18)))


def test_a_week_without_a_work_day_owes_nothing() -> None:
    rule = Rule(Cadence.WEEKLY, Days.WORK, date(2026, 1, 1))
    found = owed(rule, Reign(instant("2025-12-01 08:00")), date(2026, 2, 9), date(2026, 3, 1))
    assert [period.name for period in found] == ["2026-W07", "2026-W09"]  # 2/15 to 2/23 is the Spring Festival


def test_a_shift_passes_midnight() -> None:
    night = Shift("夜班", instant("2026-01-01 20:00").time(), instant("2026-01-01 08:00").time())
    rule = Rule(Cadence.DAILY, Days.EVERY, date(2026, 1, 1), shifts=(night,))
    [period] = owed(rule, Reign(instant("2025-12-01 08:00")), date(2026, 12, 31), date(2026, 12, 31))
    assert (period.opens_at, period.closes_at) == (instant("2026-12-31 20:00"), instant("2027-01-01 08:00"))
    assert (period.name, period.last, period.shift) == ("2026-12-31", date(2026, 12, 31), "夜班")


def test_a_later_calendar_prevails_from_its_day_on() -> None:
    calendar = (
        Pattern(date(2026, 11, 2), frozenset({0, 1})),
        Pattern(
            date(2026, 11, 9),
            frozenset({5}),
            off=frozenset({date(2026, 11, 14)}),
            worked=frozenset({date(2026, 11, 15)}),
        ),
    )
    rule = Rule(Cadence.DAILY, Days.PRODUCTION, date(2026, 1, 1))
    found = periods(rule, Reign(instant("2025-12-01 08:00")), calendar, date(2026, 10, 30), date(2026, 11, 22))
    assert [period.name[5:] for period in found] == ["10-30", "11-02", "11-03", "11-15", "11-21"]


def test_days_between_are_all_of_them() -> None:
    assert list(days_between(date(2026, 2, 27), date(2026, 3, 1))) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]


def test_years_are_not_remembered() -> None:
    """A summary of a year of 100,000 enterprises would fill the memory with its days."""
    rule, before = Rule(Cadence.DAILY, Days.EVERY, date(2026, 1, 1)), _remembered.cache_info().misses
    year = periods(rule, Reign(instant("2025-12-31 00:00")), (), date(2026, 1, 1), date(2026, 12, 31))
    assert (len(year), _remembered.cache_info().misses) == (365, before)
