"""Making smaller pictures for all photos at once: after a restore, which brings originals only, or when a new version
makes them better or can decode more."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from app.foundation.blobs import Blobs
from app.foundation.database import Database
from app.foundation.dialects import INTERACTIVE
from app.photos.darkroom import derived_key, develop
from app.photos.images import Variant
from app.photos.models import Photo
from app.photos.outlines import DamagedPhoto, PictureState, UnsupportedPhoto
from app.photos.unnamed import DYING, pages


@dataclass
class Rebuilt:
    """What became of the photos that may have pictures."""

    there: int = 0
    unavailable: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def rebuild(database: Database, blobs: Blobs, *, anew: bool = False) -> Rebuilt:
    """Make the pictures that are missing, or all of them `anew`, one after the other, beside a running server.

    Whether a photo has any is found out again, also where nothing could be made of it before.

    Raises:
        Unavailable: the store or the database does not answer.
    """
    done = Rebuilt()
    for photo in _photos(database):
        state = PictureState.AVAILABLE
        try:
            for variant in Variant if anew else ():
                blobs.delete(derived_key(photo.sha256, variant))
            for variant in Variant:
                develop(blobs, photo.sha256, photo.object_key, photo.content_type, variant)
            done.there += 1
        except (UnsupportedPhoto, DamagedPhoto):
            state = PictureState.UNAVAILABLE
            done.unavailable.append(photo.sha256)
        except FileNotFoundError:
            done.lost.append(photo.sha256)
            continue
        if state is not photo.pictures:
            database.transact(partial(set_pictures, sha256=photo.sha256, state=state), writes=True)
    return done


def _photos(database: Database) -> Iterator[Row[Any]]:
    """Every photo that may have pictures, a page at a time: no transaction waits for a decoder."""
    columns = select(Photo.sha256, Photo.object_key, Photo.content_type, Photo.pictures)
    wanted = columns.where(Photo.pictures != PictureState.NONE, ~DYING)
    for page in pages(database, wanted, INTERACTIVE):
        yield from page


def set_pictures(session: Session, sha256: str, state: PictureState) -> None:
    """Say whether smaller pictures of a photo are to be had."""
    session.execute(update(Photo).where(Photo.sha256 == sha256).values(pictures=state))
