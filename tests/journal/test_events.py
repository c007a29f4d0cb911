"""What happened to a row is told by its events, and by them alone it could be written again."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.foundation.canonical import canonical
from app.foundation.clock import now
from app.journal import events
from app.journal.events import Event
from app.people.models import Enterprise, User
from app.people.scope import Role
from tests.journal.conftest import Journal


def history(journal: Journal, subject: UUID) -> list[Event]:
    own = select(Event).where(Event.subject_id == subject).order_by(Event.number)
    return list(journal.write(lambda session: session.scalars(own).all()))


def test_a_row_can_be_written_again_from_its_events(journal: Journal) -> None:
    works = journal.begin()
    journal.rename(works, "一")
    journal.rename(works, "二")
    rebuilt: dict[str, Any] = {}
    for event in history(journal, works):
        rebuilt |= events.told(event)["changes"] | {"revision": events.told(event)["revision"]}
    row: Enterprise = journal.write(lambda session: session.get_one(Enterprise, works))
    assert canonical(rebuilt) == canonical({name: getattr(row, name) for name in Enterprise.stored()})


def test_an_event_says_who_and_when_and_follows_the_one_before(journal: Journal) -> None:
    works, began = journal.begin(), now()
    journal.rename(works, "一")
    first, second = history(journal, works)
    assert (first.number, first.previous, second.number, second.previous) == (1, "", 2, first.digest)
    keeper = journal.keeper
    assert events.told(second)["by"] == {"id": str(keeper.id), "name": keeper.name, "roles": ["administrator"]}
    assert events.told(second)["data"] == {"text": "一"}
    assert second.actor_id == keeper.id
    assert began <= second.received_at == second.at
    assert (second.enterprise_id, second.area_code) == (works, journal.world.village)


def test_an_event_may_tell_of_the_past_and_says_when_it_was_heard(journal: Journal) -> None:
    works, past = journal.begin(), datetime.fromisoformat("2026-01-02T03:04:05.678Z")

    def late(session: Session) -> None:
        row = session.get_one(Enterprise, works, with_for_update=True)
        events.change(session, row, "changed", journal.keeper, {"name": "旧"}, {}, at=past)

    journal.write(late)
    event = history(journal, works)[-1]
    assert event.at == past < event.received_at
    assert journal.audit() is None


def test_a_comment_is_an_event_and_no_revision(journal: Journal) -> None:
    works = journal.begin()

    def comment(session: Session) -> None:
        row = session.get_one(Enterprise, works, with_for_update=True)
        events.change(session, row, "comment", journal.keeper, {}, {"text": "好"}, revises=False)

    journal.write(comment)
    assert [events.told(event)["revision"] for event in history(journal, works)] == [1, 1]


def test_what_must_not_be_recorded_is_not(journal: Journal) -> None:
    """A password's hash is no part of a person's story."""
    person = User(
        id=uuid4(), username=f"u{uuid4().hex}", password="hash1", name="人", roles=(Role.INSPECTOR,),
        area_code=journal.world.town, areas=(journal.world.town,), created_at=now(),
    )  # fmt: skip
    journal.write(lambda session: events.create(session, person, "created", journal.keeper, {}))

    def change(session: Session) -> None:
        row = session.get_one(User, person.id, with_for_update=True)
        events.change(session, row, "changed", journal.keeper, {"password": "hash2", "name": "他"}, {})

    journal.write(change)
    story = history(journal, person.id)
    assert events.told(story[1])["changes"] == {"name": "他"}
    assert not any("hash" in (event.data or "") for event in story)
    assert journal.write(lambda session: session.get_one(User, person.id).password) == "hash2"


def test_two_cannot_take_the_same_number(journal: Journal) -> None:
    """Who forgets the row's lock fails, instead of forking its story."""
    works = journal.begin()
    twin = {"subject_kind": "enterprise", "subject_id": works, "number": 1, "action": "x", "actor_id": uuid4()}
    told = {"at": now(), "received_at": now(), "data": "{}", "area_code": "", "mark": "", "previous": ""}
    with pytest.raises(IntegrityError):
        journal.write(lambda session: session.add(Event(**twin, **told, data_digest="", digest="")))


def test_a_text_that_was_taken_out_tells_nothing(journal: Journal) -> None:
    works = journal.begin()
    journal.rename(works, "一")
    journal.redact(works, 2)
    _, emptied, redaction = history(journal, works)
    assert events.told(emptied) == {}
    assert events.told(redaction)["data"] == {"number": 2, "reason": "含个人信息"}
