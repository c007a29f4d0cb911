"""Photos come in by two ways, and stay whole: what was acknowledged is there, what was refused never was."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.foundation.blobs import Blobs
from app.foundation.problems import Unavailable
from app.people.scope import Role
from app.photos import uses
from app.photos.incoming import PHOTO_LIMIT
from app.photos.models import Photo, PhotoSender
from tests.conftest import Person, World
from tests.photos.pictures import noise, saved, scene
from tests.photos.stories import jpeg, name_one, sha


def put(client: TestClient, person: Person, content: bytes, sha256: str | None = None, **more: Any) -> Any:
    headers = person.headers | more.pop("headers", {})
    return client.put(f"/photos/{sha256 or sha(content)}", content=content, headers=headers, **more)


def post(client: TestClient, person: Person, content: bytes, name: str = "file", **more: Any) -> Any:
    return client.post("/photos", files={name: ("x.bin", content)}, headers=person.headers, **more)


def objects(world: World, content: bytes) -> list[str]:
    """The objects that the storage has for these bytes."""
    blobs: Blobs = world.app.state.house.things[Blobs]
    return [stored.key for stored in blobs.under(sha(content))]


def senders(world: World, content: bytes) -> set[Any]:
    rows = select(PhotoSender.user_id).where(PhotoSender.sha256 == sha(content))
    return set(world.write(lambda session: session.scalars(rows).all()))


def kept(world: World, content: bytes) -> bytes:
    """The bytes of the object that counts."""
    blobs: Blobs = world.app.state.house.things[Blobs]
    key = world.write(lambda session: session.get_one(Photo, sha(content)).object_key)
    return b"".join(blobs.read(key))


def nothing_kept(world: World, content: bytes) -> bool:
    row = world.write(lambda session: session.get(Photo, sha(content)))
    return row is None and not objects(world, content)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


@pytest.mark.parametrize("send", [put, post])
def test_a_photo_comes_in_and_stays_byte_for_byte(client: TestClient, world: World, leader: Person, send: Any) -> None:
    content = jpeg(320, 240)
    answer = send(client, leader, content)
    told = {"sha256": sha(content), "bytes": len(content), "content_type": "image/jpeg", "width": 320, "height": 240}
    assert (answer.status_code, answer.json()) == (201, told)
    assert kept(world, content) == content
    assert objects(world, content)[0].startswith(f"{sha(content)}/")


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_the_kind_is_decided_by_content(client: TestClient, leader: Person, format: str) -> None:
    content = saved(noise(64, 48), format)
    answer = put(client, leader, content, headers={"Content-Type": "image/jpeg"})
    assert answer.json()["content_type"] == f"image/{format.lower()}"


@pytest.mark.parametrize("first", [put, post])
@pytest.mark.parametrize("again", [put, post])
def test_the_same_photo_sent_twice_is_one(
    client: TestClient, world: World, leader: Person, first: Any, again: Any
) -> None:
    content = jpeg()
    told = first(client, leader, content)
    repeated = again(client, leader, content)
    assert (told.status_code, repeated.status_code) == (201, 200)
    assert repeated.json() == told.json()
    assert len(objects(world, content)) == 1
    assert kept(world, content) == content


def test_a_photo_that_another_has_sent_is_new_for_me_and_kept_once(client: TestClient, world: World) -> None:
    content, one, other = jpeg(), world.someone(Role.WORKER), world.someone(Role.INSPECTOR)
    assert put(client, one, content).status_code == 201
    assert put(client, other, content).status_code == 201
    assert senders(world, content) == {one.id, other.id}
    assert len(objects(world, content)) == 1
    assert kept(world, content) == content


def test_two_who_send_the_same_photo_at_once_have_one_object(client: TestClient, world: World) -> None:
    content, people = jpeg(800, 600), [world.someone(Role.TEAM_LEADER) for _ in range(4)]
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda n: put(client, people[n % 4], content).status_code, range(12)))
    assert sorted(answers) == [200] * 8 + [201] * 4
    assert senders(world, content) == {person.id for person in people}
    assert len(objects(world, content)) == 1
    assert kept(world, content) == content


def test_a_wrong_digest_stores_nothing(client: TestClient, world: World, leader: Person) -> None:
    content, said = jpeg(), sha(b"something else")
    answer = put(client, leader, content, said)
    assert (answer.status_code, answer.json()["code"]) == (422, "digest_mismatch")
    assert nothing_kept(world, content)
    assert client.get(f"/photos/{said}", headers=leader.headers).status_code == 404


def test_who_names_a_photo_sent_before_must_still_send_it(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    put(client, leader, content)
    answer = put(client, leader, jpeg(), sha(content))
    assert (answer.status_code, answer.json()["code"]) == (422, "digest_mismatch")
    assert kept(world, content) == content


@pytest.mark.parametrize("send", [put, post])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Dust collector without explosion venting", "unsupported_photo"),
        (b"", "unsupported_photo"),
        (b"GIF89a" + bytes(100), "unsupported_photo"),
        (saved(noise(), "JPEG")[:-400], "damaged_photo"),
        (saved(noise(), "PNG")[:-40], "damaged_photo"),
        (saved(scene(), "WEBP", save_all=True, append_images=[noise(60, 40)]), "unsupported_photo"),
    ],
    ids=["text", "nothing", "gif", "jpeg-cut", "png-cut", "moving"],
)
def test_what_is_no_whole_picture_is_refused(
    client: TestClient, world: World, leader: Person, send: Any, content: bytes, code: str
) -> None:
    answer = send(client, leader, content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert nothing_kept(world, content)


def test_a_photo_that_is_too_large_is_refused_naming_the_limit(client: TestClient, leader: Person) -> None:
    content = jpeg() + bytes(PHOTO_LIMIT)
    for answer in (
        put(client, leader, content),
        post(client, leader, content),
        put(client, leader, content, sha(content), headers={"Content-Length": str(1 << 60)}),
    ):
        assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "too_large", 40_000_000)


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(client: TestClient, leader: Person) -> None:
    pieces = iter([b"x" * 1_000_000] * 60)
    answer = client.put(f"/photos/{sha(b'')}", content=pieces, headers=leader.headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_strangers_cannot_send(client: TestClient, world: World) -> None:
    content = jpeg()
    stranger = Person(uuid4(), uuid4(), world)
    assert put(client, stranger, content).status_code == 401
    assert post(client, stranger, content).status_code == 401
    assert client.put("/photos/nonsense", content=content).json()["code"] == "unauthenticated"
    assert nothing_kept(world, content)


def test_the_address_must_be_a_sha256(client: TestClient, leader: Person) -> None:
    for address in ("0" * 63, "A" * 64, "nonsense", "%00"):
        assert client.put(f"/photos/{address}", content=b"x", headers=leader.headers).status_code == 422
        assert client.get(f"/photos/{address}", headers=leader.headers).status_code == 422
    assert client.put(f"/photos/{'0' * 64}?unknown=1", content=b"x", headers=leader.headers).status_code == 422


def test_a_dry_run_says_what_would_be_and_keeps_nothing(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    assert put(client, leader, content, params={"dry_run": "true"}).status_code == 201
    assert post(client, leader, content, params={"dry_run": "true"}).json()["sha256"] == sha(content)
    assert nothing_kept(world, content)
    put(client, leader, content)
    assert put(client, leader, content, params={"dry_run": "true"}).status_code == 200
    assert post(client, leader, content, params={"dry_run": "true"}).status_code == 200
    assert kept(world, content) == content


def test_wechat_sends_put_as_post(client: TestClient, leader: Person) -> None:
    content = jpeg()
    headers = leader.headers | {"X-HTTP-Method-Override": "PUT"}
    assert client.post(f"/photos/{sha(content)}", content=content, headers=headers).status_code == 201


def test_a_form_must_have_one_file_and_nothing_else(client: TestClient, world: World, leader: Person) -> None:
    content, other = jpeg(), jpeg()
    photo, note = ("file", ("a.jpg", content)), ("note", (None, b"x"))
    for parts, code in (
        ([note], "unexpected_part"),
        ([photo, ("file", ("b.jpg", other))], "unexpected_part"),
        ([photo, note], "unexpected_part"),
    ):
        answer = client.post("/photos", files=parts, headers=leader.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    empty = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post("/photos", content=b"--b--\r\n", headers=leader.headers | empty)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file")
    assert nothing_kept(world, content)
    assert nothing_kept(world, other)


PART = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n'


@pytest.mark.parametrize(
    ("said", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", PART + b"x\r\n--b--", 400),
        ("multipart/form-data; boundary=" + "b" * 300, PART + b"x\r\n--b--", 400),
        ("multipart/form-data; boundary=b", b"", 400),
        ("multipart/form-data; boundary=b", b"nonsense", 400),
        ("multipart/form-data; boundary=b", PART + b"x", 400),
        ("multipart/form-data; boundary=b", PART + b"x\r\n--b", 400),
        ("multipart/form-data; boundary=b", PART.replace(b"; name=\"file\"", b"") + b"x\r\n--b--", 400),
        ("multipart/form-data; boundary=b", PART.replace(b"Content", b"C" * 9000) + b"x\r\n--b--", 400),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--", 400),
    ],
    ids=["json", "no-boundary", "long-boundary", "empty", "nonsense", "cut", "cut-late", "nameless", "long-header",
         "headless"],
)  # fmt: skip
def test_a_form_that_is_none_is_malformed(
    client: TestClient, leader: Person, said: str, body: bytes, status: int
) -> None:
    answer = client.post("/photos", content=body, headers=leader.headers | {"Content-Type": said})
    assert answer.status_code == status


def test_what_arrives_belongs_at_once_to_the_record_that_waits(
    client: TestClient, world: World, leader: Person
) -> None:
    first, second = jpeg(), jpeg()
    subject_id = name_one(world, leader, sha(first))
    name_one(world, leader, sha(second), subject_id=subject_id)
    put(client, leader, first)
    put(client, world.someone(Role.TEAM_LEADER), second)
    counts = world.write(lambda session: uses.counts(session, [subject_id])[subject_id])
    assert counts == uses.Counts(1, frozenset(), sha(first))


def failing(world: World, monkeypatch: pytest.MonkeyPatch, *, commits: bool) -> None:
    """Let the connection be lost at the commit: before the database has done it, or after."""
    plain = world.database.transact

    def transact(work: Any, **how: Any) -> Any:
        if not how.get("writes") or how.get("dry"):
            return plain(work, **how)
        monkeypatch.undo()
        if commits:
            plain(work, **how)
        raise Unavailable

    monkeypatch.setattr(world.database, "transact", transact)


@pytest.mark.parametrize("send", [put, post])
def test_a_visit_that_fails_leaves_no_object(
    client: TestClient, world: World, leader: Person, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = jpeg()
    failing(world, monkeypatch, commits=False)
    assert send(client, leader, content).status_code == 503
    assert nothing_kept(world, content)
    assert send(client, leader, content).status_code == 201
    assert kept(world, content) == content


@pytest.mark.parametrize("send", [put, post])
def test_a_commit_whose_answer_was_lost_keeps_its_object(
    client: TestClient, world: World, leader: Person, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = jpeg()
    failing(world, monkeypatch, commits=True)
    assert send(client, leader, content).status_code == 503
    assert send(client, leader, content).status_code == 200
    assert kept(world, content) == content
    assert len(objects(world, content)) == 1
