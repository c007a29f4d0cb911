"""Writers of one file take turns; those who wait at the same moment share a commit, which costs as much as their work.

Only for SQLite: PostgreSQL's writers commit beside each other, and it groups their commits by itself.
"""

import time
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.foundation.dialects import TOO_SLOW, is_key_taken, troubled
from app.foundation.lanes import Lane
from app.foundation.problems import IdConflict, Overloaded

AT_ONCE: Final = 16
LONG_ENOUGH: Final = 0.03  # seconds after which nobody else is taken in: writers of other processes wait, too


@dataclass
class Job:
    """What somebody wants done in a transaction, and what came of it. `withdrawn`: nobody waits for it any more.

    `context` is the caller's own, whoever does it: its clock, and what its log lines are marked with.
    """

    work: Callable[[Session], Any]
    dry: bool
    alone: Callable[[], Any]
    context: Context = field(default_factory=copy_context)
    done: bool = False
    withdrawn: bool = False
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Do it alone, in a transaction of its own."""
        try:
            self.result = self.context.run(self.alone)
        except BaseException as error:
            self.error = error
        self.done = True

    def outcome(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result


class Together:
    """The queue of those who want to write. Everybody is served in turn, by their own turn or by an earlier one's."""

    def __init__(self, lane: Lane, engine: Engine, carried: dict[str, Any]) -> None:
        self._lane, self._engine, self._carried = lane, engine, carried
        self._waiting: deque[Job] = deque()

    async def run(self, work: Callable[[Session], Any], alone: Callable[[], Any], *, dry: bool) -> Any:
        """Do `work` in a transaction that others may share, each in a savepoint of its own; where that fails as a
        whole, everybody does theirs `alone`. Returns when it is committed; raises what Lane.run and the work raise."""
        job = Job(work, dry, alone)
        self._waiting.append(job)
        try:
            return await self._lane.run(partial(self._turn, job))
        finally:
            job.withdrawn = True

    def _turn(self, job: Job) -> Any:
        while not job.done:
            self._serve()
        return job.outcome()

    def _serve(self) -> None:
        """Do what waits, the first in line first, and commit it."""
        first = self._next()
        if first is None:
            return
        if not self._waiting:
            first.settle()
            return
        served: list[Job] = []
        try:
            with self._engine.connect() as connection, connection.begin():
                until = time.monotonic() + LONG_ENOUGH
                job: Job | None = first
                while job is not None:
                    served.append(job)
                    self._within(connection, job)
                    room = len(served) < AT_ONCE and time.monotonic() < until
                    job = self._next() if room else None
        except Exception as error:
            if not served and isinstance(error, DBAPIError) and troubled(error).startswith(TOO_SLOW):
                self._send_away(first)
                return
            for each in served or [first]:  # whoever failed, or whatever: each alone is told, and only what is his
                each.result = each.error = None
                each.settle()
            return
        for each in served:
            each.done = True

    def _send_away(self, first: Job) -> None:
        """Tell all who wait that a writer elsewhere takes too long: if each tried in turn, the last would wait for the
        patience of all."""
        job: Job | None = first
        while job is not None:
            job.error, job.done = Overloaded(), True
            job = self._next()

    def _within(self, connection: Connection, job: Job) -> None:
        """Do a job in a savepoint. What it raises undoes only itself; trouble with the database undoes them all."""
        session = Session(
            connection, expire_on_commit=False, info=dict(self._carried), join_transaction_mode="create_savepoint"
        )
        try:
            with session, session.begin() as own:
                job.result = job.context.run(job.work, session)
                session.flush()
                if job.dry:
                    own.rollback()
        except DBAPIError as error:
            if not is_key_taken(error):
                raise
            job.error = IdConflict().with_traceback(error.__traceback__)
        except Exception as error:
            job.error = error

    def _next(self) -> Job | None:
        """The next for whom somebody waits."""
        while self._waiting:
            job = self._waiting.popleft()
            if not job.withdrawn and not job.done:
                return job
        return None
