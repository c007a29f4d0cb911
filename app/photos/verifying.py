"""Whether every photo is still what it was: each is read and hashed again, beside the running servers."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.blobs import ABANDONED_AFTER, Blobs
from app.foundation.clock import now
from app.foundation.database import Database
from app.photos.models import Photo
from app.photos.unnamed import DYING, NAMED, Kept, pages, stored, strays

MISSING: Final = "missing"
DAMAGED: Final = "damaged"
UNREFERENCED: Final = "unreferenced"

Tell = Callable[[dict[str, Any]], None]


@dataclass
class Verified:
    """What was found. Unreferenced are photos that no record names, and objects that no row names; neither is wrong."""

    photos: int = 0
    bytes: int = 0
    missing: int = 0
    damaged: int = 0
    unreferenced_photos: int = 0
    unreferenced_objects: int = 0

    @property
    def whole(self) -> bool:
        return not self.missing and not self.damaged


def verify(database: Database, blobs: Blobs, tell: Tell) -> Verified:
    """Hash everything that rows name, look for what they do not name, and `tell` of each that is not as it should be.

    Raises:
        Unavailable, Overloaded: database or store do not answer.
    """
    seen = Verified()
    for photo, named in counting(database):
        seen.photos += 1
        seen.bytes += photo.bytes
        what = fault(blobs, photo) or (None if named else UNREFERENCED)
        if what is None or (what != UNREFERENCED and not still_counts(database, photo)):
            continue
        tell({"what": what, "sha256": photo.sha256, "object_key": photo.object_key})
        seen.missing += what == MISSING
        seen.damaged += what == DAMAGED
        seen.unreferenced_photos += what == UNREFERENCED
    for objects in strays(database, blobs, now() - ABANDONED_AFTER):
        for each in objects:
            tell({"what": UNREFERENCED, "sha256": None, "object_key": each.key})
            seen.unreferenced_objects += 1
    return seen


def counting(database: Database) -> Iterator[tuple[Kept, bool]]:
    """Every photo that counts, and whether a record names it; a few at a time, each time from a moment of its own."""
    for rows in pages(database, stored(~DYING).add_columns(NAMED)):
        for *photo, named in rows:
            yield Kept(*photo), named


def fault(blobs: Blobs, photo: Kept) -> str | None:
    """What is wrong with the photo's object; None if it is whole."""
    try:
        return None if digest(blobs, photo.object_key) == photo.sha256 else DAMAGED
    except FileNotFoundError:
        return MISSING


def digest(blobs: Blobs, key: str) -> str:
    """The sha256 of an object, read in pieces.

    Raises:
        FileNotFoundError: there is none.
    """
    seen = hashlib.sha256()
    for piece in blobs.read(key):
        seen.update(piece)
    return seen.hexdigest()


def still_counts(database: Database, photo: Kept) -> bool:
    """Whether the photo is kept there as before: it may have been swept, or have been sent again, meanwhile."""

    def look(session: Session) -> bool:
        here = select(Photo.object_key).where(Photo.sha256 == photo.sha256, ~DYING)
        return session.scalar(here) == photo.object_key

    return database.transact(look)
