"""Uploads that may be resumed, by the words of tus 1.0.0: what is answered, and what lies in the storage for it."""

import hashlib
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import anyio
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.foundation import clock
from app.foundation.blobs import Blobs
from app.foundation.clock import now
from app.people.models import Session as Login
from app.people.scope import Role
from app.photos import uses
from app.photos.darkroom import Darkroom
from app.photos.models import Photo
from app.photos.tus import commands, tidying
from app.photos.tus.models import Upload, UploadPart
from tests.conftest import Person, World
from tests.photos.pictures import noise, saved
from tests.photos.stories import jpeg, name_one, sha
from tests.photos.test_upload import kept, nothing_kept, objects, put, senders

KIND = "application/offset+octet-stream"
SPOKEN = {"Tus-Resumable": "1.0.0"}


def said(sha256: str) -> str:
    return f"filename {b64encode('现场.jpg'.encode()).decode()},sha256 {b64encode(sha256.encode()).decode()}"


def create(client: TestClient, person: Person, content: bytes, body: bytes = b"", **heads: str | None) -> Any:
    told = {"Upload-Length": str(len(content)), "Upload-Metadata": said(sha(content))}
    told |= {"Content-Type": KIND} if body else {}
    told |= {name.replace("_", "-"): value for name, value in heads.items() if value is not None}
    told = {name: value for name, value in told.items() if heads.get(name.replace("-", "_"), "") is not None}
    return client.post("/uploads", content=body, headers=person.headers | SPOKEN | told)


def begun(client: TestClient, person: Person, content: bytes) -> str:
    """The place of a new upload."""
    answer = create(client, person, content)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"]).removeprefix("/api/v1")


def patch(client: TestClient, person: Person, place: str, offset: int | str, body: bytes, **heads: str) -> Any:
    told = {"Upload-Offset": str(offset), "Content-Type": KIND}
    told |= {name.replace("_", "-"): value for name, value in heads.items()}
    return client.patch(place, content=body, headers=person.headers | SPOKEN | told)


def head(client: TestClient, person: Person, place: str) -> Any:
    return client.head(place, headers=person.headers | SPOKEN)


def offset(client: TestClient, person: Person, place: str) -> int:
    return int(head(client, person, place).headers["upload-offset"])


def parts(world: World) -> set[str]:
    """The objects of parts in the storage, and those that rows name: both alike unless something went wrong."""
    blobs: Blobs = world.app.state.house.things[Blobs]
    return {stored.key for stored in blobs.under("uploads")}


def parts_of(world: World, place: str) -> set[str]:
    return {key for key in parts(world) if place.rpartition("/")[2] in key}


def named(world: World, place: str) -> list[str]:
    rows = select(UploadPart.object_key).where(UploadPart.upload_id == UUID(place.rpartition("/")[2]))
    return list(world.write(lambda session: session.scalars(rows.order_by(UploadPart.begins)).all()))


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def test_a_photo_comes_in_pieces_and_is_one_like_any_other(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg(320, 240)
    third = len(content) // 3
    answer = create(client, leader, content)
    assert (answer.status_code, answer.json()["offset"], answer.json()["complete"]) == (201, 0, False)
    assert answer.json()["url"] == answer.headers["location"]
    place = answer.headers["location"].removeprefix("/api/v1")
    for at, end in ((0, third), (third, 2 * third)):
        moved = patch(client, leader, place, at, content[at:end])
        assert (moved.status_code, moved.headers["upload-offset"], moved.content) == (204, str(end), b"")
        assert moved.headers["tus-resumable"] == "1.0.0"
        assert moved.headers["upload-expires"].endswith("GMT")
        assert "content-location" not in moved.headers
    assert len(parts_of(world, place)) == 2
    assert client.get(f"/photos/{sha(content)}", headers=leader.headers).status_code == 404
    last = patch(client, leader, place, 2 * third, content[2 * third :])
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(content)))
    assert last.headers["content-location"] == f"/api/v1/photos/{sha(content)}"
    photo = client.get(f"/photos/{sha(content)}", headers=leader.headers).json()
    assert (photo["width"], photo["height"], photo["bytes"]) == (320, 240, len(content))
    assert kept(world, content) == content
    assert senders(world, content) == {leader.id}
    assert not parts_of(world, place)
    assert not named(world, place)


