"""Each of the three owes a check on site a month: who it was then, who was there, and what came late."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.foundation.credit_code import with_check_digit
from app.oversight import owing as owing_of
from app.people.models import Enterprise
from app.people.scope import Role
from tests.conftest import World
from tests.duties.stories import at
from tests.duties.test_summary import summary
from tests.inspections.stories import reporting
from tests.oversight.stories import FAR, NEAR, appointed, changed, dusty, duties, owing, person, sent, went

AUTUMN = ("2026-09-01", "2026-11-30")
CHECK = "site_check"


def test_whoever_holds_the_seat_that_day_may_come(client: TestClient, world: World) -> None:
    works, mayor, successor = dusty(world), person(world, Role.SUPERVISOR), person(world, Role.INSPECTOR)
    administrator = person(world, Role.ADMINISTRATOR)
    first = appointed(client, administrator, works, "administrative", mayor)
    body = {"id": str(uuid4()), "seat": "administrative", "user_id": str(successor.id), "from_on": "2026-10-15"}
    sent(client, administrator, f"enterprises/{works}/responsible-persons", body, "2026-10-14 09:00")

    went(client, successor, works, "2026-10-09 10:00")  # not yet
    went(client, mayor, works, "2026-10-14 23:59")
    went(client, mayor, works, "2026-11-02 10:00")  # no longer
    asked: dict[str, Any] = {"enterprise_id": str(works), "seat": "administrative"}
    states = owing(client, mayor, *AUTUMN, "2026-11-20 12:00", **asked)
    assert states == {
        f"administrative {CHECK} 2026-09": "missed",
        f"administrative {CHECK} 2026-10": "done",
        f"administrative {CHECK} 2026-11": "due",
    }
    owner = {
        each["period"]: each["responsible"] for each in duties(client, mayor, *AUTUMN, "2026-11-20 12:00", **asked)
    }
    assert [owner[month]["id"] for month in sorted(owner)] == [str(mayor.id), str(successor.id), str(successor.id)]

    listed = client.get(
        f"enterprises/{works}/responsible-persons",
        params={"seat": "administrative", "on": "2026-10-14"},
        headers=mayor.headers,
    ).json()["items"]
    assert [(each["id"], each["from_on"], each["to_on"]) for each in listed] == [
        (first["id"], "2026-09-01", "2026-10-14")
    ]
    assert (listed[0]["revision"], listed[0]["backdated"]) == (2, False)


def test_where_somebody_was_decides_and_what_is_unproven_is_said(client: TestClient, world: World) -> None:
    works, mayor, clerk = dusty(world), person(world, Role.SUPERVISOR), person(world, Role.INSPECTOR)
    for seat, who in (("administrative", mayor), ("regulatory", "谢文德")):
        appointed(client, person(world, Role.ADMINISTRATOR), works, seat, who)
    went(client, mayor, works, "2026-09-05 10:00", position=FAR)
    went(client, mayor, works, "2026-10-05 10:00", position=None)
    went(client, mayor, works, "2026-11-05 10:00", heard="2026-12-02 09:00")
    went(client, clerk, works, "2026-10-08 10:00", participants=[{"name": "谢文德"}])
    found = duties(client, mayor, *AUTUMN, "2026-12-03 12:00", enterprise_id=str(works), side="government", asks=CHECK)
    told = {(each["seat"], each["period"]): (each["state"], each["flags"]) for each in found}
    assert told == {
        ("administrative", "2026-09"): ("missed", []),
        ("administrative", "2026-10"): ("done", ["place_unproven"]),
        ("administrative", "2026-11"): ("done", ["uploaded_late"]),
        ("regulatory", "2026-09"): ("missed", []),
        ("regulatory", "2026-10"): ("done", ["recorded_by_another"]),
        ("regulatory", "2026-11"): ("missed", []),
    }
    assert all(each["side"] == "government" and each["kind"] == "government" for each in found)
    assert {each["responsible"]["id"] for each in found} == {str(mayor.id), None}


def test_a_report_names_the_duty_and_may_be_late_for_it(client: TestClient, world: World) -> None:
    works, mayor = dusty(world), person(world, Role.SUPERVISOR)
    appointed(client, mayor, works, "administrative", mayor)
    asked: dict[str, Any] = {"enterprise_id": str(works), "seat": "administrative"}
    september = duties(client, mayor, "2026-09-01", "2026-09-30", "2026-10-02 09:00", **asked)[0]["id"]
    told = went(client, mayor, works, "2026-10-02 10:00", duties=[september])
    assert told["duties"] == [{"id": september, "state": "late"}]
    shown = client.get(f"inspections/{told['id']}", headers=mayor.headers).json()
    assert shown["duties"] == told["duties"]
    states = owing(client, mayor, "2026-09-01", "2026-10-31", "2026-10-20 12:00", **asked)
    assert list(states.values()) == ["late", "due"]  # it was for September
    elsewhere = reporting(world, enterprise_id=str(dusty(world)), duties=[september])
    answer = client.post("inspections", json=elsewhere, headers=mayor.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/duties/0")


def test_a_report_that_names_a_month_too_early_is_for_its_own(client: TestClient, world: World) -> None:
    works, mayor = dusty(world), person(world, Role.SUPERVISOR)
    appointed(client, mayor, works, "administrative", mayor)
    asked: dict[str, Any] = {"enterprise_id": str(works), "seat": "administrative"}
    december = duties(client, mayor, "2026-12-01", "2026-12-31", "2026-11-20 09:00", **asked)[0]["id"]
    told = went(client, mayor, works, "2026-11-30 23:59", duties=[december])
    assert told["duties"] == [{"id": december, "state": "due"}]
    states = owing(client, mayor, "2026-11-01", "2026-12-31", "2026-12-20 12:00", **asked)
    assert list(states.values()) == ["done", "due"]


def test_months_are_counted_in_shanghai(client: TestClient, world: World) -> None:
    works, mayor = dusty(world), person(world, Role.SUPERVISOR)
    appointed(client, mayor, works, "administrative", mayor)
    went(client, mayor, works, "2026-10-01 00:00")  # still September in UTC
    states = owing(client, mayor, *AUTUMN, "2026-11-01 00:00", enterprise_id=str(works), seat="administrative")
    assert list(states.values()) == ["missed", "done", "due"]


def test_an_enterprise_that_becomes_or_ceases_to_be_one_in_midmonth(client: TestClient, world: World) -> None:
    administrator, mayor = person(world, Role.ADMINISTRATOR), person(world, Role.SUPERVISOR)
    told = {
        "id": str(uuid4()), "kind": "enterprise", "name": "木工厂", "area_code": world.village,
        "credit_code": with_check_digit("91500" + str(uuid4().int)[:12]),
    }  # fmt: skip
    sent(client, administrator, "enterprises", told, "2026-07-20 09:00")
    path = f"enterprises/{told['id']}"
    changed(client, administrator, path, {"revision": 1, "special_categories": ["dust_explosion"]}, "2026-08-10 09:00")
    changed(client, administrator, path, {"revision": 2, "special_categories": ["confined_space"]}, "2026-10-10 09:00")
    changed(client, administrator, path, {"revision": 3, "status": "closed"}, "2026-11-10 09:00")
    found: dict[str, str] = {}
    for first, last in (("2026-07-01", "2026-08-31"), ("2026-09-01", "2026-10-31"), ("2026-11-01", "2026-12-31")):
        found |= owing(client, mayor, first, last, "2027-01-02 12:00", enterprise_id=told["id"], seat="regulatory")
    assert found == {
        f"regulatory {CHECK} 2026-08": "exempt",
        f"regulatory {CHECK} 2026-09": "missed",
        f"regulatory {CHECK} 2026-10": "missed",
        f"regulatory {CHECK} 2026-11": "exempt",
    }
    flags = duties(client, mayor, "2026-09-01", "2026-09-30", "2027-01-02 12:00", enterprise_id=told["id"])
    assert {tuple(each["flags"]) for each in flags} == {("unassigned",)}


def test_whom_the_register_names_holds_the_seat_until_somebody_is_appointed(client: TestClient, world: World) -> None:
    named = [{"kind": "administrative", "name": "冯建国", "phone": "10000000001", "post": "镇长"}]
    works, mayor = dusty(world, responsible_persons=named), person(world, Role.SUPERVISOR)
    asked: dict[str, Any] = {"enterprise_id": str(works), "seat": "administrative"}
    appointed(client, mayor, works, "administrative", mayor, "2026-11-01")
    names = [each["responsible"]["name"] for each in duties(client, mayor, *AUTUMN, "2026-12-02 12:00", **asked)]
    assert names[:2] == ["冯建国", "冯建国"]
    assert names[2] != "冯建国"


def test_the_numbers_are_the_same_whichever_way(client: TestClient, world: World) -> None:
    mayor, administrator = person(world, Role.SUPERVISOR), person(world, Role.ADMINISTRATOR)
    places = [dusty(world, area_code=area) for area in (world.village, world.town, world.village)]
    for works in places[:2]:
        appointed(client, administrator, works, "administrative", mayor)
        manager = person(world, Role.MANAGER, enterprise_id=works)
        appointed(client, administrator, works, "enterprise", manager)
        went(client, mayor, works, "2026-10-20 10:00")
        went(client, manager, works, "2026-11-03 10:00", kind="comprehensive")
    span = {"from": AUTUMN[0], "to": AUTUMN[1], "asks": None}
    now = "2026-11-25 12:00"
    listed = [each for each in duties(client, mayor, *AUTUMN, now) if each["seat"]]
    totals = {by: summary(client, mayor, now, by=by, **span) for by in ("enterprise", "area", "cadence", "side")}
    whole = totals["side"]["total"]
    for told in totals.values():
        assert told["total"] == whole
        assert all(sum(item[name] for item in told["items"]) == many for name, many in whole.items())
    assert whole["owed"] == len(listed) == 27
    assert whole["done"] == sum(each["state"] == "done" for each in listed) == 4
    assert whole["unassigned"] == sum("unassigned" in each["flags"] for each in listed) == 15
    sides = {item["key"]: item["owed"] for item in totals["side"]["items"]}
    assert sides == {"government": 18, "enterprise": 9}
    only = summary(client, mayor, now, side="government", **span)["total"]
    assert (only["owed"], only["done"]) == (18, 2)
    parts = [summary(client, mayor, now, **(span | {"from": a, "to": b}))["total"] for a, b in
             (("2026-09-01", "2026-10-15"), ("2026-10-16", "2026-11-30"))]  # fmt: skip
    assert {name: sum(part[name] for part in parts) for name in whole} == whole


def test_an_enterprise_sees_what_its_own_people_owe(client: TestClient, world: World) -> None:
    works, mayor = dusty(world), person(world, Role.SUPERVISOR)
    manager, worker = (person(world, role, enterprise_id=works) for role in (Role.MANAGER, Role.WORKER))
    appointed(client, manager, works, "enterprise", manager)
    appointed(client, mayor, works, "administrative", mayor)
    now = "2026-11-20 12:00"
    for reader in (manager, worker):
        found = duties(client, reader, "2026-11-01", "2026-11-30", now)
        assert [each["seat"] for each in found] == ["enterprise"]
        assert duties(client, reader, "2026-11-01", "2026-11-30", now, side="government") == []
        assert (found[0]["responsible"]["name"] is None) == (reader is worker)
    with at(now):
        tasks = client.get("tasks", headers=manager.headers).json()["items"]
        theirs = client.get("tasks", headers=mayor.headers).json()["items"]
    assert [(each["action"], each["enterprise"]["id"]) for each in (*tasks, *theirs)] == [("inspect", str(works))] * 2
    assert tasks[0]["number"] == found[0]["id"]
    went(client, manager, works, "2026-11-20 13:00", position=NEAR)
    with at("2026-11-20 14:00"):
        assert client.get("tasks", headers=manager.headers).json()["items"] == []


def test_what_plans_owe_is_listed_however_many_enterprises_there_are(
    client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is on those whose responsible persons may owe something, and only where that is asked for."""
    mayor = person(world, Role.SUPERVISOR)
    for _ in range(2):
        dusty(world, special_categories=())
    dusty(world)
    world.write(lambda session: setattr(session.get_one(Enterprise, world.enterprise), "special_categories", ()))
    monkeypatch.setattr(owing_of, "PLANS_LIMIT", 1)
    now = "2026-11-20 12:00"
    assert len(duties(client, mayor, "2026-11-01", "2026-11-30", now)) == 3
    dusty(world)
    params = {"from": "2026-11-01", "to": "2026-11-30"}
    with at(now):
        whole = client.get("duties", params=params, headers=mayor.headers)
        of_plans = [
            client.get("duties", params=params | asked, headers=mayor.headers).status_code
            for asked in ({"asks": "inspection"}, {"tier": "team"})
        ]
    assert (whole.status_code, whole.json()["code"], of_plans) == (422, "too_many_plans", [200, 200])
