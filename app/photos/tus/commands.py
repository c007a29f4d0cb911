"""What an upload is: begun, moved on by whoever knows how far it is, complete all at once, or ended.

An upload has the bytes from 0 to `arrived`, each in a part that a row names. A request's bytes lie in the storage
before this is called; whether they count is decided here, by compare-and-set of the offset, in one transaction with
everything that follows from it.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.foundation.canonical import new_id
from app.foundation.clock import now
from app.foundation.dialects import insert_once, table_of
from app.foundation.prepared import Prepared
from app.foundation.problems import Malformed, NotFound, Said, TooLarge
from app.people.scope import Caller
from app.photos.arrivals import Arrivals
from app.photos.incoming import DigestMismatch
from app.photos.models import Photo, PhotoSender
from app.photos.receiving import take_in
from app.photos.tus.heads import Announced, UploadGone, WrongOffset
from app.photos.tus.models import Progress, Upload, UploadPart
from app.photos.tus.receiving import Chunk, Standing, remove
from app.photos.unnamed import sent_again
from app.photos.uses import one_photo_at_a_time

KEPT: Final = timedelta(days=7)
"""How long an upload waits for its next bytes."""

PARTS: Final = 2000
"""Of one upload: putting it together takes a look at each."""

TOO_MANY: Final = Said(f"一个上传最多 {PARTS} 个分片", f"An upload may come in {PARTS} chunks at most")

UPLOADS, PIECES, PHOTOS, SENDERS = (table_of(kind) for kind in (Upload, UploadPart, Photo, PhotoSender))
SHOWN: Final = [UPLOADS.c[name] for name in Progress._fields]
BY_ID: Final = Prepared(select(*SHOWN).where(UPLOADS.c.id == bindparam("id")), "id", row=Progress._make)
BY_PHOTO: Final = Prepared(
    select(*SHOWN).where(UPLOADS.c.user_id == bindparam("who"), UPLOADS.c.sha256 == bindparam("photo")),
    "who", "photo", row=Progress._make,
)  # fmt: skip
MOVE: Final = Prepared(
    update(UPLOADS)
    .where(
        UPLOADS.c.id == bindparam("upload"), UPLOADS.c.arrived == bindparam("begins"),
        UPLOADS.c.length == bindparam("whole"), UPLOADS.c.user_id == bindparam("who"),
        UPLOADS.c.expires_at > bindparam("at"),
    )
    .values(arrived=bindparam("ends"), expires_at=bindparam("until"))
    .returning(*SHOWN),
    "upload", "begins", "whole", "who", "at", "ends", "until", row=Progress._make,
)  # fmt: skip
OF_UPLOAD: Final = Prepared(
    select(PIECES.c.object_key).where(PIECES.c.upload_id == bindparam("id")).order_by(PIECES.c.begins), "id"
)
_SENT: Final = (
    select(PHOTOS.c.bytes)
    .join(SENDERS, SENDERS.c.sha256 == PHOTOS.c.sha256)
    .where(
        PHOTOS.c.sha256 == bindparam("photo"), SENDERS.c.user_id == bindparam("who"), PHOTOS.c.dying_at.is_(None)
    )
)  # fmt: skip
SENT: Final = Prepared(_SENT, "photo", "who")
HELD: Final = Prepared(_SENT.with_for_update(read=True, key_share=True, of=PHOTOS), "photo", "who")


def standing(session: Session, caller: Caller, id: UUID) -> Standing:
    """What has to be known before its next bytes are taken.

    Raises:
        NotFound: there is none of the caller's.
        UploadGone: it has expired.
        Malformed: it has come in too many pieces.
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


def find(session: Session, caller: Caller, id: UUID) -> Progress:
    """The caller's upload. Raises NotFound, UploadGone."""
    upload: Progress | None = BY_ID.one_or_none(session, {"id": id})
    if not upload or upload.user_id != caller.id:
        raise NotFound
    if upload.expires_at <= now():
        raise UploadGone
    return upload


def expected(session: Session, caller: Caller, announced: Announced) -> Standing:
    """How the upload stands that would be begun, or goes on, with this creation. Raises as `begin`, and Malformed."""
    upload = _of(session, caller, announced)
    if upload and _goes_on(session, caller, announced, upload):
        return _standing(session, upload)
    arrived = announced.length if _sent_before(session, caller, announced) else 0
    return Standing(new_id(), announced.sha256, announced.length, arrived, ())


