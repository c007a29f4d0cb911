"""Duties counted: the same numbers whichever way they are grouped, and the same as one by one."""

from collections import Counter
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.foundation.calendar import add_days
from app.people.scope import Role
from tests.conftest import Person, World
from tests.duties.conftest import LONG_AGO
from tests.duties.stories import at, changed, checked, duties, inspected, instant, planned, stopping
from tests.risks.stories import added, measured

NOW = "2026-11-18 12:00"
FIRST, LAST = "2026-11-01", "2026-11-30"


def summary(client: TestClient, person: Person, now: str = NOW, **asked: Any) -> dict[str, Any]:
    with at(now):
        wanted = {"from": FIRST, "to": LAST, "asks": "inspection"} | asked
        params = {name: value for name, value in wanted.items() if value is not None}
        answer = client.get("duties/summary", params=params, headers=person.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def lived_in(client: TestClient, world: World, chance: Random) -> Person:
    """Three works of the town in which all sorts of things have happened; who supervises them."""
    supervisor = world.someone(Role.SUPERVISOR, created_at=LONG_AGO)
    for number in range(3):
        there = world.enterprise if number == 0 else world.works(area_code=(world.village, world.town)[number % 2])
        staff = {role: world.someone(role, enterprise_id=there, created_at=LONG_AGO)
                 for role in (Role.SAFETY_OFFICER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD)}  # fmt: skip
        officer, own = staff[Role.SAFETY_OFFICER], {"enterprise_id": str(there)}
        measures = [measured(client, officer, added(client, officer, **own))["id"] for _ in range(2)]
        plans = [
            planned(client, officer, **own, measure_ids=measures, days=chance.choice(("every", "work"))),
            planned(client, officer, "2026-11-03 10:00", **own, cadence="weekly", tier="department"),
            planned(client, officer, **own, cadence="monthly", tier="manager"),
        ]
        changed(client, officer, plans[0], "2026-11-07 12:00", measure_ids=measures[:1])
        if number == 1:
            changed(client, officer, plans[1], "2026-11-12 12:00", cadence="daily", tier="team")
        for _ in range(12):
            day = add_days(instant("2026-11-01 00:00"), chance.randint(0, 16))
            duty = f"{plans[0]['id']}:{day}"
            done = f"{add_days(day, chance.choice((0, 0, 0, 1)))} {chance.choice(('09:00', '23:30'))}"
            results = checked(*chance.sample(measures, chance.randint(0, 2)))
            by = chance.choice(list(staff.values()))
            inspected(
                client,
                by,
                done,
                duty,
                heard="2026-11-18 11:00" if chance.random() < 0.3 else None,
                results=results,
                **own,
            )
        inspected(client, staff[Role.DEPARTMENT_HEAD], "2026-11-10 09:00", f"{plans[1]['id']}:2026-W46", **own)
        if number == 2:
            with at("2026-11-10 10:00"):
                body = stopping(world, from_on="2026-11-12", to_on="2026-11-16", **own)
                assert client.post("production-stops", json=body, headers=supervisor.headers).status_code == 201
    return supervisor


@pytest.mark.parametrize("seed", range(2))
def test_the_numbers_are_the_same_whichever_way(client: TestClient, world: World, seed: int) -> None:
    supervisor = lived_in(client, world, Random(seed))
    listed = [
        duty for duty in duties(client, supervisor, FIRST, LAST, NOW) if duty["closes_at"] <= "2026-11-30T16:00:00.000Z"
    ]
    found = {by: summary(client, supervisor, by=by) for by in ("enterprise", "area", "cadence")}
    total = found["area"]["total"]
    for told in found.values():
        assert told["total"] == total
        for name, many in total.items():
            assert sum(item[name] for item in told["items"]) == many
    states = Counter(duty["state"] for duty in listed)
    assert {name: total[name] for name in ("done", "partial", "late", "missed", "due", "exempt")} == {
        name: states[name] for name in ("done", "partial", "late", "missed", "due", "exempt")
    }
    flags = Counter(flag for duty in listed if duty["state"] != "exempt" for flag in duty["flags"])
    assert {name: total[name] for name in ("by_deputy", "unassigned", "uploaded_late")} == {
        name: flags[name] for name in ("by_deputy", "unassigned", "uploaded_late")
    }
    assert total["owed"] == len(listed) - states["exempt"]
    assert min(total[name] for name in ("done", "missed", "due", "exempt", "unassigned")) > 0
    assert {item["key"] for item in found["cadence"]["items"]} == {"daily", "weekly", "monthly", "one_off"}
    assert {item["key"] for item in found["area"]["items"]} == {world.town, world.village}


def test_parts_of_a_range_add_up(client: TestClient, world: World) -> None:
    supervisor = lived_in(client, world, Random(7))
    whole = summary(client, supervisor)["total"]
    parts = [
        summary(client, supervisor, **{"from": first, "to": last})["total"]
        for first, last in ((FIRST, "2026-11-11"), ("2026-11-12", "2026-11-12"), ("2026-11-13", LAST))
    ]
    assert {name: sum(part[name] for part in parts) for name in whole} == whole


def test_the_worst_come_first(client: TestClient, world: World, officer: Person, leader: Person) -> None:
    plan = planned(client, officer)
    worse = world.works()
    other = world.someone(Role.SAFETY_OFFICER, enterprise_id=worse, created_at=LONG_AGO)
    planned(client, other, enterprise_id=str(worse))
    inspected(client, leader, "2026-11-02 09:00", f"{plan['id']}:2026-11-02")
    supervisor = world.someone(Role.SUPERVISOR)
    told = summary(client, supervisor)
    assert [item["key"] for item in told["items"]] == [str(worse), str(world.enterprise)]
    assert [(item["done"], item["nil"], item["missed"], item["due"]) for item in told["items"]] == [
        (0, 0, 17, 13), (1, 1, 16, 13),
    ]  # fmt: skip
    first = summary(client, supervisor, limit=1)
    assert (first["items"], first["left_out"], first["total"]) == (told["items"][:1], 1, told["total"])
    assert summary(client, supervisor, enterprise_id=str(worse))["total"]["owed"] == 30
    assert summary(client, supervisor, cadence="weekly")["total"]["owed"] == 0
    assert summary(client, leader)["total"]["owed"] == 30
    assert summary(client, supervisor, area_code=world.next_town)["items"] == []


def test_a_year_fits_and_no_more(client: TestClient, officer: Person) -> None:
    params = {"from": "2026-01-01", "to": "2026-12-31"}
    assert client.get("duties/summary", params=params, headers=officer.headers).status_code == 200
    params["to"] = "2027-12-31"
    assert client.get("duties/summary", params=params, headers=officer.headers).status_code == 422


def test_an_owner_who_came_later_owes_nothing_before(client: TestClient, world: World, officer: Person) -> None:
    planned(client, officer, cadence="monthly", tier="manager", from_on="2026-09-01")
    planned(client, officer, tier="manager")
    world.someone(Role.MANAGER, created_at=instant("2026-11-10 12:00"))
    total = summary(client, officer)["total"]
    assert total["unassigned"] == 9
    listed = duties(client, officer, FIRST, LAST, NOW)
    assert sum("unassigned" in duty["flags"] for duty in listed) == 9


def test_an_id_of_nothing_is_no_enterprise(client: TestClient, officer: Person) -> None:
    assert summary(client, officer, enterprise_id=str(uuid4()))["items"] == []
