"""Oneself: who I am and what I may do, my phones, my password."""

from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.people.permissions import TITLES, Permission
from app.people.scope import Role
from tests.conftest import PASSWORD, Person, World
from tests.people.logins import HASH, bearing, log_in, name_of, refresh

# Written by hand from the contract's table of roles, to hold the table in the code against.
MAY = {
    Role.WORKER: "report rectify",
    Role.TEAM_LEADER: "inspect report rectify see_contacts",
    Role.DEPARTMENT_HEAD: "inspect report rectify review see_contacts",
    Role.MANAGER: "inspect report confirm assign submit_plan rectify review regrade keep_risks see_contacts",
    Role.SAFETY_OFFICER: "inspect report confirm assign submit_plan rectify review regrade keep_risks see_contacts",
    Role.INSPECTOR: "inspect report confirm assign review regrade see_contacts",
    Role.SUPERVISOR: "inspect report confirm assign approve_plan review regrade see_contacts",
    Role.ENFORCEMENT_OFFICER: "inspect report confirm assign review regrade see_contacts",
    Role.EXPERT: "inspect report review see_contacts",
    Role.ADMINISTRATOR: "see_contacts administer",
}


@pytest.mark.parametrize("role", Role)
def test_each_role_is_told_what_it_may_do(client: TestClient, world: World, role: Role) -> None:
    me = client.get("me", headers=world.someone(role).headers).json()
    assert " ".join(me["permissions"]) == MAY[role]


def test_every_permission_has_a_title() -> None:
    assert TITLES.keys() == set(Permission)


def test_the_roles_of_one_person_add_up(client: TestClient, world: World) -> None:
    person = world.someone(Role.WORKER, Role.MANAGER)
    assert set(client.get("me", headers=person.headers).json()["permissions"]) == set(MAY[Role.MANAGER].split())


def test_i_see_who_i_am_and_what_i_work_for(client: TestClient, world: World) -> None:
    officer, expert = world.someone(Role.SAFETY_OFFICER), world.someone(Role.EXPERT)
    inspector = world.someone(Role.INSPECTOR, sectors=("machinery",))
    me = client.get("me", headers=officer.headers)
    assert me.headers["etag"].startswith('"1-')
    assert me.json() == {
        "id": str(officer.id),
        "revision": 1,
        "replayed": False,
        "name": me.json()["name"],
        "username": name_of(officer),
        "roles": ["safety_officer"],
        "scope": {"area_codes": [], "sectors": [], "enterprise_ids": [str(world.enterprise)]},
        "powers": None,
        "permissions": me.json()["permissions"],
    }
    assert client.get("me", headers=inspector.headers).json()["scope"] == {
        "area_codes": [world.town],
        "sectors": ["machinery"],
        "enterprise_ids": [],
    }
    assert client.get("me", headers=expert.headers).json()["scope"]["enterprise_ids"] == [str(world.enterprise)]


