"""Removing what nobody needs: photos that no record names, and objects that no row names. See `unnamed.py`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.foundation.blobs import ABANDONED_AFTER, Blobs
from app.foundation.clock import now
from app.foundation.database import Database
from app.photos.unnamed import Kept, forget, is_derived, mark, pages, stored, strays, unnamed


@dataclass
class Swept:
    """What a sweep has removed, or would remove."""

    photos: int = 0
    photo_bytes: int = 0
    objects: int = 0
    object_bytes: int = 0


def sweep(database: Database, blobs: Blobs, older_than: timedelta, *, really: bool) -> Swept:
    """Remove what has been unneeded for so long; without `really` only count it. Safe beside running servers, and
    beside another sweep; one that was killed is finished by the next.

    Raises:
        Unavailable, Overloaded: database or store do not answer; what has been removed stays so.
    """
    before, swept = now() - older_than, Swept()
    for rows in pages(database, stored(unnamed(before))):
        photos = [Kept(*row) for row in rows]
        if really:
            photos = _removed(database, blobs, photos, before)
        swept.photos += len(photos)
        swept.photo_bytes += sum(photo.bytes for photo in photos)
    for objects in strays(database, blobs, min(before, now() - ABANDONED_AFTER)):
        for each in objects if really else ():
            blobs.delete(each.key)
        swept.objects += len(objects)
        swept.object_bytes += sum(each.size for each in objects)
    return swept


def _removed(database: Database, blobs: Blobs, photos: list[Kept], before: datetime) -> list[Kept]:
    """Mark, remove the objects, remove the rows: in this order, whatever happens in between."""
    shas = [photo.sha256 for photo in photos]
    dying = database.transact(partial(mark, shas=shas, before=before), writes=True)
    for photo in dying:
        blobs.delete(photo.object_key)
        for each in blobs.under(photo.sha256):
            if is_derived(each.key):
                blobs.delete(each.key)
    if dying:
        database.transact(partial(forget, photos=dying), writes=True)
    return dying
