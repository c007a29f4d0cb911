"""Events: what happened to each subject, in order. Timeline, audit, outbox and sync all read them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from itertools import groupby
from typing import Any, ClassVar, Final, Protocol
from uuid import UUID

from sqlalchemy import (
    ColumnDefault,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, make_transient_to_detached, mapped_column

from app.foundation.canonical import canonical, digest
from app.foundation.clock import now, rfc3339
from app.foundation.columns import Row
from app.foundation.dialects import table_of
from app.foundation.keyring import Keyring
from app.foundation.prepared import Prepared

AT_ONCE: Final = 500  # subjects whose last events are asked for together
PEN: Final = "pen"  # under this name a session carries the keyring that its events are marked with
UNSEALED: Final = text("position IS NULL")


class Event(Row):
    """One thing that happened to one subject; the rows themselves live in the features' tables.

    `data` is JSON text, hashed as stored and never written anew. It has a digest of its own, so that personal
    text can be taken out on record without breaking the chain. `enterprise_id` and `area_code` only route an
    event to its readers: they move with the subject and are not hashed. `mark` proves to the sealer that this server
    wrote the event: anybody can compute a digest. `position` is NULL until sealed.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "number"),
        Index("ix_events_unsealed", "sequence", postgresql_where=UNSEALED, sqlite_where=UNSEALED),
        {"sqlite_autoincrement": True},
    )

    sequence: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    number: Mapped[int]
    action: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[UUID]
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    data: Mapped[str | None] = mapped_column(Text)
    data_digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    mark: Mapped[str] = mapped_column(String(64))
    enterprise_id: Mapped[UUID | None]
    area_code: Mapped[str] = mapped_column(String(12))
    position: Mapped[int | None] = mapped_column(unique=True)

    def computed_digest(self) -> str:
        """The digest over every field that says what happened."""
        return digest_of(vars(self))


# Every change asks and says these, so they are put together once.
EVENTS: Final = table_of(Event)
SAID: Final = tuple(column.key for column in EVENTS.c if column.key not in {"sequence", "position"})
APPEND: Final = Prepared(EVENTS.insert(), *SAID)
NEWEST: Final = Prepared(
    select(EVENTS.c.number, EVENTS.c.digest)
    .where(EVENTS.c.subject_kind == bindparam("kind"), EVENTS.c.subject_id == bindparam("subject"))
    .order_by(EVENTS.c.number.desc())
    .limit(1),
    "kind",
    "subject",
)


