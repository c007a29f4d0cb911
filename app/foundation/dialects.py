"""What varies by database: how it is opened, what it calls its troubles, and what it has no common words for.

SQLite by default, PostgreSQL by one setting; column types are in `columns.py`.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, Sequence, Table, create_engine, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateSequence, DropSequence
from sqlalchemy.sql.dml import ReturningInsert

from app.foundation.columns import Row
from app.foundation.prepared import Prepared

LOST_A_RACE: Final = ("40001", "40P01")  # serialization failure, deadlock: the same work may succeed now
TOO_SLOW: Final = ("55P03", "57014", "25P03", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_INTERRUPT")
UNREACHED: Final = "08001"
# Connection lost, shut down, out of disk or memory, read-only; on SQLite a full, read-only or unreadable file.
GONE: Final = ("08", "53", "57P", "25006", "58", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")
OPCODES_BETWEEN_LOOKS: Final = 20_000  # how often SQLite looks at its time limit: about once a millisecond
LOOK_AGAIN: Final = 0.0005  # seconds between two looks whether SQLite's write lock is free
REFUSED: Final = "insert-only, the database keeps what is there"


TAKEN: Final = Prepared(text("UPDATE counters SET value = value + 1 WHERE name = :name RETURNING value"), "name")


class Patience(NamedTuple):
    """Seconds that a statement may take, that it may wait for a lock, and that a transaction may lie idle.

    On SQLite the first is for all statements of a transaction together.
    """

    statement: int
    lock: int
    idle: int


INTERACTIVE: Final = Patience(3, 2, 5)  # PostgreSQL looks for a deadlock after a second: a lock is waited for longer
HEAVY: Final = Patience(60, 5, 60)
LIMITS: Final = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")  # as PostgreSQL says it
LONG: Final = Patience(7 * 86400, 60, 7 * 86400)  # copying or checking everything there is


def troubled(error: DBAPIError) -> str:
    """The database's own word for what went wrong: an SQLSTATE, or SQLite's name of the error."""
    said = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    if said:
        return str(said)
    # psycopg has no SQLSTATE for a server that it could not reach at all.
    return UNREACHED if isinstance(error, OperationalError | InterfaceError) else ""


def is_key_taken(error: DBAPIError) -> bool:
    """Whether a new row was to have an id that another one has: one that no receipt keeps, as of a part of a whole."""
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    return constraint.startswith("pk_") or troubled(error) == "SQLITE_CONSTRAINT_PRIMARYKEY"


def open_engine(url: str, *, pool: int) -> Engine:
    """Open a database; on SQLite, take the write lock when a write transaction begins.

    A deferred transaction that reads and then writes fails under load whatever the busy timeout;
    BEGIN IMMEDIATE waits its turn instead. On PostgreSQL every statement sees what others committed before it:
    receipts and seals rely on READ COMMITTED.
    """
    if not url.startswith("sqlite"):
        engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=pool,
            max_overflow=0,
            isolation_level="READ COMMITTED",
            connect_args={
                "options": "-c timezone=UTC "
                + " ".join(f"-c {limit}={n}s" for limit, n in zip(LIMITS, INTERACTIVE, strict=True)),
                "connect_timeout": 5,
            },
            hide_parameters=True,  # what people wrote does not belong in a log
        )

        @event.listens_for(engine, "begin")
        def be_patient(connection: Connection) -> None:
            patience = connection.get_execution_options().get("patience", INTERACTIVE)
            if patience != INTERACTIVE:
                for limit, seconds in zip(LIMITS, patience, strict=True):
                    connection.exec_driver_sql(f"SET LOCAL {limit} = '{seconds}s'")

        return engine
    engine = create_engine(url, poolclass=QueuePool, pool_size=pool, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        for pragma in ("busy_timeout=3000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        driver: Any = connection.connection.driver_connection
        if options.get("writes", False):
            _begin_to_write(connection, driver)
        else:
            driver.execute("BEGIN")  # takes no lock and so cannot fail: the driver may do it by itself
        until = time.monotonic() + options.get("patience", INTERACTIVE).statement
        driver.set_progress_handler(lambda: time.monotonic() > until, OPCODES_BETWEEN_LOOKS)

    @event.listens_for(engine, "checkin")
    def forget_the_limit(connection: sqlite3.Connection | None, _: object) -> None:
        if connection is not None:
            connection.set_progress_handler(None, 0)

    return engine


def _begin_to_write(connection: Connection, driver: sqlite3.Connection) -> None:
    """Take SQLite's write lock as soon as it is free. SQLite itself looks ever more seldom, up to ten times a second:
    whoever waits behind a busy process then waits for a second, and the lock lies idle where everybody sleeps."""
    until = time.monotonic() + INTERACTIVE.statement
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                    break
            time.sleep(LOOK_AGAIN)
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # says in SQLAlchemy's words why not
    finally:
        driver.execute("PRAGMA busy_timeout=3000")


def insert_once(session: Session, table: type[Row], *rows: dict[str, Any]) -> int:
    """Insert rows unless their keys are taken, and say how many were not.

    If another transaction is taking a key, wait to see whether it does.
    """
    if not rows:
        return 0
    dialect = session.get_bind().dialect.name
    if len(rows) == 1:
        return len(_one_unless_there(dialect, table, tuple(rows[0])).rows(session, rows[0]))
    return len(session.connection().execute(_unless_there(dialect, table), list(rows)).all())


@cache
def _unless_there(dialect: str, table: type[Row]) -> ReturningInsert[Any]:
    insert, into = sqlite.insert if dialect == "sqlite" else postgresql.insert, table_of(table)
    return insert(into).on_conflict_do_nothing().returning(*into.primary_key.columns)


@cache
def _one_unless_there(dialect: str, table: type[Row], names: tuple[str, ...]) -> Prepared:
    return Prepared(_unless_there(dialect, table), *names)


def one_at_a_time(session: Session, lock: int) -> None:
    """Hold `lock` until the transaction ends. SQLite's writers are one at a time already."""
    if not is_sqlite(session.get_bind()):
        session.execute(select(func.pg_advisory_xact_lock(lock)))


