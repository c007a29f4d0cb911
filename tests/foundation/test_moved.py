"""Two stores as one: what is new goes to the new one, what is not there yet comes from the old one."""

from pathlib import Path

import pytest

from app.foundation.blobs import Blobs
from app.foundation.moved import Moved
from tests.foundation.test_blobs import get, keys, put


@pytest.fixture
def old(tmp_path: Path) -> Blobs:
    return Blobs.open(str(tmp_path / "old"))


@pytest.fixture
def new(tmp_path: Path) -> Blobs:
    return Blobs.open(str(tmp_path / "new"))


def test_both_are_read_and_one_is_written(old: Blobs, new: Blobs) -> None:
    both = Moved(new, old)
    put(old, "a/1", b"old")
    put(both, "a/2", b"newer")
    assert (keys(old), keys(new), keys(both), keys(both, "a")) == ({"a/1"}, {"a/2"}, {"a/1", "a/2"}, {"a/1", "a/2"})
    assert (get(both, "a/1"), get(both, "a/2"), both.size("a/2")) == (b"old", b"newer", 5)
    with both.file("a/1") as file:
        assert file.read() == b"old"
    assert (both.local_path("a/1"), both.local_path("a/2")) == (old.local_path("a/1"), new.local_path("a/2"))


def test_of_an_object_in_both_the_new_one_is_meant(old: Blobs, new: Blobs) -> None:
    for blobs, content in ((old, b"stale"), (new, b"true")):
        put(blobs, "a/1", content)
    both = Moved(new, old)
    assert (get(both, "a/1"), both.size("a/1"), len(list(both.under()))) == (b"true", 4, 1)
    with pytest.raises(FileExistsError):
        put(both, "a/1", b"another")


def test_what_is_deleted_is_gone_from_both(old: Blobs, new: Blobs) -> None:
    for blobs in (old, new):
        put(blobs, "a/1", b"x")
    both = Moved(new, old)
    both.delete("a/1")
    both.delete("a/1")
    assert keys(both) == set()
    for ask in (both.size, both.read):
        with pytest.raises(FileNotFoundError):
            ask("a/1")
