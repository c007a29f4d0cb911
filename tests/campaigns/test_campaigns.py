"""Campaigns: what is owed in each round, what a visit is, and who sees what."""

from functools import partial
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.people.models import Enterprise
from app.people.scope import Role, prefix
from tests import stories as hazards
from tests.campaigns.stories import (
    ROUNDS,
    asked,
    begun,
    changed,
    counts,
    duty,
    planning,
    states,
    visited,
)
from tests.conftest import Person, World
from tests.duties.stories import at, checked, instant
from tests.hazards.test_two_at_once import at_once
from tests.inspections.stories import finding, reporting
from tests.risks.stories import added, measured

LONG_AGO = instant("2025-12-01 08:00")
NOW = "2026-11-20 12:00"


@pytest.fixture
def world(world: World) -> World:
    """The works has been there all year. Its county is none: 510000 would be a province, and reach every other."""
    if len(prefix(world.county)) < 6:
        world = World(world.app, f"{int(world.county[:6]) + 10049:06d}000000").founded()
    settle(world, world.enterprise, created_at=LONG_AGO)
    return world


def settle(world: World, id: UUID, **fields: Any) -> None:
    """Let a works be as it says, as if it had always been."""

    def work(session: Any) -> None:
        row = session.get_one(Enterprise, id)
        for name, value in fields.items():
            setattr(row, name, value)

    world.write(work)


@pytest.fixture
def county(world: World) -> Person:
    return world.someone(Role.SUPERVISOR, areas=(world.county,), area_code=world.county)


@pytest.fixture
def inspector(world: World) -> Person:
    return world.someone(Role.INSPECTOR, areas=(world.county,), area_code=world.county)


def test_a_visit_counts_in_the_round_that_it_names(
    client: TestClient, world: World, county: Person, inspector: Person
) -> None:
    late, half, never, other = (world.works(created_at=LONG_AGO) for _ in range(4))
    officer = world.someone(Role.SAFETY_OFFICER, enterprise_id=half)
    risk = added(client, officer, enterprise_id=str(half))
    measures = [measured(client, officer, risk)["id"] for _ in range(2)]
    campaign = begun(client, county, measure_ids=measures)
    assert [each["state"] for each in asked(client, county, f"campaigns/{campaign['id']}", NOW)["rounds"]] == [
        "over", "running",
    ]  # fmt: skip
    first = duty(campaign, 1)
    answered = visited(client, inspector, world.enterprise, "2026-10-31 23:59", first, heard="2026-11-20 11:00")
    assert answered["duties"] == [{"id": first, "state": "done"}]
    assert visited(client, inspector, late, "2026-11-01 00:00", first)["duties"][0]["state"] == "late"
    halves = [
        visited(client, inspector, half, f"2026-10-0{n} 09:00", first, results=checked(id))["duties"][0]["state"]
        for n, id in zip((3, 2), measures, strict=True)
    ]
    assert halves == ["partial", "done"]
    visited(client, inspector, other, "2026-10-05 09:00")
    told = states(client, county, campaign, 1, NOW)
    assert told == {
        str(world.enterprise): "done", str(late): "late", str(half): "done", str(never): "missed", str(other): "missed",
    }  # fmt: skip
    left = asked(client, county, f"campaigns/{campaign['id']}/enterprises", NOW, round=1, visited="false", count="true")
    assert {row["id"] for row in left["items"]} == {str(never), str(other)}
    assert left["total"] == 2
    otherwise = {row["id"]: row["visited_otherwise_at"] for row in left["items"]}
    assert otherwise == {str(never): None, str(other): "2026-10-05T01:00:00.000Z"}
    assert set(states(client, county, campaign, 2, NOW).values()) == {"due"}
    assert set(states(client, county, campaign, 2, "2027-01-01 00:00").values()) == {"missed"}
    shown = asked(client, county, f"inspections/{answered['id']}", NOW)
    assert shown["duties"] == [{"id": first, "state": "done"}]
    listed = asked(client, inspector, "inspections", NOW, duty=first)["items"]
    assert sorted(row["duties"][0]["state"] for row in listed) == ["done", "done", "done", "late"]
    row = next(each for each in asked(client, county, f"campaigns/{campaign['id']}/enterprises", NOW, round=1)["items"]
               if each["id"] == str(half))  # fmt: skip
    assert (len(row["inspection_ids"]), row["lacking"], row["visited_at"]) == (2, 0, "2026-10-03T01:00:00.000Z")


