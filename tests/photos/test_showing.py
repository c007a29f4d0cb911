"""Pictures go to the bearer of who may see them, and to whoever has an address that we signed; to nobody else."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy.orm import Session

from app.foundation.blobs import Blobs
from app.foundation.clock import now
from app.people.scope import Role
from app.photos import addresses
from app.photos.addresses import display_url, thumbnail_url
from app.photos.darkroom import derived_key
from app.photos.images import Variant
from app.photos.models import Photo
from tests.conftest import Person, World
from tests.photos.pictures import exif, jpeg_outline, noise, saved, with_app1
from tests.photos.stories import jpeg, name_one, sha
from tests.photos.test_upload import put

PHONE = (2000, 1500)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


@pytest.fixture
def content(client: TestClient, leader: Person) -> bytes:
    """A photo that the leader's phone has taken lying on its side, sent, and used in a record."""
    content = saved(noise(40, 30).resize(PHONE), "JPEG", exif=exif(6))
    assert put(client, leader, content).status_code == 201
    return content


def see(client: TestClient, person: Person, content: bytes, size: str = "thumbnail", **headers: str) -> Any:
    return client.get(f"/photos/{sha(content)}/{size}", headers=person.headers | headers)


def signed(client: TestClient, address: str, **headers: str) -> Any:
    """What an address gives to somebody without a token."""
    return client.get(f"http://test{address}", headers=headers)


