"""Photos on their way in: hashed and written as they come, and objects that no row names yet.

An object lies in the storage, whole and synced, before a row says that it counts. Whatever goes wrong before that
leaves at most an object that nobody names.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from anyio import CancelScope
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.blobs import Writer
from app.foundation.clock import now
from app.foundation.database import Database
from app.foundation.dialects import insert_once
from app.foundation.problems import Invalid, Problem, Said, TooLarge
from app.photos.darkroom import Darkroom
from app.photos.images import Picture, inspect
from app.photos.models import Photo

PHOTO_LIMIT: Final = 40_000_000
SHA256: Final = re.compile("[0-9a-f]{64}")


class DigestMismatch(Invalid):
    code, title = "digest_mismatch", Said("内容与 sha256 不符", "The content does not have this sha256")


@dataclass
class Arrived:
    """A photo whose bytes are here. Without `key` they had been before, and were only compared."""

    sha256: str
    bytes: int
    key: str | None = None
    picture: Picture | None = None
    adopted: bool = False

    @property
    def row(self) -> dict[str, Any]:
        told = {"sha256": self.sha256, "bytes": self.bytes, "object_key": self.key, "created_at": now()}
        return told | vars(self.picture)


@dataclass
class Received:
    """What one request brought (`people.visits.Parts`). Its objects count for nothing until a visit takes them in."""

    room: Darkroom
    database: Database
    sent: Any = None
    refused: Problem | None = None
    photos: list[Arrived] = field(default_factory=list)
    offered: bool = False
    incoming: "Incoming | None" = None

    async def settle(self, *, kept: bool) -> None:
        """Drop the objects that no row names; while it is not known whether one does, they stay."""
        left = [photo for photo in self.photos if photo.key and not (kept and photo.adopted)]
        with CancelScope(shield=True), suppress(Problem):
            if left and self.offered and not kept:
                left = await self.database.write(partial(_unclaimed, left=left), dry=True)
            if left or self.incoming:
                await self.room.storing.run(partial(self._drop, left))

    def _drop(self, left: Sequence[Arrived]) -> None:
        if self.incoming:
            self.incoming.abandon()
        for photo in left:
            assert photo.key is not None
            self.room.blobs.delete(photo.key)


class Incoming:
    """A photo on its way in: counted, hashed and written as it comes. All of it runs in a thread."""

    def __init__(self, received: Received, expected: str | None = None, *, known: bool = False) -> None:
        self._received, self._expected, self._known = received, expected, known
        self._hash, self._size = hashlib.sha256(), 0
        self._writer: Writer | None = None
        received.incoming = self

    def take(self, data: bytes | memoryview) -> None:
        self._size += len(data)
        if self._size > PHOTO_LIMIT:
            raise TooLarge(limit=PHOTO_LIMIT)
        self._hash.update(data)
        if not self._known:
            self._writer = self._writer or self._received.room.blobs.writer()
            self._writer.write(data)

    def close(self) -> None:
        """Judge it, and keep it if it is good.

        Raises:
            DigestMismatch: it is not what it was said to be.
            UnsupportedPhoto, DamagedPhoto: it is no picture that we take, or not all of one.
            Unavailable: the store cannot take it.
        """
        self.take(b"")
        sha256 = self._hash.hexdigest()
        if self._expected not in {None, sha256}:
            raise DigestMismatch
        arrived = Arrived(sha256, self._size)
        if self._writer:
            arrived.picture = inspect(self._writer.file)
            arrived.key = f"{sha256}/{secrets.token_hex(16)}"
            self._writer.finish(arrived.key)
        self._received.photos.append(arrived)
        self._received.incoming = None

    def keep_as(self, key: str) -> None:
        """Keep what has come under this key, and judge nothing: it is only a part. Raises Unavailable."""
        if self._writer:
            self._writer.finish(key)
        self._received.incoming = None

    def abandon(self) -> None:
        if self._writer:
            self._writer.abandon()


def _unclaimed(session: Session, *, left: Sequence[Arrived]) -> list[Arrived]:
    """Those photos whose objects no row names, and none will.

    A visit that failed may have been committed all the same, or be about to be: putting the same rows in waits for
    it, and shows what became of it. (This transaction is undone.)
    """
    shas = sorted({photo.sha256 for photo in left})
    insert_once(session, Photo, *({**next(p for p in left if p.sha256 == sha).row, "object_key": ""} for sha in shas))
    claimed = set(session.scalars(select(Photo.object_key).where(Photo.sha256.in_(shas))))
    return [photo for photo in left if photo.key not in claimed]
