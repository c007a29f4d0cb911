"""Documents and new kinds of photos over HTTP: taken, described, shown or not, and served for what they are."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.foundation.blobs import Blobs
from app.main import create_app
from app.people.scope import Role
from app.photos.darkroom import derived_key
from app.photos.documents import DOCUMENT_LIMIT
from app.photos.images import Variant
from app.photos.rebuilding import Rebuilt, rebuild
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.photos.corpus import spoilt
from tests.photos.phones import camera, heic, pdf, scripted_pdf
from tests.photos.pictures import chunk, jpeg_outline, noise, png, saved, scene
from tests.photos.stories import sha
from tests.photos.test_showing import see
from tests.photos.test_upload import post, put
from tests.stories import done, put_on_the_list


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def told(client: TestClient, person: Person, content: bytes) -> dict[str, Any]:
    answer = client.get(f"photos/{sha(content)}", headers=person.headers)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def form() -> bytes:
    """A document that nobody else has."""
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>", b"(%s)" % uuid4().hex.encode())


def test_a_heic_comes_as_it_is_and_is_shown_as_a_jpeg(client: TestClient, leader: Person) -> None:
    content = heic(noise(200, 100), camera("Apple", "iPhone 15", 6))
    answer = put(client, leader, content)
    assert (answer.status_code, answer.json()["content_type"]) == (201, "image/heic")
    assert (answer.json()["width"], answer.json()["height"]) == (100, 200)
    for size in Variant:
        picture = see(client, leader, content, size)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
        assert Image.open(BytesIO(picture.content)).size == (100, 200)
        assert b"Apple" not in picture.content
    original = see(client, leader, content, "original")
    assert (original.content, original.headers["content-type"]) == (content, "image/heic")


def test_a_document_is_a_download_and_has_no_pictures(client: TestClient, leader: Person) -> None:
    for content in (form(), scripted_pdf()):
        answer = post(client, leader, content)
        assert answer.json() == {
            "sha256": sha(content), "bytes": len(content), "content_type": "application/pdf", "width": None,
            "height": None,
        }  # fmt: skip
        shown = told(client, leader, content)
        assert (shown["pictures"], shown["thumbnail_url"], shown["display_url"]) == ("none", None, None)
        refused = see(client, leader, content)
        assert (refused.status_code, refused.json()["code"]) == (404, "picture_unavailable")
        original = see(client, leader, content, "original")
        assert (original.content, original.headers["content-type"]) == (content, "application/pdf")
        assert original.headers["content-disposition"] == f'attachment; filename="{sha(content)[:16]}.pdf"'
        assert original.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert original.headers["x-content-type-options"] == "nosniff"


def test_a_document_is_evidence_wherever_a_photo_is(client: TestClient, world: World, leader: Person) -> None:
    hazard, document, photo = put_on_the_list(world, leader), form(), saved(noise(), "JPEG")
    put(client, leader, document)
    put(client, leader, photo)
    row = done(client, leader, hazard, "comment", {"text": "签字表", "photos": [sha(document)]})
    assert row["thumbnail_url"] is None
    row = done(client, leader, hazard, "comment", {"text": "现场", "photos": [sha(photo)]})
    assert f"/photos/{sha(photo)}/thumbnail" in row["thumbnail_url"]
    shown = {each["sha256"]: each for each in client.get(f"hazards/{hazard}", headers=leader.headers).json()["photos"]}
    kept = shown[sha(document)]
    assert (kept["content_type"], kept["pictures"], kept["arrived"]) == ("application/pdf", "none", True)
    assert kept["thumbnail_url"] is kept["display_url"] is kept["watermark_url"] is None
    assert shown[sha(photo)]["pictures"] == "available"


def test_a_document_over_its_limit_is_told_the_limit(client: TestClient, leader: Person) -> None:
    content = form() + b" " * DOCUMENT_LIMIT
    answer = put(client, leader, content)
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "too_large", DOCUMENT_LIMIT)
    assert see(client, leader, content, "original").status_code == 404


def test_a_photo_too_costly_to_decode_is_kept_and_says_so(client: TestClient, leader: Person) -> None:
    content = png(10_000, 5_001, 8, 2, b"\0", [chunk(b"tEXt", uuid4().bytes * 40_000)])
    assert put(client, leader, content).status_code == 201
    shown = told(client, leader, content)
    assert (shown["pictures"], shown["display_url"]) == ("unavailable", None)
    assert see(client, leader, content, "display").json()["code"] == "picture_unavailable"
    assert see(client, leader, content, "original").content == content


def test_that_decoding_has_failed_is_remembered(client: TestClient, world: World, leader: Person) -> None:
    content = spoilt(heic(noise(256, 192)))
    assert put(client, leader, content).status_code == 201
    assert told(client, leader, content)["pictures"] == "available"  # nobody has tried
    for _ in range(2):
        assert see(client, leader, content).json()["code"] == "picture_unavailable"
        assert told(client, leader, content)["pictures"] == "unavailable"


@pytest.fixture
def own_house(kind: str, tmp_path: Path) -> Iterator[tuple[TestClient, World]]:
    """A house with no photos but the test's own."""
    app = create_app(Settings(data_dir=tmp_path, database_url=fresh_database(kind, tmp_path)))
    with TestClient(app, base_url="http://test/api/v1") as client:
        yield client, World(app, "500199000000").founded()


def test_one_command_makes_all_pictures_again(own_house: tuple[TestClient, World]) -> None:
    client, world = own_house
    leader, blobs = world.someone(Role.TEAM_LEADER), world.app.state.house.things[Blobs]
    good, broken, document, lost = saved(noise(), "JPEG"), jpeg_outline(640, 480), form(), saved(scene(), "JPEG")
    for content in (good, broken, document, lost):
        put(client, leader, content)
    for each in list(blobs.under(sha(lost))):
        blobs.delete(each.key)
    assert rebuild(world.database, blobs) == Rebuilt(1, [sha(broken)], [sha(lost)])
    key = derived_key(sha(good), Variant.THUMBNAIL)
    before = b"".join(blobs.read(key))
    blobs.delete(key)
    world.sql("UPDATE photos SET pictures = 'unavailable' WHERE sha256 = :sha256", sha256=sha(good))
    assert rebuild(world.database, blobs, anew=True) == Rebuilt(1, [sha(broken)], [sha(lost)])
    assert b"".join(blobs.read(key)) == before
    assert told(client, leader, good)["pictures"] == "available"
    assert told(client, leader, broken)["pictures"] == "unavailable"
