"""What an upload is: begun, moved on by whoever knows how far it is, complete all at once, or ended.

An upload has the bytes from 0 to `arrived`, each in a part that a row names. A request's bytes lie in the storage
before this is called; whether they count is decided here, by compare-and-set of the offset, in one transaction with
everything that follows from it.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from app.foundation.canonical import new_id
from app.foundation.clock import now
from app.foundation.dialects import insert_once, table_of
from app.foundation.problems import Malformed, NotFound, Said, TooLarge
from app.people.scope import Caller
from app.photos.arrivals import Arrivals
from app.photos.incoming import DigestMismatch
from app.photos.models import Photo, PhotoSender
from app.photos.receiving import take_in
from app.photos.tus.heads import Announced, UploadGone, WrongOffset
from app.photos.tus.models import Upload, UploadPart
from app.photos.tus.receiving import Chunk, Standing
from app.photos.unnamed import sent_again
from app.photos.uses import one_photo_at_a_time

KEPT: Final = timedelta(days=7)
"""How long an upload waits for its next bytes."""

PARTS: Final = 2000
"""Of one upload: putting it together takes a look at each."""

UPLOADS: Final = table_of(Upload)

TOO_MANY: Final = Said(f"一个上传最多 {PARTS} 个分片", f"An upload may come in {PARTS} chunks at most")


def standing(session: Session, caller: Caller, id: UUID) -> Standing:
    """What has to be known before its next bytes are taken.

    Raises:
        NotFound: there is none of the caller's.
        UploadGone: it has expired.
    """
    return _standing(session, find(session, caller, id))


def at(found: Standing, offset: int, size: int) -> Standing:
    """The same, if a chunk of this size may begin here.

    Raises:
        WrongOffset: it is elsewhere.
        TooLarge: it is more than the upload has left.
    """
    if offset != found.arrived:
        raise WrongOffset(found.arrived)
    if size > found.left:
        raise TooLarge(limit=found.left)
    return found


def find(session: Session, caller: Caller, id: UUID) -> Upload:
    """The caller's upload. Raises NotFound, UploadGone."""
    upload = session.get(Upload, id)
    if not upload or upload.user_id != caller.id:
        raise NotFound
    if upload.expires_at <= now():
        raise UploadGone
    return upload


def expected(session: Session, caller: Caller, announced: Announced) -> Standing:
    """How the upload stands that would be begun, or goes on, with this creation."""
    upload = _of(session, caller, announced)
    if upload:
        return _standing(session, upload)
    arrived = announced.length if _sent_before(session, caller, announced) else 0
    return Standing(new_id(), announced.sha256, announced.length, arrived, ())


def begin(session: Session, caller: Caller, announced: Announced, chunk: Chunk, arrivals: Arrivals) -> Upload:
    """Begin an upload, or go on with the one of the same photo; take the bytes that came with it, if they are next.

    Raises:
        DigestMismatch: the caller has sent this photo before, and it is of another length.
    """
    one_photo_at_a_time(session, caller.id)
    upload = _of(session, caller, announced, hold=True)
    if not upload:
        _end_other(session, caller, announced)
        there = _sent_before(session, caller, announced, hold=True)
        insert_once(session, Upload, _row(caller, announced, chunk.standing.id, announced.length if there else 0))
        upload = session.scalars(_same(caller, announced.sha256)).one()
    if chunk.size and upload.arrived == 0:
        _accept(session, caller, upload, chunk, arrivals)
    else:
        upload.expires_at = now() + KEPT
    return upload


def append(session: Session, caller: Caller, id: UUID, chunk: Chunk, arrivals: Arrivals) -> Upload:
    """Take the bytes that a request brought, if the upload is still where they begin.

    Raises:
        NotFound, UploadGone: as `standing`.
        WrongOffset: another request came first.
    """
    one_photo_at_a_time(session, caller.id)
    upload = find(session, caller, id)
    if chunk.size:
        _accept(session, caller, upload, chunk, arrivals)
    else:
        upload.expires_at = now() + KEPT
    return upload


