"""Photos in an S3 bucket come and go as they do in a folder; without the bucket nothing is half done."""

from pathlib import Path

from fastapi.testclient import TestClient

from app.main import create_app
from app.people.scope import Role
from app.settings import Settings
from tests.conftest import World, fresh_database
from tests.photos.pictures import noise, saved
from tests.photos.stories import jpeg, sha
from tests.photos.test_showing import see
from tests.photos.test_upload import kept, nothing_kept, objects, post, put
from tests.s3 import free_ports, running


def test_photos_lie_in_a_bucket(tmp_path: Path) -> None:
    database = fresh_database("sqlite", tmp_path)
    with running(tmp_path) as s3:
        settings = Settings(
            data_dir=tmp_path, database_url=database, blobs_url=f"s3://{s3.bucket}/here", s3_endpoint=s3.endpoint,
            s3_access_key_id=s3.access_key, s3_secret_access_key=s3.secret_key,
        )  # fmt: skip
        app = create_app(settings)
        with TestClient(app, base_url="http://test/api/v1") as client:
            world = World(app, "500199000000").founded()
            leader, other = world.someone(Role.TEAM_LEADER), world.someone(Role.TEAM_LEADER)
            content = saved(noise(40, 30).resize((1600, 1200)), "PNG")
            assert put(client, leader, content).status_code == 201
            assert post(client, other, content).status_code == 201
            assert kept(world, content) == content
            assert len(objects(world, content)) == 1
            for _ in range(2):
                assert see(client, leader, content, "display").headers["content-type"] == "image/jpeg"
            assert see(client, leader, content, "original").content == content
            part = see(client, leader, content, "original", Range="bytes=5-9")
            assert (part.status_code, part.content) == (206, content[5:10])
            wrong = put(client, leader, content + b"x", sha(b"else"))
            assert wrong.json()["code"] == "digest_mismatch"
            assert nothing_kept(world, content + b"x")


def test_while_the_bucket_is_away_a_photo_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_ports(1)[0]}"
    settings = Settings(
        data_dir=tmp_path, database_url=fresh_database("sqlite", tmp_path), blobs_url="s3://photos/here",
        s3_endpoint=nowhere, s3_access_key_id="a", s3_secret_access_key="b",
    )  # fmt: skip
    app = create_app(settings)
    with TestClient(app, base_url="http://test/api/v1") as client:
        world = World(app, "500199000000").founded()
        leader, content = world.someone(Role.TEAM_LEADER), jpeg()
        answer = put(client, leader, content)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"]
        assert client.get(f"/photos/{sha(content)}", headers=leader.headers).status_code == 404
