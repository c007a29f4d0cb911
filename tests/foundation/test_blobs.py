"""One storage, a folder or a bucket: what was acknowledged stays, what was not leaves nothing."""

import errno
import os
import resource
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from app.foundation.blobs import ABANDONED_AFTER, PIECE, Blobs
from app.foundation.problems import Unavailable
from tests.s3 import S3, Cable, free_ports, running

KEY = "a" * 64 + "/0193f5c2"


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with running(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return Blobs.open(f"file://{tmp_path}/blobs")
    return bucket(request.getfixturevalue("s3"))


def bucket(s3: S3, **options: str) -> Blobs:
    return Blobs.open(f"s3://{s3.bucket}/{secrets.token_hex(4)}/deep", **s3.options | options)


def put(blobs: Blobs, key: str, *pieces: bytes) -> None:
    with blobs.writer(key) as writer:
        for piece in pieces:
            writer.write(piece)
        writer.finish()


def get(blobs: Blobs, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join(blobs.read(key, start, end))


def keys(blobs: Blobs, folder: str = "") -> set[str]:
    return {stored.key for stored in blobs.under(folder)}


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_what_was_written_is_read_byte_for_byte(blobs: Blobs) -> None:
    photo = os.urandom(1 << 20) * 9 + b"end"
    put(blobs, KEY, photo[:100], photo[100:])
    assert get(blobs, KEY) == photo
    assert blobs.size(KEY) == len(photo)
    with blobs.file(KEY) as file:
        file.seek(-3, os.SEEK_END)
        assert file.read() == b"end"


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (5, 9), (PIECE - 1, PIECE + 1), (10, None), (7, 7), (9, 3), (PIECE, 2 * PIECE)]
)
def test_a_part_is_read_like_a_slice(blobs: Blobs, start: int, end: int | None) -> None:
    photo = os.urandom(PIECE + 100)
    put(blobs, KEY, photo)
    assert get(blobs, KEY, start, end) == photo[start:end]


def test_an_empty_object_is_an_object(blobs: Blobs) -> None:
    put(blobs, KEY)
    assert (blobs.size(KEY), get(blobs, KEY), keys(blobs)) == (0, b"", {KEY})


def test_what_arrived_can_be_judged_before_it_is_kept(blobs: Blobs) -> None:
    with blobs.writer(KEY) as writer:
        writer.write(b"not a picture")
        writer.file.seek(4)
        assert writer.file.read() == b"a picture"
        writer.finish()
    assert get(blobs, KEY) == b"not a picture"


def test_nothing_is_seen_before_it_is_finished(blobs: Blobs) -> None:
    with blobs.writer(KEY) as writer:
        writer.write(b"half")
        assert keys(blobs) == set()
        with pytest.raises(FileNotFoundError):
            blobs.size(KEY)


def test_what_was_abandoned_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    with blobs.writer(KEY) as writer:
        writer.write(b"half")
    blobs.writer(KEY).abandon()
    assert keys(blobs) == set()
    assert not files(tmp_path / "blobs")


def test_an_object_is_never_replaced(blobs: Blobs) -> None:
    put(blobs, KEY, b"first")
    with pytest.raises(FileExistsError):
        put(blobs, KEY, b"second")
    assert get(blobs, KEY) == b"first"


def test_a_put_whose_answer_was_lost_may_be_repeated(s3: S3) -> None:
    """The store then says that the key is taken: by the very same object."""
    blobs = bucket(s3)
    for _ in range(2):
        put(blobs, KEY, b"the same bytes")
    assert get(blobs, KEY) == b"the same bytes"
    with pytest.raises(FileExistsError):
        put(blobs, KEY, b"other  bytes..")


def test_of_many_writers_of_one_key_one_wins(blobs: Blobs) -> None:
    lost: list[bytes] = []

    def write(content: bytes) -> None:
        try:
            put(blobs, KEY, content)
        except FileExistsError:
            lost.append(content)

    contents = {str(number).encode() for number in range(8)}
    threads = [Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {get(blobs, KEY), *lost} == contents
    assert len(lost) == 7


def test_a_missing_object_is_told(blobs: Blobs) -> None:
    for ask in (blobs.size, blobs.read):
        with pytest.raises(FileNotFoundError):
            ask("no/such")
    with pytest.raises(FileNotFoundError), blobs.file("no/such"):
        pass


def test_deleting_twice_is_deleting(blobs: Blobs) -> None:
    put(blobs, KEY, b"x")
    blobs.delete(KEY)
    blobs.delete(KEY)
    assert keys(blobs) == set()
    put(blobs, KEY, b"y")
    assert get(blobs, KEY) == b"y"


def test_a_listing_names_what_lies_in_a_folder(blobs: Blobs) -> None:
    every = {"uploads/1/0-a", "uploads/1/9-b", "uploads/12/0-c", "photo/d", "a/b", "ab"}
    for key in every:
        put(blobs, key, b"12345")
    assert keys(blobs) == every
    assert keys(blobs, "uploads/1") == {"uploads/1/0-a", "uploads/1/9-b"}
    assert keys(blobs, "a") == {"a/b"}
    assert keys(blobs, "nowhere") == set()
    (stored,) = blobs.under("photo")
    assert stored.size == 5
    assert abs(time.time() - stored.modified_at.timestamp()) < 60


def test_what_others_put_into_the_folder_is_passed_over(tmp_path: Path) -> None:
    blobs = Blobs.open(str(tmp_path))
    put(blobs, KEY, b"x")
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "lost+found" / "1").touch()
    (tmp_path / "db").touch()
    (tmp_path / KEY[:2] / ".nfs0001").touch()
    assert keys(blobs) == {KEY}
    assert keys(blobs, KEY.partition("/")[0]) == {KEY}


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".incoming/x", "a b", "a\n", "图"])
def test_a_key_is_plain(blobs: Blobs, key: str) -> None:
    for ask in (blobs.writer, blobs.size, blobs.delete, blobs.local_path):
        if ask != blobs.local_path or blobs.local_path("a"):
            with pytest.raises(ValueError, match="not a key"):
                ask(key)


