"""`kill -9` between any two steps of each way to send a photo, then the phone goes on: exactly one photo, whole.

On SQLite: what a report with photos leaves on PostgreSQL, test_kill.py shows.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.main import create_app
from app.people.scope import Role
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.faults.test_kill import MOST_STEPS, counted, own, served
from tests.photos.stories import sha
from tests.photos.test_tus import KIND, SPOKEN, said
from tests.photos.test_upload import kept

Way = Callable[[str, Person, bytes, int | None], Any]


def asked(method: str, address: str, by: Person, die_at: int | None, **more: Any) -> Any:
    heads = by.headers | more.pop("headers", {}) | ({"Die-At": str(die_at)} if die_at else {})
    answer = httpx2.request(method, address, headers=heads, timeout=20, **more)
    assert answer.status_code in {200, 201, 204, 409}, answer.text
    return answer


def raw(base: str, by: Person, content: bytes, die_at: int | None) -> Any:
    return asked("PUT", f"{base}/photos/{sha(content)}", by, die_at, content=content)


def form(base: str, by: Person, content: bytes, die_at: int | None) -> Any:
    return asked("POST", f"{base}/photos", by, die_at, files={"file": ("x.jpg", content)})


def create(base: str, by: Person, content: bytes, die_at: int | None, body: bytes = b"") -> Any:
    told = {"Upload-Length": str(len(content)), "Upload-Metadata": said(sha(content))}
    told |= {"Content-Type": KIND} if body else {}
    return asked("POST", f"{base}/uploads", by, die_at, content=body, headers=SPOKEN | told)


def patch(base: str, by: Person, content: bytes, die_at: int | None, end: int | None = None) -> Any:
    """Go on with the upload from where it is, up to `end`."""
    place = base.removesuffix("/api/v1") + create(base, by, content, None).headers["location"]
    at = int(asked("HEAD", place, by, None, headers=SPOKEN).headers["upload-offset"])
    told = {"Upload-Offset": str(at), "Content-Type": KIND}
    return asked("PATCH", place, by, die_at, content=content[at:end], headers=SPOKEN | told)


def creation(base: str, by: Person, content: bytes, die_at: int | None) -> Any:
    return create(base, by, content, die_at, content[:1000])


def last_piece(base: str, by: Person, content: bytes, die_at: int | None) -> Any:
    patch(base, by, content, None, 1000)
    return patch(base, by, content, die_at)


@pytest.mark.parametrize(
    ("way", "finish", "stride", "died_at_least"),
    [(raw, raw, 1, 10), (form, form, 3, 4), (creation, patch, 2, 4), (last_piece, patch, 1, 10)],
    ids=["raw", "form", "creation", "last-piece"],
)
def test_killed_at_any_step_and_gone_on_with(
    way: Way, finish: Way, stride: int, died_at_least: int, tmp_path: Path
) -> None:
    """A form takes the steps of raw bytes, and a creation those of every piece: of theirs some are enough."""
    url = fresh_database("sqlite", tmp_path)
    world = World(create_app(Settings(data_dir=tmp_path, database_url=url)), "500151000000").founded()
    leader = world.someone(Role.TEAM_LEADER)
    owed: list[bytes] = []
    died = 0
    for step in range(1, MOST_STEPS, stride):
        content = own(step, 2)
        with served(tmp_path, url) as base:
            for earlier in owed:
                finish(base, leader, earlier, None)
                exactly_one(world, base, leader, earlier)
            owed = [content]
            try:
                way(base, leader, content, step)
            except httpx2.TransportError:
                died += 1
                continue
            finish(base, leader, content, None)
            exactly_one(world, base, leader, content)
            break
    else:
        pytest.fail("the request has more steps than were tried")
    assert died >= died_at_least
    world.database.engine.dispose()


def exactly_one(world: World, base: str, by: Person, content: bytes) -> None:
    """The photo's row and its sender, the bytes that it had, and no part that still counts."""
    told = {"sha": sha(content)}
    assert counted(world, "SELECT count(*) FROM photos WHERE sha256 = :sha", **told) == 1
    assert counted(world, "SELECT count(*) FROM photo_senders WHERE sha256 = :sha", **told) == 1
    assert counted(world, "SELECT count(*) FROM upload_parts") == 0
    assert kept(world, content) == content
    answer = httpx2.get(f"{base}/photos/{sha(content)}/original", headers=by.headers)
    assert (answer.status_code, answer.content == content) == (200, True)
