"""Which photos a record has. Knowing a hash gives nobody a picture.

A photo belongs to a record only if the one who named it has sent its bytes or could see them already. Otherwise it is
missing, until that person sends it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Select, bindparam, select, tuple_, union_all, update
from sqlalchemy.orm import Session

from app.foundation.canonical import new_id
from app.foundation.clock import now
from app.foundation.columns import tuple_of
from app.foundation.dialects import insert_once, one_at_a_time, table_of
from app.foundation.keyring import Keyring
from app.foundation.prepared import Prepared
from app.people.scope import Caller, visible
from app.photos.addresses import display_url, thumbnail_url, watermark_url
from app.photos.flags import SIDES, EvidenceView
from app.photos.models import NOT_HERE, Photo, PhotoSender, PhotoUse, Purpose
from app.photos.outlines import PictureState
from app.photos.schemas import PhotoLoss, PhotoView

T = TypeVar("T")

LARGEST_LOCK: Final = (1 << 63) - 1
LONGEST_DEVICE: Final = 128
Key = tuple[UUID, Purpose, str]
AT_ONCE: Final = 500  # rows a statement; databases bound the values of one


USES, PHOTOS = table_of(PhotoUse), table_of(Photo)
_SHOWN: Final = (
    select(*USES.c["subject_id", "sha256", "purpose", "taken_at", "position", "lost_at", "lost_reason", "replacement"])
    .add_columns(USES.c.evidence)
    .add_columns(*PHOTOS.c["object_key", "content_type", "width", "height", "pictures"])
    .outerjoin_from(USES, PHOTOS, (PHOTOS.c.sha256 == USES.c.sha256) & USES.c.arrived_at.is_not(None))
    .order_by(USES.c.declared_at, USES.c.place)
)
Use: Any = tuple_of("Use", _SHOWN.selected_columns)
# Put together once, since all that is shown asks it; a list of values is written into the statement each time.
OF_ONE: Final = Prepared(_SHOWN.where(USES.c.subject_id == bindparam("subject")), "subject", row=Use._make)
OF_MANY: Final = _SHOWN.where(USES.c.subject_id.in_(bindparam("subjects", expanding=True)))


@dataclass(frozen=True)
class Named:
    """A photo that a record names."""

    subject_kind: str
    subject_id: UUID
    enterprise_id: UUID
    area_code: str
    sha256: str
    purpose: Purpose
    taken_at: datetime | None = None
    position: dict[str, Any] | None = None
    bytes: int | None = None
    device_id: str | None = None

    @property
    def key(self) -> Key:
        return self.subject_id, self.purpose, self.sha256


class Declared(NamedTuple):
    """What was named, by whether it is there."""

    missing: tuple[Named, ...]
    arrived: tuple[Named, ...]


class Counts(NamedTuple):
    """How a record stands with its photos; of those missing and those lost, which should show a rectification.

    `first_arrived` is the first that there are pictures of.
    """

    missing: int = 0
    evidence_missing: frozenset[str] = frozenset()
    first_arrived: str | None = None
    evidence_lost: frozenset[str] = frozenset()


def device_id(device: Mapping[str, Any] | None) -> str | None:
    """Which phone a body says it comes from, if it says so in words that a column holds."""
    said = (device or {}).get("id")
    return said if isinstance(said, str) and said.isprintable() and len(said) <= LONGEST_DEVICE else None


def one_photo_at_a_time(session: Session, user_id: UUID) -> None:
    """Let a user's declarations and uploads take turns, so that the two at one moment cannot miss each other."""
    one_at_a_time(session, user_id.int & LARGEST_LOCK)


def declare(session: Session, caller: Caller, named: Sequence[Named]) -> Declared:
    """Let records have photos, as far as the caller may give them; the rest is missing.

    A record that has the photo for the same purpose keeps it as it is; one that waits for it, or thought it lost, waits
    for the caller now. Does nothing twice.
    """
    if not named:
        return Declared((), ())
    one_photo_at_a_time(session, caller.id)
    given = _givable(session, caller, {each.sha256 for each in named})
    at = now()
    new = {
        each.key: vars(each) | {
            "id": new_id(), "declared_by": caller.id, "declared_at": at, "place": place,
            "arrived_at": at if each.sha256 in given else None,
        }
        for place, each in reversed(list(enumerate(named)))
    }  # fmt: skip
    made = sum(insert_once(session, PhotoUse, *rows) for rows in chunks(new.values()))
    here = {key for key in new if key[2] in given}
    if made < len(new):
        _take_over(session, caller, new, given, at, named[0].device_id)
        here |= _arrived(session, new)
    return Declared(
        tuple(each for each in named if each.key not in here), tuple(each for each in named if each.key in here)
    )


def _givable(session: Session, caller: Caller, shas: Iterable[str]) -> set[str]:
    """Those photos that the caller has sent, or may see in some record. They stay: a sweep looks for photos that no
    record names, and passes over one that is being bound."""
    given: set[str] = set()
    for chunk in chunks(shas):
        here = select(Photo.sha256).where(Photo.sha256.in_(known(caller, chunk)), Photo.dying_at.is_(None))
        given |= set(session.scalars(here.order_by(Photo.sha256).with_for_update(read=True, key_share=True)))
    return given