def test_only_a_folder_knows_a_path(blobs: Blobs, tmp_path: Path) -> None:
    put(blobs, KEY, b"x")
    path = blobs.local_path(KEY)
    assert path is None or path.read_bytes() == b"x"
    assert (path is None) == (not (tmp_path / "blobs").exists())


def test_a_store_is_found_again(tmp_path: Path) -> None:
    put(Blobs.open(f"file://{tmp_path}/a%20b"), KEY, b"x")
    assert get(Blobs.open(str(tmp_path / "a b")), KEY) == b"x"


# A folder and the power


def test_an_object_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = Blobs.open(str(tmp_path / "blobs"))
    steps: list[str] = []

    def watch(name: str, said: Callable[..., str]) -> None:
        real = getattr(os, name)

        def watched(*given: Any) -> None:
            steps.append(said(*given))
            real(*given)

        monkeypatch.setattr(os, name, watched)

    def synced(descriptor: int) -> str:
        target = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        return "sync content" if target.is_file() else f"sync {target.relative_to(tmp_path)}"

    watch("fsync", synced)
    watch("link", lambda *_: "name")
    put(blobs, "photo/1", b"x")
    put(blobs, "photo/2", b"x")
    assert steps[:4] == ["sync content", "sync blobs", "name", "sync blobs/ph"]
    assert steps[4:] == ["sync content", "name", "sync blobs/ph"]


def test_who_is_killed_while_writing_has_stored_nothing(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from app.foundation.blobs import Blobs\n"
        "writer = Blobs.open(sys.argv[1]).writer('a/b'); writer.write(b'x' * 100_000)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = files(tmp_path)
    assert keys(Blobs.open(str(tmp_path))) == set()
    assert left.exists(), "it may belong to somebody who is still writing"
    long_ago = time.time() - ABANDONED_AFTER.total_seconds() - 60
    os.utime(left, (long_ago, long_ago))
    Blobs.open(str(tmp_path))
    assert not files(tmp_path)


@pytest.fixture
def disk_of_a_megabyte() -> Iterator[None]:
    """No file of this process grows beyond a megabyte: the kernel refuses as it does when a disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("disk_of_a_megabyte")
@pytest.mark.parametrize("beyond", [1, 1 << 20], ids=["found when finishing", "found when writing"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, beyond: int) -> None:
    blobs = Blobs.open(str(tmp_path))
    put(blobs, "small/1", b"x" * (1 << 20))
    with pytest.raises(Unavailable):
        put(blobs, "large/1", b"x" * ((1 << 20) - 1), b"x" * beyond, b"x")
    assert files(tmp_path) == [blobs.local_path("small/1")]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_cannot_sync_has_stored_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    blobs = Blobs.open(str(tmp_path))

    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        with pytest.raises(Unavailable):
            put(blobs, KEY, b"x")
    assert not files(tmp_path)


def test_a_folder_that_is_none_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        Blobs.open(str(tmp_path / "file"))


# A bucket and the wire


def every_way(blobs: Blobs) -> list[Callable[[], object]]:
    return [
        lambda: put(blobs, KEY, b"x"),
        lambda: get(blobs, KEY),
        lambda: blobs.size(KEY),
        lambda: blobs.delete(KEY),
        lambda: keys(blobs),
    ]


def test_a_wrong_secret_opens_nothing(s3: S3) -> None:
    for ask in every_way(bucket(s3, secret_key="wrong")):
        with pytest.raises(Unavailable):
            ask()


def test_a_store_that_is_away_is_told_within_seconds(s3: S3) -> None:
    away = bucket(s3, endpoint=f"http://127.0.0.1:{free_ports(1)[0]}")
    for ask in every_way(away):
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            ask()
        assert time.monotonic() - begun < 5


def test_a_store_that_goes_away_in_the_middle_has_stored_nothing(s3: S3) -> None:
    address, photo = f"s3://{s3.bucket}/{secrets.token_hex(4)}", os.urandom(3 << 20)
    cable = Cable(s3, lasts=1 << 20)
    with pytest.raises(Unavailable):
        put(Blobs.open(address, **s3.options | {"endpoint": cable.endpoint}), KEY, photo)
    cable.close()
    blobs = Blobs.open(address, **s3.options)
    assert keys(blobs) == set()
    put(blobs, KEY, photo)
    assert get(blobs, KEY) == photo
