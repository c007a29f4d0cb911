"""Uploads against real servers: connections that break, processes that die, and a client that nobody here wrote."""

import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx2
import pytest
from tusclient.client import TusClient

from app.people.scope import Role
from tests.conftest import DATABASES, Person
from tests.cut import Cut
from tests.live import Live
from tests.photos.stories import jpeg, sha
from tests.photos.test_live import original, soon
from tests.photos.test_tus import KIND, SPOKEN, said
from tests.photos.test_upload import kept, objects, senders

MEGA = 1_000_000


@pytest.fixture(scope="module", params=DATABASES)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One for all: each test restarts it, or does not mind."""
    with Live(request.param, tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.fixture
def leader(live: Live) -> Person:
    return live.world.someone(Role.TEAM_LEADER)


def photo() -> bytes:
    """Of 5 MB, as phones take them."""
    return jpeg() + bytes(5 * MEGA)


def begun(live: Live, person: Person, content: bytes) -> str:
    told = {"Upload-Length": str(len(content)), "Upload-Metadata": said(sha(content))}
    answer = httpx2.post(f"{live.url}/api/v1/uploads", headers=person.headers | SPOKEN | told, timeout=30)
    assert answer.status_code == 201, answer.text
    return live.url + str(answer.headers["location"])


def offset(person: Person, place: str) -> int:
    return int(httpx2.head(place, headers=person.headers | SPOKEN, timeout=30).headers["upload-offset"])


def patch(person: Person, place: str, at: int, body: bytes) -> Any:
    told = {"Upload-Offset": str(at), "Content-Type": KIND}
    return httpx2.patch(place, content=body, headers=person.headers | SPOKEN | told, timeout=30)


def half_a_patch(live: Live, person: Person, place: str, at: int, body: bytes, **more: str) -> socket.socket:
    """Announce a chunk and send the first half of it."""
    connection = socket.create_connection(("127.0.0.1", int(live.url.rpartition(":")[2])))
    heads = person.headers | SPOKEN | {"Upload-Offset": str(at), "Content-Type": KIND, "Content-Length": str(len(body))}
    heads |= {name.replace("_", "-"): value for name, value in more.items()}
    told = "".join(f"{name}: {value}\r\n" for name, value in heads.items())
    connection.sendall(f"PATCH {place.removeprefix(live.url)} HTTP/1.1\r\nHost: x\r\n{told}\r\n".encode())
    connection.sendall(body[: len(body) // 2])
    return connection


def test_what_came_before_the_client_vanished_is_kept(live: Live, leader: Person) -> None:
    content = photo()
    place = begun(live, leader, content)
    third = len(content) // 3
    assert patch(leader, place, 0, content[:third]).status_code == 204
    half_a_patch(live, leader, place, third, content[third:]).close()
    assert soon(lambda: offset(leader, place) > third)
    at = offset(leader, place)
    assert at == third + (len(content) - third) // 2
    half_a_patch(live, leader, place, at, content[at:], Upload_Checksum=f"md5 {b64encode(bytes(16)).decode()}").close()
    assert soon(lambda: not list((live.data_dir / "photos/.incoming").iterdir()))
    assert offset(leader, place) == at
    assert patch(leader, place, at, content[at:]).status_code == 204
    assert original(live, leader, content) == content
    assert "Traceback" not in live.log


def test_a_server_killed_inside_a_chunk_goes_on_from_the_one_before(live: Live, leader: Person) -> None:
    content = photo()
    place = begun(live, leader, content)
    assert patch(leader, place, 0, content[:MEGA]).status_code == 204
    connection = half_a_patch(live, leader, place, MEGA, content[MEGA:])
    assert soon(lambda: list((live.data_dir / "photos/.incoming").iterdir()))
    live.kill()
    connection.close()
    live.start()
    assert offset(leader, place) == MEGA
    assert patch(leader, place, MEGA, content[MEGA : 2 * MEGA]).status_code == 204
    live.kill()
    live.start()
    assert patch(leader, place, 2 * MEGA, content[2 * MEGA :]).status_code == 204
    assert kept(live.world, content) == content
    assert len(objects(live.world, content)) == 1


def test_tuspy_gets_through_connections_that_break_and_a_server_that_is_restarted(live: Live, leader: Person) -> None:
    content = photo()
    port = int(live.url.rpartition(":")[2])
    with Cut(port, 4000, 300_000, 100, 500_000, 4000, 50_000) as way:
        client = TusClient(f"{way.url}/api/v1/uploads", headers=leader.headers)
        uploader = client.uploader(
            file_stream=BytesIO(content), chunk_size=1_100_000, retries=150, retry_delay=0.2,
            metadata={"sha256": sha(content), "filename": "x.jpg"}, upload_checksum=False,
        )  # fmt: skip
        uploader.upload(stop_at=2_200_000)
        at = uploader.offset
        assert at >= 2_200_000
        assert way.broken >= 3
        live.kill()
        restart = threading.Timer(0.3, live.start)
        restart.start()
        uploader.upload()
        restart.join()
        again = client.uploader(file_stream=BytesIO(content), metadata={"sha256": sha(content)})
        assert again.create_url() == uploader.url
    assert uploader.offset == len(content)
    assert original(live, leader, content) == content
    assert senders(live.world, content) == {leader.id}


def test_tuspy_with_checksums(live: Live, leader: Person) -> None:
    content = photo()
    client = TusClient(f"{live.url}/api/v1/uploads", headers=leader.headers)
    uploader = client.uploader(
        file_stream=BytesIO(content), chunk_size=MEGA, metadata={"sha256": sha(content)}, upload_checksum=True
    )
    uploader.upload()
    assert original(live, leader, content) == content


def test_pages_are_answered_while_fifty_phones_upload(live: Live, leader: Person) -> None:
    photos = [jpeg() + bytes(MEGA) for _ in range(50)]
    sent: list[int] = []

    def upload(content: bytes) -> None:
        place = begun(live, leader, content)
        sent.append(patch(leader, place, 0, content).status_code)

    phones = [threading.Thread(target=upload, args=(content,)) for content in photos]
    for phone in phones:
        phone.start()
    answered = 0
    while any(phone.is_alive() for phone in phones):
        page = httpx2.get(f"{live.url}/api/v1/hazards", headers=leader.headers, timeout=30)
        assert page.status_code == 200
        answered += 1
    assert sent == [204] * 50
    assert answered
    assert all(kept(live.world, content) == content for content in photos[:5])
