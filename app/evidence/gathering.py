"""What a bundle holds, read in one visit: the hazard, its events with the proof that they are sealed, its photos."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from app.evidence.merkle import path
from app.foundation.clock import now, rfc3339
from app.foundation.dialects import table_of
from app.foundation.keyring import Keyring, public_pem
from app.foundation.problems import Forbidden, Said
from app.hazards import story
from app.hazards.models import Hazard
from app.inspections.models import Finding
from app.journal.events import Event
from app.journal.seals import Seal
from app.people.permissions import ROLES, Permission
from app.people.scope import Caller
from app.photos.models import Photo, PhotoUse

CHAIN: Final = 5000
"""Seals that are shown between the first event and now, to show that they follow each other; of more, only those that
the events lie under."""

NOT_YOURS: Final = Said("证据包含有原件，只给负责复查和监管的人", "A bundle holds originals: it is for who reviews")
ADDRESSES: Final = {"thumbnail_url", "display_url", "watermark_url"}
HASHED: Final = (
    "subject_kind", "subject_id", "number", "action", "actor_id", "at", "received_at", "data", "data_digest",
    "previous", "digest",
)  # fmt: skip
SIGNED: Final = (
    "number", "first", "last", "merkle_root", "previous", "sealed_at", "key_id", "digest", "signature",
)  # fmt: skip

SEALS: Final = table_of(Seal).c
ONE_SEAL: Final = select(*SEALS[SIGNED])


@dataclass(frozen=True, slots=True)
class Original:
    """A photo's bytes: where they lie, and what they are."""

    sha256: str
    object_key: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What goes into a bundle."""

    about: dict[str, Any]
    hazard: dict[str, Any]
    events: list[dict[str, Any]]
    seals: list[dict[str, Any]]
    keys: dict[str, bytes]
    photos: list[dict[str, Any]]
    originals: dict[str, Original]


def gather(session: Session, caller: Caller, hazard_id: UUID, keys: Keyring) -> Gathered:
    """Everything about a hazard.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
        Forbidden: none of the caller's roles reviews.
    """
    shown = story.shown(session, caller, hazard_id, keys)
    if not caller.has(*ROLES[Permission.REVIEW]):
        raise Forbidden(NOT_YOURS)
    findings = session.scalars(select(Finding.id).where(or_(Finding.id == hazard_id, Finding.hazard_id == hazard_id)))
    subjects = [(Hazard.KIND, hazard_id), *((Finding.KIND, id) for id in sorted(findings))]
    events, seals = _proven(session, subjects)
    photos, originals = _photos(session, [id for _, id in subjects])
    without: Any = {"allowed_actions": True, "blocked_actions": True, "replayed": True, "thumbnail_url": True}
    told = shown.model_dump(mode="json", exclude=without | {"photos": {"__all__": ADDRESSES}})
    if told["cited"] and not told["cited"]["verified"]:
        told["cited"]["text"] = None  # an unverified wording proposes, and stands in no document
    head = seals[-1] if seals else None
    about = {
        "format": 1, "hazard": {"id": hazard_id, "number": shown.number}, "made_at": rfc3339(now()),
        "made_for": {"id": caller.id, "name": caller.name},
        "head": {"number": head["number"], "digest": head["digest"]} if head else None,
    }  # fmt: skip
    used = {seal["key_id"] for seal in seals} | {keys.sealing_id}
    pems = {id: public_pem(key) for id, key in keys.sealing_keys.items() if id in used}
    return Gathered(about, told, events, seals, pems, photos, originals)


def _proven(
    session: Session, subjects: Iterable[tuple[str, UUID]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The events of these subjects, each with the proof that it is sealed, if it is; and the seals."""
    columns = table_of(Event).c
    theirs = tuple_(columns.subject_kind, columns.subject_id).in_(list(subjects))
    wanted = select(*columns[(*HASHED, "position")]).where(theirs)
    rows = session.execute(wanted.order_by(columns.subject_kind.desc(), columns.subject_id, columns.number)).all()
    positions = sorted(row.position for row in rows if row.position is not None)
    seals = _seals(session, positions) if positions else []
    proofs = _proofs(session, positions, seals)
    events = [{name: getattr(row, name) for name in HASHED} | {"proof": proofs.get(row.position)} for row in rows]
    return events, seals


def _seals(session: Session, positions: list[int]) -> list[dict[str, Any]]:
    """From the one over the first event to the newest; of very many those over the events, and the newest.

    Not all that lie between are read: seals are made every second for years, and those over an event are found by
    halving, since numbers and positions grow together.
    """
    newest = session.execute(ONE_SEAL.order_by(SEALS.number.desc()).limit(1)).one()
    over = [_over(session, positions[0], 1, newest)]
    if newest.number - over[0].number < CHAIN:
        between = ONE_SEAL.where(SEALS.number.between(over[0].number, newest.number))
        return [row._asdict() for row in session.execute(between.order_by(SEALS.number))]
    for position in positions:
        if position > over[-1].last:
            over.append(_over(session, position, over[-1].number + 1, newest))
    shown = over if over[-1].number == newest.number else [*over, newest]
    return [row._asdict() for row in shown]


def _over(session: Session, position: int, lowest: int, newest: Any) -> Any:
    """The seal over a position, which is none before `lowest`."""
    found, highest = newest, newest.number
    while lowest < highest:
        middle = (lowest + highest) // 2
        seal = session.execute(ONE_SEAL.where(SEALS.number >= middle).order_by(SEALS.number).limit(1)).one()
        if seal.last >= position:
            found, highest = seal, middle
        else:
            lowest = seal.number + 1
    return found


def _proofs(session: Session, positions: list[int], seals: list[dict[str, Any]]) -> Mapping[int | None, dict[str, Any]]:
    found: dict[int | None, dict[str, Any]] = {}
    columns = table_of(Event).c
    for seal in seals:
        mine = [position for position in positions if seal["first"] <= position <= seal["last"]]
        if not mine:
            continue
        under = columns.position.between(seal["first"], seal["last"])
        digests = session.scalars(select(columns.digest).where(under).order_by(columns.position)).all()
        for position in mine:
            index = position - seal["first"]
            found[position] = {"seal": seal["number"], "index": index, "path": path(digests, index)}
    return found


def _photos(session: Session, subject_ids: list[UUID]) -> tuple[list[dict[str, Any]], dict[str, Original]]:
    """Every photo that the records name, and where those lie that are there."""
    rows = session.execute(
        select(PhotoUse, Photo.object_key, Photo.content_type)
        .outerjoin(Photo, (Photo.sha256 == PhotoUse.sha256) & PhotoUse.arrived_at.is_not(None))
        .where(PhotoUse.subject_id.in_(subject_ids))
        .order_by(PhotoUse.declared_at, PhotoUse.place)
    ).all()
    names = ("sha256", "purpose", "subject_kind", "subject_id", "taken_at", "position", "declared_at", "arrived_at")
    photos = []
    originals: dict[str, Original] = {}
    for use, object_key, content_type in rows:
        state = "present" if object_key else "lost" if use.lost_at else "missing"
        photos.append({name: getattr(use, name) for name in names} | {"state": state, "evidence": use.evidence})
        if object_key:
            originals[use.sha256] = Original(use.sha256, object_key, content_type)
    return photos, originals
