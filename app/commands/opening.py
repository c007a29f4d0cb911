"""The database as a command finds it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.foundation import schema
from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.journal.events import PEN
from app.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database, threads=1)
    try:
        yield database
    finally:
        database.engine.dispose()


@contextmanager
def ready_database(settings: Settings) -> Iterator[Database]:
    """The database at the right revision, with the keyring that events are marked with."""
    if not settings.database_url and not (settings.data_dir / "app.db").exists():
        sys.exit(f"there is no database in {settings.data_dir}: run `app migrate`, or set DATA_DIR")
    with opened(settings) as database:
        refuse_another_revision(database)
        carrying_keys(settings, database)
        yield database


def carrying_keys(settings: Settings, database: Database) -> Keyring:
    keys = Keyring.open(settings.keys, settings.secret or None)
    database.carried[PEN] = keys
    return keys


def refuse_another_revision(database: Database) -> None:
    present = database.transact(schema.present)
    if present != schema.wanted():
        sys.exit(f"the database is at revision {present or 'none'}, not {schema.wanted()}: run `app migrate`")
