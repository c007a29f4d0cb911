"""Seals give committed events their one order, whoever writes and seals at the same time."""

from functools import partial
from pathlib import Path
from uuid import uuid4

import anyio
import pytest

from app.foundation.database import Database
from app.foundation.problems import Unavailable
from app.foundation.schema import upgrade
from app.journal.events import PEN
from app.journal.sealer import PAUSE, keep_sealing, seal_all
from app.journal.seals import merkle_root, seal, unsealed
from app.main import create_app
from app.people.scope import Caller, Role
from app.settings import Settings
from tests.conftest import World
from tests.journal.conftest import Journal
from tests.postgres import Server


def test_sealing_while_everybody_writes_leaves_no_gap(journal: Journal) -> None:
    """Several sealers at once, too: positions are 1, 2, 3 … and none is given twice."""
    keys = journal.world.keyring
    database = Database(journal.world.database.engine.url.render_as_string(False), threads=6, carried={PEN: keys})

    async def everybody() -> None:
        async with anyio.create_task_group() as crowd:
            for n in range(60):
                crowd.start_soon(database.write, journal.beginning)
                if n % 10 == 9:
                    crowd.start_soon(database.write, partial(seal, keys=keys))

    anyio.run(everybody)
    seal_all(database, keys)
    database.engine.dispose()
    assert journal.positions() == list(range(1, 61))
    assert journal.audit() is None


def test_a_server_seals_what_is_committed_within_a_moment(journal: Journal) -> None:
    async def live() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep_sealing, journal.world.database, journal.world.keyring)
            await anyio.to_thread.run_sync(journal.begin)
            await anyio.sleep(PAUSE * 3)
            tasks.cancel_scope.cancel()

    anyio.run(live)
    assert journal.positions() == [1]


def test_forged_events_wake_nobody(journal: Journal) -> None:
    journal.begin()
    journal.seal()
    copied = "INSERT INTO events SELECT {} FROM events".format(
        "99, subject_kind, subject_id, 2, action, actor_id, at, received_at, data, data_digest, digest, data_digest, "
        "'1.0', enterprise_id, area_code, NULL"
    )
    journal.tamper(copied)
    assert journal.write(partial(unsealed, keys=journal.world.keyring)) is False
    journal.begin()
    assert journal.write(partial(unsealed, keys=journal.world.keyring)) is True


def test_sealing_goes_on_after_the_database_was_away(tmp_path: Path) -> None:
    with Server() as server:
        app = create_app(Settings(data_dir=tmp_path, database_url=server.url))
        world = World(app, "510000000000")
        upgrade(world.database.engine)
        journal = Journal(world.founded(), Caller(uuid4(), "甲", frozenset({Role.ADMINISTRATOR})))

        async def live() -> None:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(keep_sealing, world.database, world.keyring)
                await anyio.to_thread.run_sync(journal.begin)
                server.stop(crash=True)
                with pytest.raises(Unavailable):
                    await world.database.write(journal.beginning)
                await anyio.sleep(PAUSE * 2)
                server.start()
                await anyio.sleep(PAUSE * 2)
                await world.database.write(journal.beginning)
                await anyio.sleep(PAUSE * 2)
                tasks.cancel_scope.cancel()

        anyio.run(live)
        assert journal.positions() == [1, 2]
        world.database.engine.dispose()


@pytest.mark.parametrize(
    ("leaves", "root"),
    [
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_the_tree_is_that_of_rfc_6962(leaves: int, root: str) -> None:
    """The values that Certificate Transparency's own implementations are tested with."""
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    assert merkle_root(data[:leaves]) == root
