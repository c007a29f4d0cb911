"""Many rows written at once have the very events that one after the other would have had."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.canonical import canonical
from app.foundation.clock import now
from app.foundation.problems import IdConflict
from app.journal import events
from app.journal.events import Event, Recorded
from app.people.models import Enterprise, User
from app.people.scope import Role
from app.people.terms import EnterpriseKind
from tests.journal.conftest import Journal


def workshop(journal: Journal, name: str) -> Enterprise:
    return Enterprise(
        id=uuid4(), kind=EnterpriseKind.UNREGISTERED_SITE, name=name, area_code=journal.world.village, created_at=now()
    )


def worker(journal: Journal, works: Enterprise, name: str) -> User:
    return User(
        id=uuid4(), username=uuid4().hex, password="secret", name=name, roles=(Role.WORKER,), enterprise_id=works.id,
        area_code=journal.world.village, created_at=now(),
    )  # fmt: skip


def made_at_once(journal: Journal) -> list[Recorded]:
    """Two works and two of their people, taking turns."""

    def work(session: Session) -> list[Recorded]:
        first, second = workshop(journal, "甲"), workshop(journal, "乙")
        rows: list[Recorded] = [first, worker(journal, first, "张三"), second, worker(journal, second, "李四")]
        events.create_all(session, [(row, "registered", {"row": n}) for n, row in enumerate(rows)], journal.keeper)
        assert not session.dirty
        assert [session.get(type(row), row.id) for row in rows] == rows, "they are of the session from then on"
        return rows

    made: list[Recorded] = journal.write(work)
    return made


def history(journal: Journal, subject: UUID) -> list[Event]:
    own = select(Event).where(Event.subject_id == subject).order_by(Event.number)
    return list(journal.write(lambda session: session.scalars(own).all()))


def change_all(journal: Journal, changes: Sequence[tuple[type[Any], UUID, dict[str, Any]]]) -> None:
    def work(session: Session) -> None:
        rows = [(session.get_one(kind, id, with_for_update=True), said) for kind, id, said in changes]
        told: list[tuple[Recorded, str, dict[str, Any], dict[str, Any]]] = [
            (row, "changed", said, {"row": number}) for number, (row, said) in enumerate(rows)
        ]
        events.change_all(session, told, journal.keeper)

    journal.write(work)


def demand_rebuilt(journal: Journal, row: Recorded) -> None:
    """The row is what its events say, and they follow each other."""
    rebuilt: dict[str, Any] = {}
    before = ""
    for number, event in enumerate(history(journal, row.id), 1):
        assert (event.number, event.previous, event.digest) == (number, before, event.computed_digest())
        rebuilt |= events.told(event)["changes"] | {"revision": events.told(event)["revision"]}
        before = event.digest
    kept: Any = journal.write(lambda session: session.get_one(type(row), row.id))
    assert canonical(rebuilt) == canonical({name: getattr(kept, name) for name in kept.stored()})


def test_rows_of_several_kinds_are_made_each_with_its_first_event(journal: Journal) -> None:
    rows = made_at_once(journal)
    for number, row in enumerate(rows):
        [event] = history(journal, row.id)
        assert (event.action, event.subject_kind) == ("registered", row.KIND)
        assert events.told(event)["data"] == {"row": number}
        assert (event.enterprise_id, event.area_code) == row.routing
        assert "secret" not in (event.data or "")
        demand_rebuilt(journal, row)
    assert journal.audit() is None


def test_changes_follow_what_each_row_has_behind_it(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for in several questions; of one row twice, the second follows the first."""
    monkeypatch.setattr(events, "AT_ONCE", 1)
    first, someone, second, _ = rows = made_at_once(journal)
    journal.rename(first.id, "甲一")
    change_all(
        journal,
        [
            (Enterprise, first.id, {"name": "甲二"}), (User, someone.id, {"name": "王五", "password": "hidden"}),
            (Enterprise, second.id, {"name": "乙一"}), (Enterprise, first.id, {"name": "甲三"}),
        ],
    )  # fmt: skip
    assert [len(history(journal, row.id)) for row in rows] == [4, 2, 2, 1]
    assert [events.told(event)["data"] for event in history(journal, first.id)[2:]] == [{"row": 0}, {"row": 3}]
    assert "hidden" not in (history(journal, someone.id)[-1].data or "")
    for row in rows:
        demand_rebuilt(journal, row)
    kept = journal.write(lambda session: session.get_one(User, someone.id))
    assert (kept.name, kept.password, kept.revision) == ("王五", "hidden", 2)
    journal.seal()
    assert journal.audit() is None


def test_nothing_is_no_event_and_a_name_that_is_taken_undoes_all(journal: Journal) -> None:
    def nothing(session: Session) -> None:
        events.create_all(session, [], journal.keeper)
        events.change_all(session, [], journal.keeper)

    journal.write(nothing)
    [taken, *_] = made_at_once(journal)

    def again(session: Session) -> None:
        twin = workshop(journal, "丙")
        twin.id = taken.id
        made: list[Recorded] = [workshop(journal, "丁"), twin]
        events.create_all(session, [(row, "registered", {}) for row in made], journal.keeper)

    with pytest.raises(IdConflict):
        journal.write(again)
    named = select(Enterprise.name).where(Enterprise.name.in_(("丙", "丁")))
    assert journal.write(lambda session: session.scalars(named).all()) == []
    assert [event.number for event in history(journal, taken.id)] == [1]
