"""A bucket that refuses, breaks off or dawdles: a photo is acknowledged only after the store has said yes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.foundation.blobs import Blobs
from app.foundation.clock import now
from app.foundation.presigning import Presigner
from app.main import create_app
from app.people.scope import Role
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.photos.stories import jpeg, sha
from tests.photos.test_showing import see
from tests.photos.test_upload import kept, post, put
from tests.s3 import S3, Cable, running

FOLDER = "s3://photos/trouble"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with running(tmp_path_factory.mktemp("s3")) as server:
        yield server


@contextmanager
def served(kind: str, folder: Path, s3: S3, endpoint: str = "", **more: object) -> Iterator[tuple[TestClient, Person]]:
    """A house on the bucket, and somebody who sends photos there."""
    told = {
        "data_dir": folder, "database_url": fresh_database(kind, folder), "blobs_url": FOLDER,
        "s3_endpoint": endpoint or s3.endpoint, "s3_access_key_id": s3.access_key,
        "s3_secret_access_key": s3.secret_key,
    }  # fmt: skip
    app = create_app(Settings.model_validate(told | more))
    with TestClient(app, base_url="http://test/api/v1") as client:
        yield client, World(app, "500199000000").founded().someone(Role.TEAM_LEADER)


def refused(client: TestClient, person: Person, content: bytes) -> None:
    """Said clearly, worth repeating, and not half done."""
    for send in (put, post):
        answer = send(client, person, content)
        assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (503, "unavailable", True)
        assert int(answer.headers["retry-after"]) == answer.json()["retry_after"]
    assert client.get(f"photos/{sha(content)}", headers=person.headers).status_code == 404


def test_a_wrong_secret_takes_nothing_and_shows_nothing(kind: str, tmp_path: Path, s3: S3) -> None:
    content = jpeg()
    with served(kind, tmp_path, s3, s3_secret_access_key="wrong") as (client, leader):
        refused(client, leader, content)
        assert not list(Blobs.open(FOLDER, **s3.options).under(sha(content)))


def test_a_store_that_breaks_off_in_the_middle_is_asked_again(kind: str, tmp_path: Path, s3: S3) -> None:
    cable, content = Cable(s3, lasts=1 << 20), jpeg() + bytes(3 << 20)
    with served(kind, tmp_path, s3, cable.endpoint) as (client, leader):
        refused(client, leader, content)
        assert not list(Blobs.open(FOLDER, **s3.options).under(sha(content)))
        cable.mend()
        assert put(client, leader, content).status_code == 201
        assert kept(leader.world, content) == content
        cable.cut()
        assert see(client, leader, content, "original").status_code == 503
        cable.mend()
        assert see(client, leader, content, "original").content == content
    cable.close()


def test_a_slow_store_is_waited_for(kind: str, tmp_path: Path, s3: S3) -> None:
    cable, content = Cable(s3, delay=0.4), jpeg()
    with served(kind, tmp_path, s3, cable.endpoint) as (client, leader):
        assert put(client, leader, content).status_code == 201
        assert see(client, leader, content, "original").content == content
    cable.close()


def test_a_store_that_is_too_slow_is_told_of_in_time(tmp_path: Path, s3: S3) -> None:
    """It may have kept the object: that counts for nothing, and the next attempt has one of its own."""
    cable, content = Cable(s3, delay=5), jpeg()
    with served("sqlite", tmp_path, s3, cable.endpoint, s3_timeout=1) as (client, leader):
        begun = time.monotonic()
        assert put(client, leader, content).status_code == 503
        assert time.monotonic() - begun < 10
        assert client.get(f"photos/{sha(content)}", headers=leader.headers).status_code == 404
        cable.mend()
        assert put(client, leader, content).status_code == 201
        assert kept(leader.world, content) == content
    cable.close()


def test_a_link_opens_the_photo_only_for_its_time(s3: S3) -> None:
    key, photo = f"{'ab' * 32}/1", jpeg()
    with Blobs.open(FOLDER, **s3.options).writer(key) as writer:
        writer.write(photo)
        writer.finish()
    keys = (s3.access_key, s3.secret_key)
    signer = Presigner.of(FOLDER, s3.endpoint, "us-east-1", *keys, virtual_hosted=False)
    shown = {"response-content-type": "image/jpeg"}
    fresh, stale = signer.link(key, now(), 60, shown), signer.link(key, now() - timedelta(hours=1), 60, shown)
    assert httpx2.get(fresh).content == photo
    for wrong in (stale, fresh.replace("Expires=60", "Expires=6000"), fresh[:-1] + ("0" if fresh[-1] != "0" else "1")):
        assert httpx2.get(wrong).status_code == 403