def test_a_photo_that_comes_at_once_is_written_once(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    place = begun(client, leader, content)
    assert patch(client, leader, place, 0, content).status_code == 204
    other = jpeg()
    answer = create(client, leader, other, other)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(other)))
    assert answer.headers["content-location"] == answer.json()["photo_url"] == f"/api/v1/photos/{sha(other)}"
    for each in (content, other):
        assert len(objects(world, each)) == 1
        assert kept(world, each) == each
    assert not parts_of(world, place)


def test_the_first_bytes_may_come_with_the_creation(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    answer = create(client, leader, content, content[:100])
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "100")
    place = answer.headers["location"].removeprefix("/api/v1")
    assert patch(client, leader, place, 100, content[100:]).status_code == 204
    assert kept(world, content) == content


def test_head_says_how_far_it_is_and_get_says_it_in_json(client: TestClient, leader: Person) -> None:
    content = jpeg()
    place = begun(client, leader, content)
    patch(client, leader, place, 0, content[:50])
    answer = head(client, leader, place)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["upload-offset"] == "50"
    assert answer.headers["upload-length"] == str(len(content))
    assert answer.headers["upload-metadata"] == said(sha(content))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["tus-resumable"] == "1.0.0"
    told = client.get(place, headers=leader.headers).json()
    assert (told["offset"], told["length"], told["complete"], told["photo_url"]) == (50, len(content), False, None)
    assert told["sha256"] == sha(content)


def test_options_tells_everybody_what_is_spoken(client: TestClient) -> None:
    for place in ("/uploads", f"/uploads/{uuid4()}"):
        answer = client.options(place)
        assert answer.status_code == 204
        assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
        assert answer.headers["tus-max-size"] == "40000000"
        assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")
        told = set(answer.headers["tus-extension"].split(","))
        assert told == {"creation", "creation-with-upload", "checksum", "termination", "expiration"}


def test_the_same_creation_again_is_the_same_upload(client: TestClient, leader: Person) -> None:
    content = jpeg()
    place = begun(client, leader, content)
    patch(client, leader, place, 0, content[:70])
    for body in (b"", content[:30]):
        again = create(client, leader, content, body)
        assert (again.status_code, again.headers["upload-offset"]) == (201, "70")
        assert again.headers["location"].endswith(place)
    patch(client, leader, place, 70, content[70:])
    done = create(client, leader, content)
    assert (done.status_code, done.json()["complete"]) == (201, True)
    assert done.headers["location"].endswith(place)


def test_many_creations_at_once_are_one_upload(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda n: create(client, leader, content, content if n % 2 else b""), range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}, [answer.text for answer in answers]
    assert len({answer.headers["location"] for answer in answers if answer.status_code == 201}) == 1
    assert kept(world, content) == content
    assert len(objects(world, content)) == 1


def test_knowing_a_hash_completes_nothing(client: TestClient, world: World, leader: Person) -> None:
    content, other = jpeg(), world.someone(Role.TEAM_LEADER)
    put(client, leader, content)
    mine = create(client, leader, content)
    assert (mine.status_code, mine.json()["complete"], mine.headers["upload-offset"]) == (201, True, str(len(content)))
    theirs = create(client, other, content)
    assert (theirs.json()["complete"], theirs.headers["upload-offset"]) == (False, "0")
    assert client.get(f"/photos/{sha(content)}", headers=other.headers).status_code == 404
    place = theirs.headers["location"].removeprefix("/api/v1")
    assert patch(client, other, place, 0, content).status_code == 204
    assert senders(world, content) == {leader.id, other.id}
    assert len(objects(world, content)) == 1