def known(caller: Caller, shas: Sequence[str]) -> Select[str]:
    """Of these photos, those that the caller has sent or may see in some record."""
    sent = select(PhotoSender.sha256).where(PhotoSender.user_id == caller.id, PhotoSender.sha256.in_(shas))
    used = (PhotoUse.sha256.in_(shas), PhotoUse.arrived_at.is_not(None))
    seen = [select(PhotoUse.sha256).where(*used, branch) for branch in visible(caller, PhotoUse)]
    either = union_all(sent, *seen).subquery()
    return select(either.c.sha256).distinct()


def _take_over(
    session: Session, caller: Caller, keys: Iterable[Key], given: set[str], at: datetime, device_id: str | None
) -> None:
    """Let records that have not got these photos have them from the caller, or wait for the caller."""
    wait: dict[str, Any] = {"declared_by": caller.id, "declared_at": at, "device_id": device_id}
    wait |= {"lost_at": None, "lost_reason": None, "replacement": None}
    for chunk in chunks(keys):
        theirs = (tuple_(PhotoUse.subject_id, PhotoUse.purpose, PhotoUse.sha256).in_(chunk), NOT_HERE)
        session.execute(update(PhotoUse).where(*theirs).values(**wait))
        if here := [sha for _, _, sha in chunk if sha in given]:
            session.execute(update(PhotoUse).where(*theirs, PhotoUse.sha256.in_(here)).values(arrived_at=at))


def _arrived(session: Session, keys: Iterable[Key]) -> set[Key]:
    key = tuple_(PhotoUse.subject_id, PhotoUse.purpose, PhotoUse.sha256)
    columns = select(PhotoUse.subject_id, PhotoUse.purpose, PhotoUse.sha256).where(PhotoUse.arrived_at.is_not(None))
    return {
        (subject_id, purpose, sha256)
        for chunk in chunks(keys)
        for subject_id, purpose, sha256 in session.execute(columns.where(key.in_(chunk)))
    }


def of(session: Session, keys: Keyring, viewer: Caller, subject_ids: Sequence[UUID]) -> dict[UUID, list[PhotoView]]:
    """The photos of each record, in the order in which they were named, with addresses for the viewer.

    Whoever calls this has made sure that the viewer may see the records. A worker is told what was noticed, but not
    where and with which phone others took them.
    """
    viewer_id = viewer.id
    found: dict[UUID, list[PhotoView]] = defaultdict(list)
    uses: Iterable[Any]
    if len(subject_ids) == 1:
        uses = OF_ONE.rows(session, {"subject": subject_ids[0]})
    else:
        uses = session.connection().execute(OF_MANY, {"subjects": subject_ids})
    for use in uses:
        here, pictured = use.object_key is not None, use.pictures is PictureState.AVAILABLE
        found[use.subject_id].append(
            PhotoView(
                sha256=use.sha256,
                purpose=use.purpose,
                taken_at=use.taken_at,
                position=use.position,
                arrived=here,
                thumbnail_url=thumbnail_url(keys, viewer_id, use.sha256) if pictured else None,
                display_url=display_url(keys, viewer_id, use.sha256) if pictured else None,
                watermark_url=watermark_url(keys, viewer_id, use.sha256, use.subject_id) if pictured else None,
                pictures=use.pictures,
                content_type=use.content_type,
                width=use.width,
                height=use.height,
                side=SIDES.get(use.purpose),
                evidence=_evidence(use, viewer),
                lost=_loss(use),
            )
        )
    return found


def _evidence(use: Any, viewer: Caller) -> EvidenceView | None:
    told = use.evidence
    return EvidenceView.model_validate(told | {"exif": None} if viewer.only_works else told) if told else None


def _loss(use: Any) -> PhotoLoss | None:
    if use.lost_at is None or use.object_key is not None:
        return None
    return PhotoLoss(at=use.lost_at, reason=use.lost_reason, replacement=use.replacement)


def check_again(session: Session, subject_id: UUID) -> None:
    """Let what is noticed about a record's photos be told anew: there is somebody new to tell."""
    checked = (PhotoUse.subject_id == subject_id, PhotoUse.checked_at.is_not(None))
    session.execute(update(PhotoUse).where(*checked).values(checked_at=None))


def counts(session: Session, subject_ids: Sequence[UUID]) -> dict[UUID, Counts]:
    """How each of the records stands with its photos; those that name none are left out."""
    rows = (
        select(PhotoUse.subject_id, PhotoUse.purpose, PhotoUse.sha256, PhotoUse.arrived_at, PhotoUse.lost_at)
        .add_columns(Photo.pictures)
        .outerjoin_from(PhotoUse, Photo, Photo.sha256 == PhotoUse.sha256)
        .where(PhotoUse.subject_id.in_(subject_ids))
        .order_by(PhotoUse.declared_at, PhotoUse.place)
    )
    found: dict[UUID, Counts] = defaultdict(Counts)
    for subject_id, purpose, sha256, arrived_at, lost_at, pictures in session.execute(rows):
        so_far, shows = found[subject_id], {sha256} if purpose is Purpose.RECTIFICATION else set()
        if arrived_at:
            first = sha256 if pictures is PictureState.AVAILABLE else None
            found[subject_id] = so_far._replace(first_arrived=so_far.first_arrived or first)
        elif lost_at:
            found[subject_id] = so_far._replace(evidence_lost=so_far.evidence_lost | shows)
        else:
            missing, evidence = so_far.missing + 1, so_far.evidence_missing | shows
            found[subject_id] = so_far._replace(missing=missing, evidence_missing=evidence)
    return found


def chunks(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The items, so many at a time; each is asked for only when it is needed."""
    each = iter(items)
    while chunk := list(islice(each, size)):
        yield chunk
