"""Checking photos in the background: in every server process, and alone as `app photos check`.

What is to be done stands in the tables: uses that prove something, have arrived and are not checked. A photo is
claimed, looked at, then compared, then judged, each step kept before the next; whoever dies in the midst of it leaves a
claim that grows old. Decoding and comparing run in the darkroom's lanes, and searching on the thread for long reads:
nothing of it is on the way of a request.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple

import anyio
import structlog
from PIL import Image
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from app.evidence import prints
from app.evidence.exif import exif
from app.evidence.facts import Case, cases
from app.evidence.judging import flags
from app.evidence.likeness import ALIKE, WORTH, aligned, closely
from app.evidence.models import UNCHECKED, PhotoFacts, PhotoLikeness, PhotoPrint
from app.foundation.blobs import Blobs
from app.foundation.clock import now, rfc3339
from app.foundation.database import Database
from app.foundation.dialects import insert_once, one_at_a_time
from app.foundation.problems import Problem
from app.hazards.models import Hazard
from app.journal import events
from app.people.scope import SYSTEM
from app.photos.darkroom import Darkroom, derived_key
from app.photos.flags import PROVING, EvidenceFlag
from app.photos.images import Variant
from app.photos.models import Photo, PhotoUse
from app.photos.outlines import DamagedPhoto, UnsupportedPhoto

CHECKING: Final = 0xE71D
"""The lock that judges and those who claim take turns at."""

PAUSE: Final = 1.0  # seconds between looks
PATIENCE: Final = timedelta(minutes=2)  # how long a claim holds: decoding takes a second at most, a slow store ten
PHOTOS: Final = 8  # claimed at once
USES: Final = 50  # judged in a transaction
NEAREST: Final = 40  # photos that are laid over a new one

log = structlog.get_logger("app.evidence")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A photo that is ours to look at for a while."""

    number: int
    sha256: str
    object_key: str
    content_type: str


class Done(NamedTuple):
    """Photos that were looked at, and uses that were judged."""

    photos: int
    judged: int


NOTHING: Final = Done(0, 0)


async def keep_checking(database: Database, room: Darkroom) -> None:
    """Check whatever arrives, until cancelled. A database or store that is away is waited for."""
    while True:
        done = NOTHING
        try:
            done = await check_some(database, room)
        except Problem as problem:
            log.warning("checking photos waits", reason=problem.particular)
        except Exception as error:  # the server goes on; what could not be checked is tried again
            log.error("checking photos fails", exc_info=error)
        if done == NOTHING:
            await anyio.sleep(PAUSE)


async def check_all(database: Database, room: Darkroom) -> int:
    """Check everything that waits, here and now; how many uses were judged."""
    judged = 0
    while (done := await check_some(database, room)) != NOTHING:
        judged += done.judged
    return judged


async def check_some(database: Database, room: Darkroom) -> Done:
    """Look at a few photos and judge a few uses; how many."""
    if not await database.read(lambda session: session.scalar(select(PhotoUse.id).where(UNCHECKED).limit(1))):
        return NOTHING
    claimed = await database.write(claim)
    for photo in claimed:
        await _look_at(database, room, photo)
    return Done(len(claimed), await database.write(judge))


def claim(session: Session) -> list[Claimed]:
    """Take photos that nobody has compared yet, and nobody is at."""
    one_at_a_time(session, CHECKING)
    stale = and_(PhotoFacts.compared_at.is_(None), PhotoFacts.claimed_at < now() - PATIENCE)
    free = or_(PhotoFacts.number.is_(None), stale)
    waiting = (
        select(PhotoUse.sha256)
        .outerjoin(PhotoFacts, PhotoFacts.sha256 == PhotoUse.sha256)
        .where(UNCHECKED, free)
        .order_by(PhotoUse.declared_at, PhotoUse.id)
        .limit(USES)
    )
    hashes = list(dict.fromkeys(session.scalars(waiting)))[:PHOTOS]
    if not hashes:
        return []
    insert_once(session, PhotoFacts, *({"sha256": sha256, "claimed_at": now()} for sha256 in hashes))
    session.execute(update(PhotoFacts).where(PhotoFacts.sha256.in_(hashes)).values(claimed_at=now()))
    photo = select(PhotoFacts.number, Photo.sha256, Photo.object_key, Photo.content_type)
    theirs = photo.join(Photo, Photo.sha256 == PhotoFacts.sha256).where(PhotoFacts.sha256.in_(hashes))
    return [Claimed(*row) for row in session.execute(theirs)]