def begin(session: Session, caller: Caller, announced: Announced, chunk: Chunk, arrivals: Arrivals) -> Progress:
    """Begin an upload, or go on with the one of the same photo; take the bytes that came with it, if they are next.

    Raises:
        DigestMismatch: the caller has sent this photo before, and it is of another length.
        WrongOffset: bytes came with it, and another request came first.
    """
    one_photo_at_a_time(session, caller.id)
    upload = _of(session, caller, announced)
    if upload and not _goes_on(session, caller, announced, upload, hold=True):
        remove(session, upload.id)
        upload = None
    if not upload:
        arrived = announced.length if _sent_before(session, caller, announced, hold=True) else 0
        row = {
            "id": chunk.standing.id, "user_id": caller.id, "sha256": announced.sha256, "length": announced.length,
            "arrived": arrived, "said": announced.said, "created_at": now(), "expires_at": now() + KEPT,
        }  # fmt: skip
        insert_once(session, Upload, row)
        upload = Progress._make(row[name] for name in Progress._fields)
    if chunk.size and upload.arrived == 0:
        return _accept(session, caller, upload.id, chunk, arrivals)
    return _kept(session, upload)


def append(session: Session, caller: Caller, id: UUID, chunk: Chunk, arrivals: Arrivals) -> Progress:
    """Take the bytes that a request brought, if the upload is still where they begin.

    Raises:
        NotFound, UploadGone: as `standing`.
        WrongOffset: another request came first.
        DigestMismatch, UnsupportedPhoto, DamagedPhoto: it is complete, and not what it was to be: that ends it.
    """
    one_photo_at_a_time(session, caller.id)
    if chunk.size:
        return _accept(session, caller, id, chunk, arrivals)
    return _kept(session, find(session, caller, id))


def end(session: Session, caller: Caller, id: UUID) -> None:
    """Forget an upload. What of it lies in the storage is removed later. Raises NotFound, UploadGone."""
    one_photo_at_a_time(session, caller.id)
    remove(session, find(session, caller, id).id)


def _accept(session: Session, caller: Caller, id: UUID, chunk: Chunk, arrivals: Arrivals) -> Progress:
    """Move the offset over the chunk. Raises WrongOffset, and what is wrong with the whole if that is complete."""
    begins = chunk.standing.arrived
    moved: Progress | None = MOVE.one_or_none(
        session,
        {
            "upload": id, "begins": begins, "whole": chunk.standing.length, "who": caller.id, "at": now(),
            "ends": begins + chunk.size, "until": now() + KEPT,
        },
    )  # fmt: skip
    if not moved:
        raise WrongOffset(find(session, caller, id).arrived)
    if chunk.verdict:
        raise chunk.verdict
    if chunk.key:
        chunk.offered = chunk.adopted = True
        row = {"upload_id": id, "begins": begins, "size": chunk.size, "object_key": chunk.key}
        insert_once(session, UploadPart, row)
        return moved
    take_in(session, caller, chunk, arrivals)
    if chunk.standing.parts:
        session.execute(delete(UploadPart).where(UploadPart.upload_id == id))
        chunk.done_with.extend(chunk.standing.parts)
    return moved


def _kept(session: Session, upload: Progress) -> Progress:
    """The upload, which somebody has come back for: it waits anew."""
    until = now() + KEPT
    if until - upload.expires_at < timedelta(minutes=1):
        return upload
    session.execute(update(Upload).where(Upload.id == upload.id).values(expires_at=until))
    return upload._replace(expires_at=until)


def _standing(session: Session, upload: Progress) -> Standing:
    parts = tuple(key for (key,) in OF_UPLOAD.rows(session, {"id": upload.id})) if upload.arrived else ()
    if len(parts) >= PARTS:
        raise Malformed(TOO_MANY)
    return Standing(upload.id, upload.sha256, upload.length, upload.arrived, parts)


def _of(session: Session, caller: Caller, announced: Announced) -> Progress | None:
    """The caller's upload of this photo."""
    found: Progress | None = BY_PHOTO.one_or_none(session, {"who": caller.id, "photo": announced.sha256})
    return found


def _goes_on(session: Session, caller: Caller, announced: Announced, upload: Progress, *, hold: bool = False) -> bool:
    """Whether it can: not if it has expired, was said to be of another length, or its photo has been swept since."""
    if upload.expires_at <= now() or upload.length != announced.length:
        return False
    return upload.arrived < upload.length or _sent_before(session, caller, announced, hold=hold)


def _sent_before(session: Session, caller: Caller, announced: Announced, *, hold: bool = False) -> bool:
    """Whether this person has sent these bytes: then, and only then, they need not come again. `hold` lets no sweep
    take them away after this has been said.

    Raises:
        DigestMismatch: what was sent is of another length.
    """
    sent = HELD if hold else SENT
    sizes = [size for (size,) in sent.rows(session, {"photo": announced.sha256, "who": caller.id})]
    if sizes not in ([], [announced.length]):
        raise DigestMismatch
    if sizes and hold:
        sent_again(session, caller.id, announced.sha256)
    return bool(sizes)
