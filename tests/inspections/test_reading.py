"""Where what is declared and what the words say meet: the machine proposes, and a person decides, both on record."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.people.scope import Role
from tests.conftest import Person, World
from tests.inspections.stories import MAJOR, MEETING_IT, finding, found, hazard, posted, single, sort
from tests.inspections.test_findings import put_right
from tests.risks.stories import added, measured


@pytest.fixture
def officer(world: World) -> Person:
    return world.someone(Role.SAFETY_OFFICER)


@pytest.fixture
def leader(world: World) -> Person:
    return world.someone(Role.TEAM_LEADER)


def meeting(client: TestClient, leader: Person, **told: Any) -> dict[str, Any]:
    """A finding whose words meet a criterion."""
    (shown,) = found(client, leader, finding(description=MEETING_IT, **told))
    return shown


@pytest.mark.parametrize("told", [{}, {"list": "hazard"}, {"level": "general"}, {"rectified_on_the_spot": put_right()}])
def test_words_that_meet_a_criterion_make_a_possible_major_of_a_declared_general(
    client: TestClient, world: World, leader: Person, told: dict[str, Any]
) -> None:
    shown = meeting(client, leader, **told)
    assert (shown["list"], shown["level"], shown["level_confirmed"]) == ("hazard", "major", False)
    first = shown["sorting"]["criteria"][0]
    assert (shown["sorting"]["method"], first["code"], first["verified"]) == ("text", MAJOR, True)
    on_list = hazard(client, leader, shown["id"])
    assert (on_list["criterion"], on_list["level_by"]) == (MAJOR, "text")
    asked = {"level": "major", "state": "open"}
    page = client.get("hazards", params=asked, headers=world.someone(Role.SUPERVISOR).headers).json()
    assert [item["id"] for item in page["items"]] == [shown["id"]]
    detail = client.get(f"findings/{shown['id']}", headers=leader.headers).json()
    assert detail["said"].items() >= {name: value for name, value in told.items() if isinstance(value, str)}.items()


def test_a_measure_that_fails_in_words_that_meet_a_criterion_is_not_seen_again_on_a_general_hazard(
    client: TestClient, leader: Person, officer: Person
) -> None:
    measure = measured(client, officer, added(client, officer))["id"]
    (general,) = found(client, leader, finding(measure_id=measure))
    assert general["level"] == "general"
    at_it, meant = meeting(client, leader, measure_id=measure), meeting(client, leader, seen_again=general["id"])
    for shown in (at_it, meant):
        assert (shown["seen_again"], shown["hazard_id"], shown["level"]) == (False, shown["id"], "major")
    again = meeting(client, leader, measure_id=measure)
    assert (again["seen_again"], again["hazard_id"]) == (True, at_it["id"])


@pytest.mark.parametrize("list", ["risk", "none"])
def test_what_is_declared_no_hazard_shows_what_its_words_propose(client: TestClient, leader: Person, list: str) -> None:
    shown = meeting(client, leader, list=list)
    sorting = shown["sorting"]
    assert (sorting["list"], sorting["method"], sorting["criteria"]) == (list, "declared", [])
    assert (sorting["proposal"]["level"], sorting["proposal"]["criteria"][0]["code"]) == ("major", MAJOR)


def test_a_person_lowers_what_only_the_words_proposed_and_the_proposal_stays(
    client: TestClient, world: World, leader: Person, officer: Person
) -> None:
    id = meeting(client, leader, level="general")["id"]
    assert sort(client, officer, id, list="hazard").json()["level"] == "major"
    assert sort(client, officer, id, level="general").status_code == 403
    village = world.someone(Role.INSPECTOR, areas=(world.village,), area_code=world.village)
    assert sort(client, village, id, level="general", reason="有泄爆片").status_code == 403
    lowered = sort(client, officer, id, level="general", reason="有泄爆片，被遮住了").json()
    assert (lowered["level"], lowered["sorting"]["method"]) == ("general", "declared")
    assert lowered["sorting"]["reason"] == "有泄爆片，被遮住了"
    assert lowered["sorting"]["proposal"]["criteria"][0]["code"] == MAJOR
    on_list = hazard(client, leader, id)
    assert (on_list["level"], on_list["level_by"], on_list["criterion"]) == ("general", "declared", None)
    assert [(each["by"]["id"], each["sorting"]["level"]) for each in lowered["verdicts"]] == [
        (str(leader.id), "major"), (str(officer.id), "major"), (str(officer.id), "general"),
    ]  # fmt: skip
    off = sort(client, world.someone(Role.MANAGER), id, list="none", reason="不是").json()
    assert (off["list"], off["sorting"]["proposal"]["criteria"][0]["code"]) == ("none", MAJOR)


def test_a_person_s_own_criterion_is_stronger_than_what_the_words_propose(
    client: TestClient, leader: Person, officer: Person
) -> None:
    shown = meeting(client, leader, criterion="GM-11-10")
    (cited,) = shown["sorting"]["criteria"]
    assert (shown["sorting"]["method"], cited["code"], cited["verified"]) == ("criterion", "GM-11-10", False)
    assert shown["sorting"]["proposal"]["criteria"][0]["code"] == MAJOR
    other = sort(client, officer, shown["id"], criterion="GM-11-04").json()["sorting"]
    assert (other["criteria"][0]["code"], other["proposal"]["criteria"][0]["code"]) == ("GM-11-04", MAJOR)


def test_who_may_confirm_declares_like_anybody_else(client: TestClient, world: World) -> None:
    supervisor = world.someone(Role.SUPERVISOR)
    shown = posted(client, supervisor, single(world, description=MEETING_IT, level="general"), "findings")
    assert (shown["level"], shown["sorting"]["method"]) == ("major", "text")
