"""What this process judges by at the moment, kept up with the database beside its work.

No request asks for the sets: a task looks every second whether anything changed (one row of two numbers), and puts the
new whole in the place of the old. A transaction that began with the old one ends with it.
"""

from typing import Any, Final

import anyio
import anyio.to_thread
import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.criteria.models import LoadedSet
from app.foundation.database import Database
from app.foundation.problems import Problem
from app.sorting.criteria import BadCriteria
from app.sorting.in_force import InForce, Now, as_released, in_force
from app.sorting.sets import CriteriaSet

PAUSE: Final = 1.0  # seconds between looks: how late a process may be
CRITERIA: Final = "criteria"  # under this name a session carries what its process judges by

Stamp = tuple[int, int]
Kept = tuple[dict[str, Any], int]  # what a file said, and its version

log = structlog.get_logger("app.criteria")


class Current:
    """What is in force, as this process last saw it."""

    def __init__(self) -> None:
        self._stamp: Stamp | None = None
        self._now: InForce | None = None

    def __call__(self) -> InForce:
        return self._now or as_released()

    async def keep(self, database: Database) -> None:
        """Look again and again, until cancelled. A set that can not be used leaves the old ones in force."""
        while True:
            await self.look(database)
            await anyio.sleep(PAUSE)

    async def look(self, database: Database) -> None:
        """Take over what has been loaded or switched since."""
        try:
            found = await database.read(self._changed)
            if found is not None:
                self._stamp, rows = found
                self._now = await anyio.to_thread.run_sync(_made_of, rows)
        except Problem as problem:
            log.warning("criteria wait", reason=problem.particular)
        except BadCriteria as bad:
            log.error("criteria stay as they were", reason=str(bad))

    def _changed(self, session: Session) -> tuple[Stamp, list[Kept]] | None:
        stamp = stamped(session)
        return None if stamp == self._stamp else (stamp, _active(session))


def stamped(session: Session) -> Stamp:
    """Two numbers that are others after every change: sets are never taken out, and a revision only grows."""
    count, revisions = session.execute(select(func.count(), func.coalesce(func.sum(LoadedSet.revision), 0))).one()
    return int(count), int(revisions)


def active_sets(session: Session) -> list[CriteriaSet]:
    """The loaded sets that are switched on.

    Raises: BadCriteria, if another release understood one that this one does not.
    """
    return [CriteriaSet.of(data, version) for data, version in _active(session)]


def criteria_of(session: Session) -> InForce:
    """What this transaction judges by: what its process has in force; beside a server, what the database says."""
    current: Now | None = session.info.get(CRITERIA)
    if current is None:
        made = _made_of(_active(session))
        current = session.info[CRITERIA] = lambda: made
    return current()


def _active(session: Session) -> list[Kept]:
    asked = select(LoadedSet.data, LoadedSet.version).where(LoadedSet.active)
    return [(data, version) for data, version in session.execute(asked.order_by(LoadedSet.name, LoadedSet.version))]


def _made_of(rows: list[Kept]) -> InForce:
    return in_force(CriteriaSet.of(data, version) for data, version in rows) if rows else as_released()
