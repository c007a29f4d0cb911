"""Everything that waits for somebody is in their tasks, and nothing else."""

from typing import Any

from fastapi.testclient import TestClient

from app.hazards.terms import Origin
from app.people.scope import Role
from app.sorting.terms import Level
from tests.conftest import Person, World
from tests.stories import confirming, confirming_major, done, planning, put_on_the_list, rectifying, team


def tasks(client: TestClient, person: Person, **asked: Any) -> list[tuple[str, str]]:
    answer = client.get("tasks", params=asked, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return [(task["id"], task["action"]) for task in answer.json()["items"]]


def test_a_task_moves_with_the_hazard(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    supervisor, expert = world.someone(Role.SUPERVISOR), world.someone(Role.EXPERT)
    everybody = (officer, manager, worker, supervisor, expert)

    def waits() -> list[list[tuple[str, str]]]:
        return [tasks(client, person) for person in everybody]

    hazard = str(id := put_on_the_list(world, worker, level=Level.MAJOR))
    assert waits() == [[(hazard, "confirm")], [(hazard, "confirm")], [], [], []]
    done(client, officer, id, "confirm", confirming_major(worker))
    assert waits() == [[(hazard, "submit_plan")], [(hazard, "submit_plan")], [], [], []]
    done(client, manager, id, "submit_plan", planning(worker))
    assert waits() == [[], [], [], [(hazard, "approve_plan")], []]
    done(client, supervisor, id, "approve_plan", {"comment": "同意"})
    assert waits() == [[(hazard, "rectify")], [(hazard, "rectify")], [(hazard, "rectify")], [], []]


def test_whoever_rectified_has_no_review_to_do(client: TestClient, world: World) -> None:
    officer, manager, worker = team(world)
    hazard = put_on_the_list(world, worker)
    done(client, officer, hazard, "confirm", confirming(worker))
    done(client, worker, hazard, "rectify", rectifying(worker))
    assert tasks(client, worker) == []
    assert tasks(client, officer) == tasks(client, manager) == [(str(hazard), "accept")]


def test_pages_of_tasks_follow_one_another(client: TestClient, world: World) -> None:
    inspector = world.someone(Role.INSPECTOR)
    hazards = {str(put_on_the_list(world, inspector, origin=Origin.GOVERNMENT)) for _ in range(5)}
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 2}
    while True:
        page = client.get("tasks", params=asked, headers=inspector.headers).json()
        seen += [task["id"] for task in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert sorted(seen) == sorted(hazards)
