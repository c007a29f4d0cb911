"""Objects and units of analysis, major hazard installations, and the enterprise as the exchange tables have it."""

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.people.scope import Role
from app.risks.exchange import ExchangeTable, layout, project
from app.risks.methods import methods
from app.risks.models import RiskObject
from app.risks.terms import Answerable
from tests.conftest import Person, World
from tests.people.asking import change, enterprise, read, register
from tests.risks import stories
from tests.risks.stories import added, ids, measuring

THREE: list[dict[str, Any]] = [
    {"kind": "principal", "name": "赵一", "phone": "13800000001"},
    {"kind": "technical", "name": "钱二", "phone": "13800000002", "duties": ["每月组织一次专项检查"]},
    {"kind": "operational", "name": "孙三"},
]


@pytest.fixture
def keeper(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


def telling(world: World, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "enterprise_id": str(world.enterprise), "name": "液氨储罐区"} | more


def put(client: TestClient, keeper: Person, **more: Any) -> dict[str, Any]:
    answer = client.post("risk-objects", json=telling(keeper.world, **more), headers=keeper.headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_major_hazard_installation_names_the_three_who_answer_for_it(client: TestClient, keeper: Person) -> None:
    position = {"lon": 106.05, "lat": 29.84, "datum": "gcj02", "accuracy_m": None}
    told = put(
        client, keeper, kind="storage", code="50015100101", place="厂区东侧", position=position, department="储运部",
        grade=2, answerable=THREE,
    )  # fmt: skip
    assert (told["kind"], told["grade"], told["position"], told["revision"]) == ("storage", 2, position, 1)
    first, second, third = told["answerable"]
    assert (first["name"], first["default_duties"]) == ("赵一", True)
    assert first["duties"] == list(methods().major_hazard_duties.principal)
    assert (second["duties"], second["default_duties"]) == (["每月组织一次专项检查"], False)
    assert (third["phone"], third["user_id"]) == (None, None)
    path = f"risk-objects/{told['id']}"
    assert client.get(path, headers=keeper.headers).json() == told
    worker = keeper.world.someone(Role.WORKER)
    hidden = client.get(path, headers=worker.headers).json()["answerable"]
    assert {(each["name"], each["phone"]) for each in hidden} == {(None, None)}
    (row,) = client.get("risk-objects", params={"major_hazard": True}, headers=worker.headers).json()["items"]
    assert row["answerable"] == hidden
    assert client.get("risk-objects", params={"major_hazard": False}, headers=keeper.headers).json()["items"] == []


def test_every_kind_of_answerable_person_has_default_duties() -> None:
    duties = methods().major_hazard_duties
    assert all(getattr(duties, kind) for kind in Answerable)
    assert not duties.verified


@pytest.mark.parametrize(
    ("more", "status", "pointer"),
    [
        ({"answerable": THREE}, 422, "/answerable"),
        ({"grade": 1, "answerable": [THREE[0], THREE[0]]}, 422, "/answerable"),
        ({"grade": 5}, 422, "/grade"),
        ({"grade": 1, "answerable": [THREE[0] | {"user_id": str(uuid4())}]}, 404, "/answerable/0/user_id"),
        ({"responsible_id": str(uuid4())}, 404, "/responsible_id"),
        ({"enterprise_id": str(uuid4())}, 404, "/enterprise_id"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    client: TestClient, world: World, keeper: Person, more: dict[str, Any], status: int, pointer: str
) -> None:
    answer = client.post("risk-objects", json=telling(world, **more), headers=keeper.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer), answer.text


def test_names_are_given_once(client: TestClient, world: World, keeper: Person) -> None:
    first, second = put(client, keeper), put(client, keeper, name="液氨充装区")
    again = client.post("risk-objects", json=telling(world), headers=keeper.headers)
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    renamed = {"revision": 1, "name": "液氨储罐区"}
    answer = client.patch(f"risk-objects/{second['id']}", json=renamed, headers=keeper.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    same = client.patch(f"risk-objects/{first['id']}", json=renamed, headers=keeper.headers)
    assert (same.status_code, same.json()["revision"]) == (200, 2)


def test_units_are_listed_added_and_changed(client: TestClient, world: World, keeper: Person) -> None:
    of = put(client, keeper)
    path = f"risk-objects/{of['id']}/units"
    made = [client.post(path, json={"name": name}, headers=keeper.headers).json() for name in ("卸车台", "压缩机")]
    taken = client.post(path, json={"name": "卸车台"}, headers=keeper.headers)
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    page = client.get(path, params={"limit": 1}, headers=keeper.headers).json()
    rest = client.get(path, params={"cursor": page["next_cursor"]}, headers=keeper.headers).json()
    assert {item["id"] for item in page["items"] + rest["items"]} == {unit["id"] for unit in made}
    change = {"revision": 1, "department": "储运部", "retired": True}
    changed = client.patch(f"{path}/{made[0]['id']}", json=change, headers=keeper.headers).json()
    assert (changed["department"], changed["retired"], changed["revision"]) == ("储运部", True, 2)
    stale = client.patch(f"{path}/{made[0]['id']}", json=change, headers=keeper.headers)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_revision")
    other = put(client, keeper, name="锅炉房")
    elsewhere = client.patch(
        f"risk-objects/{other['id']}/units/{made[1]['id']}", json={"revision": 1}, headers=keeper.headers
    )
    assert elsewhere.status_code == 404


def test_nothing_is_placed_in_what_is_retired(client: TestClient, keeper: Person) -> None:
    """It would be on no list that anybody looks at, nor would its object be."""
    old, other = added(client, keeper, unit="旧除尘"), added(client, keeper, object="锅炉房", unit="锅炉")
    unit = f"risk-objects/{old['object_id']}/units/{old['unit_id']}"
    for path, pointer in ((unit, "/unit"), (f"risk-objects/{old['object_id']}", "/object")):
        assert client.patch(path, json={"revision": 1, "retired": True}, headers=keeper.headers).status_code == 200
        new = stories.telling(keeper.world, unit="旧除尘")
        moved = {"revision": 1, "object": "打磨车间", "unit": "旧除尘"}
        for answer in (
            client.post("risks", json=new, headers=keeper.headers),
            client.patch(f"risks/{other['id']}", json=moved, headers=keeper.headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (422, "retired")
            assert answer.json()["errors"][0]["pointer"] == pointer
        again = client.patch(path, json={"revision": 2, "retired": False}, headers=keeper.headers)
        assert again.status_code == 200
    assert client.post("risks", json=new, headers=keeper.headers).json()["unit_id"] == old["unit_id"]


def test_objects_and_units_are_kept_and_seen_as_risks_are(client: TestClient, world: World, keeper: Person) -> None:
    risk = added(client, keeper)
    path, leader = f"risk-objects/{risk['object_id']}", world.someone(Role.TEAM_LEADER)
    stranger = world.someone(Role.SAFETY_OFFICER, enterprise_id=world.works())
    for person, expected in ((leader, 403), (stranger, 404)):
        attempts = [
            client.post("risk-objects", json=telling(world), headers=person.headers),
            client.patch(path, json={"revision": 1, "grade": 1}, headers=person.headers),
            client.post(f"{path}/units", json={"name": "风机"}, headers=person.headers),
            client.patch(f"{path}/units/{risk['unit_id']}", json={"revision": 1}, headers=person.headers),
        ]
        assert [answer.status_code for answer in attempts] == [expected] * 4
    assert client.get(path, headers=leader.headers).json()["name"] == "打磨车间"
    assert client.get(path, headers=stranger.headers).status_code == 404
    assert client.get("risk-objects", headers=stranger.headers).json()["items"] == []


def test_the_list_is_asked_for_an_object_a_unit_or_an_installation(client: TestClient, keeper: Person) -> None:
    risk, other = added(client, keeper), added(client, keeper, object="焊接车间", unit="焊机")
    client.patch(f"risk-objects/{risk['object_id']}", json={"revision": 1, "grade": 3}, headers=keeper.headers)
    assert ids(client, keeper, object_id=risk["object_id"]) == [risk["id"]]
    assert ids(client, keeper, unit_id=other["unit_id"]) == [other["id"]]
    assert ids(client, keeper, major_hazard=True) == [risk["id"]]
    assert ids(client, keeper, major_hazard=False) == [other["id"]]


def table(client: TestClient, person: Person, name: str, **asked: Any) -> dict[str, Any]:
    path = f"enterprises/{person.world.enterprise}/exchange/{name}"
    answer = client.get(path, params=asked, headers=person.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_an_enterprise_reads_as_the_exchange_tables_have_it(client: TestClient, world: World, keeper: Person) -> None:
    classified = {"way": "1", "first": "2", "second": "2-1", "third": None}
    cycle = {"every": 2, "unit": "day"}
    risk = added(client, keeper, measures=[measuring(check_cycle=cycle, classification=classified)])
    client.patch(
        f"risk-objects/{risk['object_id']}", json={"revision": 1, "grade": 3, "department": "打磨车间"},
        headers=keeper.headers,
    )  # fmt: skip
    works = read(client, keeper, world.enterprise)
    unit = table(client, keeper, "risk_unit")
    assert (unit["table"], unit["fields_version"], unit["mapping_version"]) == ("t_aqfxfxdy", "1", "1")
    (row,) = unit["items"]
    told = row["fields"]
    assert told["TYSHXYDM"] == works["credit_code"]
    assert told["COMPANY_CODE"] == works["credit_code"][8:17]
    assert (told["HAZARD_CODE"], told["HAZARD_CODE1"]) == (risk["object_id"], None)
    assert (told["RISK_UNIT_NAME"], told["RISK_CLASS"], told["delete_mark"]) == ("除尘系统", 2, 0)
    assert told["create_by"] == told["update_by"] is not None
    assert row["missing"] == ["HAZARD_LIABLE_PERSON"]
    (event,) = table(client, keeper, "risk_event")["items"]
    assert (event["fields"]["RISK_UNIT_ID"], event["fields"]["RISK_EVENT_NAME"]) == (risk["unit_id"], "粉尘爆炸")
    assert event["missing"] == []
    (measure,) = table(client, keeper, "control_measure")["items"]
    assert (measure["fields"]["CLASSIFY2"], measure["fields"]["DATA_SRC"], measure["missing"]) == ("2-1", "1", [])
    (task,) = table(client, keeper, "inspection_task")["items"]
    assert (task["fields"]["CHECK_CYCLE"], task["fields"]["CHECK_CYCLE_UNIT"]) == (2, "天")
    (own,) = table(client, keeper, "enterprise")["items"]
    assert (own["fields"]["QYMC"], own["fields"]["ZDWXYZGDJ"]) == (works["name"], "3")


def test_the_exchange_goes_page_by_page_and_not_to_workers(client: TestClient, world: World, keeper: Person) -> None:
    wanted = {added(client, keeper, unit=f"单元{n}")["id"] for n in range(5)}
    got, cursor = [], None
    while True:
        page = table(client, keeper, "risk_event", limit=2, **({"cursor": cursor} if cursor else {}))
        got += [item["fields"]["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert (set(got), len(got)) == (wanted, 5)
    path = f"enterprises/{world.enterprise}/exchange/risk_unit"
    assert client.get(path, headers=world.someone(Role.WORKER).headers).status_code == 403
    stranger = world.someone(Role.SAFETY_OFFICER, enterprise_id=world.works())
    assert client.get(path, headers=stranger.headers).status_code == 404


@pytest.mark.parametrize("of", list(ExchangeTable))
def test_a_row_has_every_field_of_its_table_and_says_what_it_lacks(of: ExchangeTable) -> None:
    _, _, fields, mapping = layout(of)
    row = project(of, {"id": "x" * 40})
    assert list(row.fields) == [field.field for field in fields]
    ids = {name for name, ours in mapping.items() if ours == "id"}
    assert set(row.missing) == {field.field for field in fields if field.required} - ids
    assert set(row.too_long) == ids


def test_a_chief_engineer_is_named_on_the_enterprise(client: TestClient, world: World) -> None:
    administrator, engineer = world.someone(Role.ADMINISTRATOR), world.someone(Role.MANAGER)
    told = {"name": "周总工", "phone": "13800000009", "user_id": str(engineer.id)}
    answer = change(client, administrator, world.enterprise, {"revision": 1, "chief_engineer": told})
    assert (answer.status_code, answer.json()["chief_engineer"]) == (200, told)
    assert read(client, world.someone(Role.WORKER), world.enterprise)["chief_engineer"] is None
    stranger = told | {"user_id": str(administrator.id)}
    refused = change(client, administrator, world.enterprise, {"revision": 2, "chief_engineer": stranger})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, "/chief_engineer/user_id")
    new = register(client, administrator, enterprise(world, chief_engineer={"name": "吴总工"}))
    assert new.json()["chief_engineer"] == {"name": "吴总工", "phone": None, "user_id": None}


def test_nothing_is_placed_in_what_is_retired_meanwhile(client: TestClient, world: World, keeper: Person) -> None:
    risk = added(client, keeper)
    (object_id,) = (each["id"] for each in client.get("risk-objects", headers=keeper.headers).json()["items"])
    unit = {"id": str(uuid4()), "name": "输送系统"}
    asks = {"risks": stories.telling(world), f"risk-objects/{object_id}/units": unit}
    with ThreadPoolExecutor(len(asks)) as pool:

        def retire(session: Session) -> list[Any]:
            session.execute(update(RiskObject).where(RiskObject.id == UUID(object_id)).values(retired=True))
            session.flush()
            sent = [pool.submit(client.post, path, json=body, headers=keeper.headers) for path, body in asks.items()]
            wait(sent, 0.3)
            return sent

        answers = [each.result() for each in world.write(retire)]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(422, "retired")] * 2
    assert ids(client, keeper) == [risk["id"]]
