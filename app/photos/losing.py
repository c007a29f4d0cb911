"""A photo that will never come: whoever declared it says so, and nobody waits for it any longer. Where that person has
left, it is said by who keeps the reports of the place: safety officer, manager or supervisor.

It is on record why, and what was declared in its place. What the records make of it, the rooms above say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.foundation.problems import Conflict, Forbidden, Invalid, NotFound, Said
from app.journal import receipts
from app.people.models import User
from app.people.scope import Caller, Role, visible
from app.photos import uses
from app.photos.models import WAITED_FOR, PhotoUse
from app.photos.owed import Lose

KEEPERS: Final = (Role.SAFETY_OFFICER, Role.MANAGER, Role.SUPERVISOR)
LOSING: Final = "photo.lost"
NO_PHOTO: Final = Said("没有这张照片", "There is no such photo")
NOT_YOURS: Final = Said("由登记这张照片的人申报遗失", "For the person who declared it")
ITSELF: Final = Said("不能用遗失的照片代替它自己", "A photo does not replace itself")


class NotMissing(Conflict):
    code, title = "not_missing", Said("这张照片已到齐或已申报遗失", "Nobody waits for this photo")


@dataclass(frozen=True)
class Loss:
    """A photo that was declared lost: in which records, why, and what was declared in its place."""

    sha256: str
    reason: str
    replacement: str | None
    uses: Sequence[PhotoUse]

    def of(self, kind: str) -> list[UUID]:
        """The records of a kind that named it, in an order that everybody locks them in."""
        return sorted({use.subject_id for use in self.uses if use.subject_kind == kind})

    def told(self) -> dict[str, Any]:
        """What the events of those records say."""
        return {"photos": [self.sha256], "reason": self.reason, "replacement": self.replacement}

    def mended(self, value: Any) -> Any:
        """What a record says, with the replacement wherever it named the photo; as it was if there is none."""
        if isinstance(value, dict):
            return {name: self.mended(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return list(dict.fromkeys(map(self.mended, value))) if self.sha256 in value else list(value)
        return self.replacement if self.replacement and value == self.sha256 else value


Hook = Callable[[Session, Caller, Loss], None]


@dataclass
class Losses:
    """Those who want to know which photos are lost; the rooms above leave their hooks here."""

    hooks: list[Hook] = field(default_factory=list)


def lose(session: Session, caller: Caller, sha256: str, body: Lose, losses: Losses) -> bool:
    """End the wait for a photo that the caller answers for; False if this very request had done so before.

    Raises:
        IdConflict: the request's id has been used for something else.
        Invalid: it would replace itself.
        NotFound: no record within the caller's scope names it.
        NotMissing: it is there, or was declared lost.
        Forbidden: somebody else declared it.
    """
    place = UUID(hex=sha256[:32])  # the receipt's target
    if receipts.claim(session, body.id, caller.id, LOSING, place, body.model_dump(mode="json"), Lose):
        return False
    if body.replacement == sha256:
        raise Invalid.at("/replacement", "own_replacement", ITSELF)
    uses.one_photo_at_a_time(session, caller.id)
    said = {"lost_at": now(), "lost_reason": body.reason, "replacement": body.replacement}
    mine = (PhotoUse.sha256 == sha256, answers_for(caller), WAITED_FOR)
    lost = session.scalars(update(PhotoUse).where(*mine).values(**said).returning(PhotoUse)).all()
    if not lost:
        raise _why_not(session, caller, sha256)
    if body.replacement:
        uses.declare(session, caller, [_instead(use, body.replacement) for use in lost])
    for hook in losses.hooks:
        hook(session, caller, Loss(sha256, body.reason, body.replacement, lost))
    receipts.complete(session, body.id, lost[0].id, 1)
    return True


def answers_for(caller: Caller) -> ColumnElement[bool]:
    """Photos that are the caller's to declare lost."""
    own = PhotoUse.declared_by == caller.id
    if not caller.has(*KEEPERS):
        return own
    left = select(User.id).where(User.active.is_(False))
    return or_(own, and_(PhotoUse.declared_by.in_(left), or_(*visible(caller, PhotoUse))))


def _instead(use: PhotoUse, replacement: str) -> uses.Named:
    where = (use.subject_kind, use.subject_id, use.enterprise_id, use.area_code)
    return uses.Named(*where, replacement, use.purpose, device_id=use.device_id)


def _why_not(session: Session, caller: Caller, sha256: str) -> Exception:
    named = PhotoUse.sha256 == sha256
    seen = or_(PhotoUse.declared_by == caller.id, *visible(caller, PhotoUse))
    if session.scalar(select(PhotoUse.id).where(named, seen).limit(1)) is None:
        return NotFound(NO_PHOTO)
    waited = session.scalar(select(PhotoUse.id).where(named, seen, WAITED_FOR).limit(1))
    return Forbidden(NOT_YOURS, reason="not_the_declarer") if waited else NotMissing()
