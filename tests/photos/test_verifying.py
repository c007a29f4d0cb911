"""Every photo is read and hashed again; what is missing, damaged or needless is named, and the rest is not."""

import json
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete

from app.foundation.blobs import Blobs, Folder
from app.main import create_app
from app.people.scope import Role
from app.photos.models import Photo
from app.photos.verifying import Verified, verify
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.operations.conftest import Build, House, build  # noqa: F401  a fixture
from tests.photos.stories import jpeg, name_one, sha
from tests.photos.test_showing import see
from tests.photos.test_sweeping import stray
from tests.photos.test_upload import put


@pytest.fixture
def client(kind: str, tmp_path: Path) -> Iterator[TestClient]:
    """A house of its own: every photo in it is looked at."""
    made = create_app(Settings(data_dir=tmp_path, database_url=fresh_database(kind, tmp_path)))
    with TestClient(made, base_url="http://test/api/v1") as client:
        yield client


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def path_of(world: World, content: bytes) -> Path:
    blobs: Blobs = world.app.state.house.things[Blobs]
    path = blobs.local_path(world.write(lambda session: session.get_one(Photo, sha(content)).object_key))
    assert path
    return path


def verified(world: World) -> tuple[Verified, dict[str, str]]:
    """What was found, and of each object why it was named."""
    told: list[dict[str, Any]] = []
    blobs: Blobs = world.app.state.house.things[Blobs]
    seen = verify(world.database, blobs, told.append)
    return seen, {problem["object_key"]: problem["what"] for problem in told}


def sent(client: TestClient, world: World, person: Person) -> bytes:
    """A photo that a record shows."""
    content = jpeg()
    assert put(client, person, content).status_code == 201
    name_one(world, person, sha(content))
    return content


def test_what_is_missing_damaged_or_needless_is_named(client: TestClient, world: World, leader: Person) -> None:
    whole, gone, bent, cut = (sent(client, world, leader) for _ in range(4))
    see(client, leader, whole, "thumbnail")
    needless = jpeg()
    put(client, leader, needless)
    orphan, young = (stray(world, f"{'ab' * 32}/{n:032x}", days=n) for n in (2, 0))
    keys = {name: path_of(world, content) for name, content in (("gone", gone), ("bent", bent), ("cut", cut))}
    keys["gone"].unlink()
    keys["bent"].write_bytes(bent[:-1] + b"x")
    keys["cut"].write_bytes(cut[:-100])
    seen, told = verified(world)
    as_key = {name: path.name.replace("+", "/") for name, path in keys.items()}
    assert told[as_key["gone"]] == "missing"
    assert (told[as_key["bent"]], told[as_key["cut"]]) == ("damaged", "damaged")
    assert told[path_of(world, needless).name.replace("+", "/")] == "unreferenced"
    assert told[orphan] == "unreferenced"
    assert young not in told
    assert path_of(world, whole).name.replace("+", "/") not in told
    assert not any(key.startswith(f"{sha(whole)}/") for key in told)  # nor what was made of it
    assert (seen.missing, seen.damaged, seen.whole) == (1, 2, False)
    assert seen.unreferenced_photos >= 1
    assert seen.bytes >= sum(map(len, (whole, gone, bent, cut, needless)))
    for content, path in ((gone, keys["gone"]), (bent, keys["bent"]), (cut, keys["cut"])):
        path.write_bytes(content)
    assert verified(world)[0].whole
    for key in (orphan, young):
        world.app.state.house.things[Blobs].delete(key)


def test_a_photo_that_goes_while_we_look_is_not_missing(
    client: TestClient, world: World, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = jpeg()
    put(client, leader, content)
    real = Folder.size

    def swept_meanwhile(folder: Folder, key: str) -> int:
        if key.startswith(sha(content)):
            world.sql("DELETE FROM photo_senders WHERE sha256 = :sha", sha=sha(content))
            world.write(lambda session: session.execute(delete(Photo).where(Photo.sha256 == sha(content))))
            raise FileNotFoundError
        return real(folder, key)

    monkeypatch.setattr(Folder, "size", swept_meanwhile)
    seen, told = verified(world)
    assert (seen.missing, [key for key in told if key.startswith(sha(content))]) == (0, [])


def test_little_of_it_lies_in_memory(build: Build, kind: str) -> None:  # noqa: F811
    house = build(kind)
    for _ in range(6):
        house.photographed(os.urandom(9_000_000))
    tracemalloc.start()
    seen = verify(house.database, house.blobs, lambda _: None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (seen.photos, seen.bytes, seen.whole) == (6, 54_000_000, True)
    assert peak < 16_000_000


def test_every_page_is_looked_at(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("app.photos.unnamed.AT_ONCE", 4)
    house = build("sqlite")
    for n in range(11):
        house.photographed(b"%d" % n)
    told: list[dict[str, Any]] = []
    assert verify(house.database, house.blobs, told.append) == Verified(11, 12, unreferenced_photos=11)
    assert len({problem["sha256"] for problem in told}) == 11


def house_with_damage(build: Build, kind: str) -> tuple[House, str]:  # noqa: F811
    house = build(kind)
    house.photographed(b"whole")
    path = house.blobs.local_path(house.photographed(b"gone"))
    assert path
    path.unlink()
    return house, path.name[:64]


def test_the_command_says_it_as_json(
    build: Build,  # noqa: F811
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    house, gone = house_with_damage(build, kind)
    code, out = app(house, monkeypatch, capsys, "photos", "verify", "--json")
    said = json.loads(out)
    assert code == "photos are missing or damaged"
    assert [problem["sha256"] for problem in said["problems"] if problem["what"] == "missing"] == [gone]
    assert {name: count for name, count in said.items() if name != "problems"} == {
        "photos": 2, "bytes": 9, "missing": 1, "damaged": 0, "unreferenced_photos": 1, "unreferenced_objects": 0
    }  # fmt: skip
    code, out = app(house, monkeypatch, capsys, "photos", "verify")
    assert (code, "missing 1\n" in out, f"missing  {gone}" in out) == ("photos are missing or damaged", True, True)
    house.world.sql("DELETE FROM photos")
    code, out = app(house, monkeypatch, capsys, "photos", "verify", "--json")
    assert (code, json.loads(out)["problems"]) == (0, [])


def test_the_command_sweeps_only_when_it_is_told_to(
    build: Build,  # noqa: F811
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    house = build(kind)
    house.photographed(b"12345")
    house.world.sql("UPDATE photos SET created_at = :at", at="2026-01-01T00:00:00.000Z")
    code, out = app(house, monkeypatch, capsys, "photos", "sweep", "--older-than", "3")
    assert (code, out.startswith("would remove 1 photos (5 bytes), 0 other objects")) == (0, True)
    assert len(list(house.blobs.under())) == 1
    code, out = app(house, monkeypatch, capsys, "photos", "sweep", "--older-than", "3", "--delete")
    assert (code, out.startswith("removed 1 photos")) == (0, True)
    assert list(house.blobs.under()) == []
    assert app(house, monkeypatch, capsys, "photos", "sweep", "--older-than", "0")[0] == 2


def app(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str, **more: str
) -> tuple[Any, str]:
    """How the command ended, and what it said."""
    from app import cli

    url = house.database.engine.url.render_as_string(False)
    for name, value in {"DATA_DIR": str(house.folder), "DATABASE_URL": url, **more}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["app", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code or 0, capsys.readouterr().out
