"""What nobody needs goes, and nothing else: whoever binds or sends a photo at that moment keeps it, or is told."""

import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.foundation.blobs import Blobs, Folder
from app.foundation.clock import now, rfc3339
from app.foundation.problems import Unavailable
from app.main import create_app
from app.people.scope import Role
from app.photos import receiving, uses
from app.photos.models import Photo, PhotoSender
from app.photos.sweeping import Swept, sweep
from app.photos.unnamed import Kept, forget, mark
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.photos.stories import caller, jpeg, name_one, named, naming, sha
from tests.photos.test_missing import missing
from tests.photos.test_showing import see
from tests.photos.test_upload import kept, nothing_kept, objects, post, put, senders
from tests.photos.test_uses import counts

MONTH = timedelta(days=30)
NOTHING = Swept()


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def blobs(world: World) -> Blobs:
    found: Blobs = world.app.state.house.things[Blobs]
    return found


def swept(world: World, *, really: bool = True) -> Swept:
    return sweep(world.database, blobs(world), MONTH, really=really)


def age(world: World, content: bytes, days: int = 31) -> None:
    """Let it have been sent so long ago."""
    at = rfc3339(now() - timedelta(days=days))
    world.sql("UPDATE photos SET created_at = :at WHERE sha256 = :sha", at=at, sha=sha(content))
    world.sql("UPDATE photo_senders SET sent_at = :at WHERE sha256 = :sha", at=at, sha=sha(content))


def old(client: TestClient, world: World, person: Person) -> bytes:
    """A photo that somebody sent long ago, and that no record names."""
    content = jpeg()
    assert put(client, person, content).status_code == 201
    age(world, content)
    return content


def tus(client: TestClient, person: Person, content: bytes) -> Any:
    """Announce a photo, and be told that all of it is here."""
    told = f"sha256 {b64encode(sha(content).encode()).decode()}"
    heads = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), "Upload-Metadata": told}
    answer = client.post("uploads", headers=person.headers | heads)
    assert answer.headers["Upload-Offset"] == str(len(content)), answer.text
    return answer


def row(world: World, content: bytes) -> Photo | None:
    found: Photo | None = world.write(lambda session: session.get(Photo, sha(content)))
    return found


def stray(world: World, key: str, days: int) -> str:
    """An object that no row names."""
    with blobs(world).writer(key) as writer:
        writer.write(b"12345")
        writer.finish()
    path, at = blobs(world).local_path(key), time.time() - days * 86_400
    assert path
    os.utime(path, (at, at))
    return key


def test_only_what_is_old_and_unnamed_goes(client: TestClient, world: World, leader: Person) -> None:
    gone, bound, young, shared = (old(client, world, leader) for _ in range(4))
    name_one(world, leader, sha(bound))
    age(world, young, days=29)
    put(client, world.someone(Role.TEAM_LEADER), shared)  # somebody else has sent it lately
    assert swept(world, really=False) == Swept(1, len(gone))
    assert kept(world, gone) == gone
    assert swept(world) == Swept(1, len(gone))
    assert nothing_kept(world, gone)
    assert senders(world, gone) == set()
    assert [kept(world, each) for each in (bound, young, shared)] == [bound, young, shared]
    assert swept(world) == NOTHING


def test_a_photo_that_is_only_waited_for_by_its_hash_stays(client: TestClient, world: World, leader: Person) -> None:
    """Somebody named it who has not sent it: it is not theirs yet, but it may be the very one."""
    content = old(client, world, leader)
    stranger = world.someone(Role.TEAM_LEADER, enterprise_id=world.works())
    name_one(world, stranger, sha(content), enterprise_id=world.works())
    assert swept(world) == NOTHING


@pytest.mark.parametrize("send", [put, post, tus])
def test_what_is_sent_again_is_young_again(client: TestClient, world: World, leader: Person, send: Any) -> None:
    content = old(client, world, leader)
    assert send(client, leader, content).status_code in {200, 201}
    assert swept(world) == NOTHING
    assert named(world, leader, naming(world, sha(content))).missing == ()


def test_the_pictures_made_of_it_go_too(client: TestClient, world: World, leader: Person) -> None:
    content = old(client, world, leader)
    assert see(client, leader, content, "thumbnail").status_code == 200
    assert len(objects(world, content)) == 2
    assert swept(world).photos == 1
    assert nothing_kept(world, content)
    assert see(client, leader, content, "thumbnail").status_code == 404


