"""A report with its photos in one form: in any order, within bounds, and all of it or nothing."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from app.photos.multipart import PARTS
from tests.conftest import Person, World
from tests.inspections.stories import finding, reporting
from tests.photos.stories import jpeg, sha
from tests.photos.test_upload import kept, nothing_kept, objects, put

Part = tuple[str, tuple[str | None, bytes]]


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def told(body: Any) -> Part:
    return "report", (None, json.dumps(body).encode())


def shown(photo: bytes, name: str | None = None) -> Part:
    return name or sha(photo), ("任意.jpg", photo)


def send(client: TestClient, person: Person, *parts: Part) -> Any:
    return client.post("/inspections", files=list(parts), headers=person.headers)


def test_parts_come_in_any_order(client: TestClient, world: World, leader: Person) -> None:
    first, second = jpeg(), jpeg()
    body = reporting(world, finding(photos=[sha(first), sha(second)]))
    answer = send(client, leader, shown(second), told(body), shown(first))
    assert (answer.status_code, answer.json()["findings"][0]["photos_missing"]) == (201, 0)
    assert (kept(world, first), kept(world, second)) == (first, second)


def test_a_photo_that_comes_twice_in_one_form_is_one(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    body = reporting(world, finding(photos=[sha(photo)]), finding(photos=[sha(photo)]))
    assert send(client, leader, told(body), shown(photo), shown(photo)).status_code == 201
    assert len(objects(world, photo)) == 1
    assert kept(world, photo) == photo


def test_a_photo_sent_before_comes_again_with_the_report(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    put(client, leader, photo)
    body = reporting(world, finding(photos=[sha(photo)]))
    assert send(client, leader, told(body), shown(photo)).status_code == 201
    assert send(client, leader, told(body), shown(photo)).json()["replayed"]
    assert len(objects(world, photo)) == 1
    assert kept(world, photo) == photo


def test_one_bad_photo_and_nothing_of_the_request_is_stored(client: TestClient, world: World, leader: Person) -> None:
    good, bad = jpeg(), jpeg()
    for wrong, code in ((jpeg(), "digest_mismatch"), (bad[:-500], "digest_mismatch")):
        body = reporting(world, finding(photos=[sha(good), sha(bad)]))
        answer = send(client, leader, told(body), shown(good), shown(wrong, sha(bad)))
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert client.get(f"/inspections/{body['id']}", headers=leader.headers).status_code == 404
        assert nothing_kept(world, good)
        assert nothing_kept(world, wrong)
    text = b"not a picture"
    body = reporting(world, finding(photos=[sha(good), sha(text)]))
    answer = send(client, leader, told(body), shown(good), shown(text))
    assert (answer.status_code, answer.json()["code"]) == (422, "unsupported_photo")
    assert nothing_kept(world, good)


def test_a_part_of_another_name_is_not_expected(client: TestClient, world: World, leader: Person) -> None:
    body = reporting(world, finding(photos=[]))
    for part in (shown(jpeg()), shown(jpeg(), "photo"), shown(jpeg(), "A" * 64), shown(jpeg(), "图")):
        answer = send(client, leader, told(body), part)
        assert (answer.status_code, answer.json()["code"]) == (422, "unexpected_part")
        assert answer.json()["errors"][0]["pointer"] == f"/{part[0]}"


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([], 400),
        ([told({}), told({})], 400),
        ([("report", (None, b"{"))], 400),
        ([("report", (None, b'{"a": NaN}'))], 400),
        ([told({})] + [shown(b"", "0" * 64)] * PARTS, 422),
        ([told({"note": "x" * (1 << 20)})], 413),
    ],
    ids=["none", "two", "no-json", "nan", "empty-photos", "large"],
)
def test_a_form_without_one_good_report_is_refused(
    client: TestClient, leader: Person, parts: list[Part], status: int
) -> None:
    assert send(client, leader, *(parts or [shown(jpeg())])).status_code == status


def test_a_form_has_a_bounded_number_of_parts(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg(40, 30)
    body = reporting(world, finding(photos=[sha(photo)]))
    answer = send(client, leader, told(body), *[shown(photo)] * PARTS)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert nothing_kept(world, photo)
    assert send(client, leader, told(body), *[shown(photo)] * (PARTS - 1)).status_code == 201


def test_strangers_send_no_report(client: TestClient, world: World, leader: Person) -> None:
    photo = jpeg()
    body = reporting(world, finding(photos=[sha(photo)]))
    assert client.post("/inspections", files=[told(body), shown(photo)]).status_code == 401
    assert nothing_kept(world, photo)
