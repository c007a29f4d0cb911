"""Stops of production exempt, with care."""

from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.duties.conftest import LONG_AGO
from tests.duties.stories import at, checked, duties, inspected, planned, states, stopping
from tests.hazards.test_plan import statements_of
from tests.risks.stories import added, measured


def declared(client: TestClient, by: Person, when: str = "2026-11-06 10:00", **more: Any) -> Any:
    with at(when):
        return client.post("production-stops", json=stopping(by.world, **more), headers=by.headers)


def test_a_stop_exempts_and_its_end_owes_an_inspection(
    client: TestClient, officer: Person, leader: Person, manager: Person
) -> None:
    planned(client, officer)
    planned(client, officer, cadence="weekly", tier="department")
    stop = declared(client, manager).json()
    found = states(client, leader, "2026-11-08", "2026-11-16", "2026-11-17 09:00", cadence="daily")
    assert [found.pop(day) for day in ("2026-11-08", "2026-11-16")] == ["missed", "missed"]
    assert set(found.values()) == {"exempt"}
    assert states(client, leader, "2026-11-08", "2026-11-16", "2026-12-17 09:00", cadence="weekly") == {
        "2026-W45": "missed", "2026-W46": "exempt", "2026-W47": "missed",
    }  # fmt: skip
    [resumption] = duties(client, manager, "2026-11-16", "2026-11-16", "2026-11-15 18:00", cadence="one_off")
    assert (resumption["id"], resumption["state"]) == (stop["resumption_duty"], "due")
    assert (resumption["closes_at"], resumption["responsible"]["id"]) == ("2026-11-16T00:00:00.000Z", str(manager.id))
    told = inspected(client, manager, "2026-11-16 07:00", resumption["id"], kind="resumption")
    assert told["duties"] == [{"id": resumption["id"], "state": "done"}]


def test_measures_that_are_always_owed_stay_owed(
    client: TestClient, officer: Person, leader: Person, manager: Person
) -> None:
    risk = added(client, officer)
    always, other = (measured(client, officer, risk, always=often)["id"] for often in (True, False))
    plan = planned(client, officer, measure_ids=[always, other])
    assert declared(client, manager).json()["always"] == [always]
    [duty] = duties(client, leader, "2026-11-10", "2026-11-10", "2026-11-10 09:00")
    assert (duty["state"], [each["measure_id"] for each in duty["checklist"]]) == ("due", [always])
    told = inspected(client, leader, "2026-11-10 10:00", f"{plan['id']}:2026-11-10", results=checked(always))
    assert told["duties"][0]["state"] == "done"


def test_activity_during_a_stop_is_flagged(
    client: TestClient, officer: Person, leader: Person, manager: Person
) -> None:
    plan = planned(client, officer)
    stop = declared(client, manager).json()
    inspected(client, leader, "2026-11-10 10:00", f"{plan['id']}:2026-11-10")
    [duty] = duties(client, leader, "2026-11-10", "2026-11-10", "2026-11-11 09:00")
    assert (duty["state"], duty["flags"]) == ("exempt", ["during_stop"])
    shown = client.get(f"production-stops/{stop['id']}", headers=manager.headers).json()
    assert shown["activity"] == {"inspections": 1}


def test_only_what_was_done_during_a_stop_is_activity(
    client: TestClient, world: World, officer: Person, leader: Person, manager: Person
) -> None:
    """A week's inspection made on its Monday is none of a stop that begins on its Wednesday; nor is a late one."""
    head = world.someone(Role.DEPARTMENT_HEAD, created_at=LONG_AGO)
    daily, weekly = planned(client, officer), planned(client, officer, cadence="weekly", tier="department")
    stop = declared(client, manager, from_on="2026-11-11").json()
    inspected(client, head, "2026-11-09 10:00", f"{weekly['id']}:2026-W46")
    inspected(client, leader, "2026-11-17 10:00", f"{daily['id']}:2026-11-12")
    [listed] = client.get("production-stops", headers=manager.headers).json()["items"]
    assert (listed["id"], listed["activity"]) == (stop["id"], {"inspections": 0})
    [late] = duties(client, leader, "2026-11-12", "2026-11-12", "2026-11-18 09:00", cadence="daily")
    assert (late["state"], late["flags"]) == ("exempt", [])
    inspected(client, head, "2026-11-13 10:00", f"{weekly['id']}:2026-W46")
    shown = client.get(f"production-stops/{stop['id']}", headers=manager.headers).json()
    assert shown["activity"] == {"inspections": 1}


