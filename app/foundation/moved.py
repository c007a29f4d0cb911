"""A store that has moved: what is new lies in the new place, and what is not there yet is read from the old one."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import IO

from app.foundation.blobs import Blobs, Stored


class Moved(Blobs):
    """Two stores as one, while objects are carried from `old` to `new`."""

    def __init__(self, new: Blobs, old: Blobs) -> None:
        self.new, self.old = new, old

    def local_path(self, key: str) -> Path | None:
        return self._where(key).local_path(key)

    def link(self, key: str, content_type: str, disposition: str = "") -> str | None:
        return self._where(key).link(key, content_type, disposition)

    def file(self, key: str) -> AbstractContextManager[IO[bytes]]:
        return self._where(key).file(key)

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        return self._where(key).read(key, start, end)

    def size(self, key: str) -> int:
        try:
            return self.new.size(key)
        except FileNotFoundError:
            return self.old.size(key)

    def delete(self, key: str) -> None:
        """From both, the old one first: what is gone does not show through again."""
        self.old.delete(key)
        self.new.delete(key)

    def under(self, folder: str = "") -> Iterator[Stored]:
        """Of an object that is in both, the new one."""
        yield from self.new.under(folder)
        for each in self.old.under(folder):
            if not self._holds(self.new, each.key):
                yield each

    def _where(self, key: str) -> Blobs:
        return self.new if self._holds(self.new, key) else self.old

    @staticmethod
    def _holds(blobs: Blobs, key: str) -> bool:
        with suppress(FileNotFoundError):
            blobs.size(key)
            return True
        return False

    def _spool(self) -> IO[bytes]:
        return self.new._spool()

    def _keep(self, key: str, file: IO[bytes]) -> None:
        self.new._keep(key, file)

    def _piece(self, key: str, start: int, stop: int) -> bytes:
        return self._where(key)._piece(key, start, stop)
