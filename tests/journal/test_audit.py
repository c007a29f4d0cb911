"""Nobody can quietly change what happened."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.foundation.canonical import canonical, digest
from app.foundation.clock import now
from app.foundation.dialects import LONG
from app.journal import triggers
from app.journal.audit import Break, examine
from app.journal.events import Event, digest_of
from app.journal.seals import BATCH, Seal, sealed_after
from tests.journal.conftest import Journal


def head(journal: Journal) -> str:
    return str(journal.write(lambda s: s.scalar(select(Seal.digest).order_by(Seal.number.desc()).limit(1))))


def forged(subject: UUID, number: int, previous: str, **more: Any) -> dict[str, Any]:
    """What somebody with the database's password could write: every digest right, but no mark of ours."""
    text = canonical({"by": {}, "data": {}, "changes": {"status": "closed"}, "revision": number})
    event = {
        "subject_kind": "enterprise", "subject_id": subject, "number": number, "action": "changed",
        "actor_id": uuid4(), "at": now(), "received_at": now(), "data": text, "data_digest": digest(text),
        "previous": previous, "area_code": "", "mark": "1." + "0" * 32,
    }  # fmt: skip
    return event | {"digest": digest_of(event)} | more


def test_an_untouched_journal_is_whole(journal: Journal, works: list[UUID]) -> None:
    assert journal.audit() is None
    assert journal.seal() == 0
    seen = journal.world.database.transact(lambda session: examine(session, journal.world.keyring), patience=LONG)
    assert (seen.events, seen.unsealed, seen.seals, seen.head) == (6, 0, 2, head(journal))
    assert journal.write(lambda session: [event.position for event in sealed_after(session, 2)]) == [3, 4, 5, 6]


def test_an_empty_journal_is_whole(journal: Journal) -> None:
    assert journal.audit() is None
    assert journal.audit(against="0" * 64) == Break("known head missing", 1)


def test_what_is_not_yet_sealed_has_no_position(journal: Journal, works: list[UUID]) -> None:
    journal.rename(works[0], "三")
    assert journal.write(lambda session: sealed_after(session, 6)) == []
    assert journal.audit() is None
    assert journal.seal() == 1
    assert journal.audit() is None


@pytest.mark.parametrize(
    ("tampering", "reason", "position"),
    [
        ("UPDATE events SET data = replace(data, '一', '壹') WHERE position = 3", "text changed", 3),
        ("UPDATE events SET data = NULL WHERE position = 3", "text removed", 3),
        ("UPDATE events SET at = '2020-01-01T00:00:00.000Z' WHERE position = 4", "event changed", 4),
        ("UPDATE events SET actor_id = subject_id WHERE position = 4", "event changed", 4),
        ("UPDATE events SET data_digest = digest WHERE position = 2", "text changed", 2),
        ("UPDATE events SET previous = data_digest WHERE position = 3", "chain broken", 3),
        ("DELETE FROM events WHERE position = 2", "event missing", 2),
        ("DELETE FROM events WHERE position = 6", "event missing", 6),
        ("UPDATE seals SET merkle_root = previous WHERE number = 2", "seal broken", 5),
        ("UPDATE seals SET signature = digest WHERE number = 1", "seal broken", 1),
        ("UPDATE seals SET key_id = 'x' WHERE number = 2", "seal broken", 5),
        ("DELETE FROM seals WHERE number = 1", "seal broken", 5),
    ],
)
def test_tampering_is_found_where_it_happened(
    journal: Journal, works: list[UUID], tampering: str, reason: str, position: int
) -> None:
    journal.unguarded().tamper(tampering)
    found = journal.audit()
    assert found is not None
    assert (found.reason, found.position) == (reason, position)


def test_the_first_break_says_whose_event_it_is(journal: Journal, works: list[UUID]) -> None:
    journal.unguarded().tamper("UPDATE events SET data = replace(data, '二', '贰') WHERE position >= 5")
    assert journal.audit() == Break("text changed", 5, works[0], 3)


def test_two_events_cannot_change_places(journal: Journal, works: list[UUID]) -> None:
    """The two are of different works, so that only the seal knows their order."""
    journal.unguarded()
    for here, there in ((1, 0), (2, 1), (0, 2)):
        journal.tamper("UPDATE events SET position = :there WHERE position = :here", here=here, there=there)
    assert journal.audit() == Break("order changed", 1)


