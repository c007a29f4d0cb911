"""Where the bytes of a request go: into a part of the upload, or, if they are its last, into the whole photo.

What a client sent before it vanished is kept, unless it was to have a checksum. Nothing counts before `commands.py`
has moved the offset.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from anyio import CancelScope
from fastapi import Request
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.foundation.blobs import Writer
from app.foundation.canonical import new_id
from app.foundation.database import Database
from app.foundation.problems import Problem, TooLarge
from app.people.calls import thing
from app.people.scope import Caller
from app.photos.darkroom import Darkroom
from app.photos.incoming import DigestMismatch, Incoming, Received
from app.photos.outlines import DamagedPhoto, UnsupportedPhoto
from app.photos.receiving import PIECE, pour, receiving
from app.photos.tus.heads import Checksum, Heads, UploadGone
from app.photos.tus.models import Upload, UploadPart
from app.photos.uses import one_photo_at_a_time

FOLDER: Final = "uploads"
"""Where parts lie in the storage: `uploads/{upload}/{offset}-{random}`."""


@dataclass(frozen=True)
class Standing:
    """An upload as it was found when a request began: how far it is, and the objects of its parts in order."""

    id: UUID
    sha256: str
    length: int
    arrived: int
    parts: Sequence[str]

    @property
    def left(self) -> int:
        return self.length - self.arrived


@dataclass(kw_only=True)
class Chunk(Received):
    """What one request brought of an upload: a part under `key`, or all of the photo, which `photos` then has.

    `verdict` is what is wrong with the whole, which ends the upload; `done_with` are objects that a transaction has
    made needless.
    """

    standing: Standing
    caller_id: UUID
    dry: bool = False
    size: int = 0
    key: str | None = None
    adopted: bool = False
    verdict: Problem | None = None
    writer: Writer | None = None
    done_with: list[str] = field(default_factory=list)

    async def settle(self, *, kept: bool) -> None:
        """As `Received`, and so with its part; of what is left without a row, `tidying.py` takes care."""
        await super().settle(kept=kept)
        needless = [*self.done_with] if kept else []
        if self.key and not (self.adopted if kept else self.offered):
            needless.append(self.key)
        with CancelScope(shield=True), suppress(Problem):
            if needless or self.writer:
                await self.room.storing.run(partial(self._remove, needless))
            if self.verdict and not self.dry:
                await self.database.write(self._end)

    def _end(self, session: Session) -> None:
        """Let nobody go on with what can never become this photo."""
        one_photo_at_a_time(session, self.caller_id)
        there = select(Upload.id).where(Upload.id == self.standing.id, Upload.arrived == self.standing.arrived)
        remove(session, *session.scalars(there))

    def _remove(self, keys: Sequence[str]) -> None:
        if self.writer:
            self.writer.abandon()
        for key in keys:
            self.room.blobs.delete(key)


def remove(session: Session, *ids: UUID) -> None:
    """Forget uploads. What of them lies in the storage is removed later."""
    session.execute(delete(UploadPart).where(UploadPart.upload_id.in_(ids)))
    session.execute(delete(Upload).where(Upload.id.in_(ids)))


def receive_nothing(request: Request) -> Chunk | None:
    """What a creation without bytes brings; None if there may be some."""
    if Heads.of_request(request).empty:
        nothing = Standing(new_id(), "", 0, 0, ())
        return Chunk(thing(request, Darkroom), thing(request, Database), standing=nothing, caller_id=nothing.id)
    return None


async def receive_first(request: Request, caller: Caller, found: Standing) -> Chunk:
    """The bytes that come with a creation, if they are next. Raises as `receive_next`."""
    heads = Heads.of_request(request)
    chunk = _chunk(request, caller, found)
    if found.arrived or not heads.brings():
        return chunk
    return await _take(request, chunk, heads.checksum())


async def receive_next(request: Request, caller: Caller, found: Standing) -> Chunk:
    """The bytes of a PATCH.

    Raises:
        ChecksumMismatch: nothing of them is kept.
        TooLarge: more than the upload has left.
        Unavailable: the storage does not take them.
    """
    return await _take(request, _chunk(request, caller, found), Heads.of_request(request).checksum())


def _chunk(request: Request, caller: Caller, found: Standing) -> Chunk:
    dry = "dry_run" in request.query_params
    house = thing(request, Darkroom), thing(request, Database)
    return Chunk(*house, standing=found, caller_id=caller.id, dry=dry)


async def _take(request: Request, chunk: Chunk, checksum: Checksum | None) -> Chunk:
    async with receiving(chunk):
        into = Into(chunk, checksum)
        if chunk.standing.left:
            await pour(request, into, chunk.room, chunk.standing.left, cut_off=checksum is None)
    return chunk


class Into:
    """The sink of a chunk: summed if it has a checksum, hashed on the way if it may be all of the photo."""

    def __init__(self, chunk: Chunk, checksum: Checksum | None) -> None:
        self._chunk, self._checksum = chunk, checksum
        self._whole = Incoming(chunk, chunk.standing.sha256) if not chunk.standing.arrived else None

    def take(self, data: bytes | memoryview) -> None:
        if not data:
            return
        chunk = self._chunk
        chunk.size += len(data)
        if chunk.size > chunk.standing.left:
            raise TooLarge(limit=chunk.standing.left)
        if self._checksum:
            self._checksum.hash.update(data)
        if self._whole:
            self._whole.take(data)
        else:
            chunk.writer = chunk.writer or chunk.room.blobs.writer()
            chunk.writer.write(data)

    def close(self) -> None:
        """Keep it: as a part, or as the photo that is now complete."""
        chunk = self._chunk
        if self._checksum:
            self._checksum.check()
        if not chunk.size:
            return
        if chunk.size < chunk.standing.left:
            self._keep_part()
            return
        try:
            self._complete()
        except (DigestMismatch, UnsupportedPhoto, DamagedPhoto) as problem:
            chunk.verdict = problem

    def _keep_part(self) -> None:
        chunk = self._chunk
        key = f"{FOLDER}/{chunk.standing.id}/{chunk.standing.arrived}-{secrets.token_hex(8)}"
        if self._whole:
            self._whole.keep_as(key)
        elif chunk.writer:
            chunk.writer.finish(key)
            chunk.writer = None
        chunk.key = key

    def _complete(self) -> None:
        if self._whole:
            self._whole.close()
            return
        chunk = self._chunk
        whole = Incoming(chunk, chunk.standing.sha256)
        try:
            for piece in self._pieces():
                whole.take(piece)
        except FileNotFoundError:  # another request has completed it meanwhile, or its parts are lost
            chunk.verdict = UploadGone()
            whole.abandon()
            return
        whole.close()

    def _pieces(self) -> Iterator[bytes]:
        chunk = self._chunk
        for key in chunk.standing.parts:
            yield from chunk.room.blobs.read(key)
        assert chunk.writer is not None
        yield from iter(partial(chunk.writer.file.read, PIECE), b"")
        chunk.writer.abandon()
        chunk.writer = None
