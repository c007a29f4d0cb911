"""tus-js-client gets photos through, and where the words of tus leave a doubt we answer as the tus project's server.

Needs node, and what package.json names: `dev.py` runs it as a check of its own.
"""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from app.people.scope import Role
from tests.conftest import Person
from tests.cut import Cut
from tests.live import Live
from tests.photos.stories import jpeg, sha
from tests.photos.test_live import original
from tests.photos.test_tus import KIND, SPOKEN, said
from tests.photos.test_upload import senders
from tests.s3 import free_ports

HERE = Path(__file__).parent
MEGA = 1_000_000
SEEN = ("tus-resumable", "tus-version", "upload-offset", "upload-length", "upload-metadata", "cache-control")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with Live("sqlite", tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.fixture
def leader(live: Live) -> Person:
    return live.world.someone(Role.TEAM_LEADER)


def node(script: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        ["node", HERE / script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | environment,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chunk", "environment"),
    [("", {}), ("1200000", {}), ("900000", {"OVERRIDE": "true"}), ("", {"DURING": "true"})],
    ids=["whole", "pieces", "post-instead-of-patch", "with-the-creation"],
)
def test_a_photo_gets_through_connections_that_break_and_a_server_that_is_restarted(
    live: Live, leader: Person, tmp_path: Path, chunk: str, environment: dict[str, str]
) -> None:
    content = jpeg() + bytes(5 * MEGA)
    (tmp_path / "x.jpg").write_bytes(content)
    port = int(live.url.rpartition(":")[2])
    with Cut(port, 2_100_000, 1_300_000, 100, 700_000) as way:
        token = leader.headers["Authorization"].partition(" ")[2]
        address = f"{way.url}/api/v1/uploads"
        with node("upload.mjs", str(tmp_path / "x.jpg"), address, sha(content), token, chunk, **environment) as client:
            told = []
            restarted = False
            for line in client.stdout or ():
                told.append(json.loads(line))
                if not restarted and len([1 for each in told if "retries" in each]) == 3:
                    live.kill()
                    threading.Timer(0.5, live.start).start()
                    restarted = True
    assert told[-1].get("done"), told
    assert restarted
    assert told[-1]["retries"] >= 4
    offsets = [int(each["offset"]) for each in told if each.get("method") in {"PATCH", "POST"} and each.get("offset")]
    assert any(offset > 0 for offset in offsets), "it went on, and did not begin again"
    assert f"/api/v1/photos/{sha(content)}" in {each.get("at") for each in told}
    assert original(live, leader, content) == content
    assert senders(live.world, content) == {leader.id}


def test_a_photo_that_was_sent_before_is_done_at_once(live: Live, leader: Person, tmp_path: Path) -> None:
    content = jpeg() + bytes(MEGA)
    (tmp_path / "x.jpg").write_bytes(content)
    token = leader.headers["Authorization"].partition(" ")[2]
    for first in (True, False):
        with node("upload.mjs", str(tmp_path / "x.jpg"), f"{live.url}/api/v1/uploads", sha(content), token) as client:
            told = [json.loads(line) for line in client.stdout or ()]
        assert told[-1].get("done"), told
        patched = [each for each in told if each.get("status") == 204]
        assert bool(patched) == first


@contextmanager
def reference(folder: Path) -> Iterator[str]:
    """The address of uploads on @tus/server."""
    (port,) = free_ports(1)
    server = node("reference.mjs", str(port), str(folder))
    try:
        address = f"http://127.0.0.1:{port}/api/v1/uploads"
        for _ in range(200):
            with suppress(httpx2.TransportError):
                httpx2.options(address)
                break
            time.sleep(0.05)
        yield address
    finally:
        server.send_signal(signal.SIGKILL)
        server.communicate()


class Script:
    """The same requests, to whichever server; what it answers, by their names."""

    def __init__(self, address: str, heads: dict[str, str], content: bytes) -> None:
        self.address, self.heads, self.content = address, heads, content
        self.seen: dict[str, tuple[Any, ...]] = {}

    def ask(self, name: str, method: str, place: str = "", body: bytes = b"", **heads: str | None) -> Any:
        given = self.heads | SPOKEN | {key.replace("_", "-"): value for key, value in heads.items()}
        told = {key: value for key, value in given.items() if value is not None}
        answer = httpx2.request(method, place or self.address, content=body, headers=told, timeout=30)
        self.seen[name] = (answer.status_code, *(answer.headers.get(head) for head in SEEN))
        return answer

    def begun(self, name: str, content: bytes, body: bytes = b"", **heads: str | None) -> str:
        told: dict[str, str | None] = {"Upload_Length": str(len(content)), "Upload_Metadata": said(sha(content))}
        told |= {"Content_Type": KIND} if body else {}
        answer = self.ask(name, "POST", "", body, **told | heads)
        return str(httpx2.URL(self.address).join(answer.headers.get("location", "/")))

    def patch(self, name: str, place: str, at: Any, body: bytes, **heads: str | None) -> Any:
        told: dict[str, str | None] = {"Upload_Offset": str(at), "Content_Type": KIND}
        return self.ask(name, "PATCH", place, body, **told | heads)

    def run(self) -> dict[str, tuple[Any, ...]]:
        content = self.content
        place = self.begun("created", content)
        self.ask("head of nothing yet", "HEAD", place)
        self.patch("first piece", place, 0, content[:100])
        self.ask("head of a piece", "HEAD", place)
        self.patch("the same again", place, 0, content[:100])
        self.patch("too far", place, 200, content[200:])
        self.patch("an empty piece", place, 100, b"")
        self.patch("no offset", place, 100, b"x", Upload_Offset=None)
        self.patch("another type", place, 100, b"x", Content_Type="image/jpeg")
        self.patch("another version", place, 100, b"x", Tus_Resumable="0.2.2")
        self.patch("no version", place, 100, b"x", Tus_Resumable=None)
        self.patch("too long", place, 100, content[100:] + b"x")
        self.patch("the rest", place, 100, content[100:])
        self.ask("head of all", "HEAD", place)
        self.patch("behind the end", place, len(content), b"")
        other = content + b"2"
        second = self.begun("with the first bytes", other, other[:50])
        self.ask("head of those", "HEAD", second)
        third = self.begun("all at once", content + b"3", content + b"3")
        self.ask("head of that", "HEAD", third)
        self.ask("ended", "DELETE", second)
        self.ask("head of an ended one", "HEAD", second)
        self.patch("a piece for an ended one", second, 50, other[50:])
        self.ask("ended twice", "DELETE", second)
        self.ask("head of none", "HEAD", f"{self.address}/{uuid4()}")
        self.begun("too large", content, Upload_Length="40000001")
        self.begun("no length", content, Upload_Length=None)
        self.begun("a length below nothing", content, Upload_Length="-5")
        self.begun("metadata that are none", content, Upload_Metadata="sha256 *")
        self.begun("created in another version", content, Tus_Resumable="0.2.2")
        return self.seen


# Where we answer otherwise than @tus/server does, and why.
OTHERWISE = {
    "created": "we say Upload-Offset: 0, as a repeated creation says how far it is",
    "no offset": "400: nothing is forbidden",
    "another type": "415, as the words of tus have it",
    "another version": "412 with Tus-Version, as the words of tus have it",
    "no version": "412 as theirs, and with Tus-Version",
    "created in another version": "412 with Tus-Version, as the words of tus have it",
}


def test_we_answer_as_the_reference_does(live: Live, leader: Person, tmp_path: Path) -> None:
    content = jpeg()
    ours = Script(f"{live.url}/api/v1/uploads", leader.headers, content).run()
    with reference(tmp_path) as address:
        theirs = Script(address, {}, content).run()
    different = {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}
    assert different.keys() == OTHERWISE.keys(), "\n".join(f"{n}\n  {a}\n  {b}" for n, (a, b) in different.items())
