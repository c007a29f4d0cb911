"""Users: kept by administrators of the smallest area that their work lies in; roles, scope and powers go together."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.people.models import User
from app.people.schemas import NewUser, Sight
from app.people.scope import SYSTEM, Role
from app.people.users import create_user
from tests.conftest import PASSWORD, Person, World
from tests.people.logins import HASH, at_once, bearing, log_in, name_of

POWERS = {
    "powers": ["order", "stop"],
    "authority": "铜梁区应急管理局",
    "certificate_number": "渝A-001",
    "valid_until": "2099-12-31",
}


@pytest.fixture
def administrator(world: World) -> Person:
    return world.someone(Role.ADMINISTRATOR)


@pytest.fixture
def of_county(world: World) -> Person:
    return world.someone(Role.ADMINISTRATOR, areas=(world.county,), area_code=world.county)


def works_for(*enterprises: object) -> dict[str, Any]:
    return {"area_codes": [], "sectors": [], "enterprise_ids": [str(id) for id in enterprises]}


def governs(*areas: str, sectors: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"area_codes": list(areas), "sectors": list(sectors), "enterprise_ids": []}


def user(world: World, **told: Any) -> dict[str, Any]:
    own = {"roles": ["worker"], "scope": works_for(world.enterprise), "name": "赵六", "password": PASSWORD}
    return {"username": f"n{uuid4().hex}"} | own | told


def take_on(client: TestClient, by: Person, told: dict[str, Any], **query: Any) -> httpx2.Response:
    return client.post("users", json=told, headers=by.headers, params=query)


def change(client: TestClient, by: Person, id: object, told: dict[str, Any], revision: int = 1) -> httpx2.Response:
    return client.patch(f"users/{id}", json={"revision": revision} | told, headers=by.headers)


def code_of(answer: httpx2.Response) -> tuple[int, str, str]:
    told = answer.json()
    faults = told.get("errors") or [{"pointer": ""}]
    return answer.status_code, told.get("code", ""), faults[0]["pointer"]


def test_a_person_is_taken_on_and_logs_in(client: TestClient, world: World, administrator: Person) -> None:
    told = user(world, roles=["manager", "safety_officer"], phone="138-0000")
    answer = take_on(client, administrator, told)
    assert answer.status_code == 201
    shown = answer.json()
    assert {name: shown[name] for name in told if name != "password"} == {n: told[n] for n in told if n != "password"}
    assert (shown["enterprise_id"], shown["area_code"]) == (str(world.enterprise), world.village)
    assert (shown["active"], shown["powers"], "password" in shown) == (True, None, False)
    me = client.get("me", headers=bearing(log_in(client, told["username"]).json())).json()
    assert (me["id"], me["roles"], me["scope"]) == (shown["id"], told["roles"], told["scope"])


def test_no_password_is_kept_in_plain_text_anywhere(client: TestClient, world: World, administrator: Person) -> None:
    told = user(world, id=str(uuid4()), password="a password of 2026")
    assert take_on(client, administrator, told).status_code == 201
    answer = take_on(client, administrator, told)
    assert (answer.status_code, answer.json()["replayed"]) == (200, True)
    assert take_on(client, administrator, told | {"password": "another password"}).json()["code"] == "id_conflict"
    for table, column in (("receipts", "body"), ("events", "data"), ("users", "password")):
        where = "password" if table == "users" else column
        found = world.sql(f"SELECT count(*) FROM {table} WHERE {where} LIKE '%a password of 2026%'").scalar_one()
        assert found == 0, table


def test_without_a_password_nobody_logs_in(client: TestClient, world: World, administrator: Person) -> None:
    told = user(world, password=None)
    assert take_on(client, administrator, told).status_code == 201
    assert log_in(client, told["username"], "").status_code == 400
    assert log_in(client, told["username"]).status_code == 400


def test_a_rehearsal_takes_nobody_on(client: TestClient, world: World, administrator: Person) -> None:
    told = user(world)
    assert take_on(client, administrator, told, dry_run=True).status_code == 201
    assert log_in(client, told["username"]).status_code == 400


def test_a_user_name_is_one_persons_wherever_they_are(client: TestClient, world: World, administrator: Person) -> None:
    far = world.someone(Role.ADMINISTRATOR, areas=(world.next_town,), area_code=world.next_town)
    told = user(world)
    take_on(client, administrator, told)
    other = {"scope": governs(world.next_town), "roles": ["inspector"], "username": told["username"].upper()}
    answer = take_on(client, far, user(world, **other))
    assert (answer.status_code, answer.json()["code"]) == (409, "username_taken")
    assert told["name"] not in answer.text


def test_of_ten_at_once_with_the_same_name_one_is_taken_on(
    client: TestClient, world: World, administrator: Person
) -> None:
    told = user(world)
    answers = at_once(10, lambda _: take_on(client, administrator, told))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ({"password": "too short"}, "/password", "string_too_short"),
        ({"password": "x" * 129}, "/password", "string_too_long"),
        ({"password": "control \x07 characters"}, "/password", "value_error"),
        ({"username": "has space"}, "/username", "string_pattern_mismatch"),
        ({"username": "x"}, "/username", "string_pattern_mismatch"),
        ({"roles": []}, "/roles", "too_short"),
        ({"roles": ["king"]}, "/roles/0", "enum"),
        ({"phone": "call me"}, "/phone", "string_pattern_mismatch"),
        ({"scope": {"area_codes": ["1"]}}, "/scope/area_codes/0", "string_pattern_mismatch"),
        ({"powers": {"powers": ["order"]}}, "/powers/authority", "missing"),
        ({"powers": POWERS | {"powers": ["jail"]}}, "/powers/powers/0", "enum"),
        ({"admin": True}, "/admin", "extra_forbidden"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    client: TestClient, world: World, administrator: Person, told: dict[str, Any], pointer: str, code: str
) -> None:
    answer = take_on(client, administrator, user(world, **told))
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)


def test_the_user_name_is_no_password(client: TestClient, world: World, administrator: Person) -> None:
    told = user(world, username="longer-than-ten", password="Longer-Than-Ten")
    assert code_of(take_on(client, administrator, told)) == (422, "weak_password", "/password")


def test_roles_scope_and_powers_go_together(client: TestClient, world: World, administrator: Person) -> None:
    own, far = world.enterprise, world.works(area_code=world.next_town)
    cases: list[tuple[list[str], dict[str, Any], dict[str, Any] | None, tuple[int, str, str]]] = [
        (["worker", "inspector"], works_for(own), None, (422, "mixed_roles", "/roles")),
        (["expert", "manager"], works_for(own), None, (422, "mixed_roles", "/roles")),
        (["expert", "supervisor"], governs(world.town), None, (422, "mixed_roles", "/roles")),
        (["manager"], works_for(), None, (422, "one_enterprise", "/scope/enterprise_ids")),
        (["manager"], works_for(own, world.works()), None, (422, "one_enterprise", "/scope/enterprise_ids")),
        (["manager"], works_for(own) | {"area_codes": [world.town]}, None, (422, "does_not_fit", "/scope/area_codes")),
        (["manager"], works_for(own) | {"sectors": ["gas"]}, None, (422, "does_not_fit", "/scope/sectors")),
        (["manager"], works_for(far), None, (404, "not_found", "/scope/enterprise_ids/0")),
        (["manager"], works_for(uuid4()), None, (404, "not_found", "/scope/enterprise_ids/0")),
        (["inspector"], governs(), None, (422, "missing", "/scope/area_codes")),
        (["inspector"], governs(world.town, world.next_town), None, (404, "not_found", "/scope/area_codes/1")),
        (["inspector"], governs(world.county), None, (404, "not_found", "/scope/area_codes/0")),
        (["inspector"], governs(world.town[:9] + "999"), None, (404, "not_found", "/scope/area_codes/0")),
        (["inspector"], works_for(own), None, (422, "does_not_fit", "/scope/enterprise_ids")),
        (["expert"], works_for(), None, (422, "missing", "/scope/enterprise_ids")),
        (["expert"], works_for(own, far), None, (404, "not_found", "/scope/enterprise_ids/1")),
        (["manager"], works_for(own), POWERS, (422, "powers_not_allowed", "/powers")),
        (["expert"], works_for(own), POWERS, (422, "powers_not_allowed", "/powers")),
        (["administrator"], governs(world.town), POWERS, (422, "powers_not_allowed", "/powers")),
        (["inspector"], governs(world.village), POWERS, (422, "powers_not_allowed", "/powers")),
        (["enforcement_officer"], governs(world.village), POWERS, (422, "powers_not_allowed", "/powers")),
        (["enforcement_officer"], governs(world.town), POWERS, (201, "", "")),
        (["inspector"], governs(world.village), None, (201, "", "")),
        (["supervisor", "administrator"], governs(world.town, sectors=("gas",)), None, (201, "", "")),
        (["expert"], works_for(own, world.works()), None, (201, "", "")),
        (["worker", "team_leader", "manager", "safety_officer"], works_for(own), None, (201, "", "")),
    ]
    for roles, scope, powers, expected in cases:
        answer = take_on(client, administrator, user(world, roles=roles, scope=scope, powers=powers))
        assert code_of(answer) == expected, (roles, scope)


def test_who_works_in_two_towns_is_administered_where_both_lie(
    client: TestClient, world: World, administrator: Person, of_county: Person
) -> None:
    told = user(world, roles=["supervisor"], scope=governs(world.town, world.next_town))
    shown = take_on(client, of_county, told).json()
    assert shown["area_code"] == world.county
    assert client.get(f"users/{shown['id']}", headers=administrator.headers).status_code == 404
    patchwork = world.someone(Role.ADMINISTRATOR, areas=(world.town, world.next_town))
    answer = take_on(client, patchwork, told | {"username": f"n{uuid4().hex}"})
    assert code_of(answer) == (422, "too_far_apart", "/scope")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_only_administrators_keep_users(client: TestClient, world: World, role: Role) -> None:
    person, colleague = world.someone(role), world.someone(Role.WORKER)
    expected = 404 if role == Role.WORKER else 403
    assert take_on(client, person, user(world)).status_code == 403
    assert client.get(f"users/{colleague.id}", headers=person.headers).status_code == expected
    for told in ({"name": "新名"}, {"password": "a new password"}):
        assert change(client, person, colleague.id, told).status_code == expected
    assert client.get(f"users/{person.id}", headers=person.headers).status_code == 403


def test_out_of_scope_looks_like_nobody(client: TestClient, world: World, administrator: Person) -> None:
    far = world.someone(Role.INSPECTOR, areas=(world.next_town,), area_code=world.next_town)
    above = world.someone(Role.SUPERVISOR, areas=(world.county,), area_code=world.county)
    for id in (far.id, above.id, uuid4()):
        assert client.get(f"users/{id}", headers=administrator.headers).status_code == 404
        for told in ({"name": "新名"}, {"password": "a new password"}):
            assert change(client, administrator, id, told).status_code == 404


def test_who_administers_some_sectors_gives_and_changes_no_more(client: TestClient, world: World) -> None:
    narrow = world.someone(Role.ADMINISTRATOR, sectors=("gas", "chemical"))
    for sectors, expected in (
        ((), (422, "too_wide", "/scope/sectors")),
        (("gas", "machinery"), (422, "too_wide", "/scope/sectors")),
        (("gas",), (201, "", "")),
    ):
        told = user(world, roles=["supervisor"], scope=governs(world.town, sectors=sectors))
        assert code_of(take_on(client, narrow, told)) == expected
    here, elsewhere = world.works(sectors=("gas",)), world.enterprise
    seen = [world.someone(Role.SUPERVISOR, sectors=("gas",)), world.someone(Role.MANAGER, enterprise_id=here)]
    unseen = [
        world.someone(Role.SUPERVISOR), world.someone(Role.SUPERVISOR, sectors=("gas", "machinery")),
        world.someone(Role.MANAGER, enterprise_id=elsewhere),
    ]  # fmt: skip
    for people, status in ((seen, 200), (unseen, 404)):
        for person in people:
            assert change(client, narrow, person.id, {"password": "a new password"}).status_code == status


def test_a_change_names_the_revision_that_was_seen(client: TestClient, world: World, administrator: Person) -> None:
    worker = world.someone(Role.WORKER)
    unseen = client.patch(f"users/{worker.id}", json={"name": "新名"}, headers=administrator.headers)
    assert (unseen.status_code, unseen.json()["current"]["id"]) == (428, str(worker.id))
    changed = change(client, administrator, worker.id, {"name": "新名", "phone": None, "roles": ["manager"]})
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    assert (changed.json()["name"], changed.json()["phone"], changed.json()["roles"]) == ("新名", None, ["manager"])
    stale = change(client, administrator, worker.id, {"name": "别名"})
    assert (stale.status_code, stale.json()["current"]) == (412, changed.json())
    [event] = world.sql("SELECT action, data FROM events WHERE subject_id = :id", id=str(worker.id)).all()
    assert event.action == "changed"
    assert '"changes":{"name":"新名","phone":null,"roles":["manager"]}' in event.data


def test_who_is_dismissed_is_out_at_once(client: TestClient, world: World, administrator: Person) -> None:
    worker = world.someone(Role.WORKER, password=HASH)
    told = log_in(client, name_of(worker)).json()
    assert change(client, administrator, worker.id, {"active": False}).json()["active"] is False
    assert client.get("me", headers=bearing(told)).status_code == 401
    assert log_in(client, name_of(worker)).status_code == 400
    assert change(client, administrator, worker.id, {"active": True}, revision=2).status_code == 200
    assert client.get("me", headers=bearing(told)).status_code == 401
    assert log_in(client, name_of(worker)).status_code == 200


def test_a_password_that_was_reset_ends_all_logins(client: TestClient, world: World, administrator: Person) -> None:
    worker = world.someone(Role.WORKER, password=HASH)
    told = log_in(client, name_of(worker)).json()
    assert change(client, administrator, worker.id, {"password": "a new password"}).status_code == 200
    assert client.get("me", headers=bearing(told)).status_code == 401
    assert log_in(client, name_of(worker)).status_code == 400
    assert log_in(client, name_of(worker), "a new password").status_code == 200
    [event] = world.sql("SELECT data FROM events WHERE subject_id = :id", id=str(worker.id)).all()
    assert ('"password":"reset"' in event.data, "argon2" in event.data) == (True, False)


def test_nobody_raises_or_dismisses_oneself(client: TestClient, world: World, administrator: Person) -> None:
    for told in (
        {"active": False},
        {"roles": ["supervisor"]},
        {"scope": governs(world.town)},
        {"powers": POWERS},
        {"password": "a new password"},
    ):
        assert code_of(change(client, administrator, administrator.id, told)) == (403, "forbidden", "")
    assert change(client, administrator, administrator.id, {"name": "新名"}).status_code == 200


def test_a_change_is_held_to_the_same_rules(client: TestClient, world: World, administrator: Person) -> None:
    inspector = world.someone(Role.ENFORCEMENT_OFFICER, powers=POWERS)
    assert code_of(change(client, administrator, inspector.id, {"scope": governs(world.village)}))[1] == (
        "powers_not_allowed"
    )
    assert code_of(change(client, administrator, inspector.id, {"roles": ["worker"]}))[1] == "does_not_fit"
    moved = {"scope": governs(world.village), "powers": None}
    changed = change(client, administrator, inspector.id, moved).json()
    assert (changed["scope"], changed["powers"], changed["area_code"]) == (governs(world.village), None, world.village)
    joined = {"roles": ["worker"], "scope": works_for(world.enterprise)}
    changed = change(client, administrator, inspector.id, joined, revision=2).json()
    assert (changed["enterprise_id"], changed["scope"]) == (str(world.enterprise), works_for(world.enterprise))


def test_the_operator_takes_on_the_first_administrator(client: TestClient, world: World) -> None:
    scope = Sight(area_codes=(world.county,))
    body = NewUser(username=f"first{uuid4().hex}", name="管理员", roles=(Role.ADMINISTRATOR,), scope=scope)

    def take(session: Session) -> User:
        return create_user(session, SYSTEM, body, HASH)

    first: User = world.write(take)
    me = client.get("me", headers=bearing(log_in(client, body.username).json())).json()
    assert (me["id"], me["permissions"]) == (str(first.id), ["see_contacts", "administer"])
    data = world.sql("SELECT data FROM events WHERE subject_id = :id", id=str(first.id)).scalar_one()
    assert '"by":{"id":"00000000-0000-0000-0000-000000000000","name":"系统"' in data
