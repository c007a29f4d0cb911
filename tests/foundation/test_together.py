"""Writers that wait at the same moment share a commit on SQLite; nobody notices, but that it is faster."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import Database
from app.foundation.dialects import Patience
from app.foundation.problems import Conflict, IdConflict, Overloaded, Problem, Unavailable
from app.people.models import Area
from tests.conftest import fresh_database

SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000000) SELECT max(i) FROM n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(fresh_database("sqlite", tmp_path), threads=1)
    yield database
    database.engine.dispose()


def add(code: str) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        session.add(Area(code=code, name=code))
        return code

    return work


def refused(code: str) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        add(code)(session)
        session.flush()
        raise Conflict

    return work


def kept_though(code: str) -> Callable[[Session], Problem]:
    def work(session: Session) -> Problem:
        add(code)(session)
        return Conflict()

    return work


def codes(database: Database) -> set[str]:
    return set(database.transact(lambda session: session.scalars(select(Area.code)).all()))


def all_at_once(
    database: Database,
    works: list[Callable[[Session], Any]],
    *,
    dry: tuple[int, ...] = (),
    within: Callable[[int], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> list[Any]:
    """What each hears, when all have come before the first is served; each comes from `within` its own context."""
    heard: list[Any] = [None] * len(works)
    free = threading.Event()

    async def one(number: int) -> None:
        try:
            with within(number):
                heard[number] = await database.write(works[number], dry=number in dry)
        except Problem as problem:
            heard[number] = type(problem)

    async def live() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.write, lambda _: free.wait(5))
            await anyio.sleep(0.05)
            for number in range(len(works)):
                tasks.start_soon(one, number)
            await anyio.sleep(0.05)
            free.set()

    anyio.run(live)
    return heard


def test_each_is_served_by_its_own_clock_whoever_serves_it(database: Database) -> None:
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3)]
    heard = all_at_once(database, [lambda _: clock.now()] * 3, within=lambda number: clock.at(days[number]))
    assert heard == days


def test_a_crowd_shares_its_commits(database: Database) -> None:
    commits: list[Any] = []
    event.listen(database.engine, "commit", commits.append)
    heard = all_at_once(database, [add(f"{n:012}") for n in range(40)])
    assert heard == [f"{n:012}" for n in range(40)] == sorted(codes(database))
    assert len(commits) <= 1 + 3 + 1


def test_everybody_hears_only_of_their_own(database: Database) -> None:
    works = [add("1"), refused("2"), kept_though("3"), add("1"), add("4"), add("5")]
    heard = all_at_once(database, works, dry=(4,))
    assert heard == ["1", Conflict, Conflict, IdConflict, "4", "5"]
    assert codes(database) == {"1", "3", "5"}


def test_who_takes_too_long_is_told_so_and_nobody_else(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.foundation.dialects.INTERACTIVE", Patience(1, 1, 1))
    heard = all_at_once(database, [add("1"), lambda session: session.scalar(text(SLOW)), add("2")])
    assert heard == ["1", Overloaded, "2"]
    assert codes(database) == {"1", "2"}


def test_while_a_writer_elsewhere_takes_too_long_everybody_hears_so_soon_and_later_all_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.foundation.dialects.INTERACTIVE", Patience(1, 1, 1))
    elsewhere = sqlite3.connect(str(database.engine.url.database), isolation_level=None)
    heard: list[Any] = [None] * 6

    async def one(number: int) -> None:
        try:
            heard[number] = await database.write(add(str(number)))
        except Problem as problem:
            heard[number] = type(problem)

    async def live() -> None:
        elsewhere.execute("BEGIN IMMEDIATE")
        began = anyio.current_time()
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                for number in range(5):
                    tasks.start_soon(one, number)
        assert anyio.current_time() - began < 3.5, "the first waits alone, the others together"
        elsewhere.execute("ROLLBACK")
        await one(5)

    anyio.run(live)
    elsewhere.close()
    assert heard == [Overloaded] * 5 + ["5"]
    assert codes(database) == {"5"}


def test_a_fault_of_one_is_not_the_others(database: Database) -> None:
    def faulty(session: Session) -> None:
        add("2")(session)
        session.flush()
        raise ZeroDivisionError

    async def unlucky() -> None:
        with pytest.raises(ZeroDivisionError):
            await database.write(faulty)

    async def live() -> None:
        async with anyio.create_task_group() as tasks:
            for work in (add("1"), add("3")):
                tasks.start_soon(database.write, work)
            tasks.start_soon(unlucky)

    anyio.run(live)
    assert codes(database) == {"1", "3"}


def test_if_the_commit_fails_nobody_is_told_that_it_is_done(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk shows when all is written out: each then tries alone, and each is told."""
    full = {"is": True}

    def begin(connection: Any) -> None:
        if full["is"]:
            connection.connection.driver_connection.execute("PRAGMA query_only=ON")

    event.listen(database.engine, "begin", begin)
    try:
        heard = all_at_once(database, [add("1"), add("2")])
    finally:
        event.remove(database.engine, "begin", begin)
    assert heard == [Unavailable, Unavailable]
    database.engine.dispose()
    assert codes(database) == set()


def test_whoever_no_longer_waits_is_passed_over(database: Database) -> None:
    free = threading.Event()

    async def impatient() -> None:
        with anyio.move_on_after(0.1):
            await database.write(add("1"))

    async def live() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.write, lambda _: free.wait(5))
            await anyio.sleep(0.05)
            tasks.start_soon(impatient)
            tasks.start_soon(database.write, add("2"))
            await anyio.sleep(0.3)
            free.set()

    anyio.run(live)
    assert codes(database) == {"2"}


def test_each_sees_what_those_before_it_wrote(database: Database) -> None:
    def add_and_count(code: str) -> Callable[[Session], int]:
        def work(session: Session) -> int:
            add(code)(session)
            session.flush()
            return len(session.scalars(select(Area.code)).all())

        return work

    assert all_at_once(database, [add_and_count(str(n)) for n in range(12)]) == list(range(1, 13))
