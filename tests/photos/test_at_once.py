"""A phone sends a photo that a hazard waits for while its owner acts on that hazard: neither waits for the other."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import World
from tests.inspections.stories import finding, posted, reporting
from tests.photos.stories import jpeg, sha
from tests.photos.test_upload import put


def test_a_photo_arrives_while_its_hazard_is_acted_on(client: TestClient, world: World) -> None:
    leader = world.someone(Role.TEAM_LEADER)
    photos = [jpeg(40, 30) for _ in range(12)]
    owed = finding(list="hazard", photos=[sha(photo) for photo in photos])
    (hazard,) = posted(client, leader, reporting(world, owed))["findings"]

    def comment(photo: bytes) -> Any:
        body = {"id": str(uuid4()), "text": "现场照片", "photos": [sha(photo + b"-"), sha(photo)]}
        return client.post(f"/hazards/{hazard['id']}/comment", json=body, headers=leader.headers)

    for photo in photos:
        with ThreadPoolExecutor(2) as both:
            said, sent = both.submit(comment, photo), both.submit(put, client, leader, photo)
        assert (said.result().status_code, sent.result().status_code) == (200, 201), said.result().text
