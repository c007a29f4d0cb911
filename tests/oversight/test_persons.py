"""Who is named for which seat, by whom, and what everybody may read on the board."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.foundation.printing import PDF
from app.people.scope import Role
from tests.conftest import Person, World
from tests.duties.stories import at
from tests.hazards.test_two_at_once import at_once
from tests.oversight.stories import appointed, changed, dusty, duties, owing, person, sent, went
from tests.risks.stories import added, measured

WHEN = "2026-11-20 09:00"


@pytest.fixture
def administrator(world: World) -> Person:
    return person(world, Role.ADMINISTRATOR)


def test_who_names_whom(client: TestClient, world: World, administrator: Person) -> None:
    works = dusty(world)
    path = f"enterprises/{works}/responsible-persons"
    supervisor, inspector = person(world, Role.SUPERVISOR), person(world, Role.INSPECTOR)
    officer, worker = (person(world, role, enterprise_id=works) for role in (Role.SAFETY_OFFICER, Role.WORKER))
    stranger = person(world, Role.SUPERVISOR, areas=(world.next_town,))
    for by, seat, status in (
        (officer, "administrative", 403), (inspector, "administrative", 403), (worker, "enterprise", 403),
        (stranger, "regulatory", 404), (officer, "enterprise", 201), (supervisor, "administrative", 201),
        (administrator, "regulatory", 201),
    ):  # fmt: skip
        told = sent(client, by, path, {"id": str(uuid4()), "seat": seat, "name": "某某"}, WHEN, status)
    assert (told["from_on"], told["backdated"], told["revision"]) == ("2026-11-20", False, 1)
    for seat, user in (("administrative", officer), ("administrative", stranger), ("enterprise", supervisor)):
        body = {"seat": seat, "user_id": str(user.id), "from_on": "2026-12-01"}
        assert sent(client, administrator, path, body, WHEN, 404)["errors"][0]["pointer"] == "/user_id"
    assert sent(client, administrator, path, {"seat": "regulatory"}, WHEN, 422)["code"] == "invalid"


def test_a_seat_is_held_by_one_at_a_time_and_it_stays_known(
    client: TestClient, world: World, administrator: Person
) -> None:
    works = dusty(world)
    path = f"enterprises/{works}/responsible-persons"
    first = appointed(client, administrator, works, "regulatory", "甲", phone="023-45600001", phone_public=True)
    appointed(client, administrator, works, "regulatory", "乙", "2026-10-10")
    for from_on in ("2026-10-10", "2026-09-15"):
        body = {"seat": "regulatory", "name": "丙", "from_on": from_on}
        assert sent(client, administrator, path, body, WHEN, 409)["code"] == "seat_taken"
    own = f"{path}/{first['id']}"
    assert (
        changed(client, administrator, own, {"revision": 2, "to_on": "2026-10-20"}, WHEN, 409)["code"] == "seat_taken"
    )
    changed(client, administrator, own, {"revision": 2, "to_on": "2026-08-01"}, WHEN, 422)
    assert changed(client, administrator, own, {"revision": 1, "unit": "应急办"}, WHEN, 412)["code"] == "stale_revision"
    changed(client, administrator, own, {"revision": 2, "unit": "应急办"}, WHEN)
    elsewhere = f"enterprises/{dusty(world)}/responsible-persons/{first['id']}"
    changed(client, administrator, elsewhere, {"revision": 3, "unit": "x"}, WHEN, 404)

    def held(on: str, reader: Person = administrator) -> list[str | None]:
        items = client.get(path, params={"on": on}, headers=reader.headers).json()["items"]
        return [each["name"] for each in items]

    assert [held(day) for day in ("2026-08-31", "2026-09-01", "2026-10-09", "2026-10-10")] == [
        [], ["甲"], ["甲"], ["乙"],
    ]  # fmt: skip
    assert held("2026-10-10", person(world, Role.WORKER, enterprise_id=works)) == [None]
    second = client.get(path, params={"on": "2026-10-10"}, headers=administrator.headers).json()["items"][0]
    changed(client, administrator, f"{path}/{second['id']}", {"revision": 1, "withdrawn": True}, WHEN)
    changed(client, administrator, own, {"revision": 3, "to_on": None}, WHEN)
    assert held("2026-11-01") == ["甲"]


def test_a_phone_that_was_noted_for_the_office_stays_there(
    client: TestClient, world: World, administrator: Person
) -> None:
    works = dusty(world)
    mayor = person(world, Role.SUPERVISOR)
    manager, worker = (person(world, role, enterprise_id=works) for role in (Role.MANAGER, Role.WORKER))
    expert = person(world, Role.EXPERT, assigned=(works,))
    for seat, who, public in (
        ("administrative", mayor, False),
        ("regulatory", "乙", True),
        ("enterprise", "丙", False),
    ):
        appointed(client, administrator, works, seat, who, phone="13800000000", phone_public=public)

    def phones(reader: Person) -> dict[str, bool]:
        items = client.get(f"enterprises/{works}/responsible-persons", headers=reader.headers).json()["items"]
        return {each["seat"]: each["phone"] is not None for each in items}

    every = {"administrative": True, "regulatory": True, "enterprise": True}
    assert phones(mayor) == phones(administrator) == every
    assert phones(manager) == phones(expert) == every | {"administrative": False}
    assert phones(worker) == dict.fromkeys(every, False)


def test_of_several_who_are_named_at_once_one_holds_the_seat(
    client: TestClient, world: World, administrator: Person
) -> None:
    works = dusty(world)
    path = f"enterprises/{works}/responsible-persons"

    def name(who: str) -> Any:
        return client.post(path, json={"seat": "regulatory", "name": who}, headers=administrator.headers)

    answers = at_once([partial(name, who) for who in "甲乙丙丁"])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(client.get(path, headers=administrator.headers).json()["items"]) == 1


def test_the_board_shows_what_is_public(client: TestClient, world: World, administrator: Person) -> None:
    named = [{"kind": "enterprise", "name": "喻光明", "phone": "13800000000", "post": "厂长"}]
    works = dusty(world, name="铜梁<打磨>厂#1", responsible_persons=named)
    mayor = person(world, Role.SUPERVISOR, name="冯建国")
    public: dict[str, Any] = {"unit": "土桥镇人民政府", "post": "镇长", "phone": "023-45600001", "phone_public": True}
    appointed(client, administrator, works, "administrative", mayor, **public)
    worker = person(world, Role.WORKER, enterprise_id=works)
    with at(WHEN):
        board = client.get(f"enterprises/{works}/board", headers=worker.headers).json()
        prints = {
            paper: client.get(f"enterprises/{works}/board.pdf", params=asked, headers=worker.headers)
            for paper, asked in (("a4", {}), ("a3", {"paper": "a3"}))
        }
    assert [(each["name"], each["post"], each["phone"], each["since_on"]) for each in board["persons"]] == [
        ("冯建国", "镇长", "023-45600001", "2026-09-01"), (None, None, None, None), ("喻光明", "厂长", None, None),
    ]  # fmt: skip
    assert (board["supervision_phone"], board["on"], board["categories_title"]) == ("12350", "2026-11-20", "涉爆粉尘")
    for answer in prints.values():
        assert (answer.status_code, answer.headers["content-type"]) == (200, PDF)
        assert answer.content.startswith(b"%PDF-")
    assert prints["a4"].content != prints["a3"].content
    path = f"enterprises/{works}/board.pdf"
    assert client.get(path, params={"paper": "a0"}, headers=worker.headers).status_code == 422
    assert client.get(path, headers=person(world, Role.WORKER).headers).status_code == 404


def test_the_board_names_nobody_for_a_seat_that_nobody_holds(
    client: TestClient, world: World, administrator: Person
) -> None:
    named = [{"kind": "administrative", "name": "冯建国", "post": "镇长"}]
    works = dusty(world, responsible_persons=named)
    appointed(client, administrator, works, "administrative", "某某", "2026-09-10", to_on="2026-10-09")

    def shown(when: str) -> str | None:
        with at(when):
            board = client.get(f"enterprises/{works}/board", headers=administrator.headers).json()
        name: str | None = board["persons"][0]["name"]
        return name

    days = ("2026-09-09 12:00", "2026-09-10 00:00", "2026-10-09 23:59", "2026-10-10 00:00")
    assert [shown(day) for day in days] == ["冯建国", "某某", "某某", None]


def test_who_answers_for_an_installation_checks_it(client: TestClient, world: World) -> None:
    works = dusty(world, special_categories=())
    supervisor = person(world, Role.SUPERVISOR)
    officer, leader, other = (
        person(world, role, enterprise_id=works) for role in (Role.SAFETY_OFFICER, Role.TEAM_LEADER, Role.TEAM_LEADER)
    )
    three: list[dict[str, Any]] = [
        {"kind": "technical", "name": "周工", "user_id": str(officer.id)},
        {"kind": "operational", "name": "吴班长", "user_id": str(leader.id)},
    ]
    body = {"id": str(uuid4()), "enterprise_id": str(works), "name": "储罐区", "grade": 3, "answerable": three}
    sent(client, officer, "risk-objects", body, "2026-10-14 09:00")
    three[1] = {"kind": "operational", "name": "郑班长", "user_id": str(other.id)}
    changed(client, officer, f"risk-objects/{body['id']}", {"revision": 1, "answerable": three}, "2026-10-29 09:00")
    went(client, leader, works, "2026-10-21 10:00", kind="routine")
    went(client, leader, works, "2026-10-30 10:00", kind="routine")  # no longer theirs
    went(client, other, works, "2026-11-04 10:00", kind="routine")
    asked = {"enterprise_id": str(works), "seat": "operational"}
    assert owing(client, officer, "2026-10-12", "2026-11-08", "2026-11-09 09:00", **asked) == {
        "operational site_check 2026-W42": "exempt",
        "operational site_check 2026-W43": "done",
        "operational site_check 2026-W44": "missed",
        "operational site_check 2026-W45": "done",
    }
    found = duties(client, supervisor, "2026-11-01", "2026-11-30", "2026-11-20 09:00", enterprise_id=str(works))
    seats = {each["seat"]: (each["cadence"], each["name"], each["flags"]) for each in found}
    assert seats["technical"] == ("monthly", "包保技术负责人到场检查（储罐区）", [])
    assert seats["principal"][::2] == ("quarterly", ["unassigned"])
    assert all(each["side"] == "enterprise" for each in found)
    with at("2026-11-20 09:00"):
        tasks = client.get("tasks", headers=officer.headers).json()["items"]
    assert [each["title"] for each in tasks] == ["包保技术负责人到场检查（储罐区）"]
    last: dict[str, Any] = {"revision": 2, "grade": None, "answerable": []}
    changed(client, officer, f"risk-objects/{body['id']}", last, "2026-11-20 10:00")
    later = owing(client, officer, "2026-11-02", "2026-12-06", "2026-12-07 09:00", **asked)
    assert list(later.values()) == ["done", "missed", "exempt"]


def test_a_check_of_an_installation_looks_at_its_measures(client: TestClient, world: World) -> None:
    works = dusty(world, special_categories=())
    officer, leader = (person(world, role, enterprise_id=works) for role in (Role.SAFETY_OFFICER, Role.TEAM_LEADER))
    three = [{"kind": "operational", "name": "吴班长", "user_id": str(leader.id)}]
    tanks = {"id": str(uuid4()), "enterprise_id": str(works), "name": "储罐区", "grade": 3, "answerable": three}
    sent(client, officer, "risk-objects", tanks, "2026-10-05 00:00")
    went(client, leader, works, "2026-10-07 10:00", kind="routine")  # there was nothing to look at yet
    of: dict[str, Any] = {"enterprise_id": str(works)}
    with at("2026-10-12 09:00"):
        measure = measured(client, officer, added(client, officer, object="储罐区", unit="一号罐", **of))["id"]
        other = measured(client, officer, added(client, officer, object="办公楼", unit="食堂", **of))["id"]

    def looking(id: str, status: str = "normal", **more: Any) -> dict[str, Any]:
        return {"kind": "routine", "results": [{"measure_id": id, "status": status}], **more}

    went(client, leader, works, "2026-10-14 10:00", **looking(other))
    went(client, leader, works, "2026-10-15 10:00", **looking(measure, "unchecked"))
    went(client, leader, works, "2026-10-21 10:00", **looking(measure))
    found = [{"id": str(uuid4()), "description": "呼吸阀锈蚀", "measure_id": measure}]
    went(client, leader, works, "2026-10-28 10:00", kind="routine", findings=found)
    companions = [{"name": "吴班长"}]
    went(client, officer, works, "2026-11-04 10:00", participants=companions, **looking(measure, "not_applicable"))
    states = owing(client, officer, "2026-10-05", "2026-11-08", "2026-11-09 09:00", seat="operational", **of)
    assert list(states.values()) == ["done", "missed", "done", "done", "done"]
