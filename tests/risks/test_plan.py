"""The risk list is one walk along one index, on both databases, whoever asks and whatever page."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.main import create_app
from app.people.scope import Role
from app.risks.models import Risk
from app.settings import Settings
from tests.conftest import World, fresh_database
from tests.hazards.test_plan import fill as fill_hazards
from tests.hazards.test_plan import plan_of, statements_of


@pytest.fixture
def client(kind: str, tmp_path: Path) -> Iterator[TestClient]:
    """A database of its own: what a planner chooses depends on all that it holds."""
    app = create_app(Settings(data_dir=tmp_path, database_url=fresh_database(kind, tmp_path)))
    with TestClient(app, base_url="http://test/api/v1") as client:
        yield client


def fill(world: World, rows: int) -> None:
    def put(session: Session) -> None:
        at = now()
        session.execute(
            insert(Risk),
            [
                {
                    "id": uuid4(), "enterprise_id": world.enterprise, "area_code": world.village, "event": "粉尘爆炸",
                    "candidate": n % 50 == 0, "created_at": at - timedelta(minutes=n),
                }
                for n in range(rows)
            ],
        )  # fmt: skip

    world.write(put)
    world.sql("ANALYZE")


@pytest.mark.parametrize(
    ("role", "index"),
    [(Role.SUPERVISOR, "ix_risks_town_code_listed"), (Role.WORKER, "ix_risks_enterprise_id_listed")],
)
def test_the_risk_list_walks_one_index(client: TestClient, world: World, role: Role, index: str) -> None:
    fill(world, 3000)
    person, asked = world.someone(role), "risks?limit=20"
    cursor = client.get(asked, headers=person.headers).json()["next_cursor"]
    for page in (asked, f"{asked}&cursor={cursor}"):
        said: Any = statements_of(world, lambda page=page: client.get(page, headers=person.headers))
        (listing,) = [each for each in said if "FROM risks" in each[0] and "LIMIT" in each[0]]
        plan = plan_of(world, *listing)
        assert index in plan, plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Sort" not in plan, plan


def test_the_colours_of_a_page_are_looked_up_by_index(client: TestClient, world: World) -> None:
    """Open hazards by their risk, and those of candidates that were merged: neither list is read whole."""
    fill(world, 3000)
    fill_hazards(world, world.someone(Role.WORKER), 3000)
    person = world.someone(Role.SUPERVISOR)
    said: Any = statements_of(world, lambda: client.get("risks?limit=20", headers=person.headers))
    (colours,) = [each for each in said if "FROM hazards" in each[0]]
    (merged,) = [each for each in said if "FROM risks" in each[0] and "LIMIT" not in each[0]]
    assert "ix_hazards_risk_open" in plan_of(world, *colours)
    assert "ix_risks_merged_into" in plan_of(world, *merged)
