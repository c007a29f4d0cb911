"""What is pending waits for its confirmers, and tells them until when."""

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from app.foundation.calendar import add_days, end_of_day
from app.people.scope import Role
from tests.conftest import World
from tests.inspections.stories import finding, found, sort

# By hand: who is asked to sort what was found by whom. A supervisor may sort anything, and is asked for his own side's.
ASKED = {
    Role.TEAM_LEADER: {Role.SAFETY_OFFICER, Role.MANAGER},
    Role.EXPERT: {Role.INSPECTOR, Role.SUPERVISOR, Role.ENFORCEMENT_OFFICER},
}


@pytest.mark.parametrize("finder", list(ASKED))
@pytest.mark.parametrize("role", list(Role))
def test_a_pending_finding_is_a_task_of_its_confirmers(
    client: TestClient, world: World, finder: Role, role: Role
) -> None:
    (shown,) = found(client, world.someone(finder), finding())
    tasks = client.get("tasks", headers=world.someone(role).headers).json()["items"]
    assert [(task["id"], task["kind"], task["action"]) for task in tasks] == (
        [(shown["id"], "finding", "sort")] if role in ASKED[finder] else []
    )


def test_it_waits_three_days_and_no_longer_once_it_is_sorted(client: TestClient, world: World) -> None:
    officer = world.someone(Role.SAFETY_OFFICER)
    first, second = found(client, world.someone(Role.TEAM_LEADER), finding(), finding())
    due = end_of_day(add_days(datetime.now(UTC), 3))
    assert datetime.fromisoformat(first["due_at"]) == due
    page = client.get("tasks", params={"limit": 1}, headers=officer.headers).json()
    rest = client.get("tasks", params={"limit": 1, "cursor": page["next_cursor"]}, headers=officer.headers).json()
    assert {page["items"][0]["id"], rest["items"][0]["id"]} == {first["id"], second["id"]}
    assert sort(client, officer, first["id"], list="none").json()["due_at"] is None
    assert [task["id"] for task in client.get("tasks", headers=officer.headers).json()["items"]] == [second["id"]]