def test_what_is_no_visit(client: TestClient, world: World, county: Person, inspector: Person) -> None:
    leader = world.someone(Role.TEAM_LEADER)
    campaign = begun(client, county, covers={"sectors": ["machinery"]})
    elsewhere = world.works(created_at=LONG_AGO, sectors=())
    for by, works, when, number in (
        (inspector, world.enterprise, "2026-09-30 23:00", 1),  # before the round
        (leader, world.enterprise, "2026-10-02 09:00", 1),  # the enterprise by itself
        (inspector, world.enterprise, "2026-10-02 09:00", 7),  # no such round
        (inspector, elsewhere, "2026-10-02 09:00", 1),  # not taken in
    ):
        id = f"{campaign['id']}:R{number}"
        assert visited(client, by, works, when, id)["duties"][0]["state"] in {None, "due"}
    assert states(client, county, campaign, 1, NOW) == {str(world.enterprise): "missed"}
    for wrong in (f"{uuid4()}:R1", f"{campaign['id']}:R0"):
        body = {"enterprise_id": str(world.enterprise), "performed_at": "2026-10-02T01:00:00Z", "duties": [wrong]}
        answer = client.post("inspections", json=body, headers=inspector.headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) in {(404, "/duties/0"), (422, "/duties/0")}


def test_who_comes_joins_who_goes_is_exempt_and_the_past_stays(
    client: TestClient, world: World, county: Person, inspector: Person
) -> None:
    gone, stopped, came = world.works(created_at=LONG_AGO), world.works(created_at=LONG_AGO), world.works()
    campaign = begun(client, county, covers={"special_categories": ["dust_explosion"]})
    settle(world, came, created_at=instant("2026-11-12 09:00"))
    administrator = world.someone(Role.ADMINISTRATOR, areas=(world.county,), area_code=world.county)

    def becomes(id: UUID, when: str, **more: Any) -> None:
        with at(when):
            revision = client.get(f"enterprises/{id}", headers=administrator.headers).json()["revision"]
            body = {"revision": revision} | more
            assert client.patch(f"enterprises/{id}", json=body, headers=administrator.headers).status_code == 200

    def told(number: int, now: str = NOW) -> dict[str, str]:
        return states(client, county, campaign, number, now)

    becomes(stopped, "2026-10-10 09:00", status="stopped")
    assert told(1) == dict.fromkeys(map(str, (world.enterprise, gone, stopped)), "missed")
    becomes(gone, "2026-11-15 09:00", status="closed")
    assert told(1)[str(gone)] == "missed"  # as it was then
    assert told(2) == dict.fromkeys(map(str, (world.enterprise, stopped, came)), "due") | {str(gone): "exempt"}
    total = counts(client, county, campaign, NOW, round=2)[0]["total"]
    assert (total["owed"], total["not_visited"], total["exempt"]) == (3, 3, 1)
    later = begun(
        client, county, "2026-11-16 09:00", rounds=[{"name": "一", "from_on": "2026-11-16", "to_on": "2026-12-01"}]
    )
    assert str(gone) not in states(client, county, later, 1, NOW)
    visited(client, inspector, came, "2026-11-13 09:00", duty(campaign, 2))
    becomes(came, "2026-11-14 09:00", special_categories=[], area_code=world.next_town)
    assert told(2)[str(came)] == "done"
    assert {part["key"]: part["owed"] for part in counts(client, county, campaign, NOW, round=2)[0]["areas"]} == {
        world.town: 2, world.next_town: 1,
    }  # fmt: skip


def test_who_had_gone_is_gone_whatever_is_said_of_it_later(client: TestClient, world: World, county: Person) -> None:
    gone, back = world.works(created_at=LONG_AGO), world.works(created_at=LONG_AGO)
    campaign = begun(client, county)
    administrator = world.someone(Role.ADMINISTRATOR, areas=(world.county,), area_code=world.county)
    for id, when, status in (
        (gone, "2026-09-25 09:00", "closed"), (gone, "2026-10-15 09:00", "moved"), (back, "2026-09-25 09:00", "moved"),
        (back, "2026-09-30 23:59", "operating"), (back, "2026-11-12 09:00", "closed"),
    ):  # fmt: skip
        with at(when):
            revision = client.get(f"enterprises/{id}", headers=administrator.headers).json()["revision"]
            body = {"revision": revision, "status": status}
            assert client.patch(f"enterprises/{id}", json=body, headers=administrator.headers).status_code == 200
    assert states(client, county, campaign, 1, NOW) == dict.fromkeys(map(str, (world.enterprise, back)), "missed")
    assert states(client, county, campaign, 2, NOW) == {str(world.enterprise): "due", str(back): "exempt"}


