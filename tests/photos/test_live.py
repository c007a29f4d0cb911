"""Against a real server: clients that vanish, a server that dies between any two steps, and the memory it takes."""

import socket
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.people.scope import Role
from app.photos.models import Photo
from tests.conftest import DATABASES, Person
from tests.live import Live
from tests.photos.stories import jpeg, sha
from tests.photos.test_upload import kept, nothing_kept, objects, senders

MEGA = 1_000_000


@pytest.fixture(scope="module", params=DATABASES)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One for all: each test restarts it, or does not mind."""
    with Live(request.param, tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.fixture
def leader(live: Live) -> Person:
    return live.world.someone(Role.TEAM_LEADER)


def put(live: Live, person: Person, content: bytes) -> Any:
    address = f"{live.url}/api/v1/photos/{sha(content)}"
    return httpx2.put(address, content=content, headers=person.headers, timeout=30)


def post(live: Live, person: Person, content: bytes) -> Any:
    address = f"{live.url}/api/v1/photos"
    return httpx2.post(address, files={"file": ("x.jpg", content)}, headers=person.headers, timeout=30)


def original(live: Live, person: Person, content: bytes) -> bytes:
    answer = httpx2.get(f"{live.url}/api/v1/photos/{sha(content)}/original", headers=person.headers, timeout=30)
    assert answer.status_code == 200
    return answer.content


def begin(live: Live, person: Person, content: bytes) -> socket.socket:
    """Announce a photo and send the first half of it."""
    connection = socket.create_connection(("127.0.0.1", int(live.url.rpartition(":")[2])))
    token = person.headers["Authorization"]
    head = f"PUT /api/v1/photos/{sha(content)} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
    connection.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(content))
    connection.sendall(content[: len(content) // 2])
    return connection


def unfinished(live: Live, besides: Collection[Path] = ()) -> set[Path]:
    """What is half written; `besides` was left by a server that was killed."""
    return set((live.data_dir / "photos/.incoming").iterdir()) - {*besides}


def soon(said: Any) -> bool:
    until = time.monotonic() + 5
    while not said():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_of_a_client_that_vanishes_nothing_is_kept(live: Live, leader: Person) -> None:
    content, left = jpeg() + bytes(4 * MEGA), unfinished(live)
    connection = begin(live, leader, content)
    assert soon(lambda: unfinished(live, left))
    connection.close()
    assert soon(lambda: not unfinished(live, left))
    assert nothing_kept(live.world, content)
    assert put(live, leader, content).status_code == 201
    assert "Traceback" not in live.log


def test_a_server_killed_while_a_photo_comes_in_forgets_it(live: Live, leader: Person) -> None:
    content, left = jpeg() + bytes(4 * MEGA), unfinished(live)
    connection = begin(live, leader, content)
    assert soon(lambda: unfinished(live, left))
    live.kill()
    connection.close()
    live.start()
    assert nothing_kept(live.world, content)
    assert put(live, leader, content).status_code == 201
    assert kept(live.world, content) == content


@pytest.mark.parametrize("kind", DATABASES[-1:])  # at every step, on SQLite: faults/test_kill_uploads.py
@pytest.mark.parametrize(
    ("step", "send", "orphans", "status"),
    [
        ("before_the_object", put, 0, 201),
        ("after_the_object", post, 1, 201),
        ("inside_the_visit", put, 1, 201),
        ("after_the_commit", post, 0, 200),
    ],
)
def test_a_server_that_dies_at_any_step_has_exactly_one_photo_after_the_retry(
    kind: str, tmp_path: Path, step: str, send: Any, orphans: int, status: int
) -> None:
    content, live = jpeg(), Live(kind, tmp_path)
    leader = live.world.someone(Role.TEAM_LEADER)
    with live.start(hurt=f"tests.photos.deaths:{step}"), pytest.raises(httpx2.TransportError):
        send(live, leader, content)
    with live.start():
        assert send(live, leader, content).status_code == status
        assert send(live, leader, content).status_code == 200
        assert senders(live.world, content) == {leader.id}
        assert kept(live.world, content) == content
        counting = live.world.write(lambda session: session.get_one(Photo, sha(content)).object_key)
        assert len(set(objects(live.world, content)) - {counting}) == orphans
        assert original(live, leader, content) == content


def test_an_acknowledged_photo_survives_a_kill(live: Live, leader: Person) -> None:
    content = jpeg()
    assert put(live, leader, content).status_code == 201
    live.kill()
    live.start()
    assert original(live, leader, content) == content


def test_a_large_photo_never_lies_in_memory_whole(live: Live, leader: Person) -> None:
    for send in (put, post):
        send(live, leader, jpeg())
        before = peak_memory(live.pid)
        content = jpeg() + bytes(39 * MEGA)
        assert send(live, leader, content).status_code == 201
        assert original(live, leader, content) == content
        assert peak_memory(live.pid) - before < 20 * MEGA


def peak_memory(pid: int) -> int:
    """Bytes that the process has had in memory at most (Linux)."""
    said = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in said.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
