"""Prepared statements answer what SQLAlchemy would, and fail as it would."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, false, insert, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation.columns import Json, Row, Several, tuple_of
from app.foundation.database import Database
from app.foundation.prepared import Prepared
from tests.conftest import fresh_database


class Thing(Row):
    """One column of each kind."""

    __tablename__ = "things_prepared"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    on: Mapped[date | None]
    good: Mapped[bool]
    words: Mapped[tuple[str, ...]] = mapped_column(Several(str))
    said: Mapped[dict[str, Any] | None] = mapped_column(Json)
    number: Mapped[int]


Row.metadata.remove(Thing.__table__)  # type: ignore[arg-type]  # no table of the house
THINGS = Thing.__table__.c


@pytest.fixture
def database(kind: str, tmp_path: Path) -> Iterator[Database]:
    database = Database(fresh_database(kind, tmp_path), threads=1)
    Thing.__table__.create(database.engine)  # type: ignore[attr-defined]
    yield database
    database.engine.dispose()


def thing(number: int, **other: Any) -> dict[str, Any]:
    usual = {"at": datetime(2026, 11, 23, 1, 2, 3, 4000, UTC), "on": date(2026, 11, 23), "good": number % 2 == 0}
    return usual | {"id": uuid4(), "words": ("a", "b"), "said": {"n": number}, "number": number} | other


def filled(database: Database, rows: list[dict[str, Any]]) -> None:
    database.transact(lambda session: session.execute(insert(Thing), rows), writes=True)


def test_rows_are_what_sqlalchemy_reads(database: Database) -> None:
    filled(database, [thing(n, on=None, said=None) if n == 3 else thing(n) for n in range(5)])
    asked = select(*THINGS).where(THINGS.number >= bindparam("least"), THINGS.at < bindparam("before"))
    prepared = Prepared(asked.order_by(THINGS.number), "least", "before", row=tuple_of("Line", list(THINGS))._make)
    values = {"least": 1, "before": datetime(2027, 1, 1, tzinfo=UTC)}

    def both(session: Session) -> tuple[list[Any], list[Any]]:
        return prepared.rows(session, values), list(session.execute(asked.order_by(THINGS.number), values))

    ours, theirs = database.transact(both)
    assert [tuple(row) for row in ours] == [tuple(row) for row in theirs]
    assert len(ours) == 4
    assert ours[0].good is False
    assert isinstance(ours[0].id, UUID)


@pytest.mark.parametrize("numbers", [[2], [0, 3], []])
def test_lists_and_values_of_the_statement_itself(database: Database, numbers: list[int]) -> None:
    """Statements of one shape share their SQL, and keep their own values."""
    rows = [thing(n) for n in range(4)]
    filled(database, rows)
    ids = [row["id"] for row in rows if row["number"] in numbers]
    for good in (true(), false()):
        asked = select(THINGS.number).where(THINGS.id.in_(ids), THINGS.good == good, THINGS.number < bindparam("below"))
        prepared = Prepared(asked, "below", row=itemgetter(0))
        with Session(database.engine) as session:
            found = prepared.rows(session, {"below": 9})
        assert sorted(found) == [n for n in numbers if (n % 2 == 0) == (str(good) == "true")]


def test_a_row_is_written(database: Database) -> None:
    row = thing(7)
    prepared = Prepared(Thing.__table__.insert(), *row)  # type: ignore[attr-defined]
    assert database.transact(lambda session: prepared.rows(session, row), writes=True) == []
    (kept,) = database.transact(lambda session: Prepared(select(*THINGS)).rows(session))
    assert kept == tuple(row[column.key] for column in THINGS)
    with Session(database.engine) as session, pytest.raises(IntegrityError) as error:
        prepared.rows(session, row)
    assert "2026" not in str(error.value), "what people wrote does not belong in a log"


def test_a_dead_connection_is_not_used_again(database: Database) -> None:
    """As with SQLAlchemy: whoever finds it dead tries once more, and then has another."""
    prepared, tries = Prepared(select(THINGS.number)), []

    def work(session: Session) -> list[Any]:
        tries.append(session)
        if len(tries) == 1:
            driver: Any = session.connection().connection.driver_connection
            driver.close()
        return prepared.rows(session)

    assert database.transact(work) == []
    assert len(tries) == 2
