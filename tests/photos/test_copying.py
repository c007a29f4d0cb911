"""Photos move to another store while people send and look at them; nothing is lost on the way, wherever it is cut."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete

from app.foundation.blobs import Blobs
from app.foundation.problems import Unavailable
from app.main import create_app
from app.people.scope import Role
from app.photos.copying import Copied, copy
from app.photos.models import Photo
from app.photos.sweeping import Swept
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.operations.conftest import Build, House, build  # noqa: F401  a fixture
from tests.photos.stories import jpeg, sha
from tests.photos.test_showing import see
from tests.photos.test_sweeping import age, swept
from tests.photos.test_upload import nothing_kept, put
from tests.photos.test_verifying import app
from tests.s3 import S3, running


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with running(tmp_path_factory.mktemp("s3")) as server:
        yield server


def keys(blobs: Blobs) -> set[str]:
    return {each.key for each in blobs.under()}


def test_a_house_moves_while_it_is_lived_in(kind: str, tmp_path: Path, s3: S3) -> None:
    old, new = str(tmp_path / "old"), f"s3://{s3.bucket}/{kind}"
    more: dict[str, Any] = {
        "data_dir": tmp_path, "database_url": fresh_database(kind, tmp_path), "s3_endpoint": s3.endpoint,
        "s3_access_key_id": s3.access_key, "s3_secret_access_key": s3.secret_key,
    }  # fmt: skip
    first, second, third, needless = (jpeg() for _ in range(4))
    world = World(create_app(Settings(blobs_url=old, **more)), "500199000000").founded()
    with TestClient(world.app, base_url="http://test/api/v1") as client:
        leader = world.someone(Role.TEAM_LEADER)
        for content in (first, second, needless):
            put(client, leader, content)
        see(client, leader, first, "thumbnail")
    world = World(create_app(Settings(blobs_url=new, blobs_before=old, **more)), "500199000000")
    leader = Person(leader.id, leader.session, world)
    target = Blobs.open(new, **s3.options)
    with TestClient(world.app, base_url="http://test/api/v1") as client:
        put(client, leader, third)
        shown_by(client, leader, first, second, third)
        assert {key[:64] for key in keys(target)} == {sha(second), sha(third)}  # what is made anew lies there
        age(world, needless)
        assert swept(world) == Swept(1, len(needless))
        assert nothing_kept(world, needless)
        assert copy(world.database, Blobs.open(old), target, lambda _: None) == Copied(copied=2, there=1)
        assert copy(world.database, Blobs.open(old), target, lambda _: None) == Copied(there=3)
        shown_by(client, leader, first, second, third)
    world = World(create_app(Settings(blobs_url=new, **more)), "500199000000")
    leader = Person(leader.id, leader.session, world)
    with TestClient(world.app, base_url="http://test/api/v1") as client:
        shown_by(client, leader, first, second, third)
        back = Blobs.open(str(tmp_path / "back"))
        assert copy(world.database, target, back, lambda _: None) == Copied(copied=3)
    assert {sha(b"".join(back.read(key))) for key in keys(back)} == {sha(first), sha(second), sha(third)}


def shown_by(client: TestClient, person: Person, *photos: bytes) -> None:
    for content in photos:
        assert see(client, person, content, "original").content == content
        assert see(client, person, content, "original", Range="bytes=5-9").content == content[5:10]
        assert see(client, person, content, "thumbnail").status_code == 200


def test_what_is_missing_or_damaged_is_named_and_not_carried(build: Build, kind: str, tmp_path: Path) -> None:  # noqa: F811
    house, target = build(kind), Blobs.open(str(tmp_path / "new"))
    whole, gone, bent = (house.photographed(content) for content in (b"whole", b"gone", b"bent"))
    paths = [house.blobs.local_path(key) for key in (gone, bent)]
    assert paths[0]
    assert paths[1]
    paths[0].unlink()
    paths[1].write_bytes(b"vent")
    told: list[dict[str, Any]] = []
    assert copy(house.database, house.blobs, target, told.append) == Copied(copied=1, missing=1, damaged=1)
    assert {problem["object_key"]: problem["what"] for problem in told} == {gone: "missing", bent: "damaged"}
    assert keys(target) == {whole}


def test_a_photo_that_is_swept_meanwhile_is_not_missing(
    build: Build,  # noqa: F811
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, target = build(kind), Blobs.open(str(tmp_path / "new"))
    house.photographed(b"whole")
    needless = house.photographed(b"needless")
    real = house.blobs.read

    def goes(key: str, *part: int) -> Any:
        if key == needless:
            house.database.transact(
                lambda session: session.execute(delete(Photo).where(Photo.object_key == needless)), writes=True
            )
            raise FileNotFoundError
        return real(key, *part)

    monkeypatch.setattr(house.blobs, "read", goes)
    assert copy(house.database, house.blobs, target, lambda _: None) == Copied(copied=1)


def test_a_target_that_is_half_there_is_made_whole(build: Build, tmp_path: Path) -> None:  # noqa: F811
    house, target = build("sqlite"), Blobs.open(str(tmp_path / "new"))
    key = house.photographed(b"whole")
    with target.writer(key) as writer:
        writer.write(b"who")
        writer.finish()
    assert copy(house.database, house.blobs, target, lambda _: None) == Copied(copied=1)
    assert b"".join(target.read(key)) == b"whole"


def test_a_copy_that_is_cut_short_goes_on_where_it_ended(
    build: Build,  # noqa: F811
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, target = build(kind), Blobs.open(str(tmp_path / "new"))
    for n in range(9):
        house.photographed(b"%d" % n)
    real, left = house.blobs.read, [5]

    def fails(key: str, *part: int) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Unavailable
        return real(key, *part)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(house.blobs, "read", fails)
        with pytest.raises(Unavailable):
            copy(house.database, house.blobs, target, lambda _: None)
    there = len(keys(target))
    assert 0 < there < 9
    assert copy(house.database, house.blobs, target, lambda _: None) == Copied(copied=9 - there, there=there)


def test_the_command_carries_both_ways(
    build: Build,  # noqa: F811
    s3: S3,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    house: House = build("sqlite")
    house.photographed(b"whole")
    bucket = f"s3://{s3.bucket}/command"
    keyed = {"S3_ENDPOINT": s3.endpoint, "S3_ACCESS_KEY_ID": s3.access_key, "S3_SECRET_ACCESS_KEY": s3.secret_key}
    assert app(house, monkeypatch, capsys, "photos", "copy", **keyed)[0] == "where to? Give --to, or set BLOBS_BEFORE"
    assert app(house, monkeypatch, capsys, "photos", "copy", "--to", bucket)[:2] == (0, COPIED)
    assert len(keys(Blobs.open(bucket, **s3.options))) == 1
    moved = {"BLOBS_URL": bucket, "BLOBS_BEFORE": str(house.folder / "photos")}
    assert app(house, monkeypatch, capsys, "photos", "copy", **moved) == (0, THERE)
    assert app(house, monkeypatch, capsys, "photos", "verify", BLOBS_BEFORE="")[0] == 0
    assert app(house, monkeypatch, capsys, "photos", "copy", "--to", str(house.folder / "back")) == (0, COPIED)
    assert len(keys(Blobs.open(str(house.folder / "back")))) == 1


COPIED = "copied 1\nthere 0\nmissing 0\ndamaged 0\n"
THERE = "copied 0\nthere 1\nmissing 0\ndamaged 0\n"
