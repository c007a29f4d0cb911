"""Uploads in pieces in a bucket, and where the storage is full or away for a while: what was acknowledged goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi.testclient import TestClient

from app.main import create_app
from app.people.scope import Role
from app.settings import Settings
from tests.conftest import World, fresh_database
from tests.disks import tiny_disk
from tests.photos.stories import jpeg
from tests.photos.test_tus import begun, create, offset, parts, patch
from tests.photos.test_upload import kept, nothing_kept, objects
from tests.s3 import S3, Cable, running

MEGA = 1_000_000


@contextmanager
def house(folder: Path, url: str, **more: str) -> Iterator[tuple[TestClient, World]]:
    app = create_app(Settings.model_validate({"data_dir": folder, "database_url": url, **more}))
    with TestClient(app, base_url="http://test/api/v1") as client:
        yield client, World(app, "500199000000")


def bucket(s3: S3, endpoint: str = "") -> dict[str, str]:
    return {
        "blobs_url": f"s3://{s3.bucket}/here", "s3_endpoint": endpoint or s3.endpoint,
        "s3_access_key_id": s3.access_key, "s3_secret_access_key": s3.secret_key,
    }  # fmt: skip


def test_a_photo_comes_into_a_bucket_in_pieces_also_if_that_is_away_for_a_while(tmp_path: Path) -> None:
    url = fresh_database("sqlite", tmp_path)
    content = jpeg() + bytes(3 * MEGA)
    with running(tmp_path) as s3:
        cable = Cable(s3, lasts=1_500_000)
        with house(tmp_path, url, **bucket(s3, cable.endpoint)) as (client, world):
            leader = world.founded().someone(Role.TEAM_LEADER)
            place = begun(client, leader, content)
            assert patch(client, leader, place, 0, content[:MEGA]).status_code == 204
            refused = patch(client, leader, place, MEGA, content[MEGA : 2 * MEGA])
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert refused.headers["retry-after"]
            assert refused.headers["tus-resumable"]
            assert offset(client, leader, place) == MEGA
        cable.close()
        with house(tmp_path, url, **bucket(s3)) as (client, world):
            assert create(client, leader, content).headers["upload-offset"] == str(MEGA)
            assert patch(client, leader, place, MEGA, content[MEGA : 2 * MEGA]).status_code == 204
            assert len(parts(world)) == 2
            assert patch(client, leader, place, 2 * MEGA, content[2 * MEGA :]).status_code == 204
            assert kept(world, content) == content
            assert len(objects(world, content)) == 1
            assert not parts(world)
            wrong = jpeg()
            place = begun(client, leader, wrong)
            patch(client, leader, place, 0, wrong[:50])
            assert patch(client, leader, place, 50, wrong[:-50]).status_code == 422
            assert nothing_kept(world, wrong)


def test_where_the_disk_is_full_the_upload_goes_on_once_there_is_room(tmp_path: Path) -> None:
    url = fresh_database("sqlite", tmp_path)
    content = jpeg() + bytes(3 * MEGA)
    with tiny_disk(tmp_path / "disk", 8) as disk, house(tmp_path, url, blobs_url=str(disk)) as (client, world):
        leader = world.founded().someone(Role.TEAM_LEADER)
        place = begun(client, leader, content)
        assert patch(client, leader, place, 0, content[:MEGA]).status_code == 204
        (disk / "other").write_bytes(bytes(7 * MEGA))
        for end in (2 * MEGA, len(content)):
            refused = patch(client, leader, place, MEGA, content[MEGA:end])
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert offset(client, leader, place) == MEGA
        assert not list((disk / ".incoming").iterdir())
        (disk / "other").unlink()
        assert patch(client, leader, place, MEGA, content[MEGA:]).status_code == 204
        assert kept(world, content) == content
