"""Meeting the database: one visit, one thread, one transaction. What varies by database is in `dialects.py`."""

import random
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.foundation.dialects import (
    GONE,
    HEAVY,
    INTERACTIVE,
    LOST_A_RACE,
    TOO_SLOW,
    UNREACHED,
    Patience,
    is_key_taken,
    is_sqlite,
    open_engine,
    troubled,
)
from app.foundation.lanes import Lane
from app.foundation.problems import IdConflict, Overloaded, Problem, Unavailable
from app.foundation.together import Together

T = TypeVar("T")

ATTEMPTS: Final = 4
RESPITE: Final = 0.5  # seconds during which nobody waits in vain for a server that could not be reached just now


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
        self._together = None
        if is_sqlite(self.engine):
            self._together = Together(self._writers, self._engine_for(writes=True, patience=INTERACTIVE), self.carried)
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
        alone = partial(self.transact, work, writes=True, dry=dry)
        if self._together:
            result: T | Problem = await self._together.run(work, alone, dry=dry)
            return kept(result)
        return kept(await self._writers.run(alone))

    async def study(self, work: Callable[[Session], T | Problem]) -> T:
        """A long read, on the thread for such."""
        return kept(await self._heavy.run(partial(self.transact, work, patience=HEAVY)))

    async def labour(self, work: Callable[[Session], T | Problem], *, dry: bool = False) -> T:
        """A long write, on the thread for what is long. Raises what `write` raises.

        On SQLite every other writer waits meanwhile: whatever can be done before or afterwards is.
        """
        return kept(await self._heavy.run(partial(self.transact, work, writes=True, dry=dry, patience=HEAVY)))

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
