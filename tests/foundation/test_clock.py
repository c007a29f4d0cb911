"""The one clock, and that it is moved for one thread alone."""

from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

from app.foundation import clock

THEN = datetime(2026, 5, 1, 8, 30, 0, 123_999, timezone(timedelta(hours=8)))


def test_it_shows_the_instant_to_the_millisecond() -> None:
    seen = clock.now()
    assert seen.tzinfo is UTC
    assert seen.microsecond % 1000 == 0
    assert abs(seen - datetime.now(UTC)) < timedelta(seconds=5)


def test_it_can_stand_at_another_instant_and_goes_on_afterwards() -> None:
    with clock.at(THEN):
        assert clock.now() == datetime(2026, 5, 1, 0, 30, 0, 123_000, UTC)
        with clock.at(THEN + timedelta(days=1)):
            assert clock.now().day == 2
        assert clock.now().day == 1
    assert clock.now() > datetime(2026, 5, 2, tzinfo=UTC)


def test_nobody_else_is_moved_with_it() -> None:
    seen = []
    with clock.at(THEN):
        other = Thread(target=lambda: seen.append(clock.now()))
        other.start()
        other.join()
    assert seen[0] - datetime.now(UTC) < timedelta(seconds=5)
    assert seen[0] > THEN + timedelta(days=1)
