"""What seats owed, whatever happened: nothing twice, nothing in two states, in whatever order it is recorded."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as some

from app.duties.terms import DutyState, Seat
from app.foundation.calendar import add_days, start_of_day
from app.oversight.deriving import duty, owed
from app.oversight.policy import policy
from app.oversight.seats import Answering, Care, Chair, Happening, Reach, Term, Visit, joined
from app.oversight.terms import Manner

FIRST, LAST = date(2026, 8, 1), date(2026, 11, 30)
WORKS, MAYOR, CLERK = (UUID(int=number) for number in (1, 2, 3))
days = some.dates(FIRST, LAST)
instants = some.datetimes(datetime(2026, 8, 1), datetime(2026, 12, 1), timezones=some.just(UTC))  # noqa: DTZ001


@some.composite
def terms(draw: some.DrawFn) -> tuple[Term, ...]:
    """People who follow one another, perhaps with gaps."""
    cuts = sorted(draw(some.sets(days, max_size=6)))
    people = some.sampled_from([MAYOR, CLERK, None])
    return tuple(
        Term(begins, add_days(ends, -1), f"人{n}", draw(people)) for n, (begins, ends) in enumerate(pairwise(cuts))
    )


@some.composite
def visits(draw: some.DrawFn) -> Visit:
    at = draw(instants)
    return Visit(
        uuid5(WORKS, str(draw(some.integers(0, 10**6)))), at, at + timedelta(hours=draw(some.integers(0, 900))),
        draw(some.sampled_from([MAYOR, CLERK])), draw(some.sampled_from([None, *Manner])),
        frozenset(draw(some.sets(some.sampled_from(["人0", "人1", "人2"]), max_size=2))),
        draw(some.sampled_from([True, False, None])),
    )  # fmt: skip


@some.composite
def cares(draw: some.DrawFn) -> Care:
    first = draw(days)
    declared_at = start_of_day(add_days(first, draw(some.integers(-5, 5))))
    return Care("时段", first, add_days(first, draw(some.integers(0, 15))), declared_at)


@some.composite
def lives(draw: some.DrawFn) -> Answering:
    cuts = sorted(draw(some.sets(instants, max_size=5)))
    reaches = [Reach(since, until, frozenset({"dust"})) for since, until in pairwise(cuts)][::2]
    opens = draw(instants)
    happening = Happening(UUID(int=9), "险情", opens, opens + timedelta(hours=30))
    life = Answering(
        WORKS, "", "", reaches, {seat: Chair(WORKS, seat, draw(terms())) for seat in policy().present},
        happenings=[happening], cares=draw(some.lists(cares(), max_size=3)),
    )  # fmt: skip
    life.take_in(draw(some.lists(visits(), max_size=8, unique_by=lambda visit: visit.id)))
    return life


@settings(max_examples=60, deadline=None)
@given(lives(), days, instants)
def test_what_is_owed_is_the_same_however_it_is_asked(life: Answering, cut: date, now: datetime) -> None:
    rules = policy()

    def found(first: date, last: date) -> dict[str, tuple[DutyState, frozenset[str], object]]:
        told = [duty(life, each, rules, now) for each in owed(life, first, last, rules, now)]
        assert len({each.id for each in told}) == len(told)  # nothing is owed twice
        return {each.id: (each.outcome.state, each.outcome.flags, each.owner and each.owner.name) for each in told}

    whole = found(FIRST, LAST)
    halves = found(FIRST, cut) | found(cut, LAST)
    assert halves == whole
    life.take_in(reversed(life.visits))
    assert found(FIRST, LAST) == whole


@settings(max_examples=60, deadline=None)
@given(lives(), instants)
def test_a_record_more_never_makes_it_worse(life: Answering, now: datetime) -> None:
    rules, better = policy(), [DutyState.EXEMPT, DutyState.DONE, DutyState.LATE, DutyState.DUE, DutyState.MISSED]
    owing = list(owed(life, FIRST, LAST, rules, now))
    after = [duty(life, each, rules, now).outcome.state for each in owing]
    life.take_in(life.visits[:-1])
    before = [duty(life, each, rules, now).outcome.state for each in owing]
    assert all(better.index(one) <= better.index(other) for one, other in zip(after, before, strict=True))


def test_stretches_that_follow_each_other_are_one() -> None:
    one, two, three, four = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4))
    assert joined([Reach(one, two, frozenset("a")), Reach(two, three, frozenset("b"))]) == [Reach(one, three)]
    assert len(joined([Reach(one, two), Reach(three, four)])) == 2


def test_every_seat_has_its_cadence_and_says_where_from() -> None:
    rules = policy()
    assert {*rules.checks, *rules.installations} == set(Seat)
    assert rules.hours > timedelta()
