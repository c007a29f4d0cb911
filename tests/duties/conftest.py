"""The people of a works who have been there all year."""

import pytest

from app.people.scope import Role
from tests.conftest import Person, World
from tests.duties.stories import instant

LONG_AGO = instant("2025-12-01 08:00")


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER, created_at=LONG_AGO)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER, created_at=LONG_AGO)


@pytest.fixture
def manager(world: World) -> Person:
    return world.someone(Role.MANAGER, created_at=LONG_AGO)
