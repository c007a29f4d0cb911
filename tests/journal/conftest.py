"""A journal of one's own, on a database that a test may tamper with; nothing seals it but the test."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.foundation.dialects import LONG
from app.journal import events, triggers
from app.journal.audit import Break, verify
from app.journal.events import Event
from app.journal.seals import seal
from app.main import create_app
from app.people.models import Enterprise
from app.people.scope import Caller, Role
from app.people.terms import EnterpriseKind
from app.settings import Settings
from tests.conftest import World, fresh_database


@dataclass
class Journal:
    """What happened to a few works, by one person."""

    world: World
    keeper: Caller

    def begin(self) -> UUID:
        """A new works: its first event."""
        works: UUID = self.write(self.beginning)
        return works

    def beginning(self, session: Session) -> UUID:
        works = Enterprise(
            id=uuid4(),
            kind=EnterpriseKind.UNREGISTERED_SITE,
            name="作坊",
            area_code=self.world.village,
            created_at=now(),
        )
        events.create(session, works, "registered", self.keeper, {})
        return works.id

    def rename(self, works: UUID, name: str) -> None:
        """The next event of a works."""

        def work(session: Session) -> None:
            row = session.get_one(Enterprise, works, with_for_update=True)
            events.change(session, row, "changed", self.keeper, {"name": name}, {"text": name})

        self.write(work)

    def redact(self, works: UUID, number: int) -> None:
        def work(session: Session) -> None:
            row = session.get_one(Enterprise, works, with_for_update=True)
            events.redact(session, row, number, self.keeper, "含个人信息")

        self.write(work)

    def seal(self) -> int:
        return int(self.write(partial(seal, keys=self.world.keyring)))

    def audit(self, against: str | None = None) -> Break | None:
        check = partial(verify, keys=self.world.keyring, against=against)
        return self.world.database.transact(check, patience=LONG, snapshot=True)

    def event(self, position: int) -> Event:
        found: Event = self.write(
            lambda session: session.scalars(select(Event).where(Event.position == position)).one()
        )
        return found

    def positions(self) -> list[int | None]:
        return list(self.write(lambda s: s.scalars(select(Event.position).order_by(Event.position)).all()))

    def unguarded(self) -> "Journal":
        """As the database's owner could have it."""
        self.write(lambda session: triggers.remove(session.connection()))
        return self

    def tamper(self, statement: str, **values: Any) -> None:
        self.world.sql(statement, **values)

    def write(self, work: Any) -> Any:
        return self.world.write(work)


@pytest.fixture
def journal(kind: str, tmp_path: Path) -> Iterator[Journal]:
    app = create_app(Settings(data_dir=tmp_path, database_url=fresh_database(kind, tmp_path)))
    world = World(app, "510000000000").founded()
    yield Journal(world, Caller(uuid4(), "甲", frozenset({Role.ADMINISTRATOR})))
    world.database.engine.dispose()


@pytest.fixture
def works(journal: Journal) -> list[UUID]:
    """Two works with three events each, taking turns; two seals of four and two events."""
    found = [journal.begin(), journal.begin()]
    for name, sealed in (("一", 4), ("二", 2)):
        for each in found:
            journal.rename(each, name)
        assert journal.seal() == sealed
    return found
