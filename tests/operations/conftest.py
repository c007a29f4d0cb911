"""A house that has something of everything, and empty ones to carry it to."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.blobs import Blobs
from app.foundation.canonical import sent
from app.foundation.clock import now
from app.foundation.dialects import next_number
from app.hazards.models import Hazard
from app.hazards.terms import Origin
from app.journal import events
from app.journal.receipts import Receipt
from app.journal.sealer import seal_all
from app.main import create_app
from app.operations import archive
from app.people.models import Enterprise
from app.people.scope import Caller, Role
from app.photos.models import Photo, PhotoUse, Purpose
from app.settings import Settings
from app.sorting.terms import Level, Method
from tests.conftest import World, fresh_database
from tests.disks import tiny_disk


@dataclass
class House:
    """Database, photos and keys."""

    world: World
    folder: Path

    @property
    def blobs(self) -> Blobs:
        blobs: Blobs = self.world.app.state.house.things[Blobs]
        return blobs

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def database(self) -> Any:
        return self.world.database

    def everything(self) -> dict[str, list[bytes]]:
        """All rows of all tables as they are written, sorted."""

        def read(session: Session) -> dict[str, list[bytes]]:
            tables = {each.name: archive.plain(each) for each in archive.all_tables()}
            return {
                name: sorted(sent(dict(row._mapping)) for row in session.execute(select(table)))
                for name, table in tables.items()
            }

        found: dict[str, list[bytes]] = self.world.write(read)
        return found

    def photographed(self, content: bytes) -> str:
        """Keep a photo with these bytes."""
        sha256 = hashlib.sha256(content).hexdigest()
        key = f"{sha256}/{uuid4().hex}"
        with self.blobs.writer(key) as writer:
            writer.write(content)
            writer.finish()
        photo = Photo(
            sha256=sha256, object_key=key, bytes=len(content), content_type="image/jpeg", width=1, height=1,
            created_at=now(),
        )  # fmt: skip
        self.world.write(lambda session: session.add(photo))
        return key

    def rename(self, works: UUID, name: str) -> None:
        def work(session: Session) -> None:
            row = session.get_one(Enterprise, works, with_for_update=True)
            keeper = Caller(uuid4(), "甲", frozenset({Role.ADMINISTRATOR}))
            events.change(session, row, "changed", keeper, {"name": name}, {})

        self.world.write(work)


Build = Callable[[str], House]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Makes an empty house on a database of a kind; its keys are made when it is first opened."""
    built: list[House] = []

    def make(kind: str) -> House:
        folder = tmp_path / f"house{len(built)}"
        folder.mkdir()
        settings = Settings(data_dir=folder, database_url=fresh_database(kind, tmp_path))
        built.append(House(World(create_app(settings), "510000000000"), folder))
        for key in (folder / "keys").iterdir():
            key.unlink()
        return built[-1]

    yield make
    for house in built:
        house.database.engine.dispose()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with tiny_disk(tmp_path / "disk", 1) as folder:
        yield folder


@pytest.fixture
def full(tmp_path: Path, kind: str) -> Iterator[House]:
    """Something of everything: pointers in a circle, dates, generated columns, words, JSON, photos, a removed text."""
    settings = Settings(data_dir=tmp_path / "full", database_url=fresh_database(kind, tmp_path))
    house = House(World(create_app(settings), "510000000000").founded(), tmp_path / "full")
    fill(house)
    yield house
    house.database.engine.dispose()


def fill(house: House) -> None:
    world = house.world
    inspector = world.someone(Role.INSPECTOR)
    keeper = Caller(inspector.id, "查", frozenset({Role.INSPECTOR}))
    partner = world.works(position={"lon": 106.05, "lat": 29.84, "datum": "gcj02"}, partner_id=world.enterprise)
    key = house.photographed(os.urandom(100_000))
    house.photographed(b"")

    def happen(session: Session) -> None:
        session.get_one(Enterprise, world.enterprise).partner_id = partner
        hazard = Hazard(
            id=uuid4(), enterprise_id=world.enterprise, area_code=world.village, description="未设置泄爆口\n\"'\\",
            number=f"H2026-{next_number(session, 'hazard_numbers')}", lon=106.05, search_text="除尘", level=Level.MAJOR,
            level_by=Method.DECLARED, origin=Origin.GOVERNMENT, reported_by=inspector.id, reported_at=now(),
            found_at=now(), last_seen_at=now(), due_on=date(2026, 12, 1),
            plan={"funds": "1200.00"}, barred=(inspector.id,),
        )  # fmt: skip
        events.create(session, hazard, "reported", keeper, {"text": "含个人信息"})
        events.change(session, hazard, "comment", keeper, {}, {"text": "二"}, revises=False)
        events.redact(session, hazard, 1, keeper, "含个人信息")
        session.add(
            PhotoUse(
                id=uuid4(), enterprise_id=world.enterprise, area_code=world.village, sha256=key[:64], place=1,
                subject_kind="hazard", subject_id=hazard.id, purpose=Purpose.FINDING, declared_by=inspector.id,
                declared_at=now(), device_id="phone-7f3a", lost_at=now(), lost_reason="手机损坏", replacement="cd" * 32,
            )
        )  # fmt: skip
        session.add(Receipt(id=uuid4(), actor_id=inspector.id, kind="x", body='{"a": "\\u0000"}'))

    world.write(happen)
    seal_all(world.database, world.keyring)
    house.rename(partner, "改名")
