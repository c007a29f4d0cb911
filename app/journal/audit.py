"""Checking the journal: recompute everything, believe nothing that is stored."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.canonical import digest
from app.foundation.keyring import Keyring
from app.journal.events import Event
from app.journal.seals import BATCH, Seal, merkle_root


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the journal is not what was written; `position` is None for what is not yet sealed."""

    reason: str
    position: int | None = None
    subject_id: UUID | None = None
    number: int | None = None


def verify(session: Session, keys: Keyring, against: str | None = None) -> Break | None:
    """The first break, or None if every event and seal is as it was written.

    `against` is the digest of a seal that is known from elsewhere: an export, a bundle, a log.
    """
    return next(_Audit(session, keys).breaks(against), None)


@dataclass
class _Audit:
    session: Session
    keys: Keyring
    chains: dict[tuple[str, UUID], tuple[int, str]] = field(default_factory=dict)
    emptied: dict[tuple[UUID, int], Break] = field(default_factory=dict)

    def breaks(self, against: str | None) -> Iterator[Break]:
        end, previous, known = 0, "", against is None
        for number, seal in enumerate(self._seals(), start=1):
            sealed = select(Event).where(Event.position.between(end + 1, seal.last)).order_by(Event.position)
            events = self.session.scalars(sealed).all()
            self.session.expunge_all()
            for position, event in enumerate(events, start=end + 1):
                if event.position != position:
                    yield Break("event missing", position)
                yield from self._event(event)
            if len(events) != seal.last - end:
                yield Break("event missing", end + len(events) + 1)
            if (seal.number, seal.first, seal.previous) != (number, end + 1, previous) or not self._signed(seal):
                yield Break("seal broken", seal.first)
            if seal.merkle_root != merkle_root([event.digest for event in events]):
                yield Break("order changed", seal.first)
            end, previous, known = seal.last, seal.digest, known or seal.digest == against
        if not known:
            yield Break("known head missing", end + 1)
        loose = select(Event).where(Event.position.is_(None) | (Event.position > end))
        for event in self.session.scalars(loose.order_by(Event.sequence).execution_options(yield_per=BATCH)):
            yield from self._event(event)
            if event.position is not None or not self.keys.marked("event", event.digest, event.mark):
                yield Break("event added", event.position, event.subject_id, event.number)
        yield from self.emptied.values()

    def _seals(self) -> Iterator[Seal]:
        """The seals in order, a few at a time, so that years of them need no more memory than a day."""
        seen: list[Seal] | None = None
        while seen is None or seen:
            after = seen[-1].number if seen else 0
            page = select(Seal).where(Seal.number > after).order_by(Seal.number).limit(BATCH)
            seen = list(self.session.scalars(page))
            yield from seen

    def _event(self, event: Event) -> Iterator[Break]:
        place = event.position, event.subject_id, event.number
        number, previous = self.chains.get((event.subject_kind, event.subject_id), (0, ""))
        if (event.number, event.previous) != (number + 1, previous):
            yield Break("chain broken", *place)
        if event.data is None:
            self.emptied[event.subject_id, event.number] = Break("text removed", *place)
        elif digest(event.data) != event.data_digest:
            yield Break("text changed", *place)
        elif event.action == "redacted":
            self.emptied.pop((event.subject_id, json.loads(event.data)["data"]["number"]), None)
        if event.computed_digest() != event.digest:
            yield Break("event changed", *place)
        self.chains[event.subject_kind, event.subject_id] = event.number, event.digest

    def _signed(self, seal: Seal) -> bool:
        try:
            self.keys.sealing_keys[seal.key_id].verify(bytes.fromhex(seal.signature), seal.digest.encode())
        except (KeyError, ValueError, InvalidSignature):
            return False
        return seal.computed_digest() == seal.digest
