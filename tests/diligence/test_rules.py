"""What is noticed about reports, and above all what is not."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.diligence import words
from app.diligence.rules import (
    Findings,
    Judged,
    Look,
    Noticed,
    Point,
    Report,
    Window,
    candidate,
    hasty,
    identical_reports,
    judge,
    last_minute,
    never_a_finding,
    reused_photos,
    same_position,
    thresholds,
)
from app.foundation.front import Reader
from app.inspections.signs import TITLES, Sign
from app.inspections.terms import Status

T = thresholds()
NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
CLOSES = datetime(2026, 11, 2, 16, tzinfo=UTC)  # 24:00 in Asia/Shanghai
MEASURES = [UUID(int=n) for n in range(1, 40)]
TEAM = uuid4()
SECOND = timedelta(seconds=1)


def walked(seconds: float, many: int = 8, at: datetime = NOON, *, stamped: bool = False, **more: Any) -> Report:
    """A round of so many measures that took so long; `stamped` each check with its own instant."""
    began = at - timedelta(seconds=seconds)
    step = seconds / max(many - 1, 1)
    looks = tuple(
        Look(id, Status.NORMAL, began + n * timedelta(seconds=step) if stamped else None)
        for n, id in enumerate(MEASURES[:many])
    )
    told: dict[str, Any] = {"id": uuid4(), "enterprise_id": UUID(int=0), "inspector_id": TEAM, "at": at}
    return Report(**told | {"performed_at": at, "started_at": began, "looks": looks} | more)


def noticed(judged: Judged) -> bool:
    return judged.could and judged.noticed is not None


def quiet(judged: Judged) -> bool:
    return judged.could and judged.noticed is None


def test_eight_measures_in_five_seconds_show() -> None:
    found = hasty(walked(5), T).noticed
    assert found
    assert (found.measured, found.threshold, found.numbers) == (0.62, 3, {"measures": 8, "seconds": 5})
    assert quiet(hasty(walked(24), T))


def test_what_is_too_small_or_unknown_is_not_judged_for_haste() -> None:
    assert not hasty(walked(1, many=1), T).could
    assert not hasty(walked(1, many=T.hasty_measures - 1), T).could
    assert not hasty(walked(5, started_at=None), T).could  # nothing says when it began
    assert not hasty(walked(5, started_at=NOON + SECOND), T).could  # nor does a beginning after the end
    sent_at_once = walked(0, stamped=True, started_at=None)
    assert not hasty(sent_at_once, T).could  # one instant for all is when the report was filled in
    unchecked = tuple(look._replace(status=Status.UNCHECKED) for look in walked(5).looks)
    assert not hasty(walked(5, looks=unchecked), T).could


def test_the_longest_trace_of_a_walk_counts() -> None:
    long_walk = walked(600, stamped=True).looks
    assert quiet(hasty(walked(5, looks=long_walk), T))


@given(st.integers(1, 30), st.floats(0, 1000, allow_nan=False))
def test_more_time_is_never_more_hasty(many: int, seconds: float) -> None:
    if noticed(hasty(walked(seconds + 10, many), T)):
        assert noticed(hasty(walked(seconds, many), T))


def spots(*positions: tuple[float, float], accuracy: float | None = 8.0) -> tuple[Point, ...]:
    return tuple(Point(f"处{n % 4}", (*each, "gcj02"), accuracy) for n, each in enumerate(positions))


def test_one_position_for_every_place_shows() -> None:
    here = (106.0512345, 29.8412345)
    assert noticed(same_position(walked(600, points=spots(*[here] * 6)), T))
    last_digit = (106.0512346, 29.8412345)
    assert quiet(same_position(walked(600, points=spots(*[here] * 5, last_digit)), T))


def test_a_phone_indoors_and_a_small_room_are_not_judged() -> None:
    here = (106.05, 29.84)
    for points in (
        spots(*[here] * 6, accuracy=800),  # the cell's position, as it says itself
        spots(*[here] * 6, accuracy=None),  # it does not say
        (*spots(*[here] * 6), Point("处9", (*here, "gcj02"), None)),  # a cached one among them
        spots(*[here] * 4),  # few pictures
        tuple(point._replace(place="车间") for point in spots(*[here] * 6)),  # of one place
    ):
        assert not same_position(walked(600, points=points), T).could


def test_all_in_the_last_minutes_shows() -> None:
    late = walked(300, at=CLOSES - timedelta(minutes=5), windows=(Window(CLOSES),))
    found = last_minute(late, T).noticed
    assert found
    assert found.numbers == {"minutes": 10.0}
    assert quiet(last_minute(walked(3600, at=CLOSES - timedelta(minutes=5), windows=(Window(CLOSES),)), T))
    stamps = walked(3600, at=CLOSES - timedelta(minutes=5), stamped=True).looks
    told: dict[str, Any] = {"at": CLOSES - timedelta(minutes=5), "windows": (Window(CLOSES),), "looks": stamps}
    assert quiet(last_minute(walked(300, **told), T))  # some were looked at long before


def test_night_shifts_late_reports_and_unknown_beginnings_are_not_judged() -> None:
    at = CLOSES - timedelta(minutes=5)
    for report in (
        walked(300, at=at, windows=(Window(CLOSES, "夜班"),)),
        walked(300, at=at, windows=(Window(CLOSES), Window(CLOSES, "夜班"))),
        walked(300, at=CLOSES + timedelta(minutes=5), windows=(Window(CLOSES),)),
        walked(300, at=at, started_at=None, windows=(Window(CLOSES),)),
        walked(300, at=at),
    ):
        assert not last_minute(report, T).could


def test_a_wrong_clock_makes_no_last_minute() -> None:
    """The phone is three hours slow: by the server's clock it began where it ended."""
    slow = timedelta(hours=3)
    at = CLOSES - timedelta(minutes=5)
    told: dict[str, Any] = {"windows": (Window(CLOSES),), "correction": slow, "performed_at": at - slow}
    assert noticed(last_minute(walked(300, at=at, **told, started_at=at - slow - 300 * SECOND), T))
    assert quiet(last_minute(walked(300, at=at, **told, started_at=at - slow - timedelta(hours=1)), T))