def next_number(session: Session, sequence: str) -> int:
    """The next number of a series. Numbers may be skipped, and nobody waits for anybody to take one."""
    if not is_sqlite(session.get_bind()):
        return int(session.scalar(select(func.nextval(sequence))) or 0)
    return int(TAKEN.one_or_none(session, {"name": sequence})[0])


def create_series(connection: Connection, name: str) -> None:
    """Begin a series of numbers: a sequence, or a row where writers take turns anyway. For migrations."""
    if is_sqlite(connection):
        connection.execute(text("CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO counters VALUES (:name, 0)"), {"name": name})
    else:
        connection.execute(CreateSequence(Sequence(name)))


def drop_series(connection: Connection, name: str) -> None:
    """End a series of numbers."""
    if is_sqlite(connection):
        connection.execute(text("DELETE FROM counters WHERE name = :name"), {"name": name})
    else:
        connection.execute(DropSequence(Sequence(name)))


def continue_series(session: Session, name: str, after: int) -> None:
    """Let the next number be larger than `after`: for a database that was restored."""
    if is_sqlite(session.get_bind()):
        moved = "UPDATE counters SET value = :after WHERE name = :name AND value < :after"
        session.execute(text(moved), {"name": name, "after": after})
    elif after:
        session.execute(select(func.setval(name, after)))


def series_at(session: Session, name: str) -> int:
    """The last number of a series that was taken; 0 if none was."""
    if is_sqlite(session.get_bind()):
        return int(session.execute(text("SELECT value FROM counters WHERE name = :name"), {"name": name}).scalar_one())
    taken = text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")  # noqa: S608  a name of ours
    return int(session.execute(taken).scalar_one())


def continue_keys(session: Session, table: Table) -> None:
    """Let rows that the database numbers itself go on after those that came with their numbers."""
    key = table.autoincrement_column
    if key is not None and not is_sqlite(session.get_bind()):
        series = func.pg_get_serial_sequence(table.name, key.name)
        session.execute(select(func.setval(series, func.max(key))).having(func.max(key).is_not(None)))


@contextmanager
def pointers_checked_at_the_end(session: Session, tables: Iterable[Table]) -> Iterator[None]:
    """Let rows come in any order: foreign keys are checked when all are there, and not row by row."""
    if is_sqlite(session.get_bind()):
        session.execute(text("PRAGMA defer_foreign_keys = ON"))  # until the transaction ends
        yield
        return
    named = [(table.name, key.name) for table in tables for key in table.foreign_key_constraints]
    for table, key in named:
        session.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY DEFERRED"))
    yield
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, key in named:
        session.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {key} NOT DEFERRABLE"))


def guard(connection: Connection, name: str, table: str, verb: str, condition: str) -> None:
    """Let the database refuse an INSERT, UPDATE or DELETE of a row where the condition holds. For migrations."""
    if is_sqlite(connection):
        unlike = condition.replace("IS DISTINCT FROM", "IS NOT")
        refusal = f"BEGIN SELECT RAISE(ABORT, '{table}: {REFUSED}'); END"
        connection.execute(text(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {unlike} {refusal}"))
        return
    refusal = f"$$ BEGIN RAISE EXCEPTION '{table}: {REFUSED}'; END $$"
    connection.execute(text(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {refusal}"))
    each = f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
    connection.execute(text(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {each}"))
    if verb == "DELETE":
        each = f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        connection.execute(text(f"CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {table} {each}"))


def unguard(connection: Connection, name: str, table: str) -> None:
    """Lift a guard."""
    if is_sqlite(connection):
        connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text(f"DROP FUNCTION {name}() CASCADE"))


def is_sqlite(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "sqlite"


def table_of(row: type[Row]) -> Table:
    """The table behind a class, for statements that no object is needed for."""
    table = row.__table__
    assert isinstance(table, Table)
    return table
