"""One visit to one thread: what a crowd, a slow query or a lost race cannot do."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import anyio
import httpx2
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from app.foundation.dialects import continue_series, insert_once, next_number, series_at
from app.foundation.lanes import Lane
from app.foundation.problems import NotFound, Overloaded, Problem
from app.journal.events import Event
from app.journal.receipts import Receipt
from app.people.models import Enterprise
from tests.foundation.conftest import MakePlace, Place


async def all_at_once(place: Place, path: str, bodies: list[dict[str, Any]]) -> list[httpx2.Response]:
    answers: list[httpx2.Response] = []
    transport = httpx2.ASGITransport(place.app)
    base, headers = "http://test/api/v1/", place.somebody.headers
    async with httpx2.AsyncClient(transport=transport, base_url=base, headers=headers, timeout=60) as client:

        async def send(body: dict[str, Any]) -> None:
            answers.append(await client.post(path, json=body))

        with anyio.fail_after(60):
            async with anyio.create_task_group() as crowd:
                for body in bodies:
                    crowd.start_soon(send, body)
    return answers


def note(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": "记"} | more


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("same", [True, False], ids=["one note", "many notes"])
def test_two_hundred_writes_at_once_are_all_answered(make_place: MakePlace, threads: int, same: bool) -> None:
    place, bodies, path = make_place(threads=threads), [note() for _ in range(200)], "notes"
    if same:
        anyio.run(all_at_once, place, path, [first := note()])
        path = f"notes/{first['id']}/rename"
    answers = anyio.run(all_at_once, place, path, bodies)
    assert Counter(answer.status_code for answer in answers) == {200 if same else 201: 200}


def test_the_same_request_twenty_times_at_once_is_done_once(make_place: MakePlace) -> None:
    place, body = make_place(threads=8), note()
    answers = anyio.run(all_at_once, place, "notes", [body] * 20)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert Counter(answer.json()["replayed"] for answer in answers) == {False: 1, True: 19}
    assert place.world.write(lambda s: s.scalar(select(func.count()).select_from(Event))) == 1


def test_who_would_wait_too_long_is_told_at_once(make_place: MakePlace) -> None:
    place = make_place(threads=1, waiting=8)
    answers = anyio.run(all_at_once, place, "notes", [note() for _ in range(50)])
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) == 41
    problem = refused[0].json()
    assert (problem["code"], problem["retryable"], problem["retry_after"]) == ("overloaded", True, 2)
    assert refused[0].headers["retry-after"] == "2"


def test_who_has_waited_too_long_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """One waits behind work that does not end; who comes when it has ended is served."""
    monkeypatch.setattr("app.foundation.lanes.PATIENCE", 0.1)
    lane = Lane(1, 10)

    async def live() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lane.run, lambda: time.sleep(0.5))
            await anyio.sleep(0.05)
            with pytest.raises(Overloaded):
                await lane.run(lambda: None)
        assert await lane.run(lambda: 7) == 7

    anyio.run(live)


def test_whoever_is_cancelled_stays_until_the_work_is_done() -> None:
    """What became of a transaction must be known; what has not begun is not begun any more."""
    lane, done = Lane(1, 10), list[int]()

    def slow() -> None:
        time.sleep(0.3)
        done.append(1)

    async def live() -> None:
        with anyio.move_on_after(0.05) as scope:
            await lane.run(slow)
        assert (scope.cancelled_caught, done) == (True, [1])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lane.run, lambda: time.sleep(0.2))
            await anyio.sleep(0.05)
            with anyio.move_on_after(0.05):
                await lane.run(partial(done.append, 2))
        assert await lane.run(lambda: done) == [1]

    anyio.run(live)


def test_a_raised_problem_undoes_everything_and_consumes_no_id(place: Place) -> None:
    with place.client() as client:
        id = client.post("notes", json=note()).json()["id"]
        body = note(name="half done")
        assert client.post(f"notes/{id}/rename", json=body).status_code == 409
        assert client.get(f"notes/{id}").json()["name"] == "记"
        assert client.post(f"notes/{id}/rename", json=body | {"name": "新"}).json()["name"] == "新"
    assert place.world.write(lambda s: s.scalar(select(func.count()).select_from(Event))) == 2


def test_a_returned_problem_keeps_what_was_done_and_a_raised_one_undoes_it(place: Place) -> None:
    def fail(name: str, problem: Callable[[], NotFound]) -> Callable[[Session], Problem | None]:
        def work(session: Session) -> Problem | None:
            session.get_one(Enterprise, place.world.enterprise).name = name
            return problem()

        return work

    def raised() -> NotFound:
        raise NotFound

    for name, problem in [("一", NotFound), ("二", raised)]:
        with pytest.raises(NotFound):
            anyio.run(place.world.database.write, fail(name, problem))
        assert place.world.write(lambda s: s.get_one(Enterprise, place.world.enterprise).name) == "一"


def test_a_dry_run_gives_the_same_answer_and_stores_nothing(place: Place) -> None:
    body = note()
    with place.client() as client:
        rehearsed = client.post("notes?dry_run=true", json=body)
        assert (rehearsed.status_code, rehearsed.json()["name"]) == (201, "记")
        assert client.get(f"notes/{body['id']}").status_code == 404
        assert client.post("notes", json=body).json() == rehearsed.json()
        assert client.post("notes?dry_run=true", json=body).json()["replayed"] is True


def test_work_that_lost_a_race_is_done_again(place: Place) -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    tries: list[int] = []

    def work(session: Session) -> int:
        tries.append(len(tries))
        if len(tries) < 3:
            raise OperationalError("", {}, Deadlock())
        return len(tries)

    assert anyio.run(place.world.database.write, work) == 3


def test_who_always_loses_is_told_to_try_later(place: Place) -> None:
    class Deadlock(Exception):
        sqlstate = "40001"

    def work(session: Session) -> None:
        raise OperationalError("", {}, Deadlock())

    with pytest.raises(Overloaded):
        anyio.run(place.world.database.write, work)


def test_two_who_lock_crosswise_both_succeed(make_place: MakePlace) -> None:
    """A real deadlock on PostgreSQL, which undoes one of the two; SQLite's writers take turns."""
    place = make_place(threads=2)
    here, there = place.world.works(), place.world.works()
    begun: list[UUID] = []

    def lock(first: UUID, second: UUID) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            session.get_one(Enterprise, first, with_for_update=True).name = "先"
            session.flush()
            begun.append(first)
            time.sleep(0.1)
            session.get_one(Enterprise, second, with_for_update=True).name = "后"

        return work

    async def both() -> None:
        async with anyio.create_task_group() as two:
            two.start_soon(place.world.database.write, lock(here, there))
            two.start_soon(place.world.database.write, lock(there, here))

    anyio.run(both)
    assert {here, there} <= set(begun)


