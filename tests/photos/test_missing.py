"""What is still waited for: a phone is told what it owes, also one that was set up anew, and others what is theirs."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from app.foundation.clock import now, rfc3339
from app.main import create_app
from app.people.scope import Role
from app.photos.models import PhotoUse, Purpose
from app.settings import Settings
from tests.conftest import Person, World, fresh_database
from tests.hazards.test_plan import plan_of, statements_of
from tests.inspections.stories import SILENT, finding, posted, reporting, single
from tests.photos.stories import jpeg, sha
from tests.photos.test_upload import put
from tests.risks.stories import added, measured
from tests.stories import confirming, day, do, done, put_on_the_list, rectifying

PHONE = {"id": "phone-7f3a", "app_version": "1.4"}


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def missing(client: TestClient, person: Person, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("photos/missing", params=asked, headers=person.headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def shas(client: TestClient, person: Person, **asked: Any) -> list[str]:
    return [item["sha256"] for item in missing(client, person, **asked)]


def some_sha() -> str:
    return uuid4().hex * 2


def test_a_phone_is_told_what_it_owes_until_it_has_sent_it(client: TestClient, world: World, leader: Person) -> None:
    photo, taken_at = jpeg(), "2026-11-23T01:05:00.000Z"
    entry = {"sha256": sha(photo), "bytes": len(photo), "taken_at": taken_at}
    body = reporting(world, finding(list="hazard", photos=[sha(photo)]), photos=[entry], device=PHONE)
    (found,) = posted(client, leader, body)["findings"]
    (item,) = missing(client, leader)
    assert item["declared_at"] <= rfc3339(now())
    assert item == {
        "sha256": sha(photo), "bytes": len(photo), "taken_at": taken_at, "purpose": "finding",
        "device": {"id": "phone-7f3a", "platform": None, "model": None, "app_version": None},
        "subject": {"kind": "finding", "id": found["id"], "title": SILENT},
        "enterprise": {"id": str(world.enterprise), "name": item["enterprise"]["name"]},
        "declared_by": {"id": str(leader.id), "name": item["declared_by"]["name"]},
        "declared_at": item["declared_at"], "mine": True,
    }  # fmt: skip
    put(client, leader, photo)
    assert missing(client, leader) == []


def test_a_registered_phone_is_told_by_its_model(client: TestClient, world: World, leader: Person) -> None:
    told = {"platform": "wechat", "model": "小米 14", "app_version": "1.4"}
    client.put("me/devices/phone-7f3a", json=told, headers=leader.headers)
    posted(client, leader, reporting(world, finding(photos=[some_sha()]), device=PHONE))
    assert missing(client, leader)[0]["device"] == {"id": "phone-7f3a", **told}


@pytest.mark.parametrize("id", [None, 7, {"a": 1}, "", "x\0", "x" * 129])
def test_a_phone_that_says_nothing_of_use_is_none(client: TestClient, world: World, leader: Person, id: Any) -> None:
    posted(client, leader, reporting(world, finding(photos=[some_sha()]), device={"id": id}))
    assert missing(client, leader)[0]["device"] is None
    asked = client.get("photos/missing", params={"device": "x\0"}, headers=leader.headers)
    assert asked.status_code in {200, 422}


def test_every_record_that_names_a_photo_has_a_title(client: TestClient, world: World, leader: Person) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    measure = measured(client, officer, added(client, officer))
    of = {kind: some_sha() for kind in ("finding", "result", "inspection", "hazard")}
    result = {"measure_id": measure["id"], "status": "normal", "photos": [of["result"]]}
    said = finding(photos=[of["finding"]])
    body = reporting(world, said, results=[result], photos=[{"sha256": of["inspection"]}], kind="special")
    posted(client, leader, body)
    hazard = put_on_the_list(world, leader)
    done(client, leader, hazard, "comment", {"text": "见照片", "photos": [of["hazard"]], "device": PHONE})
    items = {item["sha256"]: item for item in missing(client, leader)}
    titles = {kind: items[sha256]["subject"]["title"] for kind, sha256 in of.items()}
    assert titles == {
        "finding": said["description"], "result": measure["description"],
        "inspection": "2026-11-23 专项", "hazard": "除尘系统未设置泄爆口",
    }  # fmt: skip
    assert {kind: items[sha256]["subject"]["kind"] for kind, sha256 in of.items()} == {kind: kind for kind in of}
    assert [item["sha256"] for item in missing(client, leader, device="phone-7f3a")] == [of["hazard"]]


def test_who_watches_over_reports_sees_those_that_are_incomplete(
    client: TestClient, world: World, leader: Person
) -> None:
    officer, supervisor, inspector = map(world.someone, (Role.SAFETY_OFFICER, Role.SUPERVISOR, Role.INSPECTOR))
    owed = some_sha()
    posted(client, leader, reporting(world, finding(list="none", photos=[owed])))
    for person in (officer, supervisor, inspector):
        (item,) = missing(client, person)
        assert (item["sha256"], item["mine"], item["declared_by"]["id"]) == (owed, False, str(leader.id))
        assert missing(client, person, mine="true") == []
    hazard = posted(client, leader, single(world, list="hazard", photos=[owed]), "findings")
    (row,) = client.get("hazards", params={"photos_missing": "true"}, headers=officer.headers).json()["items"]
    assert (row["id"], row["photos_missing"]) == (hazard["id"], 1)


def test_nobody_sees_what_lies_outside_their_scope(client: TestClient, world: World, leader: Person) -> None:
    posted(client, leader, reporting(world, finding(photos=[some_sha()])))
    strangers = (
        world.someone(Role.SAFETY_OFFICER, enterprise_id=world.works()),
        world.someone(Role.SUPERVISOR, areas=(world.next_town,)),
        world.someone(Role.EXPERT, assigned=(world.works(),)),
        world.someone(Role.WORKER),
    )
    for stranger in strangers:
        assert missing(client, stranger) == []
        assert missing(client, stranger, enterprise_id=str(world.enterprise)) == []


def test_a_worker_sees_only_what_he_owes(client: TestClient, world: World, leader: Person) -> None:
    worker, own = world.someone(Role.WORKER), some_sha()
    posted(client, leader, reporting(world, finding(photos=[some_sha()])))
    posted(client, worker, single(world, photos=[own]), "findings")
    assert shas(client, worker) == [own]
    assert len(missing(client, leader)) == 2
    assert len(missing(client, leader, mine="true")) == 1


def test_the_list_is_narrowed(client: TestClient, world: World, leader: Person) -> None:
    officer, supervisor = world.someone(Role.SAFETY_OFFICER), world.someone(Role.SUPERVISOR, areas=(world.county,))
    other = world.works(area_code=world.next_town)
    theirs = world.someone(Role.TEAM_LEADER, enterprise_id=other)
    first, second, third = some_sha(), some_sha(), some_sha()
    posted(client, leader, reporting(world, finding(photos=[first])))
    posted(client, theirs, reporting(world, finding(photos=[second]), enterprise_id=str(other)))
    until = missing(client, supervisor)[-1]["declared_at"]
    hazard = put_on_the_list(world, leader)
    done(client, officer, hazard, "confirm", confirming(leader))
    done(client, leader, hazard, "rectify", rectifying(leader, photos=[third]))
    assert shas(client, supervisor) == [first, second, third]
    assert shas(client, supervisor, declared_to=until) == [first, second]
    assert shas(client, supervisor, enterprise_id=str(other)) == [second]
    assert shas(client, supervisor, area_code=world.town) == [first, third]
    assert shas(client, supervisor, declared_by=str(leader.id)) == [first, third]
    assert shas(client, supervisor, purpose="rectification") == [third]
    unknown = client.get("photos/missing", params={"colour": "red"}, headers=officer.headers)
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "?colour")


def test_a_page_goes_on_where_the_last_one_ended(client: TestClient, world: World, leader: Person) -> None:
    owed = [some_sha() for _ in range(5)]
    posted(client, leader, reporting(world, finding(photos=owed)))
    met: list[str] = []
    cursor: dict[str, Any] = {}
    while len(met) < 10:
        asked: dict[str, Any] = {"limit": 2, "count": "true"} | cursor
        page = client.get("photos/missing", params=asked, headers=leader.headers).json()
        assert (page["total"], page["total_capped"]) == (5, False)
        met += [item["sha256"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(met) == sorted(owed)
    other = client.get("photos/missing", params=cursor | {"mine": "true"}, headers=leader.headers)
    assert (other.status_code, other.json()["code"]) == (400, "invalid_cursor")


def test_who_names_it_again_owes_it_now(client: TestClient, world: World, leader: Person) -> None:
    owed, worker, officer = some_sha(), world.someone(Role.WORKER), world.someone(Role.SAFETY_OFFICER)
    hazard = put_on_the_list(world, worker)
    done(client, officer, hazard, "confirm", confirming(worker, due_on=day(3)))
    done(client, worker, hazard, "comment", {"text": "见照片", "photos": [owed], "device": PHONE})
    done(client, leader, hazard, "comment", {"text": "同一张", "photos": [owed], "device": {"id": "another"}})
    assert missing(client, worker) == []
    assert missing(client, leader, mine="true")[0]["device"]["id"] == "another"
    assert do(client, worker, hazard, "comment", {"text": "再说"}).status_code == 200


@pytest.mark.parametrize(
    ("role", "index"),
    [(Role.SAFETY_OFFICER, "ix_photo_uses_enterprise_waited_for"), (Role.SUPERVISOR, "ix_photo_uses_waited_for")],
)
def test_the_list_walks_one_index(kind: str, tmp_path: Path, role: Role, index: str) -> None:
    """A database of its own: what a planner chooses depends on all that it holds."""
    app = create_app(Settings(data_dir=tmp_path, database_url=fresh_database(kind, tmp_path)))
    with TestClient(app, base_url="http://test/api/v1") as client:
        world = World(app, "510000000000").founded()
        person = world.someone(role)
        works = [world.enterprise, *(world.works() for _ in range(9))]
        world.write(
            lambda session: session.execute(insert(PhotoUse), [use(world, person, works, n) for n in range(2000)])
        )
        world.sql("ANALYZE")
        (asked,) = [
            (statement, given)
            for statement, given in statements_of(world, lambda: missing(client, person))
            if "app_version" in statement
        ]
        plan = plan_of(world, *asked)
        assert index in plan
        assert "SCAN photo_uses\n" not in plan
        assert "Seq Scan on photo_uses" not in plan


def use(world: World, person: Person, works: list[UUID], n: int) -> dict[str, Any]:
    at = now() - timedelta(minutes=n)
    return {
        "id": uuid4(), "enterprise_id": works[n % len(works)], "area_code": world.village, "sha256": some_sha(),
        "subject_kind": "hazard", "subject_id": uuid4(), "purpose": Purpose.FINDING, "declared_by": person.id,
        "declared_at": at, "place": 0, "arrived_at": None if n % 10 == 3 or n % 20 == 0 else at,
    }  # fmt: skip
