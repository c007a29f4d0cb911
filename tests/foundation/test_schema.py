"""Migrations go up and down with data in the tables, and lead where the models say."""

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.util.exc import CommandError
from fastapi.testclient import TestClient
from sqlalchemy import CheckConstraint, Engine, inspect, text

from app.foundation import schema
from app.foundation.columns import Row
from app.foundation.database import Database
from app.journal.audit import verify
from app.main import create_app
from app.people.scope import Role
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.duties.stories import at, stopping
from tests.operations.conftest import House, fill

FIRST = "0001"


@pytest.fixture
def database(kind: str, tmp_path: Path) -> Iterator[Database]:
    database = Database(fresh_database(kind, tmp_path))
    yield database
    database.engine.dispose()


# SQLAlchemy misreads what SQLite computes where a column was added later: it takes all of the line.
@pytest.mark.filterwarnings("ignore:Computed default on")
def test_the_migrations_lead_to_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        different = [each for each in compare_metadata(context, Row.metadata) if not _beside_the_models(each)]
    assert different == []


def _beside_the_models(difference: object) -> bool:
    """The table that SQLite's series of numbers are kept in."""
    return isinstance(difference, tuple) and difference[0] == "remove_table" and difference[1].name == "counters"


def test_every_list_of_words_is_held_by_the_database_too(database: Database) -> None:
    """Alembic does not compare CHECK constraints."""
    present = inspect(database.engine)
    for table in Row.metadata.tables.values():
        meant = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        assert {c["name"] for c in present.get_check_constraints(table.name)} == meant


def test_down_and_up_again_with_data_in_the_tables(database: Database, tmp_path: Path, kind: str) -> None:
    url = database.engine.url.render_as_string(False)
    for _ in range(2):
        house = House(
            World(create_app(Settings(data_dir=tmp_path, database_url=url)), "510000000000").founded(), tmp_path
        )
        fill(house)
        assert house.database.transact(partial(verify, keys=house.world.keyring)) is None
        house.database.engine.dispose()
        schema.move(database.engine, "base")
        assert tables(database.engine) <= {"alembic_version", "counters"}
        assert database.transact(schema.present) is None
        schema.move(database.engine, "head")
        assert database.transact(schema.present) == schema.wanted()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_a_migration_that_fails_leaves_everything_as_it_was(database: Database) -> None:
    schema.move(database.engine, FIRST)
    before = tables(database.engine)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE receipts"))
    with pytest.raises(Exception, match="receipts"):
        schema.move(database.engine, "base")
    assert tables(database.engine) == before - {"receipts"}
    assert database.transact(schema.present) == FIRST


def test_a_revision_that_nobody_knows_is_refused(database: Database) -> None:
    with pytest.raises(CommandError):
        schema.move(database.engine, "9999")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CommandError):
        schema.move(database.engine, "head")


def test_what_people_were_and_when_ends_were_told_is_read_from_the_journal(database: Database, tmp_path: Path) -> None:
    """An older schema knew of neither: the migration finds out what would have been written down."""
    url = database.engine.url.render_as_string(False)
    app = create_app(Settings(data_dir=tmp_path, database_url=url))
    world = World(app, "510000000000").founded()
    administrator = world.someone(Role.ADMINISTRATOR, areas=(world.county,), area_code=world.county)
    supervisor, minutes = world.someone(Role.SUPERVISOR), count()
    with TestClient(app, base_url="http://test/api/v1") as client:

        def told(by: Person, method: str, path: str, body: dict[str, Any]) -> None:
            with at(f"2026-11-20 10:{next(minutes):02}"):
                answer = client.request(method, path, json=body, headers=by.headers)
            assert answer.is_success, answer.text

        scope = {"enterprise_ids": [str(world.enterprise)]}
        new = {"id": str(uuid4()), "username": "zhao", "name": "赵", "roles": ["team_leader"], "scope": scope}
        told(administrator, "POST", "users", new)
        changes: list[dict[str, Any]] = [{"roles": ["manager"]}, {"name": "钱"}, {"active": False}]
        for revision, change in enumerate(changes, 1):
            told(administrator, "PATCH", f"users/{new['id']}", {"revision": revision, **change})
        for ends in (["2026-11-15"], [None, "2026-11-11"], [None]):
            stop = stopping(world, to_on=ends[0])
            told(supervisor, "POST", "production-stops", stop)
            for to_on in ends[1:]:
                told(supervisor, "PATCH", f"production-stops/{stop['id']}", {"revision": 1, "to_on": to_on})
    app.state.house.things[Database].engine.dispose()

    def kept() -> list[list[tuple[object, ...]]]:
        asked = (
            "SELECT user_id, since, until, enterprise_id, roles, active FROM tenures ORDER BY since",
            "SELECT id, end_told_at FROM production_stops ORDER BY id",
        )
        with database.engine.connect() as connection:
            return [list(map(tuple, connection.execute(text(each)).all())) for each in asked]

    before = kept()
    assert [len(rows) for rows in before] == [3, 3]
    schema.move(database.engine, "0013")
    schema.move(database.engine, "head")
    assert kept() == before