def test_a_cancelled_round_owes_nothing(client: TestClient, world: World, county: Person, inspector: Person) -> None:
    campaign = begun(client, county)
    closing = {"closed": True, "closing_reason": "并入明火整治"}
    assert changed(client, county, campaign, "2026-11-10 00:00", **closing).status_code == 200
    first, second = counts(client, county, campaign, NOW)
    assert (first["state"], first["total"]["not_visited"]) == ("over", 1)
    assert (second["state"], second["areas"], set(second["total"].values())) == ("cancelled", [], {0})
    assert states(client, county, campaign, 2, NOW) == {}
    told = visited(client, inspector, world.enterprise, "2026-11-12 09:00", duty(campaign, 2))
    assert told["duties"] == [{"id": duty(campaign, 2), "state": None}]


def test_two_halves_at_the_same_moment_make_a_whole(
    client: TestClient, world: World, county: Person, inspector: Person
) -> None:
    halves: list[tuple[str, str]] = []
    for _ in range(6):
        works = world.works(created_at=LONG_AGO)
        officer = world.someone(Role.SAFETY_OFFICER, enterprise_id=works)
        risk = added(client, officer, enterprise_id=str(works))
        halves += [(str(works), measured(client, officer, risk)["id"]) for _ in range(2)]
    ids = [id for _, id in halves]
    campaigns = [begun(client, county, measure_ids=ids) for _ in range(2)]

    def ask(number: int) -> Any:
        works, measure = halves[number]
        named = [duty(each, 2) for each in (campaigns if number % 2 else reversed(campaigns))]
        body = reporting(
            world, enterprise_id=works, performed_at=instant(NOW).isoformat(), kind="campaign", cadence=None, tier=None,
            duties=named, results=checked(measure), findings=[],
        )  # fmt: skip
        return client.post("inspections", json=body, headers=inspector.headers)

    with at(NOW):
        answers = at_once([partial(ask, number) for number in range(len(halves))])
    assert {answer.status_code for answer in answers} == {201}
    for campaign in campaigns:
        told = states(client, county, campaign, 2, NOW)
        assert {told[works] for works, _ in halves} == {"done"}


def test_what_has_begun_stays_as_it_was(client: TestClient, world: World, county: Person) -> None:
    other = world.works(created_at=LONG_AGO, sectors=("textile",))
    campaign = begun(client, county, covers={"sectors": ["machinery"]})
    answer = changed(client, county, campaign, NOW, covers={"sectors": ["textile"]})
    assert answer.status_code == 200
    for number in (1, 2):
        assert set(states(client, county, campaign, number, NOW)) == {str(world.enterprise)}
    third = {"name": "第三轮", "from_on": "2027-01-05", "to_on": "2027-02-05"}
    longer = ROUNDS[1] | {"to_on": "2027-01-02"}
    assert changed(client, county, campaign, NOW, rounds=[ROUNDS[0], longer, third]).status_code == 200
    assert set(states(client, county, campaign, 3, NOW)) == {str(other)}
    for rounds, status, code in (
        ([ROUNDS[0], longer | {"to_on": "2027-01-05"}, third], 422, "value_error"),
        ([ROUNDS[0] | {"to_on": "2026-11-01"}, longer, third], 409, "round_begun"),
        ([ROUNDS[0], longer | {"from_on": "2026-11-11"}, third], 409, "round_begun"),
        ([ROUNDS[0], longer | {"to_on": "2026-11-19"}, third], 409, "round_begun"),
        ([ROUNDS[0]], 409, "round_begun"),
    ):
        answer = changed(client, county, campaign, NOW, rounds=rounds)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert changed(client, county, campaign, NOW, closed=True).status_code == 422
    closing = {"closed": True, "closing_reason": "并入明火整治"}
    closed = changed(client, county, campaign, NOW, **closing).json()
    assert [(each["state"], each["closes_at"]) for each in closed["rounds"]][1:] == [
        ("over", "2026-11-20T04:00:00.000Z"), ("cancelled", "2026-11-20T04:00:00.000Z"),
    ]  # fmt: skip
    assert changed(client, county, campaign, NOW, name="又一次").json()["code"] == "campaign_closed"
    assert states(client, county, campaign, 2, NOW) == {str(world.enterprise): "missed"}
    with at(NOW):
        old = planning(world, rounds=[ROUNDS[0]])
        assert client.post("campaigns", json=old, headers=county.headers).json()["code"] == "round_over"


