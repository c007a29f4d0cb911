"""The demo township as it is loaded: whole, in the past, the same on both databases, and only where nothing is."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Select, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.campaigns.coverage import coverage
from app.campaigns.filter import CoverageAsked
from app.cards.models import Post
from app.demo import campaigns
from app.demo.loader import FOUNDED, load
from app.diligence.listing import diligence
from app.diligence.views import DiligenceAsked
from app.foundation import clock
from app.foundation.blobs import Blobs
from app.foundation.database import Database
from app.foundation.dialects import LONG
from app.foundation.front import Reader
from app.foundation.keyring import Keyring
from app.foundation.problems import Conflict
from app.hazards.facts import READ_BESIDE, Judged
from app.hazards.models import Hazard
from app.hazards.stages import overdue, waiting_for
from app.hazards.terms import OPEN, Origin, State, WaitingFor
from app.inspections.models import Finding, Inspection
from app.inspections.terms import Cadence
from app.journal.audit import examine
from app.journal.events import PEN, Event
from app.people.models import Area, Enterprise, User
from app.people.scope import Role
from app.people.tokens import caller_of
from app.photos.models import Photo
from app.risks.levels import LevelBy
from app.risks.methods import AssessmentKind
from app.risks.models import Risk, RiskAssessment, RiskObject, RiskUnit
from app.risks.terms import Answerable, ReviewCause
from app.sorting.terms import Level, ListName, Sector
from tests.conftest import DATABASES, fresh_database

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


@dataclass
class Loaded:
    """A database that the demo has been loaded into."""

    database: Database
    blobs: Blobs
    keys: Keyring

    @classmethod
    def on(cls, kind: str, folder: Path) -> "Loaded":
        keys = Keyring.open(folder / "keys")
        database = Database(fresh_database(kind, folder), threads=1, carried={PEN: keys})
        return cls(database, Blobs.open(str(folder / "photos")), keys)

    def load(self) -> None:
        with clock.at(NOW):
            load(self.database, self.blobs, self.keys)

    def read(self, wanted: Select[Any]) -> list[Any]:
        return self.database.transact(lambda session: list(session.execute(wanted).all()), patience=LONG)

    def all(self, *columns: Any) -> list[Any]:
        rows = self.read(select(*columns))
        return [row[0] for row in rows] if len(columns) == 1 else rows


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    loaded = Loaded.on("sqlite", tmp_path_factory.mktemp("demo"))
    loaded.load()
    yield loaded
    loaded.database.engine.dispose()


def hazards(demo: Loaded) -> list[Any]:
    """All of them, with what is read beside them."""
    rows = demo.read(select(Hazard, *READ_BESIDE).join(Enterprise, Enterprise.id == Hazard.enterprise_id))
    return [Judged(*row) for row in rows]


def test_it_has_a_township_of_enterprises_with_their_people_and_risks(demo: Loaded) -> None:
    assert len(demo.all(Enterprise.id)) == 42
    assert {sector for sectors in demo.all(Enterprise.sectors) for sector in sectors} == set(Sector)
    assert {role for roles in demo.all(User.roles) for role in roles} == set(Role)
    assert len(demo.all(Risk.id)) > 200


def test_risks_are_assessed_and_some_wait_to_be(demo: Loaded) -> None:
    rated = Counter(demo.all(Risk.level_by))
    assert rated[LevelBy.ASSESSED] > 15
    assert rated[LevelBy.DECLARED] > 150
    kinds = Counter(demo.all(RiskAssessment.kind))
    assert kinds[AssessmentKind.INHERENT] == kinds[AssessmentKind.RESIDUAL] == rated[LevelBy.ASSESSED]
    assert any(demo.all(RiskAssessment.endorsement))
    assert ReviewCause.ACCIDENT in demo.all(Risk.review_because)
    assert sum(demo.all(Risk.candidate)) > 5


def test_a_major_hazard_installation_has_its_three_persons(demo: Loaded) -> None:
    ((grade, answerable),) = demo.read(
        select(RiskObject.grade, RiskObject.answerable).where(RiskObject.grade.is_not(None))
    )
    assert (grade, {person["kind"] for person in answerable}) == (3, set(Answerable))
    assert sum(engineer is not None for engineer in demo.all(Enterprise.chief_engineer)) == 1


def test_the_main_enterprise_has_posts_and_every_place_its_code(demo: Loaded) -> None:
    posts = demo.all(Post.name, Post.steps, Post.contacts)
    assert {"打磨工", "班组长"} <= {name for name, _, _ in posts}
    assert all(contacts for _, _, contacts in posts)
    assert any(not steps for _, steps, _ in posts)  # what nobody has written shows as such
    codes = [code for table in (Post, RiskObject, RiskUnit) for code in demo.all(table.scan_code)]
    assert len(set(codes)) == len(codes) > 100
    assert {len(code) for code in codes} == {12}


def test_hazards_stand_in_every_state_at_both_levels(demo: Loaded) -> None:
    standing = Counter((hazard.row.state, hazard.row.level) for hazard in hazards(demo))
    wanted = {(state, level) for state in State for level in Level} - {(State.PLANNING, Level.GENERAL)}
    assert set(standing) == wanted
    assert standing[State.CLOSED, Level.GENERAL] > 80


def test_somebody_is_waited_for_in_every_way_and_late_in_every_stage(demo: Loaded) -> None:
    all_of_them = hazards(demo)
    assert {waiting_for(hazard) for hazard in all_of_them} == {None, *WaitingFor}
    late = [overdue(hazard.row.state, hazard.row.stage_due_at, NOW) for hazard in all_of_them]
    assert {each["stage"] for each in late if each} == set(OPEN)


def test_possible_majors_wait_unconfirmed_some_of_them_in_time(demo: Loaded) -> None:
    waiting = [h.row for h in hazards(demo) if h.row.level is Level.MAJOR and h.row.state is State.REPORTED]
    assert not any(hazard.level_confirmed for hazard in waiting)
    assert {hazard.stage_due_at > NOW for hazard in waiting} == {True, False}


def test_everybody_has_found_something_and_findings_are_on_every_list(demo: Loaded) -> None:
    assert {hazard.row.origin for hazard in hazards(demo)} == set(Origin)
    assert set(demo.all(Finding.list)) == set(ListName)
    assert any(demo.all(Finding.seen_again))


def test_a_ledger_of_before_came_in_by_sheet(demo: Loaded) -> None:
    known = {h.row.imported["number"]: h.row for h in hazards(demo) if h.row.imported}
    assert {number: row.state for number, row in known.items()} == {
        "01": State.CLOSED, "02": State.CLOSED, "03": State.RECTIFYING, "04": State.RECTIFYING, "05": State.REPORTED,
    }  # fmt: skip
    assert all(row.reported_at < NOW - timedelta(days=FOUNDED) for row in known.values())


def test_inspections_are_daily_weekly_and_monthly_and_most_find_nothing(demo: Loaded) -> None:
    seen = demo.all(Inspection.cadence, Inspection.nil)
    assert {cadence for cadence, _ in seen} == {Cadence.DAILY, Cadence.WEEKLY, Cadence.MONTHLY, None}
    assert sum(nil for _, nil in seen) > len(seen) / 2


def test_every_hazard_shows_a_photo_and_some_photos_are_still_under_way(demo: Loaded) -> None:
    rows = [hazard.row for hazard in hazards(demo)]
    assert all(row.thumbnail or row.imported for row in rows)
    assert any(row.evidence_missing for row in rows)
    for key, size in demo.all(Photo.object_key, Photo.bytes):
        assert demo.blobs.size(key) == size


def test_all_of_it_lies_in_the_past_and_each_story_in_its_order(demo: Loaded) -> None:
    last: dict[Any, datetime] = {}
    founded = NOW - timedelta(days=FOUNDED + 1)
    for event in sorted(demo.all(Event), key=lambda event: event.sequence):
        assert founded < event.at <= event.received_at < NOW
        assert last.get(event.subject_id, founded) <= event.received_at
        last[event.subject_id] = event.received_at
    for hazard in hazards(demo):
        assert hazard.row.reported_at <= last[hazard.row.id]


def test_its_journal_is_whole(demo: Loaded) -> None:
    seen = demo.database.transact(partial(examine, keys=demo.keys, against=None), patience=LONG, snapshot=True)
    assert seen.broken is None
    assert seen.events > 2500
    assert seen.unsealed == 0


def story(demo: Loaded) -> list[tuple[Any, ...]]:
    rows = sorted((hazard.row for hazard in hazards(demo)), key=lambda row: row.number)
    return [(row.number, row.description, row.enterprise_id, row.state, row.due_on, row.reported_at) for row in rows]


def test_it_is_the_same_at_every_load_and_on_both_databases(demo: Loaded, tmp_path: Path) -> None:
    again = Loaded.on("postgresql", tmp_path)
    again.load()
    assert story(again) == story(demo)
    test_its_journal_is_whole(again)
    again.database.engine.dispose()


def test_it_is_not_loaded_twice(demo: Loaded) -> None:
    before = demo.all(Event.sequence)
    with pytest.raises(Conflict) as refused:
        demo.load()
    assert refused.value.particular == "has_data"
    assert demo.all(Event.sequence) == before


@pytest.mark.parametrize("kind", DATABASES)
def test_it_is_not_loaded_where_anybody_is_and_leaves_no_photo_there(kind: str, tmp_path: Path) -> None:
    other = Loaded.on(kind, tmp_path)

    def settle(session: Session) -> None:
        session.add(Area(code="500151000000", parent_code=None, name="铜梁区"))
        session.flush()
        person = {"username": "somebody", "password": "", "name": "某人", "roles": (Role.ADMINISTRATOR,)}
        session.add(User(id=uuid4(), area_code="500151000000", created_at=NOW, **person))

    other.database.transact(settle, writes=True)
    with pytest.raises(Conflict):
        other.load()
    assert not [name for _, _, names in os.walk(tmp_path / "photos") for name in names]
    assert len(other.all(User.id)) == 1
    other.database.engine.dispose()


def test_a_story_that_cannot_be_told_leaves_nothing(tmp_path: Path) -> None:
    other = Loaded.on("sqlite", tmp_path)
    other.database.transact(lambda session: session.execute(text("DROP TABLE findings")), writes=True)
    with pytest.raises(DBAPIError, match="findings"):
        other.load()
    assert not [name for _, _, names in os.walk(tmp_path / "photos") for name in names]
    assert not other.all(Enterprise.id)
    other.database.engine.dispose()


def test_a_campaign_is_half_way_and_one_works_ticks_its_rounds_off(demo: Loaded) -> None:
    supervisor = next(user for user in demo.all(User) if user.username == "supervisor")

    def look(session: Session) -> Any:
        caller = caller_of(session.get_one(User, supervisor.id))
        return coverage(session, caller, campaigns.ID, CoverageAsked()), diligence(
            session, caller, DiligenceAsked(), Reader()
        )

    with clock.at(NOW):
        covered, told = demo.database.transact(look, patience=LONG)
    first, second = (each.total for each in covered.rounds)
    assert [each.state for each in covered.rounds] == ["over", "running"]
    assert first.visited > second.visited > 0
    assert first.not_visited > 0
    assert second.not_visited > 5
    assert {each.code for each in told.items[0].signs} >= {"hasty", "last_minute", "identical_reports"}
    others = {each.code for row in told.items[1:] for each in row.signs}
    assert others <= {"reused_photos"}  # the demo's phones have a few pictures, and take them again and again
