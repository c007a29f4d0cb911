"""Where photos are kept and made smaller, and the few threads that do it: no page waits for a disk or a decoder."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from app.foundation.blobs import Blobs
from app.foundation.lanes import Lane
from app.photos.apart import derive_all
from app.photos.images import COSTLY, Variant, derive

T = TypeVar("T")

STORERS: Final = 4
"""They mostly wait for the disk."""

DEVELOPERS: Final = 1
"""They compute; pages need the other core."""

APART: Final = 1
"""Of the processes in which HEIC and AVIF are decoded, as many at a time."""


@dataclass
class Darkroom:
    """The store of photos with its own threads."""

    blobs: Blobs
    storing: Lane = field(default_factory=partial(Lane, STORERS, 256))
    developing: Lane = field(default_factory=partial(Lane, DEVELOPERS, 64))
    apart: Lane = field(default_factory=partial(Lane, APART, 64))

    async def develop(self, sha256: str, object_key: str, content_type: str, variant: Variant) -> None:
        """Make a smaller picture of a photo, and keep it.

        Raises:
            Overloaded: too many are being made.
            UnsupportedPhoto, DamagedPhoto: the photo holds none.
            Unavailable: the store does not answer.
        """
        lane = self.apart if content_type in COSTLY else self.developing
        await lane.run(partial(develop, self.blobs, sha256, object_key, content_type, variant))

    async def draw(self, work: Callable[[], T]) -> T:
        """Do what computes with a smaller picture."""
        return await self.developing.run(work)


def develop(blobs: Blobs, sha256: str, object_key: str, content_type: str, variant: Variant) -> None:
    """Make a smaller picture, unless it is there: somebody may have asked for it a moment ago. See `Darkroom`."""
    with suppress(FileNotFoundError):
        blobs.size(derived_key(sha256, variant))
        return
    with blobs.file(object_key) as original:
        made = derive_all(original) if content_type in COSTLY else {variant: derive(original, variant)}
    for each, content in made.items():
        with suppress(FileExistsError), blobs.writer(derived_key(sha256, each)) as writer:
            writer.write(content)
            writer.finish()


def derived_key(sha256: str, variant: Variant) -> str:
    """Where a smaller picture is kept: beside its photo. It can always be made again."""
    return f"{sha256}/{variant}"