def days(many: int, **more: Any) -> list[Report]:
    return [walked(432, at=NOON + timedelta(days=n), stamped=True, **more) for n in range(many)]


def test_the_same_to_the_second_for_three_days_shows() -> None:
    reports = days(5)
    told = identical_reports(reports, T)
    assert [noticed(told[each.id]) for each in reports] == [False, False, True, True, True]
    last = told[reports[-1].id].noticed
    assert last
    assert last.numbers == {"days": 5, "measures": 8, "seconds": 432}


def test_nothing_wrong_day_after_day_is_no_sign_by_itself() -> None:
    honest = [walked(432 + 7 * n, at=NOON + timedelta(days=n), stamped=True) for n in range(10)]
    assert not any(noticed(each) for each in identical_reports(honest, T).values())
    noted = days(6)
    noted[3] = walked(432, at=noted[3].at, looks=tuple(look._replace(note="已清灰") for look in noted[3].looks))
    assert not any(noticed(identical_reports(noted[:5], T)[each.id]) for each in noted[3:5])
    for reports in (
        days(9, started_at=None, looks=walked(0).looks),  # nothing says how long it took
        [walked(432, many=2, at=NOON + timedelta(days=n)) for n in range(9)],  # two measures are alike by chance
        [walked(432, at=NOON + timedelta(hours=n), stamped=True) for n in range(3)],  # thrice on one day
        [walked(432, at=each.at, stamped=True, inspector_id=uuid4()) for each in days(5)],  # five people
        [walked(1800, at=NOON + timedelta(days=n)) for n in range(9)],  # half an hour, as people write it down
    ):
        assert not any(noticed(each) for each in identical_reports(reports, T).values())


