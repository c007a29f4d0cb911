"""Photos that prove something: sent, named by records, and checked."""

from typing import Any

import anyio
from fastapi.testclient import TestClient

from app.evidence.checking import check_all
from app.foundation.blobs import Blobs
from app.foundation.database import Database
from app.people.models import Enterprise
from app.people.scope import Role
from app.photos.darkroom import Darkroom
from tests.conftest import Person, World
from tests.inspections.stories import finding, hazard, posted, reporting
from tests.photos.stories import sha
from tests.stories import confirming, done, rectifying, send_photo

AT = "2026-11-23T01:10:00Z"
WORKS = {"lon": 106.05, "lat": 29.84, "datum": "wgs84", "accuracy_m": None}


def check(world: World) -> int:
    """Everything that waits is checked, as by a process of its own; how many uses that were."""
    house = world.app.state.house.things
    own = Database(world.database.engine.url.render_as_string(False), carried=world.database.carried)
    try:
        return anyio.run(check_all, own, Darkroom(house[Blobs]))
    finally:
        own.engine.dispose()


def found(client: TestClient, by: Person, *photos: bytes, **more: Any) -> str:
    """A hazard that was found with these photos, which come before or after it; its id."""
    late = more.pop("late", False)
    entries = more.pop("photos", None)
    if not late:
        for photo in photos:
            send_photo(client, by, photo)
    told = finding(list="hazard", photos=[sha(photo) for photo in photos], **more.pop("finding", {}))
    body = {"performed_at": AT} | ({"photos": entries} if entries else {}) | more
    posted(client, by, reporting(by.world, told, **body))
    if late:
        for photo in photos:
            send_photo(client, by, photo)
    return str(told["id"])


def rectified(client: TestClient, hazard_id: str, officer: Person, *photos: bytes, **more: Any) -> dict[str, Any]:
    """The hazard after it was confirmed and put right, with these photos."""
    for photo in photos:
        send_photo(client, officer, photo)
    id: Any = hazard_id
    leader = officer.world.someone(Role.TEAM_LEADER)
    done(client, officer.world.someone(Role.SAFETY_OFFICER), id, "confirm", confirming(officer))
    return done(client, officer, id, "rectify", rectifying(leader, photos=[sha(photo) for photo in photos], **more))


def noticed(client: TestClient, by: Person, id: str, *photos: bytes) -> dict[str, Any]:
    """What is noticed about these photos of a hazard (all of them, if none are named): by code, with its details."""
    wanted = {sha(photo) for photo in photos}
    shown = [each for each in hazard(client, by, id)["photos"] if not wanted or each["sha256"] in wanted]
    assert shown
    return {flag["code"]: flag["details"] for each in shown for flag in each["evidence"]["flags"]}


def on_the_map(world: World, **position: Any) -> None:
    """The enterprise has a place."""
    world.write(lambda session: setattr(session.get_one(Enterprise, world.enterprise), "position", WORKS | position))