def test_everybody_sees_their_part(client: TestClient, world: World, county: Person, inspector: Person) -> None:
    mine = begun(client, county)
    other = world.works(created_at=LONG_AGO, area_code=world.next_town)
    theirs = begun(client, county, covers={"enterprise_ids": [str(other)]})
    manager, expert = world.someone(Role.MANAGER), world.someone(Role.EXPERT)
    town = world.someone(Role.SUPERVISOR)
    for by, seen in ((county, {mine["id"], theirs["id"]}), (town, {mine["id"], theirs["id"]}), (manager, {mine["id"]}),
                     (expert, {mine["id"]})):  # fmt: skip
        page = asked(client, by, "campaigns", NOW, limit=1)
        found = [each["id"] for each in page["items"]]
        while page["next_cursor"]:
            page = asked(client, by, "campaigns", NOW, limit=1, cursor=page["next_cursor"])
            found += [each["id"] for each in page["items"]]
        assert sorted(found) == sorted(seen)
    shown = asked(client, manager, f"campaigns/{mine['id']}", NOW)
    assert (shown["covers"], shown["measure_ids"], shown["checks"]) == (None, None, ["疏散通道是否畅通"])
    assert client.get(f"campaigns/{theirs['id']}", headers=manager.headers).status_code == 404
    for by in (manager, expert, town):
        assert states(client, by, mine, 1, NOW) == {str(world.enterprise): "missed"}
    stranger = world.someone(Role.SUPERVISOR, areas=("110000000000",))
    assert client.get(f"campaigns/{mine['id']}", headers=stranger.headers).status_code == 404
    assert client.post("campaigns", json=planning(world), headers=town.headers).status_code == 404  # the whole county
    assert changed(client, town, mine, NOW, name="改名").status_code == 403
    assert client.post("campaigns", json=planning(world), headers=inspector.headers).status_code == 403


def test_what_visits_found(client: TestClient, world: World, county: Person, inspector: Person) -> None:
    campaign, other = begun(client, county), begun(client, county)
    officer = world.someone(Role.SAFETY_OFFICER)
    general = finding(level="general", list="hazard", description="灭火器压力不足")
    major = finding(level="major", list="hazard")
    visited(client, inspector, world.enterprise, "2026-10-02 09:00", duty(campaign, 1), found=[general, major])
    again = finding(seen_again=general["id"], description="灭火器压力仍然不足")
    visited(client, inspector, world.enterprise, "2026-10-09 09:00", duty(campaign, 1), found=[again])
    visited(
        client,
        inspector,
        world.enterprise,
        "2026-11-11 09:00",
        duty(campaign, 2),
        found=[finding(list="none", description="建议增设标识")],
    )
    first, second = (each["total"] for each in counts(client, county, campaign, NOW))
    assert [first[name] for name in ("visited", "findings", "hazards_general", "hazards_major", "hazards_open")] == [
        1, 3, 1, 1, 2,
    ]  # fmt: skip
    assert (second["findings"], second["hazards_open"]) == (1, 0)
    hazards.done(client, county, general["id"], "dismiss", {"reason": "重复上报"})
    assert counts(client, county, campaign, NOW)[0]["total"]["hazards_open"] == 1
    path = f"campaigns/{campaign['id']}/findings"
    assert {each["id"] for each in asked(client, officer, path, NOW, round=1)["items"]} == {
        general["id"], major["id"], again["id"],
    }  # fmt: skip
    page = asked(client, county, path, NOW, limit=1)
    assert len(asked(client, county, path, NOW, cursor=page["next_cursor"])["items"]) == 3
    wrong = client.get(f"campaigns/{other['id']}/findings?limit=1&cursor={page['next_cursor']}", headers=county.headers)
    assert wrong.json()["code"] == "invalid_cursor"
    assert asked(client, county, f"campaigns/{other['id']}/findings", NOW)["items"] == []


