"""Everything can be carried to another machine, or another kind of database, and nothing is half put back."""

import os
import stat
import tarfile
import threading
import tracemalloc
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Boolean, Date, Float, Integer, Numeric, String, insert, select
from sqlalchemy.orm import Session

from app.foundation import schema
from app.foundation.columns import Id, Instant
from app.foundation.dialects import LONG, next_number, series_at
from app.foundation.keyring import Keyring
from app.journal.audit import Audit, examine
from app.journal.events import PEN, Event
from app.journal.receipts import Receipt
from app.journal.sealer import seal_all
from app.operations import archive
from app.operations.backup import backup
from app.operations.restore import NotRestored, restore
from app.photos.sweeping import sweep
from app.photos.verifying import verify
from tests.conftest import DATABASES
from tests.operations.conftest import Build, House

PRESENT = f'"{schema.wanted()}"'.encode()


@pytest.fixture
def file(full: House, tmp_path: Path) -> Path:
    path = tmp_path / "backup.tar"
    backup(full.database, full.blobs, full.keys, path)
    return path


def put_back(house: House, file: Path) -> None:
    restore(house.database, house.blobs, house.keys, file)


def audited(house: House) -> Audit:
    check = partial(examine, keys=Keyring.open(house.keys))
    seen: Audit = house.database.transact(check, patience=LONG, snapshot=True)
    return seen


def changed_works(house: House) -> UUID:
    """The works that has a history."""
    found = select(Event.subject_id).where(Event.subject_kind == "enterprise")
    works: UUID = house.world.write(lambda session: session.scalars(found).first())
    return works


def nothing_was_put(house: House) -> bool:
    beside = [*house.keys.iterdir(), *house.blobs.under()]
    return not beside and not any(house.everything().values())


@pytest.mark.parametrize("to", DATABASES)
def test_everything_is_put_back_on_either_kind_of_database(full: House, file: Path, build: Build, to: str) -> None:
    copy = build(to)
    put_back(copy, file)
    assert copy.everything() == full.everything()
    assert {path.name: path.read_bytes() for path in copy.keys.iterdir()} == {
        path.name: path.read_bytes() for path in full.keys.iterdir()
    }
    for stored in full.blobs.under():
        assert b"".join(copy.blobs.read(stored.key)) == b"".join(full.blobs.read(stored.key))
    seen = audited(copy)
    assert (seen.broken, seen.events, seen.unsealed) == (None, 4, 1)


@pytest.mark.parametrize("to", DATABASES)
def test_life_goes_on_after_a_restore(full: House, file: Path, build: Build, to: str) -> None:
    """New numbers follow the old ones, new events are sealed, and the guards are up again."""
    copy = build(to)
    put_back(copy, file)
    assert copy.world.write(lambda session: series_at(session, "hazard_numbers")) == 1
    assert copy.world.write(lambda session: next_number(session, "hazard_numbers")) == 2
    keys = Keyring.open(copy.keys)
    copy.database.carried[PEN] = keys
    copy.rename(changed_works(copy), "新名")
    assert seal_all(copy.database, keys) == 2
    assert audited(copy).broken is None
    with pytest.raises(Exception, match="insert-only"):
        copy.world.sql("DELETE FROM events")


def test_a_backup_is_its_owners_alone_and_never_replaces_a_file(full: House, file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        backup(full.database, full.blobs, full.keys, file)
    assert [path.name for path in file.parent.glob("*.tar*")] == ["backup.tar"]
    assert not list(file.parent.glob(".*"))


def test_a_photo_that_is_dying_is_put_back_as_one(full: House, build: Build, tmp_path: Path, kind: str) -> None:
    """Its object may be gone already: it is not missed, and the next sweep goes on."""
    key = full.photographed(b"nobody names it")
    full.world.sql("UPDATE photos SET dying_at = created_at WHERE object_key = :key", key=key)
    full.blobs.delete(key)
    assert backup(full.database, full.blobs, full.keys, tmp_path / "dying.tar").missing == []
    copy = build(kind)
    put_back(copy, tmp_path / "dying.tar")
    assert copy.everything() == full.everything()
    assert verify(copy.database, copy.blobs, lambda _: None).whole
    assert sweep(copy.database, copy.blobs, timedelta(days=30), really=True).photos == 1
    assert not any(key.encode() in row for row in copy.everything()["photos"])


def test_a_database_that_has_data_is_left_alone(full: House, file: Path) -> None:
    before = full.everything()
    with pytest.raises(NotRestored, match="has data"):
        put_back(full, file)
    assert full.everything() == before
    assert len(list(full.blobs.under())) == 2


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.8, 0.97])
def test_a_torn_file_leaves_the_database_empty(full: House, file: Path, build: Build, share: float, kind: str) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share) // 512 * 512])
    copy = build(kind)
    copy.keys.mkdir(exist_ok=True)
    with pytest.raises(NotRestored):
        put_back(copy, file)
    assert nothing_was_put(copy)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("a photo", "not those of its digest"),
        ("an event", "audit"),
        ("a row fewer", "rows of receipts"),
        ("a pointer", "damaged"),
        ("the revision", "restores"),
    ],
)
def test_a_changed_file_is_refused(full: House, file: Path, build: Build, kind: str, what: str, says: str) -> None:
    changes = {
        "a photo": ("photos/", lambda data: data[:-1] + bytes([data[-1] ^ 1]) if data else data),
        "an event": ("tables/events/", lambda data: data.replace("二".encode(), "贰".encode())),
        "a row fewer": ("tables/receipts/", lambda _: b""),
        "a pointer": ("tables/enterprises/", lambda data: data.replace(b'"510000101201"', b'"510000101299"')),
        "the revision": ("manifest.json", lambda data: data.replace(PRESENT, b'"0000"')),
    }
    rewrite(file, *changes[what])
    copy = build(kind)
    with pytest.raises(NotRestored, match=says):
        put_back(copy, file)
    assert nothing_was_put(copy)