def test_a_cut_tail_is_found_by_whoever_kept_the_head(journal: Journal, works: list[UUID]) -> None:
    known = head(journal)
    assert journal.audit(against=known) is None
    journal.unguarded().tamper("DELETE FROM events WHERE position > 4")
    journal.tamper("DELETE FROM seals WHERE number = 2")
    assert journal.audit() is None
    assert journal.audit(against=known) == Break("known head missing", 5)


def test_a_forged_event_is_named_and_holds_nobody_up(journal: Journal, works: list[UUID]) -> None:
    stranger = uuid4()
    journal.write(lambda session: session.execute(insert(Event), [forged(stranger, 1, "")]))
    journal.rename(works[0], "三")
    assert journal.seal() == 1
    assert journal.event(7).subject_id == works[0]
    assert journal.audit() == Break("event added", None, stranger, 1)


def test_an_event_forged_onto_a_subject_is_named_before_what_followed_it(journal: Journal, works: list[UUID]) -> None:
    last = journal.event(5)
    journal.write(lambda session: session.execute(insert(Event), [forged(works[0], 4, last.digest)]))
    journal.rename(works[0], "三")
    journal.seal()
    assert journal.audit() == Break("event added", None, works[0], 4)


def test_an_event_forged_with_a_position_is_refused_and_found(journal: Journal, works: list[UUID]) -> None:
    added = forged(uuid4(), 1, "", position=7)
    with pytest.raises(DBAPIError):
        journal.write(lambda session: session.execute(insert(Event), [added]))
    journal.unguarded().write(lambda session: session.execute(insert(Event), [added]))
    assert journal.audit() == Break("event added", 7, added["subject_id"], 1)


def test_a_flood_of_forged_events_cannot_stop_the_sealing(journal: Journal, works: list[UUID]) -> None:
    flood = [forged(uuid4(), 1, "") for _ in range(BATCH + 10)]
    journal.write(lambda session: session.execute(insert(Event), flood))
    journal.rename(works[0], "三")
    assert journal.seal() == 1
    assert journal.event(7).number == 4


def test_text_can_be_taken_out_on_record(journal: Journal, works: list[UUID]) -> None:
    """The chain holds without the text, and says who took it out and why."""
    journal.redact(works[0], 2)
    assert journal.event(3).data is None
    assert journal.audit() is None
    journal.seal()
    assert journal.audit() is None
    assert journal.event(7).action == "redacted"


def test_a_text_taken_out_is_not_put_back(journal: Journal, works: list[UUID]) -> None:
    journal.redact(works[0], 2)
    with pytest.raises(DBAPIError, match="insert-only"):
        journal.tamper("UPDATE events SET data = '{}' WHERE position = 3")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET action = 'x' WHERE position = 1",
        "UPDATE events SET mark = digest WHERE position = 1",
        "UPDATE events SET position = NULL WHERE position = 6",
        "UPDATE events SET data = 'x' WHERE position = 1",
        "DELETE FROM events",
        "UPDATE seals SET last = 3",
        "DELETE FROM seals",
        "TRUNCATE events",
        "TRUNCATE seals",
    ],
)
def test_the_database_itself_refuses(journal: Journal, works: list[UUID], statement: str, kind: str) -> None:
    if statement.startswith("TRUNCATE") and kind == "sqlite":
        statement = f"DELETE FROM {statement.split()[1]}"  # what SQLite has instead
    with pytest.raises(DBAPIError, match="insert-only"):
        journal.tamper(statement)
    assert journal.audit() is None


def test_an_event_may_follow_its_subject_to_another_area(journal: Journal, works: list[UUID]) -> None:
    journal.tamper("UPDATE events SET area_code = '510000102000' WHERE position = 1")
    assert journal.audit() is None


def test_the_guards_can_be_lifted_only_for_a_while(journal: Journal, works: list[UUID]) -> None:
    def restore(session: Session) -> None:
        with triggers.lifted(session.connection()):
            session.execute(insert(Event), [forged(uuid4(), 1, "", position=7)])

    journal.write(restore)
    with pytest.raises(DBAPIError, match="insert-only"):
        journal.tamper("DELETE FROM events")