def test_old_objects_that_no_row_names_go(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    put(client, leader, content)
    see(client, leader, content, "thumbnail")
    for key in objects(world, content):
        path = blobs(world).local_path(key)
        assert path
        os.utime(path, (0, 0))
    loser = stray(world, f"{sha(content)}/{uuid4().hex}", 31)
    strays = [
        loser,
        stray(world, f"{uuid4().hex * 2}/{uuid4().hex}", 31),
        stray(world, f"{uuid4().hex * 2}/display", 31),
    ]
    young = stray(world, f"{uuid4().hex * 2}/{uuid4().hex}", 29)
    assert swept(world, really=False) == Swept(objects=3, object_bytes=15)
    assert swept(world) == Swept(objects=3, object_bytes=15)
    left = {each.key for each in blobs(world).under()}
    assert not left & set(strays)
    assert young in left
    assert len(objects(world, content)) == 2
    assert kept(world, content) == content
    blobs(world).delete(young)


def test_objects_of_today_stay_however_little_is_kept(client: TestClient, world: World) -> None:
    key = stray(world, f"{uuid4().hex * 2}/{uuid4().hex}", 0)
    sweep(world.database, blobs(world), timedelta(0), really=True)
    assert key in {each.key for each in blobs(world).under()}
    blobs(world).delete(key)


# At that very moment


def test_who_binds_it_first_keeps_it(client: TestClient, world: World, leader: Person) -> None:
    content = old(client, world, leader)
    bound, one = Event(), naming(world, sha(content))

    def bind(session: Session) -> None:
        assert uses.declare(session, caller(session, leader), [one]).arrived == (one,)
        bound.set()
        time.sleep(0.3)

    with ThreadPoolExecutor(2) as both:
        binding = both.submit(world.write, bind)
        assert bound.wait(5)
        assert both.submit(swept, world).result() == NOTHING
        binding.result()
    assert kept(world, content) == content
    assert named(world, leader, one).arrived == (one,)
    assert swept(world) == NOTHING


def test_who_binds_it_while_it_is_marked_finds_it_missing(client: TestClient, world: World, leader: Person) -> None:
    content = old(client, world, leader)
    marked = Event()

    def begin(session: Session) -> list[Kept]:
        dying = mark(session, [sha(content)], now() - MONTH)
        session.flush()
        marked.set()
        time.sleep(0.3)
        return dying

    with ThreadPoolExecutor(2) as both:
        marking = both.submit(world.write, begin)
        assert marked.wait(5)
        one = naming(world, sha(content))
        declared = both.submit(named, world, leader, one)
        assert declared.result().missing == (one,)
        assert [photo.sha256 for photo in marking.result()] == [sha(content)]
    assert swept(world).photos == 1  # it goes all the same, and is sent again
    assert nothing_kept(world, content)
    assert put(client, leader, content).status_code == 201
    assert kept(world, content) == content
    assert missing(client, leader, mine="true") == []
    assert see(client, leader, content, "original").content == content


def test_what_is_sent_again_while_it_is_marked_lives(client: TestClient, world: World, leader: Person) -> None:
    content = old(client, world, leader)
    before = row(world, content)
    assert before
    marked = Event()

    def begin(session: Session) -> list[Kept]:
        dying = mark(session, [sha(content)], now() - MONTH)
        session.flush()
        marked.set()
        time.sleep(0.3)
        return dying

    with ThreadPoolExecutor(2) as both:
        marking = both.submit(world.write, begin)
        assert marked.wait(5)
        sent = both.submit(put, client, leader, content)
        dying = marking.result()
        assert sent.result().status_code == 201
    blobs(world).delete(before.object_key)  # as the sweep goes on
    world.write(partial(forget, photos=dying))
    after = row(world, content)
    assert after
    assert (after.dying_at, after.object_key != before.object_key) == (None, True)
    assert kept(world, content) == content
    assert senders(world, content) == {leader.id}


@pytest.mark.parametrize("send", [put, post])
def test_what_is_dying_counts_for_nobody_until_it_is_sent_again(
    client: TestClient, world: World, leader: Person, send: Any
) -> None:
    content = old(client, world, leader)
    world.write(lambda session: mark(session, [sha(content)], now() - MONTH))
    assert client.get(f"photos/{sha(content)}", headers=leader.headers).status_code == 404
    assert see(client, leader, content, "original").status_code == 404
    one = naming(world, sha(content))
    assert named(world, leader, one).missing == (one,)
    answer = send(client, leader, content)
    assert answer.status_code == 201  # not 200: nothing that was sent before counts
    assert named(world, leader, one).arrived == (one,)
    assert swept(world) == NOTHING
    assert kept(world, content) == content


def test_no_upload_says_that_a_photo_is_here_which_was_swept(client: TestClient, world: World, leader: Person) -> None:
    content = old(client, world, leader)
    place, heads = tus(client, leader, content).headers["Location"], leader.headers | {"Tus-Resumable": "1.0.0"}
    assert client.head(f"http://test{place}", headers=heads).headers["Upload-Offset"] == str(len(content))
    age(world, content)
    assert swept(world).photos == 1
    assert client.head(f"http://test{place}", headers=heads).status_code == 404


def test_what_vanishes_between_two_looks_is_asked_for_again(
    client: TestClient, world: World, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is there when the upload meets it, and has gone with the sweep when it looks at it."""
    content = old(client, world, leader)

    def sweep_first(session: Session, rows: Any) -> None:
        session.execute(delete(PhotoSender).where(PhotoSender.sha256 == sha(content)))
        session.execute(delete(Photo).where(Photo.sha256 == sha(content)))

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(receiving, "revive", sweep_first)
        answer = put(client, leader, content)
    assert (answer.status_code, answer.json()["retryable"]) == (503, True)
    assert len(objects(world, content)) == 1  # nothing of the refused request was left
    assert put(client, leader, content).status_code == 200


def test_reports_uploads_and_sweeps_at_once_lose_nothing(client: TestClient, world: World, leader: Person) -> None:
    """Whatever is acknowledged is there, and whatever is not is said to be missing."""
    photos = [old(client, world, leader) for _ in range(16)]
    over = Event()

    def keep_sweeping() -> int:
        gone = 0
        while not over.is_set():
            gone += sweep(world.database, blobs(world), MONTH, really=True).photos
        return gone

    def report(content: bytes) -> UUID:
        one = naming(world, sha(content))
        while named(world, leader, one).missing:
            answer = put(client, leader, content)
            assert answer.status_code in {200, 201, 503}, answer.text
        return one.subject_id

    with ThreadPoolExecutor(6) as crowd:
        sweeping = [crowd.submit(keep_sweeping) for _ in range(2)]
        subjects = list(crowd.map(report, photos))
        over.set()
        assert all(each.result() >= 0 for each in sweeping)
    for content, subject_id in zip(photos, subjects, strict=True):
        assert kept(world, content) == content
        counted = counts(world, subject_id)
        assert (counted.missing, counted.first_arrived) == (0, sha(content))


# However it ends


STEPS = ("before_the_mark", "after_the_mark", "after_an_object", "before_the_row_goes")

SWEEPER = """
import os, sys
from datetime import timedelta
from app.foundation.blobs import Blobs
from app.foundation.database import Database
from app.photos.sweeping import sweep
from tests.photos import deaths
for line in sys.stdin:
    child = os.fork()
    if not child:
        if line.strip():
            getattr(deaths, "sweeping_" + line.strip())()
        sweep(Database(sys.argv[1]), Blobs.open(sys.argv[2]), timedelta(days=30), really=True)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def sweeper(settings: Settings) -> Iterator[Callable[..., int]]:
    """Sweeps in a process of its own each time, which dies at a step; says how it ended."""
    command, pipe = [sys.executable, "-c", SWEEPER, settings.database, settings.blobs], subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) as process:
        assert process.stdin
        assert process.stdout

        def run(step: str = "") -> int:
            print(step, file=process.stdin, flush=True)
            assert process.stdout
            return int(process.stdout.readline())

        yield run
        process.stdin.close()


def test_a_sweep_that_is_killed_anywhere_leaves_nothing_wrong(kind: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=fresh_database(kind, tmp_path))
    app = create_app(settings)
    with TestClient(app, base_url="http://test/api/v1") as client, sweeper(settings) as run:
        world = World(app, "500199000000").founded()
        leader = world.someone(Role.TEAM_LEADER)
        for step in STEPS:
            gone, sent_again, bound = (old(client, world, leader) for _ in range(3))
            name_one(world, leader, sha(bound))
            assert run(step) == -9
            assert put(client, leader, sent_again).status_code in {200, 201}
            named_again = name_one(world, leader, sha(sent_again))
            assert run() == 0
            assert nothing_kept(world, gone)
            assert [kept(world, each) for each in (bound, sent_again)] == [bound, sent_again]
            assert counts(world, named_again).missing == 0


def test_a_store_that_is_away_ends_a_sweep_which_goes_on_later(
    client: TestClient, world: World, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise Unavailable

    content = old(client, world, leader)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Folder, "delete", away)
        with pytest.raises(Unavailable):
            swept(world)
    assert named(world, leader, naming(world, sha(content))).missing
    assert swept(world).photos == 1
    assert nothing_kept(world, content)
