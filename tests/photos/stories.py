"""What the tests of this room tell: photos that phones make, and records that name them."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.people.scope import Caller
from app.people.tokens import Pass, identify
from app.photos.models import Purpose
from app.photos.uses import Declared, Named, declare
from tests.conftest import Person, World
from tests.photos.pictures import noise, saved


def jpeg(width: int = 200, height: int = 150) -> bytes:
    """A photo that nobody else has."""
    return saved(noise(width, height), "JPEG")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def caller(session: Session, person: Person) -> Caller:
    return identify(session, Pass(person.id, person.session, 0))


def naming(world: World, sha256: str, **more: Any) -> Named:
    told: dict[str, Any] = {
        "subject_kind": "hazard", "subject_id": uuid4(), "enterprise_id": world.enterprise,
        "area_code": world.village, "purpose": Purpose.FINDING,
    }  # fmt: skip
    return Named(sha256=sha256, **told | more)


def named(world: World, person: Person, *each: Named) -> Declared:
    """Somebody's record names photos."""
    declared: Declared = world.write(lambda session: declare(session, caller(session, person), each))
    return declared


def name_one(world: World, person: Person, sha256: str, **more: Any) -> UUID:
    """The record, new unless it is given, in which somebody names a photo."""
    one = naming(world, sha256, **more)
    named(world, person, one)
    return one.subject_id