def test_a_running_round_is_a_task_of_inspectors(
    client: TestClient, world: World, county: Person, inspector: Person
) -> None:
    campaign = begun(client, county)
    manager = world.someone(Role.MANAGER)

    def tasks(by: Person, now: str = NOW) -> list[Any]:
        return [each for each in asked(client, by, "tasks", now)["items"] if each["kind"] == "campaign"]

    (task,) = tasks(inspector)
    assert (task["number"], task["due_at"], task["enterprise"]) == (duty(campaign, 2), "2026-12-31T16:00:00.000Z", None)
    assert tasks(inspector, "2026-11-05 09:00") == tasks(manager) == []
    visited(client, inspector, world.enterprise, "2026-11-11 09:00", duty(campaign, 2))
    assert tasks(inspector) == []


@pytest.mark.parametrize("seed", range(2))
def test_the_parts_add_up_to_the_whole(
    client: TestClient, world: World, county: Person, inspector: Person, seed: int
) -> None:
    chance = Random(seed)
    places = (world.village, world.town, world.next_town)
    works = [world.works(created_at=LONG_AGO, area_code=chance.choice(places)) for _ in range(12)]
    settle(world, works[0], status="closed", created_at=instant("2026-10-20 09:00"))
    covers = chance.choice(({}, {"sectors": ["machinery"]}, {"enterprise_ids": [str(id) for id in works[:8]]}))
    campaign = begun(client, county, covers=covers)
    for _ in range(10):
        when = f"{chance.choice(('2026-10-04', '2026-11-03', '2026-11-13'))} 09:00"
        seen = [finding(list=chance.choice(("hazard", "risk", "none"))) for _ in range(chance.randint(0, 2))]
        visited(client, inspector, chance.choice(works), when, duty(campaign, chance.randint(1, 2)), found=seen)
    towns = [world.someone(Role.SUPERVISOR, areas=(code,), area_code=code) for code in (world.town, world.next_town)]
    whole = counts(client, county, campaign, NOW)
    of_towns = [counts(client, by, campaign, NOW) for by in towns]
    narrowed = [counts(client, county, campaign, NOW, area_code=code) for code in (world.town, world.next_town)]
    for number, round in enumerate(whole):
        for name, many in round["total"].items():
            assert sum(area[name] for area in round["areas"]) == many
            assert sum(each[number]["total"][name] for each in of_towns) == many
        assert [each[number] for each in of_towns] == [each[number] for each in narrowed]
        by_area = {area["key"]: area for area in round["areas"]}
        for code, each in zip((world.town, world.next_town), of_towns, strict=True):
            own = {name: many for name, many in by_area.get(code, {}).items() if name not in {"key", "name"}}
            assert own in ({}, each[number]["total"])
        total = round["total"]
        assert total["owed"] == sum(total[name] for name in ("visited", "late", "partial", "not_visited"))
        listed = list(states(client, county, campaign, number + 1, NOW).values())
        assert (listed.count("done"), listed.count("late"), listed.count("exempt")) == (
            total["visited"], total["late"], total["exempt"],
        )  # fmt: skip
    paged, cursor = [], None
    while True:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        page = asked(client, county, f"campaigns/{campaign['id']}/enterprises", NOW, round=1, limit=5, **more)
        paged += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert sorted(paged) == sorted(states(client, county, campaign, 1, NOW))


def test_a_campaign_may_be_sent_again(client: TestClient, world: World, county: Person) -> None:
    body = planning(world)
    with at("2026-09-20 09:00"):
        dry = client.post("campaigns?dry_run=true", json=body, headers=county.headers)
        assert (dry.status_code, client.get(f"campaigns/{body['id']}", headers=county.headers).status_code) == (
            201,
            404,
        )
        first, second = (client.post("campaigns", json=body, headers=county.headers) for _ in range(2))
        assert (first.status_code, second.status_code, second.json()["replayed"]) == (201, 200, True)
        other = client.post("campaigns", json=body | {"name": "别的"}, headers=county.headers)
        assert other.json()["code"] == "id_conflict"
        assert client.patch(f"campaigns/{body['id']}", json={"name": "x"}, headers=county.headers).status_code == 428
        for more, status, pointer in (
            ({"criteria": ["GM-00-00"]}, 422, "/criteria/0"),
            ({"checks": ["甲", "甲"]}, 422, "/checks"),
            ({"measure_ids": [str(uuid4())]}, 404, "/measure_ids/0"),
            ({"covers": {"enterprise_ids": [str(uuid4())]}}, 404, "/covers/enterprise_ids/0"),
            ({"covers": {"area_codes": ["110000000000"]}}, 404, "/covers/area_codes/0"),
            ({"area_code": "110000000000"}, 404, "/area_code"),
        ):
            answer = client.post("campaigns", json=planning(world, **more), headers=county.headers)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)