async def _look_at(database: Database, room: Darkroom, photo: Claimed) -> None:
    """See what a photo is, then which others are alike. Its prints are kept before it is compared: of two that arrive
    at once, the second to look finds the first."""
    try:
        small = await _small(room, photo.sha256, photo.object_key, photo.content_type)
        sketch, waves = await room.developing.run(partial(_drawn, small)) if small else (None, [])
        said = await room.storing.run(partial(_said, room.blobs, photo.object_key))
        await database.write(partial(_keep_facts, photo=photo, sketch=sketch, said=said, waves=waves))
        alike: dict[str, float] = {}
        if small and sketch:
            near = await database.study(partial(nearest, number=photo.number, waves=waves))
            alike = {sha256: how async for sha256, how in _alike(room, small, sketch, near)}
        await database.write(partial(_keep_likenesses, photo=photo, alike=alike))
    except Problem as problem:
        log.warning("a photo can not be checked now", sha256=photo.sha256, reason=problem.particular)
    except Exception as error:  # those that were claimed with it go on; it is tried again when its claim is old
        log.error("a photo can not be checked", sha256=photo.sha256, exc_info=error)


async def _small(room: Darkroom, sha256: str, object_key: str, content_type: str) -> Image.Image | None:
    """The small picture of a photo, in grey; None if there is none to be had."""
    with suppress(UnsupportedPhoto, DamagedPhoto, FileNotFoundError):
        await room.develop(sha256, object_key, content_type, Variant.THUMBNAIL)
        return await room.developing.run(partial(_grey, room.blobs, derived_key(sha256, Variant.THUMBNAIL)))
    return None


def _grey(blobs: Blobs, key: str) -> Image.Image:
    """Raises DamagedPhoto if the small picture, which was made here, is not whole any more."""
    with blobs.file(key) as file:
        try:
            with Image.open(file) as picture:
                return picture.convert("L")
        except (OSError, SyntaxError, ValueError) as error:
            raise DamagedPhoto from error


def _drawn(small: Image.Image) -> tuple[Image.Image | None, list[prints.Waves]]:
    """The sketch of a small picture, and how much it has of each frequency."""
    sketch = prints.sketched(small)
    return sketch, prints.waves(sketch) if sketch else []


async def _alike(
    room: Darkroom, small: Image.Image, sketch: Image.Image, near: Sequence["Neighbour"]
) -> AsyncIterator[tuple[str, float]]:
    """Those of the photos near by that are the same shot, with how well they agree."""
    for other in near:
        place = await room.developing.run(partial(aligned, sketch, prints.read(other.sketch)))
        if place.agreement < WORTH:
            continue
        theirs = await _small(room, other.sha256, other.object_key, other.content_type)
        how = await room.developing.run(partial(closely, small, theirs, place.edges)) if theirs else 0.0
        if how >= ALIKE:
            yield other.sha256, how


def _said(blobs: Blobs, key: str) -> dict[str, Any] | None:
    try:
        with blobs.file(key) as file:
            return exif(file)
    except FileNotFoundError:
        return None


def _keep_facts(
    session: Session,
    *,
    photo: Claimed,
    sketch: Image.Image | None,
    said: dict[str, Any] | None,
    waves: Sequence[prints.Waves],
) -> None:
    seen = {"examined_at": now(), "exif": said, "sketch": prints.written(sketch) if sketch else None}
    session.execute(update(PhotoFacts).where(PhotoFacts.number == photo.number).values(seen))
    places = [{"place": place, "print": print, "photo": photo.number} for place, print in prints.places(waves)]
    insert_once(session, PhotoPrint, *places)


class Neighbour(NamedTuple):
    """A photo whose print is near: what it looks like, and where its bytes lie."""

    sha256: str
    object_key: str
    content_type: str
    sketch: str


