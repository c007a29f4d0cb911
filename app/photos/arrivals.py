"""When bytes come in, the records that waited for them hear of it, in the same transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.foundation.dialects import table_of
from app.foundation.prepared import Prepared
from app.people.scope import Caller
from app.photos.models import NOT_HERE, PhotoUse

USES: Final = table_of(PhotoUse)
OWED: Final = Prepared(
    select(USES.c.id)
    .where(USES.c.declared_by == bindparam("who"), USES.c.sha256 == bindparam("photo"), NOT_HERE)
    .limit(1),
    "who", "photo",
)  # fmt: skip

Hook = Callable[[Session, Caller, Sequence[PhotoUse]], None]


@dataclass
class Arrivals:
    """Those who want to know which photos have arrived; the rooms above leave their hooks here."""

    hooks: list[Hook] = field(default_factory=list)

    def announce(self, session: Session, caller: Caller, shas: Sequence[str]) -> Sequence[PhotoUse]:
        """Let the photos that the caller owes and has now sent belong to the records that named them, also those that
        were thought lost."""
        if not any(OWED.rows(session, {"who": caller.id, "photo": sha256}) for sha256 in shas):
            return ()
        owed = (PhotoUse.declared_by == caller.id, PhotoUse.sha256.in_(shas), NOT_HERE)
        arrive = update(PhotoUse).where(*owed).values(arrived_at=now()).returning(PhotoUse)
        arrived = session.scalars(arrive).all()
        for hook in self.hooks if arrived else ():
            hook(session, caller, arrived)
        return arrived
