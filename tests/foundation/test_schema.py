"""Migrations go up and down with data in the tables, and lead where the models say."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.util.exc import CommandError
from sqlalchemy import CheckConstraint, Engine, inspect, text

from app.foundation import schema
from app.foundation.columns import Row
from app.foundation.database import Database
from app.journal.audit import verify
from app.main import create_app
from app.settings import Settings
from tests.conftest import World, fresh_database
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
