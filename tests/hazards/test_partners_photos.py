"""A mutual-aid partner that is to review from outside sees the photos it is to judge by, and only while it is to."""

from fastapi.testclient import TestClient

from app.people.scope import ENTERPRISE
from tests.conftest import World
from tests.hazards.test_sight import BY_PHOTOS
from tests.photos.stories import jpeg
from tests.stories import confirming, done, put_on_the_list, rectifying, send_photo, team


def test_a_partner_sees_the_photos_of_what_waits_for_it(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    small = world.works(partner_id=world.enterprise)
    owner = world.someone(*ENTERPRISE, enterprise_id=small)
    hazard = put_on_the_list(world, owner, enterprise_id=small)
    photo, unused = send_photo(client, owner, jpeg()), send_photo(client, owner, jpeg())

    def answers(sha256: str) -> set[int]:
        """What each address of a photo answers the partner's officer."""
        parts = ("", "/thumbnail", "/display", "/original", "/display?watermark=true")
        return {client.get(f"photos/{sha256}{part}", headers=officer.headers).status_code for part in parts}

    done(client, owner, hazard, "confirm", confirming(owner))
    assert answers(photo) == {404}
    done(client, owner, hazard, "rectify", rectifying(owner, photos=[photo]))
    assert answers(photo) == {200}
    assert answers(unused) == {404}
    assert client.get(f"photos/{photo}", headers=worker.headers).status_code == 404
    [shown] = client.get(f"hazards/{hazard}", headers=officer.headers).json()["photos"]
    host = client.base_url.join("/")
    assert client.get(host.join(shown["watermark_url"])).status_code == 200
    done(client, manager, hazard, "accept", BY_PHOTOS)
    assert answers(photo) == {404}
    assert client.get(host.join(shown["watermark_url"])).status_code == 404