def test_two_slow_studies_hold_up_no_page(place: Place) -> None:
    async def life() -> list[float]:
        waits = []
        transport = httpx2.ASGITransport(place.app)
        base, headers = "http://test/api/v1/", place.somebody.headers
        async with httpx2.AsyncClient(transport=transport, base_url=base, headers=headers, timeout=60) as client:
            id = (await client.post("notes", json=note())).json()["id"]
            async with anyio.create_task_group() as studies:
                for _ in range(2):
                    studies.start_soon(client.get, "notes/studied")
                await anyio.sleep(0.2)
                for _ in range(20):
                    began = time.perf_counter()
                    assert (await client.get(f"notes/{id}")).status_code == 200
                    waits.append(time.perf_counter() - began)
                    await anyio.sleep(0.02)
        return waits

    assert max(anyio.run(life)) < 0.5


def test_a_statement_that_takes_too_long_is_stopped(place: Place) -> None:
    with place.client() as client:
        began = time.perf_counter()
        answer = client.get("notes/slow")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "overloaded", "2")
        assert 2.5 < time.perf_counter() - began < 6
        assert client.get(f"notes/{uuid4()}").status_code == 404


def test_an_instant_comes_back_as_it_was(place: Place) -> None:
    """Whatever time zone the database server is set to."""
    written = datetime(2026, 11, 23, 9, 10, tzinfo=timezone(timedelta(hours=8)))
    id = place.world.works(created_at=written)
    read: datetime = place.world.write(lambda s: s.get_one(Enterprise, id).created_at)
    assert (read, read.isoformat()) == (written, "2026-11-23T01:10:00+00:00")
    naive = select(Enterprise).where(Enterprise.created_at == written.replace(tzinfo=None))
    with pytest.raises(StatementError, match="naive"):
        place.world.write(lambda session: session.scalar(naive))


def test_a_taken_key_is_not_inserted_twice(place: Place) -> None:
    row = {"id": uuid4(), "actor_id": uuid4(), "kind": "x", "body": ""}
    other = row | {"id": uuid4()}
    assert place.world.write(lambda session: insert_once(session, Receipt, row)) == 1
    assert place.world.write(lambda session: insert_once(session, Receipt, row)) == 0
    assert place.world.write(lambda session: insert_once(session, Receipt, row, other)) == 1
    assert place.world.write(lambda session: insert_once(session, Receipt)) == 0


def test_numbers_of_a_series_are_never_given_twice(make_place: MakePlace) -> None:
    place, taken = make_place(threads=4), []

    async def many() -> None:
        async with anyio.create_task_group() as crowd:
            for _ in range(40):
                crowd.start_soon(take)

    async def take() -> None:
        taken.append(await place.world.database.write(lambda session: next_number(session, "hazard_numbers")))

    anyio.run(many)
    assert sorted(taken) == list(range(1, 41))
    place.world.write(lambda session: continue_series(session, "hazard_numbers", 100))
    assert place.world.write(lambda session: series_at(session, "hazard_numbers")) == 100
    assert place.world.write(lambda session: next_number(session, "hazard_numbers")) == 101


def test_what_people_wrote_is_not_in_the_words_of_a_fault(place: Place) -> None:
    with pytest.raises(Exception, match="no_such_table") as fault:
        place.world.write(lambda s: s.execute(text("SELECT :secret FROM no_such_table"), {"secret": "密码"}))
    assert "密码" not in str(fault.value)
