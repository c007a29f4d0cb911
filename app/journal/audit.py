"""Checking the journal: recompute everything, believe nothing that is stored."""

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from app.foundation.canonical import digest
from app.foundation.dialects import table_of
from app.foundation.keyring import Keyring, signed
from app.journal.events import Event, digest_of
from app.journal.seals import BATCH, Seal, merkle_root

AT_ONCE: Final = 200  # events in memory at a time


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the journal is not what was written; `position` is None for what is not yet sealed."""

    reason: str
    position: int | None = None
    subject_id: UUID | None = None
    number: int | None = None


@dataclass(slots=True)
class Audit:
    """What an audit has read, up to the first break if there is one. `head` is the newest seal's digest."""

    events: int = 0
    unsealed: int = 0
    seals: int = 0
    head: str = ""
    broken: Break | None = None


def verify(session: Session, keys: Keyring, against: str | None = None) -> Break | None:
    """The first break, or None if every event and seal is as it was written.

    `against` is the digest of a seal that is known from elsewhere: an export, a bundle, a log.
    """
    return examine(session, keys, against).broken


def examine(session: Session, keys: Keyring, against: str | None = None) -> Audit:
    """Check the whole journal, in a transaction that sees one moment; years of it need no more memory than a day."""
    seen = Audit()
    with closing(_Examination(session, keys, seen).breaks(against)) as breaks:
        seen.broken = next(breaks, None)
    return seen


@dataclass
class _Examination:
    session: Session
    keys: Keyring
    seen: Audit

    def breaks(self, against: str | None) -> Generator[Break, None, None]:
        end, known = 0, against is None
        for seal in self._seals():
            place = seal.number, seal.first, seal.previous
            if place != (self.seen.seals, end + 1, self.seen.head) or not self._signed(seal):
                yield Break("seal broken", seal.first)
            leaves = []
            for event in self._events(sealed_in(seal)):
                end += 1
                if event["position"] != end:
                    yield Break("event missing", end)
                yield from self._event(event)
                leaves.append(event["digest"])
            if end != seal.last:
                yield Break("event missing", end + 1)
            if seal.merkle_root != merkle_root(leaves):
                yield Break("order changed", seal.first)
            self.seen.head, known = seal.digest, known or seal.digest == against
        if not known:
            yield Break("known head missing", end + 1)
        for event in self._events(outside(end)):
            self.seen.unsealed += 1
            if event["position"] is not None or not self.keys.marked("event", event["digest"], event["mark"]):
                yield Break("event added", event["position"], event["subject_id"], event["number"])
            yield from self._event(event)

    def _seals(self) -> Iterator[Seal]:
        """The seals in order, a few at a time."""
        last = 0
        while page := self.session.scalars(
            select(Seal).where(Seal.number > last).order_by(Seal.number).limit(BATCH)
        ).all():
            self.session.expunge_all()
            for seal in page:
                self.seen.seals += 1
                yield seal
            last = page[-1].number

    def _events(self, chosen: Select[Any]) -> Iterator[dict[str, Any]]:
        with self.session.execute(chosen.execution_options(yield_per=AT_ONCE)) as rows:
            for event in rows:
                self.seen.events += 1
                yield event._asdict()

    def _event(self, event: Mapping[str, Any]) -> Iterator[Break]:
        subject, number = event["subject_id"], event["number"]
        place = event["position"], subject, number
        if number == 1:
            chained = event["previous"] == ""
        else:
            chained = event["previous"] == event["before_digest"] and _follows(event)
            before = event["before_digest"], event["before_mark"]
            if (
                not chained
                and before[0]
                and event["before_position"] is None
                and not self.keys.marked("event", *before)
            ):
                yield Break("event added", None, subject, number - 1)
        if not chained:
            yield Break("chain broken", *place)
        if event["data"] is None:
            if number not in self._taken_out(event):
                yield Break("text removed", *place)
        elif digest(event["data"]) != event["data_digest"]:
            yield Break("text changed", *place)
        if digest_of(event) != event["digest"]:
            yield Break("event changed", *place)

    def _taken_out(self, event: Mapping[str, Any]) -> set[int]:
        """The numbers of the subject's events whose text was taken out on record, by later ones."""
        own = (Event.subject_kind == event["subject_kind"], Event.subject_id == event["subject_id"])
        later = select(Event.data).where(*own, Event.number > event["number"], Event.action == "redacted")
        return {json.loads(text)["data"]["number"] for text in self.session.scalars(later) if text}

    def _signed(self, seal: Seal) -> bool:
        proven = signed(self.keys.sealing_keys, seal.key_id, seal.signature, seal.digest.encode())
        return proven and seal.computed_digest() == seal.digest


def _follows(event: Mapping[str, Any]) -> bool:
    """Whether a sealed event stands after the one before it, which is then sealed too."""
    here, before = event["position"], event["before_position"]
    return here is None or (before is not None and before < here)


def _with_the_one_before() -> Select[Any]:
    before = aliased(Event)
    same = (before.subject_kind == Event.subject_kind) & (before.subject_id == Event.subject_id)
    more = [getattr(before, name).label(f"before_{name}") for name in ("digest", "position", "mark")]
    return select(*table_of(Event).c, *more).outerjoin(before, same & (before.number == Event.number - 1))


def sealed_in(seal: Seal) -> Select[Any]:
    return _with_the_one_before().where(Event.position.between(seal.first, seal.last)).order_by(Event.position)


def outside(end: int) -> Select[Any]:
    """Events that no seal covers."""
    return _with_the_one_before().where(Event.position.is_(None) | (Event.position > end)).order_by(Event.sequence)
