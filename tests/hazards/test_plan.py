"""The open-major list is one walk along one index, on both databases, whoever asks and whatever page."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.dialects import is_sqlite
from app.foundation.prepared import NOTHING, Prepared
from app.hazards.models import Hazard
from app.hazards.terms import Origin, State
from app.main import create_app
from app.people.scope import Role
from app.settings import Settings
from app.sorting.terms import Level, Method
from tests.conftest import Person, World, fresh_database


@pytest.fixture
def client(kind: str, tmp_path: Path) -> Iterator[TestClient]:
    """A database of its own: what a planner chooses depends on all that it holds."""
    app = create_app(Settings(data_dir=tmp_path, database_url=fresh_database(kind, tmp_path)))
    with TestClient(app, base_url="http://test/api/v1") as client:
        yield client


def fill(world: World, person: Person, rows: int) -> None:
    """Many closed hazards and some open ones, of which some are major, due on many days; and other works.

    Were all due on one day, a planner would expect nothing behind it, and sorting nothing costs as little as walking.
    """

    def put(session: Session) -> None:
        at = now()
        session.execute(
            insert(Hazard),
            [
                {
                    "id": uuid4(), "enterprise_id": world.enterprise, "area_code": world.village,
                    "number": f"T{uuid4().hex[:20]}", "description": "除尘系统未设置泄爆口", "search_text": "除尘",
                    "level": Level.MAJOR if n % 3 == 0 else Level.GENERAL, "level_by": Method.DECLARED,
                    "origin": Origin.ENTERPRISE, "reported_by": person.id, "reported_at": at - timedelta(minutes=n),
                    "found_at": at, "last_seen_at": at, "state": State.REPORTED if n % 4 == 0 else State.CLOSED,
                    "due_on": local_date(at) + timedelta(days=n % 300),
                }
                for n in range(rows)
            ],
        )  # fmt: skip

    world.write(put)
    for _ in range(20):
        world.works()
    world.sql("ANALYZE")


def statements_of(world: World, ask: Any) -> list[tuple[str, Any]]:
    """What is sent to the database meanwhile."""
    seen: list[tuple[str, Any]] = []
    rows = Prepared.rows

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        seen.append((statement, parameters))

    def noted(prepared: Prepared, session: Session, given: Any = NOTHING) -> list[Any]:
        seen.append(prepared.said(session.connection().dialect, given))
        return rows(prepared, session, given)

    event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        with patch.object(Prepared, "rows", noted):
            ask()
    finally:
        event.remove(world.database.engine, "before_cursor_execute", note)
    return seen


def plan_of(world: World, statement: str, parameters: Any) -> str:
    word = "EXPLAIN QUERY PLAN" if is_sqlite(world.database.engine) else "EXPLAIN"

    def explain(session: Session) -> str:
        rows = session.connection().exec_driver_sql(f"{word} {statement}", parameters).all()
        return "\n".join(str(row[-1]) for row in rows)

    plan: str = world.database.transact(explain)
    return plan


@pytest.mark.parametrize(
    ("role", "more", "index"),
    [
        (Role.SUPERVISOR, "", "ix_hazards_town_code_open_newest"),
        (Role.SUPERVISOR, "&order=due_on", "ix_hazards_town_code_open_due"),
        (Role.DEPARTMENT_HEAD, "", "ix_hazards_enterprise_id_open_newest"),
    ],
)
def test_the_open_major_list_walks_one_index(
    client: TestClient, world: World, role: Role, more: str, index: str
) -> None:
    person = world.someone(role)
    fill(world, world.someone(Role.WORKER), 3000)
    asked = f"hazards?level=major&state=open&limit=20{more}"
    cursor = client.get(asked, headers=person.headers).json()["next_cursor"]
    for page in (asked, f"{asked}&cursor={cursor}"):
        seen = statements_of(world, lambda page=page: client.get(page, headers=person.headers))
        lists = [(statement, parameters) for statement, parameters in seen if "FROM hazards" in statement]
        assert len(lists) == 1
        plan = plan_of(world, *lists[0])
        assert index in plan, plan
        assert "SCAN hazards" not in plan, plan
        assert "Seq Scan on hazards" not in plan, plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Sort" not in plan, plan


def test_a_page_of_several_areas_is_as_many_walks(client: TestClient, world: World) -> None:
    fill(world, world.someone(Role.WORKER), 3000)
    areas = (world.village, world.next_town)
    person = world.someone(Role.SUPERVISOR, areas=areas)
    seen = statements_of(world, lambda: client.get("hazards?level=major&state=open", headers=person.headers))
    statement, parameters = next(each for each in seen if "FROM hazards" in each[0])
    plan = plan_of(world, statement, parameters)
    assert "ix_hazards_area_code_open_newest" in plan, plan
    assert "ix_hazards_town_code_open_newest" in plan, plan


def test_the_sentence_of_the_index_is_in_the_schema(world: World) -> None:
    """The partial indexes hold only what is open."""
    if is_sqlite(world.database.engine):
        found = world.write(
            lambda s: s.execute(text("SELECT sql FROM sqlite_master WHERE name LIKE '%open%'")).scalars().all()
        )
    else:
        found = world.write(
            lambda s: s.execute(text("SELECT indexdef FROM pg_indexes WHERE indexname LIKE '%open%'")).scalars().all()
        )
    assert len([sql for sql in found if "WHERE" in sql and "closed" not in sql]) >= 10
