"""What became of a duty, whatever the order in which we heard of it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.duties.deriving import Done, Outcome, Stop, judged, outcome, stopped_by
from app.duties.periods import Period, Reign, Rule, periods
from app.duties.terms import Days, DutyFlag, DutyState
from app.inspections.terms import Cadence
from tests.duties.stories import instant

OURS = UUID(int=7)
MEASURES = [uuid5(OURS, str(n)) for n in range(3)]
OPENS, CLOSES = instant("2026-11-02 00:00"), instant("2026-11-03 00:00")
LATER = instant("2026-12-01 00:00")
PLAN = uuid5(OURS, "plan")


@st.composite
def inspections(draw: st.DrawFn) -> Done:
    at = OPENS + timedelta(hours=draw(st.integers(0, 47)))
    heard = at + timedelta(hours=draw(st.sampled_from([0, 1, 40])))
    own, doubt, nil = (draw(st.booleans()) for _ in range(3))
    return Done(draw(st.uuids()), at, heard, own, doubt, nil, draw(st.frozensets(st.sampled_from(MEASURES))))


def an(at: str = "2026-11-02 10:00", **more: object) -> Done:
    told = Done(UUID(int=1), instant(at), instant(at), own=True, doubt=False, nil=True)
    return replace(told, **more)  # type: ignore[arg-type]


@given(st.lists(inspections(), max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_uploads_changes_nothing(done: list[Done], chance: object) -> None:
    shuffled = done[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert outcome(CLOSES, shuffled, LATER) == outcome(CLOSES, done, LATER)


@given(st.lists(inspections(), max_size=4), inspections())
def test_a_further_inspection_never_makes_it_worse(done: list[Done], more: Done) -> None:
    rank = list(map(DutyState, ("missed", "partial", "late", "done")))
    before, after = (outcome(CLOSES, each, LATER).state for each in (done, [*done, more]))
    assert rank.index(after) >= rank.index(before)


@given(st.lists(inspections(), max_size=4), st.integers(0, 90))
def test_time_alone_decides_only_between_due_and_missed(done: list[Done], hours: int) -> None:
    """A server that was off for a week answers the same."""
    at = OPENS + timedelta(hours=hours)
    found, later = outcome(CLOSES, done, at), outcome(CLOSES, done, LATER)
    assert found == later or (found.state, later.state) == (DutyState.DUE, DutyState.MISSED)


@pytest.mark.parametrize(
    ("done", "state", "flags"),
    [
        ([], "missed", set()),
        ([an()], "done", set()),
        ([an(own=False)], "done", {"by_deputy"}),
        ([an(own=False), an()], "done", set()),
        ([an(doubt=True)], "done", {"clock_doubt"}),
        ([an(received_at=LATER)], "done", {"uploaded_late"}),
        ([an(received_at=LATER), an(own=False)], "done", set()),
        ([an("2026-11-03 00:00")], "late", set()),
        ([an(lacking=frozenset(MEASURES[:1]))], "partial", set()),
        ([an(lacking=frozenset(MEASURES[:1])), an(lacking=frozenset(MEASURES[1:]))], "done", set()),
        ([an(lacking=frozenset(MEASURES[:1])), an("2026-11-04 00:00", lacking=frozenset(MEASURES[1:]))], "late", set()),
        ([an("2026-11-04 00:00", lacking=frozenset(MEASURES[1:]))], "partial", set()),
    ],
)
def test_coverage_decides(done: list[Done], state: str, flags: set[str]) -> None:
    found = outcome(CLOSES, done, LATER)
    assert (found.state, found.flags) == (DutyState(state), frozenset(map(DutyFlag, flags)))


def test_nil_is_whole_and_nothing_found() -> None:
    assert outcome(CLOSES, [an()], LATER).nil
    assert not outcome(CLOSES, [an(nil=False)], LATER).nil
    assert not outcome(CLOSES, [an(lacking=frozenset(MEASURES))], LATER).nil


def a_day() -> Period:
    [period] = periods(
        Rule(Cadence.DAILY, Days.EVERY, date(2026, 1, 1)), Reign(OPENS), (), date(2026, 11, 2), date(2026, 11, 2)
    )
    return period


def test_a_stop_leaves_owed_what_is_always_owed() -> None:
    always = frozenset(MEASURES[:1])
    assert judged(a_day(), frozenset(), [], LATER, stopped=True) == Outcome(DutyState.EXEMPT)
    assert judged(a_day(), always, [], LATER, stopped=True).state is DutyState.MISSED
    left_out = [an(lacking=frozenset(MEASURES[1:]))]
    assert judged(a_day(), always, left_out, LATER, stopped=True).state is DutyState.DONE
    assert judged(a_day(), None, left_out, LATER, stopped=False).state is DutyState.PARTIAL


def test_activity_during_a_stop_shows() -> None:
    told = judged(a_day(), frozenset(), [an()], LATER, stopped=True)
    assert told == Outcome(DutyState.EXEMPT, frozenset({DutyFlag.DURING_STOP}))


@pytest.mark.parametrize(
    ("first", "last", "of_plans", "rests"),
    [
        ((11, 2), (11, 8), None, True), ((11, 2), None, None, True), ((10, 1), (11, 30), frozenset({PLAN}), True),
        ((11, 3), (11, 8), None, False), ((11, 2), (11, 5), None, False), ((11, 2), (11, 8), frozenset({OURS}), False),
    ],
)  # fmt: skip
def test_a_week_rests_if_all_of_it_does(
    first: tuple[int, int], last: tuple[int, int] | None, of_plans: frozenset[UUID] | None, rests: bool
) -> None:
    rule = Rule(Cadence.WEEKLY, Days.EVERY, date(2026, 1, 1))
    [week] = periods(rule, Reign(instant("2026-01-01 00:00")), (), date(2026, 11, 4), date(2026, 11, 4))
    stop = Stop(OURS, date(2026, *first), date(2026, *last) if last else None, of_plans, frozenset())
    assert bool(stopped_by(PLAN, rule, week, (), [stop])) is rests


def test_two_stops_together_may_cover_a_week_of_work_days() -> None:
    rule = Rule(Cadence.WEEKLY, Days.WORK, date(2026, 1, 1))
    [week] = periods(rule, Reign(instant("2026-01-01 00:00")), (), date(2026, 11, 4), date(2026, 11, 4))
    halves = [Stop(OURS, date(2026, 11, a), date(2026, 11, b), None, frozenset()) for a, b in ((2, 3), (4, 6))]
    assert stopped_by(PLAN, rule, week, (), halves) == halves
    assert stopped_by(PLAN, rule, week, (), halves[:1]) == []
