"""What nobody came back for is removed: uploads that have expired, and parts that no upload has.

A task inside every server process; it does no harm that several do the same.
"""

import random
from datetime import timedelta
from functools import partial
from typing import Final

import anyio
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.blobs import Blobs
from app.foundation.clock import now
from app.foundation.database import Database
from app.foundation.problems import Problem
from app.photos.darkroom import Darkroom
from app.photos.tus.models import Upload
from app.photos.tus.receiving import FOLDER, remove
from app.photos.unnamed import named_among
from app.photos.uses import chunks

TOLD: Final = timedelta(days=1)
"""How long an upload that has expired is said to be gone (410), before nothing is known of it (404)."""

UNDER_WAY: Final = timedelta(hours=1)
"""A part so young may belong to a request whose transaction is still to come."""

AT_ONCE: Final = 500
EVERY: Final = 3600.0  # seconds, more or less, so that processes do not all look at once

log = structlog.get_logger("app.photos")


async def keep_tidying(database: Database, room: Darkroom) -> None:
    """Tidy up every hour, until cancelled."""
    while True:
        await anyio.sleep(EVERY * random.uniform(0.5, 1.5))
        try:
            await tidy(database, room)
        except Problem as problem:
            log.warning("tidying waits", reason=problem.particular)
        except Exception as error:
            log.error("tidying fails", exc_info=error)


async def tidy(database: Database, room: Darkroom) -> int:
    """Remove expired uploads and needless parts; how many of both.

    Raises:
        Overloaded, Unavailable: the database or the storage does not answer.
    """
    removed = 0
    while gone := await database.write(_expired):
        removed += gone
    old = await room.storing.run(partial(_old_parts, room.blobs))
    for keys in chunks(old, AT_ONCE):
        needed = await database.read(partial(named_among, keys=keys))
        needless = [key for key in keys if key not in needed]
        await room.storing.run(partial(_delete, room.blobs, needless))
        removed += len(needless)
    return removed


def _expired(session: Session) -> int:
    """Remove some that have expired a while ago."""
    ids = session.scalars(select(Upload.id).where(Upload.expires_at <= now() - TOLD).limit(AT_ONCE)).all()
    remove(session, *ids)
    return len(ids)


def _old_parts(blobs: Blobs) -> list[str]:
    return [stored.key for stored in blobs.under(FOLDER) if stored.modified_at < now() - UNDER_WAY]


def _delete(blobs: Blobs, keys: list[str]) -> None:
    for key in keys:
        blobs.delete(key)
