"""After a stop, a danger or an accident the three are there; in special periods they follow up and coordinate."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.duties.stories import at, stopping
from tests.duties.stories import duties as planned
from tests.hazards.test_plan import statements_of
from tests.oversight.stories import (
    FAR,
    appointed,
    caring,
    changed,
    dusty,
    duties,
    followed,
    happened,
    owing,
    person,
    sent,
    went,
)
from tests.risks.stories import added, assessing

SPAN = ("2026-11-01", "2026-11-30")


@pytest.fixture
def mayor(world: World) -> Person:
    return person(world, Role.SUPERVISOR)


def named(world: World, who: Person) -> str:
    name: str = world.sql("SELECT name FROM users WHERE id = :id", id=str(who.id)).scalar_one()
    return name


def there(
    client: TestClient, reader: Person, works: Any, now: str, asks: str = "presence", **asked: Any
) -> dict[str, str]:
    found = duties(client, reader, *SPAN, now, enterprise_id=str(works), asks=asks, **asked)
    return {f"{each['seat']} {each['period']}": each["state"] for each in found}


def test_who_is_there_after_a_danger_and_when(client: TestClient, world: World, mayor: Person) -> None:
    works, regulator = dusty(world), person(world, Role.INSPECTOR)
    manager = person(world, Role.MANAGER, enterprise_id=works)
    for seat, who in (("administrative", mayor), ("regulatory", regulator), ("enterprise", manager)):
        appointed(client, mayor, works, seat, who)
    went(client, mayor, works, "2026-11-10 20:30")  # there before it was written down
    sent(client, manager, "incidents", happened(works, "2026-11-10 20:00"), "2026-11-11 09:00")
    found = duties(client, mayor, *SPAN, "2026-11-11 09:05", enterprise_id=str(works), asks="presence")
    assert {each["name"] for each in found} == {
        "行政领导责任人到现场：险情", "行业监管部门责任人到现场：险情", "企业责任人到现场：险情",
    }  # fmt: skip
    assert {each["closes_at"] for each in found} == {"2026-11-12T01:00:00.000Z"}  # a day after it was heard of
    followed(client, regulator, [works], "2026-11-11 10:00", "phone")
    followed(client, regulator, [works], "2026-11-11 11:00", "on_site", position=FAR)
    followed(client, manager, [works], "2026-11-14 11:00", "on_site")
    assert there(client, mayor, works, "2026-11-15 12:00") == {
        "administrative 2026-11-10": "done", "regulatory 2026-11-10": "missed", "enterprise 2026-11-10": "late",
    }  # fmt: skip
    shown = duties(client, manager, *SPAN, "2026-11-15 12:00", asks="presence")
    assert [(len(each["follow_up_ids"]), each["flags"]) for each in shown] == [(1, ["place_unproven"])]


def test_what_was_corrected_or_was_none_owes_accordingly(client: TestClient, world: World, mayor: Person) -> None:
    works = dusty(world)
    officer = person(world, Role.SAFETY_OFFICER, enterprise_id=works)
    first = sent(client, officer, "incidents", happened(works, "2026-11-10 20:00"), "2026-11-10 21:00")
    path = f"incidents/{first['id']}"
    moved = {"revision": 1, "occurred_at": "2026-11-08T23:30:00+08:00", "reason": "监控时间核对"}
    changed(client, officer, path, moved, "2026-11-11 08:00", 403)
    told = changed(client, officer, path, {"revision": 1, "place": "除尘间", "reason": "核实"}, "2026-11-11 08:00")
    told = changed(client, mayor, path, moved | {"revision": 2}, "2026-11-11 09:00")
    assert [(each["reason"], sorted(each["changes"])) for each in told["corrections"]] == [
        ("核实", ["place"]), ("监控时间核对", ["occurred_at"]),
    ]  # fmt: skip
    assert set(there(client, mayor, works, "2026-11-12 12:00")) == {
        f"{seat} 2026-11-08" for seat in ("administrative", "regulatory", "enterprise")
    }
    withdrawn = {"revision": 3, "withdrawn": True, "reason": "系演练"}
    changed(client, person(world, Role.INSPECTOR), path, withdrawn, "2026-11-13 09:00", 403)
    changed(client, mayor, path, withdrawn, "2026-11-13 09:00")
    assert there(client, mayor, works, "2026-11-14 12:00") == {}
    for asked, many in (({}, 0), ({"withdrawn": "true"}, 1)):
        params = {"enterprise_id": str(works), **asked}
        assert len(client.get("incidents", params=params, headers=officer.headers).json()["items"]) == many
    changed(client, mayor, path, {"revision": 4, "place": "x"}, "2026-11-14 09:00", 422)


def test_an_accident_makes_the_risks_due_for_review(client: TestClient, world: World, mayor: Person) -> None:
    works = dusty(world)
    officer = person(world, Role.SAFETY_OFFICER, enterprise_id=works)
    risks = [added(client, officer, enterprise_id=str(works), event=f"粉尘爆炸{number}") for number in range(3)]
    with at("2026-10-01 09:00"):
        for risk in risks:
            answer = client.post(f"risks/{risk['id']}/assess", json=assessing(), headers=officer.headers)
            assert answer.status_code == 200
    danger = sent(client, officer, "incidents", happened(works, "2026-11-10 20:00"), "2026-11-10 21:00")
    shown = client.get(f"risks/{risk['id']}", headers=officer.headers).json()
    assert shown["review_because"] == "yearly"
    body = {"revision": 1, "kind": "accident", "accident_type": "11", "reason": "有人受伤"}
    told: dict[str, Any] = {}

    def correct() -> None:
        told.update(changed(client, mayor, f"incidents/{danger['id']}", body, "2026-11-12 09:00"))

    asked = statements_of(world, correct)
    of_single_risks = [each for each in asked if "SELECT" in each[0] and "events" in each[0] and "risk" in str(each[1])]
    assert len(of_single_risks) <= 1  # all of a long list at once
    assert told["accident_standard"] == "GB 6441-2025"
    for risk in risks:
        shown = client.get(f"risks/{risk['id']}", headers=officer.headers).json()
        assert (shown["review_because"], shown["next_review_on"]) == ("accident", "2026-11-12")
    wrong = happened(works, "2026-11-10 20:00", accident_type="99")
    assert (
        sent(client, officer, "incidents", wrong, "2026-11-12 10:00", 422)["errors"][0]["pointer"] == "/accident_type"
    )
    ahead = happened(works, "2026-11-12 11:00")
    assert sent(client, officer, "incidents", ahead, "2026-11-12 10:00", 422)["errors"][0]["code"] == "ahead"


def test_the_end_of_a_stop_is_attended(client: TestClient, world: World, mayor: Person) -> None:
    works = dusty(world)
    manager = person(world, Role.MANAGER, enterprise_id=works)
    appointed(client, mayor, works, "administrative", mayor)
    body = stopping(world, enterprise_id=str(works), from_on="2026-11-03", to_on="2026-11-08")
    sent(client, manager, "production-stops", body, "2026-11-02 09:00")
    went(client, mayor, works, "2026-11-06 09:00", kind="resumption")  # too early
    assert there(client, mayor, works, "2026-11-09 07:00", seat="administrative") == {
        "administrative 2026-11-08": "due"
    }
    went(client, mayor, works, "2026-11-09 07:30", kind="resumption")
    assert there(client, mayor, works, "2026-11-12 07:00") == {
        "administrative 2026-11-08": "done", "regulatory 2026-11-08": "missed", "enterprise 2026-11-08": "missed",
    }  # fmt: skip
    assert len(planned(client, mayor, *SPAN, "2026-11-12 07:00", enterprise_id=str(works))) == 1  # the manager's own


def test_special_periods_that_overlap_are_followed_up_once(client: TestClient, world: World, mayor: Person) -> None:
    works, other = dusty(world), dusty(world, area_code=world.next_town)
    county = person(world, Role.SUPERVISOR, areas=(world.county,))
    for each in (works, other):
        appointed(client, county, each, "administrative", mayor if each == works else county)
    fair = caring(world.county, name="进博会", from_on="2026-11-05", to_on="2026-11-10")
    week = caring(world.town, name="安全周", from_on="2026-11-09", to_on="2026-11-12", categories=["dust_explosion"])
    gas = caring(world.town, name="冶金", from_on="2026-11-20", to_on="2026-11-21", categories=["metallurgical_gas"])
    sent(client, county, "special-periods", fair, "2026-11-06 10:00")  # its first two days had begun
    for body in (week, gas):
        sent(client, mayor, "special-periods", body, "2026-11-01 10:00")
    followed(client, mayor, [works], "2026-11-07 21:00", "phone")
    went(client, mayor, works, "2026-11-10 10:00")
    clerk = person(world, Role.INSPECTOR)
    followed(client, clerk, [works], "2026-11-11 10:00", "meeting", participants=[named(world, mayor)])
    followed(client, county, [other, works], "2026-11-08 10:00", "video")
    asked: dict[str, Any] = {"enterprise_id": str(works), "side": "government"}
    assert owing(client, mayor, "2026-11-01", "2026-11-30", "2026-11-25 12:00", asks="follow_up", **asked) == {
        "administrative follow_up 2026-11-07": "done",
        "administrative follow_up 2026-11-08": "missed",  # somebody else's call
        "administrative follow_up 2026-11-09": "missed",
        "administrative follow_up 2026-11-10": "done",
        "administrative follow_up 2026-11-11": "missed",  # a meeting coordinates
        "administrative follow_up 2026-11-12": "missed",
    }
    weeks = duties(client, mayor, *SPAN, "2026-11-25 12:00", asks="coordination", **asked)
    assert [(each["period"], each["state"], each["flags"], each["name"]) for each in weeks] == [
        ("2026-W45", "missed", [], "行政领导责任人协调调度：进博会"),
        ("2026-W46", "done", ["recorded_by_another"], "行政领导责任人协调调度：进博会、安全周"),
    ]
    every = [each["id"] for each in duties(client, mayor, *SPAN, "2026-11-25 12:00", **asked)]
    walk = went(client, mayor, works, "2026-11-25 13:00", duties=every[:3] + [each["id"] for each in weeks])
    assert [each["state"] for each in walk["duties"]][-2:] == ["missed", "done"]  # a walk is no meeting
    theirs = owing(client, county, *SPAN, "2026-11-25 12:00", asks="follow_up", enterprise_id=str(other))
    assert list(theirs.values()) == ["missed", "done", "missed", "missed"]

    shown = client.get("special-periods", headers=mayor.headers).json()["items"]
    assert [each["name"] for each in shown] == ["冶金", "安全周", "进博会"]
    path = f"special-periods/{fair['id']}"
    changed(client, mayor, path, {"revision": 1, "to_on": "2026-11-20"}, "2026-11-08 09:00", 403)
    changed(client, county, path, {"revision": 1, "withdrawn": True}, "2026-11-08 09:00", 422)
    changed(client, county, path, {"revision": 1, "to_on": "2026-11-05"}, "2026-11-08 09:00", 422)
    changed(client, county, path, {"revision": 1, "to_on": "2026-11-08"}, "2026-11-08 09:00")
    assert len(owing(client, county, *SPAN, "2026-11-25 12:00", asks="follow_up", enterprise_id=str(other))) == 2


def test_a_special_period_lasts_no_longer_than_one_may_be_declared_and_what_is_over_is_over(
    client: TestClient, world: World, mayor: Person
) -> None:
    body = caring(world.town, from_on="2026-11-10", to_on="2026-11-19")
    sent(client, mayor, "special-periods", body, "2026-11-09 10:00")
    path = f"special-periods/{body['id']}"
    for to_on, code in (("2099-12-31", "lasts_too_long"), ("2027-02-11", "lasts_too_long")):
        told = changed(client, mayor, path, {"revision": 1, "to_on": to_on}, "2026-11-19 23:59", 422)
        assert (told["errors"][0]["pointer"], told["code"]) == ("/to_on", code)
    later = {"revision": 1, "to_on": "2026-11-30"}
    assert changed(client, mayor, path, later, "2026-11-20 00:00", 422)["code"] == "over"  # today has begun
    changed(client, mayor, path, {"revision": 1, "to_on": "2027-02-10"}, "2026-11-19 23:59")
    changed(client, mayor, path, {"revision": 2, "to_on": "2026-11-18"}, "2026-11-19 23:59")


def test_an_enterprise_that_moves_takes_everything_with_it(client: TestClient, world: World, mayor: Person) -> None:
    works, administrator = dusty(world), person(world, Role.ADMINISTRATOR, areas=(world.county,))
    newcomer = person(world, Role.SUPERVISOR, areas=(world.next_town,))
    appointed(client, mayor, works, "administrative", mayor)
    incident = sent(client, mayor, "incidents", happened(works, "2026-11-10 20:00"), "2026-11-10 21:00")
    called = followed(client, mayor, [works], "2026-11-10 22:00", "on_site")
    sent(
        client,
        mayor,
        "special-periods",
        caring(world.town, from_on="2026-11-20", to_on="2026-11-20"),
        "2026-11-01 09:00",
    )
    assert len(owing(client, mayor, *SPAN, "2026-11-12 12:00", enterprise_id=str(works))) == 8
    changed(
        client, administrator, f"enterprises/{works}", {"revision": 1, "area_code": world.next_town}, "2026-11-12 09:00"
    )
    assert client.get(f"incidents/{incident['id']}", headers=mayor.headers).status_code == 404
    for path in (f"incidents/{incident['id']}", f"enterprises/{works}/board"):
        assert client.get(path, headers=newcomer.headers).status_code == 200
    found = owing(client, newcomer, *SPAN, "2026-11-12 12:00", enterprise_id=str(works))
    assert found["administrative presence 2026-11-10"] == "done"
    assert not any("follow_up" in name or "coordination" in name for name in found)  # that was the other town's
    listed = client.get("follow-ups", params={"batch_id": called["id"]}, headers=newcomer.headers).json()["items"]
    assert [each["user_id"] for each in listed] == [str(mayor.id)]


def test_what_officials_noted_officials_read(client: TestClient, world: World, mayor: Person) -> None:
    works = dusty(world)
    manager, worker = (person(world, role, enterprise_id=works) for role in (Role.MANAGER, Role.WORKER))
    noted = followed(client, mayor, [works], "2026-11-10 22:00", "phone")
    own = followed(client, manager, [works], "2026-11-10 23:00", "on_site", at="2026-11-11T23:00:00+08:00")
    assert own["items"][0]["doubt"] is True
    assert own["items"][0]["at"] == own["items"][0]["recorded_at"]
    for reader, ids in ((mayor, {noted["id"], own["id"]}), (manager, {own["id"]}), (worker, {own["id"]})):
        params = {"enterprise_id": str(works)}
        items = client.get("follow-ups", params=params, headers=reader.headers).json()["items"]
        assert {each["batch_id"] for each in items} == ids
    assert (items[0]["user_name"], items[0]["participants"]) == (None, None)
    again = {"id": own["id"], "enterprise_ids": [str(works)], "manner": "on_site", "note": "了解生产和值守情况"}
    body = again | {"at": "2026-11-11T23:00:00+08:00"}
    assert sent(client, manager, "follow-ups", body, "2026-11-12 09:00", 200)["replayed"] is True
    sent(client, worker, "follow-ups", again | {"id": str(uuid4())}, "2026-11-12 09:00", 403)
    elsewhere = again | {"id": str(uuid4()), "enterprise_ids": [str(works), str(dusty(world))]}
    told = sent(client, manager, "follow-ups", elsewhere, "2026-11-12 09:00", 404)
    assert told["errors"][0]["pointer"] == "/enterprise_ids/1"
