"""Threads for one kind of work, which nothing else uses."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Final, TypeVar

from anyio import CancelScope

from app.foundation.problems import Overloaded

T = TypeVar("T")

PATIENCE: Final = 20.0  # seconds before a thread is free


class Lane:
    """A few threads with a short queue before them; whoever finds it full is sent away at once.

    Whoever has waited too long is sent away as well: a phone that has given up would only hear it later.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads)
        self._room, self._inside = threads + waiting, 0

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` in one of the lane's threads. Whoever is cancelled meanwhile stays until it is done.

        Raises:
            Overloaded: too many are waiting, or this one has waited too long.
        """
        if self._inside >= self._room:
            raise Overloaded
        self._inside += 1
        try:
            job = self._pool.submit(copy_context().run, work)
            impatience = asyncio.get_running_loop().call_later(PATIENCE, job.cancel)  # only what has not begun
            try:
                return await self._outcome(job)
            finally:
                impatience.cancel()
        finally:
            self._inside -= 1

    async def _outcome(self, job: Future[T]) -> T:
        done = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            if done.cancelled():
                raise Overloaded from None
            if not job.cancel():
                with CancelScope(shield=True):
                    await asyncio.wait([done])
            raise