def test_a_photo_that_was_sent_has_the_length_that_it_has(client: TestClient, leader: Person) -> None:
    content = jpeg()
    put(client, leader, content)
    answer = create(client, leader, content, Upload_Length="17")
    assert (answer.status_code, answer.json()["code"]) == (422, "digest_mismatch")


def test_an_upload_that_was_said_to_be_of_another_length_begins_anew(
    client: TestClient, world: World, leader: Person
) -> None:
    content = jpeg()
    wrong = create(client, leader, content, content[:20], Upload_Length=str(len(content) + 1))
    right = create(client, leader, content)
    assert right.headers["location"] != wrong.headers["location"]
    assert right.headers["upload-offset"] == "0"
    assert head(client, leader, wrong.headers["location"].removeprefix("/api/v1")).status_code == 404
    place = right.headers["location"].removeprefix("/api/v1")
    assert patch(client, leader, place, 0, content).status_code == 204


def test_an_upload_of_another_is_none(client: TestClient, world: World, leader: Person) -> None:
    content, other = jpeg(), world.someone(Role.SAFETY_OFFICER)
    place = begun(client, leader, content)
    assert head(client, other, place).status_code == 404
    assert client.get(place, headers=other.headers).status_code == 404
    assert patch(client, other, place, 0, content).status_code == 404
    assert client.delete(place, headers=other.headers | SPOKEN).status_code == 404
    assert patch(client, leader, place, 0, content).status_code == 204


