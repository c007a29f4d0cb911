"""Enterprises: kept by administrators within their subtree, found by everybody in scope, moved with all of theirs."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.foundation.credit_code import with_check_digit
from app.journal.audit import verify
from app.journal.sealer import seal_all
from app.people.scope import Role
from tests.conftest import Person, World
from tests.people.asking import change, credit_code, enterprise, listed, read, register, site
from tests.people.logins import at_once


@pytest.fixture
def administrator(world: World) -> Person:
    return world.someone(Role.ADMINISTRATOR)


def test_an_enterprise_is_registered_with_everything(client: TestClient, world: World, administrator: Person) -> None:
    told = enterprise(
        world,
        id=str(uuid4()),
        address="工业园1号",
        status="stopped",
        sectors=["machinery", "metallurgy"],
        special_categories=["dust_explosion"],
        scale="small",
        standardization_level="third",
        position={"lon": 106.05, "lat": 29.84, "datum": "wgs84", "accuracy_m": None},
        person_in_charge={"name": "张三", "phone": "138-0000"},
        responsible_persons=[
            {"kind": kind, "name": kind, "phone": None, "post": "镇长"}
            for kind in ("administrative", "regulatory", "enterprise")
        ],
        partner_id=str(world.enterprise),
    )
    answer = register(client, administrator, told)
    assert answer.status_code == 201
    shown = answer.json()
    assert {name: shown[name] for name in told} == told
    assert (shown["revision"], answer.headers["etag"][:3]) == (1, '"1-')
    assert read(client, administrator, told["id"]) == shown


def test_a_retry_registers_no_second_one(client: TestClient, world: World, administrator: Person) -> None:
    told = enterprise(world, id=str(uuid4()))
    first, again = register(client, administrator, told), register(client, administrator, told)
    assert (first.status_code, again.status_code, again.json()["replayed"]) == (201, 200, True)
    other = register(client, administrator, told | {"name": "别的厂"})
    assert (other.status_code, other.json()["code"]) == (409, "id_conflict")


def test_a_rehearsal_registers_nothing(client: TestClient, world: World, administrator: Person) -> None:
    told = enterprise(world, id=str(uuid4()))
    assert register(client, administrator, told, dry_run=True).status_code == 201
    assert client.get(f"enterprises/{told['id']}", headers=administrator.headers).status_code == 404


def test_a_site_has_no_code_but_a_place_and_a_person(client: TestClient, world: World, administrator: Person) -> None:
    answer = register(client, administrator, site(world))
    assert (answer.status_code, answer.json()["kind"]) == (201, "unregistered_site")
    assert answer.json()["position"] == {"lon": 106.05, "lat": 29.84, "datum": "gcj02", "accuracy_m": 12}


WRONG_DIGIT = with_check_digit("91500151MA5U00000")[:-1] + "I"


@pytest.mark.parametrize(
    ("make", "told", "pointer", "code"),
    [
        (enterprise, {"credit_code": WRONG_DIGIT}, "/credit_code", "invalid_credit_code"),
        (enterprise, {"credit_code": "nonsense"}, "/credit_code", "invalid_credit_code"),
        (enterprise, {"credit_code": None}, "/credit_code", "missing"),
        (site, {"credit_code": WRONG_DIGIT}, "/credit_code", "unexpected_credit_code"),
        (site, {"position": None}, "/position", "missing"),
        (site, {"person_in_charge": None}, "/person_in_charge", "missing"),
        (enterprise, {"name": " "}, "/name", "value_error"),
        (enterprise, {"area_code": "5001"}, "/area_code", "string_pattern_mismatch"),
        (enterprise, {"sectors": ["fishing"]}, "/sectors/0", "enum"),
        (enterprise, {"scale": "huge"}, "/scale", "enum"),
        (enterprise, {"colour": "red"}, "/colour", "extra_forbidden"),
        (enterprise, {"person_in_charge": {"name": "张三", "phone": "call me"}}, "/person_in_charge/phone", None),
        (enterprise, {"position": {"lon": 181, "lat": 0, "datum": "wgs84"}}, "/position/lon", "less_than_equal"),
        (enterprise, {"position": {"lon": "106", "lat": 0, "datum": "wgs84"}}, "/position/lon", "float_type"),
        (enterprise, {"position": {"lon": 106, "lat": 0, "datum": "moon"}}, "/position/datum", "enum"),
        (
            enterprise,
            {"responsible_persons": [{"kind": "enterprise", "name": "甲"}] * 2},
            "/responsible_persons",
            "kind_twice",
        ),
        (
            enterprise,
            {"responsible_persons": [{"kind": "enterprise", "name": "甲"}] * 4},
            "/responsible_persons",
            "too_long",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    client: TestClient, world: World, administrator: Person, make: Any, told: dict[str, Any], pointer: str, code: str
) -> None:
    answer = register(client, administrator, make(world, **told))
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code or fault["code"])


def test_a_code_in_small_letters_is_the_same_code(client: TestClient, world: World, administrator: Person) -> None:
    code = with_check_digit("91500151MA5U" + str(uuid4().int)[:5])
    answer = register(client, administrator, enterprise(world, credit_code=f" {code.lower()} "))
    assert answer.json()["credit_code"] == code


def test_a_code_is_registered_once_wherever_it_is(client: TestClient, world: World, administrator: Person) -> None:
    far = world.someone(Role.ADMINISTRATOR, areas=(world.next_town,), area_code=world.next_town)
    code = credit_code()
    assert register(client, administrator, enterprise(world, credit_code=code)).status_code == 201
    answer = register(client, far, enterprise(world, credit_code=code, area_code=world.next_town))
    assert (answer.status_code, answer.json()["code"]) == (409, "credit_code_taken")
    assert "current" not in answer.json()


def test_of_ten_at_once_with_the_same_code_one_is_registered(
    client: TestClient, world: World, administrator: Person
) -> None:
    code = credit_code()
    answers = at_once(10, lambda _: register(client, administrator, enterprise(world, credit_code=code)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


def test_an_area_is_a_village_or_town_of_ones_own(client: TestClient, world: World, administrator: Person) -> None:
    def answered(area_code: str, by: Person = administrator) -> tuple[int, str]:
        answer = register(client, by, enterprise(world, area_code=area_code))
        return answer.status_code, answer.json().get("code", "")

    of_county = world.someone(Role.ADMINISTRATOR, areas=(world.county,), area_code=world.county)
    assert answered(world.town) == (201, "")
    assert answered(world.next_town) == (404, "not_found")
    assert answered(world.next_town, of_county) == (201, "")
    assert answered(world.county, of_county) == (422, "area_too_wide")
    assert answered(world.town[:6] + "101999") == (404, "not_found")


def test_a_partner_is_another_enterprise_in_scope(client: TestClient, world: World, administrator: Person) -> None:
    own, far = str(uuid4()), world.works(area_code=world.next_town)
    for partner, status, code in ((own, 422, "own_partner"), (far, 404, "not_found"), (uuid4(), 404, "not_found")):
        answer = register(client, administrator, enterprise(world, id=own, partner_id=str(partner)))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["errors"][0]["pointer"] == "/partner_id"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_only_administrators_keep_them(client: TestClient, world: World, role: Role) -> None:
    person = world.someone(role)
    assert register(client, person, enterprise(world)).json()["code"] == "forbidden"
    answer = change(client, person, world.enterprise, {"revision": 1, "name": "新名"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_change_names_the_revision_that_was_seen(client: TestClient, world: World, administrator: Person) -> None:
    id = world.enterprise
    unseen = change(client, administrator, id, {"name": "新名"})
    assert (unseen.status_code, unseen.json()["code"]) == (428, "revision_required")
    assert unseen.json()["current"] == read(client, administrator, id)
    etag = client.get(f"enterprises/{id}", headers=administrator.headers).headers["etag"]
    changed = change(client, administrator, id, {"name": "新名"}, **{"If-Match": etag})
    assert (changed.status_code, changed.json()["revision"], changed.json()["name"]) == (200, 2, "新名")
    for told, headers in (({"revision": 1}, {}), ({}, {"If-Match": etag}), ({"revision": 2}, {"If-Match": etag})):
        stale = change(client, administrator, id, {"name": "别名"} | told, **headers)
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_revision")
        assert stale.json()["current"] == changed.json()


@pytest.mark.parametrize("etag", ['"x-1"', '"' + "9" * 5000 + '"', '""', '"2-1"'])
def test_a_strange_if_match_meets_nothing(client: TestClient, world: World, administrator: Person, etag: str) -> None:
    answer = change(client, administrator, world.enterprise, {"name": "新名"}, **{"If-Match": etag})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_revision")


def test_what_does_not_change_is_no_change(client: TestClient, world: World, administrator: Person) -> None:
    name = read(client, administrator, world.enterprise)["name"]
    answer = change(client, administrator, world.enterprise, {"revision": 1, "name": name})
    assert (answer.status_code, answer.json()["revision"]) == (200, 1)


def test_null_clears_what_may_be_absent_and_nothing_else(
    client: TestClient, world: World, administrator: Person
) -> None:
    answer = change(client, administrator, world.enterprise, {"revision": 1, "address": "1号", "scale": "micro"})
    answer = change(client, administrator, world.enterprise, {"revision": 2, "address": None})
    assert (answer.json()["address"], answer.json()["scale"]) == (None, "micro")
    for told in ({"name": None}, {"kind": None}, {"area_code": None}, {"credit_code": None}):
        assert change(client, administrator, world.enterprise, {"revision": 3} | told).status_code == 422


def test_a_site_becomes_an_enterprise_when_it_gets_its_code(
    client: TestClient, world: World, administrator: Person
) -> None:
    id = register(client, administrator, site(world)).json()["id"]
    told = {"revision": 1, "kind": "enterprise"}
    assert change(client, administrator, id, told).status_code == 422
    assert change(client, administrator, id, told | {"credit_code": credit_code()}).json()["kind"] == "enterprise"


def test_what_happened_is_on_record(client: TestClient, world: World, administrator: Person) -> None:
    id = register(client, administrator, enterprise(world)).json()["id"]
    change(client, administrator, id, {"revision": 1, "name": "新名", "sectors": ["gas"]})
    rows = world.sql("SELECT action, data FROM events WHERE subject_id = :id ORDER BY number", id=id).all()
    assert [row.action for row in rows] == ["registered", "changed"]
    assert '"changes":{"name":"新名","sectors":["gas"]}' in rows[1].data


def test_a_worker_reads_no_names_and_phones(client: TestClient, world: World, administrator: Person) -> None:
    told = {"person_in_charge": {"name": "张三"}, "responsible_persons": [{"kind": "enterprise", "name": "李四"}]}
    change(client, administrator, world.enterprise, {"revision": 1} | told)
    hidden = read(client, world.someone(Role.WORKER), world.enterprise)
    assert (hidden["person_in_charge"], hidden["responsible_persons"]) == (None, None)
    assert read(client, world.someone(Role.MANAGER), world.enterprise)["person_in_charge"]["name"] == "张三"


def test_everything_of_an_enterprise_moves_with_it(client: TestClient, world: World) -> None:
    county = world.someone(Role.ADMINISTRATOR, areas=(world.county,), area_code=world.county)
    here = world.someone(Role.ADMINISTRATOR)
    there = world.someone(Role.ADMINISTRATOR, areas=(world.next_town,), area_code=world.next_town)
    officer = world.someone(Role.SAFETY_OFFICER)
    risk = {"enterprise_id": str(world.enterprise), "object": "打磨", "unit": "除尘", "event": "粉尘爆炸"}
    risk_id = client.post("risks", json=risk, headers=officer.headers).json()["id"]
    stays = world.works()

    moved = change(client, county, world.enterprise, {"revision": 1, "area_code": world.next_town})
    assert (moved.status_code, moved.json()["area_code"]) == (200, world.next_town)
    assert listed(client, here) == [str(stays)]
    assert listed(client, there) == [str(world.enterprise)]
    assert client.get(f"users/{officer.id}", headers=there.headers).status_code == 200
    assert client.get(f"users/{officer.id}", headers=here.headers).status_code == 404
    for table, column in (("risks", "id"), ("users", "id"), ("enterprises", "id"), ("events", "subject_id")):
        ids = {"risks": risk_id, "users": str(officer.id), "enterprises": str(world.enterprise), "events": risk_id}
        rows = world.sql(f"SELECT area_code FROM {table} WHERE {column} = :id", id=ids[table]).scalars().all()
        assert set(rows) == {world.next_town}, table
    events = world.sql("SELECT area_code FROM events WHERE subject_id = :id", id=str(world.enterprise)).scalars().all()
    assert set(events) == {world.next_town}
    untouched = world.sql("SELECT area_code FROM enterprises WHERE id = :id", id=str(stays)).scalar_one()
    assert untouched == world.village
    seal_all(world.database, world.keyring)
    assert world.write(lambda session: verify(session, world.keyring)) is None


def test_who_was_moved_out_of_ones_sight_is_not_found(client: TestClient, world: World, administrator: Person) -> None:
    id: UUID = world.works(area_code=world.next_town)
    assert change(client, administrator, id, {"revision": 1, "name": "新名"}).status_code == 404
    assert (
        change(client, administrator, world.enterprise, {"revision": 1, "area_code": world.next_town}).status_code
        == 404
    )
