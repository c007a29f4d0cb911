"""The phones of the demo: a few drawn pictures, which everybody takes again and again."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.demo.pictures import picture
from app.foundation.blobs import Blobs
from app.foundation.database import Database
from app.people.scope import Caller
from app.photos.arrivals import Arrivals
from app.photos.darkroom import Darkroom
from app.photos.incoming import Incoming, Received
from app.photos.receiving import take_in

PICTURES: Final = 15
NOBODY_WAITS: Final = Arrivals()


@dataclass
class Camera:
    """Takes photos in everybody's name; the bytes lie in the storage before the story is told."""

    film: Received
    rnd: Random
    sent: set[tuple[UUID, str]] = field(default_factory=set)

    def take(self, session: Session, by: Caller, count: int = 1) -> tuple[str, ...]:
        """Photos that `by` has sent."""
        taken = self.rnd.sample(self.film.photos, count)
        for photo in taken:
            if (by.id, photo.sha256) not in self.sent:
                take_in(session, by, replace(self.film, photos=[photo]), NOBODY_WAITS)
                self.sent.add((by.id, photo.sha256))
        return tuple(photo.sha256 for photo in taken)

    def promise(self) -> str:
        """A photo that has not arrived: the phone that took it is still out of reach."""
        return f"{self.rnd.getrandbits(256):064x}"


def loaded(blobs: Blobs, database: Database, rnd: Random) -> Camera:
    """A camera whose pictures have been drawn and stored."""
    film = Received(Darkroom(blobs), database)
    for number in range(PICTURES):
        incoming = Incoming(film)
        incoming.take(picture(number))
        incoming.close()
    return Camera(film, rnd)


def emptied(camera: Camera, blobs: Blobs) -> None:
    """Leave nothing of a story that could not be told."""
    for photo in camera.film.photos:
        with suppress(FileNotFoundError):
            blobs.delete(photo.key or "")
