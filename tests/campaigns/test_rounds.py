"""What of a campaign's rounds may change, which terms they have, and when several visits are one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.keeping import covered_at
from app.campaigns.rounds import Round, refusal, terms_of
from app.campaigns.terms import RoundState

FIRST = date(2026, 12, 1)


def rounds(*spans: tuple[int, int], closed_at: datetime | None = None) -> list[Round]:
    """Rounds by their days from the first of December, over the end of the year."""
    days = [(FIRST + timedelta(days=first), FIRST + timedelta(days=last)) for first, last in spans]
    return [Round(n, f"第{n}轮", first, last, closed_at) for n, (first, last) in enumerate(days, 1)]


def on(day: int, hour: int = 12) -> datetime:
    """An hour of a day, in Asia/Shanghai."""
    return datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=day, hours=hour - 8)


def test_a_round_is_coming_running_over_or_cancelled() -> None:
    (round,) = rounds((0, 40))
    assert [round.state(on(day, hour)) for day, hour in ((-1, 23), (0, 0), (40, 23), (41, 0))] == [
        RoundState.COMING, RoundState.RUNNING, RoundState.RUNNING, RoundState.OVER,
    ]  # fmt: skip
    first, second = rounds((0, 40), (41, 80), closed_at=on(10))
    assert (first.state(on(9)), first.state(on(10)), second.state(on(0))) == (
        RoundState.RUNNING, RoundState.OVER, RoundState.CANCELLED,
    )  # fmt: skip
    assert (first.closes_at, second.closes_at) == (on(10), on(10))


@dataclass(frozen=True)
class Version:
    revision: int
    made_at: datetime


@given(st.lists(st.integers(-60, 60), min_size=1, max_size=6, unique=True), st.integers(-50, 50))
def test_a_round_has_the_last_terms_made_before_it_began(made: list[int], begins: int) -> None:
    versions = [Version(n, on(day)) for n, day in enumerate(sorted(made), 1)]
    found = terms_of(rounds((begins, begins + 5))[0], versions)
    before = [day for day in sorted(made) if on(day) < on(begins, 0)]
    assert found.revision == max(len(before), 1)


@given(st.integers(-10, 60), st.integers(0, 70))
def test_only_the_end_of_a_running_round_moves_and_not_into_the_past(today: int, end: int) -> None:
    was = rounds((0, 20), (30, 50))
    will = rounds((0, end), (30, 50)) if end < 30 else rounds((0, 20), (30, end))
    refused = refusal(was, will, on(today))
    old, new, begins = (20, end, 0) if end < 30 else (50, end, 30)
    if new == old:
        assert refused is None
    elif today < begins:  # it has not begun: all may change, but it does not end before today
        assert (refused is None) == (new >= today)
    else:
        assert (refused is None) == (today <= old and new >= today)
    assert refused is None or refused[1] == ("round_begun" if today >= begins else "round_over")


def test_what_has_begun_keeps_its_place() -> None:
    was = rounds((0, 20), (30, 50))
    assert refusal(was, rounds((-9, -1), (0, 20), (30, 50)), on(5)) is not None
    assert refusal(was, was[:1], on(5)) is None
    assert refusal(was, was[1:], on(5)) is not None
    assert refusal(was, was[1:], on(-5)) is None
    assert refusal(was, [*was, *rounds((1, 2), (3, 4), (60, 70))[2:]], on(55)) is None


MEASURES = [UUID(int=n) for n in range(4)]
VISITS = st.lists(st.tuples(st.integers(0, 9), st.sets(st.sampled_from(MEASURES))), max_size=6)


@given(VISITS, st.randoms())
def test_several_visits_are_whole_together_in_whatever_order_they_are_heard_of(
    visits: list[tuple[int, set[UUID]]], chance: Any
) -> None:
    told = [(on(day), frozenset(lacking)) for day, lacking in visits]
    expected = min(
        (at for at, _ in told if not frozenset(MEASURES).intersection(*(left for when, left in told if when <= at))),
        default=None,
    )
    assert covered_at(told) == expected
    chance.shuffle(told)
    heard = [covered_at(told[:n]) for n in range(1, len(told) + 1)]
    assert min((at for at in heard if at), default=None) == expected  # what is kept: each as it was known by then
