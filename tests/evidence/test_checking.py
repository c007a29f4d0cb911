"""What is noticed about photos, seen by who reviews them; on both databases, in whatever order things come."""

from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.evidence.scenes import cropped, jpeg, scene, with_exif
from tests.evidence.stories import check, found, noticed, on_the_map, rectified
from tests.inspections.stories import finding, hazard, posted, reporting, single
from tests.photos.stories import sha
from tests.stories import accepting, do, send_photo

SEEDS = count(1000)
NOW = "2026:11:23 09:05:00"  # when the reports of these tests were made, by a phone in Tongliang


def photo(**exif: Any) -> bytes:
    """A workshop that no other test has."""
    drawn = scene(next(SEEDS))
    return with_exif(drawn, **exif) if exif else jpeg(drawn)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


@pytest.fixture
def inspector(world: World) -> Person:
    return world.someone(Role.INSPECTOR)


def elsewhere(world: World) -> Person:
    """A team leader of another enterprise of the same town."""
    return world.someone(Role.TEAM_LEADER, enterprise_id=world.works())


def found_there(client: TestClient, by: Person, world: World, picture: bytes, enterprise: Any) -> str:
    send_photo(client, by, picture)
    body = single(world, enterprise_id=str(enterprise), list="hazard", photos=[sha(picture)])
    return str(posted(client, by, body, "findings")["id"])


def test_an_honest_photo_is_checked_and_nothing_is_noticed(client: TestClient, world: World, leader: Person) -> None:
    on_the_map(world)
    honest = photo(device=("HUAWEI", "ALN-AL00"), taken_at=NOW, offset="+08:00", gps=(29.8401, 106.0502))
    id = found(client, leader, honest)
    assert hazard(client, leader, id)["photos"][0]["evidence"] is None
    assert check(world) >= 1
    (shown,) = hazard(client, leader, id)["photos"]
    assert shown["evidence"]["flags"] == []
    assert shown["evidence"]["exif"]["device"] == "HUAWEI ALN-AL00"
    assert shown["evidence"]["exif"]["taken_at"] == "2026-11-23T01:05:00.000Z"
    assert check(world) == 0


def test_what_wechat_has_emptied_is_no_reason_for_doubt(client: TestClient, world: World, leader: Person) -> None:
    on_the_map(world)
    id = found(client, leader, photo())
    check(world)
    (shown,) = hazard(client, leader, id)["photos"]
    assert (shown["evidence"]["flags"], shown["evidence"]["exif"]) == ([], None)


@pytest.mark.parametrize("late", [False, True], ids=["photo first", "report first"])
@pytest.mark.parametrize("edited", [False, True], ids=["same bytes", "edited"])
def test_a_photo_of_another_record_is_noticed(
    client: TestClient, world: World, leader: Person, late: bool, edited: bool
) -> None:
    picture = scene(next(SEEDS))
    first = found(client, leader, jpeg(picture))
    check(world)
    again = jpeg(cropped(picture, 0.03, 0.02, 0.02, 0), 60) if edited else jpeg(picture)
    second = found(client, leader, again, late=late)
    check(world)
    told = noticed(client, leader, second)["reused"]
    assert told["same_bytes"] is not edited
    assert told["records"] == [{"kind": "finding", "id": first}]
    assert noticed(client, leader, first) == {}


def test_the_later_use_is_noticed_also_if_its_bytes_came_first(
    client: TestClient, world: World, leader: Person
) -> None:
    picture = photo()
    other = world.someone(Role.TEAM_LEADER)
    early = posted(client, other, reporting(world, finding(list="hazard", photos=[sha(picture)])))["findings"][0]["id"]
    later = found(client, leader, picture)
    check(world)
    assert noticed(client, leader, later) == {}
    send_photo(client, other, picture)
    check(world)
    assert "reused" in noticed(client, leader, later)
    assert noticed(client, leader, early) == {}


def test_another_enterprises_record_is_told_of_and_not_shown(client: TestClient, world: World, leader: Person) -> None:
    picture, stranger = photo(), elsewhere(world)
    works = world.sql("SELECT enterprise_id FROM users WHERE id = :id", id=_key(world, stranger)).scalar_one()
    theirs = found_there(client, stranger, world, picture, works)
    mine = found(client, leader, picture)
    check(world)
    shown = hazard(client, leader, mine)
    (flag,) = shown["photos"][0]["evidence"]["flags"]
    assert (flag["code"], flag["weight"]) == ("reused_elsewhere", "strong")
    assert flag["details"] == {"same_bytes": True, "likeness": 1.0}
    assert theirs not in str(shown)
    assert str(works) not in str(shown)


