"""When the database is full, read-only, locked or away: 503 at once, nothing half done, and service afterwards."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, event, func, select, text

from app.foundation.database import Database
from app.foundation.schema import upgrade
from app.journal.audit import verify
from app.people.models import Enterprise
from tests.conftest import fresh_database
from tests.disks import make_read_only, tiny_disk
from tests.foundation.conftest import MakePlace, Place
from tests.postgres import Server


def note(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": "记"} | more


def refused(answer: httpx2.Response, code: str) -> bool:
    problem = answer.json()
    told = (answer.status_code, problem["code"], problem["retryable"], answer.headers["retry-after"])
    return told == (503, code, True, str(problem["retry_after"]))


def kept(place: Place, *ids: str) -> int:
    rows = select(func.count()).select_from(Enterprise).where(Enterprise.id.in_(ids))
    return int(place.world.write(lambda session: session.scalar(rows)))


@pytest.fixture
def kind() -> str:
    """What only SQLite knows: a file on a disk."""
    return "sqlite"


def test_a_full_disk_refuses_writes_and_loses_nothing(make_place: MakePlace, tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk", 4) as disk:
        place = make_place(moved(fresh_database("sqlite", tmp_path), disk))
        with place.client() as client:
            first, second = note(), note()
            assert client.post("notes", json=first).status_code == 201
            fill(disk / "filler")
            refusals = [client.post("notes", json=second | {"text": "长" * 2000}) for _ in range(3)]
            assert all(refused(answer, "unavailable") for answer in refusals)
            assert client.get(f"notes/{first['id']}").status_code == 200
            assert client.get(f"notes/{second['id']}").status_code == 404
            (disk / "filler").unlink()
            assert client.post("notes", json=second).status_code == 201
        assert place.world.database.transact(lambda session: verify(session, place.world.keyring)) is None
        place.world.database.engine.dispose()


def moved(url: str, disk: Path) -> str:
    """The database, taken to another disk."""
    path = shutil.copy(url.removeprefix("sqlite:///"), disk)
    return f"sqlite:///{path}"


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def test_a_database_that_may_grow_no_further_refuses_writes(place: Place) -> None:
    """As on a full disk, wherever the tests run."""

    @event.listens_for(place.world.database.engine, "connect")
    def limit(connection: Any, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    place.world.database.engine.dispose()
    with place.client() as client:
        ids = [note() for _ in range(400)]
        answers = [client.post("notes", json=each) for each in ids]
    accepted = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert all(answer.status_code == 201 or refused(answer, "unavailable") for answer in answers)
    assert len(accepted) < len(ids)
    assert kept(place, *(each["id"] for each in ids)) == len(accepted) == kept(place, *accepted)


def test_a_database_that_may_only_be_read_is_still_read(place: Place) -> None:
    with place.client() as client:
        first = note()
        client.post("notes", json=first)

        @event.listens_for(place.world.database.engine, "checkout")
        def forbid(connection: Any, *_: object) -> None:
            connection.execute("PRAGMA query_only = ON")

        assert refused(client.post("notes", json=note()), "unavailable")
        assert client.get(f"notes/{first['id']}").status_code == 200


def test_a_disk_that_may_only_be_read_is_told(make_place: MakePlace, tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk", 4) as disk:
        place = make_place(moved(fresh_database("sqlite", tmp_path), disk))
        place.world.database.engine.dispose()
        make_read_only(disk)
        with place.client() as client:
            assert refused(client.post("notes", json=note()), "unavailable")
            assert client.get("http://test/healthz").status_code == 200
        place.world.database.engine.dispose()


LOCK_AND_WAIT = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another process is writing, and does not come to an end."""
    command = [sys.executable, "-c", LOCK_AND_WAIT, url.removeprefix("sqlite:///")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"locked\n"
        yield


def test_who_waits_in_vain_for_another_writer_is_told_to_come_again(place: Place) -> None:
    url = place.world.database.engine.url.render_as_string(False)
    with place.client() as client:
        first, second = note(), note()
        client.post("notes", json=first)
        with locked(url):
            began = time.perf_counter()
            assert refused(client.post("notes", json=second), "overloaded")
            assert time.perf_counter() - began < 6
            assert client.get(f"notes/{first['id']}").status_code == 200
        assert client.post("notes", json=second).status_code == 201


class TestPostgreSQL:
    """What only a server can do to us."""

    @pytest.fixture
    def kind(self) -> str:
        return "postgresql"

    def test_a_lock_that_is_not_given_back_is_not_waited_for(self, place: Place) -> None:
        engine = create_engine(place.world.database.engine.url)
        with place.client() as client:
            second = note()
            with engine.begin() as other:
                other.execute(text("LOCK TABLE enterprises IN SHARE MODE"))
                assert refused(client.post("notes", json=second), "overloaded")
            assert client.post("notes", json=second).status_code == 201
        engine.dispose()

    def test_a_standby_is_read_and_refuses_writes(self, place: Place) -> None:
        with place.client() as client:
            first = note()
            client.post("notes", json=first)
            name = place.world.database.engine.url.database
            place.world.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            place.world.database.engine.dispose()
            assert refused(client.post("notes", json=note()), "unavailable")
            assert client.get(f"notes/{first['id']}").status_code == 200

    def test_a_server_that_was_restarted_while_nobody_asked_is_not_noticed(self, make_place: MakePlace) -> None:
        with Server() as server, born(make_place, server) as place, place.client() as client:
            id = client.post("notes", json=note()).json()["id"]
            server.restart()
            assert client.get(f"notes/{id}").status_code == 200
            server.restart(crash=True)
            assert client.post("notes", json=note()).status_code == 201

    @pytest.mark.parametrize("crash", [False, True])
    def test_stopped_and_started_again_under_load_it_loses_nothing(self, make_place: MakePlace, crash: bool) -> None:
        """Everybody repeats what was refused until it is accepted: each note is there exactly once."""
        with Server() as server, born(make_place, server) as place, place.client() as client:
            accepted: list[str] = []
            refusals: list[httpx2.Response] = []
            ended = threading.Event()
            phones = [threading.Thread(target=phone, args=(client, ended, accepted, refusals)) for _ in range(6)]
            for each in phones:
                each.start()
            time.sleep(0.7)
            server.stop(crash=crash)
            time.sleep(1)
            server.start()
            before = len(accepted)
            time.sleep(1.5)
            ended.set()
            for each in phones:
                each.join()
            assert len(accepted) > before
            assert refusals
            assert all(refused(answer, "unavailable") for answer in refusals)
            assert kept(place, *accepted) == len(accepted) == len(set(accepted))
            assert place.world.database.transact(lambda session: verify(session, place.world.keyring)) is None


@contextmanager
def born(make_place: MakePlace, server: Server) -> Iterator[Place]:
    """A house on a server of its own, which may be stopped."""
    database = Database(server.url)
    upgrade(database.engine)
    database.engine.dispose()
    place = make_place(server.url)
    yield place
    place.world.database.engine.dispose()


def phone(client: TestClient, ended: threading.Event, accepted: list[str], refusals: list[httpx2.Response]) -> None:
    """Sends one note after the other, each until it is accepted."""
    while not ended.is_set():
        body = note()
        while (answer := client.post("notes", json=body)).status_code not in (200, 201):
            refusals.append(answer)
            time.sleep(0.05)
        accepted.append(body["id"])
