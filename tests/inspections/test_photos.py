"""Photos of inspections: before, in or after the report, also one request for each."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.inspections.stories import as_form, finding, hazard, posted, reporting, single
from tests.photos.stories import jpeg, sha
from tests.risks.stories import added, measured


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def send(client: TestClient, person: Person, body: dict[str, Any], *photos: bytes, part: bool = False) -> Any:
    return client.post("inspections", files=as_form(body, *photos, part=part), headers=person.headers)


def put(client: TestClient, person: Person, photo: bytes) -> None:
    answer = client.put(f"photos/{sha(photo)}", content=photo, headers=person.headers | {"Content-Type": "image/jpeg"})
    assert answer.status_code == 201, answer.text


def missing(client: TestClient, person: Person, id: str) -> int:
    count: int = client.get(f"inspections/{id}", headers=person.headers).json()["photos_missing"]
    return count


def test_photos_sent_before_are_there_at_once(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    put(client, leader, photo)
    (shown,) = posted(client, leader, reporting(world, finding(list="hazard", photos=[sha(photo)])))["findings"]
    assert (shown["photos_missing"], shown["photos"][0]["arrived"]) == (0, True)
    picture = client.get(shown["photos"][0]["thumbnail_url"].removeprefix("/api/v1/"))
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    on_list = hazard(client, leader, shown["id"])
    assert (on_list["photos_missing"], on_list["thumbnail_url"] is not None) == (0, True)


def test_photos_sent_after_are_waited_for(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    body = reporting(world, finding(list="hazard", photos=[sha(photo)]), photos=[{"sha256": sha(photo), "bytes": 3}])
    (shown,) = posted(client, leader, body)["findings"]
    assert (shown["photos_missing"], shown["photos"][0]["arrived"]) == (1, False)
    assert hazard(client, leader, shown["id"])["photos_missing"] == 1
    (row,) = client.get("findings", headers=leader.headers).json()["items"]
    assert row["photos_missing"] == 1
    put(client, leader, photo)
    assert missing(client, leader, body["id"]) == 0
    assert hazard(client, leader, shown["id"])["photos_missing"] == 0


@pytest.mark.parametrize("part", [True, False], ids=["as a part", "as a plain field"])
def test_photos_come_with_the_report(client: TestClient, world: World, leader: Person, part: bool) -> None:
    first, second = jpeg(), jpeg()
    body = reporting(world, finding(list="hazard", photos=[sha(first)]), finding(photos=[sha(second)]))
    answer = send(client, leader, body, second, first, part=part)
    assert answer.status_code == 201, answer.text
    assert [one["photos_missing"] for one in answer.json()["findings"]] == [0, 0]


def test_the_same_report_is_sent_once_for_each_photo(client: TestClient, world: World, leader: Person) -> None:
    """WeChat uploads one file a request."""
    photos = [jpeg() for _ in range(3)]
    body = reporting(world, finding(list="hazard", photos=[sha(photo) for photo in photos]))
    answers = [send(client, leader, body, photo) for photo in photos]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert [answer.json()["photos_missing"] for answer in answers] == [2, 1, 0]
    assert [answer.json()["replayed"] for answer in answers] == [False, True, True]
    assert len(client.get("inspections", headers=leader.headers).json()["items"]) == 1


def test_a_report_as_json_then_again_with_a_photo(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    body = reporting(world, finding(photos=[sha(photo)]))
    posted(client, leader, body)
    assert send(client, leader, body, photo).json()["photos_missing"] == 0


def test_a_part_that_the_report_does_not_name_is_refused_with_all_of_it(
    client: TestClient, world: World, leader: Person
) -> None:
    named, other = jpeg(), jpeg()
    body = reporting(world, finding(photos=[sha(named)]))
    answer = send(client, leader, body, named, other)
    assert (answer.status_code, answer.json()["code"]) == (422, "unexpected_part")
    assert client.get(f"inspections/{body['id']}", headers=leader.headers).status_code == 404
    assert client.get(f"photos/{sha(named)}", headers=leader.headers).status_code == 404


def test_a_photo_that_is_not_what_it_is_called_is_refused_with_all_of_it(
    client: TestClient, world: World, leader: Person
) -> None:
    photo, other = jpeg(), jpeg()
    body = reporting(world, finding(photos=[sha(photo)]))
    parts = [*as_form(body), (sha(photo), ("a.jpg", other, "image/jpeg"))]
    answer = client.post("inspections", files=parts, headers=leader.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "digest_mismatch")
    assert client.get(f"inspections/{body['id']}", headers=leader.headers).status_code == 404


def test_a_refused_report_keeps_no_photo(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    body = reporting(world, finding(photos=[sha(photo)], list="none", level="major"))
    assert send(client, leader, body, photo).status_code == 422
    assert client.get(f"photos/{sha(photo)}", headers=leader.headers).status_code == 404


def test_a_form_without_a_report_is_none(client: TestClient, leader: Person) -> None:
    photo = jpeg()
    answer = client.post("inspections", files=[(sha(photo), ("a.jpg", photo, "image/jpeg"))], headers=leader.headers)
    assert answer.status_code == 400


def test_another_s_photo_counts_as_missing_and_shows_nothing(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    stranger = world.someone(Role.TEAM_LEADER, enterprise_id=world.works())
    put(client, stranger, photo)
    (shown,) = posted(client, leader, reporting(world, finding(photos=[sha(photo)])))["findings"]
    (named,) = shown["photos"]
    assert (shown["photos_missing"], named["thumbnail_url"], named["width"]) == (1, None, None)
    assert client.get(f"photos/{sha(photo)}", headers=leader.headers).status_code == 404


def test_photos_of_results_and_of_the_whole_are_kept(client: TestClient, world: World, leader: Person) -> None:
    keeper = world.someone(Role.SAFETY_OFFICER)
    measure = measured(client, keeper, added(client, keeper))["id"]
    of_result, of_whole = jpeg(), jpeg()
    entry = {"sha256": sha(of_whole), "taken_at": "2026-11-23T01:05:00Z", "position": {}}
    results = [{"measure_id": measure, "status": "normal", "photos": [sha(of_result)]}]
    shown = send(client, leader, reporting(world, results=results, photos=[entry]), of_result, of_whole).json()
    assert [photo["sha256"] for photo in shown["results"][0]["photos"]] == [sha(of_result)]
    assert [(photo["sha256"], photo["taken_at"]) for photo in shown["photos"]] == [
        (sha(of_whole), "2026-11-23T01:05:00.000Z")
    ]
    assert shown["photos_missing"] == 0


def test_what_is_seen_again_shows_its_photo_on_the_hazard(client: TestClient, world: World, leader: Person) -> None:
    keeper = world.someone(Role.SAFETY_OFFICER)
    measure = measured(client, keeper, added(client, keeper))["id"]
    (first,) = posted(client, leader, reporting(world, finding(measure_id=measure)))["findings"]
    photo = jpeg()
    send(client, leader, reporting(world, finding(measure_id=measure, photos=[sha(photo)])), photo)
    (shown,) = hazard(client, leader, first["id"])["photos"]
    assert (shown["sha256"], shown["purpose"], shown["arrived"]) == (sha(photo), "seen_again", True)


def test_what_is_sorted_onto_the_hazard_list_takes_its_photos_along(
    client: TestClient, world: World, leader: Person
) -> None:
    here, away = jpeg(), jpeg()
    answer = send(client, leader, reporting(world, finding(photos=[sha(here), sha(away)])), here)
    id = answer.json()["findings"][0]["id"]
    officer = world.someone(Role.SAFETY_OFFICER)
    client.post(f"findings/{id}/sort", json={"list": "hazard"}, headers=officer.headers)
    on_list = hazard(client, officer, id)
    assert (on_list["photos_missing"], on_list["thumbnail_url"] is not None) == (1, True)
    put(client, leader, away)
    assert hazard(client, officer, id)["photos_missing"] == 0


def test_a_single_finding_brings_its_photos(client: TestClient, world: World, leader: Person) -> None:
    photo, later = jpeg(), jpeg()
    entry = {"sha256": sha(photo), "taken_at": "2026-11-23T01:05:00Z"}
    body = single(world, photos=[entry, sha(later)])
    answer = client.post("findings", files=as_form(body, photo), headers=leader.headers)
    assert (answer.status_code, answer.json()["photos_missing"]) == (201, 1), answer.text
    again = client.post("findings", files=as_form(body, later), headers=leader.headers)
    assert (again.status_code, again.json()["photos_missing"]) == (200, 0)


def test_a_dry_run_keeps_no_photo(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    body = reporting(world, finding(photos=[sha(photo)]))
    answer = client.post("inspections?dry_run=true", files=as_form(body, photo), headers=leader.headers)
    assert (answer.status_code, answer.json()["photos_missing"]) == (201, 0)
    assert client.get(f"photos/{sha(photo)}", headers=leader.headers).status_code == 404
