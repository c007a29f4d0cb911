"""Photos that no record names, and objects that no row names: they may go.

A photo goes in steps, so that nothing acknowledged is lost whoever does what meanwhile, and wherever a sweep is killed:
it is marked as dying, in a transaction of its own, and counts for nobody from then on; its objects go; its row goes.
Whoever binds it at that moment finds it missing, unless they came first, which keeps it; whoever sends it again gives
its row another object, which keeps it too.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.foundation.blobs import Blobs, Stored
from app.foundation.clock import now
from app.foundation.database import Database
from app.foundation.dialects import LONG, Patience
from app.photos.models import Photo, PhotoSender, PhotoUse
from app.photos.tus.models import Upload, UploadPart
from app.photos.uses import chunks

AT_ONCE: Final = 200  # photos a transaction: writers on SQLite wait for it

ORIGINAL: Final = re.compile(r"([0-9a-f]{64})/[0-9a-f]{32}")
DERIVED: Final = re.compile(r"([0-9a-f]{64})/.+")
NAMED: Final = exists().where(PhotoUse.sha256 == Photo.sha256)
DYING: Final = Photo.dying_at.is_not(None)


class Kept(NamedTuple):
    """A photo as its row says it is kept."""

    sha256: str
    object_key: str
    bytes: int


def stored(*conditions: ColumnElement[bool]) -> Any:
    """Photos as `Kept`."""
    return select(Photo.sha256, Photo.object_key, Photo.bytes).where(*conditions)


def pages(database: Database, query: Any, patience: Patience = LONG) -> Iterator[Sequence[Any]]:
    """All the photos that a query finds, by their sha256: a page at a time, each in a transaction of its own."""
    query, after = query.order_by(Photo.sha256).limit(AT_ONCE), ""
    while rows := database.transact(partial(_rows, query=query.where(Photo.sha256 > after)), patience=patience):
        yield rows
        after = rows[-1].sha256


def _rows(session: Session, query: Any) -> Sequence[Any]:
    return session.execute(query).all()


def unnamed(before: datetime) -> ColumnElement[bool]:
    """Photos that no record names and nobody has sent since; and those that a sweep has left dying."""
    lately = exists().where(PhotoSender.sha256 == Photo.sha256, PhotoSender.sent_at >= before)
    return or_(DYING, and_(Photo.created_at < before, ~NAMED, ~lately))


def mark(session: Session, shas: Sequence[str], before: datetime) -> list[Kept]:
    """Let those that nobody names count for nobody any more, and say which these are. No upload says of one that it is
    here.

    One that somebody is binding or sending now is passed over. It is judged after it has been locked: what a report
    has committed meanwhile is seen.
    """
    held = select(Photo.sha256).where(Photo.sha256.in_(shas)).order_by(Photo.sha256)
    free = session.scalars(held.with_for_update(skip_locked=True)).all()
    dying = update(Photo).where(Photo.sha256.in_(free), ~DYING, unnamed(before)).values(dying_at=now())
    session.execute(dying.execution_options(synchronize_session=False))
    those = stored(Photo.sha256.in_(free), DYING).order_by(Photo.sha256)
    marked = [Kept(*row) for row in session.execute(those)]
    dead = [photo.sha256 for photo in marked]
    session.execute(delete(PhotoSender).where(PhotoSender.sha256.in_(dead)))
    session.execute(delete(Upload).where(Upload.sha256.in_(dead), Upload.arrived == Upload.length))
    return marked


def forget(session: Session, photos: Sequence[Kept]) -> None:
    """Remove the rows of photos whose objects are gone; one that has been sent again stays."""
    gone = tuple_(Photo.sha256, Photo.object_key).in_([photo[:2] for photo in photos])
    session.execute(delete(Photo).where(gone, DYING).execution_options(synchronize_session=False))


def revive(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Let dying photos have the objects with which they were sent again; `rows` are as they would be put in anew."""
    for row in rows:
        anew = update(Photo).where(Photo.sha256 == row["sha256"], DYING).values(**row, dying_at=None)
        session.execute(anew.execution_options(synchronize_session=False))


def sent_again(session: Session, user_id: UUID, sha256: str) -> None:
    """Let a photo that is here, and held, be as young as if it had been sent only now."""
    mine = (PhotoSender.sha256 == sha256, PhotoSender.user_id == user_id)
    session.execute(update(PhotoSender).where(*mine).values(sent_at=now()).execution_options(synchronize_session=False))


def named_among(session: Session, keys: Sequence[str]) -> set[str]:
    """Those objects that count: originals that a row names, what was made of a photo that has a row, and the parts of
    uploads under way."""
    photos = {match[1] for match in map(DERIVED.fullmatch, keys) if match}
    counting = dict(iter(session.execute(select(Photo.sha256, Photo.object_key).where(Photo.sha256.in_(photos)))))
    parts = set(session.scalars(select(UploadPart.object_key).where(UploadPart.object_key.in_(keys))))
    return parts | {key for key in keys if counting.get(key[:64]) == key or (is_derived(key) and key[:64] in counting)}


def strays(database: Database, blobs: Blobs, before: datetime) -> Iterator[list[Stored]]:
    """Objects so old that no upload under way has made them, and that no row names."""
    for objects in chunks((each for each in blobs.under() if each.modified_at < before), AT_ONCE):
        named = database.transact(partial(named_among, keys=[each.key for each in objects]))
        yield [each for each in objects if each.key not in named]


def is_derived(key: str) -> bool:
    """Whether an object was made of a photo, and can be made again."""
    return DERIVED.fullmatch(key) is not None and ORIGINAL.fullmatch(key) is None
