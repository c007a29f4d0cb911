"""The phones of the demo: a few drawn pictures, which everybody takes again and again."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from app.demo.pictures import picture
from app.foundation.blobs import Blobs
from app.foundation.clock import now
from app.foundation.database import Database
from app.foundation.dialects import table_of
from app.people.scope import Caller
from app.photos.arrivals import Arrivals
from app.photos.darkroom import Darkroom
from app.photos.incoming import Incoming, Received
from app.photos.models import PhotoSender
from app.photos.receiving import take_in

PICTURES: Final = 15


@dataclass
class Camera:
    """Takes photos in everybody's name; the bytes lie in the storage before the story is told."""

    film: Received
    rnd: Random

    def hand_out(self, session: Session, people: Sequence[Caller]) -> None:
        """Let everybody have all the pictures on their phone, and have sent them."""
        take_in(session, people[0], self.film, Arrivals())
        photos = [photo.sha256 for photo in self.film.photos]
        sent = [
            {"sha256": sha256, "user_id": person.id, "sent_at": now()} for person in people[1:] for sha256 in photos
        ]
        session.execute(table_of(PhotoSender).insert(), sent)

    def take(self, count: int = 1) -> list[str]:
        """Photos that everybody has sent."""
        return [photo.sha256 for photo in self.rnd.sample(self.film.photos, count)]

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
