"""Threads for one kind of work, which nothing else uses."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from app.foundation.problems import Overloaded

T = TypeVar("T")


class Lane:
    """A few threads with a short queue before them; whoever finds it full is sent away at once.

    It counts for itself: the limiter counts a task only after the task has let others run, so that a crowd which
    arrives at once would all find it empty.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        self._limiter = CapacityLimiter(threads)
        self._room, self._inside = threads + waiting, 0

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` in one of the lane's threads.

        Raises:
            Overloaded: too many are waiting.
        """
        if self._inside >= self._room:
            raise Overloaded
        self._inside += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1
