"""Meeting the database: one visit, one thread, one transaction. The only file that knows which database it is."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, Sequence, Table, create_engine, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateSequence, DropSequence
from sqlalchemy.sql.dml import ReturningInsert

from app.foundation.columns import Row
from app.foundation.lanes import Lane
from app.foundation.problems import IdConflict, Overloaded, Problem, Unavailable

T = TypeVar("T")

ATTEMPTS: Final = 4
LOST_A_RACE: Final = ("40001", "40P01")  # serialization failure, deadlock: the same work may succeed now
TOO_SLOW: Final = ("55P03", "57014", "25P03", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_INTERRUPT")
UNREACHED: Final = "08001"
# Connection lost, shut down, out of disk or memory, read-only; on SQLite a full, read-only or unreadable file.
GONE: Final = ("08", "53", "57P", "25006", "58", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")
RESPITE: Final = 0.5  # seconds during which nobody waits in vain for a server that could not be reached just now
OPCODES_BETWEEN_LOOKS: Final = 20_000  # how often SQLite looks at its time limit: about once a millisecond


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


class Database:
    """A database with its own few threads, which nothing else uses and nobody holds while waiting for another.

    A transaction that spans thread hops deadlocks at small limits: the one who holds the lock waits for a thread,
    the threads wait for the lock. So a request pays one visit, and everything happens in it, answer and commit too.
    Slow work (statistics, exports) has a thread and time limits of its own, so that it never holds up a page.
    """

    def __init__(
        self, url: str, *, threads: int = 2, waiting: int = 256, carried: Mapping[str, Any] | None = None
    ) -> None:
        """`carried` is what every session has with it as `session.info`: the pen that events are signed with."""
        self.engine = open_engine(url, pool=threads + 3)
        self.carried = dict(carried or {})
        self._readers = Lane(threads, waiting)
        self._writers = Lane(1, waiting) if is_sqlite(self.engine) else self._readers
        self._heavy = Lane(1, 16)
        self._engines: dict[tuple[bool, Patience], Engine] = {}
        self._unreached_until = 0.0

    async def read(self, work: Callable[[Session], T | Problem]) -> T:
        """Begin, do `work`, end. Raises what `write` raises."""
        return kept(await self._readers.run(partial(self.transact, work)))

    async def write(self, work: Callable[[Session], T | Problem], *, dry: bool = False) -> T:
        """Begin, do `work`, commit; again if a deadlock undid it, so `work` must touch nothing but its session.

        With `dry` everything is done and then undone.

        Raises:
            Problem: raised by `work`, all is undone; returned by it, what it did is kept.
            IdConflict: it named a new row as another one is named.
            Overloaded: too many are waiting, or the database took too long.
            Unavailable: the database cannot be reached, or cannot write.
        """
        return kept(await self._writers.run(partial(self.transact, work, writes=True, dry=dry)))

    async def study(self, work: Callable[[Session], T | Problem]) -> T:
        """A long read, on the thread for such."""
        return kept(await self._heavy.run(partial(self.transact, work, patience=HEAVY)))

    def transact(
        self,
        work: Callable[[Session], T],
        *,
        writes: bool = False,
        dry: bool = False,
        patience: Patience = INTERACTIVE,
        snapshot: bool = False,
    ) -> T:
        """Carry out `work` in one transaction, in this thread; with `snapshot` all of it sees one and the same moment.

        Raises:
            Overloaded: it took too long, or lost too many races.
            Unavailable: the database cannot be reached, or cannot write.
        """
        if time.monotonic() < self._unreached_until:
            raise Unavailable
        engine = self._engine_for(writes, patience)
        if snapshot and not is_sqlite(engine):  # on SQLite every transaction sees one moment
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        for attempt in range(1, ATTEMPTS + 1):
            done = False
            try:
                with (
                    Session(engine, expire_on_commit=False, info=dict(self.carried)) as session,
                    session.begin() as own,
                ):
                    result = work(session)
                    session.flush()
                    done = True
                    if dry:
                        own.rollback()
                return result
            except DBAPIError as error:
                self._judge(error, attempt, done)
            except PoolTimeout as error:
                raise Overloaded from error
            time.sleep(random.uniform(0, 0.02 * 2**attempt))
        raise AssertionError("the last attempt returns or raises")

    def _engine_for(self, writes: bool, patience: Patience) -> Engine:
        """The engine with these options, made once: making it costs as much as a query."""
        key = (writes, patience)
        if key not in self._engines:
            self._engines[key] = self.engine.execution_options(writes=writes, patience=patience)
        return self._engines[key]

    def _judge(self, error: DBAPIError, attempt: int, done: bool) -> None:
        """Return if the work may be tried again, otherwise raise what its caller should hear.

        Who finds a connection dead that lay idle in the pool (the server was restarted) tries once more, unless the
        work was done: what became of a commit that was cut off, nobody knows.
        """
        if is_key_taken(error):
            raise IdConflict from error
        trouble = troubled(error)
        if trouble.startswith(LOST_A_RACE) and attempt < ATTEMPTS:
            return
        if trouble.startswith((*TOO_SLOW, *LOST_A_RACE)):
            raise Overloaded from error
        if error.connection_invalidated and attempt == 1 and not done:
            return
        if trouble == UNREACHED:
            self._unreached_until = time.monotonic() + RESPITE
        if error.connection_invalidated or trouble.startswith(GONE):
            raise Unavailable from error
        raise error


def kept(result: T | Problem) -> T:
    """The result of a transaction that is committed; a problem among them is raised only now."""
    if isinstance(result, Problem):
        raise result
    return result


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
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            driver.execute("BEGIN")  # takes no lock and so cannot fail: the driver may do it by itself
        until = time.monotonic() + options.get("patience", INTERACTIVE).statement
        driver.set_progress_handler(lambda: time.monotonic() > until, OPCODES_BETWEEN_LOOKS)

    @event.listens_for(engine, "checkin")
    def forget_the_limit(connection: sqlite3.Connection | None, _: object) -> None:
        if connection is not None:
            connection.set_progress_handler(None, 0)

    return engine


def insert_once(session: Session, table: type[Row], *rows: dict[str, Any]) -> int:
    """Insert rows unless their keys are taken, and say how many were not.

    If another transaction is taking a key, wait to see whether it does.
    """
    if not rows:
        return 0
    return len(session.connection().execute(_unless_there(session.get_bind().dialect.name, table), list(rows)).all())


@cache
def _unless_there(dialect: str, table: type[Row]) -> ReturningInsert[Any]:
    insert, into = sqlite.insert if dialect == "sqlite" else postgresql.insert, table_of(table)
    return insert(into).on_conflict_do_nothing().returning(*into.primary_key.columns)


def one_at_a_time(session: Session, lock: int) -> None:
    """Hold `lock` until the transaction ends. SQLite's writers are one at a time already."""
    if not is_sqlite(session.get_bind()):
        session.execute(select(func.pg_advisory_xact_lock(lock)))


def next_number(session: Session, sequence: str) -> int:
    """The next number of a series. Numbers may be skipped, and nobody waits for anybody to take one."""
    if not is_sqlite(session.get_bind()):
        return int(session.scalar(select(func.nextval(sequence))) or 0)
    taken = "UPDATE counters SET value = value + 1 WHERE name = :name RETURNING value"
    return int(session.execute(text(taken), {"name": sequence}).scalar_one())


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


def is_sqlite(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "sqlite"


def table_of(row: type[Row]) -> Table:
    """The table behind a class, for statements that no object is needed for."""
    table = row.__table__
    assert isinstance(table, Table)
    return table