def test_a_backup_beside_a_busy_server_is_of_one_moment(full: House, build: Build, tmp_path: Path, kind: str) -> None:
    """Everybody goes on writing and sealing meanwhile; the journal of the copy is whole, and so are its photos."""
    works, ended = changed_works(full), threading.Event()

    def go_on() -> None:
        n = 0
        while not ended.is_set():
            full.rename(works, f"名{n}")
            full.photographed(f"photo {n}".encode())
            seal_all(full.database, full.world.keyring)
            n += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        for n in range(3):
            file = tmp_path / f"{n}.tar"
            assert backup(full.database, full.blobs, full.keys, file).missing == []
            copy = build(kind)
            put_back(copy, file)
            assert audited(copy).broken is None
    finally:
        ended.set()
        writer.join()


def test_a_photo_that_the_store_has_lost_is_named_and_the_rest_is_saved(
    full: House, build: Build, tmp_path: Path, kind: str
) -> None:
    lost, spoilt = full.photographed(b"lost"), full.photographed(b"spoilt")
    full.blobs.delete(lost)
    place = full.blobs.local_path(spoilt)
    assert place is not None
    place.write_bytes(b"rotten")
    end = backup(full.database, full.blobs, full.keys, tmp_path / "b.tar")
    assert sorted(end.missing) == sorted([lost[:64], spoilt[:64]])
    copy = build(kind)
    put_back(copy, tmp_path / "b.tar")
    assert len(list(copy.blobs.under())) == 3


def test_a_large_house_needs_little_memory(full: House, build: Build, tmp_path: Path, kind: str) -> None:
    """30 MB of rows and a photo of 20 MB pass through a few megabytes, both ways."""
    full.photographed(os.urandom(20 << 20))
    for _ in range(30):
        rows = [{"id": uuid4(), "actor_id": uuid4(), "kind": "x", "body": "x" * 10_000} for _ in range(100)]
        full.world.write(partial(Session.execute, statement=insert(Receipt), params=rows))
    file, copy = tmp_path / "b.tar", build(kind)
    for step in (lambda: backup(full.database, full.blobs, full.keys, file), lambda: put_back(copy, file)):
        tracemalloc.start()
        step()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 25 << 20


def test_keys_of_another_server_are_not_replaced(full: House, file: Path, build: Build, kind: str) -> None:
    copy = build(kind)
    Keyring.open(copy.keys)
    own = {path.name: path.read_bytes() for path in copy.keys.iterdir()}
    with pytest.raises(NotRestored, match="another server's key"):
        put_back(copy, file)
    assert {path.name: path.read_bytes() for path in copy.keys.iterdir()} == own
    assert not any(copy.everything().values())


def test_a_full_disk_leaves_no_half_backup(full: House, small_disk: Path) -> None:
    full.photographed(os.urandom(2 << 20))
    with pytest.raises(OSError, match="No space"):
        backup(full.database, full.blobs, full.keys, small_disk / "b.tar")
    assert list(small_disk.iterdir()) == []


def test_every_column_is_of_a_kind_that_can_be_carried() -> None:
    """A new kind of column needs its line in `archive`."""
    carried = (Id, Instant, String, Integer, Boolean, Date, Numeric, Float)
    plain = [column for table in archive.all_tables() for column in archive.plain(table).columns]
    assert [column for column in plain if not isinstance(column.type, carried)] == []


def rewrite(file: Path, prefix: str, change: Any) -> None:
    """The same archive with some members changed."""
    members = []
    with tarfile.open(file) as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name.startswith(prefix):
                data = change(data)
                member.size = len(data)
            members.append((member, data))
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as tar:
        for member, data in members:
            tar.addfile(member, BytesIO(data))