class Actor(Protocol):
    """Who does something: named in the event as they were then."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[Any]: ...


class Recorded:
    """A row with a history: `create` and `change` are the only ways to write one.

    KIND names it in the journal; what UNRECORDED names (a password's hash) never enters an event.
    """

    KIND: ClassVar[str]
    UNRECORDED: ClassVar[frozenset[str]] = frozenset()

    id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(default=1)

    @property
    def routing(self) -> tuple[UUID | None, str]:
        """The enterprise and area whose people may read of it."""
        return getattr(self, "enterprise_id", None), getattr(self, "area_code", "")

    @classmethod
    def stored(cls) -> tuple[str, ...]:
        """The names of the columns that its events account for."""
        kind: Any = cls
        return _stored(kind)


@cache
def _stored(kind: Any) -> tuple[str, ...]:
    mapper = inspect(kind)
    assert mapper is not None
    return tuple(c.key for c in mapper.columns if c.computed is None and c.key not in kind.UNRECORDED)


def create(
    session: Session, row: Recorded, action: str, by: Actor, said: dict[str, Any], *, at: datetime | None = None
) -> None:
    """Add a new row, with an event that says every one of its fields."""
    create_all(session, [(row, action, said)], by, at=at)


def create_all(
    session: Session,
    made: Sequence[tuple[Recorded, str, dict[str, Any]]],
    by: Actor,
    *,
    at: datetime | None = None,
) -> None:
    """Add new rows, each with its event."""
    session.flush()
    for kind, rows in groupby((row for row, _, _ in made), type):
        _insert_all(session, kind, list(rows))
    events = []
    for row, action, said in made:
        changes = {name: getattr(row, name) for name in row.stored() if name != "revision"}
        events.append(_event(session, row, action, by, said, changes, at, None))
    _append_all(session, events)


def change_all(
    session: Session, changed: Sequence[tuple[Recorded, str, dict[str, Any], dict[str, Any]]], by: Actor
) -> None:
    """Change many different rows, each with its next event: row, action, changes and what is said beside them.

    The caller holds the lock of every one of them; see `change`.
    """
    last: dict[tuple[str, UUID], tuple[int, str]] = {}
    subjects: dict[str, list[UUID]] = {}
    for row, *_ in changed:
        subjects.setdefault(row.KIND, []).append(row.id)
    for kind, ids in subjects.items():
        for some in range(0, len(ids), AT_ONCE):
            last |= {(kind, id): end for id, end in _newest_of(session, kind, ids[some : some + AT_ONCE])}
    events = []
    for row, action, changes, said in changed:
        told = _set(row, changes, revises=True)
        key = row.KIND, row.id
        events.append(event := _event(session, row, action, by, said, told, None, last.get(key)))
        last[key] = event["number"], event["digest"]
    _append_all(session, events)


def _newest_of(session: Session, kind: str, ids: Sequence[UUID]) -> Iterator[tuple[UUID, tuple[int, str]]]:
    """Number and digest of the last event of each of these subjects."""
    own = (Event.subject_kind == kind, Event.subject_id.in_(ids))
    ends = select(Event.subject_id, func.max(Event.number).label("end")).where(*own).group_by(Event.subject_id)
    of = ends.subquery()
    same = and_(Event.subject_id == of.c.subject_id, Event.number == of.c.end)
    found = select(Event.subject_id, Event.number, Event.digest).join(of, same).where(*own)
    for id, number, last in session.execute(found):
        yield id, (number, last)


def _append_all(session: Session, events: Sequence[dict[str, Any]]) -> None:
    if len(events) > 1:
        session.connection().execute(EVENTS.insert(), events)
    elif events:
        APPEND.run(session, events[0])


def _insert_all(session: Session, kind: Any, rows: Sequence[Recorded]) -> None:
    """Put new rows in, as SQLAlchemy's flush would at five times the cost; from then on they are of the session."""
    for row in rows:
        for name, value in _defaults(kind):
            if name not in row.__dict__:
                setattr(row, name, value() if callable(value) else value)
    told = [{name: getattr(row, name) for name in _written(kind)} for row in rows]
    if len(told) > 1:
        session.connection().execute(table_of(kind).insert(), told)
    else:
        _inserting(kind).run(session, told[0])
    for row in rows:
        make_transient_to_detached(row)
    session.add_all(rows)


@cache
def _written(kind: type[Row]) -> tuple[str, ...]:
    """The columns that a new row brings; the others the database computes."""
    return tuple(column.key for column in table_of(kind).c if column.computed is None)


@cache
def _defaults(kind: type[Row]) -> tuple[tuple[str, Any], ...]:
    """What stands in a column that nobody has set."""
    given: list[tuple[str, Any]] = []
    for column in table_of(kind).c:
        default: Any = column.default.arg if isinstance(column.default, ColumnDefault) else None
        if column.computed is None:
            given.append((column.key, partial(default, None) if callable(default) else default))
    return tuple(given)


@cache
def _inserting(kind: type[Row]) -> Prepared:
    return Prepared(table_of(kind).insert(), *_written(kind))


def change(
    session: Session,
    row: Recorded,
    action: str,
    by: Actor,
    changes: dict[str, Any],
    said: dict[str, Any],
    *,
    at: datetime | None = None,
    revises: bool = True,
) -> None:
    """Set fields of a row and record that as its next event; `revises` counts it as a new revision.

    The caller holds the row's lock, which is all the order that a subject needs: writers of different
    subjects share nothing. Without the lock, two would take the same number, and the second would fail.
    """
    told = _set(row, changes, revises=revises)
    APPEND.run(session, _event(session, row, action, by, said, told, at, newest(session, row.KIND, row.id)))


def _set(row: Recorded, changes: Mapping[str, Any], *, revises: bool) -> dict[str, Any]:
    """Set the fields, and say which of them the event tells."""
    for name, value in changes.items():
        setattr(row, name, value)
    if revises:
        row.revision += 1
    return {name: value for name, value in changes.items() if name not in row.UNRECORDED}


def _event(
    session: Session,
    row: Recorded,
    action: str,
    by: Actor,
    said: dict[str, Any],
    changes: dict[str, Any],
    at: datetime | None,
    last: tuple[int, str] | None,
) -> dict[str, Any]:
    """The event after the `last` one of its subject, or the first."""
    received_at, (enterprise_id, area_code) = now(), row.routing
    who = {"id": by.id, "name": by.name, "roles": by.roles}
    data = canonical({"by": who, "data": said, "changes": changes, "revision": row.revision})
    event: dict[str, Any] = {
        "subject_kind": row.KIND,
        "subject_id": row.id,
        "number": last[0] + 1 if last else 1,
        "action": action,
        "actor_id": by.id,
        "at": at or received_at,
        "received_at": received_at,
        "data": data,
        "data_digest": digest(data),
        "previous": last[1] if last else "",
        "enterprise_id": enterprise_id,
        "area_code": area_code,
    }
    event["digest"] = digest_of(event)
    pen: Keyring = session.info[PEN]
    event["mark"] = pen.mark("event", event["digest"], pen.own)
    return event


def newest(session: Session, kind: str, id: UUID) -> tuple[int, str] | None:
    """Number and digest of a subject's last event."""
    found: tuple[int, str] | None = NEWEST.one_or_none(session, {"kind": kind, "subject": id})
    return found


def digest_of(event: Mapping[str, Any]) -> str:
    """The digest of an event over every field that says what happened."""
    said = [event[name] for name in ("subject_kind", "subject_id", "number", "action", "actor_id")]
    instants = [rfc3339(event["at"]), rfc3339(event["received_at"])]
    return digest(canonical([*said, *instants, event["data_digest"], event["previous"]]))


def redact(session: Session, row: Recorded, number: int, by: Actor, reason: str) -> None:
    """Take the text out of an event of `row` for ever, leaving its digest, and record who did so and why."""
    own = (Event.subject_kind == row.KIND, Event.subject_id == row.id, Event.number == number)
    session.scalars(select(Event).where(*own)).one().data = None
    session.flush()
    change(session, row, "redacted", by, {}, {"number": number, "reason": reason}, revises=False)


def told(event: Event) -> dict[str, Any]:
    """What an event's text says; empty if it has been taken out."""
    said: dict[str, Any] = json.loads(event.data) if event.data else {}
    return said