def test_nothing_resumes_while_another_stop_goes_on(client: TestClient, officer: Person, manager: Person) -> None:
    one = planned(client, officer)
    first = declared(client, manager).json()
    part = declared(client, manager, from_on="2026-11-16", to_on="2026-11-17", plan_ids=[one["id"]]).json()
    path = f"production-stops/{first['id']}"
    assert client.get(path, headers=manager.headers).json()["resumption_duty"] == f"{first['id']}:2026-11-15"
    whole = declared(client, manager, from_on="2026-11-16", to_on="2026-11-20").json()
    assert client.get(path, headers=manager.headers).json()["resumption_duty"] is None
    asked = (client, manager, "2026-11-15", "2026-11-21", "2026-11-23 09:00")
    assert [each["plan_id"] for each in duties(*asked, cadence="one_off")] == [whole["id"]]
    assert part["resumption_duty"]


def test_only_the_manager_declares_and_only_beforehand(
    client: TestClient, world: World, officer: Person, manager: Person
) -> None:
    supervisor = world.someone(Role.SUPERVISOR)
    assert declared(client, officer).status_code == 403
    assert declared(client, world.someone(Role.INSPECTOR)).status_code == 403
    assert declared(client, manager, "2026-11-09 00:00").status_code == 403
    assert declared(client, manager, "2026-11-08 23:59").json()["backdated"] is False
    assert declared(client, supervisor, "2026-11-20 10:00").json()["backdated"] is True


def test_a_stop_is_ended_and_taken_back(client: TestClient, world: World, manager: Person) -> None:
    supervisor = world.someone(Role.SUPERVISOR)
    stop = declared(client, manager, to_on=None).json()
    assert stop["resumption_duty"] is None

    def change(by: Person, when: str, **fields: Any) -> Any:
        with at(when):
            revision = client.get(f"production-stops/{stop['id']}", headers=by.headers).json()["revision"]
            body = {"revision": revision} | fields
            return client.patch(f"production-stops/{stop['id']}", json=body, headers=by.headers)

    assert change(manager, "2026-11-12 10:00", withdrawn=True).json()["code"] == "begun"
    assert change(manager, "2026-11-12 10:00", to_on="2026-11-08").json()["code"] in {
        "forbidden",
        "ends_before_it_begins",
    }
    assert change(manager, "2026-11-12 10:00", to_on="2026-11-10").status_code == 403
    ended = change(manager, "2026-11-12 10:00", to_on="2026-11-11").json()
    assert ended["resumption_duty"] == f"{stop['id']}:2026-11-11"
    assert change(manager, "2026-11-13 10:00", to_on="2026-11-20").status_code == 403
    assert change(supervisor, "2026-11-13 10:00", to_on="2026-11-20").json()["to_on"] == "2026-11-20"
    assert change(supervisor, "2026-11-13 10:00", withdrawn=True).json()["resumption_duty"] is None


def test_a_stop_of_some_plans_lets_the_others_go_on(client: TestClient, officer: Person, manager: Person) -> None:
    one, other = planned(client, officer), planned(client, officer)
    assert declared(client, manager, plan_ids=[str(uuid4())]).json()["errors"][0]["pointer"] == "/plan_ids/0"
    assert declared(client, manager, plan_ids=[one["id"]]).status_code == 201
    found = duties(client, officer, "2026-11-10", "2026-11-10", "2026-11-11 09:00")
    assert {duty["plan_id"]: duty["state"] for duty in found} == {one["id"]: "exempt", other["id"]: "missed"}


def test_stops_are_listed(client: TestClient, world: World, manager: Person) -> None:
    stop = declared(client, manager).json()
    supervisor = world.someone(Role.SUPERVISOR)
    for asked, there in (({}, True), ({"on": "2026-11-15"}, True), ({"on": "2026-11-16"}, False)):
        listed = client.get("production-stops", params=asked, headers=supervisor.headers).json()["items"]
        assert [each["id"] for each in listed] == [stop["id"]] * there


def test_what_was_taken_back_is_not_made_to_have_been(
    client: TestClient, officer: Person, leader: Person, manager: Person
) -> None:
    """Rounds that were missed meanwhile stay missed, whatever else the manager says in the same breath."""
    planned(client, officer)
    stop = declared(client, manager).json()
    path = f"production-stops/{stop['id']}"
    with at("2026-11-07 10:00"):
        taken_back = client.patch(path, json={"revision": 1, "withdrawn": True}, headers=manager.headers)
    assert taken_back.json()["withdrawn"] is True
    for more in ({}, {"to_on": "2026-11-30"}, {"to_on": None}):
        with at("2026-11-13 10:00"):
            body = {"revision": 2, "withdrawn": False} | more
            assert client.patch(path, json=body, headers=manager.headers).status_code == 403
    assert states(client, leader, "2026-11-10", "2026-11-10", "2026-11-13 11:00") == {"2026-11-10": "missed"}