def test_it_goes_on_from_any_login_of_the_same_person(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    place = begun(client, leader, content)
    patch(client, leader, place, 0, content[:40])
    session = uuid4()
    login = Login(id=session, user_id=leader.id, created_at=now(), expires_at=now() + timedelta(days=1))
    world.write(lambda opened: opened.add(login))
    elsewhere = Person(leader.id, session, world)
    assert offset(client, elsewhere, place) == 40
    assert patch(client, elsewhere, place, 40, content[40:]).status_code == 204


@pytest.mark.parametrize(
    ("heads", "status", "code"),
    [
        ({"Tus_Resumable": "0.2.2"}, 412, "unsupported_tus_version"),
        ({"Upload_Length": None}, 400, "malformed"),
        ({"Upload_Length": "-1"}, 400, "malformed"),
        ({"Upload_Length": "1.5"}, 400, "malformed"),
        ({"Upload_Length": "0"}, 422, "unsupported_photo"),
        ({"Upload_Length": "40000001"}, 413, "too_large"),
        ({"Upload_Length": None, "Upload_Defer_Length": "1"}, 400, "malformed"),
        ({"Upload_Metadata": None}, 422, "missing"),
        ({"Upload_Metadata": "sha256"}, 422, "missing"),
        ({"Upload_Metadata": "sha256 ***"}, 400, "malformed"),
        ({"Upload_Metadata": "sha256 " + b64encode(b"A" * 64).decode()}, 422, "string_pattern_mismatch"),
        ({"Upload_Metadata": "a YQ==,a YQ=="}, 400, "malformed"),
        ({"Upload_Metadata": "a " + "YQ" * 3000}, 400, "malformed"),
    ],
)
def test_a_creation_that_says_nonsense_begins_nothing(
    client: TestClient, world: World, leader: Person, heads: dict[str, Any], status: int, code: str
) -> None:
    answer = create(client, leader, jpeg(), **heads)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["content-type"] == "application/problem+json"
    own = select(Upload.id).where(Upload.user_id == leader.id)
    assert not world.write(lambda session: session.scalars(own).all())


def test_a_creation_with_bytes_of_another_kind_is_refused(client: TestClient, leader: Person) -> None:
    content = jpeg()
    answer = create(client, leader, content, content, Content_Type="image/jpeg")
    assert answer.status_code == 415


def test_what_is_said_of_a_chunk_is_judged(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    place = begun(client, leader, content)
    patch(client, leader, place, 0, content[:60])
    for answer, status, code in (
        (patch(client, leader, place, 60, b"x", Tus_Resumable="2.0.0"), 412, "unsupported_tus_version"),
        (patch(client, leader, place, 60, b"x", Content_Type="image/jpeg"), 415, "unsupported_media_type"),
        (patch(client, leader, place, "", b"x"), 400, "malformed"),
        (patch(client, leader, place, "x", b"x"), 400, "malformed"),
        (patch(client, leader, place, 0, content), 409, "wrong_offset"),
        (patch(client, leader, place, 61, content[61:]), 409, "wrong_offset"),
        (patch(client, leader, place, 60, content[60:] + b"x"), 413, "too_large"),
        (patch(client, leader, place, 60, b"x", Upload_Checksum="crc32 AAAA"), 400, "malformed"),
        (patch(client, leader, place, 60, b"x", Upload_Checksum="sha1 *"), 400, "malformed"),
        (patch(client, leader, f"/uploads/{uuid4()}", 0, b"x"), 404, "not_found"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["tus-resumable"] == "1.0.0"
    assert patch(client, leader, place, 1, b"x").json()["offset"] == 60
    assert patch(client, leader, place, 60, b"x", Tus_Resumable="0").headers["tus-version"] == "1.0.0"
    assert offset(client, leader, place) == 60
    assert len(parts_of(world, place)) == 1


def test_more_than_the_upload_has_left_is_refused_also_where_no_length_is_said(
    client: TestClient, world: World, leader: Person
) -> None:
    content = jpeg()
    place = begun(client, leader, content)

    def pieces() -> Any:
        yield content
        yield b"x" * 10

    told = {"Upload-Offset": "0", "Content-Type": KIND}
    answer = client.patch(place, content=pieces(), headers=leader.headers | SPOKEN | told)
    assert (answer.status_code, answer.json()["limit"]) == (413, len(content))
    assert offset(client, leader, place) == 0
    assert nothing_kept(world, content)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_chunk_with_a_checksum_is_kept_only_if_it_fits(
    client: TestClient, world: World, leader: Person, algorithm: str
) -> None:
    content = jpeg()
    place = begun(client, leader, content)

    def checksum(data: bytes) -> str:
        return f"{algorithm} {b64encode(hashlib.new(algorithm, data).digest()).decode()}"

    for at, end in ((0, 100), (100, len(content))):
        body = content[at:end]
        wrong = patch(client, leader, place, at, body, Upload_Checksum=checksum(body + b"?"))
        assert (wrong.status_code, wrong.json()["code"], wrong.json()["retryable"]) == (460, "checksum_mismatch", True)
        assert offset(client, leader, place) == at
        assert patch(client, leader, place, at, body, Upload_Checksum=checksum(body)).status_code == 204
    assert kept(world, content) == content
    assert not parts_of(world, place)
    other = jpeg()
    refused = create(client, leader, other, other, Upload_Checksum=checksum(b""))
    assert refused.status_code == 460
    assert nothing_kept(world, other)


@pytest.mark.parametrize("pieces", [1, 3])
@pytest.mark.parametrize(
    ("content", "as_said", "code"),
    [
        (jpeg(), sha(b"another"), "digest_mismatch"),
        (saved(noise(), "JPEG")[:-300], None, "damaged_photo"),
        (b"no picture at all, but long enough", None, "unsupported_photo"),
    ],
    ids=["another", "cut", "text"],
)
def test_what_turns_out_to_be_no_photo_ends_the_upload(
    client: TestClient, world: World, leader: Person, pieces: int, content: bytes, as_said: str | None, code: str
) -> None:
    content += uuid4().bytes if code == "unsupported_photo" else b""
    metadata = said(as_said or sha(content))
    place = create(client, leader, content, Upload_Metadata=metadata).headers["location"].removeprefix("/api/v1")
    size = len(content) // pieces
    for n in range(pieces):
        end = len(content) if n == pieces - 1 else (n + 1) * size
        answer = patch(client, leader, place, n * size, content[n * size : end])
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert head(client, leader, place).status_code == 404
    assert nothing_kept(world, content)
    again = create(client, leader, content, Upload_Metadata=metadata)
    assert again.headers["upload-offset"] == "0"
    assert not again.headers["location"].endswith(place)


def test_of_many_who_send_the_same_chunk_one_moves_the_offset(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg(500, 400)
    place = begun(client, leader, content)
    for at, end in ((0, 1000), (1000, 3000), (3000, len(content))):
        with ThreadPoolExecutor(6) as crowd:
            send = partial(patch, client, leader, place, at)
            answers = [each.status_code for each in crowd.map(send, [content[at:end]] * 6)]
        assert sorted(answers) == [204] + [409] * 5
        assert parts_of(world, place) == set(named(world, place))
    assert kept(world, content) == content
    assert len(objects(world, content)) == 1


def test_the_same_photo_from_two_phones_at_once_is_one(client: TestClient, world: World) -> None:
    content, people = jpeg(600, 400), [world.someone(Role.TEAM_LEADER) for _ in range(2)]
    places = [begun(client, person, content) for person in people]
    for person, place in zip(people, places, strict=True):
        patch(client, person, place, 0, content[:500])
    with ThreadPoolExecutor(4) as both:
        last = [both.submit(patch, client, people[n], places[n], 500, content[500:]) for n in range(2)]
        raw = [both.submit(put, client, person, content) for person in people]
    assert [each.result().status_code for each in last] == [204, 204]
    assert {each.result().status_code for each in raw} <= {200, 201}
    assert senders(world, content) == {person.id for person in people}
    assert len(objects(world, content)) == 1
    assert kept(world, content) == content


def test_an_upload_may_be_ended(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    place = begun(client, leader, content)
    patch(client, leader, place, 0, content[:40])
    assert client.delete(place, headers=leader.headers).status_code == 412
    answer = client.delete(place, headers=leader.headers | SPOKEN)
    assert (answer.status_code, answer.content, answer.headers["tus-resumable"]) == (204, b"", "1.0.0")
    assert head(client, leader, place).status_code == 404
    assert patch(client, leader, place, 40, content[40:]).status_code == 404
    assert not create(client, leader, content).headers["location"].endswith(place)


def test_methods_that_a_phone_does_not_have_are_said_in_a_head(client: TestClient, leader: Person) -> None:
    content = jpeg()
    place = begun(client, leader, content)

    def post(method: str, body: bytes = b"", **heads: str) -> Any:
        told = leader.headers | SPOKEN | {"X-HTTP-Method-Override": method} | heads
        return client.post(place, content=body, headers=told)

    assert post("PATCH", content[:9], **{"Upload-Offset": "0", "Content-Type": KIND}).status_code == 204
    assert post("HEAD").headers["upload-offset"] == "9"
    assert post("DELETE").status_code == 204
    assert post("HEAD").status_code == 404


def test_a_creation_tried_out_stores_nothing(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    heads = {"Upload-Length": str(len(content)), "Upload-Metadata": said(sha(content)), "Content-Type": KIND}
    told = leader.headers | SPOKEN | heads
    assert client.post("/uploads?dry_run=true", content=content, headers=told).status_code == 201
    assert nothing_kept(world, content)
    place = begun(client, leader, content)
    told = leader.headers | SPOKEN | {"Upload-Offset": "0", "Content-Type": KIND}
    assert client.patch(f"{place}?dry_run=true", content=content, headers=told).status_code == 204
    assert client.patch(f"{place}?dry_run=true", content=content[::-1], headers=told).status_code == 422
    assert offset(client, leader, place) == 0
    assert nothing_kept(world, content)


def test_what_arrives_in_pieces_belongs_at_once_to_the_record_that_waits(
    client: TestClient, world: World, leader: Person
) -> None:
    content = jpeg()
    subject_id = name_one(world, leader, sha(content))
    place = begun(client, leader, content)
    patch(client, leader, place, 0, content[:200])
    assert world.write(lambda session: uses.counts(session, [subject_id])[subject_id]).missing == 1
    patch(client, leader, place, 200, content[200:])
    assert world.write(lambda session: uses.counts(session, [subject_id])[subject_id]).missing == 0


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Let time pass for uploads."""
    at = clock.now() + by
    for room in (commands, tidying):
        monkeypatch.setattr(room, "now", lambda: at)


def test_an_upload_waits_seven_days_for_its_next_bytes(
    client: TestClient, world: World, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = jpeg()
    place = begun(client, leader, content)
    patch(client, leader, place, 0, content[:40])
    later(monkeypatch, timedelta(days=6, hours=23))
    assert patch(client, leader, place, 40, content[40:80]).status_code == 204
    later(monkeypatch, timedelta(days=13))
    assert offset(client, leader, place) == 80
    later(monkeypatch, timedelta(days=15))
    assert head(client, leader, place).status_code == 410
    assert patch(client, leader, place, 80, content[80:]).json()["code"] == "upload_gone"
    again = create(client, leader, content)
    assert (again.status_code, again.headers["upload-offset"]) == (201, "0")
    assert not again.headers["location"].endswith(place)


def test_what_nobody_came_back_for_is_removed(
    client: TestClient, world: World, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up, ended, running = jpeg(), jpeg(), jpeg()
    places = [begun(client, leader, content) for content in (given_up, ended)]
    for place, content in zip(places, (given_up, ended), strict=True):
        patch(client, leader, place, 0, content[:40])
    client.delete(places[1], headers=leader.headers | SPOKEN)
    tidied(world)
    assert all(parts_of(world, place) for place in places)  # so young that they may be under way
    later(monkeypatch, timedelta(days=8, hours=1))
    place = begun(client, leader, running)
    patch(client, leader, place, 0, running[:40])
    tidied(world)
    assert not any(parts_of(world, each) for each in places)
    assert len(parts_of(world, place)) == 1
    assert head(client, leader, places[0]).status_code == 404
    assert patch(client, leader, place, 40, running[40:]).status_code == 204
    assert kept(world, running) == running


def tidied(world: World) -> None:
    anyio.run(tidying.tidy, world.database, world.app.state.house.things[Darkroom])


def test_an_upload_whose_part_is_lost_is_gone_and_begins_anew(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    place = begun(client, leader, content)
    patch(client, leader, place, 0, content[:40])
    blobs: Blobs = world.app.state.house.things[Blobs]
    for key in parts_of(world, place):
        blobs.delete(key)
    assert patch(client, leader, place, 40, content[40:]).status_code == 410
    assert create(client, leader, content, content).json()["complete"] is True
    assert kept(world, content) == content


def test_a_photo_that_was_swept_is_sent_again(client: TestClient, world: World, leader: Person) -> None:
    content = jpeg()
    place = begun(client, leader, content)
    patch(client, leader, place, 0, content)

    def die(session: Any) -> None:
        session.get_one(Photo, sha(content)).dying_at = now()

    world.write(die)
    again = create(client, leader, content)
    assert (again.status_code, again.headers["upload-offset"]) == (201, "0")
    assert patch(client, leader, again.headers["location"].removeprefix("/api/v1"), 0, content).status_code == 204
    assert kept(world, content) == content


def test_an_upload_comes_in_so_many_pieces_at_most(
    client: TestClient, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "PARTS", 3)
    content = jpeg()
    place = begun(client, leader, content)
    statuses = [patch(client, leader, place, at, content[at : at + 1]).status_code for at in range(4)]
    assert statuses == [204, 204, 204, 400]
