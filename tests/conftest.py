"""A town of its own for every test, in a database that each worker makes once: on SQLite and on PostgreSQL."""

import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.foundation.credit_code import with_check_digit
from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.schema import upgrade
from app.main import create_app
from app.people import tokens
from app.people.models import Area, Enterprise, User
from app.people.models import Session as Login
from app.people.scope import ENTERPRISE, Role
from app.people.terms import EnterpriseKind
from app.settings import Settings
from app.sorting.terms import Sector, SpecialCategory

pytest_plugins = ["tests.postgres"]

structlog.configure(  # as it is by default, but a fault is told without every value that was around
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

DATABASES = ("sqlite", "postgresql")
PASSWORD = "tuqiao-demo"
COUNTIES = itertools.count()


@dataclass
class World:
    """A county with a town, its village and one works; every test has its own, so that they share nothing."""

    app: FastAPI
    county: str
    enterprise: UUID = field(default_factory=uuid4)

    @property
    def town(self) -> str:
        return self.county[:6] + "101000"

    @property
    def village(self) -> str:
        return self.county[:6] + "101201"

    @property
    def next_town(self) -> str:
        return self.county[:6] + "102000"

    @property
    def database(self) -> Database:
        database: Database = self.app.state.house.things[Database]
        return database

    @property
    def keyring(self) -> Keyring:
        keyring: Keyring = self.app.state.house.things[Keyring]
        return keyring

    def write(self, work: Any) -> Any:
        return self.database.transact(work, writes=True)

    def sql(self, statement: str, **values: Any) -> Any:
        return self.write(lambda session: session.execute(text(statement), values))

    def founded(self) -> "World":
        areas = [
            (self.county, None),
            (self.town, self.county),
            (self.next_town, self.county),
            (self.village, self.town),
        ]

        def found(session: Session) -> None:
            for code, parent in areas:
                session.add(Area(code=code, parent_code=parent, name=f"区划{code}"))
                session.flush()

        self.write(found)
        self.works(self.enterprise)
        return self

    def works(self, id: UUID | None = None, **more: Any) -> UUID:
        """A further enterprise; in the village unless it says otherwise."""
        id = id or uuid4()
        told: dict[str, Any] = {
            "name": f"打磨厂{str(id)[:8]}", "kind": EnterpriseKind.ENTERPRISE, "area_code": self.village,
            "credit_code": with_check_digit("91500" + str(id.int)[:12]), "sectors": (Sector.MACHINERY,),
            "special_categories": (SpecialCategory.DUST_EXPLOSION,), "created_at": now(),
        }  # fmt: skip
        self.write(lambda session: session.add(Enterprise(id=id, **told | more)))
        return id

    def someone(self, *roles: Role, **more: Any) -> "Person":
        """A new person who has logged in: of this works, or of the town's government."""
        person = Person(uuid4(), uuid4(), self)
        own = ENTERPRISE.isdisjoint(roles)
        told: dict[str, Any] = {
            "username": f"u{person.id.hex}", "password": "x", "name": f"人{str(person.id)[:6]}", "phone": "13800000000",
            "roles": roles, "enterprise_id": None if own else self.enterprise,
            "area_code": self.town if own else self.village, "areas": (self.town,) if own else (), "created_at": now(),
        }  # fmt: skip
        if Role.EXPERT in roles:
            told |= {"areas": (), "assigned": (self.enterprise,)}
        told |= more

        def settle(session: Session) -> None:
            session.add(User(id=person.id, **told))
            session.flush()
            session.add(
                Login(id=person.session, user_id=person.id, created_at=now(), expires_at=now().replace(year=2100))
            )

        self.write(settle)
        return person


@dataclass(frozen=True)
class Person:
    """Somebody with a valid token."""

    id: UUID
    session: UUID
    world: World = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {tokens.issue(self.world.keyring, self.id, self.session)}"}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Makes the worker's application on a database, once for each."""
    made: dict[str, TestClient] = {}

    def make(kind: str) -> TestClient:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            url = fresh_database(kind, folder)
            app = create_app(Settings(data_dir=folder, database_url=url, photo_checks=False))
            made[kind] = TestClient(app, base_url="http://test/api/v1").__enter__()
        return made[kind]

    yield make
    for client in made.values():
        client.__exit__(None, None, None)


def fresh_database(kind: str, folder: Path) -> str:
    """The URL of a new database with the newest schema, copied from the worker's template."""
    template = _template(kind, folder)
    if kind == "sqlite":
        path = folder / f"{uuid4().hex}.db"
        shutil.copy(template, path)
        return f"sqlite:///{path}"
    name = f"t{uuid4().hex}"
    _on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
    return _server().rpartition("/")[0] + f"/{name}"


def _server() -> str:
    from tests import postgres  # a plugin that pytest itself must import first

    return postgres.shared_url()


TEMPLATES: dict[str, str] = {}


def _template(kind: str, folder: Path) -> str:
    if kind not in TEMPLATES:
        name = f"template_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{uuid4().hex[:8]}"
        if kind == "sqlite":
            TEMPLATES[kind] = str(folder.parent / f"{name}.db")
            url = f"sqlite:///{TEMPLATES[kind]}"
        else:
            _on_server(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
            TEMPLATES[kind] = name
            url = _server().rpartition("/")[0] + f"/{name}"
        database = Database(url)
        upgrade(database.engine)
        database.engine.dispose()
    return TEMPLATES[kind]


def _on_server(statement: str) -> None:
    engine = create_engine(_server().replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: every test that asks for a world runs on both."""
    return str(request.param)


@pytest.fixture
def client(house: Any, kind: str) -> TestClient:
    client: TestClient = house(kind)
    return client


@pytest.fixture
def world(client: TestClient) -> World:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    return World(client.app, f"{510000 + worker * 20000 + next(COUNTIES):06d}000000").founded()  # type: ignore[arg-type]