def test_further_stops_on_a_page_ask_no_further_questions(client: TestClient, world: World, manager: Person) -> None:
    def page() -> int:
        return len(client.get("production-stops", headers=manager.headers).json()["items"])

    asked: list[int] = []
    for many in (1, 3):
        for _ in range(many - len(asked)):
            declared(client, manager)
        told = [said for said, _ in statements_of(world, page)]  # seals are made at any time
        asked.append(sum(any(of in said for of in ("production_", "inspection_", "tenures", "users")) for said in told))
    assert page() == 3
    assert asked[0] == asked[1] > 0


def told(client: TestClient, by: Person, stop: dict[str, Any], when: str, **changes: Any) -> dict[str, Any]:
    with at(when):
        answer = client.patch(f"production-stops/{stop['id']}", json={"revision": 1} | changes, headers=by.headers)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def test_an_end_that_is_told_late_owes_an_inspection_before_the_next_shift(
    client: TestClient, world: World, manager: Person
) -> None:
    """Work began again on Thursday at eight; the manager says so at ten. Nobody can inspect in the past."""
    stop = declared(client, manager, to_on=None).json()
    assert stop["end_told_at"] is None
    ended = told(client, manager, stop, "2026-11-12 10:00", to_on="2026-11-11")
    assert ended["end_told_at"] == "2026-11-12T02:00:00.000Z"

    def resumption(when: str) -> tuple[str, str, list[str]]:
        [duty] = duties(client, manager, "2026-11-12", "2026-11-13", when, cadence="one_off")
        assert duty["id"] == ended["resumption_duty"]
        return duty["closes_at"], duty["state"], duty["flags"]

    assert resumption("2026-11-12 10:00") == ("2026-11-13T00:00:00.000Z", "due", ["told_late"])
    assert resumption("2026-11-13 09:00")[1:] == ("missed", ["told_late"])
    inspected(
        client, manager, "2026-11-12 15:00", ended["resumption_duty"], kind="resumption", heard="2026-11-14 09:00"
    )
    assert resumption("2026-11-14 10:00")[1:] == ("done", ["told_late", "uploaded_late"])
    with at("2026-11-14 10:00"):
        asked = {"from": "2026-11-13", "to": "2026-11-13"}
        total = client.get("duties/summary", params=asked, headers=manager.headers).json()["total"]
    assert (total["owed"], total["done"]) == (1, 1)


def test_what_was_inspected_before_work_began_counts_though_the_end_is_told_later(
    client: TestClient, world: World, manager: Person
) -> None:
    supervisor = world.someone(Role.SUPERVISOR)
    stop = declared(client, manager, to_on=None).json()
    ended = told(client, supervisor, stop, "2026-12-02 10:00", to_on="2026-11-11")
    inspected(
        client, manager, "2026-11-12 07:00", ended["resumption_duty"], kind="resumption", heard="2026-12-02 11:00"
    )
    [duty] = duties(client, manager, "2026-12-03", "2026-12-03", "2026-12-02 12:00", cadence="one_off")
    assert (duty["state"], duty["closes_at"]) == ("done", "2026-12-03T00:00:00.000Z")


def test_the_first_shift_after_a_stop_is_on_the_next_day_that_is_worked(
    client: TestClient, officer: Person, manager: Person
) -> None:
    """A stop that ends on a Friday owes an inspection by Monday's first shift; another that goes on then, none."""
    stop = declared(client, manager, to_on="2026-11-13").json()
    [duty] = duties(client, manager, "2026-11-16", "2026-11-16", "2026-11-14 09:00", cadence="one_off")
    assert (duty["id"], duty["closes_at"], duty["flags"]) == (stop["resumption_duty"], "2026-11-16T00:00:00.000Z", [])
    body = {"id": str(uuid4()), "enterprise_id": str(officer.world.enterprise), "from_on": "2026-11-14"}
    with at("2026-11-12 08:00"):
        worked = body | {"worked": ["2026-11-14"], "first_shift": "07:30"}
        assert client.post("production-calendars", json=worked, headers=officer.headers).status_code == 201
    [duty] = duties(client, manager, "2026-11-14", "2026-11-14", "2026-11-14 09:00", cadence="one_off")
    assert (duty["closes_at"], duty["state"]) == ("2026-11-13T23:30:00.000Z", "missed")
