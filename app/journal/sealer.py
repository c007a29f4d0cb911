"""Sealing as it happens: a task inside every server process; whoever comes first seals, the others find nothing."""

from functools import partial
from typing import Final

import anyio
import structlog

from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.problems import Problem
from app.journal.seals import BATCH, seal, unsealed

PAUSE: Final = 0.5  # seconds between looks: how late a reader of the journal may be

log = structlog.get_logger("app.journal")


async def keep_sealing(database: Database, keys: Keyring) -> None:
    """Seal whatever is committed, until cancelled. A database that is away is waited for."""
    while True:
        try:
            waiting = await database.read(partial(unsealed, keys=keys))
            while waiting and await database.write(partial(seal, keys=keys)) >= BATCH:
                pass
        except Problem as problem:
            log.warning("sealing waits", reason=problem.particular)
        except (
            Exception
        ) as error:  # a journal that was tampered with: the server goes on, `app audit verify` says where
            log.error("sealing fails", exc_info=error)
        await anyio.sleep(PAUSE)


def seal_all(database: Database, keys: Keyring) -> int:
    """Seal everything that waits, here and now; how many events that were."""
    sealed = 0
    while batch := database.transact(partial(seal, keys=keys), writes=True):
        sealed += batch
    return sealed