def end(session: Session, caller: Caller, id: UUID) -> None:
    """Forget an upload. What of it lies in the storage is removed later. Raises NotFound, UploadGone."""
    one_photo_at_a_time(session, caller.id)
    remove(session, find(session, caller, id).id)


def remove(session: Session, *ids: UUID) -> None:
    session.execute(delete(UploadPart).where(UploadPart.upload_id.in_(ids)))
    session.execute(delete(Upload).where(Upload.id.in_(ids)))


def _accept(session: Session, caller: Caller, upload: Upload, chunk: Chunk, arrivals: Arrivals) -> None:
    """Move the offset over the chunk. Raises WrongOffset, and what is wrong with the whole if that is complete."""
    begins = chunk.standing.arrived
    here = (UPLOADS.c.id == upload.id, UPLOADS.c.arrived == begins, UPLOADS.c.length == chunk.standing.length)
    move = update(UPLOADS).where(*here).values(arrived=begins + chunk.size, expires_at=now() + KEPT)
    moved = session.connection().execute(move).rowcount
    session.refresh(upload)
    if not moved:
        raise WrongOffset(upload.arrived)
    if chunk.verdict:
        raise chunk.verdict
    if chunk.key:
        chunk.offered = chunk.adopted = True
        row = {"upload_id": upload.id, "begins": begins, "size": chunk.size, "object_key": chunk.key}
        insert_once(session, UploadPart, row)
    else:
        take_in(session, caller, chunk, arrivals)
        session.execute(delete(UploadPart).where(UploadPart.upload_id == upload.id))
        chunk.done_with.extend(chunk.standing.parts)


def _standing(session: Session, upload: Upload) -> Standing:
    keys = select(UploadPart.object_key).where(UploadPart.upload_id == upload.id).order_by(UploadPart.begins)
    parts = tuple(session.scalars(keys))
    if len(parts) >= PARTS:
        raise Malformed(TOO_MANY)
    return Standing(upload.id, upload.sha256, upload.length, upload.arrived, parts)


def _of(session: Session, caller: Caller, announced: Announced, *, hold: bool = False) -> Upload | None:
    """The caller's upload of this photo, if it is one to go on with."""
    upload = session.scalars(_same(caller, announced.sha256)).one_or_none()
    if not upload or upload.expires_at <= now() or upload.length != announced.length:
        return None
    if upload.arrived == upload.length and not _sent_before(session, caller, announced, hold=hold):
        return None  # the photo has been swept since
    return upload


def _end_other(session: Session, caller: Caller, announced: Announced) -> None:
    """Remove the one that cannot go on: it has expired, or was said to be of another length."""
    other = session.scalars(_same(caller, announced.sha256)).one_or_none()
    if other:
        session.expunge(other)
        remove(session, other.id)


def _same(caller: Caller, sha256: str) -> Select[Upload]:
    return select(Upload).where(Upload.user_id == caller.id, Upload.sha256 == sha256)


def _sent_before(session: Session, caller: Caller, announced: Announced, *, hold: bool = False) -> bool:
    """Whether this person has sent these bytes: then, and only then, they need not come again. `hold` lets no sweep
    take them away after this has been said.

    Raises:
        DigestMismatch: what was sent is of another length.
    """
    sent = (
        select(Photo.bytes)
        .join(PhotoSender, PhotoSender.sha256 == Photo.sha256)
        .where(Photo.sha256 == announced.sha256, PhotoSender.user_id == caller.id, Photo.dying_at.is_(None))
    )
    size = session.scalar(sent.with_for_update(read=True, key_share=True, of=Photo) if hold else sent)
    if size not in {None, announced.length}:
        raise DigestMismatch
    if size is not None and hold:
        sent_again(session, caller.id, announced.sha256)
    return size is not None


def _row(caller: Caller, announced: Announced, id: UUID, arrived: int) -> dict[str, object]:
    return {
        "id": id, "user_id": caller.id, "sha256": announced.sha256, "length": announced.length, "arrived": arrived,
        "said": announced.said, "created_at": now(), "expires_at": now() + KEPT,
    }  # fmt: skip