def _key(world: World, person: Person) -> Any:
    return str(person.id) if "sqlite" in str(world.database.engine.url) else person.id


def test_one_picture_may_show_two_findings_of_one_walk(client: TestClient, world: World, leader: Person) -> None:
    picture = photo()
    send_photo(client, leader, picture)
    both = [finding(list="hazard", photos=[sha(picture)], description=text) for text in ("无防护罩", "油污未清理")]
    posted(client, leader, reporting(world, *both))
    check(world)
    assert [noticed(client, leader, each["id"]) for each in both] == [{}, {}]


@pytest.mark.parametrize("edited", [False, True], ids=["same bytes", "edited"])
def test_before_and_after_are_not_the_same_picture(
    client: TestClient, world: World, leader: Person, inspector: Person, edited: bool
) -> None:
    picture = scene(next(SEEDS))
    before, after = jpeg(picture), jpeg(picture.resize((400, 300)), 50) if edited else jpeg(picture)
    id = found(client, leader, before)
    rectified(client, id, leader, after)
    check(world)
    by_purpose = {each["purpose"]: each["evidence"]["flags"] for each in hazard(client, inspector, id)["photos"]}
    assert by_purpose["finding"] == []
    shown = hazard(client, inspector, id)
    assert [(each["purpose"], each["side"]) for each in shown["photos"]] == [
        ("finding", "before"), ("rectification", "after")
    ]  # fmt: skip
    assert shown["evidence_flags"] == ["before_is_after"]
    assert [flag["code"] for flag in by_purpose["rectification"]] == ["before_is_after"]


def test_a_reviewer_who_sends_the_enterprises_photo_is_noticed(
    client: TestClient, world: World, leader: Person
) -> None:
    id, after = found(client, leader, photo()), photo()
    rectified(client, id, leader, after)
    officer = world.someone(Role.SAFETY_OFFICER)
    assert do(client, officer, id, "accept", accepting(photos=[sha(after)])).status_code == 200  # type: ignore[arg-type]
    check(world)
    flags = {each["purpose"]: each["evidence"]["flags"] for each in hazard(client, leader, id)["photos"]}
    assert [flag["code"] for flag in flags["review"]] == ["reused"]
    assert flags["rectification"] == []


def test_a_photo_taken_last_year_is_noticed(client: TestClient, world: World, leader: Person) -> None:
    id = found(client, leader, photo(taken_at="2025:11:23 09:05:00"))
    check(world)
    told = noticed(client, leader, id)["outside_window"]
    assert (told["taken_at"], told["source"]) == ("2025-11-23T01:05:00.000Z", "exif")


def test_the_phones_own_word_counts_where_the_file_has_none(client: TestClient, world: World, leader: Person) -> None:
    picture = photo()
    id = found(client, leader, picture, photos=[{"sha256": sha(picture), "taken_at": "2026-11-20T01:00:00Z"}])
    check(world)
    assert noticed(client, leader, id)["outside_window"]["source"] == "declared"


def test_what_a_clock_is_wrong_by_is_taken_off_photos_too(client: TestClient, world: World, leader: Person) -> None:
    """A phone whose clock is a year behind takes photos a year ago, and is told by `Device-Time`."""
    picture = photo(taken_at="2025:11:23 09:05:00")
    send_photo(client, leader, picture)
    told = finding(list="hazard", photos=[sha(picture)])
    body = reporting(world, told, performed_at="2025-11-23T01:10:00Z")
    behind = {"Device-Time": "2025-11-23T01:11:00Z"}
    assert client.post("inspections", json=body, headers=leader.headers | behind).status_code == 201
    check(world)
    assert noticed(client, leader, told["id"]) == {}


def test_what_was_put_right_was_not_photographed_before_it_was_found(
    client: TestClient, world: World, leader: Person
) -> None:
    id, old = found(client, leader, photo()), photo(taken_at="2026:11:20 10:00:00")
    rectified(client, id, leader, old)
    check(world)
    assert "outside_window" in noticed(client, leader, id, old)


