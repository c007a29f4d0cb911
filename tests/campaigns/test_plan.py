"""Campaigns over many enterprises: a few questions, along indexes; and the WHERE is the predicate."""

from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.campaigns.covering import taken, takes
from app.campaigns.models import CampaignVisit
from app.foundation.dialects import table_of
from app.inspections.models import Inspection
from app.inspections.terms import Kind
from app.people.models import Enterprise
from app.people.scope import Role
from app.people.terms import EnterpriseKind, EnterpriseStatus
from app.sorting.terms import Sector, SpecialCategory
from tests.campaigns.stories import asked, begun
from tests.campaigns.test_campaigns import LONG_AGO, NOW
from tests.conftest import Person, World
from tests.duties.stories import instant
from tests.hazards.test_plan import client, plan_of, statements_of

assert client  # a database of its own: what a planner chooses depends on all that it holds
MANY = 3000


@pytest.fixture
def county(world: World) -> Person:
    return world.someone(Role.SUPERVISOR, areas=(world.town,))


def crowd(world: World, by: Person, campaign: dict[str, Any]) -> None:
    """Thousands of works, every third of them in the town; some were visited in the first round, some besides."""

    def put(session: Session) -> None:
        works: list[dict[str, Any]] = [
            {
                "id": uuid4(), "revision": 1, "kind": EnterpriseKind.ENTERPRISE, "name": f"厂{n:05d}",
                "area_code": world.village if n % 3 == 0 else world.next_town, "credit_code": None,
                "sectors": (Sector.MACHINERY,), "special_categories": (),
                "status": EnterpriseStatus.OPERATING, "responsible_persons": [],
                "created_at": LONG_AGO,
            }
            for n in range(MANY)
        ]  # fmt: skip
        session.execute(insert(Enterprise), works)
        at = instant("2026-10-05 09:00")
        visits = [
            {
                "id": uuid4(), "revision": 1, "enterprise_id": each["id"], "area_code": world.village,
                "kind": Kind.CAMPAIGN, "duties": (), "performed_at": at, "corrected_at": at, "received_at": at,
                "clock_doubt": False, "participants": [], "inspector_id": by.id, "inspector_name": "乙", "nil": True,
                "results": 0, "findings": 0, "photos": 0,
            }
            for each in works[::2]
        ]  # fmt: skip
        session.execute(insert(Inspection), visits)
        session.execute(
            table_of(CampaignVisit).insert(),
            [
                {
                    "campaign_id": UUID(campaign["id"]), "round": 1, "enterprise_id": each["enterprise_id"],
                    "inspection_id": each["id"], "at": at, "whole_at": at, "lacking": (),
                }
                for each in visits
                if Random(each["id"].int).random() < 0.66
            ],
        )  # fmt: skip

    world.write(put)
    world.sql("ANALYZE")


def questions(world: World, ask: Any) -> list[tuple[str, Any]]:
    """What the database is asked of campaigns and of those who are in them."""
    told = [each for each in statements_of(world, ask) if "FROM" in each[0]]
    return [each for each in told if "campaign" in each[0] or "FROM inspections" in each[0]]


def test_lists_tasks_and_coverage_of_thousands(client: TestClient, world: World, county: Person) -> None:
    campaign = begun(client, county, area_code=world.town)
    path = f"campaigns/{campaign['id']}"
    asks = {
        "list": lambda: asked(client, county, f"{path}/enterprises", NOW, round=1, visited="false", limit=20),
        "tasks": lambda: asked(client, county, "tasks", NOW),
        "coverage": lambda: asked(client, county, f"{path}/coverage", NOW),
    }
    crowd(world, county, campaign)
    many = {name: questions(world, ask) for name, ask in asks.items()}
    assert {name: len(seen) for name, seen in many.items()} == {"list": 5, "tasks": 3, "coverage": 6}
    (listed,) = [each for each in many["list"] if "ORDER BY enterprises.name" in each[0]]
    (task,) = [each for each in many["tasks"] if "FROM enterprises" in each[0]]
    for statement, parameters in (listed, task):
        plan = plan_of(world, statement, parameters)
        assert "ix_enterprises_town" in plan, plan
        assert "Sort" not in plan, plan
        assert "TEMP B-TREE" not in plan, plan
    for statement, parameters in (*many["list"], *many["coverage"]):
        plan = plan_of(world, statement, parameters)
        assert "SCAN inspections" not in plan, plan
        assert "SCAN events" not in plan, plan
    page, total = asks["list"](), asks["coverage"]()["rounds"][0]["total"]
    assert len(page["items"]) == 20
    assert total["owed"] == total["visited"] + total["not_visited"] == MANY // 3


AREAS = st.lists(st.sampled_from(("town", "village", "next_town")), max_size=2, unique=True)
WORDS = st.fixed_dictionaries(
    {
        "sectors": st.lists(st.sampled_from(("machinery", "textile", "chemical")), max_size=2, unique=True),
        "special_categories": st.lists(st.sampled_from(("dust_explosion", "confined_space")), max_size=1),
        "kinds": st.lists(st.sampled_from(("enterprise", "unregistered_site")), max_size=1),
    }
)


def test_the_where_is_the_predicate(client: TestClient, world: World) -> None:
    chance = Random(7)
    places = (world.village, world.town, world.next_town)
    ids = [
        world.works(
            area_code=chance.choice(places),
            sectors=tuple(chance.sample((Sector.MACHINERY, Sector.TEXTILE, Sector.CHEMICAL), chance.randint(0, 2))),
            special_categories=tuple(chance.sample(tuple(SpecialCategory), chance.randint(0, 2))),
            kind=chance.choice(tuple(EnterpriseKind)),
        )
        for _ in range(40)
    ]
    named = st.lists(st.sampled_from([str(id) for id in ids]), max_size=3, unique=True)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(AREAS, WORDS, named, named, st.sampled_from(("county", "town")))
    def compare(areas: list[str], words: dict[str, Any], here: list[str], out: list[str], area: str) -> None:
        codes = [getattr(world, name) for name in areas]
        covers = words | {"area_codes": codes, "enterprise_ids": here, "except_ids": out}
        code: str = getattr(world, area)

        def both(session: Session) -> tuple[set[UUID], set[UUID]]:
            every = session.scalars(select(Enterprise)).all()
            found = set(session.scalars(select(Enterprise.id).where(taken(code, covers))))
            return found, {each.id for each in every if takes(code, covers, each)}

        found, expected = world.write(both)
        assert found == expected

    compare()
