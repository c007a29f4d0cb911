"""A person decides which list a finding belongs on: who may, how often, and what follows."""

import json
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.inspections.stories import MAJOR, finding, found, hazard, sort
from tests.risks.stories import added, measured


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def reported(client: TestClient, by: Person, **told: Any) -> str:
    """The id of a new finding."""
    id: str = found(client, by, finding(**told))[0]["id"]
    return id


def candidate(client: TestClient, person: Person, id: str) -> dict[str, Any]:
    answer = client.get(f"risks/{id}", headers=person.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


# A second table, by hand: who sorts what was found by whom (contract §3, loop.md "Confirmers").
SORTERS = {
    Role.TEAM_LEADER: {Role.SAFETY_OFFICER, Role.MANAGER, Role.SUPERVISOR},
    Role.INSPECTOR: {Role.INSPECTOR, Role.SUPERVISOR, Role.ENFORCEMENT_OFFICER},
    Role.EXPERT: {Role.INSPECTOR, Role.SUPERVISOR, Role.ENFORCEMENT_OFFICER},
}


@pytest.mark.parametrize("finder", list(SORTERS))
@pytest.mark.parametrize("role", list(Role))
def test_the_confirmers_of_its_origin_sort_a_finding(
    client: TestClient, world: World, finder: Role, role: Role
) -> None:
    id = reported(client, world.someone(finder))
    answer = sort(client, world.someone(role), id, list="hazard")
    assert answer.status_code == (200 if role in SORTERS[finder] else 403), answer.text


def test_a_village_sorts_what_is_general(client: TestClient, world: World) -> None:
    inspector = world.someone(Role.INSPECTOR)
    village = world.someone(Role.INSPECTOR, areas=(world.village,), area_code=world.village)
    first, second = reported(client, inspector), reported(client, inspector)
    assert sort(client, village, first, list="hazard").status_code == 200
    assert sort(client, village, second, level="major").status_code == 403
    assert sort(client, village, second, list="risk").status_code == 200


@pytest.mark.parametrize(
    ("decision", "list", "level"),
    [
        ({"list": "hazard"}, "hazard", "general"),
        ({"level": "general"}, "hazard", "general"),
        ({"level": "major"}, "hazard", "major"),
        ({"criterion": MAJOR}, "hazard", "major"),
        ({"list": "risk"}, "risk", None),
        ({"list": "none"}, "none", None),
    ],
)
def test_what_was_pending_goes_where_it_is_said(
    client: TestClient, leader: Person, officer: Person, decision: dict[str, Any], list: str, level: str | None
) -> None:
    id = reported(client, leader)
    shown = sort(client, officer, id, reason="看过现场", **decision).json()
    assert (shown["list"], shown["level"], shown["revision"]) == (list, level, 2)
    assert (shown["sorting"]["list"], shown["sorting"]["reason"]) == (list, "看过现场")
    assert shown["hazard_id"] == (id if list == "hazard" else None)
    assert shown["risk_id"] == (None if list == "none" else id)
    if list == "hazard":
        assert (hazard(client, leader, id)["reported_by"]["id"], hazard(client, leader, id)["level"]) == (
            str(leader.id), level,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        ({"list": "risk", "level": "major"}, "major_is_hazard"),
        ({"list": "none", "level": "major"}, "major_is_hazard"),
        ({"list": "risk", "criterion": MAJOR}, "criterion_is_hazard"),
        ({"list": "none", "criterion": MAJOR}, "criterion_is_hazard"),
        ({"criterion": "GM-99-99"}, "unknown_criterion"),
        ({"list": "pending"}, "value_error"),
        ({}, "value_error"),
    ],
)
def test_a_decision_decides_and_is_true(
    client: TestClient, leader: Person, officer: Person, decision: dict[str, Any], code: str
) -> None:
    answer = sort(client, officer, reported(client, leader), **decision)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


def test_a_verdict_is_repeatable_and_every_one_is_kept(client: TestClient, leader: Person, officer: Person) -> None:
    id = reported(client, leader)
    for decision in ({"list": "none"}, {"list": "risk"}, {"list": "hazard"}, {"list": "risk", "reason": "措施完好"}):
        assert sort(client, officer, id, **decision).status_code == 200
    shown = client.get(f"findings/{id}", headers=leader.headers).json()
    assert [verdict["list"] for verdict in shown["verdicts"]] == ["pending", "none", "risk", "hazard", "risk"]
    assert [verdict["by"]["id"] for verdict in shown["verdicts"]] == [str(leader.id)] + [str(officer.id)] * 4
    assert (hazard(client, leader, id)["state"], candidate(client, leader, id)["retired"]) == ("dismissed", False)


def test_the_same_decision_again_is_taken_once(client: TestClient, leader: Person, officer: Person) -> None:
    id, request = reported(client, leader), str(uuid4())
    answers = [sort(client, officer, id, id=request, list="hazard") for _ in range(2)]
    assert [(answer.status_code, answer.json()["replayed"]) for answer in answers] == [(200, False), (200, True)]
    assert len(answers[1].json()["verdicts"]) == 2


def test_leaving_the_hazard_list_is_dismissed_with_a_reason(
    client: TestClient, leader: Person, officer: Person
) -> None:
    id = reported(client, leader, list="hazard")
    silent = sort(client, officer, id, list="none")
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/reason")
    shown = sort(client, officer, id, list="none", reason="已有泄爆片").json()
    assert (shown["list"], shown["hazard_id"], shown["risk_id"]) == ("none", None, None)
    story = client.get(f"hazards/{id}/events", headers=leader.headers).json()["items"]
    assert (story[-1]["action"], story[-1]["data"]["reason"]) == ("dismiss", "已有泄爆片")
    assert candidate(client, leader, id)["retired"] is True


