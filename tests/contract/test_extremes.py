"""Nothing that a client asks for is a fault of the server: every parameter of every list, with the worst of values."""

import json

import pytest
from fastapi.testclient import TestClient

from app.foundation.pages import Asked
from app.hazards.filter import HazardFilter
from app.inspections.views import FindingFilter, InspectionFilter
from app.people.schemas import AreaFilter, EnterpriseFilter, UserFilter
from app.people.scope import Role
from app.risks.object_schemas import ObjectFilter
from app.risks.schemas import RiskFilter
from app.tasks.routes import TasksAsked
from tests.conftest import World
from tests.inspections.stories import posted, reporting, single
from tests.risks.stories import added, measuring
from tests.stories import confirming, do, put_on_the_list

JSON = {"Content-Type": "application/json"}
WORST = (
    "%00",
    "a%00b",
    "9999-12-31",
    "0001-01-01",
    "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59-14:00",
    "1e999",
)
LISTS: dict[str, type[Asked]] = {
    "areas": AreaFilter, "enterprises": EnterpriseFilter, "users": UserFilter, "risks": RiskFilter,
    "risk-objects": ObjectFilter,
    "inspections": InspectionFilter, "findings": FindingFilter, "hazards": HazardFilter, "tasks": TasksAsked,
}  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_no_parameter_of_a_list_is_a_fault(client: TestClient, world: World, path: str) -> None:
    person = world.someone(Role.SUPERVISOR)
    for name in LISTS[path].model_fields:
        for worst in WORST:
            answer = client.get(f"{path}?{name}={worst}", headers=person.headers)
            assert answer.status_code < 500, (name, worst)


def test_every_word_of_a_search_counts_however_many(client: TestClient, world: World) -> None:
    worker = world.someone(Role.WORKER)
    words = [f"词{n}" for n in range(20)]
    put_on_the_list(world, worker, description=" ".join(words))
    for wanted, found in ((words, 1), ([*words, "无"], 0)):
        answer = client.get("hazards", params={"q": " ".join(wanted)}, headers=worker.headers)
        assert len(answer.json()["items"]) == found


@pytest.mark.parametrize("due_on", ["9999-12-31", "0001-01-01"])
def test_a_deadline_lies_where_calendars_reckon(client: TestClient, world: World, due_on: str) -> None:
    officer, worker = world.someone(Role.SAFETY_OFFICER), world.someone(Role.WORKER)
    hazard = put_on_the_list(world, worker)
    answer = do(client, officer, hazard, "confirm", confirming(worker, due_on=due_on))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/due_on")


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_inspection_was_at_an_instant_that_has_been(client: TestClient, world: World, instant: str) -> None:
    leader = world.someone(Role.TEAM_LEADER)
    for body, headers in (
        (reporting(world, performed_at=instant), {}), (reporting(world), {"Device-Time": instant}),
    ):  # fmt: skip
        answer = client.post("inspections", json=body, headers=leader.headers | headers)
        assert answer.status_code == 422, answer.text


def test_a_clock_may_be_wrong_by_thousands_of_years(client: TestClient, world: World) -> None:
    leader = world.someone(Role.TEAM_LEADER)
    for performed_at, shown in (("1970-01-01T00:00:00Z", "8999-12-31T00:00:00Z"), ("8999-12-31T00:00:00Z",) * 2):
        body, clock = reporting(world, performed_at=performed_at), {"Device-Time": shown}
        answer = client.post("inspections", json=body, headers=leader.headers | clock)
        assert (answer.status_code, answer.json()["clock_doubt"]) == (201, True)


def test_what_a_device_says_of_itself_can_be_kept(client: TestClient, world: World) -> None:
    leader = world.someone(Role.TEAM_LEADER)
    for said, status in (('"\\ud800"', 422), ("1e999", 400), ('"\\u0000"', 201)):
        body = json.dumps(reporting(world, device={"model": "?"})).replace('"?"', said)
        answer = client.post("inspections", content=body, headers=leader.headers | JSON)
        assert answer.status_code == status, answer.text


def test_an_id_that_a_row_has_without_a_receipt_is_taken(client: TestClient, world: World) -> None:
    leader, officer = world.someone(Role.TEAM_LEADER), world.someone(Role.SAFETY_OFFICER)
    risk = added(client, officer, measures=[measuring()])
    path, measure = f"risks/{risk['id']}/measures", measuring(id=risk["measures"][0]["id"])
    inspection = reporting(world)
    posted(client, leader, inspection)
    world.sql("DELETE FROM receipts WHERE id = :id", id=inspection["id"])
    for person, url, body in ((officer, path, measure), (leader, "inspections", inspection)):
        answer = client.post(url, json=body, headers=person.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "id_conflict")


def test_a_number_that_no_column_holds_is_refused(client: TestClient, world: World) -> None:
    leader = world.someone(Role.TEAM_LEADER)
    photo = {"sha256": "ab" * 32, "bytes": 1 << 63}
    answer = client.post("inspections", json=reporting(world, photos=[photo]), headers=leader.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/photos/0/bytes")


def test_what_is_too_long_in_its_normal_form_is_refused(client: TestClient, world: World) -> None:
    leader, administrator = world.someone(Role.TEAM_LEADER), world.someone(Role.ADMINISTRATOR)
    longer = "\u0958"  # two characters in normal form C
    scope = {"enterprise_ids": [str(world.enterprise)]}
    person = {"username": f"n{world.county}", "name": longer * 64, "roles": ["worker"], "scope": scope}
    for answer in (
        client.post("findings", json=single(world, place=longer * 200), headers=leader.headers),
        client.post("users", json=person, headers=administrator.headers),
        client.put(f"me/devices/{longer * 128}", json={}, headers=leader.headers),
        client.put("me/devices/1", json={"model": longer * 64}, headers=leader.headers),
        client.put("me/devices/1", json={"platform": longer * 32}, headers=leader.headers),
    ):
        assert answer.status_code == 422, answer.text