def test_two_rounds_in_turn_are_each_compared_with_themselves() -> None:
    mornings = days(4)
    evenings = [walked(100, many=5, at=each.at + timedelta(hours=6)) for each in mornings]
    told = identical_reports([*mornings, *evenings], T)
    assert noticed(told[mornings[-1].id])
    assert noticed(told[evenings[-1].id])


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from((300, 300, 301))), max_size=20), st.randoms())
def test_the_order_in_which_reports_come_in_does_not_matter(walks: list[tuple[int, int]], chance: Any) -> None:
    reports = [walked(seconds, at=NOON + timedelta(days=day)) for day, seconds in walks]
    shuffled = list(reports)
    chance.shuffle(shuffled)
    assert judge(reports, T) == judge(shuffled, T)


def test_pictures_shown_before() -> None:
    assert noticed(reused_photos(walked(600, photos=3, reused=1), T))
    assert quiet(reused_photos(walked(600, photos=3), T))
    assert not reused_photos(walked(600), T).could


def found(reports: int, of_them: int, days: int = 80) -> Findings:
    return Findings(reports, of_them, NOON, NOON + timedelta(days=days))


def test_months_without_a_finding_where_peers_find_some() -> None:
    peers = [found(60, 3), found(60, 1), found(60, 0), found(40, 2), found(30, 5)]
    told = never_a_finding(found(60, 0), peers, T).noticed
    assert told
    assert (told.measured, told.numbers["peers"], told.numbers["finding"]) == (0.8, 5, 4)
    assert candidate(found(60, 0), T)
    assert quiet(never_a_finding(found(60, 1), peers, T))
    assert quiet(never_a_finding(found(60, 0), [found(60, 0)] * 4 + [found(60, 1)], T))


def test_a_tiny_quiet_works_is_not_judged() -> None:
    finding = [found(60, 3)] * 9
    for own, peers in (
        (found(T.nil_reports - 1, 0), finding),  # few reports
        (found(60, 0, days=20), finding),  # of a few weeks
        (found(60, 0), finding[:4]),  # few that are like it
        (found(60, 0), [found(5, 3)] * 9),  # none of them reports as much
    ):
        assert not never_a_finding(own, peers, T).could


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12))
def test_what_finds_something_is_never_called_silent(peers: list[tuple[int, int]]) -> None:
    assert never_a_finding(found(60, 1), [found(a, min(a, b)) for a, b in peers], T).noticed is None


def test_every_sign_says_what_was_compared_and_why_it_may_be_harmless() -> None:
    noticed = [
        each
        for each in (
            hasty(walked(5), T).noticed,
            same_position(walked(9, points=spots(*[(106.05, 29.84)] * 6)), T).noticed,
            last_minute(walked(60, at=CLOSES - SECOND, windows=(Window(CLOSES),)), T).noticed,
            list(identical_reports(days(3), T).values())[-1].noticed,
            reused_photos(walked(9, photos=2, reused=2), T).noticed,
            never_a_finding(found(60, 0), [found(60, 3)] * 5, T).noticed,
        )
        if isinstance(each, Noticed)
    ]
    for language, harmless in (("en", "It may be harmless: "), ("zh", "也可能无妨：")):
        shown = {each.sign: words.view(each, Reader(language)) for each in noticed}
        assert set(shown) == set(Sign) == set(TITLES) == set(words.COMPARED) == set(words.HARMLESS)
        for view in shown.values():
            assert view.title.isascii() == view.compared.isascii() == view.harmless.isascii() == (language == "en")
            assert view.harmless.startswith(harmless)
            assert "{" not in view.compared
    assert shown[Sign.HASTY].compared == "5 秒检查了 8 项，平均每项 0.62 秒；每项不足 3 秒时提示。"