def test_what_left_the_hazard_list_may_come_back(client: TestClient, leader: Person, officer: Person) -> None:
    id = reported(client, leader, list="hazard")
    sort(client, officer, id, list="none", reason="已有泄爆片")
    shown = sort(client, officer, id, level="major", reason="泄爆片已失效").json()
    assert (shown["hazard_id"], shown["level"], shown["hazard_state"]) == (id, "major", "reported")
    assert (candidate(client, leader, id)["retired"], candidate(client, leader, id)["hazard_id"]) == (False, id)


def test_nobody_takes_their_own_report_off_the_hazard_list(client: TestClient, world: World, officer: Person) -> None:
    id = reported(client, officer, list="hazard")
    assert sort(client, officer, id, list="none", reason="看错").status_code == 403
    assert sort(client, world.someone(Role.MANAGER), id, list="none", reason="看错").status_code == 200


def test_a_possible_major_is_taken_down_or_off_only_by_a_supervisor(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    down, off = reported(client, leader, criterion=MAJOR), reported(client, leader, level="major")
    for person in (officer, world.someone(Role.MANAGER)):
        assert sort(client, person, down, level="general", reason="够不上").status_code == 403
        assert sort(client, person, off, list="none", reason="不是").status_code == 403
    supervisor = world.someone(Role.SUPERVISOR)
    lowered = sort(client, supervisor, down, level="general", reason="够不上").json()
    assert (lowered["level"], hazard(client, leader, down)["criterion"]) == ("general", None)
    assert sort(client, supervisor, off, list="none", reason="不是").json()["list"] == "none"
    actions = [
        event["action"]
        for event in client.get(f"hazards/{down}/events", headers=leader.headers).json()["items"]
    ]  # fmt: skip
    assert actions == ["reported", "sorted"]


def test_a_possible_major_comes_back_as_a_general_one_only_by_a_supervisor(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    id, supervisor = reported(client, leader, criterion=MAJOR), world.someone(Role.SUPERVISOR)
    assert sort(client, supervisor, id, list="none", reason="不是").status_code == 200
    assert sort(client, officer, id, level="general", reason="够不上").status_code == 403
    assert hazard(client, leader, id)["state"] == "dismissed"
    assert sort(client, supervisor, id, level="general", reason="够不上").json()["level"] == "general"


def test_a_general_one_is_raised_by_its_confirmers(client: TestClient, leader: Person, officer: Person) -> None:
    id = reported(client, leader, list="hazard")
    before = hazard(client, leader, id)
    shown = sort(client, officer, id, criterion=MAJOR).json()
    after = hazard(client, leader, id)
    assert (shown["level"], shown["level_confirmed"], after["criterion"]) == ("major", False, MAJOR)
    assert after["stage_due_at"] < before["stage_due_at"]
    assert after["revision"] == before["revision"] + 1


def test_what_is_confirmed_is_no_longer_sorted(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    id = reported(client, leader, list="hazard")
    confirmation = {
        "level": "general", "responsible_id": str(leader.id), "due_on": "2099-11-30", "requirement": "加装泄爆片",
    }  # fmt: skip
    answer = client.post(f"hazards/{id}/confirm", json=confirmation, headers=officer.headers)
    assert answer.status_code == 200, answer.text
    for decision in ({"list": "none", "reason": "不是"}, {"level": "major"}):
        answer = sort(client, officer, id, **decision)
        assert (answer.status_code, answer.json()["code"]) == (409, "confirmed")
        assert answer.json()["current"]["state"] == "rectifying"


def test_a_finding_seen_again_is_sorted_without_its_hazard(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    risk = added(client, officer)
    measure = measured(client, officer, risk)["id"]
    first = reported(client, leader, measure_id=measure)
    again, major = reported(client, leader, measure_id=measure), reported(client, leader, measure_id=measure)
    kept = sort(client, officer, again, list="hazard").json()
    assert (kept["seen_again"], kept["hazard_id"]) == (True, first)
    gone = sort(client, officer, again, list="none").json()
    assert (gone["seen_again"], gone["hazard_id"]) == (False, None)
    raised = sort(client, officer, major, level="major").json()
    assert (raised["seen_again"], raised["hazard_id"], raised["level"]) == (False, major, "major")
    assert (raised["risk_id"], hazard(client, leader, first)["state"]) == (risk["id"], "reported")


def test_rows_are_what_their_events_say(client: TestClient, world: World, leader: Person, officer: Person) -> None:
    id = reported(client, leader, list="hazard")
    for decision in ({"list": "risk", "reason": "措施完好"}, {"criterion": MAJOR}, {"criterion": "GM-11-10"}):
        assert sort(client, officer, id, **decision).status_code == 200
    for kind, table in (("finding", "findings"), ("hazard", "hazards"), ("risk", "risks")):
        events = world.sql(
            "SELECT data FROM events WHERE subject_kind = :kind AND subject_id = :id ORDER BY number", kind=kind, id=id
        )
        rebuilt: dict[str, Any] = {}
        for (data,) in events.all():
            rebuilt |= json.loads(data)["changes"]
        assert rebuilt, table
        (row,) = world.sql(f"SELECT * FROM {table} WHERE id = :id", id=id).mappings().all()
        same = {name: row[name] for name in ("level", "criterion", "list", "state", "retired") if name in row}
        assert {name: rebuilt[name] for name in same} == same
