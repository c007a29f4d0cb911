"""Seals: they give committed events their one order, and sign it.

Sequence numbers are taken before transactions commit, in any order, so whoever reads past the highest number seen
skips what commits later. Only the sealer gives positions, and only to what is committed: readers (sync, webhooks,
notices) know positions, and nothing else.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation.canonical import canonical, digest
from app.foundation.clock import now, rfc3339
from app.foundation.columns import Row
from app.foundation.dialects import one_at_a_time
from app.foundation.keyring import Keyring
from app.journal.events import Event

BATCH: Final = 2000
SEALING: Final = 0x5EA1


class Seal(Row):
    """A signed statement: these events, in this order, after that seal."""

    __tablename__ = "seals"

    number: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[int]
    last: Mapped[int]
    merkle_root: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    signature: Mapped[str] = mapped_column(String(128))

    def computed_digest(self) -> str:
        said = [self.number, self.first, self.last, self.merkle_root, self.previous, rfc3339(self.sealed_at)]
        return digest(canonical([*said, self.key_id]))


def seal(session: Session, keys: Keyring) -> int:
    """Give the next committed events consecutive positions, seal them, and say how many they were.

    An event that this server did not write is left unsealed, for the audit to name, and holds up nobody.
    The advisory lock is held for one batch, by sealers only. A lock on the newest seal's row would not do: who
    waited for it is shown the row it asked for, not the newer one. What is read here is read after the lock.
    """
    one_at_a_time(session, SEALING)
    events = list(islice(_waiting(session, keys), BATCH))
    if not events:
        return 0
    last = head(session)
    end = last.last if last else 0
    positions = [{"sequence": event.sequence, "position": end + n} for n, event in enumerate(events, start=1)]
    session.execute(update(Event), positions)
    new = Seal(
        number=last.number + 1 if last else 1,
        first=end + 1,
        last=end + len(events),
        merkle_root=merkle_root([event.digest for event in events]),
        previous=last.digest if last else "",
        sealed_at=now(),
        key_id=keys.sealing_id,
    )
    new.digest = new.computed_digest()
    new.signature = keys.sealing.sign(new.digest.encode()).hex()
    session.add(new)
    return len(events)


def head(session: Session) -> Seal | None:
    """The newest seal. Who keeps its digest can later prove that nothing up to it was dropped."""
    return session.scalar(select(Seal).order_by(Seal.number.desc()).limit(1))


def unsealed(session: Session, keys: Keyring) -> bool:
    """Whether anything waits for a seal."""
    return next(_waiting(session, keys), None) is not None


def _waiting(session: Session, keys: Keyring) -> Iterator[Any]:
    """The events without a position that this server wrote, oldest first."""
    pending = select(Event.sequence, Event.digest, Event.mark).where(Event.position.is_(None)).order_by(Event.sequence)
    found = session.execute(pending.limit(BATCH)).all()
    while found:
        yield from (event for event in found if keys.marked("event", event.digest, event.mark))
        found = session.execute(pending.where(Event.sequence > found[-1].sequence).limit(BATCH)).all()


def sealed_after(session: Session, position: int, limit: int = 500) -> Sequence[Event]:
    """What happened after `position`: how every reader follows the journal, skipping nothing."""
    later = select(Event).where(Event.position > position)
    return session.scalars(later.order_by(Event.position).limit(limit)).all()


def merkle_root(digests: Sequence[str]) -> str:
    """The root of the tree of RFC 6962, from which one event can be proved without showing the others."""
    level = [leaf(each) for each in digests]
    while len(level) > 1:
        level = above(level)
    return level[0].hex()


def leaf(digest: str) -> bytes:
    """What an event is in the tree."""
    return hashlib.sha256(b"\0" + bytes.fromhex(digest)).digest()


def node(left: bytes, right: bytes) -> bytes:
    """What stands over two that stand beside each other."""
    return hashlib.sha256(b"\1" + left + right).digest()


def above(level: Sequence[bytes]) -> list[bytes]:
    """The next level of the tree; who has nobody beside them goes up as they are."""
    pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
    return [node(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