def test_the_smaller_pictures_are_upright_and_do_not_say_where(
    client: TestClient, leader: Person, content: bytes
) -> None:
    for size, edge in (("thumbnail", 320), ("display", 1280)):
        answer = see(client, leader, content, size)
        picture = Image.open(BytesIO(answer.content))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert picture.size == (edge * 3 // 4, edge)
        assert not picture.getexif()


def test_the_original_is_byte_for_byte(client: TestClient, leader: Person) -> None:
    content = saved(noise(), "PNG")
    put(client, leader, content)
    answer = see(client, leader, content, "original")
    assert answer.content == content
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_photo_tells_what_it_is_and_where_its_pictures_are(
    client: TestClient, leader: Person, content: bytes
) -> None:
    told = client.get(f"/photos/{sha(content)}", headers=leader.headers).json()
    assert (told["sha256"], told["bytes"]) == (sha(content), len(content))
    assert (told["content_type"], told["width"], told["height"]) == ("image/jpeg", 1500, 2000)
    for size in ("thumbnail", "display"):
        answer = signed(client, told[f"{size}_url"])
        assert (answer.status_code, answer.content) == (200, see(client, leader, content, size).content)


def test_who_sees_the_record_sees_its_photo(client: TestClient, world: World, leader: Person, content: bytes) -> None:
    inspector, colleague = world.someone(Role.INSPECTOR), world.someone(Role.WORKER)
    assert see(client, inspector, content).status_code == 404  # not used anywhere yet
    name_one(world, leader, sha(content))
    assert see(client, inspector, content).status_code == 200
    assert see(client, inspector, content, "original").content == content
    assert see(client, colleague, content, "display").status_code == 200
    assert client.get(f"/photos/{sha(content)}", headers=colleague.headers).status_code == 200


def test_who_does_not_see_the_record_finds_nothing(
    client: TestClient, world: World, leader: Person, content: bytes
) -> None:
    name_one(world, leader, sha(content))
    for other in (
        world.someone(Role.MANAGER, enterprise_id=world.works()),
        world.someone(Role.SUPERVISOR, areas=(world.next_town,)),
        world.someone(Role.EXPERT, assigned=()),
    ):
        name_one(world, other, sha(content))  # knowing the hash gives nothing
        for address in ("", "/thumbnail", "/display", "/original"):
            answer = client.get(f"/photos/{sha(content)}{address}", headers=other.headers)
            nothing = client.get(f"/photos/{sha(b'no')}{address}", headers=other.headers)
            assert answer.status_code == nothing.status_code == 404
            assert answer.json() | {"request_id": ""} == nothing.json() | {"request_id": ""}


REVIEWING = {
    Role.DEPARTMENT_HEAD, Role.MANAGER, Role.SAFETY_OFFICER, Role.INSPECTOR, Role.SUPERVISOR, Role.ENFORCEMENT_OFFICER,
    Role.EXPERT,
}  # fmt: skip


@pytest.mark.parametrize("role", Role)
def test_the_original_is_for_its_sender_and_for_those_who_review(client: TestClient, world: World, role: Role) -> None:
    """It tells what EXIF tells: where somebody stood, and with which phone."""
    person, worker, own, theirs = world.someone(role), world.someone(Role.WORKER), jpeg(), jpeg()
    for sender, content in ((person, own), (worker, theirs)):
        put(client, sender, content)
        name_one(world, sender, sha(content))
    assert see(client, person, own, "original").content == own
    assert see(client, person, theirs, "display").status_code == 200
    assert see(client, person, theirs, "original").status_code == (200 if role in REVIEWING else 403)


def test_without_token_and_signature_there_is_nothing(client: TestClient, world: World, content: bytes) -> None:
    stranger = Person(uuid4(), uuid4(), world)
    for size in ("thumbnail", "display", "original", "nonsense"):
        assert client.get(f"/photos/{sha(content)}/{size}").status_code == 401
        assert see(client, stranger, content, size).status_code == 401
    assert client.get("/photos/%00/thumbnail").status_code == 401


def test_what_is_no_address_of_a_picture_is_not_found(client: TestClient, leader: Person, content: bytes) -> None:
    for address in (f"{sha(content)}/nonsense", "%00/thumbnail", "..%2f..%2fkeys/original", "x/display"):
        assert client.get(f"/photos/{address}", headers=leader.headers).status_code == 404


def test_an_address_is_the_same_all_day_and_valid_for_at_least_one(
    world: World, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, sha256 = world.keyring, sha(b"any")
    morning = now().replace(hour=16, minute=0, second=0, microsecond=0)  # 24:00 in Shanghai
    made = set()
    for hours in (0, 8, 23.999):
        then = morning + timedelta(hours=hours)
        monkeypatch.setattr(addresses, "now", lambda then=then: then)
        made.add(thumbnail_url(keys, leader.id, sha256))
    assert len(made) == 1
    until = int(parse_qs(urlsplit(made.pop()).query)["until"][0])
    assert until == (morning + timedelta(hours=48)).timestamp()
    monkeypatch.setattr(addresses, "now", lambda: morning + timedelta(hours=24))
    assert until < int(parse_qs(urlsplit(thumbnail_url(keys, leader.id, sha256)).query)["until"][0])


def test_an_expired_address_is_worth_nothing(
    client: TestClient, world: World, leader: Person, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = thumbnail_url(world.keyring, leader.id, sha(content))
    assert signed(client, address).status_code == 200
    for hours, status in ((24, 200), (48, 401)):
        then = now() + timedelta(hours=hours)
        monkeypatch.setattr(addresses, "now", lambda then=then: then)
        assert signed(client, address).status_code == status


def test_a_forged_address_is_worth_nothing(client: TestClient, world: World, leader: Person, content: bytes) -> None:
    address, other = thumbnail_url(world.keyring, leader.id, sha(content)), jpeg()
    put(client, leader, other)
    until = parse_qs(urlsplit(address).query)["until"][0]
    for forged in (
        address.replace(sha(content), sha(other)),
        address.replace("/thumbnail", "/display"),
        address.replace("/thumbnail", "/original"),
        address.replace(str(leader.id), str(uuid4())),
        address.replace(until, str(int(until) + 1)),
        address[:-1] + ("0" if address[-1] != "0" else "1"),
        address.partition("&mark")[0],
        address.partition("?")[0],
        address.replace(until, "x"),
        address.replace("mark=", "mark=%ff"),
    ):
        assert signed(client, forged).status_code == 401, forged
    stranger = world.someone(Role.MANAGER, enterprise_id=world.works())
    assert signed(client, address + "0", **stranger.headers).status_code == 404


def test_an_address_for_a_photo_that_is_not_there_finds_nothing(
    client: TestClient, world: World, leader: Person
) -> None:
    assert signed(client, display_url(world.keyring, leader.id, sha(b"nothing"))).status_code == 404


def test_a_client_that_has_the_picture_is_not_sent_it_again(
    client: TestClient, world: World, leader: Person, content: bytes
) -> None:
    for size in ("thumbnail", "display", "original"):
        answer = see(client, leader, content, size)
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        again = see(client, leader, content, size, **{"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    address = thumbnail_url(world.keyring, leader.id, sha(content))
    etag = signed(client, address).headers["etag"]
    assert signed(client, address, **{"If-None-Match": f'"x", W/{etag}'}).status_code == 304
    assert signed(client, address, **{"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, None),
        ("bytes=-100", -100, None),
        ("bytes=10-99999999999", 10, None),
        ("bytes=0-0", 0, 1),
        ("Bytes=0-0", 0, 1),
    ],
)
def test_a_part_of_the_original(
    client: TestClient, leader: Person, content: bytes, asked: str, start: int, stop: int | None
) -> None:
    answer = see(client, leader, content, "original", Range=asked)
    whole, part = len(content), content[start:stop]
    begins = start if start >= 0 else whole + start
    assert (answer.status_code, answer.content) == (206, part)
    assert answer.headers["content-range"] == f"bytes {begins}-{begins + len(part) - 1}/{whole}"
    assert answer.headers["content-length"] == str(len(part))


@pytest.mark.parametrize(
    "asked", [{"Range": said} for said in ("bytes=5-2", "bytes=-", "bytes=0-1,5-6", "pages=1-2", "x")]
    + [{"Range": "bytes=0-1", "If-Range": '"older"'}],
)  # fmt: skip
def test_ranges_that_make_no_sense_are_passed_over(
    client: TestClient, leader: Person, content: bytes, asked: dict[str, str]
) -> None:
    answer = see(client, leader, content, "original", **asked)
    assert (answer.status_code, answer.content) == (200, content)


def test_a_range_behind_the_end_does_not_exist(client: TestClient, leader: Person, content: bytes) -> None:
    for asked in (f"bytes={len(content)}-", "bytes=-0"):
        answer = see(client, leader, content, "original", Range=asked)
        assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
        assert answer.headers["content-range"] == f"bytes */{len(content)}"


def test_the_head_tells_what_would_be_sent(client: TestClient, leader: Person, content: bytes) -> None:
    for size in ("thumbnail", "original"):
        answer = see(client, leader, content, size)
        head = client.head(f"/photos/{sha(content)}/{size}", headers=leader.headers)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-length", "content-type", "etag", "accept-ranges"):
            assert head.headers[name] == answer.headers[name]
        part = client.head(f"/photos/{sha(content)}/{size}", headers=leader.headers | {"Range": "bytes=0-1"})
        assert (part.status_code, part.headers["content-length"]) == (200, answer.headers["content-length"])


def test_no_browser_runs_what_people_have_sent(client: TestClient, leader: Person, content: bytes) -> None:
    for size in ("thumbnail", "original"):
        headers = see(client, leader, content, size).headers
        assert headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert headers["x-content-type-options"] == "nosniff"
        assert "content-disposition" not in headers


def test_a_smaller_picture_that_is_lost_is_made_again(
    client: TestClient, world: World, leader: Person, content: bytes
) -> None:
    blobs: Blobs = world.app.state.house.things[Blobs]
    first = see(client, leader, content)
    key = derived_key(sha(content), Variant.THUMBNAIL)
    assert blobs.size(key) == len(first.content)
    blobs.delete(key)
    assert see(client, leader, content).content == first.content
    blobs.delete(key)
    assert signed(client, thumbnail_url(world.keyring, leader.id, sha(content))).content == first.content


def test_a_photo_that_cannot_be_made_smaller_is_kept_and_says_so(client: TestClient, leader: Person) -> None:
    hollow = with_app1(jpeg_outline(640, 480), uuid4().bytes)
    assert put(client, leader, hollow).status_code == 201
    answer = see(client, leader, hollow)
    assert (answer.status_code, answer.json()["code"]) == (404, "picture_unavailable")
    assert see(client, leader, hollow, "original").content == hollow
    told = client.get(f"/photos/{sha(hollow)}", headers=leader.headers).json()
    assert (told["pictures"], told["thumbnail_url"], told["display_url"]) == ("unavailable", None, None)


def test_an_object_that_is_lost_is_our_fault(client: TestClient, world: World, leader: Person, content: bytes) -> None:
    blobs: Blobs = world.app.state.house.things[Blobs]

    def key(session: Session) -> str:
        return session.get_one(Photo, sha(content)).object_key

    blobs.delete(world.write(key))
    for size in ("display", "original"):
        assert see(client, leader, content, size).status_code == 503
