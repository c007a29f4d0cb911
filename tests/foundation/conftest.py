"""Small houses of one's own, with notes in them, whose database a test may crowd, fill, lock or lose."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.foundation.database import Database
from app.journal.events import PEN
from app.main import create_app
from app.people.scope import Role
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.foundation.notes import with_notes


class Place:
    """A house, somebody in it, and how a phone speaks to it."""

    def __init__(self, settings: Settings, **limits: int) -> None:
        self.app = with_notes(create_app(settings))
        self.world = World(self.app, "510000000000")
        carried = {PEN: self.world.keyring}
        self.app.state.house.furnish(Database(settings.database, carried=carried, **limits))
        self.somebody: Person = self.world.founded().someone(Role.SAFETY_OFFICER)

    def client(self, **more: Any) -> TestClient:
        return TestClient(self.app, base_url="http://test/api/v1", headers=self.somebody.headers, **more)


MakePlace = Callable[..., Place]


@pytest.fixture
def make_place(kind: str, tmp_path: Path) -> Iterator[MakePlace]:
    made: list[Place] = []

    def make(url: str | None = None, **limits: int) -> Place:
        settings = Settings(data_dir=tmp_path, database_url=url or fresh_database(kind, tmp_path))
        made.append(Place(settings, **limits))
        return made[-1]

    yield make
    for place in made:
        place.world.database.engine.dispose()


@pytest.fixture
def place(make_place: MakePlace) -> Place:
    return make_place()
