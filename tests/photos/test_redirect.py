"""Where the store may answer for itself, pictures are links to it: brief, for one object, and for what it is."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.foundation import blobs
from app.main import create_app
from app.people.scope import Role
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.photos.phones import pdf
from tests.photos.pictures import noise, saved
from tests.photos.stories import name_one, sha
from tests.photos.test_showing import signed
from tests.photos.test_upload import put
from tests.s3 import S3, running


class Shop(NamedTuple):
    """A server with a bucket, and somebody who has sent a photo there."""

    client: TestClient
    world: World
    leader: Person
    content: bytes


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with running(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def shop(bucket: S3, tmp_path: Path) -> Iterator[Shop]:
    settings = Settings(
        data_dir=tmp_path, database_url=fresh_database("sqlite", tmp_path), blobs_url=f"s3://{bucket.bucket}/here",
        s3_endpoint=bucket.endpoint, s3_access_key_id=bucket.access_key,
        s3_secret_access_key=bucket.secret_key, s3_redirect=True, s3_public_endpoint=bucket.endpoint,
    )  # fmt: skip
    app = create_app(settings)
    with TestClient(app, base_url="http://test/api/v1", follow_redirects=False) as client:
        world = World(app, "500199000000").founded()
        leader, content = world.someone(Role.TEAM_LEADER), saved(noise(400, 300), "PNG")
        assert put(client, leader, content).status_code == 201
        yield Shop(client, world, leader, content)


def see(shop: Shop, size: str, content: bytes | None = None, **headers: str) -> Any:
    address = f"photos/{sha(content or shop.content)}/{size}"
    return shop.client.get(address, headers=shop.leader.headers | headers)


def test_pictures_are_fetched_from_the_store_itself(shop: Shop) -> None:
    told = shop.client.get(f"photos/{sha(shop.content)}", headers=shop.leader.headers).json()
    for answer, kind in (
        (see(shop, "original"), "image/png"),
        (see(shop, "thumbnail"), "image/jpeg"),
        (signed(shop.client, told["display_url"]), "image/jpeg"),
    ):
        assert (answer.status_code, answer.content) == (307, b"")
        assert answer.headers["cache-control"] == f"private, max-age={blobs.LINK_SECONDS // 2}"
        fetched = httpx2.get(answer.headers["location"])
        assert (fetched.status_code, fetched.headers["content-type"]) == (200, kind)
    assert httpx2.get(see(shop, "original").headers["location"]).content == shop.content
    part = httpx2.get(see(shop, "original").headers["location"], headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, shop.content[5:10])


def test_a_document_is_a_download_there_too(shop: Shop) -> None:
    document = pdf()
    put(shop.client, shop.leader, document)
    fetched = httpx2.get(see(shop, "original", document).headers["location"])
    assert (fetched.content, fetched.headers["content-type"]) == (document, "application/pdf")
    assert fetched.headers["content-disposition"] == f'attachment; filename="{sha(document)[:16]}.pdf"'


def test_a_link_is_worth_nothing_for_anything_else(shop: Shop) -> None:
    document = pdf()
    put(shop.client, shop.leader, document)
    link = see(shop, "original", document).headers["location"]
    other = httpx2.URL(see(shop, "original").headers["location"]).path
    for forged in (
        link.replace("response-content-disposition=attachment", "response-content-disposition=inline"),
        link.replace("application%2Fpdf", "text%2Fhtml"),
        link.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        link.replace(httpx2.URL(link).path, other),
        link.partition("&X-Amz-Signature")[0],
    ):
        assert forged != link
        assert httpx2.get(forged).status_code in {400, 403}, forged
    assert httpx2.put(link, content=b"x").status_code == 403


def test_a_link_expires(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "LINK_SECONDS", 1)
    link = see(shop, "original").headers["location"]
    assert httpx2.get(link).status_code == 200
    time.sleep(2.1)
    assert httpx2.get(link).status_code == 403


def test_what_only_the_server_knows_it_answers_itself(shop: Shop) -> None:
    head = shop.client.head(f"photos/{sha(shop.content)}/original", headers=shop.leader.headers)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(shop.content)))
    kept = see(shop, "original", None, **{"If-None-Match": head.headers["etag"]})
    assert (kept.status_code, kept.content) == (304, b"")
    name_one(shop.world, shop.leader, sha(shop.content))
    marked = shop.client.get(f"photos/{sha(shop.content)}/display?watermark=true", headers=shop.leader.headers)
    assert (marked.status_code, marked.headers["content-type"]) == (200, "image/jpeg")
    stranger = shop.world.someone(Role.MANAGER, enterprise_id=shop.world.works())
    assert shop.client.get(f"photos/{sha(shop.content)}/original", headers=stranger.headers).status_code == 404


def test_a_server_without_keys_for_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="S3_ACCESS_KEY_ID"):
        create_app(Settings(data_dir=tmp_path, blobs_url="s3://photos/here", s3_redirect=True))