@pytest.mark.parametrize(("days", "in_force"), [(None, True), (1, True), (-2, False)])
def test_powers_end_with_their_certificate(client: TestClient, world: World, days: int | None, in_force: bool) -> None:
    until = None if days is None else (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011 - two days' room
    powers = {"powers": ["order", "stop"], "authority": "应急局", "certificate_number": "1", "valid_until": until}
    officer = world.someone(Role.ENFORCEMENT_OFFICER, powers=powers)
    me = client.get("me", headers=officer.headers).json()
    assert me["powers"] == powers
    assert ({"order", "stop"} <= set(me["permissions"])) is in_force


def test_without_a_token_nobody_is_anybody(client: TestClient) -> None:
    answer = client.get("me")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert client.get("me", headers={"Authorization": "Bearer x.y.z"}).status_code == 401


def put(client: TestClient, person: Person, device: str, **body: Any) -> httpx2.Response:
    return client.put(f"me/devices/{device}", json=body, headers=person.headers)


def test_a_phone_registers_as_often_as_it_likes(client: TestClient, world: World) -> None:
    person = world.someone(Role.WORKER)
    first = put(client, person, "phone-1", platform="wechat", app_version="1.0.0")
    again = put(client, person, "phone-1", platform="wechat", app_version="1.0.1", push={"provider": "a", "token": "t"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == {
        "id": "phone-1",
        "platform": "wechat",
        "model": None,
        "app_version": "1.0.1",
        "push": {"provider": "a", "token": "t"},
        "registered_at": first.json()["registered_at"],
    }


def test_phones_of_two_people_may_have_the_same_name(client: TestClient, world: World) -> None:
    one, other = world.someone(Role.WORKER), world.someone(Role.WORKER)
    put(client, one, "phone", model="A")
    put(client, other, "phone", model="B")
    rows = world.sql("SELECT count(*) FROM devices WHERE model IN ('A', 'B') AND id = 'phone'").scalar_one()
    assert rows >= 2


def test_nobody_registers_phones_without_end(client: TestClient, world: World) -> None:
    person = world.someone(Role.WORKER)
    answers = [put(client, person, f"phone-{n}") for n in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [409]
    assert answers[-1].json()["code"] == "too_many_devices"
    assert put(client, person, "phone-3").status_code == 200


@pytest.mark.parametrize(
    ("device", "body"),
    [
        ("d" * 129, {}),
        ("a%00b", {}),
        ("phone", {"colour": "red"}),
        ("phone", {"model": "x" * 65}),
        ("phone", {"push": {"provider": "a"}}),
        ("phone", []),
    ],
)
def test_a_phone_that_makes_no_sense_is_refused(client: TestClient, world: World, device: str, body: Any) -> None:
    person = world.someone(Role.WORKER)
    answer = client.put(f"me/devices/{device}", json=body, headers=person.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_removing_a_lost_phone_ends_its_logins_but_not_the_one_that_asks(client: TestClient, world: World) -> None:
    person = world.someone(Role.WORKER, password=HASH)
    lost = log_in(client, name_of(person), device_id="lost").json()
    mine = log_in(client, name_of(person), device_id="mine").json()
    for _ in range(2):
        assert client.delete("me/devices/lost", headers=bearing(mine)).status_code == 204
    assert refresh(client, lost["refresh_token"]).status_code == 400
    assert client.delete("me/devices/mine", headers=bearing(mine)).status_code == 204
    assert refresh(client, mine["refresh_token"]).status_code == 200


NEW = "a better password"


def change(
    client: TestClient, told: dict[str, Any], old: str = PASSWORD, new: str = NEW, **query: Any
) -> httpx2.Response:
    return client.post("me/password", json={"old": old, "new": new}, headers=bearing(told), params=query)


@pytest.fixture
def person(world: World) -> Person:
    return world.someone(Role.WORKER, password=HASH)


@pytest.fixture
def tokens(client: TestClient, person: Person) -> dict[str, Any]:
    told: dict[str, Any] = log_in(client, name_of(person), device_id="mine").json()
    return told


def test_a_new_password_ends_all_other_logins(client: TestClient, person: Person, tokens: dict[str, Any]) -> None:
    other = log_in(client, name_of(person), device_id="other").json()
    assert change(client, tokens).status_code == 204
    assert client.get("me", headers=bearing(tokens)).status_code == 200
    assert client.get("me", headers=bearing(other)).status_code == 401
    assert log_in(client, name_of(person)).status_code == 400
    assert log_in(client, name_of(person), NEW).status_code == 200


def test_a_change_whose_answer_was_lost_may_be_sent_again(client: TestClient, tokens: dict[str, Any]) -> None:
    assert [change(client, tokens).status_code for _ in range(2)] == [204, 204]


def test_a_change_is_on_record_without_the_password(
    client: TestClient, world: World, person: Person, tokens: dict[str, Any]
) -> None:
    change(client, tokens)
    said = world.sql("SELECT action, data FROM events WHERE subject_id = :id", id=str(person.id)).all()
    assert [event.action for event in said] == ["changed_password"]
    assert "argon2" not in said[0].data
    assert NEW not in said[0].data


def test_a_rehearsal_changes_nothing(client: TestClient, person: Person, tokens: dict[str, Any]) -> None:
    assert change(client, tokens, dry_run=True).status_code == 204
    assert log_in(client, name_of(person)).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "pointer", "code"),
    [
        ("wrong", NEW, "/old", "wrong_password"),
        (PASSWORD, "too short", "/new", "string_too_short"),
        (PASSWORD, "x" * 129, "/new", "string_too_long"),
        (PASSWORD, "control \0 characters", "/new", "value_error"),
    ],
)
def test_a_password_that_will_not_do_is_refused(
    client: TestClient, tokens: dict[str, Any], old: str, new: str, pointer: str, code: str
) -> None:
    answer = change(client, tokens, old, new)
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


def test_the_user_name_is_no_password(client: TestClient, person: Person, tokens: dict[str, Any]) -> None:
    assert change(client, tokens, new=name_of(person).upper()).json()["code"] == "weak_password"


def test_a_stolen_phone_does_not_find_out_the_password(
    client: TestClient, person: Person, tokens: dict[str, Any]
) -> None:
    guesses = [change(client, tokens, old=f"wrong guess {n}").status_code for n in range(6)]
    assert guesses == [422] * 5 + [429]
    assert log_in(client, name_of(person)).status_code == 200
