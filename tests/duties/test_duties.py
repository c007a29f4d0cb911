"""Who owed which inspection, and did they do it."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.duties.conftest import LONG_AGO
from tests.duties.stories import at, changed, checked, duties, inspected, instant, planned, planning, states
from tests.hazards.test_plan import statements_of
from tests.inspections.stories import reporting
from tests.risks.stories import added, measured


def test_a_day_is_due_then_missed_or_done(client: TestClient, officer: Person, leader: Person) -> None:
    plan = planned(client, officer)
    first = f"{plan['id']}:2026-11-02"
    assert states(client, leader, "2026-11-01", "2026-11-03", "2026-11-02 10:00") == {
        "2026-11-01": "missed", "2026-11-02": "due", "2026-11-03": "due",
    }  # fmt: skip
    shown = inspected(client, leader, "2026-11-02 10:00", first)
    assert shown["duties"] == [{"id": first, "state": "done"}]
    assert client.get(f"inspections/{shown['id']}", headers=leader.headers).json()["duties"] == shown["duties"]
    [duty] = duties(client, leader, "2026-11-02", "2026-11-02", "2026-12-01 10:00")
    assert (duty["id"], duty["state"], duty["flags"]) == (first, "done", [])
    assert duty["responsible"]["id"] == str(leader.id)
    assert duty["inspection_ids"] == [shown["id"]]
    assert (duty["opens_at"], duty["closes_at"]) == ("2026-11-01T16:00:00.000Z", "2026-11-02T16:00:00.000Z")


def test_nothing_is_owed_before_the_plan_and_the_first_partial_period_is_exempt(
    client: TestClient, officer: Person
) -> None:
    planned(client, officer, "2026-11-04 09:00", cadence="weekly", tier="department", from_on="2026-10-01")
    assert states(client, officer, "2026-10-01", "2026-11-15", "2026-11-16 01:00") == {
        "2026-W45": "exempt", "2026-W46": "missed",
    }  # fmt: skip


def test_measures_decide_whether_a_duty_is_whole(client: TestClient, officer: Person, leader: Person) -> None:
    risk = added(client, officer)
    one, two = (measured(client, officer, risk)["id"] for _ in range(2))
    plan = planned(client, officer, measure_ids=[one, two])
    day, next_day = (f"{plan['id']}:2026-11-0{n}" for n in (2, 3))
    results = [*checked(one), *checked(two, status="unchecked")]
    shown = inspected(client, leader, "2026-11-02 10:00", day, results=results)
    assert shown["duties"][0]["state"] == "partial"
    shown = inspected(client, leader, "2026-11-02 11:00", day, results=checked(two, status="not_applicable"))
    assert shown["duties"][0]["state"] == "done"
    inspected(client, leader, "2026-11-03 10:00", next_day, results=checked(one))
    late = inspected(client, leader, "2026-11-05 10:00", next_day, results=checked(two))
    assert late["duties"][0]["state"] == "late"


def test_done_in_time_and_uploaded_later_is_done_and_says_so(
    client: TestClient, officer: Person, leader: Person
) -> None:
    plan = planned(client, officer)
    inspected(client, leader, "2026-11-02 10:00", f"{plan['id']}:2026-11-02", heard="2026-11-09 10:00")
    inspected(client, leader, "2026-11-04 10:00", f"{plan['id']}:2026-11-03")
    found = duties(client, leader, "2026-11-02", "2026-11-03", "2026-11-10 08:00")
    assert [(duty["state"], duty["flags"]) for duty in found] == [("done", ["uploaded_late"]), ("late", [])]


def test_somebody_elses_inspection_fulfils_nothing(
    client: TestClient, world: World, officer: Person, leader: Person, manager: Person
) -> None:
    plan = planned(client, officer, cadence="monthly", tier="manager", name="经理月排查")
    month = f"{plan['id']}:2026-11"
    for other in (leader, world.someone(Role.INSPECTOR)):
        assert inspected(client, other, "2026-11-02 10:00", month)["duties"][0]["state"] == "due"
    assert inspected(client, manager, "2026-11-03 10:00", month)["duties"][0]["state"] == "done"
    [duty] = duties(client, manager, "2026-11-01", "2026-11-30", "2026-11-04 10:00")
    assert (duty["state"], len(duty["inspection_ids"])) == ("done", 1)


def test_a_deputy_stands_in_on_their_days_and_it_shows(
    client: TestClient, officer: Person, leader: Person, manager: Person
) -> None:
    plan = planned(client, officer, cadence="monthly", tier="manager")
    stands_in = {"user_id": str(leader.id), "from_on": "2026-11-10", "to_on": "2026-11-12", "reason": "出差"}
    changed(client, officer, plan, "2026-11-09 10:00", substitutes=[stands_in])
    month = f"{plan['id']}:2026-11"
    assert inspected(client, leader, "2026-11-09 12:00", month)["duties"][0]["state"] == "due"
    assert inspected(client, leader, "2026-11-11 12:00", month)["duties"][0]["state"] == "done"
    [duty] = duties(client, manager, "2026-11-11", "2026-11-11", "2026-12-04 10:00")
    assert (duty["state"], duty["flags"], duty["responsible"]["id"]) == ("done", ["by_deputy"], str(manager.id))
    inspected(client, manager, "2026-11-12 12:00", month)
    [duty] = duties(client, manager, "2026-11-11", "2026-11-11", "2026-12-04 10:00")
    assert duty["flags"] == []


def test_a_duty_falls_upward_and_nobody_is_still_owed_it(client: TestClient, world: World, officer: Person) -> None:
    planned(client, officer)
    planned(client, officer, cadence="monthly", tier="manager")
    for duty in duties(client, officer, "2026-11-02", "2026-11-02", "2026-12-04 10:00"):
        nobody = duty["cadence"] == "monthly"
        assert duty["state"] == "missed"
        assert duty["flags"] == (["unassigned"] if nobody else [])
        assert duty["responsible"] == (None if nobody else {"id": str(officer.id), "name": duty["responsible"]["name"]})
    boss = world.someone(Role.MANAGER, Role.SAFETY_OFFICER, Role.TEAM_LEADER, created_at=LONG_AGO)
    found = duties(client, boss, "2026-11-02", "2026-11-02", "2026-12-04 10:00", responsible_id=str(boss.id))
    assert {duty["tier"] for duty in found} == {"team", "manager"}


def test_one_walk_answers_several(client: TestClient, officer: Person, manager: Person) -> None:
    daily, monthly = planned(client, officer), planned(client, officer, cadence="monthly", tier="manager")
    told = inspected(client, manager, "2026-11-02 10:00", f"{daily['id']}:2026-11-02", f"{monthly['id']}:2026-11")
    assert [duty["state"] for duty in told["duties"]] == ["done", "done"]


def test_a_night_shift_belongs_to_the_day_it_began(client: TestClient, officer: Person, leader: Person) -> None:
    shifts = [
        {"name": "白班", "starts": "08:00", "ends": "20:00"},
        {"name": "夜班", "starts": "20:00", "ends": "08:00"},
    ]
    plan = planned(client, officer, shifts=shifts)
    night = f"{plan['id']}:2026-11-02:夜班"
    assert inspected(client, leader, "2026-11-03 02:00", night)["duties"] == [{"id": night, "state": "done"}]
    assert states(client, leader, "2026-11-02", "2026-11-02", "2026-11-03 09:00") == {
        "2026-11-02:白班": "missed", "2026-11-02:夜班": "done",
    }  # fmt: skip


def test_a_change_never_rewrites_what_was_owed(client: TestClient, officer: Person, leader: Person) -> None:
    plan = planned(client, officer, measure_ids=[])
    risk = added(client, officer)
    measure = measured(client, officer, risk)["id"]
    changed(client, officer, plan, "2026-11-03 12:00", measure_ids=[measure], days="work")
    inspected(client, leader, "2026-11-03 13:00", f"{plan['id']}:2026-11-03")
    inspected(client, leader, "2026-11-04 13:00", f"{plan['id']}:2026-11-04")
    found = duties(client, leader, "2026-11-01", "2026-11-08", "2026-11-09 10:00")
    assert {duty["period"][-2:]: (duty["state"], duty["plan_revision"]) for duty in found} == {
        "01": ("missed", 1), "02": ("missed", 1), "03": ("done", 1), "04": ("partial", 2), "05": ("missed", 2),
        "06": ("missed", 2),
    }  # fmt: skip
    changed(client, officer, {**plan, "revision": 2}, "2026-11-05 12:00", retired=True)
    assert len(states(client, leader, "2026-11-05", "2026-11-30", "2026-12-01 10:00")) == 1


def test_a_shift_that_is_moved_after_it_began_is_owed_once(
    client: TestClient, world: World, officer: Person, leader: Person
) -> None:
    night = {"name": "夜班", "starts": "20:00", "ends": "04:00"}
    plan = planned(client, officer, shifts=[night])
    changed(client, officer, plan, "2026-11-03 21:00", shifts=[night | {"starts": "22:00", "ends": "06:00"}])
    found = duties(client, leader, "2026-11-03", "2026-11-04", "2026-11-05 12:00")
    assert [(each["period"], each["closes_at"][:16]) for each in found] == [
        ("2026-11-03", "2026-11-03T20:00"), ("2026-11-04", "2026-11-04T22:00"),
    ]  # fmt: skip
    asked = {"from": "2026-11-03", "to": "2026-11-04"}
    with at("2026-11-05 12:00"):
        told = client.get("duties/summary", params=asked, headers=officer.headers).json()
    assert told["total"]["owed"] == 2


def test_a_plan_that_never_began_may_begin_earlier(client: TestClient, officer: Person, leader: Person) -> None:
    """Nothing of it was owed yet: it owes what a new one would."""
    plan = planned(client, officer, cadence="one_off", from_on="2026-11-20", to_on="2026-11-30")
    changed(client, officer, plan, "2026-11-10 10:00", from_on="2026-11-09")
    assert states(client, leader, "2026-11-01", "2026-11-30", "2026-11-12 09:00") == {"2026-11-09": "due"}


def test_work_days_know_the_holidays(client: TestClient, officer: Person) -> None:
    planned(client, officer, "2026-09-01 08:00", days="work")
    owed = states(client, officer, "2026-09-18", "2026-10-12", "2026-09-02 08:00")
    assert {"2026-09-20", "2026-10-10"} <= owed.keys()  # worked for the holidays
    assert not owed.keys() & {"2026-09-19", "2026-09-25", "2026-10-01", "2026-10-07", "2026-10-11"}


def test_an_enterprise_has_production_days_of_its_own(client: TestClient, world: World, officer: Person) -> None:
    planned(client, officer, "2026-09-01 08:00", days="production")
    body = {"id": str(uuid4()), "enterprise_id": str(world.enterprise), "from_on": "2026-10-05", "weekdays": [1, 2, 6]}
    with at("2026-09-10 08:00"):
        for wrong in ("2026-09-10", "2026-09-01"):
            answer = client.post("production-calendars", json={**body, "from_on": wrong}, headers=officer.headers)
            assert answer.json()["code"] == "not_ahead"
        more = {"off": ["2026-10-06"], "worked": ["2026-10-09"]}
        answer = client.post("production-calendars", json=body | more, headers=officer.headers)
    assert answer.status_code == 201, answer.text
    assert list(states(client, officer, "2026-10-01", "2026-10-11", "2026-09-02 08:00")) == [
        "2026-10-05", "2026-10-09", "2026-10-10",
    ]  # fmt: skip
    asked = {"enterprise_id": str(world.enterprise)}
    listed = client.get("production-calendars", params=asked, headers=officer.headers)
    assert [each["weekdays"] for each in listed.json()["items"]] == [[1, 2, 6]]


def test_the_checklist_shows_the_hazard_that_is_open(client: TestClient, officer: Person, leader: Person) -> None:
    risk = added(client, officer)
    measure = measured(client, officer, risk)["id"]
    plan = planned(client, officer, measure_ids=[measure])
    finding = {"description": "泄爆片缺失", "measure_id": measure}
    shown = inspected(
        client, leader, "2026-11-02 10:00", f"{plan['id']}:2026-11-02", findings=[finding],
        results=checked(measure, status="abnormal"),
    )  # fmt: skip
    [duty] = duties(client, leader, "2026-11-03", "2026-11-03", "2026-11-03 10:00")
    assert duty["checklist"] == [
        {
            "measure_id": measure, "description": "除尘管道设置泄爆片", "check": "泄爆片完好",
            "open_hazard_id": shown["findings"][0]["hazard_id"],
        }
    ]  # fmt: skip


def test_a_plan_of_another_works_is_not_found(
    client: TestClient, world: World, officer: Person, leader: Person
) -> None:
    other = world.someone(Role.SAFETY_OFFICER, enterprise_id=(works := world.works()))
    plan = planned(client, other, enterprise_id=str(works))
    for unknown in (plan["id"], str(uuid4())):
        body = reporting(world, duties=[f"{unknown}:2026-11-02"])
        answer = client.post("inspections", json=body, headers=leader.headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/duties/0")


def test_what_the_plan_does_not_owe_is_kept_without_a_state(
    client: TestClient, officer: Person, leader: Person
) -> None:
    plan = planned(client, officer, days="work")
    named = [f"{plan['id']}:{period}" for period in ("2026-11-01", "2026-W45", "2026-11-02:夜班", "2026-Q4", "2026")]
    told = inspected(client, leader, "2026-11-02 10:00", *named)
    assert told["duties"] == [{"id": id, "state": None} for id in named]


def test_a_doubtful_clock_shows(client: TestClient, officer: Person, leader: Person) -> None:
    plan = planned(client, officer)
    body = reporting(leader.world, duties=[f"{plan['id']}:2026-11-02"], performed_at="2026-11-02T03:00:00Z")
    with at("2026-11-02 12:00"):
        ahead = {"Device-Time": "2026-11-02T06:00:00Z"}
        assert client.post("inspections", json=body, headers=leader.headers | ahead).status_code == 201
    [duty] = duties(client, leader, "2026-11-02", "2026-11-02", "2026-11-10 08:00")
    assert (duty["state"], duty["flags"]) == ("done", ["clock_doubt"])


def test_a_phone_that_has_it_is_told_nothing_has_changed(client: TestClient, officer: Person, leader: Person) -> None:
    planned(client, officer)
    asked = {"from": "2026-11-02", "to": "2026-12-02"}
    with at("2026-11-02 09:00"):
        first = client.get("duties", params=asked, headers=leader.headers)
        known = leader.headers | {"If-None-Match": first.headers["ETag"]}
        again = client.get("duties", params=asked, headers=known)
        assert (again.status_code, again.content) == (304, b"")
    known = leader.headers | {"If-None-Match": first.headers["ETag"]}
    assert client.get("duties", params=asked, headers=known).status_code == 200  # days have passed


def test_a_report_asks_once_of_what_it_is_for(
    client: TestClient, world: World, officer: Person, leader: Person
) -> None:
    duty = f"{planned(client, officer)['id']}:2026-11-02"
    seen = statements_of(world, lambda: inspected(client, leader, "2026-11-02 09:00", duty))
    for table in ("inspection_plan_versions", "production_calendars", "production_stops"):
        assert sum(f"FROM {table}" in said or f"JOIN {table}" in said for said, _ in seen) == 1


def test_pages_of_duties_follow_one_another(client: TestClient, officer: Person) -> None:
    planned(client, officer)
    planned(client, officer, cadence="weekly", tier="department")
    asked: dict[str, Any] = {"from": "2026-11-02", "to": "2026-11-15", "limit": 5}
    seen: list[str] = []
    with at("2026-11-05 09:00"):
        while True:
            page = client.get("duties", params=asked, headers=officer.headers).json()
            seen += [duty["id"] for duty in page["items"]]
            if page["next_cursor"] is None:
                break
            asked["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 16


@pytest.mark.parametrize(
    ("asked", "many"),
    [({"from": "2026-11-01", "to": "2027-01-02"}, 422), ({"from": "2026-11-01", "to": "2027-01-01"}, 200),
     ({"from": "2026-11-02", "to": "2026-11-01"}, 422), ({"to": "2026-11-01"}, 200), ({}, 200),
     ({"count": "true"}, 422)],
)  # fmt: skip
def test_sixty_two_days_at_most(client: TestClient, officer: Person, asked: dict[str, str], many: int) -> None:
    assert client.get("duties", params=asked, headers=officer.headers).status_code == many


def test_states_are_asked_for(client: TestClient, officer: Person, leader: Person) -> None:
    plan = planned(client, officer)
    inspected(client, leader, "2026-11-02 10:00", f"{plan['id']}:2026-11-02")
    asked = ("2026-11-01", "2026-11-04", "2026-11-03 10:00")
    assert states(client, leader, *asked, state=["missed", "done"]) == {"2026-11-01": "missed", "2026-11-02": "done"}
    assert states(client, leader, *asked, tier="manager") == {}
    assert states(client, leader, *asked, cadence="daily", area_code=leader.world.next_town) == {}


def test_what_is_due_now_is_a_task(client: TestClient, officer: Person, leader: Person, manager: Person) -> None:
    plan = planned(client, officer)
    with at("2026-11-02 10:00"):
        [task] = client.get("tasks", headers=leader.headers).json()["items"]
        assert (task["kind"], task["id"], task["action"]) == ("duty", plan["id"], "inspect")
        assert (task["number"], task["due_at"]) == (f"{plan['id']}:2026-11-02", "2026-11-02T16:00:00.000Z")
        assert client.get("tasks", headers=manager.headers).json()["items"] == []
    inspected(client, leader, "2026-11-02 10:00", task["number"])
    with at("2026-11-02 10:30"):
        assert client.get("tasks", headers=leader.headers).json()["items"] == []


def test_a_worker_reads_no_names(client: TestClient, world: World, officer: Person, leader: Person) -> None:
    planned(client, officer)
    worker = world.someone(Role.WORKER)
    [duty] = duties(client, worker, "2026-11-02", "2026-11-02", "2026-11-02 08:00")
    assert duty["responsible"] == {"id": str(leader.id), "name": None}


def test_a_one_off_is_owed_once(client: TestClient, officer: Person, leader: Person) -> None:
    plan = planned(client, officer, cadence="one_off", kind="holiday", from_on="2026-11-02", to_on="2026-11-06")
    late = planned(client, officer, "2026-11-03 08:00", cadence="one_off", from_on="2026-11-02", to_on="2026-11-06")
    changed(client, officer, plan, "2026-11-03 09:00", name="节前排查", tier="department")
    inspected(client, leader, "2026-11-04 10:00", f"{plan['id']}:2026-11-02")
    found = duties(client, leader, "2026-11-05", "2026-11-05", "2026-11-07 08:00")
    assert {duty["plan_id"]: duty["state"] for duty in found} == {plan["id"]: "done", late["id"]: "missed"}


def test_what_cannot_be_planned_is_refused(client: TestClient, world: World, officer: Person) -> None:
    shift = {"name": "白班", "starts": "08:00", "ends": "20:00"}
    for wrong, pointer in (
        ({"cadence": "spot"}, "/cadence"),
        ({"cadence": "weekly", "shifts": [shift]}, "/shifts"),
        ({"shifts": [shift, shift]}, "/shifts"),
        ({"from_on": "2026-11-05", "to_on": "2026-11-04"}, "/to_on"),
        ({"responsible_id": str(uuid4())}, "/responsible_id"),
        ({"measure_ids": [str(uuid4())]}, "/measure_ids/0"),
        ({"substitutes": [{"user_id": str(uuid4()), "from_on": "2026-11-05", "to_on": "2026-11-06", "reason": "休假"}]},
         "/substitutes/0/user_id"),
    ):  # fmt: skip
        answer = client.post("inspection-plans", json=planning(world, **wrong), headers=officer.headers)
        assert answer.json()["errors"][0]["pointer"] == pointer, answer.text


def test_a_plan_is_listed_and_sent_twice(client: TestClient, world: World, officer: Person) -> None:
    body = planning(world)
    first, again = (client.post("inspection-plans", json=body, headers=officer.headers) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()["replayed"]) == (201, 200, True)
    listed = client.get("inspection-plans", params={"tier": "team", "count": "true"}, headers=officer.headers).json()
    assert ([plan["id"] for plan in listed["items"]], listed["total"]) == ([body["id"]], 1)
    supervisor = world.someone(Role.SUPERVISOR)
    assert client.get(f"inspection-plans/{body['id']}", headers=supervisor.headers).status_code == 200


def test_early_is_not_done(client: TestClient, officer: Person, leader: Person) -> None:
    plan = planned(client, officer)
    told = inspected(client, leader, "2026-11-02 10:00", f"{plan['id']}:2026-11-03")
    assert told["duties"][0]["state"] == "due"
    assert instant("2026-11-03 00:00") > instant("2026-11-02 10:00")


def test_two_shifts_that_end_together_are_two_tasks_on_two_pages(
    client: TestClient, officer: Person, leader: Person
) -> None:
    shifts = [
        {"name": name, "starts": starts, "ends": "20:00"} for name, starts in (("白班", "08:00"), ("中班", "12:00"))
    ]
    plan = planned(client, officer, shifts=shifts)
    asked: dict[str, Any] = {"limit": 1}
    seen: list[str] = []
    with at("2026-11-05 13:00"):
        for _ in range(4):
            page = client.get("tasks", params=asked, headers=leader.headers).json()
            seen += [task["number"] for task in page["items"]]
            if page["next_cursor"] is None:
                break
            asked["cursor"] = page["next_cursor"]
    assert seen == [f"{plan['id']}:2026-11-05:{name}" for name in ("中班", "白班")]


def appointed(client: TestClient, world: World, person: Person, when: str, **changes: Any) -> None:
    """The administrator of the town changes what a person is."""
    administrator = world.someone(Role.ADMINISTRATOR, areas=(world.county,), area_code=world.county)
    with at(when):
        path = f"users/{person.id}"
        revision = client.get(path, headers=administrator.headers).json()["revision"]
        answer = client.patch(path, json={"revision": revision} | changes, headers=administrator.headers)
    assert answer.status_code == 200, answer.text


def test_who_held_the_role_then_owed_it(client: TestClient, world: World, officer: Person) -> None:
    """A team leader is promoted on the 3rd, another person leaves on the 5th, a manager goes to another works on the
    7th and comes back on the 9th: what was owed before is owed by who it was."""
    leader = world.someone(Role.TEAM_LEADER, created_at=LONG_AGO)
    head, boss = (world.someone(role, created_at=LONG_AGO) for role in (Role.DEPARTMENT_HEAD, Role.MANAGER))
    planned(client, officer)
    monthly = planned(client, officer, cadence="daily", tier="manager")
    other = {"scope": {"enterprise_ids": [str(world.works())]}}
    appointed(client, world, leader, "2026-11-03 12:00", roles=["worker"])
    appointed(client, world, head, "2026-11-05 12:00", active=False)
    appointed(client, world, boss, "2026-11-07 12:00", **other)
    appointed(client, world, boss, "2026-11-07 13:00", name="改名")
    appointed(client, world, boss, "2026-11-09 12:00", scope={"enterprise_ids": [str(world.enterprise)]})
    found = duties(client, officer, "2026-11-01", "2026-11-10", "2026-11-12 10:00")
    owed = [(duty["period"][-2:], (duty["responsible"] or {}).get("id"), duty["flags"]) for duty in found]
    by_team = [each for each, duty in zip(owed, found, strict=True) if duty["plan_id"] != monthly["id"]]
    by_boss = [each for each, duty in zip(owed, found, strict=True) if duty["plan_id"] == monthly["id"]]
    assert [id for _, id, _ in by_team] == [str(leader.id)] * 2 + [str(head.id)] * 2 + [str(officer.id)] * 6
    gone = {"07", "08"}
    assert by_boss == [
        (day, None if day in gone else str(boss.id), ["unassigned"] if day in gone else []) for day, _, _ in by_boss
    ]
    asked = {"from": "2026-11-01", "to": "2026-11-10"}
    with at("2026-11-12 10:00"):
        told = client.get("duties/summary", params=asked, headers=officer.headers).json()
    assert (told["total"]["owed"], told["total"]["unassigned"]) == (20, 2)


def test_a_calendar_that_is_declared_meanwhile_leaves_owed_what_has_opened(
    client: TestClient, officer: Person, leader: Person
) -> None:
    """A week with one production day is done; then the calendar says that the works rests for the rest of it."""
    plan = planned(client, officer, "2026-09-01 08:00", cadence="weekly", days="production")
    declaring = {"enterprise_id": str(officer.world.enterprise), "from_on": "2026-11-02", "weekdays": [5]}
    inspected(client, leader, "2026-11-02 10:00", f"{plan['id']}:2026-W45")
    resting = declaring | {"from_on": "2026-11-04", "off": ["2026-11-06", "2026-11-13"]}
    for when, body in (("2026-10-20 08:00", declaring), ("2026-11-03 08:00", resting)):
        with at(when):
            body["id"] = str(uuid4())
            assert client.post("production-calendars", json=body, headers=officer.headers).status_code == 201
    found = states(client, officer, "2026-11-02", "2026-11-22", "2026-11-23 08:00")
    assert found == {"2026-W45": "done", "2026-W47": "missed"}
    with at("2026-11-23 08:00"):
        asked = {"from": "2026-11-02", "to": "2026-11-22"}
        total = client.get("duties/summary", params=asked, headers=officer.headers).json()["total"]
    assert (total["owed"], total["done"], total["missed"]) == (2, 1, 1)