def nearest(session: Session, *, number: int, waves: Sequence[prints.Waves]) -> list[Neighbour]:
    """The photos whose prints are near: of very many the nearest. An index finds them."""
    found: dict[int, int] = {}
    for print, places in prints.sought(waves):
        kept = select(PhotoPrint.print, PhotoPrint.photo).where(PhotoPrint.place.in_(places))
        for theirs, photo in session.connection().execute(kept):
            apart = prints.apart(print, theirs)
            if apart <= prints.NEAR and apart < found.get(photo, prints.BITS) and photo != number:
                found[photo] = apart
    chosen = sorted(found, key=found.__getitem__)[:NEAREST]
    told = select(Photo.sha256, Photo.object_key, Photo.content_type, PhotoFacts.sketch, PhotoFacts.number)
    sketched = (PhotoFacts.number.in_(chosen), PhotoFacts.sketch.is_not(None))
    there = told.join(PhotoFacts, PhotoFacts.sha256 == Photo.sha256).where(*sketched)
    rows = session.execute(there).all() if chosen else []
    near = sorted(rows, key=lambda row: found[row.number])
    return [Neighbour(row.sha256, row.object_key, row.content_type, str(row.sketch)) for row in near]


def _keep_likenesses(session: Session, *, photo: Claimed, alike: Mapping[str, float]) -> None:
    pairs = [(photo.sha256, other, how) for other, how in alike.items()]
    pairs += [(other, sha256, how) for sha256, other, how in pairs]
    insert_once(session, PhotoLikeness, *({"sha256": a, "other": b, "likeness": how} for a, b, how in pairs))
    compared = update(PhotoFacts).where(PhotoFacts.number == photo.number).values(compared_at=now())
    session.execute(compared)


def judge(session: Session) -> int:
    """Say what is noticed about uses whose photos have been looked at, and let their hazards know; how many."""
    one_at_a_time(session, CHECKING)
    compared = select(PhotoUse).join(PhotoFacts, PhotoFacts.sha256 == PhotoUse.sha256)
    ready = compared.where(UNCHECKED, PhotoFacts.compared_at.is_not(None))
    waiting = session.scalars(ready.order_by(PhotoUse.declared_at, PhotoUse.id).limit(USES)).all()
    if not waiting:
        return 0
    subjects = {use.subject_id for use in waiting}
    locked = select(Hazard).where(Hazard.id.in_(subjects)).order_by(Hazard.id).with_for_update()
    hazards = session.scalars(locked.execution_options(populate_existing=True)).all()
    for case in cases(session, waiting):
        _judge(session, case)
    session.flush()
    for hazard in hazards:
        _tell(session, hazard)
    return len(waiting)


def _judge(session: Session, case: Case) -> None:
    """What is noticed now. Who comes first shows in later ones what could not be noticed before."""
    if case.row.evidence is None and case.others:
        later = [other.id for other in case.others if other.after(case.use) or other.record == case.use.record]
        again = (PhotoUse.id.in_(later), PhotoUse.evidence.is_not(None), PhotoUse.purpose.in_(PROVING))
        session.execute(update(PhotoUse).where(*again).values(checked_at=None))
    said, at = dict(case.told.exif) if case.told.exif else None, now()
    noticed = flags(case.use, case.told, case.others)
    case.row.evidence = {"checked_at": rfc3339(at), "flags": noticed, "exif": said}
    case.row.checked_at = at


def _tell(session: Session, hazard: Hazard) -> None:
    """Write on the hazard which flags its photos have; an event, but no revision: nobody has changed it."""
    own = select(PhotoUse.sha256, PhotoUse.purpose, PhotoUse.evidence)
    rows = session.execute(own.where(PhotoUse.subject_id == hazard.id, PhotoUse.evidence.is_not(None))).all()
    said = [
        {"sha256": sha256, "purpose": purpose, "flags": [flag["code"] for flag in evidence["flags"]]}
        for sha256, purpose, evidence in rows
        if evidence["flags"]
    ]  # fmt: skip
    codes = {code for each in said for code in each["flags"]}
    found = tuple(flag for flag in EvidenceFlag if flag in codes)
    if found != hazard.evidence_flags:
        changes = {"evidence_flags": found}
        events.change(session, hazard, "photos_checked", SYSTEM, changes, {"photos": said}, revises=False)