@pytest.mark.parametrize(
    ("gps", "far"), [((29.8401, 106.0502), False), ((29.844, 106.05), False), ((29.90, 106.05), True)]
)  # fmt: skip
def test_a_photo_from_far_away_is_noticed(
    client: TestClient, world: World, leader: Person, gps: tuple[float, float], far: bool
) -> None:
    on_the_map(world)
    id = found(client, leader, photo(gps=gps))
    check(world)
    assert ("far_from_site" in noticed(client, leader, id)) is far


def test_the_same_place_is_near_in_whatever_datum(client: TestClient, world: World, leader: Person) -> None:
    """Tongliang in BD-09 lies 1.4 km from its figures in WGS-84."""
    on_the_map(world, lon=106.06366127866275, lat=29.843660474537504, datum="bd09")
    id = found(client, leader, photo(gps=(29.84007, 106.05331)))
    check(world)
    assert noticed(client, leader, id) == {}


def test_an_edited_file_and_a_screenshot_are_noticed_and_weigh_little(
    client: TestClient, world: World, leader: Person
) -> None:
    id = found(client, leader, photo(software="Adobe Photoshop 27.0"), photo(comment=b"ASCII\0\0\0Screenshot"))
    check(world)
    flags = [flag for each in hazard(client, leader, id)["photos"] for flag in each["evidence"]["flags"]]
    assert {(flag["code"], flag["weight"]) for flag in flags} == {("edited", "weak"), ("screenshot", "weak")}


def test_pictures_of_a_checklist_are_not_checked_but_known(client: TestClient, world: World, leader: Person) -> None:
    picture = photo()
    send_photo(client, leader, picture)
    posted(client, leader, reporting(world, photos=[{"sha256": sha(picture)}]))
    id = found(client, leader, picture)
    check(world)
    assert noticed(client, leader, id)["reused"]["same_bytes"]
    assert world.sql("SELECT count(*) FROM photo_uses WHERE purpose = 'result' AND evidence IS NOT NULL").scalar() == 0


def test_who_reviews_finds_what_is_flagged(client: TestClient, world: World, leader: Person, inspector: Person) -> None:
    clean, doubtful = found(client, leader, photo()), found(client, leader, photo(software="Snapseed 2.0"))
    check(world)

    def listed(query: str) -> list[str]:
        answer = client.get(f"hazards?enterprise_id={world.enterprise}&{query}", headers=inspector.headers)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["items"]]

    assert listed("flagged=true") == [doubtful]
    assert listed("flagged=false") == [clean]
    assert listed("evidence_flag=edited") == [doubtful]
    assert listed("evidence_flag=reused") == []
    assert client.get("hazards?evidence_flag=blurred", headers=inspector.headers).status_code == 422


def test_what_is_noticed_is_an_event_and_no_revision(client: TestClient, world: World, leader: Person) -> None:
    id = found(client, leader, photo(software="Snapseed 2.0"))
    before = hazard(client, leader, id)["revision"]
    check(world)
    events = client.get(f"hazards/{id}/events", headers=leader.headers).json()["items"]
    assert events[-1]["action"] == "photos_checked"
    assert events[-1]["changes"] == {"evidence_flags": ["edited"]}
    assert events[-1]["data"]["photos"][0]["flags"] == ["edited"]
    assert hazard(client, leader, id)["revision"] == before == events[-1]["revision"]


def test_a_worker_is_not_told_where_others_took_their_photos(client: TestClient, world: World, leader: Person) -> None:
    id, worker = found(client, leader, photo(gps=(29.84, 106.05))), world.someone(Role.WORKER)
    check(world)
    assert hazard(client, leader, id)["photos"][0]["evidence"]["exif"]["position"]
    assert hazard(client, worker, id)["photos"][0]["evidence"]["exif"] is None


def test_a_file_that_shows_nothing_is_like_no_other(client: TestClient, world: World, leader: Person) -> None:
    from PIL import Image

    black, white = (jpeg(Image.new("RGB", (64, 48), colour)) for colour in ("black", "white"))
    ids = [found(client, leader, black), found(client, leader, white), found(client, leader, photo())]
    check(world)
    assert [noticed(client, leader, id) for id in ids] == [{}, {}, {}]
