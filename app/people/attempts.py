"""Wrong guesses, counted for all processes: who guesses too often waits, and whoever is known is not made to wait.

Strangers share one count for each name, whoever they are: an address proves nothing, a whole village may be behind
one. A device that the name's user has logged in with has a count of its own, so that strangers cannot lock it out.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session as Database

from app.foundation.canonical import digest
from app.foundation.clock import now
from app.foundation.dialects import insert_once
from app.foundation.problems import LockedOut
from app.people.models import Attempts, Session

FREE: Final = 5
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)
SWEPT_AT_ONCE: Final = 100


def who_guesses(session: Database, username: str, user_id: UUID | None, device_id: str | None) -> str:
    """Under what the attempt is counted: the name, or a device that is known to be the user's."""
    if user_id and device_id and _knows(session, user_id, device_id):
        return digest(f"device:{user_id}:{device_id}")
    return digest(f"name:{username}")


def _knows(session: Database, user_id: UUID, device_id: str) -> bool:
    own = exists().where(Session.user_id == user_id, Session.device_id == device_id, Session.expires_at > now())
    return bool(session.scalar(select(own)))


def count(session: Database, who: str) -> LockedOut | None:
    """Count an attempt as failed before it is judged, so that twenty at once are twenty; or say how long to wait.

    While somebody has to wait nothing is counted: knocking does not prolong the wait.
    """
    _sweep(session)
    row = _held(session, who)
    if row.failed_at and row.failed_at <= now() - FORGOTTEN_AFTER:
        row.failures = 0
    until = locked_until(row.failures, row.failed_at)
    if until and until > now():
        return LockedOut(-(-(until - now()) // timedelta(seconds=1)))
    row.failures, row.failed_at = row.failures + 1, now()
    return None


def _held(session: Database, who: str) -> Attempts:
    """The count, made and locked; once more, if a success or a sweep drops it between the two."""
    insert_once(session, Attempts, {"who": who, "failures": 0})
    row = session.scalar(select(Attempts).where(Attempts.who == who).with_for_update())
    return row or _held(session, who)


def forgive(session: Database, who: str) -> None:
    """Forget the failures: it was the right password."""
    session.execute(delete(Attempts).where(Attempts.who == who))


def locked_until(failures: int, failed_at: datetime | None) -> datetime | None:
    """Until when so many failures keep one out: the wait doubles with each, up to LONGEST_WAIT."""
    if failures < FREE or failed_at is None:
        return None
    doublings: int = min(failures - FREE, 10)
    return failed_at + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _sweep(session: Database) -> None:
    """Drop a few counts that nobody needs any more; guesses at made-up names would fill the table."""
    old = select(Attempts.who).where(Attempts.failed_at <= now() - FORGOTTEN_AFTER).limit(SWEPT_AT_ONCE)
    session.execute(delete(Attempts).where(Attempts.who.in_(old.with_for_update(skip_locked=True))))
