"""How a migration meets the database. Called by `app.foundation.schema`, with an engine that is already open."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, Engine, text

import app.main  # noqa: F401  so that every table is known when a migration is drafted
from app.foundation.columns import Row
from app.foundation.dialects import LONG, is_sqlite


def migrate(connection: Connection, **more: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_as_batch=is_sqlite(connection),
        transaction_per_migration=True,
        **more,
    )
    with context.begin_transaction():
        context.run_migrations()


def on_sqlite(engine: Engine) -> None:
    """Foreign keys are off meanwhile (rebuilding a table would cascade), and checked before anything is kept."""
    with engine.execution_options(writes=True, patience=LONG).connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                migrate(connection)
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"the migration would leave rows that point nowhere: {broken[:5]}")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def on_postgresql(engine: Engine) -> None:
    """One migration at a time, whoever starts first; a statement may take long, a lock may not."""
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(727101)"))
        connection.commit()
        try:
            migrate(connection)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(727101)"))
            connection.commit()
            connection.invalidate()  # its limits are not those of a request


engine: Engine = context.config.attributes["engine"]
if is_sqlite(engine):
    on_sqlite(engine)
else:
    on_postgresql(engine)
