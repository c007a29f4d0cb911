"""Threads for one kind of work, which nothing else uses."""

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, WouldBlock, move_on_after, to_thread

from app.foundation.problems import Overloaded

T = TypeVar("T")

PATIENCE: Final = 20.0  # seconds before a thread is free


class Lane:
    """A few threads with a short queue before them; whoever finds it full is sent away at once.

    Whoever has waited too long is sent away as well: a phone that has given up would only hear it later.
    It counts for itself: the limiter counts a task only after the task has let others run, so that a crowd which
    arrives at once would all find it empty.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        self._limiter, self._threads = CapacityLimiter(threads), CapacityLimiter(threads)
        self._room, self._inside = threads + waiting, 0

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` in one of the lane's threads.

        Raises:
            Overloaded: too many are waiting, or this one has waited too long.
        """
        if self._inside >= self._room:
            raise Overloaded
        self._inside += 1
        turn = object()
        try:
            await self._wait_for(turn)
            try:
                return await to_thread.run_sync(work, limiter=self._threads)
            finally:
                self._limiter.release_on_behalf_of(turn)
        finally:
            self._inside -= 1

    async def _wait_for(self, turn: object) -> None:
        try:
            self._limiter.acquire_on_behalf_of_nowait(turn)
        except WouldBlock:
            with move_on_after(PATIENCE) as waiting:
                await self._limiter.acquire_on_behalf_of(turn)
            if waiting.cancelled_caught:
                raise Overloaded from None
