"""What was declared and checked stays: through deaths, beside others, and against whoever has the database."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from app.cli import app as cli
from app.evidence import checking, prints
from app.evidence.checking import PATIENCE, claim, nearest
from app.evidence.models import PhotoFacts, PhotoLikeness
from app.foundation.blobs import Blobs
from app.foundation.clock import now
from app.foundation.dialects import REFUSED
from app.foundation.problems import Unavailable
from app.hazards.models import Hazard
from app.journal.audit import verify
from app.main import create_app
from app.people.scope import Role
from app.photos.darkroom import derived_key
from app.photos.images import Variant
from app.photos.models import Photo, PhotoUse
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.evidence.scenes import jpeg, scene, with_exif
from tests.evidence.stories import check, found, noticed
from tests.evidence.test_checking import photo
from tests.hazards.test_plan import plan_of, statements_of
from tests.inspections.stories import finding, hazard, posted, reporting, sort
from tests.live import Live
from tests.photos.stories import sha
from tests.stories import send_photo


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def uses_of(world: World, picture: bytes) -> list[PhotoUse]:
    found: list[PhotoUse] = world.write(
        lambda s: s.scalars(select(PhotoUse).where(PhotoUse.sha256 == sha(picture))).all()
    )
    return found


def test_who_dies_with_a_photo_in_hand_leaves_it_to_the_next(client: TestClient, world: World, leader: Person) -> None:
    check(world)
    picture = photo(software="Snapseed 2.0")
    id = found(client, leader, picture)
    assert [each.sha256 for each in world.write(claim)] == [sha(picture)]
    check(world)
    assert hazard(client, leader, id)["photos"][0]["evidence"] is None
    its_claim_is_old(world, picture)
    check(world)
    assert noticed(client, leader, id).keys() == {"edited"}
    assert world.write(lambda session: verify(session, world.keyring)) is None


def its_claim_is_old(world: World, picture: bytes) -> None:
    then = now() - PATIENCE - timedelta(seconds=1)
    old = update(PhotoFacts).where(PhotoFacts.sha256 == sha(picture)).values(claimed_at=then)
    world.write(lambda session: session.execute(old))


def test_a_store_that_is_away_is_waited_for(
    client: TestClient, world: World, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(world)
    picture = photo(software="Snapseed 2.0")
    id = found(client, leader, picture)

    def away(*_: Any) -> Any:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(type(world.app.state.house.things[Blobs]), "file", away)
        check(world)
    assert hazard(client, leader, id)["photos"][0]["evidence"] is None
    its_claim_is_old(world, picture)
    check(world)
    assert noticed(client, leader, id).keys() == {"edited"}
    assert world.write(lambda session: verify(session, world.keyring)) is None


def test_a_photo_whose_object_is_gone_keeps_nobody(client: TestClient, world: World, leader: Person) -> None:
    picture = photo()
    id = found(client, leader, picture)
    blobs: Blobs = world.app.state.house.things[Blobs]
    blobs.delete(world.write(lambda session: session.get_one(Photo, sha(picture)).object_key))
    check(world)
    assert hazard(client, leader, id)["photos"][0]["evidence"]["flags"] == []


def test_a_small_picture_that_is_spoiled_keeps_nobody(client: TestClient, world: World, leader: Person) -> None:
    spoiled, whole = photo(software="Snapseed 2.0"), photo(software="Snapseed 2.0")
    ids = [found(client, leader, picture) for picture in (spoiled, whole)]
    key = derived_key(sha(spoiled), Variant.THUMBNAIL)
    with world.app.state.house.things[Blobs].writer(key) as writer:
        writer.write(b"half a JP")
        writer.finish()
    check(world)
    assert [noticed(client, leader, id).keys() for id in ids] == [{"edited"}] * 2


def test_a_photo_at_which_the_check_stumbles_stops_none_behind_it(
    client: TestClient, world: World, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(world)
    bad, good = photo(software="Snapseed 2.0"), photo(software="Snapseed 2.0")
    ids = [found(client, leader, picture) for picture in (bad, good)]
    real = checking._said

    def stumbles(blobs: Blobs, key: str) -> dict[str, Any] | None:
        if key.startswith(sha(bad)):
            raise ZeroDivisionError
        return real(blobs, key)

    monkeypatch.setattr(checking, "_said", stumbles)
    check(world)
    assert hazard(client, leader, ids[0])["photos"][0]["evidence"] is None
    assert noticed(client, leader, ids[1]).keys() == {"edited"}


def test_two_who_check_at_once_do_everything_once(client: TestClient, world: World, leader: Person) -> None:
    check(world)
    drawn = scene(5000)
    pictures = [jpeg(drawn, quality) for quality in range(60, 72, 2)]
    ids = [found(client, leader, picture) for picture in pictures]
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _: check(world), range(2)))
    check(world)
    assert sum(done) >= len(ids)
    assert noticed(client, leader, ids[0]) == {}
    for id in ids[1:]:
        assert noticed(client, leader, id).keys() == {"reused"}
        events = client.get(f"hazards/{id}/events", headers=leader.headers).json()["items"]
        assert [event["action"] for event in events].count("photos_checked") == 1
    hashes = [sha(picture) for picture in pictures]
    kept = select(PhotoLikeness).where(PhotoLikeness.sha256.in_(hashes))
    assert len(world.write(lambda session: session.scalars(kept).all())) == len(ids) * (len(ids) - 1)


def test_what_waited_for_a_decision_is_told_when_it_becomes_a_hazard(
    client: TestClient, world: World, leader: Person
) -> None:
    picture = photo(software="Snapseed 2.0")
    send_photo(client, leader, picture)
    told = finding(list="pending", photos=[sha(picture)])
    posted(client, leader, reporting(world, told))
    check(world)
    decided = sort(client, world.someone(Role.SAFETY_OFFICER), told["id"], list="hazard", reason="确有缺陷")
    assert decided.status_code == 200, decided.text
    check(world)
    listed = client.get(f"hazards?enterprise_id={world.enterprise}&flagged=true", headers=leader.headers).json()
    assert [row["id"] for row in listed["items"]] == [told["id"]]


@pytest.mark.parametrize(
    "change",
    ["UPDATE photo_uses SET sha256 = 'x' WHERE sha256 = :sha",
     "UPDATE photo_uses SET purpose = 'comment' WHERE sha256 = :sha",
     "UPDATE photo_uses SET arrived_at = NULL WHERE sha256 = :sha", "DELETE FROM photo_uses WHERE sha256 = :sha"],
)  # fmt: skip
def test_the_database_unbinds_no_photo(client: TestClient, world: World, leader: Person, change: str) -> None:
    picture = photo()
    found(client, leader, picture)
    with pytest.raises(DBAPIError, match=REFUSED):
        world.sql(change, sha=sha(picture))
    assert len(uses_of(world, picture)) == 1


def test_who_is_flagged_is_found_by_an_index(kind: str, tmp_path: Path) -> None:
    """In a database of its own: in one that another test has analysed, a few rows are worth no index."""
    app = create_app(Settings(data_dir=tmp_path, database_url=fresh_database(kind, tmp_path), photo_checks=False))
    with TestClient(app, base_url="http://test/api/v1") as client:
        world = World(app, "510000000000").founded()
        leader, supervisor = world.someone(Role.TEAM_LEADER), world.someone(Role.SUPERVISOR)
        found(client, leader, photo(software="Snapseed 2.0"))
        check(world)
        seen = statements_of(world, lambda: client.get("hazards?flagged=true", headers=supervisor.headers))
        statement, parameters = next(each for each in seen if "FROM hazards" in each[0])
        assert "evidence_flags != ''" in statement
        if kind == "sqlite":  # PostgreSQL reads a table so small as a whole
            assert "ix_hazards_town_code_flagged" in plan_of(world, statement, parameters)


def test_photos_that_are_near_are_found_by_an_index(world: World) -> None:
    waves = prints.waves(scene(1).convert("L").resize((prints.SIDE, prints.SIDE)))
    seen = statements_of(world, lambda: world.write(lambda session: nearest(session, number=0, waves=waves)))
    asked = [each for each in seen if "FROM photo_prints" in each[0]]
    assert len(asked) == len(prints.PAIRS)
    if "sqlite" in str(world.database.engine.url):
        assert "SEARCH photo_prints USING PRIMARY KEY (place=?)" in plan_of(world, *asked[0])


def test_a_server_checks_by_itself_and_ends_when_it_is_told(kind: str, tmp_path: Path) -> None:
    with Live(kind, tmp_path) as live:
        leader = live.world.someone(Role.TEAM_LEADER)
        picture = with_exif(scene(1), software="Snapseed 2.0")
        with httpx2.Client(base_url=f"{live.url}/api/v1", headers=leader.headers) as client:
            client.put(f"photos/{sha(picture)}", content=picture).raise_for_status()
            told = finding(list="hazard", photos=[sha(picture)])
            client.post("inspections", json=reporting(live.world, told)).raise_for_status()
            until = time.monotonic() + 20
            while not (evidence := client.get(f"hazards/{told['id']}").json()["photos"][0]["evidence"]):
                assert time.monotonic() < until, live.log
                time.sleep(0.1)
        assert [flag["code"] for flag in evidence["flags"]] == ["edited"]
        row: Any = live.world.write(lambda session: session.scalars(select(Hazard)).one())
        assert row.evidence_flags == ("edited",)
        facts: Any = live.world.write(lambda session: session.scalars(select(PhotoFacts)).one())
        assert facts.compared_at
        live.stop()


def test_what_waits_is_checked_by_a_command_too(
    client: TestClient, world: World, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(world)
    id = found(client, leader, photo(software="Snapseed 2.0"))
    blobs: Any = world.app.state.house.things[Blobs]
    monkeypatch.setenv("DATA_DIR", str(blobs.local_path("00/x").parents[2]))  # where its keys are: events are marked
    monkeypatch.setenv("DATABASE_URL", world.database.engine.url.render_as_string(False))
    done = CliRunner().invoke(cli, ["photos", "check"])
    assert (done.exit_code, done.output) == (0, "1 checked\n")
    assert noticed(client, leader, id).keys() == {"edited"}
    assert world.write(lambda session: verify(session, world.keyring)) is None
