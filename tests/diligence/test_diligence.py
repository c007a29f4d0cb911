"""Signs as they are asked for: of one report, and of many over a range."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.inspections.models import Inspection
from app.inspections.terms import Kind
from app.people.scope import Role
from app.people.terms import Scale
from tests.conftest import Person, World
from tests.duties.conftest import LONG_AGO
from tests.duties.stories import at, checked, instant, planned
from tests.hazards.test_plan import plan_of, statements_of
from tests.inspections.stories import finding, posted, reporting
from tests.photos.stories import jpeg, sha
from tests.risks.stories import added, measured
from tests.stories import send_photo

NOW = "2026-11-20 12:00"
HERE = {"lon": 106.0512345, "lat": 29.8412345, "datum": "gcj02", "accuracy_m": 8.0}


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER, created_at=LONG_AGO)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER, created_at=LONG_AGO)


@pytest.fixture
def measures(client: TestClient, officer: Person) -> list[str]:
    """Six measures of three units."""
    risks = [added(client, officer, unit=f"除尘系统{n}") for n in range(3)]
    return [measured(client, officer, risk)["id"] for risk in risks for _ in range(2)]


def walked(
    client: TestClient, by: Person, when: str, measures: list[str], seconds: int, *found: dict[str, Any], **more: Any
) -> dict[str, Any]:
    began = instant(when) - timedelta(seconds=seconds)
    told = {"started_at": began.isoformat(), "results": checked(*measures)} | more
    with at(when):
        return posted(client, by, reporting(by.world, *found, performed_at=instant(when).isoformat(), **told))


def asked(client: TestClient, person: Person, /, **params: Any) -> dict[str, Any]:
    with at(NOW):
        answer = client.get("diligence", params={"from": "2026-11-01"} | params, headers=person.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def signs(client: TestClient, by: Person, inspection: dict[str, Any]) -> list[str] | None:
    answer = client.get(f"inspections/{inspection['id']}", headers=by.headers)
    assert answer.status_code == 200, answer.text
    told = answer.json()["signs"]
    return None if told is None else [each["code"] for each in told]


def test_each_report_says_what_was_noticed_to_those_who_answer_for_it(
    client: TestClient, world: World, officer: Person, leader: Person, measures: list[str]
) -> None:
    plan = planned(client, officer, measure_ids=measures)
    hasty = walked(client, leader, "2026-11-02 09:00", measures, 5)
    late = walked(client, leader, "2026-11-03 23:55", measures, 60, duties=[f"{plan['id']}:2026-11-03"])
    alike = [walked(client, leader, f"2026-11-0{n} 09:00", measures, 321) for n in (4, 5, 6)]
    shots = [jpeg() for _ in range(7)]
    for shot in shots:
        send_photo(client, leader, shot)
    entries = [{"sha256": sha(shot), "position": HERE} for shot in shots]
    results = [each | {"photos": [sha(shot)]} for each, shot in zip(checked(*measures), shots, strict=False)]
    fixed = walked(client, leader, "2026-11-07 09:00", measures, 600, results=results, photos=entries)
    again = finding(photos=[sha(shots[0])])
    reused = walked(client, leader, "2026-11-08 09:00", measures, 700, again, photos=[{"sha256": sha(shots[0])}])
    quiet = walked(client, leader, "2026-11-09 09:00", measures[:1], 2)
    expected = {
        hasty["id"]: ["hasty"], late["id"]: ["last_minute"], alike[1]["id"]: [], alike[2]["id"]: ["identical_reports"],
        fixed["id"]: ["same_position"], reused["id"]: ["reused_photos"], quiet["id"]: [],
    }  # fmt: skip
    manager, supervisor = world.someone(Role.MANAGER), world.someone(Role.SUPERVISOR)
    for by in (officer, manager, supervisor):
        assert {id: signs(client, by, {"id": id}) for id in expected} == expected
    for by in (leader, *map(world.someone, (Role.WORKER, Role.INSPECTOR, Role.EXPERT))):
        assert signs(client, by, hasty) is None
    assert hasty["signs"] is None  # the answer to a report says nothing of it
    told = client.get(f"inspections/{hasty['id']}", headers=officer.headers).json()["signs"][0]
    assert (told["measured"], told["threshold"]) == (0.83, 3.0)
    assert "5 秒检查了 6 项" in told["compared"]
    english = officer.headers | {"Accept-Language": "en"}
    (told,) = client.get(f"inspections/{hasty['id']}", headers=english).json()["signs"]
    assert (told["title"], told["compared"][:19]) == ("Very quick", "6 measures in 5 s, ")
    with at(NOW):
        listed = client.get("diligence?from=2026-11-01", headers=english).json()
    assert "no verdicts" in listed["note"]
    assert {each["title"].isascii() for each in listed["items"][0]["signs"]} == {True}

    rows = asked(client, supervisor)["items"]
    shown = {each["code"]: (each["reports"], each["judged"], each["inspection_ids"]) for each in rows[0]["signs"]}
    assert shown == {
        "hasty": (1, 7, [hasty["id"]]),
        "same_position": (1, 1, [fixed["id"]]),
        "identical_reports": (1, 5, [alike[2]["id"]]),
        "reused_photos": (1, 2, [reused["id"]]),
    }  # fmt: skip  one that was late is not many
    assert (rows[0]["enterprise"]["id"], rows[0]["person"], rows[0]["reports"]) == (str(world.enterprise), None, 8)


def test_the_worst_come_first_and_everybody_sees_their_part(
    client: TestClient, world: World, officer: Person, leader: Person, measures: list[str]
) -> None:
    other = world.works(area_code=world.next_town)
    there = world.someone(Role.SAFETY_OFFICER, enterprise_id=other, created_at=LONG_AGO)
    own = {"enterprise_id": str(other)}
    theirs = [measured(client, there, added(client, there, **own))["id"] for _ in range(5)]
    walked(client, there, "2026-11-02 09:00", theirs, 5, **own)
    plan = planned(client, officer, measure_ids=measures)
    for day in (2, 3, 4):
        walked(client, leader, f"2026-11-0{day} 23:58", measures, 6, duties=[f"{plan['id']}:2026-11-0{day}"])
    walked(client, officer, "2026-11-02 09:00", measures, 300)
    county = world.someone(Role.SUPERVISOR, areas=(world.county,), area_code=world.county)
    rows = asked(client, county)["items"]
    assert [row["enterprise"]["id"] for row in rows] == [str(world.enterprise), str(other)]
    assert [each["code"] for each in rows[0]["signs"]] == ["hasty", "last_minute", "identical_reports"]
    assert asked(client, county, limit=1) | {"items": rows[:1]} == asked(client, county, limit=1)
    assert asked(client, county, limit=1)["left_out"] == 1
    people = asked(client, county, by="person")["items"]
    assert [row["person"]["id"] for row in people] == [str(leader.id), str(there.id)]
    assert people[0]["reports"] == 3
    for by, more in ((officer, {}), (county, {"area_code": world.town}), (county, {"enterprise_id": world.enterprise}),
                     (county, {"sign": "last_minute"}), (world.someone(Role.SUPERVISOR), {})):  # fmt: skip
        assert [row["enterprise"]["id"] for row in asked(client, by, **more)["items"]] == [str(world.enterprise)]
    assert asked(client, county, **{"from": "2026-11-05"})["items"] == []
    told = asked(client, county)
    assert "不是结论" in told["note"]
    assert told["thresholds"]["seconds_per_measure"] == 3
    for by in (leader, *map(world.someone, (Role.WORKER, Role.INSPECTOR, Role.EXPERT))):
        assert client.get("diligence", headers=by.headers).status_code == 403
    long = client.get("diligence?from=2026-01-01&to=2026-06-30", headers=county.headers)
    assert long.status_code == 422


def test_an_enterprise_looks_into_its_own_reports_only(
    client: TestClient, world: World, officer: Person, leader: Person, measures: list[str]
) -> None:
    inspector, expert = world.someone(Role.INSPECTOR), world.someone(Role.EXPERT)
    own = walked(client, leader, "2026-11-02 09:00", measures, 5)
    others = [
        walked(client, by, "2026-11-02 10:00", measures, 5, kind=kind, cadence=None, tier=None)
        for by, kind in ((inspector, "government"), (expert, "expert"))
    ]
    supervisor = world.someone(Role.SUPERVISOR)
    for by in (officer, world.someone(Role.MANAGER)):
        assert signs(client, by, own) == ["hasty"]
        assert [signs(client, by, each) for each in others] == [None, None]
        assert [row["person"]["id"] for row in asked(client, by, by="person")["items"]] == [str(leader.id)]
        assert asked(client, by)["reports"] == 1
    assert [signs(client, supervisor, each) for each in others] == [["hasty"], ["hasty"]]
    assert len(asked(client, supervisor, by="person")["items"]) == 3


def reported_for_months(world: World, works: UUID, by: Person, finding_every: int) -> None:
    """Seventy daily reports of an enterprise of its own."""

    def put(session: Session) -> None:
        days = [instant("2026-11-19 09:00") - timedelta(days=n) for n in range(70)]
        rows = [
            {
                "id": uuid4(), "revision": 1, "enterprise_id": works, "area_code": world.village, "kind": Kind.ROUTINE,
                "duties": (), "performed_at": day, "corrected_at": day, "received_at": day, "clock_doubt": False,
                "participants": [], "inspector_id": by.id, "inspector_name": "甲", "nil": True, "results": 0,
                "findings": int(finding_every > 0 and n % finding_every == 0), "photos": 0,
            }
            for n, day in enumerate(days)
        ]  # fmt: skip
        session.execute(insert(Inspection), rows)

    world.write(put)


def test_silence_is_compared_with_peers_that_nobody_names(client: TestClient, world: World) -> None:
    works = [world.works(scale=Scale.SMALL, created_at=LONG_AGO) for _ in range(7)]
    tiny = world.works(scale=Scale.MICRO, created_at=LONG_AGO)
    for n, id in enumerate((*works, tiny)):
        by = world.someone(Role.MANAGER, enterprise_id=id)
        reported_for_months(world, id, by, finding_every=0 if n in {0, 7} else 20)
    manager = world.someone(Role.MANAGER, enterprise_id=works[0])
    county = world.someone(Role.SUPERVISOR)
    for by in (manager, county):
        (row,) = asked(client, by, **{"from": "2026-09-01"})["items"]
        (sign,) = row["signs"]
        assert (row["enterprise"]["id"], sign["code"], sign["reports"]) == (str(works[0]), "never_a_finding", 70)
        assert "6 家可比，其中 6 家有发现" in sign["example"]["compared"]
        assert not any(str(id) in str(row) for id in works[1:])
    assert asked(client, county)["items"] == []  # of twenty days nothing is said


def questions(world: World, ask: Any) -> list[tuple[str, Any]]:
    """What the database is asked of reports meanwhile; seals are made at any time."""
    return [each for each in statements_of(world, ask) if "inspection" in each[0]]


def test_a_range_is_read_along_indexes_in_as_many_questions_however_many_works(
    client: TestClient, world: World, officer: Person, leader: Person, measures: list[str]
) -> None:
    supervisor = world.someone(Role.SUPERVISOR)
    walked(client, leader, "2026-11-02 09:00", measures, 5)
    few = questions(world, lambda: asked(client, supervisor))
    for _ in range(5):
        id = world.works()
        by = world.someone(Role.MANAGER, enterprise_id=id)
        reported_for_months(world, id, by, finding_every=0)
        own = {"enterprise_id": str(id)}
        there = world.someone(Role.SAFETY_OFFICER, enterprise_id=id)
        theirs = [measured(client, there, added(client, there, **own))["id"] for _ in range(5)]
        walked(client, there, "2026-11-02 09:00", theirs, 5, **own)
    world.sql("ANALYZE")
    many = questions(world, lambda: asked(client, supervisor))
    assert len(many) == len(few) == 4
    for statement, parameters in many:
        if "FROM inspections" in statement:
            plan = plan_of(world, statement, parameters)
            assert "SCAN inspections" not in plan, plan
            assert "SCAN inspection_results" not in plan, plan
