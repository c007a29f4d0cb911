"""Carrying every photo to another store, beside the running servers; `Moved` reads through to the old one meanwhile."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

from app.foundation.blobs import Blobs
from app.foundation.database import Database
from app.photos.unnamed import AT_ONCE, Kept
from app.photos.uses import chunks
from app.photos.verifying import DAMAGED, MISSING, Tell, counting, digest, still_counts

COPIERS: Final = 4
"""They mostly wait, for a disk or for a store far away."""

COPIED: Final = "copied"
THERE: Final = "there"


@dataclass
class Copied:
    """What became of the photos. Those missing or damaged in the old store are not in the new one."""

    copied: int = 0
    there: int = 0
    missing: int = 0
    damaged: int = 0

    @property
    def whole(self) -> bool:
        return not self.missing and not self.damaged


def copy(database: Database, source: Blobs, target: Blobs, tell: Tell) -> Copied:
    """Copy what rows name, hashing it on the way and again where it has come to. What is there already is passed over,
    so that a copy which was cut short goes on where it ended.

    Raises:
        Unavailable, Overloaded: database or a store do not answer; what has been copied stays.
    """
    done = Copied()
    with ThreadPoolExecutor(COPIERS) as copiers:
        for photos in chunks((photo for photo, _ in counting(database)), AT_ONCE):
            fates: Iterable[str] = copiers.map(partial(_carry, source, target), photos)
            for photo, fate in zip(photos, fates, strict=True):
                faulty = fate in {MISSING, DAMAGED}
                if faulty and not still_counts(database, photo):
                    continue
                setattr(done, fate, getattr(done, fate) + 1)
                if faulty:
                    tell({"what": fate, "sha256": photo.sha256, "object_key": photo.object_key})
    return done


def _carry(source: Blobs, target: Blobs, photo: Kept) -> str:
    """Copy one photo, and say what became of it. An object has its name only once all of it is there."""
    try:
        if target.size(photo.object_key) == photo.bytes:
            return THERE
        target.delete(photo.object_key)
    except FileNotFoundError:
        pass
    seen = hashlib.sha256()
    try:
        with target.writer(photo.object_key) as writer:
            for piece in source.read(photo.object_key):
                seen.update(piece)
                writer.write(piece)
            if seen.hexdigest() != photo.sha256:
                return DAMAGED
            writer.finish()
    except FileNotFoundError:
        return MISSING
    except FileExistsError:
        return THERE  # another copy was faster
    if digest(target, photo.object_key) == photo.sha256:
        return COPIED
    target.delete(photo.object_key)
    return DAMAGED
