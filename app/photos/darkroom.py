"""Where photos are kept and made smaller, and the few threads that do it: no page waits for a disk or a decoder."""

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from app.foundation.blobs import Blobs
from app.foundation.lanes import Lane
from app.photos.images import Variant, derive

STORERS: Final = 4
"""They mostly wait for the disk."""

DEVELOPERS: Final = 1
"""They compute; pages need the other core."""


@dataclass
class Darkroom:
    """The store of photos with its own threads."""

    blobs: Blobs
    storing: Lane = field(default_factory=partial(Lane, STORERS, 256))
    developing: Lane = field(default_factory=partial(Lane, DEVELOPERS, 64))

    async def develop(self, sha256: str, object_key: str, variant: Variant) -> None:
        """Make a smaller picture of a photo, and keep it.

        Raises:
            Overloaded: too many are being made.
            UnsupportedPhoto, DamagedPhoto: the photo holds none.
            Unavailable: the store does not answer.
        """
        await self.developing.run(partial(self._develop, sha256, object_key, variant))

    def _develop(self, sha256: str, object_key: str, variant: Variant) -> None:
        key = derived_key(sha256, variant)
        with suppress(FileNotFoundError):
            self.blobs.size(key)
            return  # somebody asked for it a moment ago
        with self.blobs.file(object_key) as original:
            made = derive(original, variant)
        with suppress(FileExistsError), self.blobs.writer(key) as writer:
            writer.write(made)
            writer.finish()


def derived_key(sha256: str, variant: Variant) -> str:
    """Where a smaller picture is kept: beside its photo. It can always be made again."""
    return f"{sha256}/{variant}"
